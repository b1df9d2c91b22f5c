"""Moments of monomials in three rows, any number of columns, by the generating function of `theory.haar.two_row` in 3 x 3 matrices.

    E_O[prod W_ij^{M_ij}] = M! sum_lambda [Y^M] J_lambda(Y Y^T) / (j_lambda P_lambda(d)),
    E_U[prod U_ij^{M_ij} conj(U_ij)^{N_ij}] = M! N! sum_lambda [A^M B^N] J_lambda(A B^T) / (j_lambda P_lambda(d)),

over at most three rows. In three variables J_lambda is a polynomial in e_1, e_2, e_3, the coefficients of the characteristic polynomial, so
the coefficients of the e_1^a e_2^b e_3^c are all that is needed: a sum over 3 x 3 contingency tables C of (coefficient of X^C in e_1^a e_2^b e_3^c) times
(coefficient of the monomial in X^C, X = Y Y^T or A B^T, a convolution over the columns).

References
----------
[1] I. G. Macdonald, *Symmetric functions and Hall polynomials*, 2nd ed., Oxford 1995, sections I.2, VI.10.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import combinations_with_replacement, product
from math import factorial, prod

from flint import Ordering, fmpz_mpoly, fmpz_mpoly_ctx

from theory.haar.content import jack_norm
from theory.haar.jack import jack_table
from theory.haar.partition import Partition

__all__ = ["three_row_coefficients"]

_Degrees = tuple[int, ...]
_Table = tuple[int, ...]
_Triple = tuple[int, int, int]

_SQUARE = tuple(product(range(3), repeat=2))
_SYMMETRIC = tuple(combinations_with_replacement(range(3), 2))


def three_row_coefficients(
    powers: Mapping[int, _Degrees], conjugate_powers: Mapping[int, _Degrees] | None = None
) -> dict[Partition, Fraction]:
    """Return {lambda: c_lambda} with E[monomial] = sum_lambda c_lambda / P_lambda(d).

    Parameters
    ----------
    powers : mapping of int to (int, int, int)
        For every column the exponents in the three rows.
    conjugate_powers : mapping of int to (int, int, int), optional
        The exponents of the conjugate entries, on the same columns; None is the orthogonal group.

    Returns
    -------
    dict of Partition to Fraction
        The shapes with at most three rows.

    Notes
    -----
    **Domain.** The degrees obey the selection rule of the group (even, respectively equal, in every row and column).

    Examples
    --------
    E |U_11 U_22 U_33|^2 = (d^2 - 2) / (d (d^2 - 1)(d^2 - 4)):

    >>> from theory.haar.content import content_sum
    >>> columns = {1: (1, 0, 0), 2: (0, 1, 0), 3: (0, 0, 1)}
    >>> print(content_sum(three_row_coefficients(columns, columns), 1))
    (d**2 - 2)/((d - 2)*(d - 1)*d*(d + 1)*(d + 2))
    """
    unitary = conjugate_powers is not None
    cells = _SQUARE if unitary else _SYMMETRIC
    alpha = 1 if unitary else 2
    order = sum(map(sum, powers.values())) // (1 if unitary else 2)
    tables: dict[_Table, Fraction] = {(0,) * len(cells): Fraction(1)}
    for j, degrees in powers.items():
        column = list(
            _square_tables(degrees, conjugate_powers[j]) if conjugate_powers is not None else _symmetric_tables(degrees)
        )
        following: dict[_Table, Fraction] = {}
        for table, weight in tables.items():
            for added in column:
                key = tuple(map(int.__add__, table, added))
                term = weight / prod(map(factorial, added))
                following[key] = following.get(key, Fraction(0)) + term
        tables = following
    scale = prod(factorial(m) for degrees in powers.values() for m in degrees)
    scale *= prod(factorial(m) for degrees in (conjugate_powers or {}).values() for m in degrees)
    counts = {table: weight * (prod(map(factorial, table)) * scale) for table, weight in tables.items()}
    values = _elementary_values(counts, unitary, order)
    table_ = jack_table(alpha, order, max_rows=3)
    expansions = [_power_sum_product(mu) for mu in table_.classes]
    products = [sum((c * values[key] for key, c in expansion.items()), Fraction(0)) for expansion in expansions]
    return {
        shape: sum((theta * value for theta, value in zip(row, products, strict=True)), Fraction(0))
        / jack_norm(shape, alpha)
        for shape, row in zip(table_.shapes, table_.rows, strict=True)
    }


def _square_tables(rows: _Degrees, columns: _Degrees) -> Iterator[_Table]:
    """Yield the 3 x 3 tables with these row and column sums."""
    if sum(rows) != sum(columns):
        return
    for a, b in product(range(min(rows[0], columns[0]) + 1), range(min(rows[0], columns[1]) + 1)):
        for e, f in product(range(min(rows[1], columns[0] - a) + 1), range(min(rows[1], columns[1] - b) + 1)):
            table = (a, b, rows[0] - a - b, e, f, rows[1] - e - f)
            last = (columns[0] - a - e, columns[1] - b - f, columns[2] - table[2] - table[5])
            if min(*table, *last) >= 0:
                yield (*table, *last)


def _symmetric_tables(degrees: _Degrees) -> Iterator[_Table]:
    """Yield (11, 12, 13, 22, 23, 33) with 2 t_ii + sum t_ij the degree of row i."""
    m, n, p = degrees
    for x, y in product(range(min(m, n) + 1), range(min(m, p) + 1)):
        for z in range(min(n - x, p - y) + 1):
            rest = (m - x - y, n - x - z, p - y - z)
            if min(rest) >= 0 and not any(r % 2 for r in rest):
                yield (rest[0] // 2, x, y, rest[1] // 2, z, rest[2] // 2)


def _elementary_values(counts: Mapping[_Table, Fraction], unitary: bool, order: int) -> dict[_Triple, Fraction]:
    """Return {(a, b, c): sum_C [X^C] e_1^a e_2^b e_3^c times count of C} over a + 2b + 3c = order."""
    e = _elementary(unitary)
    diagonal = (0, 4, 8) if unitary else (0, 3, 5)
    values: dict[_Triple, Fraction] = {}
    second = e[1] ** 0
    for b in range(order // 2 + 1):
        whole = second
        for c in range((order - 2 * b) // 3 + 1):
            a = order - 2 * b - 3 * c
            # e_1^a adds a table on the diagonal: what is left of C beside a term of e_2^b e_3^c, a! / prod diagonal!.
            values[a, b, c] = _against(counts, whole.to_dict(), diagonal, a)
            whole *= e[2]
        second *= e[1]
    return values


def _against(
    counts: Mapping[_Table, Fraction], terms: Mapping[_Table, int], diagonal: tuple[int, ...], a: int
) -> Fraction:
    by_rest: dict[_Table, list[tuple[_Table, Fraction]]] = {}
    for table, count in counts.items():
        rest = tuple(t for i, t in enumerate(table) if i not in diagonal)
        by_rest.setdefault(rest, []).append((tuple(table[i] for i in diagonal), count))
    total = Fraction(0)
    top = factorial(a)
    for term, coefficient in terms.items():
        rest = tuple(int(t) for i, t in enumerate(term) if i not in diagonal)
        mine = tuple(int(term[i]) for i in diagonal)
        for wanted, count in by_rest.get(rest, ()):
            left = tuple(map(int.__sub__, wanted, mine))
            if min(left) >= 0:
                total += int(coefficient) * (top // prod(map(factorial, left))) * count
    return total


@lru_cache(maxsize=2)
def _elementary(unitary: bool) -> tuple[fmpz_mpoly, fmpz_mpoly, fmpz_mpoly]:
    """Return e_1, e_2, e_3 of a 3 x 3 matrix of variables, symmetric unless unitary."""
    cells = _SQUARE if unitary else _SYMMETRIC
    context = fmpz_mpoly_ctx.get([f"x{i}{j}" for i, j in cells], Ordering.lex)
    variable = dict(zip(cells, context.gens(), strict=True))
    x = {(i, j): variable[(i, j) if unitary else (min(i, j), max(i, j))] for i, j in _SQUARE}

    def minor(i: int, j: int) -> fmpz_mpoly:
        return x[i, i] * x[j, j] - x[i, j] * x[j, i]

    third = x[0, 0] * minor(1, 2)
    third += x[0, 1] * (x[1, 2] * x[2, 0] - x[1, 0] * x[2, 2]) + x[0, 2] * (x[1, 0] * x[2, 1] - x[1, 1] * x[2, 0])
    return x[0, 0] + x[1, 1] + x[2, 2], minor(0, 1) + minor(0, 2) + minor(1, 2), third


@lru_cache(maxsize=4096)
def _power_sum_product(mu: Partition) -> Mapping[_Triple, int]:
    """Return p_mu in e_1, e_2, e_3 of three variables."""
    if not mu:
        return {(0, 0, 0): 1}
    result: dict[_Triple, int] = {}
    for first, c in _power_sum(mu[0]).items():
        for second, f in _power_sum_product(mu[1:]).items():
            key = (first[0] + second[0], first[1] + second[1], first[2] + second[2])
            result[key] = result.get(key, 0) + c * f
    return result


@lru_cache(maxsize=512)
def _power_sum(n: int) -> Mapping[_Triple, int]:
    """Return p_n by Newton: p_n = e_1 p_{n-1} - e_2 p_{n-2} + e_3 p_{n-3}, with 1 e_1, 2 e_2, 3 e_3 where an index is 0."""
    result: dict[_Triple, int] = {}
    for i, sign in ((1, 1), (2, -1), (3, 1)):
        if i > n:
            continue
        for key, c in ({(0, 0, 0): n} if i == n else _power_sum(n - i)).items():
            raised = (key[0] + (i == 1), key[1] + (i == 2), key[2] + (i == 3))
            result[raised] = result.get(raised, 0) + sign * c
    return result
