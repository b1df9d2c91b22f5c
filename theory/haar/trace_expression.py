"""Polynomials in traces of words in one Haar matrix and fixed matrices, read from text without evaluating anything.

    expression := number | tr(word) | + - * / ** ( )
    word       := name | word.T | word.H | word.C | number | + - * ** ( )

**Conventions.** `O` is the orthogonal matrix, `U` the unitary one, every other name a fixed matrix; `.T` is the transpose, `.H` the
adjoint, `.C` the complex conjugate. In an expression with O all matrices are real, so `.H` is `.T` and `.C` does nothing.
Words multiply without commuting; a number in a word is that multiple of the identity.
"""

from __future__ import annotations

import ast
from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar

from theory.haar.dimension import Group
from theory.syntax import exact_number, parse_syntax

__all__ = ["Letter", "TraceExpression", "Word", "parse_trace_expression"]

_HAAR: dict[str, Group] = {"O": "orthogonal", "U": "unitary"}
_MOST_TERMS = 20_000
_LARGEST_DEGREE = 200
_LARGEST_POWER_BITS = 20_000


class Letter(NamedTuple):
    """One matrix of a word: its name, and whether it is transposed and conjugated."""

    name: str
    transposed: bool = False
    conjugated: bool = False

    def __str__(self) -> str:
        return self.name + ("", ".C", ".T", ".H")[2 * self.transposed + self.conjugated]


Word = tuple[Letter, ...]
_Words = dict[Word, Fraction]
_Traces = dict[tuple[Word, ...], Fraction]
_Key = TypeVar("_Key", bound=tuple[Any, ...])


@dataclass(frozen=True, slots=True)
class TraceExpression:
    """A sum of rational multiples of products of traces of words.

    Parameters
    ----------
    group : {'orthogonal', 'unitary'}
        The group of the random matrix.
    terms : tuple of (tuple of Word, Fraction)
        For every product of traces its words and its coefficient.
    """

    group: Group
    terms: tuple[tuple[tuple[Word, ...], Fraction], ...]


def parse_trace_expression(text: str, symmetric: Collection[str] = ()) -> TraceExpression:
    """Return the polynomial in traces that the text denotes.

    Parameters
    ----------
    text : str
        At most 500 characters, nesting at most 50; see the grammar of the module.
    symmetric : collection of str
        Names of fixed matrices with A.T = A.

    Returns
    -------
    TraceExpression

    Raises
    ------
    TypeError
        If `text` is not a string.
    ValueError
        Malformed text; no Haar matrix, or both O and U; an expansion beyond 20 000 terms or degree 200.

    Examples
    --------
    >>> ((words, coefficient),) = parse_trace_expression("2*tr(O*A*O.T*B)").terms
    >>> [str(letter) for letter in words[0]], coefficient
    (['O', 'A', 'O.T', 'B'], Fraction(2, 1))
    """
    root = parse_syntax(text, what="trace expression")
    haar = sorted({node.id for node in ast.walk(root) if isinstance(node, ast.Name) and node.id in _HAAR})
    if len(haar) != 1:
        wish = "one Haar matrix, O or U, not both" if haar else "a Haar matrix O or U"
        raise ValueError(f"trace expression needs {wish}, got {text!r}.")
    if isinstance(symmetric, str):
        raise TypeError(f"parse_trace_expression needs a collection of names, got symmetric={symmetric!r}.")
    reserved = sorted(set(symmetric) & {"O", "U", "tr", "S"})
    if reserved:
        raise ValueError(f"trace expression needs names of fixed matrices as symmetric, got {reserved[0]!r}.")
    reader = _Reader(_HAAR[haar[0]], frozenset(symmetric), text)
    return TraceExpression(reader.group, tuple(sorted(reader.traces(root).items())))


def _collected(pairs: list[tuple[_Key, Fraction]]) -> dict[_Key, Fraction]:
    result: dict[_Key, Fraction] = {}
    for key, coefficient in pairs:
        result[key] = result.get(key, Fraction(0)) + coefficient
    return {key: coefficient for key, coefficient in result.items() if coefficient}


