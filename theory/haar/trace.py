"""Haar averages of products of traces: E prod tr(words in W, W^T, U, U* and fixed matrices), as traces of fixed words.

    E prod tr = sum_{p, q} Wg(type of p and q; d) prod_loops tr(fixed matrices along the loop),                           (1)

over the pairings p of the row indices and q of the column indices of the Haar matrices (unitary: of U's with conj(U)'s); how
they close the traces to loops is told in `theory.haar.trace_closure`. Terms with the same traces and the same type are merged
before any rational function appears.

References
----------
[1] B. Collins, P. Sniady, Integration with respect to the Haar measure on unitary, orthogonal and symplectic group,
    Comm. Math. Phys. 264 (2006), 773-795.
[2] M. Fukuda, R. Koenig, I. Nechita, RTNI: a symbolic integrator for Haar-random tensor networks, J. Phys. A 52 (2019) 425303.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

from sympy import Integer, Matrix, Rational

from theory.haar.dimension import Group, checked_dimension
from theory.haar.partition import Partition
from theory.haar.rational_function import RationalFunction
from theory.haar.trace_closure import closures
from theory.haar.trace_expression import Letter, TraceExpression, Word, parse_trace_expression
from theory.haar.weingarten import class_sum

__all__ = ["TracePolynomial", "trace_moment"]

_Coefficient = RationalFunction | Fraction


@dataclass(frozen=True, slots=True)
class TracePolynomial:
    """A polynomial in traces of words of fixed matrices, coefficients rational functions of d or numbers.

    Parameters
    ----------
    terms : tuple of (tuple of Word, RationalFunction or Fraction)
        For every product of traces its words (sorted, in smallest form) and its coefficient, not zero.
    dimension : int or None
        d; None if symbolic.
    symmetric : frozenset of str
        The fixed matrices that were said to be symmetric.
    """

    terms: tuple[tuple[tuple[Word, ...], _Coefficient], ...]
    dimension: int | None
    symmetric: frozenset[str]

    def __str__(self) -> str:
        pieces = []
        for words, coefficient in self.terms:
            traces = "*".join(_trace_text(word) for word in words)
            pieces.append(f"({coefficient})" + ("*" + traces if traces else ""))
        return " + ".join(pieces) or "0"

    def as_json(self) -> list[dict[str, Any]]:
        """Return [{"traces": [text, ...], "numerator", "denominator"}] or, for an integer d, "value" in their place.

        Examples
        --------
        >>> trace_moment("tr(O*A*O.T*B)").as_json()
        [{'traces': ['tr(A)', 'tr(B)'], 'numerator': '1', 'denominator': 'd'}]
        """
        return [
            {
                "traces": [_trace_text(word) for word in words],
                **(c.as_json() if isinstance(c, RationalFunction) else {"value": str(c)}),
            }
            for words, c in self.terms
        ]

    def evaluate(self, matrices: Mapping[str, Any]) -> Any:
        """Return the value for explicit matrices, exactly, as a SymPy number.

        Parameters
        ----------
        matrices : mapping of str to SymPy Matrix or nested sequence, shape (d, d)
            Every fixed matrix by name.

        Returns
        -------
        sympy.Expr

        Raises
        ------
        ValueError
            If a matrix is missing, not square, of another size than the others or than the integer dimension, not
            symmetric though said to be, or if d is below the order of a symbolic result (a pole).

        Examples
        --------
        >>> trace_moment("tr(O*A*O.T*B)").evaluate({"A": [[1, 2], [3, 4]], "B": [[1, 0], [0, 0]]})
        5/2
        """
        names = {letter.name for words, _ in self.terms for word in words for letter in word}
        tables, size = _checked_matrices(matrices, names, self)
        total = Integer(0)
        for words, coefficient in self.terms:
            value = coefficient(size) if isinstance(coefficient, RationalFunction) else coefficient
            term = Rational(value.numerator, value.denominator)
            for word in words:
                term *= prod(
                    (_letter_value(tables, letter) for letter in word[1:]), start=_letter_value(tables, word[0])
                ).trace()
            total += term
        return total.expand()


def trace_moment(
    expression: str | TraceExpression, dimension: Any = None, *, symmetric: Collection[str] = ()
) -> TracePolynomial:
    """Return E of a polynomial in traces of words in one Haar matrix and fixed matrices, equation (1) of the module.

    Parameters
    ----------
    expression : str or TraceExpression
        For example `tr(O*A*O.T*B)**2`, `tr(U*A*U.H*B)*tr(U)*tr(U.H)`, `tr((O + O.T)**4)`: O orthogonal, U unitary, other names
        fixed d x d matrices; `.T` transpose, `.H` adjoint, `.C` conjugate.
    dimension : int, optional
        d; None (default) is symbolic, right for every d >= k, k half the number of Haar matrices in a term. An integer d may be
        below k.
    symmetric : collection of str
        Names of fixed matrices with A.T = A.

    Returns
    -------
    TracePolynomial

    Raises
    ------
    TypeError, ValueError
        Malformed text; dimension not a positive integer; more than 1.2 million pairs of pairings in one term after the
        symmetry of its traces is used (k = 5 orthogonal and k = 6 unitary always pass).

    Notes
    -----
    **Accuracy.** Exact. **Cost.** (2k - 1)!!^2 (orthogonal) or k!^2 (unitary) closures of loops, less by the symmetry.

    Examples
    --------
    >>> print(trace_moment("tr(O*A*O.T*B)"))
    (1/d)*tr(A)*tr(B)

    The number of fixed points of the average: E tr(U)^2 tr(U*)^2 = 2! for every d >= 2 (Diaconis and Shahshahani).

    >>> print(trace_moment("tr(U)**2*tr(U.H)**2"))
    (2)
    """
    if not isinstance(expression, TraceExpression):
        expression = parse_trace_expression(expression, symmetric)
    d = checked_dimension(dimension, expression.group, function="trace_moment")
    names = frozenset(symmetric)
    weights: dict[tuple[Word, ...], dict[Partition, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for words, coefficient in expression.terms:
        for (traces, mu), count in closures(expression.group, words, names).items():
            weights[traces][mu] += coefficient * count
    totals: dict[tuple[Word, ...], _Coefficient] = {}
    known: dict[tuple[Any, ...], _Coefficient] = {}
    for traces, by_type in weights.items():
        fixed = tuple(word for word in traces if word)
        # Thousands of different traces share a few weights: every sum over types is done once.
        key = (len(traces) - len(fixed), *sorted(by_type.items()))
        if key not in known:
            known[key] = _weighted(expression.group, by_type, d, len(traces) - len(fixed))
        totals[fixed] = totals[fixed] + known[key] if fixed in totals else known[key]
    terms = tuple((words, c) for words, c in sorted(totals.items(), key=_reading_order) if c)
    return TracePolynomial(terms, d, names)


def _reading_order(term: tuple[tuple[Word, ...], _Coefficient]) -> tuple[int, tuple[Word, ...]]:
    return -len(term[0]), term[0]


def _weighted(group: Group, by_type: Mapping[Partition, Fraction], d: int | None, loops: int) -> _Coefficient:
    """Return d^loops sum_mu F_mu Wg(mu; d); terms without Haar matrix have the type ()."""
    total: _Coefficient = Fraction(0)
    for order in {sum(mu) for mu in by_type}:
        weights = {mu: f for mu, f in by_type.items() if sum(mu) == order}
        total = total + (class_sum(group, weights, d) if order else weights[()])
    return total * (RationalFunction.dimension_power(loops) if d is None else d**loops)


def _trace_text(word: Word) -> str:
    return f"tr({'*'.join(map(str, word))})"


def _checked_matrices(matrices: Mapping[str, Any], names: Collection[str], owner: TracePolynomial) -> tuple[Any, int]:
    """Return the matrices as SymPy matrices and their common size."""
    missing = sorted(set(names) - set(matrices))
    if missing:
        raise ValueError(f"TracePolynomial.evaluate needs every fixed matrix, got none for {missing[0]!r}.")
    tables = {name: Matrix(matrix) for name, matrix in matrices.items()}
    sizes: set[int] = {size for table in tables.values() for size in table.shape}
    sizes |= set() if owner.dimension is None else {owner.dimension}
    if len(sizes) != 1:
        raise ValueError(f"TracePolynomial.evaluate needs square matrices of one size d, got sizes {sorted(sizes)}.")
    for name in owner.symmetric & set(tables):
        if tables[name] != tables[name].T:
            raise ValueError(f"TracePolynomial.evaluate needs a symmetric matrix for {name!r}, got {matrices[name]!r}.")
    return tables, sizes.pop()


def _letter_value(tables: Mapping[str, Any], letter: Letter) -> Any:
    matrix = tables[letter.name]
    matrix = matrix.T if letter.transposed else matrix
    return matrix.conjugate() if letter.conjugated else matrix
