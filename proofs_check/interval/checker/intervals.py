"""Functions of intervals, with those that `mpmath.iv` lacks summed here and their remainders bounded.

atan and erf by Taylor series, erfc by its continued fraction (whose convergents alternate), log Gamma and its
derivatives by Stirling's series (which envelops, for x > 0), the incomplete gamma function by its series of positive terms. A
monotone function takes its range from the two ends. Outside its domain, or where an argument is so large that
reducing it would take long, a function raises `NoBound`.

References: NIST Digital Library of Mathematical Functions, 5.11 (Stirling's series and its error), 5.15 (polygamma),
7.6 (erf), 7.9 (continued fraction of erfc), 8.7 (incomplete gamma).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any

from mpmath import iv, libmp

LARGEST_ARGUMENT = 100_000


class NoBound(Exception):  # noqa: N818 - the absence of a bound is an answer, not an error
    """An interval function was asked outside its domain, or for a derivative at a kink."""


def point(value: Fraction) -> Any:
    """Enclose a rational."""
    return iv.mpf(value.numerator) / value.denominator


def interval(low: Fraction, high: Fraction) -> Any:
    """Enclose [low, high]."""
    return join(point(low), point(high))


def join(low: Any, high: Any) -> Any:
    """From the lower end of one interval to the upper end of another."""
    return iv.make_mpf((low._mpi_[0], high._mpi_[1]))


def lower_end(x: Any) -> Any:
    """The lower end as an interval."""
    return iv.make_mpf((x._mpi_[0], x._mpi_[0]))


def upper_end(x: Any) -> Any:
    """The upper end as an interval."""
    return iv.make_mpf((x._mpi_[1], x._mpi_[1]))


def bounded(x: Any, size: int = LARGEST_ARGUMENT) -> Any:
    """The interval, if its ends are numbers of moderate size: beyond, exp and the reduction by pi cost too much."""
    if not (x.a >= -size and x.b <= size):
        raise NoBound("no finite bound on this cell")
    return x


def increasing(x: Any, function: Callable[[Any], Any]) -> Any:
    """The range of an increasing function from the two ends."""
    low = function(lower_end(x))
    return low if x._mpi_[0] == x._mpi_[1] else join(low, function(upper_end(x)))


def exp(x: Any) -> Any:
    """exp, for arguments of moderate size."""
    return iv.exp(bounded(x))


def log(x: Any) -> Any:
    """log on x > 0."""
    if not (x.a > 0 and x.b < iv.inf):
        raise NoBound("no finite bound on this cell")
    return iv.log(x)


def sqrt(x: Any) -> Any:
    """sqrt on x >= 0."""
    if not (x.a >= 0 and x.b < iv.inf):
        raise NoBound("no finite bound on this cell")
    return iv.sqrt(x)


def divide(x: Any, y: Any) -> Any:
    """The quotient, by an interval without 0."""
    if not (y.a > 0 or y.b < 0):
        raise NoBound("no finite bound on this cell")
    return x / y


def absolute(x: Any) -> Any:
    """|x|."""
    return x if x.a >= 0 else -x if x.b <= 0 else join(iv.mpf(0), upper_end(-x) if -x.a > x.b else upper_end(x))


def atan(x: Any) -> Any:
    """atan."""
    return increasing(bounded(x, 10**30), _atan_at)


def _atan_at(x: Any) -> Any:
    """atan at a point: three halvings atan x = 2 atan(x/(1 + sqrt(1 + x^2))) bring |x| below 1/4, then Taylor."""
    for _ in range(3):
        x = x / (1 + iv.sqrt(1 + x * x))
    total, power, square, k = x, x, x * x, 1
    while k < iv.prec:
        power, k = -power * square, k + 2
        total += power / k
    remainder = absolute(power * square)  # the series alternates: at most the next term
    return 8 * (total + join(-remainder, remainder))


def _asin_at(x: Any) -> Any:
    """asin x = 2 atan(x/(1 + sqrt(1 - x^2))), regular at both ends."""
    return 2 * atan(x / (1 + sqrt(1 - x * x)))


def asin(x: Any) -> Any:
    """asin on [-1, 1]."""
    return increasing(x, _asin_at)


def asinh(x: Any) -> Any:
    """log(x + sqrt(1 + x^2)) from the ends, odd: no cancellation for negative x."""
    return increasing(x, lambda e: log(e + iv.sqrt(1 + e * e)) if e.a >= 0 else -log(-e + iv.sqrt(1 + e * e)))


def erf(x: Any) -> Any:
    """erf."""
    return increasing(bounded(x), lambda e: _erf_at(e) if e.a >= 0 else -_erf_at(-e))


def _erf_at(x: Any) -> Any:
    """2/sqrt(pi) exp(-x^2) sum_n 2^n x^(2n+1)/(2n+1)!!, positive terms, ratio 2x^2/(2n+3)."""
    if x.a > 5:
        return 1 - _erfc_large(x)
    term = total = x
    n, ratio = 0, iv.mpf(1)
    while not (ratio.b < 0.5 and (term.b == 0 or (term / total).b < iv.mpf(2) ** (-iv.prec))):
        ratio = 2 * x * x / (2 * n + 3)
        term, n = term * ratio, n + 1
        total += term
    # Ratios decrease, so the rest is below a geometric series of ratio < 1/2.
    return 2 / iv.sqrt(iv.pi) * iv.exp(-x * x) * (total + join(iv.mpf(0), term))


def _erfc_large(x: Any) -> Any:
    """erfc for x >= 2: exp(-x^2)/sqrt(pi) / (x + (1/2)/(x + 1/(x + (3/2)/(x + ...)))); convergents alternate."""
    values = []
    enough = 8 + int(min(120.0, (0.36 * iv.prec / float(x.a.mid)) ** 2 / 2))  # any depth is rigorous
    for depth in (enough, enough + 1):
        tail = x
        for k in range(depth, 0, -1):
            tail = x + iv.mpf(k) / 2 / tail
        values.append(1 / tail)
    between = join(*values) if values[0].a <= values[1].a else join(values[1], values[0])
    if values[0].b > between.b:
        between = join(between, values[0])
    return iv.exp(-bounded(x * x)) / iv.sqrt(iv.pi) * between


def erfc(x: Any) -> Any:
    """erfc, of small relative error for large x."""
    return increasing(-bounded(x), lambda e: _erfc_large(-e) if e.b < -2 else 1 - erf(-e))  # erfc(-e) increases


def polygamma(x: Any, order: int) -> Any:
    """psi^(m) on x > 0: (-1)^(m+1) psi^(m) decreases for m >= 1, and psi increases."""
    if not (x.a > 0 and x.b < 10**9):
        raise NoBound("no finite bound on this cell")
    if order % 2 == 0:
        return increasing(x, lambda e: _polygamma_at(e, order))
    return -increasing(x, lambda e: -_polygamma_at(e, order))


def _polygamma_at(x: Any, m: int) -> Any:
    """Stirling's series after a shift by N: for m >= 1 with signs (-1)^(m+1), psi(x) = log x - 1/(2x) - ..."""
    sign, below, y = (-1) ** (m + 1), iv.mpf(0), x
    while y.a < _STIRLING * iv.prec:
        below += 1 / y ** (m + 1)
        y = y + 1
    total = (
        (iv.log(y) - 1 / (2 * y)) if m == 0 else math.factorial(m - 1) / y**m + math.factorial(m) / (2 * y ** (m + 1))
    )
    for term in _bernoulli_terms(y, m):
        total += -term if m == 0 else term
    return total - below if m == 0 else sign * (total + math.factorial(m) * below)


