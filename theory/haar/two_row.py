"""Moments of monomials in two rows, any number of columns, by a generating function.

With X the 2 x c matrix of formal variables and M the matrix of exponents, |M| = 2k (orthogonal) or |M| = |N| = k (unitary),

    E_O[prod W_ij^{M_ij}] = M! sum_lambda [X^M] J_lambda(X X^T) / (j_lambda P_lambda(d)),                                 (1)
    E_U[prod U_ij^{M_ij} conj(U_ij)^{N_ij}] = M! N! sum_lambda [A^M B^N] J_lambda(A B^T) / (j_lambda P_lambda(d)),        (2)

over lambda = (a, b): longer shapes vanish on 2 x 2 matrices. In two variables, with n = a - b and
c_lambda = prod (alpha arm + leg + 1),

    J_(a,b) = (c_(a,b) / c_(n)) alpha^n n! det^b [t^n] (1 - t tr + t^2 det)^{-1/alpha}.                                   (3)

What remains is T(s) = M! [X^M] tr^{k-2s} det^s. Written in the entries of the 2 x 2 matrix, the degrees r, r' of its two rows
fix all exponents but one, and the columns of X are independent of each other:

    T(s) = C(k - 2s, r - s) sum_t (-1)^t C(s, t) K(t),   K(t) = M! [X^M] (11)^{r-t} (22)^{r'-t} ((12)(21))^t,             (4)

K(t) being a coefficient of a product of one small integer polynomial per column. The cost is a power of the degree, where
the trails of `theory.haar.trail` grow with the number of partitions.

References
----------
[1] I. G. Macdonald, *Symmetric functions and Hall polynomials*, 2nd ed., Oxford 1995, section VI.10.
[2] T. Gorin, Integrals of monomials over the orthogonal group, J. Math. Phys. 43 (2002), 3342-3351.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import comb, factorial, prod

from flint import fmpz_poly

from theory.haar.content import jack_norm
from theory.haar.partition import Partition

__all__ = ["two_row_coefficients"]

_Degrees = tuple[int, ...]


def two_row_coefficients(
    powers: Mapping[int, _Degrees], conjugate_powers: Mapping[int, _Degrees] | None = None
) -> dict[Partition, Fraction]:
    """Return {lambda: c_lambda} with E[monomial] = sum_lambda c_lambda / P_lambda(d), equations (1) and (2).

    Parameters
    ----------
    powers : mapping of int to (int, int)
        For every column the exponents in the first and in the second row.
    conjugate_powers : mapping of int to (int, int), optional
        The exponents of the conjugate entries, on the same columns; None is the orthogonal group.

    Returns
    -------
    dict of Partition to Fraction
        The shapes with one or two rows.

    Notes
    -----
    **Domain.** The degrees obey the selection rule of the group (even, respectively equal, in every row and column).

    Examples
    --------
    E[O_11^2 O_22^2] = (d + 1) / ((d - 1) d (d + 2)):

    >>> from theory.haar.content import content_sum
    >>> print(content_sum(two_row_coefficients({1: (2, 0), 2: (0, 2)}), 2))
    (d + 1)/((d - 1)*d*(d + 2))
    """
    degrees = [sum(column[row] for column in powers.values()) for row in (0, 1)]
    if conjugate_powers is None:
        alpha, first, second = 2, degrees[0] // 2, degrees[1] // 2
        columns = [_orthogonal_column(*column) for column in powers.values()]
        off_diagonal = [factorial(2 * t) for t in range(min(first, second) + 1)]
        series = _product(columns, 2 * min(first, second) + 1)[::2]
    else:
        alpha, first, second = 1, *degrees
        columns = [_unitary_column(*powers[j], *conjugate_powers[j]) for j in powers]
        off_diagonal = [factorial(t) ** 2 for t in range(min(first, second) + 1)]
        series = _product(columns, min(first, second) + 1)
    order = first + second
    counts = [
        factorial(first - t) * factorial(second - t) * off * value
        for t, (off, value) in enumerate(zip(off_diagonal, series, strict=True))
    ]
    powers_of_det = [_trace_determinant(counts, order, first, s) for s in range(order // 2 + 1)]
    return {
        shape: Fraction(_jack_value(shape, alpha, powers_of_det), jack_norm(shape, alpha))
        for b in range(order // 2 + 1)
        for shape in [(order - b, b) if b else (order,)]
    }


def _product(columns: list[fmpz_poly], terms: int) -> list[int]:
    """Return the first `terms` coefficients of the product."""
    result = fmpz_poly([1])
    for column in columns:
        result = result.mul_low(column, terms)
    return [int(result[t]) for t in range(terms)]


def _orthogonal_column(first: int, second: int) -> fmpz_poly:
    """Return sum_c y^c m1! m2! / (c! ((m1-c)/2)! ((m2-c)/2)!), c factors of (12) = sum_j x_1j x_2j in this column."""
    coefficients = [0] * (min(first, second) + 1)
    for c in range(first % 2, min(first, second) + 1, 2):
        halves = factorial((first - c) // 2) * factorial((second - c) // 2)
        coefficients[c] = factorial(first) * factorial(second) // (factorial(c) * halves)
    return fmpz_poly(coefficients)


def _unitary_column(first: int, second: int, first_conjugate: int, second_conjugate: int) -> fmpz_poly:
    """Return sum_w y^w m1! m2! n1! n2! / (u! v! w! x!), w factors a_1j b_2j, x = n1 - m1 + w factors a_2j b_1j."""
    numerator = prod(map(factorial, (first, second, first_conjugate, second_conjugate)))
    top = min(first, second_conjugate)
    coefficients = [0] * (top + 1)
    for w in range(max(0, first - first_conjugate), top + 1):
        exponents = (first - w, second_conjugate - w, w, first_conjugate - first + w)
        coefficients[w] = numerator // prod(map(factorial, exponents))
    return fmpz_poly(coefficients)


def _trace_determinant(counts: list[int], order: int, first: int, s: int) -> int:
    """Return T(s) = M! [X^M] tr^{k-2s} det^s, equation (4)."""
    if s > first or s > order - first:
        return 0
    total = sum((-1) ** t * comb(s, t) * counts[t] for t in range(s + 1))
    return comb(order - 2 * s, first - s) * total


def _jack_value(shape: Partition, alpha: int, powers_of_det: list[int]) -> Fraction:
    """Return M! [X^M] J_(a,b), equation (3), from the T(s)."""
    a, b = shape if len(shape) == 2 else (shape[0], 0)
    n = a - b
    total, rising = 0, [1]
    for i in range(n):
        rising.append(rising[-1] * (1 + alpha * i))
    for j in range(n // 2 + 1):
        m = n - j
        # alpha^n n! times the coefficient of u^m in (1 - u)^{-1/alpha}, times C(m, j) (-1)^j from u = t tr - t^2 det
        weight = alpha**j * rising[m] * (factorial(n) // (factorial(j) * factorial(m - j)))
        total += (-1) ** j * weight * powers_of_det[b + j]
    return Fraction(_lower_hooks(shape, alpha) * total, _lower_hooks((n,), alpha) if n else 1)


def _lower_hooks(shape: Partition, alpha: int) -> int:
    """Return c_lambda = prod (alpha arm + leg + 1) for at most two rows."""
    a, b = shape if len(shape) == 2 else (shape[0], 0)
    first = prod(alpha * (a - j - 1) + (1 if j < b else 0) + 1 for j in range(a))
    return first * prod(alpha * (b - j - 1) + 1 for j in range(b))
