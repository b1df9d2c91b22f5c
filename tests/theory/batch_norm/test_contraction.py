"""Sharp constants against published-free routes: a hypergeometric form, mpmath's minimiser, random competitors, two precisions."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.batch_norm.contraction import (
    elementary_constant,
    large_spike,
    limiting_constant,
    sharp_constant,
    spike_inverse_mean,
    spike_ratio,
)
from theory.batch_norm.one_step import central_power_sum, one_step_change
from theory.haar.sphere_integral import expected_inverse_power


def _ratio_by_beta_density(d: int, y: mpmath.mpf) -> mpmath.mpf:
    """R(y) by quadrature against the density of w_1^2."""
    a, b = mpmath.mpf(1) / 2, mpmath.mpf(d - 1) / 2

    def integrand(theta: mpmath.mpf) -> mpmath.mpf:
        x = mpmath.sin(theta) ** 2
        weight = 2 * mpmath.sin(theta) ** (2 * a - 1) * mpmath.cos(theta) ** (2 * b - 1) / mpmath.beta(a, b)
        return weight * mpmath.log(1 + y * (d * x - 1))

    mean = mpmath.quad(integrand, [0, mpmath.pi / 4, mpmath.pi / 2])
    return -mean * (d + 2) / (y**2 * (d - 1))


@pytest.mark.parametrize("d", [3, 4, 10, 50])
def test_the_minimum_is_where_another_route_finds_it(d: int) -> None:
    sharp = sharp_constant(d)
    with mpmath.workdps(25):
        y = sharp.minimiser.value(20)
        value = _ratio_by_beta_density(d, y)
        assert mpmath.almosteq(value, sharp.constant.value(18), rel_eps=mpmath.mpf(10) ** -14)
        for step in (mpmath.mpf(1) / 1000, -mpmath.mpf(1) / 1000):
            assert _ratio_by_beta_density(d, y + step) > value


def test_enclosures_nest_over_digits() -> None:
    for number in (sharp_constant(5).constant, limiting_constant().constant, sharp_constant(5).minimiser):
        assert number.ball(30).overlaps(number.ball(10))
        assert float(number.ball(30).rad()) < 1e-30


def test_constants_decrease_towards_the_limit_and_stay_above_the_elementary_bound() -> None:
    constants = [sharp_constant(d).constant.ball(12) for d in (2, 3, 4, 5, 10, 100)]
    assert all(a > b for a, b in pairwise(constants))
    assert constants[-1] > limiting_constant().constant.ball(12)
    for d in (2, 3, 10, 100):
        bound = elementary_constant(d)
        assert bound >= Fraction(3, 11)
        assert sharp_constant(d).constant.ball(12) > bound.numerator / bound.denominator


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 50), min_size=3, max_size=6).filter(lambda v: len(set(v)) > 1 and sum(v) > 0))
def test_no_spectrum_decreases_less(values: list[int]) -> None:
    d = len(values)
    spectrum = [Fraction(d * x, sum(values)) for x in values]
    second_order = central_power_sum(spectrum, 2) / (d * (d + 2))
    ratio = -one_step_change(spectrum).ball(12) * second_order.denominator / second_order.numerator
    assert not ratio < sharp_constant(d).constant.ball(10)


def test_hypergeometric_inverse_mean_agrees_with_the_integral() -> None:
    for d, y in ((3, Fraction(1, 4)), (10, Fraction(1, 2)), (51, Fraction(9, 10))):
        integral = expected_inverse_power(large_spike(d, y), 1).ball(20)
        assert spike_inverse_mean(d, y, 20).overlaps(integral)


@pytest.mark.parametrize("function", [elementary_constant, sharp_constant])
@pytest.mark.parametrize(
    ("width", "error"), [(1, ValueError), (0, ValueError), (2.5, TypeError), ("3", TypeError), (True, TypeError)]
)
def test_bad_widths_are_refused(function: object, width: object, error: type[Exception]) -> None:
    with pytest.raises(error, match="width"):
        function(width)  # type: ignore[operator]


def test_bad_shares_are_refused() -> None:
    with pytest.raises(ValueError, match="share in"):
        large_spike(3, Fraction(3, 2))
    with pytest.raises(ValueError, match="share y > 0"):
        spike_ratio(3, 0)
