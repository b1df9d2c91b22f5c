"""erf, erfc, Gamma, its logarithm and derivatives, and the incomplete gamma functions on intervals.

erf by a series of positive terms, erfc by its continued fraction (whose convergents alternate), log Gamma and its
derivatives by Stirling's series (which envelops, for x > 0), the incomplete gamma function by a series of positive terms.
As in `elementary.py`, rounding is the intervals' business and each truncation is argued where it happens.

References: NIST Digital Library of Mathematical Functions, 5.11 (Stirling's series and its error), 5.15 (polygamma),
7.6 (erf), 7.9 (continued fraction of erfc), 8.7 (incomplete gamma).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache

from .elementary import exp, log, pi
from .intervals import WORK, Interval, NoBound, around, bounded, hull, increasing, join, point

_ZERO, _ONE = Interval(0, 0, 0), Interval(1, 1, 0)
_LARGEST_GAMMA = 10**9


def erf(x: Interval) -> Interval:
    """erf."""
    return increasing(bounded(x), lambda e: _erf_at(e) if e.lo >= 0 else -_erf_at(-e))


def _erf_at(x: Interval) -> Interval:
    """2/sqrt(pi) exp(-x^2) sum_n 2^n x^(2n+1)/(2n+1)!!; ratios 2x^2/(2n+3) decrease, so after one below 1/2 the rest is
    below its last term."""
    if (x - 5).lo > 0:
        return 1 - _erfc_large(x)
    square = 2 * (x * x)
    total = term = x
    n = 0
    while True:
        ratio = square / (2 * n + 3)
        term, n = term * ratio, n + 1
        total = total + term
        if ratio.size() <= -1 and (not term.hi or term.size() < total.size() - WORK.bits):
            break
    return 2 / pi().square_root() * exp(-(x * x)) * (total + join(_ZERO, term))


def _erfc_large(x: Interval) -> Interval:
    """erfc for x >= 2: exp(-x^2)/sqrt(pi) / (x + (1/2)/(x + 1/(x + (3/2)/(x + ...)))).

    The partial quotients are positive, so two consecutive convergents enclose the value, whatever the depth.
    """
    whole = max(1, (x.lo << x.e) if x.e >= 0 else x.lo >> -x.e)
    depth = 8 + min(120, (36 * WORK.bits // (100 * whole)) ** 2 // 2)
    values = []
    for last in (depth, depth + 1):
        tail = x
        for k in range(last, 0, -1):
            tail = x + Fraction(k, 2) / tail
        values.append(1 / tail)
    return exp(-(x * x)) / pi().square_root() * hull(*values)


def erfc(x: Interval) -> Interval:
    """erfc, of small relative error for large x."""
    # erfc(-x) increases
    return increasing(-bounded(x), lambda e: _erfc_large(-e) if (e + 2).hi < 0 else 1 - erf(-e))


# Gamma and its derivatives


def polygamma(x: Interval, order: int) -> Interval:
    """psi^(m) on x > 0: (-1)^(m+1) psi^(m) decreases for m >= 1, and psi increases."""
    _check_gamma(x)
    if order % 2 == 0:
        return increasing(x, lambda e: _polygamma_at(e, order))
    return -increasing(x, lambda e: -_polygamma_at(e, order))


def _check_gamma(x: Interval) -> None:
    if x.lo <= 0 or (_LARGEST_GAMMA - x).lo < 0:
        raise NoBound("no finite bound on this cell")


def _shifted_far(y: Interval) -> bool:
    """Whether Stirling's series starts here: beyond a fifth of the bits in use; its remainder is bounded anyway."""
    return bool((5 * y - WORK.bits).lo >= 0)


def _polygamma_at(x: Interval, m: int) -> Interval:
    """Stirling's series after a shift by N: for m >= 1 with signs (-1)^(m+1), psi(x) = log x - 1/(2x) - ..."""
    below, y = _ZERO, x
    while not _shifted_far(y):
        below, y = below + 1 / y.power(m + 1), y + 1
    if m == 0:
        return log(y) - 1 / (2 * y) - _total(_bernoulli_terms(y, 0)) - below
    total = math.factorial(m - 1) / y.power(m) + math.factorial(m) / (2 * y.power(m + 1))
    total = total + _total(_bernoulli_terms(y, m)) + math.factorial(m) * below
    return total if m % 2 else -total


def _total(terms: Iterator[Interval]) -> Interval:
    total = _ZERO
    for term in terms:
        total = total + term
    return total


def _bernoulli_terms(y: Interval, m: int) -> Iterator[Interval]:
    """B_2k (2k+m-1)!/((2k)! y^(2k+m)) for k = 1..15, then [-,+] the next one, which bounds the remainder."""
    for k in range(1, 17):
        term = point(_stirling_factor(k, m)) / y.power(2 * k + m)
        yield term if k < 16 else around(term)


@lru_cache(maxsize=1000)
def _stirling_factor(k: int, m: int) -> Fraction:
    return _bernoulli(2 * k) * math.factorial(2 * k + m - 1) / math.factorial(2 * k)


@lru_cache(maxsize=64)
def _bernoulli(n: int) -> Fraction:
    """B_n = -1/(n+1) sum_{k<n} binomial(n+1, k) B_k."""
    if n == 0:
        return Fraction(1)
    return -sum((math.comb(n + 1, k) * _bernoulli(k) for k in range(n)), Fraction(0)) / (n + 1)


def loggamma(x: Interval) -> Interval:
    """log Gamma on x > 0: mean value form with psi, which increases."""
    _check_gamma(x)
    if x.is_point:
        return _loggamma_at(x)
    middle = x.middle()
    return _loggamma_at(middle) + polygamma(x, 0) * (x - middle)


def _loggamma_at(x: Interval) -> Interval:
    """Stirling's series after a shift: log Gamma(x) = log Gamma(x + N) - log(x (x+1) ... (x+N-1))."""
    below, y = _ONE, x
    while not _shifted_far(y):
        below, y = below * y, y + 1
    total = (y - Fraction(1, 2)) * log(y) - y + log(2 * pi()) / 2
    # B_2k/(2k(2k-1) y^(2k-1)) is the term of `_bernoulli_terms` with m = -1.
    return total + _total(_bernoulli_terms(y, -1)) - log(below)


def lowergamma(x: Interval, parameter: str) -> Interval:
    """Lower incomplete gamma function, not regularised, on 0 <= x <= 100."""
    if x.lo < 0 or (100 - x).lo < 0:
        raise NoBound("no finite bound on this cell")
    return increasing(x, lambda e: _lowergamma_at(e, Fraction(parameter)))


def _lowergamma_at(x: Interval, s: Fraction) -> Interval:
    """x^s exp(-x) sum_n x^n/(s(s+1)...(s+n)); ratios x/(s+n+1) decrease, so after one below 1/2 the rest is below its
    last term."""
    if not x.hi:
        return _ZERO
    total = term = 1 / point(s)
    n = 0
    while True:
        n += 1
        ratio = x / point(s + n)
        term = term * ratio
        total = total + term
        if ratio.size() <= -1 and term.size() < total.size() - WORK.bits:
            break
    return exp(s * log(x) - x) * (total + join(_ZERO, term))


def uppergamma(x: Interval, parameter: str) -> Interval:
    """Upper incomplete gamma function, as the rest of Gamma (s): absolute accuracy only."""
    return exp(loggamma(point(Fraction(parameter)))) - lowergamma(x, parameter)
