"""Where a term may fail to be defined, and whether rewriting has lost sight of such a place.

SymPy cancels ``r/r`` to 1, ``sqrt(r)^2`` to r and ``log(r) - log(r)`` to 0, so a sentence built from them would say more than
its author wrote: nothing is claimed at r = 0. Each place is a condition (a base that must not be 0, that must be positive,
a word that must be finite); a condition that a rewriting drops has to hold on the whole domain, or the sentence is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

import sympy as sp

from theory.statement.print_text import TermPrinter
from theory.statement.proposition import Binder, Proposition, Relation, parts
from theory.statement.quantity import Quantity
from theory.statement.sort import Naturals, Reals, Sort

Condition = tuple[str, sp.Expr]
"""("nonzero" | "nonnegative" | "finite", what has to be so)."""

_MOST_VARIABLES = 4
_POLES = (sp.tan, sp.gamma, sp.loggamma, sp.polygamma)


def wish(condition: Condition, binders: Iterable[Binder] = ()) -> str:
    """Return the condition in words, for an error."""
    kind, term = condition
    return f"{TermPrinter({b.name: b for b in binders})(term)} {'finite' if kind == 'finite' else 'not 0' if kind == 'nonzero' else 'not negative'}"


def conditions(term: sp.Expr) -> frozenset[Condition]:
    """Return the conditions under which a term is defined, as far as its form shows them.

    Examples
    --------
    >>> r = sp.Symbol("r", real=True)
    >>> sorted(conditions(1 / (2 - 2 * r) + sp.log(r)), key=str)
    [('nonnegative', r), ('nonzero', r - 1), ('nonzero', r)]
    """
    return frozenset(found for part in sp.preorder_traversal(term) for found in _of(part))


def lost(parts: Iterable[sp.Expr], result: sp.Expr, binders: Mapping[sp.Symbol, Sort]) -> Condition | None:
    """Return a condition of the parts that the term made of them no longer shows and that the domain does not ensure.

    Parameters
    ----------
    parts : iterable of Expr
    result : Expr
    binders : mapping of symbol to Sort
        Domains of the variables.

    Examples
    --------
    >>> r = Binder("r", Reals(sp.Integer(0), sp.Integer(1)))
    >>> lost((r.symbol, 1 / r.symbol), sp.Integer(1), {r.symbol: r.sort})
    ('nonzero', r)
    >>> d = Binder("d", Naturals(2))
    >>> lost((d.symbol - 1, 1 / (d.symbol - 1)), sp.Integer(1), {d.symbol: d.sort}) is None
    True
    """
    counts = {
        n: sp.Dummy(n.name, integer=True, nonnegative=True) for n, s in binders.items() if isinstance(s, Naturals)
    }
    domains = {**binders, **{counts[n]: s for n, s in binders.items() if n in counts}}
    kept: frozenset[Condition] | None = None
    for part in parts:
        for condition in sorted(conditions(part.xreplace(counts)), key=str):
            kept = conditions(result.xreplace(counts)) if kept is None else kept
            if condition not in kept and not _ensured(condition, domains):
                kind, term = condition
                return kind, term.xreplace({dummy: symbol for symbol, dummy in counts.items()})
    return None


def lost_between_sides(proposition: Proposition, binders: tuple[Binder, ...]) -> Condition | None:
    """Return a condition that a relation's two sides show and their difference does not (None: every one is kept)."""
    domains = {binder.symbol: binder.sort for binder in binders}
    if isinstance(proposition, Relation):
        return lost((proposition.lhs, proposition.rhs), proposition.lhs - proposition.rhs, domains)
    inside = (*binders, *getattr(proposition, "binders", ()))
    return next((f for p in parts(proposition) if (f := lost_between_sides(p, inside)) is not None), None)


def _of(term: sp.Basic) -> Iterator[Condition]:
    if isinstance(term, sp.Pow):
        exponent = term.exp
        if not exponent.is_nonnegative:
            yield from (("nonzero", base) for base in _bases(term.base))
        if exponent.is_integer is not True:
            yield from (("nonnegative", base) for base in [term.base] if not base.is_nonnegative)
    elif isinstance(term, sp.log):
        yield from (("nonzero", base) for base in _bases(term.args[0]))
        yield from (("nonnegative", base) for base in [term.args[0]] if not base.is_nonnegative)
    elif isinstance(term, (*_POLES, sp.asin, sp.acos)) or (isinstance(term, Quantity) and term.may_be_infinite):
        yield ("finite", term)


def _bases(term: sp.Expr) -> Iterator[sp.Expr]:
    """Yield the factors of a divisor up to sign and number, those that may be 0."""
    for factor in sp.Mul.make_args(term):
        base = factor.base if isinstance(factor, sp.Pow) and factor.exp.is_positive else factor
        base = base.as_content_primitive()[1]
        if base.is_Add and base.could_extract_minus_sign():
            base = -base
        if not base.is_nonzero:
            yield base


def _ensured(condition: Condition, binders: Mapping[sp.Symbol, Sort]) -> bool:
    """Whether the condition holds on the domain, seen by moving an end of each variable's range to 0."""
    kind, term = condition
    term = term.xreplace({word: sp.Dummy(positive=True) for word in term.atoms(Quantity) if word.is_always_positive})
    used = sorted(term.free_symbols & set(binders), key=str)
    if kind == "finite" or len(used) > _MOST_VARIABLES or term.atoms(Quantity):
        return False
    for chosen in product(*(list(_moved(symbol, binders[symbol])) for symbol in used)):
        moved = sp.expand(term.xreplace(dict(zip(used, chosen, strict=True))))
        if moved.is_nonzero if kind == "nonzero" else moved.is_nonnegative:
            return True
    return False


def _moved(symbol: sp.Symbol, sort: Sort) -> Iterator[sp.Expr]:
    """Yield the variable as an end of its range plus or minus a number of known sign."""
    if isinstance(sort, Naturals):
        yield sort.least + sp.Dummy(integer=True, nonnegative=True)
    elif isinstance(sort, Reals):
        if sort.low.is_Rational:
            yield sort.low + (sp.Dummy(positive=True) if sort.low_open else sp.Dummy(nonnegative=True))
        if sort.high.is_Rational:
            yield sort.high - (sp.Dummy(positive=True) if sort.high_open else sp.Dummy(nonnegative=True))
    else:
        yield symbol
