"""Shaped activations: the one-parameter form, derivatives at 0 by a second route, and what cannot be shaped."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from theory.activation import Activation, catalogue
from theory.activation.shaping import ShapedRelu, SmoothShape, derivatives_at_zero


@given(st.fractions(-5, 5, max_denominator=9), st.fractions(-5, 5, max_denominator=9), st.integers(1, 20))
def test_the_family_has_one_parameter(up: Fraction, down: Fraction, root: int) -> None:
    shape = ShapedRelu(up, down, root**2) if (up, down, root) != (-1, -1, 1) else ShapedRelu(1, -1, 4)
    if (1 + up / root) == (1 + down / root) == 0:
        return
    assert shape.normaliser * shape.slope_plus**2 == 1 + shape.delta
    assert shape.normaliser * shape.slope_minus**2 == 1 - shape.delta
    assert (1 - shape.kappa) ** 2 == 1 - shape.delta**2  # kappa = 1 -+ sqrt(1 - delta^2)


def test_the_strength_is_the_limit_of_2_n_kappa() -> None:
    shape = ShapedRelu(Fraction(3, 2), Fraction(-1, 2), 10**12)
    assert abs(2 * shape.width * shape.kappa - shape.strength) < Fraction(10, 10**6)


@pytest.mark.parametrize("name", ["tanh", "silu", "gelu", "mish", "erf", "sin"])
def test_derivatives_against_numerical_differentiation(name: str) -> None:
    """Second route: mpmath differentiates the activation's own evaluation, 40 digits, step chosen by mpmath."""
    (activation,) = catalogue(name)
    with mpmath.workdps(40):
        values = mpmath.taylor(activation.at, mpmath.mpf(0), 5)
        slope = values[1]
        for k, exact in enumerate(derivatives_at_zero(activation, 5), 2):
            expected = values[k] * mpmath.factorial(k) / slope
            assert abs(mpmath.mpf(str(sp.N(exact, 30))) - expected) < mpmath.mpf(10) ** -12


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("relu", "kink at 0"),
        ("elu", "kink at 0"),
        ("sigmoid", "subtract it"),
        ("x**2", "linear part"),
        ("cos(x) - 1", "linear part"),
        ("exp(x**2/100) - 1 + x", r"below exp\(q x\^2\)"),
    ],
)
def test_what_cannot_be_shaped_says_how_to_normalise_it(text: str, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        SmoothShape.of(Activation.from_text(text))


@pytest.mark.parametrize(
    ("build", "error", "match"),
    [
        (lambda: ShapedRelu(-10, -10, 100), ValueError, r"s_\+\^2"),
        (lambda: ShapedRelu(1, 0, 0), ValueError, "width >= 1"),
        (lambda: ShapedRelu(1, 0, 1.5), TypeError, "integer width"),  # type: ignore[arg-type]
        (lambda: ShapedRelu(0.5, 0, 4), TypeError, "exact number"),
        (lambda: ShapedRelu(1, 0, 4, Fraction(0)), ValueError, "exponent > 0"),
        (lambda: SmoothShape((0, 1), -1), ValueError, "scale > 0"),
        (lambda: SmoothShape((1,)), ValueError, "phi''"),
        (lambda: derivatives_at_zero(catalogue("tanh")[0], 2), ValueError, "order >= 3"),
    ],
)
def test_bad_input(build: object, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        build()  # type: ignore[operator]


def test_explosion_needs_a_positive_rate() -> None:
    """phi = x + x^3/6: b = 1/a^2; phi = tanh: b = -2/a^2."""
    assert SmoothShape((0, 1), Fraction(1, 2)).blow_up_rate == 4
    assert SmoothShape((0, 1)).explodes
    assert not SmoothShape.of(catalogue("tanh")[0]).explodes


def test_derivatives_near_a_simple_number_are_not_taken_for_it():
    third = 1 + sp.Rational(1, 10**18)
    shape = SmoothShape.of(Activation.from_text(f"x + ({third})*x**3/6"), sp.Integer(1))
    assert shape.third == third
    assert shape.blow_up_rate == third
