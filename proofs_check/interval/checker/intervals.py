"""Intervals whose ends are integers times a power of two, every operation rounded outwards in integers.

An interval is (lo, hi, e): the numbers between lo*2^e and hi*2^e. Sums, products and powers are exact before they are
cut to `WORK.bits` bits, by a right shift that rounds the lower end down and the upper end up; quotients and roots take
floor and ceiling of one integer division or integer square root. So the only thing to believe is Python's integers.
There are no infinite ends: what has no finite bound raises `NoBound`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import TypeAlias

LARGEST_ARGUMENT = 100_000
_LARGEST_EXPONENT = 10**9
_LONGEST = 16


class NoBound(Exception):  # noqa: N818 - the absence of a bound is an answer, not an error
    """An interval function was asked outside its domain, or for a derivative at a kink."""


class _Work:
    """The bits to which ends are cut."""

    bits = 96


WORK = _Work()


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Cut ends to this many bits inside the block."""
    before, WORK.bits = WORK.bits, bits
    try:
        yield
    finally:
        WORK.bits = before


class Interval:
    """The numbers between lo*2^e and hi*2^e, lo <= hi."""

    __slots__ = ("e", "hi", "lo")

    def __init__(self, lo: int, hi: int, e: int) -> None:
        self.lo, self.hi, self.e = lo, hi, e

    def __repr__(self) -> str:
        return f"Interval({self.lo}, {self.hi}, {self.e})"

    @property
    def low(self) -> Fraction:
        """The lower end, exactly."""
        return self.lo * Fraction(2) ** self.e

    @property
    def high(self) -> Fraction:
        """The upper end, exactly."""
        return self.hi * Fraction(2) ** self.e

    @property
    def is_point(self) -> bool:
        """Whether the ends agree."""
        return self.lo == self.hi

    @property
    def has_zero(self) -> bool:
        """Whether 0 lies in the interval."""
        return self.lo <= 0 <= self.hi

    def lower(self) -> Interval:
        """Return the lower end as an interval."""
        return Interval(self.lo, self.lo, self.e)

    def upper(self) -> Interval:
        """Return the upper end as an interval."""
        return Interval(self.hi, self.hi, self.e)

    def rounded(self) -> Interval:
        """Return the interval cut to the bits in use."""
        return _cut(self.lo, self.hi, self.e)

    def size(self) -> int:
        """Return k such that every member is below 2^k in size; -10^9 for the interval 0."""
        bits = max(self.lo.bit_length(), self.hi.bit_length())
        return bits + self.e if bits else -_LARGEST_EXPONENT

    def __neg__(self) -> Interval:
        return Interval(-self.hi, -self.lo, self.e)

    def __add__(self, other: Number) -> Interval:
        x, y = self, _interval(other)
        if not (y.lo or y.hi):
            return x
        if not (x.lo or x.hi):
            return y
        gap = x.e - y.e
        if gap < 0:
            x, y, gap = y, x, -gap
        lo, hi = y.lo, y.hi
        excess = gap - 4 * WORK.bits
        if excess > 0:  # far below the last bit that is kept: cut first, outwards, lest the shift be long
            lo, hi, gap = lo >> excess, -(-hi >> excess), gap - excess
        return _cut((x.lo << gap) + lo, (x.hi << gap) + hi, x.e - gap)

    __radd__ = __add__

    def __sub__(self, other: Number) -> Interval:
        return self + -_interval(other)

    def __rsub__(self, other: Number) -> Interval:
        return -self + other

    def __mul__(self, other: Number) -> Interval:
        y = _interval(other)
        a, b, c, d = self.lo, self.hi, y.lo, y.hi
        if a >= 0 and c >= 0:
            return _cut(a * c, b * d, self.e + y.e)
        products = (a * c, a * d, b * c, b * d)
        return _cut(min(products), max(products), self.e + y.e)

    __rmul__ = __mul__

    def __truediv__(self, other: Number) -> Interval:
        y = _interval(other)
        if y.lo <= 0 <= y.hi:
            raise NoBound("no finite bound on this cell")
        x = self
        if y.hi < 0:
            x, y = -x, -y
        shift = max(0, WORK.bits + 2 + y.hi.bit_length() - max(x.lo.bit_length(), x.hi.bit_length()))
        lo, hi = x.lo << shift, x.hi << shift
        low = lo // (y.hi if lo >= 0 else y.lo)
        high = -(-hi // (y.lo if hi >= 0 else y.hi))
        return _cut(low, high, x.e - y.e - shift)

    def __rtruediv__(self, other: Number) -> Interval:
        return _interval(other) / self

    def power(self, n: int) -> Interval:
        """Return the range of x^n, n an integer; an even power of an interval around 0 is not negative."""
        if n < 0:
            return 1 / self.power(-n)
        if n == 0:
            return Interval(1, 1, 0)
        if self.lo >= 0:
            return _power(self, n)
        if self.hi <= 0:
            return _power(-self, n) if n % 2 == 0 else -_power(-self, n)
        if n % 2 == 0:
            return join(Interval(0, 0, 0), _power(self.absolute().upper(), n))
        return join(-_power((-self).upper(), n), _power(self.upper(), n))

    def square_root(self) -> Interval:
        """Return the range of the square root on x >= 0."""
        if self.lo < 0:
            raise NoBound("no finite bound on this cell")
        shift = max(0, 2 * WORK.bits + 4 - self.hi.bit_length())
        shift += (self.e - shift) % 2
        lo, hi = math.isqrt(self.lo << shift), math.isqrt((self.hi << shift) - 1) + 1 if self.hi else 0
        return _cut(lo, hi, (self.e - shift) // 2)

    def absolute(self) -> Interval:
        """Return the range of |x|."""
        if self.lo >= 0:
            return self
        return -self if self.hi <= 0 else Interval(0, max(-self.lo, self.hi), self.e)

    def middle(self) -> Interval:
        """Return a point of the interval near its middle."""
        middle = self.lo + self.hi
        return Interval(middle, middle, self.e - 1)


Number: TypeAlias = Interval | Fraction | int


def _interval(x: Number) -> Interval:
    if isinstance(x, Interval):
        return x
    return Interval(x, x, 0) if isinstance(x, int) else point(x)


def _cut(lo: int, hi: int, e: int) -> Interval:
    """Round outwards to the bits in use; beside a far larger end on the same side of 0, the smaller one keeps its own."""
    small, big = lo.bit_length(), hi.bit_length()
    if small > big:
        small, big = big, small
    excess = big - WORK.bits
    if excess > 0 and 0 < small < big and (lo > 0) == (hi > 0):
        excess = max(small - WORK.bits, big - _LONGEST * WORK.bits)
    if excess > 0:
        lo, hi, e = lo >> excess, -(-hi >> excess), e + excess
    if not -_LARGEST_EXPONENT < e < _LARGEST_EXPONENT:
        raise NoBound("no bound of a size that can be written down")
    return Interval(lo, hi, e)


def _power(x: Interval, n: int) -> Interval:
    """x^n for x >= 0, n >= 1: products of non-negative intervals take their ends from the ends."""
    result, square = None, x
    while n:
        if n & 1:
            result = square if result is None else result * square
        n >>= 1
        if n:
            square = square * square
    assert result is not None
    return result


def point(value: Fraction | int) -> Interval:
    """Enclose a rational; exactly if it is dyadic and short."""
    numerator, denominator = value.numerator, value.denominator
    shift = max(0, WORK.bits + denominator.bit_length() - numerator.bit_length()) if denominator > 1 else 0
    scaled = numerator << shift
    return _cut(scaled // denominator, -(-scaled // denominator), -shift)


def interval(low: Fraction, high: Fraction) -> Interval:
    """Enclose [low, high]."""
    return join(point(low), point(high))


def join(low: Interval, high: Interval) -> Interval:
    """From the lower end of one interval to the upper end of another that does not lie below it."""
    if low.e == high.e:
        return Interval(low.lo, high.hi, low.e)
    if not low.lo:
        return Interval(0, high.hi, high.e)
    if not high.hi:
        return Interval(low.lo, 0, low.e)
    x, y = low.lo, high.hi
    gap = low.e - high.e
    excess = abs(gap) - _LONGEST * WORK.bits
    if gap > 0:  # the upper end has the finer grid
        if excess > 0:
            y, gap = -(-y >> excess), gap - excess
        return _cut(x << gap, y, low.e - gap)
    if excess > 0:
        x, gap = x >> excess, gap + excess
    return _cut(x, y << -gap, high.e + gap)


def hull(x: Interval, y: Interval) -> Interval:
    """Return the smallest interval that holds both."""
    low = x if _at_most(x.lo, x.e, y.lo, y.e) else y
    return join(low, y if _at_most(x.hi, x.e, y.hi, y.e) else x)


def maximum(x: Interval, y: Interval) -> Interval:
    """Return the range of the larger of two numbers: each end is the larger of the two ends."""
    low = y if _at_most(x.lo, x.e, y.lo, y.e) else x
    return join(low, y if _at_most(x.hi, x.e, y.hi, y.e) else x)


def _at_most(a: int, e: int, b: int, f: int) -> bool:
    """Whether a*2^e <= b*2^f, without long shifts: sizes decide first."""
    if a <= 0 <= b or b <= 0 <= a:
        return a <= b
    if a.bit_length() + e != b.bit_length() + f:
        return (a.bit_length() + e < b.bit_length() + f) == (a > 0)
    return a << max(0, e - f) <= b << max(0, f - e)


def around(x: Interval) -> Interval:
    """Return [-m, m], m the largest size of a member."""
    m = max(abs(x.lo), abs(x.hi))
    return Interval(-m, m, x.e)


def bounded(x: Interval, size: int = LARGEST_ARGUMENT) -> Interval:
    """Return the interval if its ends are of moderate size: beyond, exp and the reduction by pi cost too much."""
    if x.size() > size.bit_length():
        raise NoBound("no finite bound on this cell")
    return x


def increasing(x: Interval, function: Callable[[Interval], Interval]) -> Interval:
    """Return the range of an increasing function from the two ends."""
    low = function(x.lower())
    return low if x.lo == x.hi else join(low, function(x.upper()))