class _Reader:
    """The whitelist walk, one method for scalars and one for words."""

    def __init__(self, group: Group, symmetric: frozenset[str], text: str) -> None:
        self.group, self.symmetric, self.text = group, symmetric, text

    def refuse(self, wish: str, node: ast.AST) -> ValueError:
        piece = ast.get_source_segment(self.text.strip(), node) or self.text
        return ValueError(f"trace expression needs {wish}, got {piece!r}.")

    def traces(self, node: ast.expr) -> _Traces:
        """Read a scalar: a polynomial in traces."""
        match node:
            case ast.Constant():
                return _collected([((), exact_number(node, self.text))])
            case ast.Call(func=ast.Name(id="tr"), args=[argument], keywords=[]):
                return _collected([((word,), c) for word, c in self.words(argument).items()])
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return {key: -c for key, c in self.traces(operand).items()}
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.traces(operand)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return _collected([*self.traces(left).items(), *self.traces(right).items()])
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                return _collected([*self.traces(left).items(), *((k, -c) for k, c in self.traces(right).items())])
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return self.product(self.traces(left), self.traces(right), node, commuting=True)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                below = self.traces(right)
                if set(below) != {()}:
                    raise self.refuse("a divisor that is a number and not zero", right)
                return {key: c / below[()] for key, c in self.traces(left).items()}
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self.power(self.traces(left), self.exponent(right), node, commuting=True)
        raise self.refuse("numbers, tr(...) and + - * / **", node)

    def words(self, node: ast.expr) -> _Words:
        """Read a matrix: a polynomial in words."""
        match node:
            case ast.Constant():
                return _collected([((), exact_number(node, self.text))])
            case ast.Name(id=name):
                if name in ("tr", "S"):
                    raise self.refuse("the matrices O, U or fixed ones (S is reserved)", node)
                return {(Letter(name),): Fraction(1)}
            case ast.Attribute(value=value, attr="T" | "H" | "C" as operation):
                return {self.changed(word, operation): c for word, c in self.words(value).items()}
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return {key: -c for key, c in self.words(operand).items()}
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.words(operand)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return _collected([*self.words(left).items(), *self.words(right).items()])
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                return _collected([*self.words(left).items(), *((k, -c) for k, c in self.words(right).items())])
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return self.product(self.words(left), self.words(right), node, commuting=False)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self.power(self.words(left), self.exponent(right), node, commuting=False)
        raise self.refuse("matrices, .T, .H, .C, numbers and + - * ** inside tr()", node)

    def changed(self, word: Word, operation: str) -> Word:
        transpose, conjugate = operation in "TH", operation in "HC" and self.group == "unitary"
        letters = reversed(word) if transpose else word
        return tuple(
            Letter(
                letter.name,
                (letter.transposed ^ transpose) and letter.name not in self.symmetric,
                letter.conjugated ^ conjugate,
            )
            for letter in letters
        )

    def exponent(self, node: ast.expr) -> int:
        if isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool):
            return node.value
        raise self.refuse("exponents that are integers >= 0", node)

    def product(
        self, left: dict[Any, Fraction], right: dict[Any, Fraction], node: ast.AST, *, commuting: bool
    ) -> dict[Any, Fraction]:
        if len(left) * len(right) > _MOST_TERMS or _longest(left) + _longest(right) > _LARGEST_DEGREE:
            raise self.refuse(f"an expansion of at most {_MOST_TERMS} terms of degree {_LARGEST_DEGREE}", node)
        # Traces commute, words do not: a product of traces is sorted, so that equal ones meet.
        pairs = [(first + second, c * e) for first, c in left.items() for second, e in right.items()]
        return _collected([(tuple(sorted(key)), c) for key, c in pairs] if commuting else pairs)

    def power(self, base: dict[Any, Fraction], count: int, node: ast.AST, *, commuting: bool) -> dict[Any, Fraction]:
        bits = max((c.numerator.bit_length() + c.denominator.bit_length() for c in base.values()), default=0)
        if count > _LARGEST_DEGREE or bits * count > _LARGEST_POWER_BITS:
            raise self.refuse(f"exponents of at most {_LARGEST_DEGREE} and numbers of moderate size", node)
        result: dict[Any, Fraction] = {(): Fraction(1)}
        for _ in range(count):
            result = self.product(result, base, node, commuting=commuting)
        return result


def _longest(terms: dict[Any, Fraction]) -> int:
    return max((_length(key) for key in terms), default=0)


def _length(key: tuple[Any, ...]) -> int:
    return sum(1 if isinstance(item, Letter) else len(item) for item in key)
