"""Every function of the checker against Arb: tiny and huge arguments, near zeros, near branch points, and cells.

About 2,000 evaluations here; a million with HYPOTHESIS_PROFILE=deep (about ten minutes).
"""

from __future__ import annotations

import os
import random
from fractions import Fraction

import pytest
from flint import arb, ctx, fmpq, fmpz

from proofs_check.interval.checker.functions import INTERVAL_FUNCTIONS
from proofs_check.interval.checker.intervals import Interval, NoBound, interval, precision

# name -> (Arb's function, places near which arguments are drawn besides 0, largest argument)
PI = Fraction(884279719003555, 281474976710656)  # pi to 53 bits: near a zero of sin, near an extremum of cos
ARB = {
    "sqrt": (arb.sqrt, [1], 10**30),
    "exp": (arb.exp, [1], 1000),
    "log": (arb.log, [1], 10**30),
    "sin": (arb.sin, [PI, PI / 2], 10**9),
    "cos": (arb.cos, [PI, PI / 2], 10**9),
    "tan": (arb.tan, [PI, PI / 2], 10**9),
    "sinh": (arb.sinh, [1], 1000),
    "cosh": (arb.cosh, [1], 1000),
    "tanh": (arb.tanh, [1], 1000),
    "asin": (arb.asin, [1, -1, Fraction(1, 2)], 1),
    "acos": (arb.acos, [1, -1, Fraction(1, 2)], 1),
    "atan": (arb.atan, [1], 10**25),
    "asinh": (arb.asinh, [1], 10**25),
    "erf": (arb.erf, [2, 5], 30),
    "erfc": (arb.erfc, [2, -2], 30),
    "gamma": (arb.gamma, [1, 2], 50),
    "loggamma": (arb.lgamma, [1, 2], 10**6),
    "polygamma 0": (arb.digamma, [1], 10**6),
    "polygamma 3": (lambda x: 6 * arb(4).zeta(x), [1], 10**4),
    "lowergamma 3/2": (lambda x: x.gamma_lower(fmpq(3, 2)), [1], 90),
    "uppergamma 1/4": (lambda x: x.gamma_upper(fmpq(1, 4)), [1], 90),
}
EVALUATIONS = 48_000 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 96
# Largest relative width of the value at a point of 60 bits, where 96 are in use; the absolute one where 0 is not kept.
RELATIVE = Fraction(1, 2**70)


def enclose(name: str, x: Interval) -> Interval:
    function, *parameters = name.split()
    return INTERVAL_FUNCTIONS[function](x, *(int(p) if function == "polygamma" else p for p in parameters))


def argument(draw: random.Random, places: list[Fraction | int], largest: int) -> Fraction:
    """A dyadic number of 60 bits of any size from 2^-500 on; or one beside a place, at any distance."""
    size = draw.choice([-500, -200, -90, -60, -30, -8, -2, 0, 1, 3, 8, 30, 90])
    x = draw.choice([1, -1]) * Fraction(draw.getrandbits(60) | 1) * Fraction(2) ** (size - 60)
    if draw.random() < 0.4:
        x = draw.choice(places) + (x if abs(x) < 1 else x / 2**95)
    while abs(x) > largest:
        x /= 8
    return x


def as_arb(x: Fraction) -> arb:
    return arb(fmpq(x.numerator, x.denominator))


def meets(x: Interval, value: arb) -> bool:
    """Whether some number of the interval is in Arb's ball: false proves that one of the two is wrong."""
    unit = arb(2) ** x.e
    return not (arb(fmpz(x.lo)) * unit > value or arb(fmpz(x.hi)) * unit < value)


