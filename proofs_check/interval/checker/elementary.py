"""pi, log 2, exp, log, the circular and hyperbolic functions and their inverses, on intervals.

Each is summed at the ends of an interval by a series in interval arithmetic, so that only the truncation is argued here: in
the docstring of the series. Arguments are reduced by identities, evaluated in interval arithmetic too. A monotone
function takes its range from its two ends. Outside its domain a function raises `NoBound`.

References: NIST Digital Library of Mathematical Functions, 4.6 (logarithm), 4.19 and 4.33 (power series), 4.24
(inverse functions), 4.37 (inverse hyperbolic functions).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache

from .intervals import WORK, Interval, NoBound, around, bounded, hull, increasing, join, point, precision

_ZERO, _ONE = Interval(0, 0, 0), Interval(1, 1, 0)


def _factorial_series(first: Interval, u: Interval, step: Callable[[int], int]) -> Interval:
    """first * (1 + u/step(0) + u^2/(step(0) step(1)) + ...), |u| <= 1, step(k) >= 2 for k >= 1 and increasing.

    Remainder: from the first omitted term on, each term is at most |u|/step(k) <= 1/2 times the one before, so the rest is
    at most twice the first omitted term.
    """
    _check_size(u, 1)
    total, term, k = first, first, 0
    while True:
        term = term * u / step(k)
        k += 1
        if _negligible(term, total):
            return total + around(term + term)
        total = total + term


def _odd_series(z: Interval, sign: int) -> Interval:
    """z + s z^3/3 + z^5/5 + s z^7/7 + ... for |z| <= 1/2: atan (s = -1) or its hyperbolic counterpart (s = 1).

    Remainder: the first omitted term is z^m/m in size, the later ones fall at least like z^2 <= 1/4, so the rest is at
    most 4/3, hence twice, the first omitted term.
    """
    _check_size(z, Fraction(1, 2))
    square = z * z * sign
    total, power, k = z, z, 1
    while True:
        power, k = power * square, k + 2
        term = power / k
        if _negligible(term, total):
            return total + around(term + term)
        total = total + term


def _check_size(x: Interval, most: Fraction | int) -> None:
    """The condition under which a remainder was argued."""
    if (most - around(x)).lo < 0:
        raise NoBound("a series was asked outside the range of its remainder")


def _negligible(term: Interval, total: Interval) -> bool:
    return not (term.lo or term.hi) or term.size() < total.size() - WORK.bits


def _sharper(extra: int, function: Callable[[Interval], Interval], x: Interval) -> Interval:
    """A function with guard bits: the result is cut back to the bits in use."""
    with precision(WORK.bits + extra):
        value = function(x)
    return value.rounded()


@lru_cache(maxsize=64)
def _pi_at(bits: int) -> Interval:
    """Machin: pi = 16 atan(1/5) - 4 atan(1/239)."""
    with precision(bits + 10):
        return 16 * _odd_series(point(Fraction(1, 5)), -1) - 4 * _odd_series(point(Fraction(1, 239)), -1)


def pi() -> Interval:
    """Enclose pi."""
    return _pi_at(WORK.bits).rounded()


@lru_cache(maxsize=64)
def _log_two_at(bits: int) -> Interval:
    """log 2 = 2 artanh(1/3)."""
    with precision(bits + 10):
        return 2 * _odd_series(point(Fraction(1, 3)), 1)


def _nearest(x: Interval) -> int:
    """An integer near the interval's middle; which one is never a question of correctness."""
    return round(x.middle().low)


# Exponential and logarithm


def exp(x: Interval) -> Interval:
    """exp, for arguments below 10^5 or so."""
    return increasing(bounded(x), lambda end: _sharper(20 + max(0, end.size()), _exp_at, end))


_HALVINGS = 6


def _exp_at(x: Interval) -> Interval:
    """exp x = 2^k (exp(r/64))^64, r = x - k log 2 with |r| <= 1/2: the series of exp in r/64."""
    two = _log_two_at(WORK.bits)
    k = _nearest(x / two) if x.size() > -2 else 0
    r = x - k * two if k else x
    value = _factorial_series(_ONE, Interval(r.lo, r.hi, r.e - _HALVINGS), lambda j: j + 1)
    for _ in range(_HALVINGS):
        value = value * value
    return Interval(value.lo, value.hi, value.e + k)


def log(x: Interval) -> Interval:
    """log on x > 0."""
    if x.lo <= 0:
        raise NoBound("no finite bound on this cell")
    return increasing(x, lambda end: _sharper(16, _log_at, end))


def _log_at(x: Interval) -> Interval:
    """log x = k log 2 + 2 artanh((f-1)/(f+1)) with f = x/2^k in [2/3, 4/3], so that |(f-1)/(f+1)| <= 1/5."""
    k = x.lo.bit_length() + x.e
    f = Interval(x.lo, x.hi, x.e - k)  # in [1/2, 1)
    if 3 * f.lo < 2 << -f.e:
        f, k = Interval(f.lo, f.hi, f.e + 1), k - 1
    value = 2 * _odd_series((f - 1) / (f + 1), 1)
    return value + k * _log_two_at(WORK.bits) if k else value


