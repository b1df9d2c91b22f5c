"""Feller's test against numerical integrals, explosion by its differential equation, stationary law by quadrature."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from theory.covariance_sde.norm_diffusion import NormDiffusion, norm_generator


def feller_integral(b: float, limit: int) -> mpmath.mpf:
    """int_1^limit (S(x) - S(1)) m(x) dx with s = v^b e^{-bv}: bounded as limit grows iff infinity is reached.

    By swapping the integrals: int_1^limit s(y) int_y^limit m(x) dx dy, here over S as a running trapezoid.
    """
    points = 4000
    step = mpmath.mpf(limit - 1) / points
    total = inner = mpmath.mpf(0)  # e^{bx} S(x) obeys a recursion without overflow
    decay = mpmath.exp(-b * step)
    for k in range(points):
        x = 1 + step * (k + 1)
        s0, s1 = (x - step) ** b, x**b
        inner = inner * decay + step * (s0 * decay + s1) / 2 if b <= 0 else inner
        total += step * inner * x ** (-2 - b)
    return total


@pytest.mark.parametrize("b", [0.0, -0.5])
def test_without_positive_rate_the_integral_grows(b: float) -> None:
    """The document's figures: b = 0: 16.0, 35.3 at M = 20, 40 (from log M and M); here only growth is asserted."""
    assert feller_integral(b, 40) > 1.1 * feller_integral(b, 20)
    assert not NormDiffusion(Fraction(b)).explodes


def test_positive_rate_makes_the_integral_converge() -> None:
    """(S(oo) - S(v)) m(v) ~ 1/(b v^2): its integral over [M, oo) is about 1/(b M)."""
    b = mpmath.mpf(3)

    def integrand(v: mpmath.mpf) -> mpmath.mpf:
        tail = mpmath.gammainc(b + 1, b * v) / b ** (b + 1)
        return tail * v ** (-2 - b) * mpmath.exp(b * v)

    pieces = [mpmath.quad(integrand, [m, 2 * m]) for m in (20, 40, 80)]
    assert [float(piece * 2 * m * b) for piece, m in zip(pieces, (20, 40, 80), strict=True)] == pytest.approx(
        [1] * 3, rel=0.06
    )
    assert NormDiffusion(3).explodes


@given(st.fractions(-5, 5, max_denominator=7))
def test_zero_is_never_reached(b: Fraction) -> None:
    assert not NormDiffusion(b).reaches_zero
    assert NormDiffusion(b).explodes == (b > 0)
    assert (NormDiffusion(b).stationary is not None) == (b < -1)


def test_explosion_probability_is_harmonic() -> None:
    v, b = sp.symbols("v b", positive=True)
    h = sp.lowergamma(b + 1, b * v) / sp.gamma(b + 1)
    assert sp.simplify(norm_generator(h, v, b)) == 0


@pytest.mark.parametrize(("b", "value"), [(3, "0.352768111218"), (1, "0.264241117657")])
def test_explosion_from_one_against_the_poisson_sum(b: int, value: str) -> None:
    """P(b+1, b) = P(Poisson(b) > b) for integer b: an elementary sum."""
    poisson = 1 - sum(sp.Integer(b) ** k / sp.factorial(k) for k in range(b + 1)) * sp.exp(-b)
    found = NormDiffusion(b).explosion_probability().decimal(12)
    assert found == value
    assert abs(sp.N(poisson, 20) - sp.Rational(found)) < sp.Rational(1, 10**11)


def test_exceedance_at_the_start_is_certain_and_tends_to_explosion() -> None:
    norm = NormDiffusion(3)
    assert norm.exceedance_probability(2, 2).ball(15).contains(1)
    far = norm.exceedance_probability(1, 40).ball(15)
    assert abs(far - norm.explosion_probability().ball(15)) < 1e-12


@pytest.mark.parametrize("b", [Fraction(-3, 2), Fraction(-2), Fraction(-4)])
def test_stationary_law_by_quadrature_of_the_speed_density(b: Fraction) -> None:
    law = NormDiffusion(b).stationary
    assert law is not None
    x = mpmath.mpf(b.numerator) / b.denominator

    def moment(f: object) -> mpmath.mpf:
        speed = lambda v: v ** (-2 - x) * mpmath.exp(x * v)  # noqa: E731
        weight = [mpmath.quad(lambda v, g=g: g(v) * speed(v), [0, 0.1, 1, 5, 40]) for g in (f, lambda _: 1)]
        return weight[0] / weight[1]

    assert abs(moment(lambda v: v) - mpmath.mpf(str(sp.N(law.mean, 20)))) < 1e-5
    assert abs(moment(lambda v: v**2 - float(law.mean) ** 2) - mpmath.mpf(str(sp.N(law.variance, 20)))) < 1e-5
    assert abs(moment(mpmath.log) - law.mean_log.value(15)) < 1e-4


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: NormDiffusion(1).explosion_probability(0), "start > 0"),
        (lambda: NormDiffusion(-1).exceedance_probability(1, 2), "b > 0"),
        (lambda: NormDiffusion(1).exceedance_probability(3, 2), "start <= level"),
    ],
)
def test_bad_input(call: object, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        call()  # type: ignore[operator]


def test_floats_are_refused() -> None:
    with pytest.raises(TypeError, match="exact number"):
        NormDiffusion(0.5)
