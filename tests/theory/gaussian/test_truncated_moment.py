"""Stein's recursion against Wick's theorem, known orthant moments and a direct double integral."""

from __future__ import annotations

import flint
import pytest
import sympy as sp

from theory.exact.ball_evaluation import ball_evaluate
from theory.exact.field import ExactField
from theory.gaussian.closed_form import to_expression
from theory.gaussian.truncated_moment import HalfSpaceOf, TiltedLaw

RHO = sp.Symbol("rho", real=True)


def pair(powers, quadratic=(0, 0), linear=(0, 0), half_spaces=()):
    """E U^p V^q exp(A U^2 + a U + B V^2 + b V) over half-spaces, as an expression in rho."""
    field = ExactField([], RHO)
    convert = lambda values: [field.convert(sp.Rational(v)) for v in values]  # noqa: E731
    halves = [HalfSpaceOf(i, d, *convert((p, v))) for i, d, p, v in half_spaces]
    cov = [[field.one, field.variable], [field.variable, field.one]]
    law = TiltedLaw(field, [field.zero] * 2, cov, convert(quadratic), convert(linear), halves)
    return to_expression(field, law.moment(powers))


@pytest.mark.parametrize(
    ("powers", "expected"), [((1, 1), RHO), ((2, 2), 1 + 2 * RHO**2), ((3, 1), 3 * RHO), ((3, 3), 9 * RHO + 6 * RHO**3), ((2, 1), 0), ((4, 2), 3 + 12 * RHO**2)]
)  # fmt: skip
def test_wick(powers, expected):
    assert sp.expand(pair(powers) - expected) == 0


def test_quadrant_moments():
    """E U+ V+ and E U+^2 V+^2: arc-cosine kernels of order 1 and 2 (Cho and Saul 2009, eq. 6 with theta = acos rho)."""
    theta = sp.acos(RHO)
    first = (sp.sin(theta) + (sp.pi - theta) * RHO) / (2 * sp.pi)
    second = (3 * sp.sin(theta) * RHO + (sp.pi - theta) * (1 + 2 * RHO**2)) / (2 * sp.pi)
    quadrant = [(0, 1, 0, 0), (1, 1, 0, 0)]
    for powers, expected in (((1, 1), first), ((2, 2), second)):
        difference = pair(powers, half_spaces=quadrant) - expected
        assert abs(difference.subs(RHO, sp.Rational(-3, 5)).evalf(40)) < sp.Rational(1, 10**38)


def test_moment_generating_function():
    a, b = sp.Rational(1, 3), sp.Rational(-2, 5)
    assert sp.expand(sp.log(pair((0, 0), linear=(a, b))).expand(force=True)) == sp.expand(
        (a**2 + 2 * a * b * RHO + b**2) / 2
    )


def test_against_a_double_integral():
    """E U V^2 exp(-U^2/3 + V/2) 1{U > -1/2} Phi(1 - V), by nested ball quadrature to 1e-10."""
    rho = sp.Rational(2, 5)
    half_spaces = [(0, 1, sp.Rational(-1, 2), 0), (1, -1, 1, 1)]
    value = ball_evaluate(
        pair((1, 2), (sp.Rational(-1, 3), 0), (0, sp.Rational(1, 2)), half_spaces), {RHO: flint.arb(2) / 5}
    )
    import numpy as np
    from scipy.special import ndtr

    nodes, weights = np.polynomial.legendre.leggauss(400)
    u, wu = -0.5 + 6.5 * (nodes + 1), 6.5 * weights
    v, wv = 14 * nodes, 14 * weights
    r = float(rho)
    density = np.exp(-(u[:, None] ** 2 - 2 * r * u[:, None] * v + v**2) / (2 * (1 - r * r))) / (
        2 * np.pi * np.sqrt(1 - r * r)
    )
    integrand = (wu * u * np.exp(-(u**2) / 3))[:, None] * density * (wv * v**2 * np.exp(v / 2) * ndtr(1 - v))
    assert abs(float(value) - integrand.sum()) < 1e-12


def test_probability_of_the_whole_and_of_complements():
    both = pair((1, 1), half_spaces=[(0, 1, 1, 0), (1, 1, 1, 0)]) + pair(
        (1, 1), half_spaces=[(0, 1, 1, 0), (1, -1, 1, 0)]
    )
    one = pair((1, 1), half_spaces=[(0, 1, 1, 0)])
    for point in (flint.arb(1) / 3, flint.arb(-7) / 8):
        assert ball_evaluate(both, {RHO: point}).overlaps(ball_evaluate(one, {RHO: point}))
