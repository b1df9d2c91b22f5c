"""Symmetric functions in power sums: Schur, zonal, Jack and monomial ones, characters, monotone Hurwitz numbers.

**Convention.** A symmetric function of degree k is {mu: c_mu}, sum_mu c_mu p_mu; `theory.haar.sphere.evaluate_power_sums` evaluates it on
a spectrum. Jack polynomials are in the integral form J (coefficient of p_1^k equal to 1): J at alpha = 2 is the zonal polynomial
Z_lambda with Z_lambda(1_d) = P_lambda(d), at alpha = 1 it is H_lambda s_lambda.

References
----------
[1] I. G. Macdonald, *Symmetric functions and Hall polynomials*, 2nd ed., Oxford 1995, sections I.2-7, VI.10, VII.2.
[2] I. P. Goulden, M. Guay-Paquet, J. Novak, Monotone Hurwitz numbers and the HCIZ integral, Ann. Math. Blaise Pascal 21 (2014), 71-89.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import isqrt
from typing import Any

from flint import fmpq_mat

from theory.haar.character import character_column
from theory.haar.content import jack_norm
from theory.haar.dimension import checked_integer
from theory.haar.jack import jack_table
from theory.haar.partition import Partition, checked_partition, integer_partitions
from theory.haar.sphere import monomial_coefficient

__all__ = [
    "character",
    "contents",
    "jack_polynomial",
    "monomial_symmetric_function",
    "monotone_hurwitz_number",
    "schur_function",
    "zonal_polynomial",
]


def character(shape: Any, partition: Any) -> int:
    """Return chi_lambda(mu) of the symmetric group.

    Raises
    ------
    TypeError, ValueError
        If one is no partition, or they are not of one size.

    Examples
    --------
    >>> character((2, 1), (1, 1, 1)), character((2, 1), (3,))
    (2, -1)
    """
    lam, mu = _same_size(shape, partition, "character")
    return character_column(mu).get(lam, 0)


def contents(shape: Any, alpha: int = 1) -> list[int]:
    """Return the contents alpha j - i of the boxes of lambda, row by row; prod (d + c) is the content product.

    Examples
    --------
    >>> contents((3, 1), 2)
    [0, 2, 4, -1]
    """
    lam = checked_partition(shape, function="contents")
    return [alpha * j - i for i, part in enumerate(lam) for j in range(part)]


def jack_polynomial(shape: Any, alpha: Any) -> dict[Partition, Fraction]:
    """Return J_lambda in power sums, integral form.

    Parameters
    ----------
    shape : sequence of int
        lambda.
    alpha : int
        The Jack parameter, >= 1.

    Returns
    -------
    dict of Partition to Fraction

    Raises
    ------
    TypeError, ValueError
        If lambda is no partition or alpha no positive integer; order beyond the memory.

    Examples
    --------
    >>> {mu: int(c) for mu, c in jack_polynomial((2,), 3).items()}
    {(2,): 3, (1, 1): 1}
    """
    lam = checked_partition(shape, function="jack_polynomial")
    a = checked_integer(alpha, function="jack_polynomial", name="alpha", least=1)
    table = jack_table(a, sum(lam))
    row = table.rows[table.shapes.index(lam)]
    return {mu: Fraction(theta) for mu, theta in zip(table.classes, row, strict=True) if theta}


def zonal_polynomial(shape: Any) -> dict[Partition, Fraction]:
    """Return Z_lambda = J_lambda at alpha = 2 in power sums.

    Examples
    --------
    >>> {mu: int(c) for mu, c in zonal_polynomial((2,)).items()}
    {(2,): 2, (1, 1): 1}
    """
    return jack_polynomial(shape, 2)


def schur_function(shape: Any) -> dict[Partition, Fraction]:
    """Return s_lambda = J_lambda / H_lambda at alpha = 1 in power sums.

    Examples
    --------
    >>> {mu: str(c) for mu, c in schur_function((2,)).items()}
    {(2,): '1/2', (1, 1): '1/2'}
    """
    lam = checked_partition(shape, function="schur_function")
    hooks = isqrt(jack_norm(lam, 1))
    return {mu: c / hooks for mu, c in jack_polynomial(lam, 1).items()}


def monomial_symmetric_function(partition: Any) -> dict[Partition, Fraction]:
    """Return m_mu in power sums.

    Notes
    -----
    **Method.** p_mu = sum_lambda C_{mu lambda} m_lambda counts the ways to fill bins; the matrix is inverted.

    Examples
    --------
    >>> {mu: str(c) for mu, c in monomial_symmetric_function((1, 1)).items()}
    {(2,): '-1/2', (1, 1): '1/2'}
    """
    mu = checked_partition(partition, function="monomial_symmetric_function")
    classes = list(integer_partitions(sum(mu)))
    counts = fmpq_mat([[monomial_coefficient(nu, lam) for lam in classes] for nu in classes])
    row = classes.index(mu)
    inverse = counts.inv()
    values = [Fraction(int(inverse[row, j].p), int(inverse[row, j].q)) for j in range(len(classes))]
    return {nu: c for nu, c in zip(classes, values, strict=True) if c}


def monotone_hurwitz_number(partition: Any, length: Any) -> int:
    """Return the number of monotone factorisations of a permutation of type mu into `length` transpositions.

    Parameters
    ----------
    partition : sequence of int
        mu.
    length : int
        r >= 0; the factors (i_1 j_1) ... (i_r j_r), i < j, have j_1 <= ... <= j_r. They need not act transitively.

    Returns
    -------
    int
        sum_lambda chi_lambda(mu) h_r(contents of lambda) / H_lambda; Wg(mu; d) = d^-k sum_r (-1/d)^r times this.

    Raises
    ------
    TypeError, ValueError
        If mu is no partition or the length no integer >= 0.

    Examples
    --------
    >>> [monotone_hurwitz_number((2, 1), r) for r in range(6)]
    [0, 1, 0, 5, 0, 21]
    """
    mu = checked_partition(partition, function="monotone_hurwitz_number")
    r = checked_integer(length, function="monotone_hurwitz_number", name="length", least=0)
    total = Fraction(0)
    for lam, chi in character_column(mu).items():
        total += Fraction(chi * _complete_homogeneous(contents(lam), r), isqrt(jack_norm(lam, 1)))
    return int(total)


def _complete_homogeneous(values: Iterable[int], degree: int) -> int:
    row = [1] + [0] * degree
    for value in values:
        for i in range(1, degree + 1):
            row[i] += value * row[i - 1]
    return row[degree]


def _same_size(shape: Any, partition: Any, function: str) -> tuple[Partition, Partition]:
    lam, mu = checked_partition(shape, function=function), checked_partition(partition, function=function)
    if sum(lam) != sum(mu):
        raise ValueError(f"{function} needs two partitions of one number, got {lam} and {mu}.")
    return lam, mu
