"""Phi_2 against special values, symmetries, the series in r, and at the corners of its domain."""

from __future__ import annotations

import flint
import mpmath
import pytest
import sympy as sp

from theory.exact.bivariate_normal import BivariateNormalCDF, bivariate_normal_cdf_ball, normal_cdf_ball

ARB = flint.arb
POINTS = [
    ("0.5", "-0.25", "0.3"),
    ("-1", "-1", "0.9"),
    ("2", "0.125", "-0.7"),
    ("0", "1.5", "0.99"),
    ("3", "-2.5", "-0.999"),
]


@pytest.mark.parametrize(("h", "k", "r"), [point for point in POINTS if abs(float(point[2])) < 0.75])
def test_tetrachoric_series(h, k, r, close):
    """Phi_2 = Phi Phi + phi(h) phi(k) sum_{n>=0} He_n(h) He_n(k) r^(n+1)/(n+1)! (Pearson 1901), for |r| not near 1."""
    h, k, r = ARB(h), ARB(k), ARB(r)
    total, a, b = ARB(0), (ARB(0), ARB(1)), (ARB(0), ARB(1))  # he_{n-1}, he_n
    power = r
    for n in range(600):
        total += a[1] * b[1] * power / (n + 1)
        power *= r
        a = (a[1], (h * a[1] - ARB(n).sqrt() * a[0]) / ARB(n + 1).sqrt())
        b = (b[1], (k * b[1] - ARB(n).sqrt() * b[0]) / ARB(n + 1).sqrt())
    density = (-(h * h + k * k) / 2).exp() / (2 * ARB.pi())
    series = normal_cdf_ball(h) * normal_cdf_ball(k) + density * total
    assert close(bivariate_normal_cdf_ball(h, k, r), series)


@pytest.mark.parametrize(("h", "k", "r"), POINTS)
def test_reflections(h, k, r, close):
    h, k, r = ARB(h), ARB(k), ARB(r)
    value = bivariate_normal_cdf_ball(h, k, r)
    assert close(value, bivariate_normal_cdf_ball(k, h, r))
    assert close(normal_cdf_ball(k) - value, bivariate_normal_cdf_ball(-h, k, -r))
    assert close(1 - normal_cdf_ball(h) - normal_cdf_ball(k) + value, bivariate_normal_cdf_ball(-h, -k, r))


def test_through_the_origin(close):
    for r in ("0.3", "-0.95", "0.9999999"):
        expected = ARB(1) / 4 + ARB(r).asin() / (2 * ARB.pi())
        assert close(bivariate_normal_cdf_ball(ARB(0), ARB(0), ARB(r)), expected)


@pytest.mark.parametrize("precision", [100, 200, 700])
def test_twice_the_precision_agrees(precision):
    flint.ctx.prec = precision
    low = bivariate_normal_cdf_ball(ARB(1), ARB(-2), ARB(1) / 3)
    flint.ctx.prec = 2 * precision
    high = bivariate_normal_cdf_ball(ARB(1), ARB(-2), ARB(1) / 3)
    assert low.overlaps(high)
    assert low.rad() < ARB(2) ** (15 - precision)


def test_ends_of_the_domain(close):
    one, h, k, infinity = ARB(1), ARB("0.7"), ARB("-0.2"), ARB("inf")
    assert close(bivariate_normal_cdf_ball(h, k, one), normal_cdf_ball(k))
    assert close(bivariate_normal_cdf_ball(h, k, -one), normal_cdf_ball(h) - normal_cdf_ball(-k))
    assert bivariate_normal_cdf_ball(-h, k, -one) == 0
    assert close(bivariate_normal_cdf_ball(infinity, k, ARB("0.3")), normal_cdf_ball(k))
    assert bivariate_normal_cdf_ball(-infinity, k, ARB("0.3")) == 0


def test_close_to_the_end_of_the_domain():
    """Phi(h) - Phi_2(h, h; r) is about phi(h) sqrt((1 - r)/pi) as r -> 1 (two nearly equal normals, one below h)."""
    gap = ARB(10) ** -30
    h = ARB("0.4")
    difference = normal_cdf_ball(h) - bivariate_normal_cdf_ball(h, h, 1 - gap)
    leading = (-h * h / 2).exp() / (2 * ARB.pi()).sqrt() * (gap / ARB.pi()).sqrt()
    assert abs(difference / leading - 1) < ARB("1e-13")
    assert abs(normal_cdf_ball(h) - bivariate_normal_cdf_ball(h, h + 1, 1 - gap)) < ARB("1e-50")


def test_boxes_enclose_their_points():
    box = bivariate_normal_cdf_ball(ARB("0.5 +/- 0.1"), ARB("-1 +/- 0.2"), ARB("0.95 +/- 0.1"))
    for h in ("0.41", "0.59"):
        for k in ("-1.19", "-0.81"):
            for r in ("0.86", "0.95", "1"):
                assert box.contains(bivariate_normal_cdf_ball(ARB(h), ARB(k), ARB(r)).mid())
    assert bivariate_normal_cdf_ball(ARB("nan"), ARB(0), ARB(0)).contains(1)


def test_derivatives(close):
    """The rules of SymPy's diff against finite differences of the enclosures."""
    from theory.exact.ball_evaluation import ball_evaluate

    h, k, r = symbols = sp.symbols("h k r", real=True)
    at = {h: ARB("0.3"), k: ARB("-0.8"), r: ARB("0.6")}
    step = ARB(10) ** -15
    expression = BivariateNormalCDF(h, k, r)
    for symbol in symbols:
        up, down = ({**at, symbol: at[symbol] + s} for s in (step, -step))
        quotient = (ball_evaluate(expression, up) - ball_evaluate(expression, down)) / (2 * step)
        assert abs(quotient - ball_evaluate(expression.diff(symbol), at)) < ARB("1e-28")


def test_evalf_and_latex():
    value = BivariateNormalCDF(1, 2, sp.Rational(1, 2))
    assert abs(value.evalf(40) - value.evalf(80)) < sp.Rational(1, 10**39)
    with mpmath.workdps(20):
        density = lambda t: mpmath.exp(-(5 - 4 * t) / (2 - 2 * t * t)) / (2 * mpmath.pi * mpmath.sqrt(1 - t * t))  # noqa: E731
        expected = mpmath.ncdf(1) * mpmath.ncdf(2) + mpmath.quad(density, [0, 0.5])
        assert mpmath.almosteq(mpmath.mpf(value.evalf(20)), expected, rel_eps=mpmath.mpf(10) ** -18, abs_eps=0)
    assert sp.latex(BivariateNormalCDF(1, 2, sp.Symbol("rho"))) == r"\Phi_2\left(1, 2; \rho\right)"


def test_values_that_evaluate_at_once():
    h, r = sp.symbols("h r", real=True)
    assert BivariateNormalCDF(0, 0, r) == sp.Rational(1, 4) + sp.asin(r) / (2 * sp.pi)
    assert BivariateNormalCDF(-sp.oo, h, r) == 0
    assert BivariateNormalCDF(h, -h, -1) == 0
    assert BivariateNormalCDF(1, 2, 1) == BivariateNormalCDF(1, sp.oo, r) == 1 - sp.erfc(sp.sqrt(2) / 2) / 2
    assert BivariateNormalCDF(1, 2, 0) == (1 - sp.erfc(sp.sqrt(2) / 2) / 2) * (1 - sp.erfc(sp.sqrt(2)) / 2)
