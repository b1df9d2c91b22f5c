"""Moments of quadratic forms in the rows of one Haar matrix, and of the Gaussian matrix beside it, in power sums.

With W Haar on O(d) or U(d), Lambda = diag(lambda_1, ..., lambda_d) and a_i = (W Lambda W*)_ii = sum_k lambda_k |W_ik|^2,

    E prod_i a_i^{k_i} = (prod_i k_i!) alpha^k sum_lambda [t^K] J_lambda(t) J_lambda(Lambda) / (j_lambda P_lambda(d)),     (1)

alpha = 2 (orthogonal) or 1 (unitary), K = (k_1, ..., k_r), k = sum k_i: the average of a Jack polynomial over the group is
J_lambda(T) J_lambda(Lambda) / P_lambda(d), and p_1^k = alpha^k k! sum J_lambda / j_lambda. For one row, a point on the sphere,

    E Q^p = p! [x^p] prod_k (1 - lambda_k x)^{-1/alpha} alpha^p / (d (d + alpha) ... (d + (p - 1) alpha)).                (2)

With entries N(0, 1/d) in place of Haar entries (same second moments) the rows are independent and the denominator of (2) is
d^p: a vector of independent Gaussians is a point of the sphere times an independent length.

**Convention.** A result {mu: c_mu} stands for sum_mu c_mu p_mu(Lambda), p_mu = prod_i sum_k lambda_k^{mu_i}.

References
----------
[1] A. T. James, Distributions of matrix variates and latent roots derived from normal samples, Ann. Math. Statist. 35 (1964),
    475-501, equations (23) and (39).
[2] A. Meterez et al., Towards training without depth limits: batch normalization without gradient explosion, ICLR 2024.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import factorial, prod
from typing import Any

from theory.haar.content import content_sum, content_sum_at, jack_norm
from theory.haar.dimension import Group, checked_dimension, checked_group, checked_integer, exact_rational
from theory.haar.jack import jack_table
from theory.haar.memory import refuse_beyond_memory
from theory.haar.partition import Partition, centraliser_order, integer_partitions, number_of_partitions
from theory.haar.rational_function import RationalFunction
from theory.haar.weingarten import jack_parameter

__all__ = [
    "evaluate_power_sums",
    "gaussian_row_moment",
    "quadratic_form_moment",
    "row_moment",
    "sphere_gaussian_ratio",
]

_BYTES_PER_TERM = 1000
_Coefficient = RationalFunction | Fraction
PowerSumPolynomial = Mapping[Partition, _Coefficient]


def row_moment(group: str, powers: Iterable[Any], dimension: Any = None) -> dict[Partition, _Coefficient]:
    """Return E prod_i a_i^{k_i} in the power sums of the spectrum, equation (1) of the module.

    Parameters
    ----------
    group : {'orthogonal', 'unitary'}
        The group of W.
    powers : sequence of int
        k_1, ..., k_r >= 1, one for each of r different rows.
    dimension : int, optional
        d >= r; None (default) is symbolic.

    Returns
    -------
    dict of Partition to RationalFunction or Fraction
        {mu: c_mu}, the moment being sum_mu c_mu p_mu(Lambda); every mu of order sum k_i with c_mu != 0.

    Raises
    ------
    TypeError, ValueError
        Group, powers or dimension out of range; more rows than the dimension; order beyond the memory.

    Notes
    -----
    **Accuracy.** Exact. **Domain.** A symbolic result is right for every integer d >= r. **Source.** [1]; one row is (2).

    Examples
    --------
    >>> {mu: str(c) for mu, c in row_moment("orthogonal", [2]).items()}
    {(2,): '2/(d*(d + 2))', (1, 1): '1/(d*(d + 2))'}
    >>> {mu: str(c) for mu, c in row_moment("orthogonal", [1, 1]).items()}
    {(2,): '-2/((d - 1)*d*(d + 2))', (1, 1): '(d + 1)/((d - 1)*d*(d + 2))'}
    """
    name, rows = _checked(group, powers, "row_moment")
    d = checked_dimension(dimension, name, function="row_moment")
    if d is not None and len(rows) > d:
        raise ValueError(f"row_moment needs at most d rows (there are no more), got {len(rows)} powers, dimension={d}.")
    moments = _row_moment(name, tuple(sorted(rows, reverse=True)), d)
    return {mu: c.valid_from(len(rows)) if isinstance(c, RationalFunction) else c for mu, c in moments}


@lru_cache(maxsize=256)
def _row_moment(
    group: Group, rows: tuple[int, ...], dimension: int | None
) -> tuple[tuple[Partition, _Coefficient], ...]:
    alpha, order = jack_parameter(group), sum(rows)
    refuse_beyond_memory(_BYTES_PER_TERM * number_of_partitions(order), "row_moment", order)
    table = jack_table(alpha, order, max_rows=len(rows))
    monomials = [monomial_coefficient(mu, rows) for mu in table.classes]
    scale = alpha**order * prod(map(factorial, rows))
    weights = [
        Fraction(scale * sum(map(int.__mul__, row, monomials)), jack_norm(shape, alpha))
        for shape, row in zip(table.shapes, table.rows, strict=True)
    ]
    result = []
    for j, mu in enumerate(table.classes):
        column = {shape: w * row[j] for shape, w, row in zip(table.shapes, weights, table.rows, strict=True)}
        value: _Coefficient
        value = content_sum(column, alpha) if dimension is None else content_sum_at(column, alpha, dimension)
        if value:
            result.append((mu, value))
    return tuple(result)


def monomial_coefficient(mu: Partition, exponents: tuple[int, ...]) -> int:
    """Return [t^exponents] prod_i p_{mu_i}(t): the ways to fill bins of these sizes with the parts of mu."""
    states: Counter[tuple[int, ...]] = Counter({exponents: 1})
    for part in mu:
        following: Counter[tuple[int, ...]] = Counter()
        for room, count in states.items():
            for i, free in enumerate(room):
                if free >= part:
                    following[(*room[:i], free - part, *room[i + 1 :])] += count
        states = following
    return states[(0,) * len(exponents)]


def gaussian_row_moment(group: str, powers: Iterable[Any], dimension: Any = None) -> dict[Partition, _Coefficient]:
    """Return E prod_i a_i^{k_i} for independent Gaussian entries of variance 1/d (Wick), in power sums.

    Parameters
    ----------
    group : {'orthogonal', 'unitary'}
        Real entries N(0, 1/d), or complex ones with E|g|^2 = 1/d: the group whose second moments they share.
    powers : sequence of int
        k_1, ..., k_r >= 1, one for each row.
    dimension : int, optional
        d; None (default) is symbolic.

    Returns
    -------
    dict of Partition to RationalFunction or Fraction
        As `row_moment`; the coefficients are numbers over d^k.

    Raises
    ------
    TypeError, ValueError
        Group, powers or dimension out of range.

    Examples
    --------
    >>> {mu: str(c) for mu, c in gaussian_row_moment("orthogonal", [2]).items()}
    {(2,): '2/d**2', (1, 1): '1/d**2'}
    """
    name, rows = _checked(group, powers, "gaussian_row_moment")
    d = checked_dimension(dimension, name, function="gaussian_row_moment")
    alpha = jack_parameter(name)
    total: dict[Partition, int] = {(): 1}
    for power in rows:
        following: Counter[Partition] = Counter()
        for mu in integer_partitions(power):
            count = factorial(power) * alpha ** (power - len(mu)) // centraliser_order(mu)
            for other, factor in total.items():
                following[tuple(sorted(mu + other, reverse=True))] += count * factor
        total = dict(following)
    order = sum(rows)
    ordered = sorted(total.items(), reverse=True)
    if d is None:
        return {mu: RationalFunction.dimension_power(-order) * count for mu, count in ordered}
    return {mu: Fraction(count, d**order) for mu, count in ordered}


def sphere_gaussian_ratio(group: str, power: Any) -> RationalFunction:
    """Return E Q^p (sphere) / E Q^p (Gaussian) = prod_{s<p} d / (d + alpha s), the same for every spectrum.

    Parameters
    ----------
    group : {'orthogonal', 'unitary'}
        Real (alpha = 2) or complex (alpha = 1) sphere.
    power : int
        p >= 1.

    Returns
    -------
    RationalFunction
        At most 1: the sphere has lighter moments.

    Raises
    ------
    TypeError, ValueError
        Group or power out of range.

    Examples
    --------
    >>> print(sphere_gaussian_ratio("orthogonal", 3))
    d**2/((d + 2)*(d + 4))
    """
    name, (p,) = _checked(group, [power], "sphere_gaussian_ratio")
    alpha = jack_parameter(name)
    return RationalFunction((0,) * p + (1,), 1, tuple((-alpha * s, 1) for s in range(p)))


def quadratic_form_moment(group: str, spectrum: Sequence[Any], power: Any) -> Fraction:
    """Return E Q^p for a given spectrum, Q = sum_k lambda_k |w_k|^2, w uniform on the unit sphere, equation (2).

    Parameters
    ----------
    group : {'orthogonal', 'unitary'}
        Real or complex sphere.
    spectrum : sequence of rational numbers, length d
        The lambda_k; any sign, exact (int, Fraction, SymPy Rational).
    power : int
        p >= 1.

    Returns
    -------
    Fraction

    Raises
    ------
    TypeError, ValueError
        Group or power out of range, an empty or inexact spectrum.

    Notes
    -----
    **Accuracy.** Exact, O(p^2 + p d) operations: p c_p = (1/alpha) sum_{j=1..p} p_j c_{p-j} for the coefficients of x^p.

    Examples
    --------
    The variance at trace d is 2 sum (lambda - 1)^2 / (d (d + 2)):

    >>> quadratic_form_moment("orthogonal", [Fraction(1, 2), Fraction(3, 2)], 2) - 1
    Fraction(1, 8)
    """
    name, (p,) = _checked(group, [power], "quadratic_form_moment")
    values = checked_spectrum(spectrum, function="quadratic_form_moment")
    alpha, d = jack_parameter(name), len(values)
    power_sums = _power_sums(values, p)
    coefficients = [Fraction(1)]
    for n in range(1, p + 1):
        total = sum((power_sums[j] * coefficients[n - j] for j in range(1, n + 1)), Fraction(0))
        coefficients.append(total / (alpha * n))
    return coefficients[p] * factorial(p) * alpha**p / prod(d + alpha * s for s in range(p))


def evaluate_power_sums(polynomial: PowerSumPolynomial, spectrum: Sequence[Any]) -> Fraction:
    """Return sum_mu c_mu p_mu(Lambda) for a spectrum of d eigenvalues; symbolic coefficients are taken at that d.

    Parameters
    ----------
    polynomial : mapping of Partition to RationalFunction or Fraction
        A result of `row_moment` or `gaussian_row_moment`.
    spectrum : sequence of rational numbers, length d
        The lambda_k.

    Returns
    -------
    Fraction

    Raises
    ------
    TypeError, ValueError
        An empty or inexact spectrum; a pole at d.

    Examples
    --------
    >>> evaluate_power_sums(row_moment("orthogonal", [1, 1]), [1, 1, 1])
    Fraction(1, 1)
    """
    values = checked_spectrum(spectrum, function="evaluate_power_sums")
    power_sums = _power_sums(values, max((mu[0] for mu in polynomial), default=0))
    total = Fraction(0)
    for mu, c in polynomial.items():
        total += (c(len(values)) if isinstance(c, RationalFunction) else c) * prod(power_sums[part] for part in mu)
    return total


def checked_spectrum(spectrum: Any, *, function: str) -> list[Fraction]:
    """Return the eigenvalues as Fractions.

    Raises
    ------
    TypeError
        If the spectrum is no sequence of exact rational numbers.
    ValueError
        If it is empty.
    """
    if isinstance(spectrum, (str, bytes)) or not isinstance(spectrum, Iterable):
        raise TypeError(f"{function} needs a sequence of eigenvalues, got spectrum={spectrum!r}.")
    values = [exact_rational(value, function=function, name="eigenvalues") for value in spectrum]
    if not values:
        raise ValueError(f"{function} needs at least one eigenvalue, got spectrum={spectrum!r}.")
    return values


def _power_sums(values: Iterable[Fraction], largest: int) -> list[Fraction]:
    grouped = Counter(values)
    return [sum((count * value**j for value, count in grouped.items()), Fraction(0)) for j in range(largest + 1)]


def _checked(group: str, powers: Iterable[Any], function: str) -> tuple[Group, list[int]]:
    name = checked_group(group, function=function)
    if name == "symplectic":
        raise ValueError(f"{function} needs the orthogonal or the unitary group, got group={group!r}.")
    if isinstance(powers, (str, bytes)) or not isinstance(powers, Iterable):
        raise TypeError(f"{function} needs a sequence of powers, got powers={powers!r}.")
    checked = [checked_integer(power, function=function, name="power", least=1) for power in powers]
    if not checked:
        raise ValueError(f"{function} needs at least one power, got none.")
    return name, checked
