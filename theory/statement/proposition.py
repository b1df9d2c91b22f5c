"""Propositions: what a sentence says of its terms. Terms are exact SymPy expressions; nothing here evaluates one.

Relation  =  !=  <  <=  >  >=        And Or Not Implies Iff        ForAll Exists (nested binders)
Limit  lim l -> oo: t = v            Asymptotic  f ~ g as l -> oo  LawEquality  law(X) = normal(0, 1)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import sympy as sp

from theory.statement.sort import Activations, Constants, GramMatrices, Naturals, Networks, Reals, Sort, Spectra

RELATIONS = ("=", "!=", "<", "<=", ">", ">=")
MIRRORED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
NEGATED = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def checked_term(term: object, where: str) -> sp.Expr:
    """Return an exact SymPy expression.

    Raises
    ------
    TypeError
        If it is no SymPy expression, or holds a decimal number.
    """
    found = sp.sympify(term)
    if not isinstance(found, sp.Expr) or found.has(sp.Float):
        raise TypeError(f"{where} needs exact SymPy expressions as terms, got {term!r}.")
    return found


@dataclass(frozen=True, slots=True)
class Binder:
    """A bound variable and its sort."""

    name: str
    sort: Sort

    @property
    def symbol(self) -> sp.Symbol:
        """The variable in terms: real, integer, or without assumptions for an activation, a matrix or a network."""
        return symbol(self.name, self.sort)


def symbol(name: str, sort: Sort) -> sp.Symbol:
    """Return the SymPy symbol of a variable of this sort.

    Examples
    --------
    >>> symbol("d", Naturals(2)).is_integer, symbol("r", Reals()).is_real
    (True, True)
    """
    match sort:
        case Naturals():
            return sp.Symbol(name, integer=True)
        case Reals() | Constants():
            return sp.Symbol(name, real=True)
        case Activations() | GramMatrices() | Spectra() | Networks():
            return sp.Symbol(name)


@dataclass(frozen=True, slots=True)
class Relation:
    """``lhs op rhs``."""

    op: str
    lhs: sp.Expr
    rhs: sp.Expr

    def __post_init__(self) -> None:
        if self.op not in RELATIONS:
            raise ValueError(f"Relation needs one of {' '.join(RELATIONS)}, got op={self.op!r}.")
        for side in ("lhs", "rhs"):
            object.__setattr__(self, side, checked_term(getattr(self, side), "Relation"))

    @property
    def strict(self) -> bool:
        """Whether equality is excluded."""
        return self.op in ("<", ">", "!=")

    @property
    def slack(self) -> sp.Expr:
        """What is claimed to be nonnegative (positive if strict; zero for ``=``, not zero for ``!=``)."""
        return self.rhs - self.lhs if self.op in ("<", "<=") else self.lhs - self.rhs

    @property
    def mirrored(self) -> Relation:
        """The same relation read from right to left."""
        return Relation(MIRRORED[self.op], self.rhs, self.lhs)

    @property
    def negated(self) -> Relation:
        """The relation that holds exactly where this one does not (both sides being defined)."""
        return Relation(NEGATED[self.op], self.lhs, self.rhs)


@dataclass(frozen=True, slots=True)
class And:
    """All of the parts, at least two."""

    parts: tuple[Proposition, ...]

    def __post_init__(self) -> None:
        _check_parts(self.parts, "And")


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of the parts, at least two."""

    parts: tuple[Proposition, ...]

    def __post_init__(self) -> None:
        _check_parts(self.parts, "Or")


@dataclass(frozen=True, slots=True)
class Not:
    """Not the part."""

    part: Proposition


@dataclass(frozen=True, slots=True)
class Implies:
    """If `left` then `right`."""

    left: Proposition
    right: Proposition


@dataclass(frozen=True, slots=True)
class Iff:
    """`left` exactly if `right`."""

    left: Proposition
    right: Proposition


@dataclass(frozen=True, slots=True)
class ForAll:
    """A quantifier inside a sentence: for all values of the binders that meet the hypotheses."""

    binders: tuple[Binder, ...]
    hypotheses: tuple[Proposition, ...]
    body: Proposition

    def __post_init__(self) -> None:
        object.__setattr__(self, "hypotheses", tuple(p for h in self.hypotheses for p in conjuncts(h)))


@dataclass(frozen=True, slots=True)
class Exists:
    """Some values of the binders meet the hypotheses and the body."""

    binders: tuple[Binder, ...]
    hypotheses: tuple[Proposition, ...]
    body: Proposition

    def __post_init__(self) -> None:
        object.__setattr__(self, "hypotheses", tuple(p for h in self.hypotheses for p in conjuncts(h)))


@dataclass(frozen=True, slots=True)
class Limit:
    """``term`` tends to ``value`` as ``variable`` tends to ``point`` (from inside its domain)."""

    binder: Binder
    point: sp.Expr
    term: sp.Expr
    value: sp.Expr


@dataclass(frozen=True, slots=True)
class Asymptotic:
    """``lhs/rhs`` tends to 1 as ``variable`` tends to ``point``."""

    binder: Binder
    point: sp.Expr
    lhs: sp.Expr
    rhs: sp.Expr


