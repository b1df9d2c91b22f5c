"""The checker's own functions contain mpmath's values, tightly, over their whole domain."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import iv, mp

from proofs_check.interval.checker import intervals
from proofs_check.interval.checker.intervals import NoBound

# function, reference, domain, largest width of the enclosure of a point
FUNCTIONS = {
    "atan": (intervals.atan, mp.atan, (-50, 50), 1e-22),
    "asin": (intervals.asin, mp.asin, (-1, 1), 1e-11),  # the derivative is infinite at the ends
    "asinh": (intervals.asinh, mp.asinh, (-50, 50), 1e-19),
    "erf": (intervals.erf, mp.erf, (-9, 9), 1e-21),
    "erfc": (intervals.erfc, mp.erfc, (-9, 9), 1e-21),
    "digamma": (lambda x: intervals.polygamma(x, 0), mp.digamma, (0.02, 60), 1e-17),
    "trigamma": (lambda x: intervals.polygamma(x, 1), lambda x: mp.polygamma(1, x), (0.02, 60), 1e-14),
    "polygamma 4": (lambda x: intervals.polygamma(x, 4), lambda x: mp.polygamma(4, x), (0.25, 60), 1e-14),
    "loggamma": (intervals.loggamma, mp.loggamma, (0.02, 60), 1e-16),
    "lower 3/2": (lambda x: intervals.lowergamma(x, "3/2"), lambda x: mp.gammainc(1.5, 0, x), (0, 40), 1e-18),
    "upper 1/4": (lambda x: intervals.uppergamma(x, "1/4"), lambda x: mp.gammainc(0.25, x), (0, 40), 1e-18),
}


@pytest.fixture(autouse=True)
def _precision():
    before, iv.prec = iv.prec, 80
    yield
    iv.prec = before


@pytest.mark.parametrize("name", FUNCTIONS)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
@settings(deadline=None, max_examples=40)
def test_enclosures_contain_the_value(name, first, second, share):
    function, reference, (low, high), width = FUNCTIONS[name]
    a, b = sorted(low + (high - low) * u for u in (first, second))
    enclosure = function(iv.mpf([a, b]))
    point = min(max(a + (b - a) * share, a), b)
    exact = function(iv.mpf(point))
    with mp.workdps(40):
        value = reference(mp.mpf(point))
        slip = mp.mpf(10) ** -36 * (1 + abs(value))
        for interval in (enclosure, exact):
            assert mp.mpf(interval.a) - slip <= value <= mp.mpf(interval.b) + slip
        assert mp.mpf(exact.delta) <= width * (1 + abs(value))


def test_far_tail_of_erfc_keeps_its_relative_accuracy():
    tail = intervals.erfc(iv.mpf(20))
    with mp.workdps(30):
        assert mp.mpf(tail.a) <= mp.erfc(20) <= mp.mpf(tail.b)
        assert mp.mpf(tail.delta) < 1e-15 * mp.erfc(20)


@pytest.mark.parametrize(
    ("function", "argument"),
    [
        (intervals.exp, [0, 10**9]),
        (intervals.log, [0, 1]),
        (intervals.log, [-2, -1]),
        (intervals.sqrt, [-1, 1]),
        (intervals.asin, [0, 2]),
        (intervals.atan, [0, 10**40]),
        (lambda x: intervals.polygamma(x, 1), [0, 1]),
        (intervals.loggamma, [-1, 1]),
        (lambda x: intervals.lowergamma(x, "1/2"), [-1, 1]),
        (lambda x: intervals.lowergamma(x, "1/2"), [0, 10**6]),
        (lambda x: intervals.divide(iv.mpf(1), x), [-1, 1]),
        (lambda x: intervals.divide(iv.mpf(1), x), [0, 1]),
    ],
)
def test_outside_the_domain_there_is_no_bound(function, argument):
    with pytest.raises(NoBound):
        function(iv.mpf(argument))


def test_absolute_value_of_an_interval_around_zero():
    for ends, expected in (([-1, 2], (0, 2)), ([-3, 2], (0, 3)), ([1, 2], (1, 2)), ([-2, -1], (1, 2))):
        value = intervals.absolute(iv.mpf(ends))
        assert (value.a, value.b) == expected
