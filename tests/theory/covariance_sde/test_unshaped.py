"""Unshaped relu near correlation 1, the delta method, and the residual network."""

from __future__ import annotations

import pytest
import sympy as sp

from theory.covariance_sde.shaped_relu import mean_correlation
from theory.covariance_sde.unshaped import (
    delta_method_bias,
    delta_method_variance,
    gap_series,
    residual_correlation,
)

RHO = sp.Symbol("rho", real=True)


def test_delta_method_of_a_normal_pair() -> None:
    """Anderson, section 4.2: bias -rho(1-rho^2)/2 and variance (1-rho^2)^2 per 1/n (means known)."""
    zero = sp.Integer(0)
    assert sp.expand(delta_method_bias(RHO, zero) + RHO * (1 - RHO**2) / 2) == 0
    assert sp.expand(delta_method_variance(RHO, zero) - (1 - RHO**2) ** 2) == 0


@pytest.mark.parametrize("gap", ["1/10000", "1/1000000"])
def test_series_against_exact_values(gap: str) -> None:
    w, kernel_gap, bias, variance = gap_series(6)
    u = sp.Rational(gap)
    rho, root = 1 - u, sp.sqrt(u)
    exact = [
        1 - mean_correlation(rho, sp.Integer(1)),
        delta_method_bias(rho, sp.Integer(1)),
        delta_method_variance(rho, sp.Integer(1)),
    ]
    for series, value in zip((kernel_gap, bias, variance), exact, strict=True):
        # the next term is w^6 at most times a coefficient below 20
        assert abs(sp.N(series.subs(w, root) - value, 40, maxn=400)) < 20 * sp.N(u**3)


def test_a_residual_layer_of_weight_zero_changes_nothing() -> None:
    assert residual_correlation(RHO, sp.Integer(0), sp.Integer(5)) == RHO
