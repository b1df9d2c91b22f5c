"""Bounds on a strip against functions whose largest values are known."""

from __future__ import annotations

import flint
import pytest

from theory.enclosure.complex_bound import strip_bound

HEIGHT = flint.arb("0.5")
LENGTH = 4


@pytest.mark.parametrize("sign", [1, -1], ids=["right", "left"])
def test_sides_bound_the_larger_side_and_hardly_more(sign):
    """|exp(+-z)| = exp(+-Re z), so its largest value on a side is e^4, on the right or on the left."""
    found = strip_bound(lambda z, _: (sign * z).exp(), LENGTH, HEIGHT)
    assert found is not None
    largest = flint.arb(LENGTH).exp()
    assert found.side >= largest * (1 - flint.arb("1e-6"))
    assert found.side <= largest * 2


def test_mean_square_lies_above_the_integral_and_hardly_more():
    """E |exp(X + ih)|^2 = E exp(2X) = e^2, up to what lies beyond 4 (P(Z > 2) of it)."""
    found = strip_bound(lambda z, _: z.exp(), LENGTH, HEIGHT)
    assert found is not None
    inside = flint.arb(2).exp() * (1 + (flint.arb(2) / flint.arb(2).sqrt()).erf()) / 2
    assert found.mean_square >= inside * (1 - flint.arb("1e-6"))
    assert found.mean_square <= inside * 4


@pytest.mark.parametrize("place", [-3, -1, 0, 1, 3])
def test_a_pole_in_the_strip_has_no_bound(place):
    assert strip_bound(lambda z, _: 1 / (z - flint.acb(place, "0.25")), LENGTH, HEIGHT) is None


def test_a_cut_in_the_strip_has_no_bound_though_every_value_is_finite():
    assert strip_bound(lambda z, analytic: z.sqrt(analytic=analytic), LENGTH, HEIGHT) is None


@pytest.mark.parametrize("place", [-3, 0, 3])
def test_a_pole_above_the_strip_is_told_apart_from_it(place):
    """1/(z - place - 3i/5), a tenth above: tiles have to be halved in both directions."""
    found = strip_bound(lambda z, _: 1 / (z - flint.acb(place, "0.6")), LENGTH, HEIGHT)
    assert found is not None
    assert found.mean_square.is_finite()