@dataclass(frozen=True, slots=True)
class LawEquality:
    """The law of a random quantity is the named law with these parameters."""

    term: sp.Expr
    law: str
    parameters: tuple[sp.Expr, ...]


Proposition: TypeAlias = Relation | And | Or | Not | Implies | Iff | ForAll | Exists | Limit | Asymptotic | LawEquality


def _check_parts(found: tuple[Proposition, ...], name: str) -> None:
    if len(found) < 2:
        raise ValueError(f"{name} needs at least two parts, got {len(found)}.")


def conjuncts(proposition: Proposition) -> tuple[Proposition, ...]:
    """Return the parts of nested conjunctions, or the proposition alone."""
    if isinstance(proposition, And):
        return tuple(part for found in proposition.parts for part in conjuncts(found))
    return (proposition,)


def parts(proposition: Proposition) -> tuple[Proposition, ...]:
    """Return the propositions a proposition is put together from (none for a relation)."""
    match proposition:
        case And(found) | Or(found):
            return found
        case Not(part):
            return (part,)
        case Implies(left, right) | Iff(left, right):
            return (left, right)
        case ForAll(_, hypotheses, body) | Exists(_, hypotheses, body):
            return (*hypotheses, body)
    return ()


def terms(proposition: Proposition) -> Iterator[sp.Expr]:
    """Yield every term of a proposition, from left to right."""
    match proposition:
        case Relation(_, lhs, rhs) | Asymptotic(_, _, lhs, rhs):
            yield from (lhs, rhs)
        case Limit(_, _, term, value):
            yield from (term, value)
        case LawEquality(term, _, parameters):
            yield from (term, *parameters)
        case _:
            for part in parts(proposition):
                yield from terms(part)


def map_terms(proposition: Proposition, change: Callable[[sp.Expr], sp.Expr]) -> Proposition:
    """Return the proposition with `change` applied to every term (the ends of nested domains included)."""
    match proposition:
        case Relation(op, lhs, rhs):
            return Relation(op, change(lhs), change(rhs))
        case And(found):
            return And(tuple(map_terms(part, change) for part in found))
        case Or(found):
            return Or(tuple(map_terms(part, change) for part in found))
        case Not(part):
            return Not(map_terms(part, change))
        case Implies(left, right):
            return Implies(map_terms(left, change), map_terms(right, change))
        case Iff(left, right):
            return Iff(map_terms(left, change), map_terms(right, change))
        case ForAll(binders, hypotheses, body) | Exists(binders, hypotheses, body):
            inside = _shielded(change, [binder.symbol for binder in binders])
            moved = tuple(Binder(binder.name, map_sort(binder.sort, inside)) for binder in binders)
            return type(proposition)(moved, tuple(map_terms(h, inside) for h in hypotheses), map_terms(body, inside))
        case Limit(binder, point, term, value):
            return Limit(binder, change(point), _shielded(change, [binder.symbol])(term), change(value))
        case Asymptotic(binder, point, lhs, rhs):
            inside = _shielded(change, [binder.symbol])
            return Asymptotic(binder, change(point), inside(lhs), inside(rhs))
        case LawEquality(term, law, parameters):
            return LawEquality(change(term), law, tuple(change(p) for p in parameters))


def _shielded(change: Callable[[sp.Expr], sp.Expr], bound: list[sp.Symbol]) -> Callable[[sp.Expr], sp.Expr]:
    """Return a change that leaves variables alone which are bound inside, even where an outer one has the same name."""
    hidden = {symbol: sp.Dummy(symbol.name, **symbol.assumptions0) for symbol in bound}
    shown = {dummy: symbol for symbol, dummy in hidden.items()}
    return lambda term: change(term.xreplace(hidden)).xreplace(shown)


def map_sort(sort: Sort, change: Callable[[sp.Expr], sp.Expr]) -> Sort:
    """Return the sort with `change` applied to its ends or its size."""
    match sort:
        case Reals(low, high, low_open, high_open):
            return Reals(change(low), change(high), low_open, high_open)
        case GramMatrices(size):
            return GramMatrices(change(size))
        case Spectra(size):
            return Spectra(change(size))
    return sort


def free_symbols(proposition: Proposition) -> set[sp.Symbol]:
    """Return the variables of a proposition that no binder inside it binds."""
    match proposition:
        case ForAll(binders, hypotheses, body) | Exists(binders, hypotheses, body):
            found = set().union(*(free_symbols(part) for part in (*hypotheses, body)))
            for binder in reversed(binders):
                found = (found - {binder.symbol}) | sort_symbols(binder.sort)
            return found
        case Limit(binder, point, term, value):
            return (term.free_symbols - {binder.symbol}) | value.free_symbols | point.free_symbols
        case Asymptotic(binder, point, lhs, rhs):
            return ((lhs.free_symbols | rhs.free_symbols) - {binder.symbol}) | point.free_symbols
        case Relation() | LawEquality():
            return set().union(*(term.free_symbols for term in terms(proposition)))
    return set().union(*(free_symbols(part) for part in parts(proposition)))


def sort_symbols(sort: Sort) -> set[sp.Symbol]:
    """Return the variables that the ends or the size of a domain use."""
    match sort:
        case Reals(low, high):
            return low.free_symbols | high.free_symbols
        case GramMatrices(size) | Spectra(size):
            return set(size.free_symbols)
    return set()
