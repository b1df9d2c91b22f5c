"""Moments of a squared function at many deviations: closed forms, and adaptive quadrature as the second route."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.activation.activation import Activation
from theory.enclosure.ball import ball_of
from theory.enclosure.quadrature import Integrand, expectation
from theory.enclosure.scaled_square import ScaledSquare

SQUARES = {
    name: ScaledSquare(Integrand.of(Activation.from_text(name)))
    for name in ("relu", "gelu", "mish", "selu", "sin(5*x)", "step(x - 1)", "x/(1 + abs(x))")
}


@given(st.sampled_from(sorted(SQUARES)), st.integers(-9, 4), st.fractions(1, 2, max_denominator=50))
@settings(deadline=None, max_examples=25)
def test_both_moments_are_those_of_adaptive_quadrature(name: str, octave: int, part: Fraction) -> None:
    deviation = Fraction(2) ** octave * part
    found = SQUARES[name].moments(deviation)
    assert found is not None
    squared = Integrand.of(Activation.from_text(name)).squared().at(Fraction(0), deviation)
    assert found[0].overlaps(expectation(squared, 15))
    assert found[0].rad() < 1e-9 * abs(found[0]).max(ball_of(deviation**2))


@pytest.mark.parametrize("deviation", [Fraction(1, 1000), Fraction(1, 7), Fraction(1, 3)], ids=str)
def test_closed_forms_of_exponential_and_cube(deviation: Fraction) -> None:
    # E exp(2 d Z) = exp(2 d^2), with Z^2: (1 + 4 d^2) times that; E (d Z)^6 = 15 d^6, with Z^2: 105 d^6
    d2 = ball_of(deviation**2)
    plain, weighted = ScaledSquare(Integrand.of(Activation.from_text("exp"))).moments(deviation)  # type: ignore[misc]
    assert plain.overlaps((2 * d2).exp())
    assert weighted.overlaps((1 + 4 * d2) * (2 * d2).exp())
    plain, weighted = ScaledSquare(Integrand.of(Activation.from_text("cube"))).moments(deviation)  # type: ignore[misc]
    assert plain.overlaps(15 * d2**3)
    assert weighted.overlaps(105 * d2**3)
    assert plain.rad() < 1e-11


def test_values_around_zero_do_not_become_nan() -> None:
    # mish(-64) is a ball around 0; its power would be nan
    plain, _ = SQUARES["mish"].moments(Fraction(32))  # type: ignore[misc]
    squared = Integrand.of(Activation.from_text("mish")).squared().at(Fraction(0), Fraction(32))
    assert plain.is_finite()
    assert plain.overlaps(expectation(squared, 12))


def test_a_branch_point_has_no_ellipse() -> None:
    assert ScaledSquare(Integrand.of(Activation.from_text("sqrt(abs(x))"))).moments(Fraction(1)) is None
