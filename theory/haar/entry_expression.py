"""Polynomials in the entries of one Haar matrix, read from text without evaluating anything.

    polynomial := number | name | O[i,j] | U[i,j] | S[i,j] | conj(...) | abs(...)**even | + - * / ** ( )

**Conventions.** O is orthogonal, U unitary, S symplectic of size d = 2n, SO and SU have determinant 1, P is a permutation matrix, CP = P - 1/d
a centred one, COE = U U^T; indices from 1. An index of S may be written n + i. Names are real coefficients; d is the dimension.
One text speaks of one matrix.

An entry is a pair of signed labels: (i, j) for O[i,j], U[i,j], S[i,j]; (-i, -j) for conj(U[i,j]); the label -i also stands
for the index n + i of S, and conj(S_{ij}) = sign(i) sign(j) S_{-i,-j} because S is unitary and commutes with conjugation up to J.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Expr, Integer, Rational, Symbol

from theory.haar.dimension import Group, checked_dimension, checked_integer
from theory.syntax import exact_number, parse_syntax

__all__ = ["EntryPolynomial", "Labels", "Powers", "parse_entry_polynomial", "partner_sign"]

Labels = tuple[int, int]
Powers = tuple[tuple[Labels, int], ...]
_Terms = dict[Powers, Expr]

_GROUPS = {
    "O": "orthogonal",
    "S": "symplectic",
    "U": "unitary",
    "SO": "special orthogonal",
    "SU": "special unitary",
    "P": "permutation",
    "CP": "centred permutation",
    "COE": "circular orthogonal",
}
_REAL = ("orthogonal", "special orthogonal", "permutation", "centred permutation")
_MOST_TERMS = 5_000
_LARGEST_DEGREE = 2_000
_LARGEST_POWER_BITS = 20_000


def partner_sign(group: Group, row: int, column: int) -> int:
    """Return the sign in conj(W_ij) = sign * W_{-i,-j}: sign(i) sign(j) for the symplectic group, else 1.

    Examples
    --------
    >>> partner_sign("symplectic", 1, -2), partner_sign("unitary", 1, -2)
    (-1, 1)
    """
    return -1 if group == "symplectic" and (row > 0) != (column > 0) else 1


@dataclass(frozen=True, slots=True)
class EntryPolynomial:
    """A polynomial in the entries of one Haar matrix.

    Parameters
    ----------
    group : {'orthogonal', 'symplectic', 'unitary'}
        The group of the matrix.
    terms : tuple of (Powers, Expr)
        Monomials, each a sorted tuple of ((row label, column label), power), with their coefficients.
    """

    group: Group
    terms: tuple[tuple[Powers, Expr], ...]

    @classmethod
    def monomial(
        cls, group: Group, powers: Mapping[Any, Any], conjugate_powers: Mapping[Any, Any], dimension: int | None
    ) -> EntryPolynomial:
        """Return prod W_ij^{m_ij} prod conj(W_ij)^{n_ij} with checked indices and powers.

        Raises
        ------
        TypeError, ValueError
            Indices or powers that are not integers, an index below 1 or above the dimension, a negative power.
        """
        total: Counter[Labels] = Counter()
        sign = 1
        for conjugated, given in ((False, powers), (True, conjugate_powers)):
            for indices, power in given.items():
                if not isinstance(indices, tuple) or len(indices) != 2:
                    raise TypeError(f"monomial_moment needs keys (row, column), got key={indices!r}.")
                i, j = (_label(index, group, dimension, "monomial_moment") for index in indices)
                count = checked_integer(power, function="monomial_moment", name="power", least=0)
                labels, factor = _conjugate_entry(group, (i, j)) if conjugated else ((i, j), 1)
                total[labels] += count
                sign *= factor**count
        if total.total() > _LARGEST_DEGREE:
            raise ValueError(f"monomial_moment needs a degree <= {_LARGEST_DEGREE}, got degree={total.total()}.")
        return cls(group, ((_sorted_powers(total), Integer(sign)),))

    @property
    def least_dimension(self) -> int:
        """The least d that has all the indices (symplectic: twice the largest)."""
        largest = max((abs(x) for powers, _ in self.terms for labels, _ in powers for x in labels), default=1)
        return largest * (2 if self.group == "symplectic" else 1)

    def check_labels(self, dimension: int) -> None:
        """Check that a polynomial read without a dimension has no index above it.

        Raises
        ------
        ValueError
            For a label above d (symplectic: above n = d/2, or above n after n +).
        """
        largest = max((abs(x) for powers, _ in self.terms for labels, _ in powers for x in labels), default=0)
        bound = dimension // 2 if self.group == "symplectic" else dimension
        if largest > bound:
            half = "half the dimension" if self.group == "symplectic" else "the dimension"
            raise ValueError(f"haar_moment needs indices from 1 to {half}, {bound}, got index={largest}.")


def parse_entry_polynomial(text: str, dimension: Any = None) -> EntryPolynomial:
    """Return the polynomial in matrix entries that the text denotes.

    Parameters
    ----------
    text : str
        At most 20 000 characters, brackets nested at most 50; see the grammar of the module.
    dimension : int, optional
        The size of the matrix, which bounds the indices; None is symbolic.

    Returns
    -------
    EntryPolynomial

    Raises
    ------
    TypeError
        If `text` is not a string or the dimension not an integer.
    ValueError
        Malformed text, no entry at all, entries of different groups, an index out of range, an expansion of over 5 000
        terms or over degree 2 000.

    Examples
    --------
    >>> parse_entry_polynomial("2*U[1,2]*conj(U[1,2])").terms
    (((((-1, -2), 1), ((1, 2), 1)), 2),)
    """
    root = parse_syntax(text, what="Haar moment", max_length=20_000, max_tree_depth=250)
    names = sorted(
        {n.value.id for n in ast.walk(root) if isinstance(n, ast.Subscript) and isinstance(n.value, ast.Name)}
    )
    unknown = [name for name in names if name not in _GROUPS]
    if unknown:
        raise ValueError(
            f"Haar moment needs entries of O, U or S, SO, SU, P, CP or COE, got {unknown[0]}[...] in {text!r}."
        )
    if len(names) != 1:
        wish = "entries of one group only" if names else "at least one entry such as O[1,1]"
        raise ValueError(f"Haar moment needs {wish}, got {text!r}.")
    group: Any = _GROUPS[names[0]]
    d = checked_dimension(dimension, group, function="haar_moment")
    terms = _Reader(group, d, text).read(root)
    return EntryPolynomial(group, tuple(sorted(terms.items(), key=lambda term: term[0])))


def _label(index: Any, group: Group, dimension: int | None, function: str) -> int:
    """Return the signed label of an index, checked against the dimension."""
    number = checked_integer(index, function=function, name="index", least=1)
    if dimension is None:
        return number
    if number > dimension:
        raise ValueError(f"{function} needs indices from 1 to the dimension {dimension}, got index={number}.")
    half = dimension // 2
    return number if group != "symplectic" or number <= half else -(number - half)


def _conjugate_entry(group: Group, labels: Labels) -> tuple[Labels, int]:
    if group in _REAL:
        return labels, 1
    return (-labels[0], -labels[1]), partner_sign(group, *labels)


def _sorted_powers(powers: Mapping[Labels, int]) -> Powers:
    return tuple(sorted((labels, power) for labels, power in powers.items() if power))


def _multiplied(left: _Terms, right: _Terms) -> _Terms:
    if len(left) * len(right) > 10 * _MOST_TERMS:
        raise ValueError(f"Haar moment needs an expansion of at most {_MOST_TERMS} terms, got a larger product.")
    result: _Terms = {}
    for powers, coefficient in left.items():
        for others, factor in right.items():
            total = Counter(dict(powers))
            for labels, power in others:
                total[labels] += power
            if total.total() > _LARGEST_DEGREE:
                raise ValueError(f"Haar moment needs a degree <= {_LARGEST_DEGREE}, got degree={total.total()}.")
            key = _sorted_powers(total)
            result[key] = result.get(key, Integer(0)) + coefficient * factor
    if len(result) > _MOST_TERMS:
        raise ValueError(f"Haar moment needs an expansion of at most {_MOST_TERMS} terms, got {len(result)}.")
    return {powers: coefficient for powers, coefficient in result.items() if coefficient != 0}


class _Reader:
    """The whitelist walk: every node that is not named here is refused."""

    def __init__(self, group: Group, dimension: int | None, text: str) -> None:
        self.group, self.dimension, self.text = group, dimension, text

    def refuse(self, wish: str, node: ast.AST) -> ValueError:
        piece = ast.get_source_segment(self.text.strip(), node) or self.text
        return ValueError(f"Haar moment needs {wish}, got {piece!r}.")

    def read(self, node: ast.expr) -> _Terms:
        match node:
            case ast.Constant():
                number = exact_number(node, self.text)
                return {(): Rational(number.numerator, number.denominator)} if number else {}
            case ast.Name(id=name):
                return self.read_name(name, node)
            case ast.Subscript(value=ast.Name(), slice=ast.Tuple(elts=[row, column])):
                return self.entry(self.read_index(row), self.read_index(column))
            case ast.Call(func=ast.Name(id="conj" | "conjugate"), args=[argument], keywords=[]):
                return self.conjugated(self.read(argument))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return {powers: -coefficient for powers, coefficient in self.read(operand).items()}
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.read(operand)
            case ast.BinOp(left=left, op=ast.Pow(), right=exponent):
                return self.read_power(left, exponent)
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return _multiplied(self.read(left), self.read(right))
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return self.divided(self.read(left), right)
            case ast.BinOp(left=left, op=(ast.Add() | ast.Sub()) as op, right=right):
                second = self.read(right)
                sign = 1 if isinstance(op, ast.Add) else -1
                result = dict(self.read(left))
                for powers, coefficient in second.items():
                    result[powers] = result.get(powers, Integer(0)) + sign * coefficient
                return {powers: coefficient for powers, coefficient in result.items() if coefficient != 0}
        raise self.refuse("numbers, names, entries such as O[1,1], conj(), abs()**2 and + - * / **", node)

    def read_name(self, name: str, node: ast.expr) -> _Terms:
        if name in _GROUPS or name in ("I", "conj", "abs", "conjugate"):
            wish = (
                "two indices after O, U and S" if name in _GROUPS else "real coefficients and calls with one argument"
            )
            raise self.refuse(wish, node)
        return {(): Symbol(name)}

    def entry(self, row: int, column: int) -> _Terms:
        """Return one entry; a COE matrix is symmetric, a centred permutation matrix is P - 1/d."""
        kind: str = self.group
        if kind == "circular orthogonal":
            row, column = sorted((row, column))
        terms: _Terms = {(((row, column), 1),): Integer(1)}
        if kind == "centred permutation":
            terms[()] = -1 / (Symbol("d") if self.dimension is None else Integer(self.dimension))
        return terms

    def read_index(self, node: ast.expr) -> int:
        """Return the signed label of `3`, or of `n+3` for the symplectic group."""
        match node:
            case ast.Constant(value=int() as index) if not isinstance(index, bool):
                return _label(index, self.group, self.dimension, "haar_moment")
            case (
                ast.BinOp(left=ast.Name(id="n"), op=ast.Add(), right=ast.Constant(value=int() as index))
                | ast.BinOp(left=ast.Constant(value=int() as index), op=ast.Add(), right=ast.Name(id="n"))
            ) if self.group == "symplectic" and not isinstance(index, bool):
                half = None if self.dimension is None else self.dimension // 2
                return -_label(index, "orthogonal", half, "haar_moment")
        wish = "indices that are positive integers" + (" or n + such" if self.group == "symplectic" else "")
        raise self.refuse(wish, node)

    def conjugated(self, terms: _Terms) -> _Terms:
        result: _Terms = {}
        for powers, coefficient in terms.items():
            total: Counter[Labels] = Counter()
            sign = 1
            for labels, power in powers:
                other, factor = _conjugate_entry(self.group, labels)
                total[other] += power
                sign *= factor**power
            result[_sorted_powers(total)] = sign * coefficient
        return result

    def read_power(self, base: ast.expr, exponent: ast.expr) -> _Terms:
        if not (isinstance(exponent, ast.Constant) and isinstance(exponent.value, int)) or isinstance(
            exponent.value, bool
        ):
            raise self.refuse("exponents that are integers >= 0", exponent)
        count: int = exponent.value
        if isinstance(base, ast.Call) and isinstance(base.func, ast.Name) and base.func.id == "abs":
            if len(base.args) != 1 or base.keywords or count % 2:
                raise self.refuse("abs() of one argument, to an even power", base)
            inner = self.read(base.args[0])
            return self.power(_multiplied(inner, self.conjugated(inner)), count // 2, base)
        return self.power(self.read(base), count, base)

    def power(self, terms: _Terms, count: int, node: ast.AST) -> _Terms:
        degree = max((sum(power for _, power in powers) for powers in terms), default=0)
        bits = max((_bits(coefficient) for coefficient in terms.values()), default=0)
        if count > _LARGEST_DEGREE or degree * count > _LARGEST_DEGREE or bits * count > _LARGEST_POWER_BITS:
            raise self.refuse(
                f"powers of degree and exponent at most {_LARGEST_DEGREE}, of numbers of moderate size", node
            )
        if len(terms) == 1:
            ((powers, coefficient),) = terms.items()
            return {tuple((labels, power * count) for labels, power in powers if count): coefficient**count}
        result: _Terms = {(): Integer(1)}
        for _ in range(count):
            result = _multiplied(result, terms)
        return result

    def divided(self, terms: _Terms, divisor: ast.expr) -> _Terms:
        below = self.read(divisor)
        if set(below) != {()}:
            raise self.refuse("a divisor that is a number or a coefficient, and not zero", divisor)
        return {powers: coefficient / below[()] for powers, coefficient in terms.items()}


def _bits(coefficient: Expr) -> int:
    numbers = coefficient.atoms(Rational)
    return sum(int(number.p).bit_length() + int(number.q).bit_length() for number in numbers if abs(number) != 1)
