"""Haar moments E[prod of matrix entries], d symbolic or an integer, by the cheapest of four exact routes.

1. One row or one column: a sphere, closed form. Orthogonal: prod (2a_j - 1)!! / prod_{s<k} (d + 2s); unitary:
   prod a_j! / (d (d+1) ... (d+k-1)); symplectic: its first row is a complex sphere, so as unitary.
2. Two rows or two columns (orthogonal, unitary): the generating function of `theory.haar.two_row`.
3. Three rows or columns from order 8 on: contingency tables (`theory.haar.three_row`).
4. Otherwise: closed trails (`theory.haar.trail`) times Weingarten functions restricted to the shapes with at most
   r = min(number of rows, number of columns) rows.

**Conventions.** Indices are counted from 1. O(d) is the full orthogonal group: on SO(d) the moments of degree below d are the
same, from degree d on they are not (E[det W] = 0 on O(d), 1 on SO(d)). S is unitary with S J S^T = J, J = [[0, I], [-I, 0]],
of size d = 2n. Unitary moments with unequal numbers of U and conj(U) in a row or column are zero.

**Domain.** A symbolic result is right at every integer d not below the largest index used, also below the order: restricted to
r rows, every remaining content product is positive there. For the symplectic group the same with n in place of d.

References
----------
[1] B. Collins, P. Sniady, Integration with respect to the Haar measure on unitary, orthogonal and symplectic group,
    Comm. Math. Phys. 264 (2006), 773-795.
[2] S. Matsumoto, General moments of matrix elements from circular orthogonal ensembles, Random Matrices Theory Appl. 1 (2012)
    1250005, section 2 (double factorials of one row).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from math import factorial, prod
from typing import Any, cast

from sympy import Expr, Integer, Rational, Symbol, factor, fraction

from theory.haar.content import content_sum, content_sum_at
from theory.haar.dimension import Group, checked_dimension, checked_group
from theory.haar.entry_ensemble import circular_moment, permutation_moment, special_moment
from theory.haar.entry_expression import EntryPolynomial, Labels, parse_entry_polynomial, partner_sign
from theory.haar.rational_function import RationalFunction
from theory.haar.three_row import three_row_coefficients
from theory.haar.trail import trail_counts
from theory.haar.two_row import two_row_coefficients
from theory.haar.weingarten import class_sum, jack_parameter

__all__ = ["haar_moment", "moment_as_json", "monomial_moment"]

_THREE_ROWS_FROM = 8
"""The order from which contingency tables are taken: below, trails are quick for every pattern of entries."""
_Edges = tuple[tuple[Labels, int], ...]
_Moment = RationalFunction | Fraction


def haar_moment(expression: str | EntryPolynomial, dimension: Any = None) -> RationalFunction | Fraction | Expr:
    """Return E[p(W)] of a polynomial in the entries of one Haar matrix.

    Parameters
    ----------
    expression : str or EntryPolynomial
        For example `O[1,1]**4*O[1,2]**2`, `U[1,1]*U[2,2]*conj(U[1,2])*conj(U[2,1])`, `abs(U[1,1])**4`,
        `S[1,1]*S[n+1,n+1]`, `(a*O[1,1] + b*O[1,2])**4`. O is orthogonal, U unitary, S symplectic of size d = 2n, indices
        from 1. The name d is the dimension, every other name a real coefficient.
    dimension : int, optional
        d, the size of the matrix; None (default) is symbolic.

    Returns
    -------
    RationalFunction, Fraction or Expr
        With rational coefficients a rational function of d, or its exact value at the integer d. With names in the coefficients
        the SymPy sum of coefficients times such values (not simplified).

    Raises
    ------
    TypeError, ValueError
        Malformed text, entries of different groups, an index below 1 or above an integer d, a dimension that is not a
        positive integer, a degree beyond the memory.

    Notes
    -----
    **Accuracy.** Exact. Unbalanced unitary monomials are zero.

    Examples
    --------
    >>> print(haar_moment("O[1,1]**4*O[1,2]**2"))
    3/(d*(d + 2)*(d + 4))
    >>> print(haar_moment("U[1,1]*U[2,2]*conj(U[1,2])*conj(U[2,1])"))
    -1/((d - 1)*d*(d + 1))
    >>> haar_moment("(O[1,1]*O[2,2] - O[1,2]*O[2,1])**2", 2)
    Fraction(1, 1)
    """
    if isinstance(expression, str) and (dimension is None or isinstance(dimension, int)):
        return _haar_moment_of_text(expression, dimension)
    polynomial = (
        expression if isinstance(expression, EntryPolynomial) else parse_entry_polynomial(expression, dimension)
    )
    return _haar_moment(polynomial, dimension)


@lru_cache(maxsize=4096, typed=True)
def _haar_moment_of_text(text: str, dimension: int | None) -> RationalFunction | Fraction | Expr:
    return _haar_moment(parse_entry_polynomial(text, dimension), dimension)


def _haar_moment(polynomial: EntryPolynomial, dimension: Any) -> RationalFunction | Fraction | Expr:
    group = polynomial.group
    d = checked_dimension(dimension, group, function="haar_moment")
    if d is not None:
        polynomial.check_labels(d)
    numbers: list[_Moment] = []
    terms: list[Expr] = []
    for powers, coefficient in polynomial.terms:
        moment = _moment(group, powers, d)
        if coefficient.is_Rational:
            numbers.append(moment * Fraction(int(coefficient.p), int(coefficient.q)))
        else:
            named = coefficient if d is None else coefficient.subs(Symbol("d"), d)
            terms.append(named * _as_sympy(moment))
    zero: _Moment = RationalFunction(()) if d is None else Fraction(0)
    total = sum(numbers, zero)
    if isinstance(total, RationalFunction):
        least = max(polynomial.least_dimension, total.least_dimension or 1)
        total = total.valid_from(
            least, None if total.below is None else lambda n: cast(Fraction, _haar_moment(polynomial, n))
        )
    return total if not terms else sum(terms, _as_sympy(total))


def monomial_moment(
    group: str,
    powers: Mapping[tuple[Any, Any], Any],
    conjugate_powers: Mapping[tuple[Any, Any], Any] | None = None,
    dimension: Any = None,
) -> RationalFunction | Fraction:
    """Return E[prod W_ij^{m_ij} prod conj(W_ij)^{n_ij}].

    Parameters
    ----------
    group : {'orthogonal', 'symplectic', 'unitary'}
        The group.
    powers, conjugate_powers : mapping of (int, int) to int
        m_ij and n_ij >= 0 by (row, column), counted from 1.
    dimension : int, optional
        d, the size of the matrix; None (default) is symbolic.

    Returns
    -------
    RationalFunction or Fraction

    Raises
    ------
    TypeError, ValueError
        As `haar_moment`.

    Examples
    --------
    >>> print(monomial_moment("unitary", {(1, 1): 2}, {(1, 1): 2}))
    2/(d*(d + 1))
    """
    name = checked_group(group, function="monomial_moment")
    d = checked_dimension(dimension, name, function="monomial_moment")
    product = EntryPolynomial.monomial(name, powers, conjugate_powers or {}, d)
    ((labels, coefficient),) = product.terms
    moment = _moment(name, labels, d) * int(coefficient)
    return moment.valid_from(product.least_dimension) if isinstance(moment, RationalFunction) else moment


def moment_as_json(moment: RationalFunction | Fraction | Expr) -> dict[str, str]:
    """Return {"value": exact fraction}, or {"numerator", "denominator"} as factored text for a symbolic result.

    Parameters
    ----------
    moment : RationalFunction, Fraction or Expr
        A result of this folder.

    Returns
    -------
    dict of str to str

    Examples
    --------
    >>> moment_as_json(haar_moment("O[1,1]**2", 3))
    {'value': '1/3'}
    >>> moment_as_json(haar_moment("O[1,1]**2*O[2,2]**2"))
    {'numerator': '(d + 1)', 'denominator': '(d - 1)*d*(d + 2)'}
    """
    if isinstance(moment, RationalFunction):
        return moment.as_json()
    if isinstance(moment, (Fraction, int)):
        return {"value": str(moment)}
    above, below = fraction(factor(moment))
    return {"numerator": str(above), "denominator": str(below)}


def _as_sympy(moment: _Moment) -> Expr:
    if isinstance(moment, RationalFunction):
        return moment.as_sympy()
    return Rational(moment.numerator, moment.denominator) if moment else Integer(0)


def _moment(group: Group, powers: _Edges, dimension: int | None) -> _Moment:
    """Return the moment of a monomial given as ((row label, column label), power); labels as in `theory.haar.trail`."""
    one: _Moment = RationalFunction.constant(1) if dimension is None else Fraction(1)
    if not powers:
        return one
    kind: str = group
    if kind in ("permutation", "centred permutation"):
        return permutation_moment(powers, dimension)
    if kind == "circular orthogonal":
        return circular_moment(powers, dimension)
    if kind in ("special orthogonal", "special unitary"):
        whole: Group = "orthogonal" if kind == "special orthogonal" else "unitary"
        return special_moment(whole, powers, dimension, _moment)
    if not _selection_rule(group, powers):
        return one * 0
    return _routed(group, _relabelled(powers), dimension)


def _selection_rule(group: Group, powers: _Edges) -> bool:
    """Return False if a sign change (orthogonal) or a phase (else) of one row or column shows that the moment is zero."""
    for side in (0, 1):
        balance: dict[int, int] = defaultdict(int)
        for labels, power in powers:
            sign = 1 if group == "orthogonal" or labels[side] > 0 else -1
            balance[abs(labels[side])] += sign * power
        if any(total % 2 if group == "orthogonal" else total for total in balance.values()):
            return False
    return True


def _relabelled(powers: _Edges) -> _Edges:
    """Number rows and columns 1, 2, ... in the order of appearance: the measure does not see the names."""
    names: tuple[dict[int, int], dict[int, int]] = ({}, {})
    result = []
    for labels, power in powers:
        new = [names[s].setdefault(abs(labels[s]), len(names[s]) + 1) * (1 if labels[s] > 0 else -1) for s in (0, 1)]
        result.append(((new[0], new[1]), power))
    rows, columns = names
    if len(columns) < len(rows):
        result = [((j, i), power) for (i, j), power in result]
    return tuple(sorted(result))


@lru_cache(maxsize=4096)
def _routed(group: Group, powers: _Edges, dimension: int | None) -> _Moment:
    rows = {abs(i) for (i, _), _ in powers}
    if len(rows) == 1:
        return _one_row(group, powers, dimension)
    if len(rows) == 2 and group != "symplectic":
        coefficients = two_row_coefficients(*_by_column(group, powers, 2))
        alpha = jack_parameter(group)
        return content_sum(coefficients, alpha) if dimension is None else content_sum_at(coefficients, alpha, dimension)
    order = sum(power for _, power in powers) // 2
    if len(rows) == 3 and group != "symplectic" and order >= _THREE_ROWS_FROM:
        coefficients = three_row_coefficients(*_by_column(group, powers, 3))
        alpha = jack_parameter(group)
        return content_sum(coefficients, alpha) if dimension is None else content_sum_at(coefficients, alpha, dimension)
    counts = trail_counts(dict(powers), group)
    if not counts:
        return RationalFunction(()) if dimension is None else Fraction(0)
    return class_sum(group, counts, dimension, labels=len(rows))


def _one_row(group: Group, powers: _Edges, dimension: int | None) -> _Moment:
    """Return the moment of a point on a real or complex sphere."""
    step = 2 if group == "orthogonal" else 1
    order = sum(power for _, power in powers) // 2
    if group == "orthogonal":
        value = prod(_double_factorial(power - 1) for _, power in powers)
    else:
        value = _complex_row(group, powers)
    if dimension is None:
        return RationalFunction((value,), 1, tuple((-step * s, 1) for s in range(order)))
    return Fraction(value, prod(dimension + step * s for s in range(order)))


def _complex_row(group: Group, powers: _Edges) -> int:
    """Return +-prod a_j! for one row: S_{-1,-j} = +-conj(S_{1,j}) makes a symplectic row one of C^{2n}."""
    plain: dict[int, int] = defaultdict(int)
    conjugate: dict[int, int] = defaultdict(int)
    sign = 1
    for (i, j), power in powers:
        if i > 0:
            plain[j] += power
        else:
            conjugate[-j] += power
            sign *= partner_sign(group, i, j) ** power
    return sign * prod(map(factorial, plain.values())) if plain == conjugate else 0


def _double_factorial(odd: int) -> int:
    return prod(range(odd, 1, -2))


def _by_column(
    group: Group, powers: _Edges, rows: int
) -> tuple[dict[int, tuple[int, ...]], dict[int, tuple[int, ...]] | None]:
    """Return the exponents in the rows 1, 2, ... of every column, plain and conjugate."""
    table = {abs(j): ([0] * rows, [0] * rows) for (_, j), _ in powers}
    for (i, j), power in powers:
        table[abs(j)][i < 0][abs(i) - 1] += power
    plain = {j: tuple(p) for j, (p, _) in table.items()}
    return plain, None if group == "orthogonal" else {j: tuple(c) for j, (_, c) in table.items()}
