"""Means of matrices and of tensor products of matrices: the legs that stay open.

E[X] of a word X is a sum of words with traces before them; E[X_1 (x) X_2 (x) ...] is given by its pairing with test matrices Y1, Y2, ...,
E tr(X_1 Y1) tr(X_2 Y2) ..., in which tr(Y1) tr(Y2) stands for the identity, tr(Y1*Y2) for the swap, tr(Y1*Y2.T) for d times the
projector on the maximally entangled state, and a word between the Y's for the matrices on that strand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from theory.haar.matrix_algebra import MatrixAlgebra
from theory.haar.trace import trace_moment
from theory.haar.trace_expression import parse_trace_expression
from theory.haar.trace_polynomial import Coefficient, TracePolynomial
from theory.haar.trace_word import Word

__all__ = ["MatrixPolynomial", "matrix_moment", "tensor_moment"]

_TEST = "Y_"


@dataclass(frozen=True, slots=True)
class MatrixPolynomial:
    """A sum of coefficient * traces * word.

    Parameters
    ----------
    terms : tuple of (tuple of Word, Word, coefficient)
        The traces, the matrix (empty for the identity), the coefficient.
    dimension : int or None
        d; None if symbolic.
    algebra : MatrixAlgebra
        What is declared.
    least_dimension : int
        The least d for which a symbolic result holds.
    """

    terms: tuple[tuple[tuple[Word, ...], Word, Coefficient], ...]
    dimension: int | None
    algebra: MatrixAlgebra
    least_dimension: int

    def __str__(self) -> str:
        pieces = []
        for words, word, coefficient in self.terms:
            factors = [f"({coefficient})", *map(self.algebra.text, words), self.word_text(word)]
            pieces.append("*".join(factors))
        return " + ".join(pieces) or "0"

    def word_text(self, word: Word) -> str:
        """Return `A*B.T`, or I for the identity."""
        return self.algebra.text(word)[3:-1] if word else "I"


def matrix_moment(text: str, dimension: Any = None, *, let: Mapping[str, Any] | None = None) -> MatrixPolynomial:
    """Return E of a word (or a sum of words) in random and fixed matrices.

    Parameters
    ----------
    text : str
        What may stand inside tr() in `trace_moment`, for example `U*A*U.H`.
    dimension : int, optional
        d; None (default) is symbolic.
    let : mapping, optional
        Declarations, as `trace_moment`.

    Returns
    -------
    MatrixPolynomial

    Raises
    ------
    TypeError, ValueError
        As `trace_moment`.

    Examples
    --------
    >>> print(matrix_moment("U*A*U.H"), "|", matrix_moment("O*A*O"))
    (1/d)*tr(A)*I | (1/d)*A.T
    """
    moment = trace_moment(parse_trace_expression(f"tr(({text})*{_TEST})", let=let), dimension)
    terms = []
    for words, coefficient in moment.terms:
        (open_word,) = (word for word in words if any(x.name == _TEST for x in word))
        place = next(i for i, x in enumerate(open_word) if x.name == _TEST)
        rest = open_word[place + 1 :] + open_word[:place]
        matrix = moment.algebra.transposed(rest) if open_word[place].transposed else rest
        terms.append((tuple(word for word in words if word is not open_word), matrix, coefficient))
    return MatrixPolynomial(tuple(terms), moment.dimension, moment.algebra, moment.least_dimension)


def tensor_moment(*texts: str, dimension: Any = None, let: Mapping[str, Any] | None = None) -> TracePolynomial:
    """Return E[X_1 (x) X_2 (x) ...] as E tr(X_1 Y1) tr(X_2 Y2) ..., see the module.

    Parameters
    ----------
    *texts : str
        The factors, words as in `matrix_moment`.
    dimension, let
        As there.

    Returns
    -------
    TracePolynomial
        Linear in every Y1, Y2, ....

    Raises
    ------
    TypeError, ValueError
        As `trace_moment`; no factor at all.

    Examples
    --------
    A random vector n of the sphere, E[n_i n_j n_k n_l] = (dd + dd + dd)/(d(d+2)):

    >>> print(tensor_moment("O*E*O.T", "O*E*O.T", let={"E": "state"}))
    (1/(d*(d + 2)))*tr(Y1)*tr(Y2) + (1/(d*(d + 2)))*tr(Y1*Y2) + (1/(d*(d + 2)))*tr(Y1*Y2.T)
    """
    if not texts:
        raise ValueError("tensor_moment needs at least one factor, got none.")
    product = "*".join(f"tr(({text})*Y{i})" for i, text in enumerate(texts, start=1))
    return trace_moment(parse_trace_expression(product, let=let), dimension)
