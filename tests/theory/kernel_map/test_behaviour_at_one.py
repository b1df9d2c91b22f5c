from __future__ import annotations

from fractions import Fraction

import flint
import pytest
import sympy as sp

from theory.activation.activation import Activation
from theory.enclosure.ball import working_bits
from theory.kernel_map.behaviour_at_one import behaviour_at_one, curvature_at_one, derivative_moment, slope_at_one
from theory.kernel_map.value import raw_value


def find(text: str) -> Activation:
    return Activation.from_text(text)


@pytest.mark.parametrize(
    ("text", "slope"),
    [
        ("relu", sp.Rational(1, 2)),
        ("leaky_relu", (1 + sp.Rational(1, 10000)) / 2),
        ("abs", sp.Integer(1)),
        ("identity", sp.Integer(1)),
        ("cube", sp.Integer(27)),
        ("relu2", sp.Integer(2)),
        ("exp", sp.exp(2)),
        ("sin", sp.exp(-1) * sp.cosh(1)),
        ("gelu", sp.Rational(1, 3) + 2 / (3 * sp.sqrt(3) * sp.pi)),
        ("gaussian", 4 * sp.Integer(5) ** sp.Rational(-3, 2)),
        ("hardtanh", sp.erf(1 / sp.sqrt(2))),
    ],
)
def test_slopes_of_the_literature(text: str, slope: sp.Expr) -> None:
    from theory.number import Number

    assert slope_at_one(find(text)).ball(40).overlaps(Number.of(slope).ball(40))


@pytest.mark.parametrize(
    ("text", "regularity", "exponent"),
    [
        ("tanh", "smooth", 2),
        ("elu", "smooth", 2),
        ("relu2", "smooth", 2),
        ("max(x,0)*tanh(x)", "smooth", 2),
        ("relu", "kink", Fraction(3, 2)),
        ("selu", "kink", Fraction(3, 2)),
        ("hardtanh", "kink", Fraction(3, 2)),
        ("step", "jump", Fraction(1, 2)),
        ("x + sign(x-1)", "jump", Fraction(1, 2)),
    ],
)
def test_regularity(text: str, regularity: str, exponent: Fraction) -> None:
    found = behaviour_at_one(find(text))
    assert (found.regularity, found.exponent) == (regularity, exponent)
    assert found.slope.is_finite == (regularity != "jump")
    assert found.curvature.is_finite == (regularity == "smooth")
    assert regularity == "smooth" or "infinite" in found.reason


@pytest.mark.parametrize(
    "text", ["relu", "hardtanh", "step", "x + sign(x-1)", "tanh", "sigmoid", "leaky_relu", "exp(-abs(x))"]
)
def test_the_leading_terms_are_the_limit(text: str) -> None:
    """(kappa(1) - slope delta - kappa(1 - delta))/delta^p tends to -constant; the next term is smaller by sqrt(delta)."""
    activation, found = find(text), behaviour_at_one(find(text))
    with working_bits(400):
        delta = flint.arb(2) ** -40
        missing = raw_value(activation, 1 - delta, 34) - raw_value(activation, flint.arb(1), 34)
        if found.exponent > 1:
            missing += found.slope.ball(34) * delta
        ratio = missing / delta ** flint.fmpq(found.exponent.numerator, found.exponent.denominator)
        constant = found.constant.ball(30)
        assert abs(ratio - constant) < 16 * (abs(constant) + 1) * flint.arb(2) ** -20


def test_singular_term_of_a_second_derivative_that_jumps() -> None:
    # s = relu^2/2 has s'' = step: kappa^(3) = 1/(2 pi sqrt(1 - rho^2)), integrated thrice
    coefficient, exponent = derivative_moment(find("max(x,0)**2/2"), 3)
    assert exponent == Fraction(5, 2)
    with working_bits(200):
        expected = -1 / (2 * flint.arb.pi() * flint.arb(2).sqrt()) * 8 / 15
        assert coefficient.ball(40).overlaps(expected)


def test_third_moment_of_a_smooth_activation() -> None:
    # E (x^3)''' ^2 = 36, and the Taylor term is -36/6
    coefficient, exponent = derivative_moment(find("cube"), 3)
    assert (coefficient.exact, exponent) == (-6, 3)


@pytest.mark.slow
def test_curvature_against_differences_of_the_slope() -> None:
    from theory.kernel_map.value import raw_slope

    tanh = find("tanh")
    with working_bits(300):
        step = flint.arb(2) ** -40
        quotient = (raw_slope(tanh, flint.arb(1), 40) - raw_slope(tanh, 1 - step, 40)) / step
        # convex: the quotient is below kappa''(1), by kappa'''(1) step/2
        assert abs(quotient - curvature_at_one(tanh).ball(40)) < flint.arb(2) ** -36


def test_curvature_of_unknown_kinks_is_refused() -> None:
    with pytest.raises(ValueError, match=r"needs exact break points"):
        behaviour_at_one(find("max(x, cos(x))"))
    assert slope_at_one(find("max(x, cos(x))")).is_finite
