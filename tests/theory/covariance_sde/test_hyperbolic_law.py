"""The density of artanh rho in the linear SDE: its identities, a numerical check of its equation, mass and moments."""

from __future__ import annotations

import math

import mpmath
import pytest
import sympy as sp

from theory.covariance_sde.hyperbolic_law import (
    density_steps,
    elliptic_weight,
    forward_coefficients,
    hyperbolic_density,
)


def test_every_step_is_an_identity() -> None:
    assert all(sp.cancel(left - right) == 0 for _, left, right in density_steps())


def test_weight_equation_numerically() -> None:
    """Second route: finite differences of W in r and y at 30 digits, error of order step^2."""
    with mpmath.workdps(40):
        step = mpmath.mpf(10) ** -9

        def w(r: mpmath.mpf, y: mpmath.mpf) -> mpmath.mpf:
            a, b = mpmath.cosh(r), mpmath.cosh(y)
            return 4 / mpmath.sqrt(a + b) * mpmath.ellipk((a - b) / (a + b))

        r, y = mpmath.mpf("1.7"), mpmath.mpf("0.4")
        rr = (w(r + step, y) - 2 * w(r, y) + w(r - step, y)) / step**2
        yy = (w(r, y + step) - 2 * w(r, y) + w(r, y - step)) / step**2
        slope = (w(r, y + step) - w(r, y - step)) / (2 * step)
        assert abs(rr - w(r, y) / 4 - yy - mpmath.tanh(y) * slope) < 1e-15
        # the same combination without the term W/4 is not 0: the identity could fail
        assert abs(rr - yy - mpmath.tanh(y) * slope) > 0.1


def test_weight_is_an_integral_over_the_geodesic() -> None:
    """W = int dx/sqrt(cosh r - cosh y cosh x) over cosh x < cosh r/cosh y, by quadrature."""
    a, b = mpmath.cosh(2), mpmath.cosh(mpmath.mpf("0.5"))
    end = mpmath.acosh(a / b)
    # x = end sin(s) removes the root at the end
    value = 2 * mpmath.quad(
        lambda s: end * mpmath.cos(s) / mpmath.sqrt(a - b * mpmath.cosh(end * mpmath.sin(s))), [0, mpmath.pi / 2]
    )
    assert float(elliptic_weight(sp.Float(a, 20), sp.Float(b, 20))) == pytest.approx(
        float(mpmath.re(value)), rel=1e-7
    )  # 15 digits under a root that vanishes at the end


@pytest.mark.parametrize("time", [0.25, 1.0, 2.0])
def test_mass_and_sinh_moment(time: float) -> None:
    """The trapezoid rule on an even analytic bump, of 40 values of the density."""
    with mpmath.workdps(10):
        step = (8 * time**0.5 + 3 * time) / 40
        places = [k * step for k in range(41)]
        values = [float(hyperbolic_density(y, time)) for y in places]
    mass = 2 * step * (sum(values) - values[0] / 2)
    second = 2 * step * sum(math.sinh(y) ** 2 * p for y, p in zip(places, values, strict=True))
    assert mass == pytest.approx(1, abs=1e-8)
    assert second == pytest.approx((math.exp(3 * time) - 1) / 3, rel=1e-4)


def test_another_drift_leaves_a_term() -> None:
    y = sp.Symbol("y", real=True)
    assert sp.simplify(forward_coefficients(sp.tanh(y), y)[1]) != 0


def test_bad_time() -> None:
    with pytest.raises(ValueError, match="time > 0"):
        hyperbolic_density(0, 0)
