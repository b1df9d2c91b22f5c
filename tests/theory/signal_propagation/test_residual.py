from __future__ import annotations

from fractions import Fraction

import pytest

from theory.activation.activation import Activation
from theory.kernel_map.kernel_map import KernelMap
from theory.number import Number
from theory.signal_propagation.fixed_point import fixed_points
from theory.signal_propagation.residual import identity_skip_cross_term, residual_map, residual_strength


@pytest.mark.parametrize("text", ["tanh", "relu", "cos", "gelu", "step", "square", "silu"])
@pytest.mark.parametrize("skip", [Fraction(0), Fraction(3, 5), Fraction(99, 100)])
def test_same_points_and_case(text: str, skip: Fraction) -> None:
    kernel = KernelMap.normalised(Activation.from_text(text))
    plain, block = fixed_points(kernel), fixed_points(residual_map(kernel, skip))
    assert block.case == plain.case
    assert block.undecided == ()
    assert len(block.points) == len(plain.points)
    for one, other in zip(plain.points, block.points, strict=True):
        assert one.value.ball(15).overlaps(other.value.ball(15))
        assert one.stable == other.stable
        if one.slope.is_finite:
            expected = Number.combine(lambda s, t: (1 - t**2) * s + t**2, one.slope, Number.of(skip))
            assert expected.ball(10).overlaps(other.slope.ball(10))


def test_strength_is_that_of_the_block() -> None:
    kernel = KernelMap.centred(Activation.from_text("relu"))
    block = residual_map(kernel, Fraction(3, 5))
    by_map = Number.combine(lambda p: 2 - p, block.slope_at_zero)
    assert by_map.ball(30).overlaps(residual_strength(kernel, Fraction(3, 5)).ball(30))
    assert residual_strength(kernel, Fraction(0)).ball(30).overlaps(kernel.nonlinearity_strength.ball(30))


def test_cross_term_by_hand() -> None:
    """relu: c_0/sqrt(E s^2) = 1/sqrt(pi); t = 3/5: 3/5 * 4/5 * (m + m')/sqrt(pi)."""
    import sympy as sp

    relu = Activation.from_text("relu")
    means = (Fraction(1, 4), Fraction(1, 2))
    found = identity_skip_cross_term(KernelMap.normalised(relu), Fraction(3, 5), means)
    assert found.ball(30).overlaps(Number.of(sp.Rational(12, 25) * sp.Rational(3, 4) / sp.sqrt(sp.pi)).ball(30))
    certified = identity_skip_cross_term(KernelMap.normalised(Activation.from_text("softplus")), Fraction(3, 5), means)
    assert certified.method == "certified"
    assert certified.ball(20).overlaps(certified.ball(40))
    assert str(identity_skip_cross_term(KernelMap.centred(relu), Fraction(3, 5), means)) == "0"


@pytest.mark.parametrize("skip", [Fraction(-1, 2), Fraction(1), Fraction(2)])
def test_bad_skip(skip: Fraction) -> None:
    with pytest.raises(ValueError, match=f"needs a skip strength in .*got skip={skip}"):
        residual_map(KernelMap.normalised(Activation.from_text("relu")), skip)


def test_raw_maps_are_refused() -> None:
    with pytest.raises(ValueError, match="residual_map needs a normalised or centred map"):
        residual_map(KernelMap.raw(Activation.from_text("relu")), Fraction(1, 2))
