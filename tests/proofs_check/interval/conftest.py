"""Claims whose truth is known from theory, shared by the tests of the prover, the certificates and the checker."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sympy

RHO, X = sympy.symbols("rho x")


def centred_relu_slack(rate: sympy.Expr) -> sympy.Expr:
    """rho (1 - k) - rate k (1 - rho), k the centred kernel map of ReLU (arc-cosine kernel of order 1, mean removed)."""
    relu = (sympy.sqrt(1 - RHO**2) + RHO * (sympy.pi / 2 + sympy.asin(RHO))) / (2 * sympy.pi)
    mean_square, second_moment = 1 / (2 * sympy.pi), sympy.Rational(1, 2)
    k = (relu - mean_square) / (second_moment - mean_square)
    return RHO * (1 - k) - rate * k * (1 - RHO)


@pytest.fixture(scope="session")
def relu_slack() -> Callable[[sympy.Expr], sympy.Expr]:
    return centred_relu_slack


@pytest.fixture(scope="session")
def nonlinearity_strength_of_relu() -> sympy.Expr:
    """beta_0 = 2 - (1/4)/(1/2 - 1/(2 pi)) = 1.2665..."""
    return 2 - sympy.pi / (2 * (sympy.pi - 1))
