from __future__ import annotations

from fractions import Fraction

import flint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.activation.activation import Activation
from theory.enclosure.ball import working_bits
from theory.kernel_map.homogeneous import HomogeneousKernel, bend, bend_slope, odd_part
from theory.kernel_map.kernel_map import KernelMap

SLOPES = ("relu", "abs(x)", "max(x, 0) - 1/4*max(-x, 0)", "3*max(x, 0) + max(-x, 0)")


@pytest.mark.parametrize("text", SLOPES)
@pytest.mark.parametrize("cosine", [Fraction(-1), Fraction(-1, 3), Fraction(0), Fraction(4, 5), Fraction(1)])
def test_is_the_kernel_map_of_the_engine(text: str, cosine: Fraction) -> None:
    activation = Activation.from_text(text)
    with working_bits(160):
        angle = flint.arb(flint.fmpq(cosine.numerator, cosine.denominator)).acos()
        value = HomogeneousKernel.of(activation).value(angle)
        assert value.overlaps(KernelMap.normalised(activation).ball(cosine, 30))
        assert value.rad() < 1e-20  # arccos near 1 loses half of the 48 digits


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 3000), st.integers(1, 120))
def test_enclosures_hold_the_values_inside(start: int, reach: int) -> None:
    with working_bits(100):
        low, high = flint.arb(start) / 1000, (flint.arb(start) / 1000 + flint.arb(reach) / 1000).min(flint.arb.pi())
        cell = low.union(high)
        for k in range(5):
            place = (low + (high - low) * k / 4).mid()
            for function in (odd_part, bend, bend_slope):
                assert function(cell).overlaps(function(place))


@pytest.mark.parametrize("place", ["0.3", "1.1", "2.9"])
def test_slope_of_the_bend_is_its_difference_quotient(place: str) -> None:
    with working_bits(300):
        x, h = flint.arb(place).mid(), flint.arb(10) ** -20
        quotient = (bend((x + h).mid()) - bend((x - h).mid())) / (2 * h)
        assert abs(quotient - bend_slope(x)) < 1e-18  # the rest is h^2 times a third derivative


@pytest.mark.parametrize(
    ("text", "why"),
    [("tanh", "positively homogeneous"), ("erf", "positively homogeneous"), ("max(x, 1)", "positively homogeneous")],
)
def test_refuses_kernels_without_closed_form_in_the_angle(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        HomogeneousKernel.of(Activation.from_text(text))


def test_refuses_linear_and_out_of_range() -> None:
    with pytest.raises(ValueError, match="linear activation"):
        HomogeneousKernel.of(Activation.from_text("2*x"))
    with pytest.raises(ValueError, match="0 < kink <= 2"):
        HomogeneousKernel(Fraction(5, 2))
    with pytest.raises(TypeError, match="rational"):
        HomogeneousKernel(0.5)  # type: ignore[arg-type]
