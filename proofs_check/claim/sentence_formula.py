"""A sentence as formulas that a mathematician would typeset: what it claims, its hypotheses, its domains.

Words become the signs of `proofs_check.claim.formula`: ``kappa'(1)`` a derivative at 1, ``E_O(d)[...]`` a mean of entries, ``rho*``
a Greek letter. The relations are not evaluated, so that a false one stays as it is.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Basic, Expr
from sympy.core.symbol import Str

from proofs_check.claim import formula as shape
from theory.haar.entry_expression import parse_entry_polynomial
from theory.statement.print_text import TermPrinter, proposition_text
from theory.statement.proposition import And, Iff, Implies, Limit, Proposition, Relation, conjuncts
from theory.statement.quantity import Quantity
from theory.statement.sentence import Sentence
from theory.statement.sort import Activations, Naturals, Reals
from theory.statement.words.gram import Entry, GramMap
from theory.statement.words.haar import HaarMean, Weingarten
from theory.statement.words.kernel_map import KernelTerm

_SHAPES = {
    "=": shape.equal, "!=": shape.differs, "<=": shape.at_most, ">=": shape.at_least, "<": shape.below, ">": shape.above,
}  # fmt: skip


def sentence_formulas(sentence: Sentence) -> tuple[Basic, ...]:
    """Return the parts of the claim, then the hypotheses, then the domains of its numbers.

    Examples
    --------
    >>> from theory.statement.parse import parse
    >>> sentence_formulas(parse("for every odd activation s with alpha >= 1/2, r in [0, 1): kappa(r) <= alpha r"))
    (kappa(r) <= alpha*r, alpha >= 1/2, Eq(s(-x), -s(x)), Contains(r, Interval.Ropen(0, 1)))
    """
    several = len(sentence.binders_of(Activations)) > 1
    show = _Shown(TermPrinter({b.name: b for b in sentence.binders}), several)
    found = [show.proposition(part) for part in (*conjuncts(sentence.body), *sentence.hypotheses)]
    for binder in sentence.binders:
        symbol, sort = binder.symbol, binder.sort
        if isinstance(sort, Reals) and (sort.low, sort.high) != (-sp.oo, sp.oo):
            ends = (show.term(sort.low), show.term(sort.high))
            region = sp.Interval(*ends, left_open=sort.low_open, right_open=sort.high_open)
            found.append(shape.belongs(symbol, region))
        elif isinstance(sort, Naturals):
            found.append(shape.at_least(symbol, sort.least))
            found += [] if sort.most is None else [shape.at_most(symbol, sort.most)]
        elif isinstance(sort, Activations):
            found += [_class(name, shape.function(binder.name)) for name in sort.classes]
            found += [] if sort.pinned is None else [shape.equal(symbol, sp.Symbol(sort.pinned))]
    return tuple(found)


def _class(name: str, activation: Any) -> Basic:
    """Return what a class asks of its activations."""
    x, t, a, b = sp.symbols("x t a b")
    asked = {
        "odd": lambda: shape.equal(activation(-x), -activation(x)),
        "even": lambda: shape.equal(activation(-x), activation(x)),
        "centred": lambda: shape.equal(shape.mean(activation(sp.Symbol("Z"))), 0),
        "nonlinear": lambda: shape.differs(activation(x), a * x + b),
        "homogeneous": lambda: shape.implies(shape.above(t, 0), shape.equal(activation(t * x), t * activation(x))),
    }
    return asked[name]()


def implication(sentence: Sentence) -> Basic:
    """Return "hypotheses and domains imply the claim" as one formula; the claim alone where there are none."""
    formulas = sentence_formulas(sentence)
    count = len(conjuncts(sentence.body))
    claims, conditions = (_all(part) for part in (formulas[:count], formulas[count:]))
    return claims if len(formulas) == count else shape.implies(conditions, claims)


def _all(parts: tuple[Basic, ...]) -> Basic:
    return parts[0] if len(parts) == 1 else sp.And(*parts, evaluate=False)


class _Shown:
    """Turns propositions and terms into expressions for display."""

    def __init__(self, printer: TermPrinter, several: bool) -> None:
        self.printer = printer
        self.several = several

    def proposition(self, part: Proposition) -> Basic:
        match part:
            case Relation(op, lhs, rhs):
                return _SHAPES[op](self.term(lhs), self.term(rhs))
            case And(parts):
                return sp.And(*map(self.proposition, parts), evaluate=False)
            case Implies(left, right):
                return shape.implies(self.proposition(left), self.proposition(right))
            case Iff(left, right):
                return shape.exactly_if(self.proposition(left), self.proposition(right))
            case Limit(binder, point, value, limit):
                return shape.equal(shape.limit(self.term(value), binder.symbol, self.term(point)), self.term(limit))
        return sp.Symbol(proposition_text(part, self.printer))

    def term(self, term: Any) -> Any:
        """Return a term with its words replaced, those inside others first."""
        if isinstance(term, Quantity):
            return self.word(term)
        if not term.args or not term.has(Quantity):
            return term
        return term.func(*map(self.term, term.args))

    def word(self, word: Quantity) -> Expr:
        if isinstance(word, KernelTerm):
            name = word.word if word.iterate == 1 else f"{word.word}^{word.iterate}"
            at = self.term(word.at)
            return shape.slope(name, at, word.order) if word.order else shape.function(name)(at)
        if isinstance(word, HaarMean):
            return shape.function(f"E_{word.group}({word.dimension})")(_integrand(word.integrand))
        if isinstance(word, Weingarten):
            parts = [sp.Integer(part) for part in word.args[1].name.split(",")]
            return shape.function(f"Wg^{word.args[0].name}({word.dimension})")(*parts)
        if isinstance(word, Entry):
            return sp.IndexedBase(str(word.args[0]))[word.args[1], word.args[2]]
        if word.form in ("index", "layer"):
            return sp.IndexedBase(word.word.removesuffix("_l"))[self.term(word.args[1])]
        if word.form == "name":
            name = word.word.replace("*", "^*")
            return shape.function(name)(word.args[0]) if self.several else sp.Symbol(name)
        if word.form == "mean" and "[" in word.word:
            return sp.Symbol(word.word)
        if isinstance(word, GramMap):
            return shape.function("kappa")(self.term(word.args[2]))
        arguments = [sp.Symbol(a.name) if isinstance(a, Str) else self.term(a) for a in word.args]
        return shape.function(word.word)(*arguments)


def _integrand(text: str) -> Expr:
    """Return an integrand of a Haar mean; traces, which `theory.haar` keeps as words, as they are written."""
    if "tr(" in text:
        return sp.Symbol(text.replace("**", "^").replace("*", " "))
    return entries_formula(text)


def entries_formula(text: str) -> Expr:
    """Return a polynomial in entries, given as text, as an expression; an entry times its conjugate as a square.

    Examples
    --------
    >>> entries_formula("O[1,1]**4*O[1,2]**2"), entries_formula("abs(U[1,1])**6"), entries_formula("U[1,1]*conj(U[1,2])")
    (O[1, 1]**4*O[1, 2]**2, Abs(U[1, 1])**6, conjugate(U[1, 2])*U[1, 1])
    """
    polynomial = parse_entry_polynomial(text)
    letter = {"symplectic": "Sp", "orthogonal": "O", "unitary": "U"}.get(polynomial.group, "W")
    entry = sp.IndexedBase(letter)
    return sp.Add(*(value * _monomial(powers, polynomial.group, entry) for powers, value in polynomial.terms))


def _monomial(powers: Any, group: str, entry: sp.IndexedBase) -> Expr:
    left = dict(powers)
    result: Expr = sp.Integer(1)
    for (i, j), power in powers:
        both = 0 if group == "orthogonal" else min(power, left.get((-i, -j), 0))
        if i > 0 and both:  # the label of the conjugate, which is an entry too for Sp(d)
            result *= sp.Abs(entry[i, j]) ** (2 * both)
        plain = entry[i, j] if i > 0 else sp.conjugate(entry[-i, -j])
        result *= plain ** (power - both)
    return result
