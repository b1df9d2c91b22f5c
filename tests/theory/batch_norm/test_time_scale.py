"""Depth scale and worst spectrum: the theorem on random starts, both limits, the printed constant."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.batch_norm.one_step import isometry_gap, one_step_change
from theory.batch_norm.time_scale import (
    depth_to_gap,
    least_printed_constant,
    necessary_constant_near_isometry,
    sharpness_of_time_scale,
    time_scale,
)
from theory.batch_norm.worst_spectrum import (
    elementary_decrease,
    limiting_decrease,
    small_spike,
    small_spike_at_gap,
    small_spike_gap,
    worst_decrease,
)
from theory.number import Number

eps_strategy = st.integers(1, 999).map(lambda k: Fraction(k, 1000))


@settings(deadline=None, max_examples=20)
@given(st.integers(2, 30), eps_strategy)
def test_theorem_and_elementary_bound_hold_on_the_worst_start(d: int, eps: Fraction) -> None:
    assert sharpness_of_time_scale(d, eps).ball(15) <= 1
    bound = elementary_decrease(d, eps)
    assert worst_decrease(d, eps).ball(20) * bound.denominator >= bound.numerator
    assert least_printed_constant(d, eps).ball(15) <= 0.5


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(1, 40), min_size=3, max_size=6).filter(lambda v: len(set(v)) > 1))
def test_one_small_eigenvalue_is_worst(values: list[int]) -> None:
    d = len(values)
    spectrum = [Fraction(d * x, sum(values)) for x in values]
    _, high = small_spike_at_gap(d, isometry_gap(spectrum).ball(30))
    # phi(high) <= phi, and the decrease grows with the gap
    assert not -one_step_change(spectrum).ball(15) < worst_decrease(d, high).ball(15)


@pytest.mark.parametrize("d", [2, 3, 4, 10, 50])
def test_far_limit_is_a_digamma_difference(d: int) -> None:
    assert worst_decrease(d, 0).ball(20).overlaps(limiting_decrease(d).ball(20))


@settings(deadline=None, max_examples=20)
@given(st.integers(2, 12), eps_strategy)
def test_bisection_encloses_the_eigenvalue(d: int, eps: Fraction) -> None:
    low, high = small_spike_at_gap(d, small_spike_gap(d, eps).ball(40))
    assert low <= eps <= high
    assert high - low < Fraction(1, 10**8)


def test_far_from_isometry_the_scale_is_nearly_sharp() -> None:
    assert sharpness_of_time_scale(50, Fraction(1, 10**60)).ball(10) > 0.93
    assert sharpness_of_time_scale(2, Fraction(9999, 10000)).ball(10) > 0.999


def test_notebook_constant_fails_up_to_width_34() -> None:
    needed = {d: necessary_constant_near_isometry(d).ball(12) for d in (2, 34, 35, 50)}
    assert [bool(needed[d] > 0.015) for d in needed] == [True, True, False, False]


def test_depth_reaches_the_goal_by_the_bound_and_not_a_layer_earlier() -> None:
    phi, goal, d = Fraction(7, 5), Fraction(1, 50), 5
    depth = depth_to_gap(d, Number.of(phi), goal)
    factor = 1 - 1 / time_scale(d, phi)
    assert phi * factor**depth <= goal < phi * factor ** (depth - 1)
    assert depth_to_gap(d, Number.of(goal), phi) == 0


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: small_spike(1, Fraction(1, 2)), "width of at least 2"),
        (lambda: small_spike(3, 2), r"eps in \[0, 1\]"),
        (lambda: small_spike_gap(3, 0), "singular batch"),
        (lambda: least_printed_constant(3, 1), r"eps in \(0, 1\)"),
        (lambda: sharpness_of_time_scale(3, 0), r"eps in \(0, 1\)"),
        (lambda: depth_to_gap(3, Number.of(1), 0), "goal > 0"),
    ],
)
def test_bad_input_is_refused(call: object, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        call()  # type: ignore[operator]