@pytest.mark.parametrize("name", ARB)
def test_enclosures_hold_what_arb_computes(name):
    function, places, largest = ARB[name]
    draw = random.Random(name)
    ctx.prec = 700
    checked = 0
    for _ in range(EVALUATIONS):
        low = argument(draw, places, largest)
        width = (
            Fraction(0)
            if draw.random() < 0.5
            else abs(argument(draw, places, largest)) / draw.choice([1, 2**20, 2**60])
        )
        try:
            enclosure = enclose(name, interval(low, low + width))
        except NoBound:
            continue
        for x in {low, low + width / 3, low + width}:
            value = function(as_arb(x))
            checked += 1
            assert not value.is_finite() or meets(enclosure, value), (name, x)
    assert checked >= EVALUATIONS / 3


SHARP = sorted(
    set(ARB) - {"gamma", "loggamma", "polygamma 0", "polygamma 3", "lowergamma 3/2", "uppergamma 1/4", "erfc"}
)


@pytest.mark.parametrize("name", SHARP)
def test_values_at_points_keep_their_relative_accuracy(name):
    """However tiny, huge or near a zero the argument is (an interval that is as wide as its value says nothing)."""
    function, places, largest = ARB[name]
    draw = random.Random(name)
    ctx.prec = 1200
    for _ in range(40):
        x = argument(draw, places, largest)
        try:
            enclosure = enclose(name, interval(x, x))
        except NoBound:
            continue
        value = function(as_arb(interval(x, x).low))
        if interval(x, x).is_point and not value.contains(0):
            floor = Fraction(1) if name in ("cos", "sin", "tan", "acos", "log") else Fraction(0)
            size = max(abs(enclosure.low), floor)
            assert enclosure.high - enclosure.low <= RELATIVE * size, (name, x)


def test_far_tail_of_erfc_keeps_its_relative_accuracy():
    tail = enclose("erfc", interval(Fraction(20), Fraction(20)))
    assert tail.high - tail.low < tail.low / 10**15


def test_more_bits_give_narrower_enclosures():
    third = Fraction(1, 3)
    for name in ("exp", "log", "sin", "tanh", "atan", "asin", "erf", "loggamma"):
        widths = []
        for bits in (96, 288):
            with precision(bits):
                value = enclose(name, interval(third, third))
            widths.append(value.high - value.low)
        assert widths[1] < widths[0] / 2**100 or name == "loggamma"


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("exp", 0, 10**9),
        ("log", 0, 1),
        ("log", -2, -1),
        ("sqrt", -1, 1),
        ("asin", 0, 2),
        ("asin", 0, 1 + Fraction(1, 10**25)),
        ("acos", -2, 0),
        ("atan", 0, 10**40),
        ("sin", 0, 10**40),
        ("tan", 1, 2),
        ("tan", 0, 4),
        ("tanh", 0, 10**9),
        ("gamma", 0, 1),
        ("loggamma", -1, 1),
        ("polygamma 1", 0, 1),
        ("lowergamma 1/2", -1, 1),
        ("lowergamma 1/2", 0, 10**6),
    ],
)
def test_outside_the_domain_there_is_no_bound(name, low, high):
    with pytest.raises(NoBound):
        enclose(name, interval(Fraction(low), Fraction(high)))


@pytest.mark.parametrize(
    ("name", "low", "high", "extremes"),
    [
        ("sin", 0, 7, (-1, 1)),
        ("sin", 1, 2, (None, 1)),
        ("sin", 4, 5, (-1, None)),
        ("cos", -1, 1, (None, 1)),
        ("cos", 3, 4, (-1, None)),
        ("cos", 3, 7, (-1, 1)),
        ("sign", -1, 1, (-1, 1)),
        ("heaviside", -1, 1, (0, 1)),
        ("cosh", -1, 2, (1, None)),
        ("abs", -3, 2, (0, 3)),
    ],
)
def test_extrema_between_the_ends_are_reached(name, low, high, extremes):
    value = enclose(name, interval(Fraction(low), Fraction(high)))
    for end, extreme in zip((value.low, value.high), extremes, strict=True):
        assert extreme is None or end == extreme
