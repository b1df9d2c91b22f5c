"""The 1/n terms of networks: against exact linear moments, the differential equation they solve, and networks."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.activation import catalogue
from theory.activation.shaping import SmoothShape
from theory.covariance_sde.finite_size import (
    explosion_correction,
    explosion_potential,
    layer_correction,
    stationary_mean_correction,
    variable,
)
from theory.covariance_sde.log_norm import norm_moment

v = variable()
LINEAR = SmoothShape((0, 0, 0, 0))


def cubic(b: Fraction) -> SmoothShape:
    return SmoothShape((0, 1, 0, 0), 1 / sp.sqrt(sp.Rational(b.numerator, b.denominator)))


@pytest.mark.parametrize("k", [1, 2, 3])
def test_powers_under_a_linear_layer(k: int) -> None:
    """E V'^k = V^k prod_{j<k} (1 + 2j/n), so n (E V'^k - V^k) has the 1/n term given by its n^-2 coefficient."""
    n = sp.Symbol("n", positive=True)
    moment = sp.expand(norm_moment(k, sp.Integer(0), n))
    assert layer_correction(k * v ** (k - 1), LINEAR) == moment.coeff(n, -2) * v**k


def test_logarithm_under_a_linear_layer() -> None:
    """n E log R = -1 - 1/(3n) + ... (digamma)."""
    assert layer_correction(1 / v, LINEAR) == sp.Rational(-1, 3)


def test_quadratic_activation_has_the_exact_drift() -> None:
    """x + x^2/2 has n E[V' - V] = bV(V-1)/(1 + b/n), so its correction is -b^2 V(V-1)."""
    shape = SmoothShape((1, 0, 0, 0))
    b = shape.blow_up_rate
    assert sp.expand(layer_correction(sp.Integer(1), shape) + b**2 * v * (v - 1)) == 0


@pytest.mark.parametrize("shape", [cubic(Fraction(3)), SmoothShape((2, 1, Fraction(1, 3), 5), 2)], ids=str)
def test_correction_solves_its_equation(shape: SmoothShape) -> None:
    """L w = -G u with w' = u' h: v^2 u' h' + (L u) h = -G u, and L u = 0."""
    b = shape.blow_up_rate
    density = v**b * sp.exp(-b * v)
    _, h = explosion_potential(shape)
    first = density * h
    left = b * v * (v - 1) * first + v**2 * sp.diff(first, v)
    assert sp.expand(sp.powsimp(sp.expand((left + layer_correction(density, shape)) / density))) == 0


@given(st.integers(1, 16), st.integers(1, 12))
@settings(deadline=None, max_examples=10)
def test_value_by_quadrature(quarters: int, thirds: int) -> None:
    """Second route: w(v) = int_0^v gamma (h - E h) by quadrature."""
    b, start = Fraction(quarters, 4), Fraction(thirds, 3)
    h = sp.lambdify(v, explosion_potential(cubic(b))[1], "mpmath")
    with mpmath.workdps(20):
        rate = mpmath.mpf(b.numerator) / b.denominator
        weight = lambda y: rate * (rate * y) ** rate * mpmath.exp(-rate * y) / mpmath.gamma(rate + 1)  # noqa: E731
        ends = [0, mpmath.mpf("0.1"), 1, 4, 12, 40, 160]
        mean = mpmath.quad(lambda y: weight(y) * h(y), ends)
        top = mpmath.mpf(start.numerator) / start.denominator
        value = mpmath.quad(lambda y: weight(y) * (h(y) - mean), [0, top / 100, top / 10, top])
    assert float(explosion_correction(cubic(b), start).value(15)) == pytest.approx(float(value), abs=1e-8)


def test_correction_vanishes_at_both_ends() -> None:
    for start in (Fraction(1, 10**4), Fraction(60)):
        assert abs(float(explosion_correction(cubic(Fraction(1)), start).value(10))) < 1e-6


def test_published_shares_of_networks() -> None:
    """b = 3 at n = 50: .3192 +- .0050 of 8 000 networks, an independent simulation; the limit is .3528."""
    shift = float(explosion_correction(cubic(Fraction(3))).value(10))
    assert 0.352768 + shift / 50 == pytest.approx(0.3192, abs=2 * 0.0050)


def test_narrow_networks_explode_as_derived() -> None:
    """n = 24, b = 2: 6 standard errors of 4 000 networks and 12/n^2 (measured second order: below 8/n^2)."""
    from scipy.special import gammainc

    from numerics.covariance_sde.chain import norm_reaches
    from numerics.covariance_sde.shaped_activation import smooth_map

    phi = smooth_map("x*(1 + x**2/6)", 2**-0.5, 24)
    rng = np.random.default_rng(0)
    share = norm_reaches(phi, 1.0, 24, rng, level=15.0, floor=0.005, depth=288, repeats=4_000).mean()
    predicted = gammainc(3, 2) + float(explosion_correction(cubic(Fraction(2))).value(10)) / 24
    assert share == pytest.approx(predicted, abs=6 * 0.5 / 4_000**0.5 + 12 / 24**2)
    assert abs(share - gammainc(3, 2)) > 0.03  # the limit itself is not the law at n = 24


def test_stationary_mean_by_the_generator() -> None:
    """E (L + G/n) f = 0 at order 1/n for f = log v: the shift of E V times b is -E G f under Gamma(3, 4)."""
    shape = SmoothShape.of(catalogue("tanh")[0], 1 / sp.sqrt(2), order=5)
    density = 4**3 * v**2 * sp.exp(-4 * v) / 2
    mean = sp.integrate(layer_correction(1 / v, shape) * density, (v, 0, sp.oo))
    assert stationary_mean_correction(shape) == mean / 4 == sp.Rational(1, 2)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: explosion_correction(SmoothShape((0, 1))), "layer_correction needs phi''"),
        (lambda: explosion_correction(SmoothShape((0, -1, 0, 0))), "explosion_potential needs b > 0"),
        (lambda: explosion_correction(cubic(Fraction(1)), 0), "start > 0"),
        (lambda: stationary_mean_correction(cubic(Fraction(1))), "b < -1"),
    ],
)
def test_bad_input(call: object, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        call()  # type: ignore[operator]