def _log_of_one_plus(u: Interval) -> Interval:
    """log(1 + u) for u >= 0, of small relative error near 0: 2 artanh(u/(2 + u)) while that is <= 1/5."""
    return 2 * _odd_series(u / (2 + u), 1) if u.size() <= -1 else _log_at(1 + u)


# Circular functions


def sine_cosine(x: Interval) -> tuple[Interval, Interval]:
    """Enclose sin and cos on an interval."""
    return _circular(x, 0), _circular(x, 1)


def _circular(x: Interval, quarter: int) -> Interval:
    """sin(x + quarter pi/2): the hull of the values at the ends, and +-1 where an extremum may lie between them.

    Extrema lie at x = (k + (1 - quarter)/2) pi, +1 for even k and -1 for odd; every k that the enclosure of the ends
    does not exclude is counted, which can only widen the range.
    """
    if x.size() > 64:
        raise NoBound("no finite bound on this cell")
    low = high = _sharper(24 + max(0, x.size()), lambda e: _circular_at(e, quarter), x.lower())
    if not x.is_point:
        low = high = hull(low, _sharper(24 + max(0, x.size()), lambda e: _circular_at(e, quarter), x.upper()))
        places = x / pi() - Fraction(1 - quarter, 2)
        first, last = -(-places.low // 1), places.high // 1
        low = -_ONE if last - first >= 1 or (last == first and last % 2) else low
        high = _ONE if last - first >= 1 or (last == first and last % 2 == 0) else high
    low, high = -_ONE if (low + 1).lo < 0 else low, _ONE if (high - 1).hi > 0 else high
    return join(low, high)


def _circular_at(x: Interval, quarter: int) -> Interval:
    """sin(x + quarter pi/2) at a point: x = n pi/2 + r, |r| <= 1, and the series of +-sin r or +-cos r."""
    half = _pi_at(WORK.bits) / 2
    n = _nearest(x / half) if x.size() > -1 else 0
    r = x - n * half if n else x
    turn = (n + quarter) % 4
    square = -(r * r)
    if turn % 2 == 0:
        value = _factorial_series(r, square, lambda k: (2 * k + 2) * (2 * k + 3))
    else:
        value = _factorial_series(_ONE, square, lambda k: (2 * k + 1) * (2 * k + 2))
    return value if turn < 2 else -value


def tan(x: Interval) -> Interval:
    """tan on an interval without a pole: it increases between poles, so the ends decide once cos has no zero between."""
    if _circular(x, 1).has_zero:
        raise NoBound("no finite bound on this cell")
    return increasing(x, lambda end: _sharper(24 + max(0, end.size()), _tan_at, end))


def _tan_at(x: Interval) -> Interval:
    return _circular_at(x, 0) / _circular_at(x, 1)


def atan(x: Interval) -> Interval:
    """atan."""
    return increasing(bounded(x, 10**30), lambda end: _sharper(16, _atan_at, end))


def _atan_at(x: Interval) -> Interval:
    """Three times atan x = 2 atan(x/(1 + sqrt(1 + x^2))), which brings |x| below 1/4, then the series."""
    for _ in range(3):
        x = x / (1 + (1 + x * x).square_root())
    return 8 * _odd_series(x, -1)


def asin(x: Interval) -> Interval:
    """asin on [-1, 1]: 2 atan(x/(1 + sqrt(1 - x^2))), regular at both ends."""

    def at(x: Interval) -> Interval:
        return 2 * _atan_at(x / (1 + ((1 - x) * (1 + x)).square_root()))

    return increasing(x, lambda end: _sharper(16, at, end))


# Hyperbolic functions


def sinh(x: Interval) -> Interval:
    """sinh, for arguments below 10^5 or so."""
    return increasing(bounded(x), lambda end: _sharper(24 + max(0, end.size()), _sinh_at, end))


def _sinh_at(x: Interval) -> Interval:
    """The power series for |x| <= 1/2, where the two exponentials would cancel; else their difference."""
    if x.size() <= -1:
        return _factorial_series(x, x * x, lambda k: (2 * k + 2) * (2 * k + 3))
    value = _exp_at(x)
    return (value - 1 / value) / 2


def cosh(x: Interval) -> Interval:
    """cosh = (exp x + exp(-x))/2, which increases with |x|."""

    def at(x: Interval) -> Interval:
        value = _exp_at(x)
        return (value + 1 / value) / 2

    return increasing(bounded(x).absolute(), lambda end: _sharper(24 + max(0, end.size()), at, end))


def tanh(x: Interval) -> Interval:
    """tanh = sinh/cosh near 0, else 1 - 2/(exp(2x) + 1)."""

    def at(x: Interval) -> Interval:
        if x.size() <= -1:
            value = _sinh_at(x)
            return value / (1 + value * value).square_root()
        return 1 - 2 / (_exp_at(2 * x) + 1)

    return increasing(bounded(x, LARGEST_HYPERBOLIC), lambda end: _sharper(24 + max(0, end.size()), at, end))


LARGEST_HYPERBOLIC = 50_000


def asinh(x: Interval) -> Interval:
    """asinh x = log(1 + x + x^2/(1 + sqrt(1 + x^2))) for x >= 0, and odd."""

    def at(x: Interval) -> Interval:
        return _log_of_one_plus(x + x * x / (1 + (1 + x * x).square_root()))

    return increasing(x, lambda end: _sharper(16, lambda e: at(e) if e.lo >= 0 else -at(-e), end))
