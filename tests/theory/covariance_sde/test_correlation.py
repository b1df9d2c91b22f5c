"""Ito's formula: the correlation SDE, brackets, and functions the linear network conserves."""

from __future__ import annotations

import pytest
import sympy as sp

from theory.covariance_sde.correlation import (
    bracket,
    coordinates,
    correlation,
    generator,
    in_terms_of_correlation,
    noise_drift,
    smooth_drift,
)
from theory.covariance_sde.smooth import drift_series, symbols

RHO = sp.Symbol("rho", real=True)
V11, V22, V12 = coordinates()
NONE = (sp.Integer(0),) * 3
DET = V11 * V22 - V12**2


def reduced(expression: sp.Expr) -> sp.Expr:
    return sp.factor(in_terms_of_correlation(expression, RHO))


def test_the_correlation_is_autonomous() -> None:
    nu = sp.Symbol("nu")
    drift = (0, 0, nu * sp.sqrt(V11 * V22))
    assert sp.expand(reduced(generator(correlation(), drift)) - nu - noise_drift(RHO)) == 0
    assert sp.expand(reduced(bracket(correlation(), correlation())) - (1 - RHO**2) ** 2) == 0


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (sp.log(V11), sp.log(V11), sp.Integer(2)),
        (sp.log(V11), sp.log(V22), 2 * RHO**2),
        (correlation(), sp.log(V11), RHO * (1 - RHO**2)),
        (correlation(), sp.log(DET), sp.Integer(0)),
        (sp.log(DET), sp.log(DET), sp.Integer(4)),
    ],
    ids=str,
)
def test_brackets_of_the_wishart_noise(left: sp.Expr, right: sp.Expr, expected: sp.Expr) -> None:
    assert sp.expand(reduced(bracket(left, right)) - expected) == 0


def test_determinant_of_three_wishart_degrees() -> None:
    """E log det of a 2 x 2 Wishart(n)/n is -3/n + O(1/n^2) (Muirhead, theorem 3.2.15), so the drift is -3."""
    assert reduced(generator(sp.log(DET), NONE)) == -3


def test_phi_triple_prime_cancels_in_the_correlation() -> None:
    A, B, C, a, f2, *_ = symbols()
    drift = drift_series(0)[0]
    swap = {A: V11, B: V22, C: V12}
    b = (drift.subs({B: A, C: A}).subs(swap), drift.subs({A: B, C: B}).subs(swap), drift.subs(swap))
    p, q = sp.symbols("p q", positive=True)
    found = in_terms_of_correlation(generator(correlation(), b), RHO)
    stated = smooth_drift(RHO, p**2, q**2, f2, a)
    assert sp.cancel(found - sp.powdenest(stated, force=True)) == 0
