"""Arithmetic of the checker's intervals against exact rationals: every result holds every value, and tightly."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs_check.interval.checker.intervals import (
    WORK,
    Interval,
    NoBound,
    hull,
    interval,
    join,
    maximum,
    point,
    precision,
)

# Rationals of all sizes, those with long denominators among them.
rationals = st.builds(
    lambda m, d, e: Fraction(m, d) * Fraction(2) ** e,
    st.integers(-(2**70), 2**70),
    st.sampled_from([1, 3, 7, 10**20 + 39]),
    st.integers(-400, 400),
)
cells = st.tuples(rationals, rationals).map(lambda ends: (min(ends), max(ends)))
shares = st.fractions(0, 1, max_denominator=2**20)


def inside(cell: tuple[Fraction, Fraction], share: Fraction) -> Fraction:
    return cell[0] + (cell[1] - cell[0]) * share


@given(cells, cells, shares, shares)
@settings(deadline=None, max_examples=150)
def test_operations_hold_every_value(first, second, s, t):
    x, y = interval(*first), interval(*second)
    a, b = inside(first, s), inside(second, t)
    for enclosure, value in (
        (x + y, a + b),
        (x - y, a - b),
        (x * y, a * b),
        (-x, -a),
        (x.absolute(), abs(a)),
        (hull(x, y), a),
        (hull(x, y), b),
        (maximum(x, y), max(a, b)),
        (x * 3 - 1, 3 * a - 1),
        (Fraction(1, 3) - x, Fraction(1, 3) - a),
    ):
        assert enclosure.low <= value <= enclosure.high
    if y.has_zero:
        with pytest.raises(NoBound):
            x / y
    else:
        assert (x / y).low <= a / b <= (x / y).high


@given(cells, shares, st.integers(-9, 30))
@settings(deadline=None, max_examples=100)
def test_powers_hold_every_value(cell, s, n):
    x, a = interval(*cell), inside(cell, s)
    if n < 0 and x.has_zero:
        with pytest.raises(NoBound):
            x.power(n)
        return
    assert x.power(n).low <= a**n <= x.power(n).high
    assert n % 2 or x.power(n).lo >= 0


@given(cells, shares)
@settings(deadline=None, max_examples=100)
def test_roots_hold_every_value(cell, s):
    low, high = sorted(map(abs, cell))
    root, a = interval(low, high).square_root(), inside((low, high), s)
    assert root.lo >= 0
    assert root.low**2 <= a <= root.high**2


@given(rationals, rationals)
@settings(deadline=None, max_examples=100)
def test_one_rounding_costs_one_unit_of_the_last_bit(a, b):
    """Sums, products and quotients of points that are written exactly are off by 2^(1 - bits) of the value at most."""
    x, y = point(a).lower(), point(b).lower()
    for enclosure, value in ((x + y, x.low + y.low), (x * y, x.low * y.low)):
        assert enclosure.high - enclosure.low <= abs(value) * Fraction(2) ** (2 - WORK.bits)
    if y.lo:
        quotient = x / y
        assert quotient.high - quotient.low <= abs(x.low / y.low) * Fraction(2) ** (2 - WORK.bits)


def test_short_dyadic_numbers_are_exact():
    assert point(Fraction(-3, 8)).low == point(Fraction(-3, 8)).high == Fraction(-3, 8)
    assert interval(Fraction(0), Fraction(1)).low == 0
    assert (point(0) + point(Fraction(1, 2**500))).low == Fraction(1, 2**500)
    assert join(point(-1), point(Fraction(1, 4))).high == Fraction(1, 4)


def test_far_apart_sizes_need_no_long_numbers():
    tiny = Interval(1, 1, -(10**5))
    for total in (1 + tiny, tiny + 1, 1 - tiny):
        assert total.hi.bit_length() <= WORK.bits + 1
        assert total.low != total.high
    assert 0 <= hull(point(1), tiny).low <= tiny.low
    assert maximum(point(1), tiny).low == 1
    assert join(-tiny, point(1)).hi > 0


def test_sizes_that_cannot_be_written_down_are_refused():
    huge = Interval(1, 1, 9 * 10**8)
    with pytest.raises(NoBound):
        huge * huge


def test_precision_is_restored():
    before = WORK.bits
    with precision(500):
        assert point(Fraction(1, 3)).hi.bit_length() >= 499
    with pytest.raises(NoBound), precision(500):
        point(1) / point(0)
    assert WORK.bits == before


def test_a_small_end_keeps_its_bits_beside_a_large_one():
    wide = interval(Fraction(1, 3), Fraction(10) ** 200)
    assert wide.low > Fraction(1, 3) - Fraction(1, 2**90)
    assert (1 / wide.power(2)).low > 0


@pytest.mark.parametrize(
    ("ends", "expected"), [((-1, 2), (0, 2)), ((-3, 2), (0, 3)), ((1, 2), (1, 2)), ((-2, -1), (1, 2))]
)
def test_absolute_value_of_an_interval_around_zero(ends, expected):
    value = Interval(*ends, 0).absolute()
    assert (value.low, value.high) == expected