_STIRLING = 0.2  # the series starts beyond this many times the precision in bits; the remainder is bounded anyway


def _bernoulli_terms(y: Any, m: int) -> Iterator[Any]:
    """B_2k (2k+m-1)!/((2k)! y^(2k+m)) for k = 1..15, then [-,+] the next one, which bounds the remainder."""
    for k in range(1, 17):
        term = point(_stirling_factor(k, m)) / y ** (2 * k + m)
        yield term if k < 16 else join(-absolute(term), absolute(term))


@lru_cache(maxsize=1000)
def _stirling_factor(k: int, m: int) -> Fraction:
    numerator, denominator = libmp.bernfrac(2 * k)
    return Fraction(int(numerator), int(denominator)) * Fraction(math.factorial(2 * k + m - 1), math.factorial(2 * k))


def loggamma(x: Any) -> Any:
    """log Gamma on x > 0: mean value form with psi, which increases."""
    if x._mpi_[0] == x._mpi_[1]:
        return _loggamma_at(x)
    slope = polygamma(x, 0)
    middle = iv.make_mpf((x.mid._mpi_[0], x.mid._mpi_[0]))
    return _loggamma_at(middle) + slope * (x - middle)


def _loggamma_at(x: Any) -> Any:
    if not (x.a > 0 and x.b < 10**9):
        raise NoBound("no finite bound on this cell")
    below, y = iv.mpf(1), x
    while y.a < _STIRLING * iv.prec:
        below, y = below * y, y + 1
    total = (y - iv.mpf(1) / 2) * iv.log(y) - y + iv.log(2 * iv.pi) / 2
    # B_2k/(2k(2k-1) y^(2k-1)) is the term above with m = -1.
    for term in _bernoulli_terms(y, -1):
        total += term
    return total - iv.log(below)


def lowergamma(x: Any, parameter: str) -> Any:
    """Lower incomplete gamma function, not regularised, on 0 <= x <= 100."""
    if not (x.a >= 0 and x.b <= 100):
        raise NoBound("no finite bound on this cell")
    return increasing(x, lambda e: _lowergamma_at(e, Fraction(parameter)))


def _lowergamma_at(x: Any, s: Fraction) -> Any:
    """x^s exp(-x) sum_n x^n/(s(s+1)...(s+n)), positive terms with decreasing ratio x/(s+n+1)."""
    if x.b == 0:
        return iv.mpf(0)
    shape = point(s)
    term = total = 1 / shape
    n, ratio = 0, iv.mpf(1)
    while not (ratio.b < 0.5 and (term / total).b < iv.mpf(2) ** (-iv.prec)):
        n += 1
        ratio = x / (shape + n)
        term = term * ratio
        total += term
    return iv.exp(shape * iv.log(x) - x) * (total + join(iv.mpf(0), term))


def uppergamma(x: Any, parameter: str) -> Any:
    """Upper incomplete gamma function, as the rest of Gamma (s): absolute accuracy only."""
    return exp(loggamma(point(Fraction(parameter)))) - lowergamma(x, parameter)
