"""E log Q and E Q^{-s} of a quadratic form on the sphere, as certified one-dimensional integrals.

Q = sum_k lambda_k w_k^2, w uniform on the unit sphere of R^d, lambda_k >= 0 and not all zero. A Gaussian vector is its
direction times an independent length, and log and powers are integrals of exp(-t Q):

    E log Q  = int_0^inf [(1 + 2t)^{-d/2} - prod_k (1 + 2 lambda_k t)^{-1/2}] dt/t,                                     (1)
    E Q^{-s} = 2^s Gamma(d/2) / (Gamma(d/2 - s) Gamma(s)) int_0^inf t^{s-1} prod_k (1 + 2 lambda_k t)^{-1/2} dt.          (2)

**Accuracy.** Balls. With t = e^x the integrand is analytic in |Im x| < pi; the middle is integrated by Arb's certified
quadrature [1], both tails are bounded by hand: near 0 by 0 <= 1 - prod (1 + 2 lambda_k t)^{-1/2} <= t sum lambda_k, and near
infinity by dropping the 1 and all but the j largest eigenvalues, for the best j.

**Complex sphere.** w on the unit sphere of C^d is one of R^{2d}: give every eigenvalue twice.

References
----------
[1] F. Johansson, Numerical integration in arbitrary-precision ball arithmetic, ICMS 2018, LNCS 10931, 255-263.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any

from flint import acb, arb, ctx

from theory.enclosure.ball import ball_of
from theory.haar.dimension import exact_rational
from theory.haar.sphere import checked_spectrum
from theory.number import Number

__all__ = ["expected_inverse_power", "expected_log"]

_Grouped = tuple[tuple[Fraction, int], ...]


def expected_log(spectrum: Iterable[Any]) -> Number:
    """Return E log Q, equation (1) of the module.

    Parameters
    ----------
    spectrum : sequence of rational numbers, length d
        The lambda_k >= 0, not all zero; exact (int, Fraction, SymPy Rational).

    Returns
    -------
    Number
        Certified (exact 0 if every eigenvalue is 1). By Jensen at most log(sum lambda_k / d), equality for equal ones.

    Raises
    ------
    TypeError
        If an eigenvalue is not an exact rational number.
    ValueError
        If the spectrum is empty, has a negative eigenvalue, or only zeros.

    Notes
    -----
    **Use.** For d x d batches this is the exact expected one-step change of the isometry gap under a Haar layer followed by
    batch normalisation, lambda the eigenvalues of X X^T at trace d.

    Examples
    --------
    In the plane E log Q = log((1 + sqrt(det)) / 2) at trace 2; here the determinant is 3/4 * 5/4 = 15/16:

    >>> import mpmath
    >>> value = expected_log([Fraction(3, 4), Fraction(5, 4)]).value(30)
    >>> with mpmath.workdps(30):
    ...     bool(abs(value - mpmath.log((1 + mpmath.sqrt(mpmath.mpf(15) / 16)) / 2)) < mpmath.mpf(10) ** -28)
    True
    """
    values = _grouped(spectrum, "expected_log")
    if len(values) == 1:
        value = values[0][0]
        return Number.of(0) if value == 1 else Number.converging(lambda: ball_of(value).log())
    return Number.converging(lambda: _log_integral(values))


def expected_inverse_power(spectrum: Iterable[Any], exponent: Any) -> Number:
    """Return E Q^{-s}, equation (2) of the module.

    Parameters
    ----------
    spectrum : sequence of rational numbers, length d
        The lambda_k >= 0, not all zero; exact.
    exponent : rational number
        s > 0; below half the number of positive eigenvalues (otherwise the expectation is infinite) unless all are equal.

    Returns
    -------
    Number
        Certified; by Jensen at least (sum lambda_k / d)^{-s}.

    Raises
    ------
    TypeError
        If an eigenvalue or the exponent is not an exact rational number.
    ValueError
        If the spectrum is empty, has a negative eigenvalue, or only zeros; if s is out of range.

    Examples
    --------
    On a sphere in R^4 with eigenvalues (2, 2, 0, 0), Q / 2 is uniform on [0, 1], so E Q^{-1/2} = sqrt(2):

    >>> expected_inverse_power([2, 2, 0, 0], Fraction(1, 2)).decimal(15)
    '1.41421356237310'
    """
    values = _grouped(spectrum, "expected_inverse_power")
    s = exact_rational(exponent, function="expected_inverse_power", name="exponent")
    rank = sum(count for value, count in values if value)
    if s <= 0:
        raise ValueError(f"expected_inverse_power needs an exponent s > 0, got exponent={s}.")
    if len(values) == 1:
        value = values[0][0]
        return Number.converging(lambda: ball_of(value) ** ball_of(-s))
    if 2 * s >= rank:
        raise ValueError(
            f"expected_inverse_power needs s < rank/2 (E Q^(-s) is infinite otherwise), got exponent={s}, rank={rank}."
        )
    return Number.converging(lambda: _power_integral(values, s))


def _grouped(spectrum: Iterable[Any], function: str) -> _Grouped:
    """Return ((eigenvalue, multiplicity), ...), largest first."""
    counts = Counter(checked_spectrum(spectrum, function=function))
    if min(counts) < 0 or max(counts) == 0:
        raise ValueError(
            f"{function} needs eigenvalues >= 0, one of them positive (Q is positive then), "
            f"got a smallest of {min(counts)} and a largest of {max(counts)}."
        )
    return tuple(sorted(counts.items(), reverse=True))


def _log_integral(values: _Grouped) -> arb:
    d = sum(count for _, count in values)
    ones: _Grouped = ((Fraction(1), d),)

    def integrand(x: acb, analytic: bool) -> acb:
        t = x.exp()
        return _characteristic(ones, t, analytic) - _characteristic(values, t, analytic)

    left, right = (
        _cut_near_zero(Fraction(1)),
        _cut_near_infinity(values, Fraction(0)).max(_cut_near_infinity(ones, Fraction(0))),
    )
    trace = sum(value * count for value, count in values)
    below = left.exp() * ball_of(trace + d)
    above = _tail(values, Fraction(0), right) + _tail(ones, Fraction(0), right)
    return _integral(integrand, left, right) + arb(0, 1) * (below + above).upper()


def _power_integral(values: _Grouped, s: Fraction) -> arb:
    half = Fraction(sum(count for _, count in values), 2)
    exponent = acb(ball_of(s))

    def integrand(x: acb, analytic: bool) -> acb:
        return (exponent * x).exp() * _characteristic(values, x.exp(), analytic)

    left, right = _cut_near_zero(s), _cut_near_infinity(values, s)
    below, above = (left * ball_of(s)).exp() / ball_of(s), _tail(values, s, right)
    total = _integral(integrand, left, right) + arb(0, 1) * (below + above).upper()
    factor = ball_of(half).gamma() / (ball_of(half - s).gamma() * ball_of(s).gamma())
    return arb(2) ** ball_of(s) * factor * total


def _characteristic(values: _Grouped, t: acb, analytic: bool) -> acb:
    """Return prod_k (1 + 2 lambda_k t)^{-1/2}."""
    result = acb(1)
    for value, count in values:
        if value:
            base = 1 + 2 * ball_of(value) * t
            result *= base ** (-count // 2) if count % 2 == 0 else base.rsqrt(analytic=analytic) ** count
    return result


def _integral(integrand: Callable[[acb, bool], acb], left: arb, right: arb) -> arb:
    return acb.integral(integrand, acb(left), acb(right)).real


def _cut_near_zero(s: Fraction) -> arb:
    """Return an exact x with e^{s x} below the working precision."""
    return (-(ctx.prec + 10) * arb.const_log2() / ball_of(s)).lower().floor().mid()


def _largest_eigenvalues(values: _Grouped) -> Iterator[tuple[int, arb]]:
    """Yield (j, log prod_{k<=j} (2 lambda_k)^{-1/2}) over the j largest eigenvalues, whole groups at a time."""
    j, log_constant = 0, arb(0)
    for value, count in values:
        if value:
            j += count
            log_constant -= count * (2 * ball_of(value)).log() / 2
            yield j, log_constant


def _cut_near_infinity(values: _Grouped, s: Fraction) -> arb:
    """Return an exact x beyond which the tail of e^{s x} prod (1 + 2 lambda_k e^x)^{-1/2} is below the precision."""
    best = arb("inf")
    for j, log_constant in _largest_eigenvalues(values):
        rate = Fraction(j, 2) - s
        if rate > 0:
            best = best.min((log_constant + (ctx.prec + 10) * arb.const_log2() - ball_of(rate).log()) / ball_of(rate))
    return best.upper().ceil().mid()


def _tail(values: _Grouped, s: Fraction, x: arb) -> arb:
    """Return a bound of the integral from x to infinity, the best over j: C_j e^{(s - j/2) x} / (j/2 - s)."""
    best = arb("inf")
    for j, log_constant in _largest_eigenvalues(values):
        rate = Fraction(j, 2) - s
        if rate > 0:
            best = best.min((log_constant - ball_of(rate) * x).exp() / ball_of(rate))
    return best
