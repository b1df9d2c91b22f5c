"""Polynomials in traces of words in random and fixed matrices, read from text without evaluating anything.

    expression := number | name | tr(word) | abs(expression)**even | conj(expression) | + - * / ** ( )
    word       := matrix | word.T | word.H | word.C | word.D | number | d | + - * ** / ( )

**Conventions.** O, O1, ... orthogonal, U, V, U1, ... unitary, S, S1, ... symplectic, G normal, Z complex normal, and what else
`theory.haar.declaration` says; every other name in a word is a fixed matrix, outside a word a real scalar (and inside, if it
occurs outside too); d is the dimension, I the identity. `.T` is the transpose, `.H` the adjoint, `.C` the conjugate, `.D` the symplectic
dual. Where no complex matrix occurs all matrices are real, so `.H` is `.T` and `.C` does nothing. Words multiply without
commuting; a number in a word is that multiple of the identity.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from theory.haar.declaration import Declared, declared_matrix, ensemble_of_name
from theory.haar.matrix_algebra import FixedMatrix, MatrixAlgebra
from theory.haar.trace_word import (
    Letter,
    Polynomial,
    Product,
    Word,
    collected,
    is_scalar,
    multiplied,
    product_of,
    scalar,
    transposed_word,
)
from theory.syntax import exact_number, parse_syntax

__all__ = ["Letter", "TraceExpression", "Word", "parse_trace_expression"]

MAX_LENGTH, MAX_TREE_DEPTH = 20_000, 250
_MOST_TERMS = 20_000
_LARGEST_DEGREE = 200
_LARGEST_POWER_BITS = 20_000
_COMPLEX = ("unitary", "complex normal", "gue")
_RESERVED = ("tr", "abs", "conj", "conjugate", "d", "I")


@dataclass(frozen=True, slots=True)
class TraceExpression:
    """A sum of rational multiples of products of traces of words.

    Parameters
    ----------
    terms : tuple of (tuple of Word, Fraction)
        For every product of traces its words, in simplest form, and its coefficient.
    algebra : MatrixAlgebra
        The random and the declared matrices.
    """

    terms: tuple[tuple[Product, Fraction], ...]
    algebra: MatrixAlgebra

    @property
    def group(self) -> str | None:
        """The ensemble of the random matrices if there is one only."""
        kinds = set(self.algebra.random.values())
        return kinds.pop() if len(kinds) == 1 else None


def parse_trace_expression(
    text: str, symmetric: Collection[str] = (), let: Mapping[str, Any] | None = None
) -> TraceExpression:
    """Return the polynomial in traces that the text denotes, in simplest form.

    Parameters
    ----------
    text : str
        At most 20 000 characters, brackets nested at most 50; see the grammar of the module.
    symmetric : collection of str
        Names of fixed matrices with A.T = A.
    let : mapping of str to str or number, optional
        Declarations: kinds of matrices by name (several names with commas), values of traces by their text.

    Returns
    -------
    TraceExpression

    Raises
    ------
    TypeError
        If `text` is not a string.
    ValueError
        Malformed text or declaration; no random matrix; a symplectic matrix beside an orthogonal or unitary one; an expansion beyond 20 000
        terms or degree 200.

    Examples
    --------
    >>> ((words, coefficient),) = parse_trace_expression("2*tr(O*A*O.T*B)").terms
    >>> [str(letter) for letter in words[0]], coefficient
    (['A', 'O.T', 'B', 'O'], Fraction(2, 1))
    """
    root = parse_syntax(text, what="trace expression", max_length=MAX_LENGTH, max_tree_depth=MAX_TREE_DEPTH)
    if isinstance(symmetric, str):
        raise TypeError(f"parse_trace_expression needs a collection of names, got symmetric={symmetric!r}.")
    reserved = sorted(name for name in symmetric if name in _RESERVED or ensemble_of_name(name))
    if reserved:
        raise ValueError(f"trace expression needs names of fixed matrices as symmetric, got {reserved[0]!r}.")
    declared = dict.fromkeys(symmetric, "symmetric") | dict(let or {})
    reader = _Reader(root, text, declared)
    if not reader.algebra.random:
        raise ValueError(f"trace expression needs a Haar matrix O or U, or another random one, got {text!r}.")
    return TraceExpression(tuple(sorted(reader.expression().items())), reader.algebra)


class _Reader:
    """The whitelist walk, one method for scalars and one for words."""

    def __init__(self, root: ast.expr, text: str, declared: Mapping[str, Any]) -> None:
        self.root, self.text = root, text
        self.algebra = MatrixAlgebra()
        self.scalars = {"d", *_names_outside_traces(root)}
        self.matrices: dict[str, Declared] = {"I": {(): Fraction(1)}}
        traces = {name: value for name, value in declared.items() if "(" in name}
        for names, kinds in declared.items():
            for name in names.split(",") if names not in traces else ():
                self.declare(name.strip(), kinds)
        trees = [parse_syntax(name, what="declaration") for name in traces]
        for tree in (root, *trees):
            for name in _names_inside_traces(tree):
                if name not in self.matrices and name not in self.scalars:
                    ensemble = ensemble_of_name(name)
                    self.matrices[name] = (
                        declared_matrix(name, ensemble, self.algebra) if ensemble else {(Letter(name),): Fraction(1)}
                    )
        kinds_met = set(self.algebra.random.values())
        if "symplectic" in kinds_met and kinds_met & {
            "orthogonal",
            "unitary",
            "goe",
            "gue",
            "normal",
            "complex normal",
        }:
            raise ValueError(f"trace expression needs symplectic matrices alone, not beside others, got {text!r}.")
        self.algebra.dual = "symplectic" in kinds_met
        self.algebra.real = not self.algebra.dual and bool(kinds_met) and not kinds_met & set(_COMPLEX)
        for (name, value), tree in zip(traces.items(), trees, strict=True):
            self.give_trace(name, tree, value)

    def declare(self, name: str, kinds: Any) -> None:
        if not name.isidentifier() or name in _RESERVED:
            raise ValueError(f"declaration needs the name of a matrix or tr(...), got {name!r}.")
        if not isinstance(kinds, str):
            raise TypeError(f"declaration needs text such as 'symmetric' for {name}, got {kinds!r}.")
        if kinds.strip() == "scalar":
            self.scalars.add(name)
            return
        self.matrices[name] = declared_matrix(name, kinds, self.algebra)

    def give_trace(self, name: str, tree: ast.expr, value: Any) -> None:
        """Enter tr(word) = value."""
        key = self.algebra.polynomial(self.traces(tree))
        if (
            len(key) != 1
            or (words := next(iter(key))) == ()
            or len(words) != 1
            or key[words] != 1
            or is_scalar(words[0])
        ):
            raise ValueError(f"declaration needs one trace of a word whose value is not known, got {name!r}.")
        text = str(value)
        inner = _Reader(parse_syntax(text, what="value of a trace"), text, {})
        result = inner.algebra.polynomial(inner.traces(inner.root))
        if any(not is_scalar(word) for key_words in result for word in key_words):
            raise ValueError(f"declaration needs a value in numbers and names, got {name} = {text!r}.")
        self.algebra.traces[words[0]] = result
        self.algebra._known.clear()

    def expression(self) -> Polynomial:
        return self.algebra.polynomial(self.traces(self.root))

    def refuse(self, wish: str, node: ast.AST) -> ValueError:
        piece = ast.get_source_segment(self.text.strip(), node) or self.text
        return ValueError(f"trace expression needs {wish}, got {piece!r}.")

    def traces(self, node: ast.expr) -> Polynomial:
        """Read a scalar: a polynomial in traces."""
        match node:
            case ast.Constant():
                return collected([((), exact_number(node, self.text))])
            case ast.Name(id=name) if name in self.scalars and name not in ("tr", "abs", "conj", "conjugate", "I"):
                return {scalar(name): Fraction(1)}
            case ast.Call(func=ast.Name(id="tr"), args=[argument], keywords=[]):
                return collected(
                    pair for word, c in self.words(argument).items() for pair in self.traced(word, c, argument)
                )
            case ast.Call(func=ast.Name(id="conj" | "conjugate"), args=[argument], keywords=[]):
                return self.conjugate(self.traces(argument))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return {key: -c for key, c in self.traces(operand).items()}
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.traces(operand)
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                return collected(
                    (key, sign * c) for sign, term in _summands(node) for key, c in self.traces(term).items()
                )
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return self.product(self.traces(left), self.traces(right), node)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return self.product(self.traces(left), self.inverse(right), node)
            case ast.BinOp(
                left=ast.Call(func=ast.Name(id="abs"), args=[argument], keywords=[]), op=ast.Pow(), right=right
            ):
                count, inner = self.exponent(right), self.traces(argument)
                if count % 2:
                    raise self.refuse("abs() to an even power", node)
                return self.power(self.product(inner, self.conjugate(inner), node), count // 2, node)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self.power(self.traces(left), self.exponent(right), node)
        raise self.refuse("numbers, scalar names, tr(...), conj(), abs()**2 and + - * / **", node)

    def traced(self, word: Word, c: Fraction, node: ast.expr) -> Iterator[tuple[Product, Fraction]]:
        """Yield tr(word) with the scalars in the word taken out."""
        factors = [(x,) for x in word if x.power]
        plain = tuple(x for x in word if not x.power)
        self.check_spaces(plain, node)
        yield product_of([*factors, plain if plain else scalar("d")[0]]), c

    def check_spaces(self, word: Word, node: ast.expr) -> None:
        """Refuse a product of matrices of declared shapes that do not fit."""
        fixed, plain = self.algebra.fixed, FixedMatrix()
        for a, b in pairwise((*word, word[0]) if word else ()):
            first, second = fixed.get(a.name, plain), fixed.get(b.name, plain)
            right, left = (first.left if a.transposed else first.right), (second.right if b.transposed else second.left)
            if right != left and right and left:
                raise self.refuse(f"shapes that fit (space {right} meets space {left})", node)

    def words(self, node: ast.expr) -> dict[Word, Fraction]:
        """Read a matrix: a polynomial in words."""
        match node:
            case ast.Constant():
                return _words_collected([((), exact_number(node, self.text))])
            case ast.Name(id=name) if name in self.scalars:
                return {scalar(name)[0]: Fraction(1)}
            case ast.Name(id=name) if name in self.matrices:
                return dict(self.matrices[name])
            case ast.Attribute(value=value, attr="T" | "H" | "C" | "D" as operation):
                if (self.algebra.dual and operation in "TC") or (not self.algebra.dual and operation == "D"):
                    raise self.refuse(".D and S.H beside symplectic matrices, .T, .H and .C beside others", node)
                if self.algebra.dual and operation == "H" and not _is_symplectic_word(value, self.algebra):
                    raise self.refuse(".H of symplectic matrices only (it is .D there)", node)
                return _words_collected([(self.changed(word, operation), c) for word, c in self.words(value).items()])
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return {key: -c for key, c in self.words(operand).items()}
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.words(operand)
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                return _words_collected(
                    [(key, sign * c) for sign, term in _summands(node) for key, c in self.words(term).items()]
                )
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return self.word_product(self.words(left), self.words(right), node)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                below = self.inverse(right)
                factor = {tuple(x for word in key for x in word): c for key, c in below.items()}
                return self.word_product(self.words(left), factor, node)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                base, count = self.words(left), self.exponent(right)
                self.check_power(base, count, node)
                result: dict[Word, Fraction] = {(): Fraction(1)}
                for _ in range(count):
                    result = self.word_product(result, base, node)
                return result
        raise self.refuse("matrices, .T, .H, .C, numbers and + - * ** inside tr()", node)

    def changed(self, word: Word, operation: str) -> Word:
        conjugate = operation in "HC" and not self.algebra.dual and not self.algebra.real
        scalars = tuple(x for x in word if x.power)
        plain = tuple(x for x in word if not x.power)
        plain = transposed_word(plain) if operation in "THD" else plain
        return scalars + tuple(x._replace(conjugated=x.conjugated ^ conjugate) for x in plain)

    def conjugate(self, terms: Polynomial) -> Polynomial:
        return collected(
            (product_of(word if is_scalar(word) else self.changed(word, "C") for word in words), c)
            for words, c in terms.items()
        )

    def inverse(self, node: ast.expr) -> Polynomial:
        """Read a divisor: one monomial in numbers and scalar names."""
        below = self.traces(node)
        if len(below) != 1 or any(not is_scalar(word) for key in below for word in key):
            raise self.refuse("a divisor that is a number or a product of names and not zero", node)
        ((key, c),) = below.items()
        return {product_of((x._replace(power=-x.power),) for (x,) in key): 1 / c}

    def exponent(self, node: ast.expr) -> int:
        if isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool):
            return node.value
        raise self.refuse("exponents that are integers >= 0", node)

    def product(self, left: Polynomial, right: Polynomial, node: ast.AST) -> Polynomial:
        self.check_size(left, right, node)
        return multiplied(left, right)

    def word_product(
        self, left: Mapping[Word, Fraction], right: Mapping[Word, Fraction], node: ast.AST
    ) -> dict[Word, Fraction]:
        self.check_size(left, right, node)
        return _words_collected([(a + b, c * e) for a, c in left.items() for b, e in right.items()])

    def check_size(self, left: Mapping[Any, Fraction], right: Mapping[Any, Fraction], node: ast.AST) -> None:
        if len(left) * len(right) > _MOST_TERMS or _longest(left) + _longest(right) > _LARGEST_DEGREE:
            raise self.refuse(f"an expansion of at most {_MOST_TERMS} terms of degree {_LARGEST_DEGREE}", node)

    def check_power(self, base: Mapping[Any, Fraction], count: int, node: ast.AST) -> None:
        bits = max((c.numerator.bit_length() + c.denominator.bit_length() for c in base.values()), default=0)
        if count > _LARGEST_DEGREE or bits * count > _LARGEST_POWER_BITS:
            raise self.refuse(f"exponents of at most {_LARGEST_DEGREE} and numbers of moderate size", node)

    def power(self, base: Polynomial, count: int, node: ast.AST) -> Polynomial:
        self.check_power(base, count, node)
        result: Polynomial = {(): Fraction(1)}
        for _ in range(count):
            result = self.product(result, base, node)
        return result


def _summands(node: ast.expr) -> list[tuple[int, ast.expr]]:
    """Return the terms of a sum with their signs, without recursion on its length."""
    later = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        later.append((1 if isinstance(node.op, ast.Add) else -1, node.right))
        node = node.left
    return [(1, node), *reversed(later)]


def _names_inside_traces(root: ast.expr) -> list[str]:
    """Return the names under tr(), in order."""
    calls = [
        n for n in ast.walk(root) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "tr"
    ]
    names = [n.id for call in calls for argument in call.args for n in ast.walk(argument) if isinstance(n, ast.Name)]
    return list(dict.fromkeys(name for name in names if name not in ("tr", "abs", "conj", "conjugate")))


def _names_outside_traces(root: ast.expr) -> set[str]:
    """Return the names that stand outside every tr()."""
    names, pending = set(), [root]
    while pending:
        node = pending.pop()
        match node:
            case ast.Name(id=name):
                names.add(name)
            case ast.Call(func=ast.Name(id="tr")):
                pass
            case ast.Call(args=arguments):
                pending.extend(arguments)
            case _:
                pending.extend(child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))
    return {name for name in names if ensemble_of_name(name) is None and name not in ("I", "tr")}


def _is_symplectic_word(node: ast.expr, algebra: MatrixAlgebra) -> bool:
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return all(algebra.random.get(name) == "symplectic" for name in names)


def _words_collected(pairs: list[tuple[Word, Fraction]]) -> dict[Word, Fraction]:
    result: dict[Word, Fraction] = {}
    for key, coefficient in pairs:
        result[key] = result.get(key, Fraction(0)) + coefficient
    return {key: coefficient for key, coefficient in result.items() if coefficient}


def _longest(terms: Mapping[Any, Fraction]) -> int:
    return max((_length(key) for key in terms), default=0)


def _length(key: tuple[Any, ...]) -> int:
    return sum((not item.power) if isinstance(item, Letter) else (0 if is_scalar(item) else len(item)) for item in key)
