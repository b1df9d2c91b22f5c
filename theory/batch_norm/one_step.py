"""One layer X -> BN(W X), W Haar on O(d): the exact law of its effect on the isometry gap.

**Conventions.** X is d x d, rows are features and columns samples; BN(X) = diag(X X^T)^{-1/2} X without mean subtraction; the
*spectrum* of X are the eigenvalues lambda of X X^T scaled to trace d, and phi = -(1/d) sum log lambda its isometry gap. The squared
norms a_i = sum_k lambda_k W_ik^2 of the rows of W X add up to d, and det BN(WX)^2 = det X^2 / prod a_i, so that

    phi_next = phi + (1/d) sum_i log a_i,      E phi_next - phi = E log Q,   Q = sum_k lambda_k w_k^2,   w uniform on the sphere.   (1)

Moments are polynomials in s_j = sum_k (lambda_k - 1)^j:

    E (Q-1)^2 = 2 s_2 / (d (d+2)),      E (Q-1)^3 = 8 s_3 / (d (d+2) (d+4)),                                              (2)
    E (Q-1)^4 = 12 (s_2^2 + 4 s_4) / (d (d+2) (d+4) (d+6)),    Cov(a_i, a_j) = -Var(a_i) / (d-1).                         (3)

References
----------
[1] A. Meterez et al., Towards training without depth limits: batch normalization without gradient explosion, ICLR 2024.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from math import comb
from typing import Any

import flint
import sympy as sp
from flint import arb
from sympy import Expr

from theory.enclosure.ball import ball_of, bits_of, working_bits
from theory.haar.dimension import checked_integer
from theory.haar.partition import Partition
from theory.haar.rational_function import RationalFunction
from theory.haar.sphere import checked_spectrum, row_moment
from theory.haar.sphere_integral import expected_log
from theory.number import Number

__all__ = [
    "batch_spectrum",
    "central_power_sum",
    "centred_moment",
    "centred_moment_by_binomial",
    "isometry_gap",
    "log_moment_series",
    "one_step_change",
    "row_covariance",
]


def batch_spectrum(eigenvalues: Iterable[Any], *, function: str = "batch_spectrum") -> tuple[Fraction, ...]:
    """Return the eigenvalues lambda of X X^T at trace d, largest first, after checking them.

    Parameters
    ----------
    eigenvalues : sequence of rational numbers, length d >= 2
        Exact, nonnegative, of sum d.
    function : str
        Who asks; for the message.

    Returns
    -------
    tuple of Fraction

    Raises
    ------
    TypeError
        If an eigenvalue is not an exact rational number.
    ValueError
        If there are fewer than two, one is negative, or the sum is not d.

    Examples
    --------
    >>> batch_spectrum([Fraction(1, 2), Fraction(3, 2)])
    (Fraction(3, 2), Fraction(1, 2))
    """
    values = tuple(sorted(checked_spectrum(eigenvalues, function=function), reverse=True))
    if len(values) < 2:
        raise ValueError(f"{function} needs d >= 2 eigenvalues (one row is always isometric), got {len(values)}.")
    if values[-1] < 0:
        raise ValueError(f"{function} needs eigenvalues >= 0 (of X X^T), got a smallest of {values[-1]}.")
    if sum(values) != len(values):
        raise ValueError(
            f"{function} needs a spectrum of trace d (batch norm keeps it), got trace={sum(values)} for d={len(values)}; "
            "multiply by d/trace."
        )
    return values


def central_power_sum(spectrum: Iterable[Fraction], power: int) -> Fraction:
    """Return s_power = sum_k (lambda_k - 1)^power."""
    return sum((count * (value - 1) ** power for value, count in Counter(spectrum).items()), Fraction(0))


def isometry_gap(eigenvalues: Iterable[Any]) -> Number:
    """Return phi = -(1/d) sum_k log lambda_k of a spectrum of trace d.

    Parameters
    ----------
    eigenvalues : sequence of rational numbers, length d
        As for `batch_spectrum`, and positive.

    Returns
    -------
    Number
        In nats; 0 exactly for the identity, positive otherwise.

    Raises
    ------
    TypeError, ValueError
        As `batch_spectrum`; also for an eigenvalue 0 (the gap is infinite and no theorem speaks of it).

    Examples
    --------
    >>> isometry_gap([Fraction(1, 2), Fraction(3, 2)]).decimal(10)
    '0.1438410362'
    """
    values = batch_spectrum(eigenvalues, function="isometry_gap")
    if values[-1] == 0:
        raise ValueError(
            "isometry_gap needs positive eigenvalues (a singular batch has an infinite gap, and stays singular under every layer: "
            "the contraction theorem does not cover it), got an eigenvalue 0."
        )
    if values[0] == 1:
        return Number.of(0)
    groups = Counter(values).items()

    def enclose(digits: int) -> flint.arb:
        with working_bits(bits_of(digits) + 32):
            return -sum((count * ball_of(value).log() for value, count in groups), ball_of(0)) / len(values)

    return Number.certified(enclose)


def one_step_change(eigenvalues: Iterable[Any]) -> Number:
    """Return E[phi(X_next) - phi(X) | X] = E log Q, equation (1) of the module.

    Parameters
    ----------
    eigenvalues : sequence of rational numbers, length d
        As for `batch_spectrum`; zeros are allowed: the change is finite where the gap is not.

    Returns
    -------
    Number
        At most 0, in nats; 0 exactly for the identity.

    Raises
    ------
    TypeError, ValueError
        As `batch_spectrum`.

    Examples
    --------
    One direction alone, d = 2: E log(2 cos^2) = -log 2.

    >>> one_step_change([2, 0]).decimal(10)
    '-0.6931471806'
    """
    return expected_log(batch_spectrum(eigenvalues, function="one_step_change"))


def moment_coefficients(powers: list[int]) -> dict[Partition, Expr]:
    """Return {mu: coefficient of p_mu in E prod a_i^{k_i}} as SymPy expressions in the positive symbol d."""
    d = sp.Symbol("d", positive=True)
    table = row_moment("orthogonal", powers)
    return {mu: c.as_sympy(d) for mu, c in table.items() if isinstance(c, RationalFunction)}


@cache
def centred_moment(power: int) -> Expr:
    """Return E (Q-1)^power in d, s2, s3, ..., s_power, for a spectrum of trace d; equations (2) and (3) for power <= 4.

    Parameters
    ----------
    power : int
        1 to 8.

    Returns
    -------
    sympy.Expr
        In positive symbol d and symbols s2, s3, ...

    Raises
    ------
    TypeError, ValueError
        If the power is no integer of that range.

    Examples
    --------
    >>> print(centred_moment(2), "and", centred_moment(3))
    2*s2/(d*(d + 2)) and 8*s3/(d*(d + 2)*(d + 4))
    """
    order = checked_integer(power, function="centred_moment", name="power", least=1)
    if order > 8:
        raise ValueError(f"centred_moment needs power <= 8 (beyond, evaluate on a spectrum), got power={order}.")
    # Q - 1 is the form with eigenvalues lambda_k - 1: its power sums are 0, s2, s3, ...
    total = sp.Integer(0)
    for parts, coefficient in moment_coefficients([order]).items():
        if 1 not in parts:
            total += coefficient * sp.prod(sp.Symbol(f"s{part}") for part in parts)
    return sp.factor(total)


@cache
def row_covariance() -> Expr:
    """Return Cov(a_i, a_j) of two rows of one Haar matrix, in d and s2.

    Examples
    --------
    The d forms add up to d, so each has -1/(d-1) of its variance in common with every other:

    >>> import sympy as sp
    >>> sp.cancel(row_covariance() / centred_moment(2))
    -1/(d - 1)
    """
    return sp.factor(moment_coefficients([1, 1])[(2,)] * sp.Symbol("s2"))


def log_moment_series(eigenvalues: Iterable[Any], digits: int = 20, *, largest_terms: int = 3000) -> flint.arb | None:
    """Return a ball of E log Q from moments alone, or None if it would take too many of them.

    With m the mean of the largest and the smallest eigenvalue and q = (max - min)/(max + min) < 1,

        E log Q = log m - sum_{k>=1} E (1 - Q/m)^k / k,      |terms beyond K| <= q^{K+1} / ((K+1) (1-q)),

    and 1 - Q/m is the quadratic form with eigenvalues 1 - lambda/m. This is a second route to `one_step_change`.

    Parameters
    ----------
    eigenvalues : sequence of rational numbers, length d
        As for `batch_spectrum`, and positive.
    digits : int
        Size of the remainder.
    largest_terms : int
        The number of moments grows like 1/log(1/q), the work with its square.

    Returns
    -------
    flint.arb or None

    Raises
    ------
    TypeError, ValueError
        As `isometry_gap`.

    Examples
    --------
    >>> spectrum = [Fraction(1, 2), Fraction(3, 2)]
    >>> bool(log_moment_series(spectrum).overlaps(one_step_change(spectrum).ball(25)))
    True
    """
    values = batch_spectrum(eigenvalues, function="log_moment_series")
    if values[-1] == 0:
        raise ValueError("log_moment_series needs positive eigenvalues (q < 1), got an eigenvalue 0.")
    middle = (values[0] + values[-1]) / 2
    ratio = (values[0] - values[-1]) / (values[0] + values[-1])
    if ratio == 0:
        return ball_of(0)

    with working_bits(bits_of(digits) + 40):
        bound = -ball_of(digits) * ball_of(10).log() / ball_of(ratio).log()
        terms = int(bound.upper().ceil().unique_fmpz()) + 1
        if terms > largest_terms:
            return None
        groups = [(ball_of(1 - value / middle), count) for value, count in Counter(values).items()]
        total = ball_of(middle).log() - _series(groups, len(values), terms)
        remainder = ball_of(ratio) ** (terms + 1) / ((terms + 1) * (1 - ball_of(ratio)))
        return total + arb(0, 1) * remainder.upper()


def _series(groups: list[tuple[flint.arb, int]], size: int, terms: int) -> flint.arb:
    """Return sum_{k=1..terms} E Q^k / k from the recurrence 2 k c_k = sum_j p_j c_{k-j}, E Q^k = k! c_k / (d/2)_k."""
    powers = [ball_of(1) for _ in groups]
    power_sums, coefficients = [ball_of(size)], [ball_of(1)]
    total, factor = ball_of(0), ball_of(1)
    for k in range(1, terms + 1):
        powers = [power * value for power, (value, _) in zip(powers, groups, strict=True)]
        power_sums.append(sum((count * power for power, (_, count) in zip(powers, groups, strict=True)), ball_of(0)))
        pairs = zip(power_sums[1:], reversed(coefficients), strict=True)
        coefficients.append(sum((p * c for p, c in pairs), ball_of(0)) / (2 * k))
        factor *= ball_of(Fraction(2 * k, size + 2 * (k - 1)))
        total += coefficients[k] * factor / k
    return total


def centred_moment_by_binomial(power: int) -> Expr:
    """Return E (Q-1)^power from the raw moments by the binomial theorem, p_j = sum_i C(j, i) s_i: a second derivation."""
    d = sp.Symbol("d", positive=True)
    central = [d, sp.Integer(0), *(sp.Symbol(f"s{j}") for j in range(2, power + 1))]
    raw = [sum(comb(j, i) * central[i] for i in range(j + 1)) for j in range(power + 1)]
    total = sp.Integer((-1) ** power)
    for order in range(1, power + 1):
        moment = sum(
            coefficient * sp.prod(raw[part] for part in parts)
            for parts, coefficient in moment_coefficients([order]).items()
        )
        total += (-1) ** (power - order) * comb(power, order) * moment
    return sp.factor(total)
