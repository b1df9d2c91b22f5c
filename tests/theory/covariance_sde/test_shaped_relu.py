"""Half-Gaussian moments and one-step formulas against quadrature, limits and the closed case delta = 0."""

from __future__ import annotations

import mpmath
import pytest
import sympy as sp

from theory.covariance_sde.shaped_relu import (
    HALF_MOMENTS,
    angular_form,
    half_gaussian_moment,
    kernel_excess,
    one_step_covariances,
    price_steps,
    product_moments,
    wishart_covariance,
)

RHO = sp.Symbol("rho", real=True)


@pytest.mark.parametrize(("i", "j"), HALF_MOMENTS)
@pytest.mark.parametrize("value", ["-0.6", "0.3"])
def test_half_moments_by_polar_quadrature(i: int, j: int, value: str) -> None:
    """Second route: x = r cos t, y = r cos(t - angle); radial part is a Gamma function, angular one quadrature."""
    rho = mpmath.mpf(value)
    angle = mpmath.acos(rho)
    radial = 2 ** (mpmath.mpf(i + j) / 2) * mpmath.gamma(mpmath.mpf(i + j) / 2 + 1)
    low, high = angle - mpmath.pi / 2, mpmath.pi / 2
    angular = mpmath.quad(lambda t: mpmath.cos(t) ** i * mpmath.cos(t - angle) ** j, [low, high]) / (2 * mpmath.pi)
    exact = mpmath.mpf(str(sp.N(half_gaussian_moment(i, j, sp.Rational(value)), 20)))
    assert abs(radial * angular - exact) < mpmath.mpf(10) ** -13


def test_price_ladder_is_exact() -> None:
    assert all(sp.cancel(angular_form(left - right, RHO)) == 0 for _, left, right in price_steps(RHO))


def test_angular_form_is_not_blind() -> None:
    assert sp.cancel(angular_form(kernel_excess(RHO) - sp.sqrt(1 - RHO**2) / sp.pi, RHO)) != 0


def test_relu_kernel_is_the_arc_cosine_kernel() -> None:
    """Cho and Saul 2009: E relu relu = (sqrt(1-rho^2) + (pi - arccos rho) rho)/(2 pi)."""
    moments, (rho, up, down) = product_moments()
    expected = (sp.sqrt(1 - rho**2) + (sp.pi - sp.acos(rho)) * rho) / (2 * sp.pi)
    assert sp.cancel(angular_form(moments["11"].subs({up: 1, down: 0}) - expected, rho)) == 0


def test_linear_layers_are_wishart() -> None:
    exact = one_step_covariances(RHO, sp.Integer(0))
    limit = wishart_covariance(sp.Integer(1), sp.Integer(1), RHO)
    assert all(sp.expand(exact[key] - limit[key]) == 0 for key in limit)


def test_no_correction_of_order_n_to_the_minus_half() -> None:
    """delta enters by its square only: the eps^1 coefficient of all four covariances is 0."""
    delta = sp.Symbol("delta", positive=True)
    for value in one_step_covariances(sp.Rational(1, 3), delta).values():
        assert sp.diff(value, delta).subs(delta, 0) == 0


def test_perfect_correlation_leaves_one_random_variable() -> None:
    values = {sp.nsimplify(v.subs(RHO, 1)) for v in one_step_covariances(RHO, sp.Rational(3, 5)).values()}
    assert values == {2 + 3 * sp.Rational(9, 25)}


def test_bad_exponents() -> None:
    with pytest.raises(ValueError, match="half_gaussian_moment"):
        half_gaussian_moment(5, 1, RHO)
