"""Polynomials in traces of words of fixed matrices: results of `trace_moment`, with arithmetic and evaluation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from typing import Any

import sympy as sp
from sympy import Expr, Integer, Matrix, Rational, Symbol, sympify

from theory.haar.dimension import checked_integer, exact_rational
from theory.haar.matrix_algebra import FixedMatrix, MatrixAlgebra
from theory.haar.rational_function import RationalFunction
from theory.haar.trace_word import Letter, Word, is_scalar, product_of
from theory.notebook import display_math

__all__ = ["Coefficient", "TracePolynomial"]

Coefficient = RationalFunction | Fraction
_Terms = tuple[tuple[tuple[Word, ...], Coefficient], ...]


@dataclass(frozen=True, slots=True, eq=False)
class TracePolynomial:
    """A polynomial in traces of words of fixed matrices and in scalars, coefficients rational functions of d or numbers.

    Parameters
    ----------
    terms : tuple of (tuple of Word, RationalFunction or Fraction)
        For every product of traces its words (sorted, in smallest form; a scalar name is a word with a power) and its
        coefficient, not zero.
    dimension : int or None
        d; None if symbolic.
    algebra : MatrixAlgebra
        What is declared of the matrices.
    least_dimension : int
        The least d for which a symbolic result holds.
    recipe : callable, optional
        d -> the same moment at an integer d, for d below that.

    Examples
    --------
    >>> from theory.haar.trace import trace_moment
    >>> variance = trace_moment("tr(O*A)**2") - trace_moment("tr(O*A)") ** 2
    >>> print(variance)
    (1/d)*tr(A*A.T)
    >>> print(trace_moment("abs(tr(U))**4").at(1), 1 - trace_moment("tr(O)**2") == 0)
    (1) True
    """

    terms: _Terms
    dimension: int | None
    algebra: MatrixAlgebra
    least_dimension: int = 1
    recipe: Callable[[int], TracePolynomial] | None = field(default=None, repr=False)

    @property
    def symmetric(self) -> frozenset[str]:
        """The fixed matrices that were said to be symmetric."""
        return frozenset(name for name, kind in self.algebra.fixed.items() if kind.symmetric and not kind.identity)

    def __str__(self) -> str:
        pieces = []
        for words, coefficient in self.terms:
            traces = "*".join(map(self.algebra.text, words))
            pieces.append(f"({coefficient})" + ("*" + traces if traces else ""))
        return " + ".join(pieces) or "0"

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __hash__(self) -> int:
        return hash((self.terms, self.dimension))

    def __eq__(self, other: object) -> bool:
        other = self._operand(other)
        if other is None:
            return NotImplemented
        return dict(self.terms) == dict(other.terms)

    def __neg__(self) -> TracePolynomial:
        return self * -1

    def __add__(self, other: Any) -> TracePolynomial:
        if (right := self._operand(other)) is None:
            return NotImplemented
        total = dict(self.terms)
        for words, c in right.terms:
            total[words] = total[words] + c if words in total else c
        return self._combined(total, right, lambda d: self.at(d) + right.at(d))

    __radd__ = __add__

    def __sub__(self, other: Any) -> TracePolynomial:
        if (right := self._operand(other)) is None:
            return NotImplemented
        return self + right * -1

    def __rsub__(self, other: Any) -> TracePolynomial:
        return -self + other

    def __mul__(self, other: Any) -> TracePolynomial:
        if (right := self._operand(other)) is None:
            return NotImplemented
        total: dict[tuple[Word, ...], Coefficient] = {}
        for first, c in self.terms:
            for second, e in right.terms:
                key = product_of((*first, *second))
                total[key] = total[key] + c * e if key in total else c * e
        return self._combined(total, right, lambda d: self.at(d) * right.at(d))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        if isinstance(other, RationalFunction):
            inverse = 1 / other
            return self * inverse if isinstance(inverse, RationalFunction) else self.as_sympy() * inverse
        if isinstance(other, TracePolynomial):
            return self.as_sympy() / other.as_sympy()
        try:
            number = exact_rational(other, function="TracePolynomial", name="divisor")
        except TypeError:
            return NotImplemented
        return self * (1 / number)

    def __pow__(self, exponent: int) -> TracePolynomial:
        count = checked_integer(exponent, function="TracePolynomial", name="exponent", least=0)
        result = self * 0 + 1
        for _ in range(count):
            result = result * self
        return result

    def _operand(self, other: Any) -> TracePolynomial | None:
        """Return the other operand as such a polynomial, None if it is none."""
        if isinstance(other, TracePolynomial):
            if None not in (self.dimension, other.dimension) and self.dimension != other.dimension:
                raise ValueError(f"TracePolynomial needs one dimension, got {self.dimension} and {other.dimension}.")
            if self.dimension != other.dimension:
                return other.at(self.dimension) if self.dimension is not None else other
            return other
        if isinstance(other, RationalFunction):
            value: Coefficient = other if self.dimension is None else other(self.dimension)
        else:
            try:
                value = exact_rational(other, function="TracePolynomial", name="number")
            except TypeError:
                return None
            value = RationalFunction.constant(value) if self.dimension is None else value
        terms = (((), value),) if value else ()
        return TracePolynomial(terms, self.dimension, self.algebra, getattr(value, "least_dimension", None) or 1)

    def _combined(
        self,
        total: Mapping[tuple[Word, ...], Coefficient],
        other: TracePolynomial,
        recipe: Callable[[int], TracePolynomial],
    ) -> TracePolynomial:
        random = self.algebra.random | other.algebra.random
        algebra = MatrixAlgebra(
            random,
            self.algebra.fixed | other.algebra.fixed,
            self.algebra.real and other.algebra.real,
            self.algebra.dual or other.algebra.dual,
            self.algebra.traces | other.algebra.traces,
        )
        terms = tuple((w, c) for w, c in sorted(total.items(), key=lambda t: (-len(t[0]), t[0])) if c)
        least = max(self.least_dimension, other.least_dimension)
        return TracePolynomial(terms, self.dimension, algebra, least, recipe if self.dimension is None else None)

    def at(self, dimension: Any) -> TracePolynomial:
        """Return the same moment at an integer d, computed anew where the symbolic result does not hold.

        Raises
        ------
        TypeError, ValueError
            If d is no positive integer, or another than that of the result.
        """
        d = checked_integer(dimension, function="TracePolynomial.at", name="dimension", least=1)
        if self.dimension is not None:
            if d != self.dimension:
                raise ValueError(
                    f"TracePolynomial.at needs a symbolic result or d = {self.dimension}, got dimension={d}."
                )
            return self
        if d < self.least_dimension:
            if self.recipe is None:
                raise ValueError(
                    f"TracePolynomial.at needs d >= {self.least_dimension} (the result is another below), got dimension={d}."
                )
            return self.recipe(d)
        terms = tuple((w, Fraction(c(d) if isinstance(c, RationalFunction) else c)) for w, c in self.terms)
        return TracePolynomial(tuple(t for t in terms if t[1]), d, self.algebra)

    def as_json(self) -> list[dict[str, Any]]:
        """Return [{"traces": [text, ...], "numerator", "denominator"}] or, for an integer d, "value" in their place.

        Examples
        --------
        >>> from theory.haar.trace import trace_moment
        >>> trace_moment("tr(O*A*O.T*B)").as_json()
        [{'traces': ['tr(A)', 'tr(B)'], 'numerator': '1', 'denominator': 'd'}]
        """
        return [
            {
                "traces": [self.algebra.text(word) for word in words],
                **(c.as_json() if isinstance(c, RationalFunction) else {"value": str(c)}),
            }
            for words, c in self.terms
        ]

    def as_sympy(self, dimension: Any = None) -> Expr:
        """Return the SymPy expression: traces as commuting symbols named `tr(A*B)`, scalars as symbols; factored if no trace is left.

        Examples
        --------
        >>> from theory.haar.trace import trace_moment
        >>> print(trace_moment("tr(U*P*U.H*P)", let={"P": "projector(n)"}).as_sympy())
        n**2/d
        """
        if dimension is not None and getattr(sympify(dimension), "is_Integer", False):
            return self.at(int(dimension)).as_sympy() if self.dimension is None else self.as_sympy()
        total: Expr = Integer(0)
        for words, c in self.terms:
            term = c.as_sympy(dimension) if isinstance(c, RationalFunction) else Rational(c.numerator, c.denominator)
            for word in words:
                term *= Symbol(word[0].name) ** word[0].power if is_scalar(word) else Symbol(self.algebra.text(word))
            total += term
        return total if any(not is_scalar(w) for words, _ in self.terms for w in words) else sp.factor(total)

    def _sympy_(self) -> Expr:
        return self.as_sympy()

    def _repr_latex_(self) -> str:
        """Return the polynomial for notebooks."""
        return display_math(self.latex())

    def latex(self) -> str:
        r"""Return LaTeX, traces as \operatorname{tr}.

        Examples
        --------
        >>> from theory.haar.trace import trace_moment
        >>> print(trace_moment("tr(O*A*O.T*B)").latex())
        \frac{1}{d}\, \operatorname{tr}(A)\, \operatorname{tr}(B)
        """
        if not self.terms:
            return "0"
        if all(is_scalar(word) for words, _ in self.terms for word in words):
            return str(sp.latex(self.as_sympy()))
        pieces = []
        for words, c in self.terms:
            value = c.as_sympy() if isinstance(c, RationalFunction) else Rational(c.numerator, c.denominator)
            factors = (
                []
                if value == 1 and words
                else [f"\\left({sp.latex(value)}\\right)" if value.is_Add else sp.latex(value)]
            )
            pieces.append("\\, ".join([*factors, *map(_latex_word, words)]))
        return " + ".join(pieces)

    def evaluate(self, matrices: Mapping[str, Any]) -> Any:
        """Return the value for explicit matrices, exactly, as a SymPy number.

        Parameters
        ----------
        matrices : mapping of str to SymPy Matrix or nested sequence, or a number for a scalar name
            Every fixed matrix by name, of shape (d, d) unless another one was declared.

        Returns
        -------
        sympy.Expr

        Raises
        ------
        ValueError
            If a matrix is missing, not square, of another size than the others or than the integer dimension, or not
            symmetric (Hermitian, a projector, real, diagonal, of rank one) though said to be.

        Notes
        -----
        **Domain.** At sizes below `least_dimension` the moment is computed anew, by the pseudo-inverse.

        Examples
        --------
        >>> from theory.haar.trace import trace_moment
        >>> trace_moment("tr(O*A*O.T*B)").evaluate({"A": [[1, 2], [3, 4]], "B": [[1, 0], [0, 0]]})
        5/2
        >>> trace_moment("tr(U)**2*tr(U.H)**2*tr(A)").evaluate({"A": [[1]]})
        1
        """
        tables, numbers = self._checked(matrices)
        size = self._size(tables)
        if self.dimension is None and size is not None:
            if size < self.least_dimension:
                return self.at(size).evaluate(matrices)
            numbers["d"] = Integer(size)
        total: Expr = Integer(0)
        for words, coefficient in self.terms:
            if isinstance(coefficient, RationalFunction):
                term = coefficient.as_sympy(numbers.get("d"))
            else:
                term = Rational(coefficient.numerator, coefficient.denominator)
            for word in words:
                if is_scalar(word):
                    term *= numbers.get(word[0].name, Symbol(word[0].name)) ** word[0].power
                else:
                    term *= self._word_value(word, tables)
            total += term
        return sympify(total).expand()

    def _checked(self, matrices: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Expr]]:
        """Return the matrices as SymPy matrices, and the numbers."""
        numbers = {n: sympify(v) for n, v in matrices.items() if not hasattr(v, "__len__") and not hasattr(v, "shape")}
        tables = {name: Matrix(matrix) for name, matrix in matrices.items() if name not in numbers}
        fixed = self.algebra.fixed
        names = {x.name for words, _ in self.terms for word in words for x in word if not x.power}
        known = {name for name, kind in fixed.items() if kind.identity} | {"J_"}
        missing = sorted(names - known - set(tables))
        if missing:
            raise ValueError(f"TracePolynomial.evaluate needs every fixed matrix, got none for {missing[0]!r}.")
        checks: tuple[tuple[str, Callable[[Any], Any]], ...] = (
            ("symmetric", lambda m: m.T),
            ("hermitian", lambda m: m.H),
            ("projector", lambda m: m * m),
            ("real", lambda m: m.C),
        )
        for name, table in tables.items():
            kind = fixed.get(name, FixedMatrix())
            for word, image in checks:
                if getattr(kind, word) and (table.rows != table.cols or (table - image(table)).expand() != table * 0):
                    raise self._wrong_kind(word, name, matrices)
            if kind.diagonal and not table.is_diagonal():
                raise self._wrong_kind("diagonal", name, matrices)
            if kind.rank_one and table.rank() > 1:
                raise self._wrong_kind("rank one", name, matrices)
        return tables, numbers

    @staticmethod
    def _wrong_kind(kind: str, name: str, matrices: Mapping[str, Any]) -> ValueError:
        return ValueError(f"TracePolynomial.evaluate needs a {kind} matrix for {name!r}, got {matrices[name]!r}.")

    def _size(self, tables: Mapping[str, Any]) -> int | None:
        """Return the common size of the matrices that act on the whole space."""
        sizes: set[int] = set() if self.dimension is None else {self.dimension}
        for name, table in tables.items():
            kind = self.algebra.fixed.get(name, FixedMatrix())
            sizes |= {size for size, space in zip(table.shape, (kind.left, kind.right), strict=True) if not space}
        if len(sizes) > 1:
            raise ValueError(
                f"TracePolynomial.evaluate needs square matrices of one size d, got sizes {sorted(sizes)}."
            )
        return sizes.pop() if sizes else None

    def _word_value(self, word: Word, tables: Mapping[str, Any]) -> Expr:
        return prod((self._letter(x, tables) for x in word[1:]), start=self._letter(word[0], tables)).trace()

    def _letter(self, letter: Letter, tables: Mapping[str, Any]) -> Any:
        if letter.name == "J_" and letter.name not in tables:
            size = self._size(tables)
            matrix = _form(size or 0)
        elif letter.name not in tables:
            raise ValueError(f"TracePolynomial.evaluate needs a matrix for {letter.name!r}, got none.")
        else:
            matrix = tables[letter.name]
        if letter.transposed and self.algebra.dual:
            j = _form(matrix.rows)
            matrix = -(j * matrix.T * j)
        elif letter.transposed:
            matrix = matrix.T
        return matrix.conjugate() if letter.conjugated else matrix


def _form(size: int) -> Any:
    """Return J = [[0, 1], [-1, 0]] of an even size."""
    if size % 2:
        raise ValueError(
            f"TracePolynomial.evaluate needs matrices of an even size (J = [[0, 1], [-1, 0]]), got size {size}."
        )
    half = size // 2
    return Matrix(size, size, lambda a, b: (b == a + half) - (a == b + half))


def _latex_word(word: Word) -> str:
    if is_scalar(word):
        return str(sp.latex(Symbol(word[0].name) ** word[0].power))
    marks = {(False, False): "", (True, False): r"^{\top}", (False, True): r"^{c}", (True, True): r"^{*}"}
    letters = (f"{sp.latex(Symbol(x.name))}{marks[x.transposed, x.conjugated]}" for x in word)
    return rf"\operatorname{{tr}}({' '.join(letters)})"
