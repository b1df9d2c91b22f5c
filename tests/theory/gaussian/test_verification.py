"""The internal checks accept what is right and refuse what is wrong by little."""

from __future__ import annotations

import flint
import pytest
import sympy as sp

from theory.activation.parser import parse_expression
from theory.gaussian.normal_form import normal_form
from theory.gaussian.quadrature_check import confirmed_by_quadrature
from theory.gaussian.verification import matches_hermite_series, matches_taylor_series

RHO, T = sp.Symbol("rho", real=True), sp.Symbol("t", real=True)
RELU = parse_expression("relu(x)")
KERNEL = (sp.sqrt(1 - RHO**2) + RHO * (sp.pi / 2 + sp.asin(RHO))) / (2 * sp.pi)
SMOOTHED = T * (1 + sp.erf(T / sp.sqrt(2))) / 2 + sp.exp(-(T**2) / 2) / sp.sqrt(2 * sp.pi)


def test_the_right_forms_pass():
    assert matches_hermite_series(KERNEL, RHO, RELU)
    assert matches_taylor_series(SMOOTHED, T, RELU)


@pytest.mark.parametrize(
    "wrong", [KERNEL + RHO / 10**26, 2 * KERNEL, KERNEL.subs(RHO, -RHO), KERNEL + RHO**6 * (1 - RHO) / 10**20, sp.asin(RHO), 1 / RHO - 1 / RHO]
)  # fmt: skip
def test_wrong_kernels_fail(wrong):
    assert not matches_hermite_series(wrong, RHO, RELU)


@pytest.mark.parametrize("wrong", [SMOOTHED + T**3 / 10**24, SMOOTHED.subs(T, -T), SMOOTHED / 2])
def test_wrong_smoothings_fail(wrong):
    assert not matches_taylor_series(wrong, T, RELU)


@pytest.mark.parametrize("text", ["relu(x)", "erf(x)*exp(x)", "exp(x**2/5)", "relu(x)**20", "step(x-3)*exp(-2*x)"])
def test_quadrature_confirms_and_refuses(text):
    """The reference is the same integral by mpmath, panel by panel."""
    import mpmath as mp

    from theory.activation.evaluation import to_mpmath

    tree = parse_expression(text)
    with mp.workdps(30):
        function = lambda x: to_mpmath(tree, x) * mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)  # noqa: E731
        mean = flint.arb(mp.nstr(mp.quad(function, [-40, -20, -10, -5, 0, 3, 6, 10, 20, 40]), 25))
    assert confirmed_by_quadrature(tree, normal_form(tree), mean)
    assert not confirmed_by_quadrature(tree, normal_form(tree), mean + (1 + abs(mean)) * flint.arb("1e-11"))
