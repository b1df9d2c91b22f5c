"""A sentence: bound variables with their domains, hypotheses, and what is claimed of every such choice.

    for every odd activation s with kappa'(0) >= 1/2, r in [0, 1): kappa(r)/(1-kappa(r)) <= kappa'(0) r/(1-r)
        binders     s: Activations(odd),  r: Reals [0, 1)
        hypotheses  kappa'(0) >= 1/2
        body        the inequality

A sentence is closed. Two sentences are the same claim exactly if they are equal objects; `digest` names it in files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sympy as sp

from theory.statement.proposition import (
    Binder,
    Proposition,
    conjuncts,
    free_symbols,
    map_sort,
    map_terms,
    sort_symbols,
    terms,
)
from theory.statement.sort import Activations, Sort


@dataclass(frozen=True, slots=True)
class Sentence:
    """For all values of the binders that meet the hypotheses, the body holds.

    Parameters
    ----------
    binders : tuple of Binder
        In order; the ends of a domain may use variables bound before.
    hypotheses : tuple of Proposition
    body : Proposition

    Raises
    ------
    ValueError
        If a name is bound twice, or a variable of a term or a domain is not bound.

    Examples
    --------
    >>> from theory.statement.proposition import Relation
    >>> from theory.statement.sort import Reals
    >>> r = Binder("r", Reals(sp.Integer(0), sp.Integer(1)))
    >>> Sentence((r,), (), Relation("<=", r.symbol**2, r.symbol)).sort_of("r").is_point
    False
    """

    binders: tuple[Binder, ...]
    hypotheses: tuple[Proposition, ...]
    body: Proposition

    def __post_init__(self) -> None:
        object.__setattr__(self, "hypotheses", tuple(p for h in self.hypotheses for p in conjuncts(h)))
        known: set[sp.Symbol] = set()
        names: set[str] = set()
        for binder in self.binders:
            if binder.name in names:
                raise ValueError(f"Sentence needs each name bound once, got {binder.name!r} twice.")
            _check_closed(sort_symbols(binder.sort), known)
            known.add(binder.symbol)
            names.add(binder.name)
        for proposition in (*self.hypotheses, self.body):
            _check_closed(free_symbols(proposition), known)

    @property
    def terms(self) -> Iterator[sp.Expr]:
        """Every term of the hypotheses and the body."""
        for proposition in (*self.hypotheses, self.body):
            yield from terms(proposition)

    def sort_of(self, name: str) -> Sort:
        """Return the sort of a bound variable."""
        for binder in self.binders:
            if binder.name == name:
                return binder.sort
        raise KeyError(f"Sentence.sort_of needs a bound name, got name={name!r}.")

    def binders_of(self, *sorts: type) -> tuple[Binder, ...]:
        """Return the binders of these sorts, in order.

        Examples
        --------
        >>> from theory.statement.proposition import Relation
        >>> from theory.statement.sort import GramMatrices, Naturals, Networks
        >>> s = Sentence((Binder("d", Naturals(2)),), (), Relation(">", sp.Symbol("d", integer=True), 1))
        >>> [b.name for b in s.binders_of(Naturals)], s.binders_of(Activations, GramMatrices, Networks)
        (['d'], ())
        """
        return tuple(binder for binder in self.binders if isinstance(binder.sort, sorts))

    def replace_body(self, body: Proposition) -> Sentence:
        """Return the sentence with another body."""
        return Sentence(self.binders, self.hypotheses, body)

    def pinned(self, values: Mapping[str, object]) -> Sentence:
        """Return the sentence with the domains of some variables narrowed to a single value, or an activation named.

        Parameters
        ----------
        values : mapping of name to value
            A number for a real or natural variable (its binder goes, the value takes its place), text for an activation.

        Raises
        ------
        ValueError
            If a name is not bound, or a value is no number (no text for an activation).
        """
        binders: list[Binder] = []
        numbers: dict[sp.Basic, sp.Basic] = {}
        for name in values:
            self.sort_of(name)
        for binder in self.binders:
            sort = map_sort(binder.sort, lambda term: term.xreplace(numbers))
            if binder.name not in values:
                binders.append(Binder(binder.name, sort))
            elif isinstance(sort, Activations):
                binders.append(Binder(binder.name, Activations(sort.classes, str(values[binder.name]))))
            else:
                numbers[binder.symbol] = _number(values[binder.name], binder.name)
        changed = [map_terms(p, lambda term: term.xreplace(numbers)) for p in (*self.hypotheses, self.body)]
        return Sentence(tuple(binders), tuple(changed[:-1]), changed[-1])


def _number(value: object, name: str) -> sp.Expr:
    found = sp.sympify(value)
    if not isinstance(found, sp.Expr) or found.free_symbols or found.has(sp.Float):
        raise ValueError(f"Sentence.pinned needs exact numbers, got {name}={value!r}.")
    return found


def _check_closed(used: set[sp.Symbol], known: set[sp.Symbol]) -> None:
    free = sorted(symbol.name for symbol in used - known)
    if free:
        names = ", ".join(sorted(symbol.name for symbol in known)) or "none"
        raise ValueError(f"Sentence needs every name bound (bound are: {names}), got free {', '.join(free)}.")
