"""Sentence -> the text that reads back as the same sentence: parse(text(sentence)) == sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sympy as sp

from theory.statement.proposition import (
    And,
    Asymptotic,
    Binder,
    Exists,
    ForAll,
    Iff,
    Implies,
    LawEquality,
    Limit,
    Not,
    Or,
    Proposition,
    Relation,
)
from theory.statement.quantity import Quantity
from theory.statement.sentence import Sentence
from theory.statement.sort import Activations, Constants, GramMatrices, Naturals, Networks, Reals
from theory.statement.words import gram, haar, network
from theory.statement.words.kernel_map import KernelTerm

_SUM, _PRODUCT, _POWER, _ATOM = range(4)
_FUNCTIONS = {"Abs": "abs", "Max": "max", "Min": "min"}


def text(sentence: Sentence) -> str:
    """Return the sentence as one line of text.

    Examples
    --------
    >>> from theory.statement.parse import parse
    >>> text(parse("for r in [0,1): kappa(r)/(1-kappa(r)) <= kappa'(0) r/(1-r)"))
    "for every activation s, r in [0, 1): kappa(r)/(1 - kappa(r)) <= r*kappa'(0)/(1 - r)"
    """
    printer = TermPrinter({binder.name: binder for binder in sentence.binders})
    return domain_text(sentence) + proposition_text(sentence.body, printer)


def domain_text(sentence: Sentence) -> str:
    """Return what stands before the claim: network, domains and hypotheses.

    Examples
    --------
    >>> from theory.statement.parse import parse
    >>> domain_text(parse("for x in [0, 1], y in [0, 1] with x <= y: x^2 <= y"))
    'for x in [0, 1], y in [0, 1] with x <= y: '
    """
    printer = TermPrinter({binder.name: binder for binder in sentence.binders})
    ahead = ""
    plain: list[Binder] = []
    for binder in sentence.binders:
        if isinstance(binder.sort, Networks):
            ahead += _network_text(binder.sort, printer)
        elif isinstance(binder.sort, Constants):
            ahead = f"best {binder.name}: {ahead}"
        else:
            plain.append(binder)
    domains = ", ".join(binder_text(binder, printer) for binder in plain)
    conditions = " and ".join(proposition_text(h, printer, level=3) for h in sentence.hypotheses)
    if conditions:
        domains += f" with {conditions}"
    return ahead + (f"for {domains}: " if domains else "")


def binder_text(binder: Binder, printer: TermPrinter) -> str:
    """Return a variable with its domain."""
    name, sort = binder.name, binder.sort
    match sort:
        case Activations(classes, pinned):
            kinds = "".join(f"{c} " for c in classes)
            return f"every {kinds}activation {name}" if pinned is None else f"{kinds}{name} = {pinned}"
        case GramMatrices(size):
            return f"every Gram matrix {name} of size {printer(size)}"
        case Naturals(least, None):
            return f"{name} >= {least}"
        case Naturals(least, most):
            return f"{name} in {least}..{most}"
        case Reals(low, high, low_open, high_open):
            return f"{name} in {'(' if low_open else '['}{printer(low)}, {printer(high)}{')' if high_open else ']'}"
    raise ValueError(f"binder_text needs a sort that text can bind, got {sort!r}.")


def proposition_text(proposition: Proposition, printer: TermPrinter, level: int = 0) -> str:
    """Return a proposition; `level` 0 quantifier, 1 iff, 2 implies, 3 or, 4 and, 5 not: brackets below it."""

    def bracketed(own: int, found: str) -> str:
        return f"({found})" if own < level else found

    def inner(part: Proposition, at: int) -> str:
        return proposition_text(part, printer, at)

    match proposition:
        case Relation(op, lhs, rhs):
            return f"{printer(lhs)} {op} {printer(rhs)}"
        case Not(part):
            return bracketed(5, f"not {inner(part, 5)}")
        case And(found):
            return bracketed(4, " and ".join(inner(part, 5) for part in found))
        case Or(found):
            return bracketed(3, " or ".join(inner(part, 4) for part in found))
        case Implies(left, right):
            return bracketed(2, f"{inner(left, 3)} implies {inner(right, 2)}")
        case Iff(left, right):
            return bracketed(1, f"{inner(left, 1)} iff {inner(right, 2)}")
        case ForAll(binders, hypotheses, body) | Exists(binders, hypotheses, body):
            word = "for all" if isinstance(proposition, ForAll) else "exists"
            within = printer.extended(binders)
            domains = ", ".join(binder_text(b, within) for b in binders)
            conditions = " and ".join(proposition_text(h, within, 3) for h in hypotheses)
            conditions = f" with {conditions}" if conditions else ""
            return f"({word} {domains}{conditions}: {proposition_text(body, within)})"
        case Limit(binder, point, term, value):
            within = printer.extended((binder,))
            return bracketed(0, f"lim {_approach(binder, point, printer)}: {within(term)} = {printer(value)}")
        case Asymptotic(binder, point, lhs, rhs):
            within = printer.extended((binder,))
            return bracketed(4, f"{within(lhs)} ~ {within(rhs)} as {_approach(binder, point, printer)}")
        case LawEquality(term, law, parameters):
            return f"law({printer(term)}) = {law}({', '.join(map(printer, parameters))})"


def _approach(binder: Binder, point: sp.Expr, printer: TermPrinter) -> str:
    return f"{binder_text(binder, printer)} -> {printer(point)}"


def _network_text(sort: Networks, printer: TermPrinter) -> str:
    inputs = f"inputs equicorrelated {printer(sort.correlation)}, n = {sort.batch}"
    return f"network {', '.join(sort.blocks)}; width {sort.width}, depth {sort.depth}; {inputs}; "


class TermPrinter:
    """Prints terms in a scope: the one activation in it need not be said."""

    def __init__(self, scope: Mapping[str, Binder]) -> None:
        self.scope = dict(scope)
        found = [name for name, binder in self.scope.items() if isinstance(binder.sort, Activations)]
        self.only = found[0] if len(found) == 1 else None

    def extended(self, binders: tuple[Binder, ...]) -> TermPrinter:
        """Return the printer inside further binders."""
        return TermPrinter({**self.scope, **{binder.name: binder for binder in binders}})

    def __call__(self, term: sp.Expr, level: int = _SUM) -> str:
        """Return the term, in brackets if it binds weaker than `level`."""
        own, found = self._printed(term)
        return f"({found})" if own < level else found

    def _printed(self, term: sp.Expr) -> tuple[int, str]:
        if isinstance(term, sp.Rational):
            return self._rational(term)
        if term in (sp.oo, -sp.oo):
            return (_ATOM, "oo") if term == sp.oo else (_SUM, "-oo")
        if term == sp.E:
            return _ATOM, "exp(1)"
        if term.is_Symbol or term == sp.pi:
            return _ATOM, str(term)
        if term.is_Add:
            return _SUM, self._sum(term)
        if term.is_Mul:
            return self._product(term)
        if term.is_Pow:
            return self._power(term)
        if isinstance(term, Quantity):
            return _ATOM, self._quantity(term)
        return _ATOM, self._function(term)

    def _rational(self, value: sp.Rational) -> tuple[int, str]:
        own = _SUM if value < 0 else _PRODUCT if value.q != 1 else _ATOM
        return own, f"{value.p}/{value.q}" if value.q != 1 else str(value.p)

    def _sum(self, term: sp.Expr) -> str:
        pieces = [self(part, _SUM) for part in term.as_ordered_terms()]
        first = next((i for i, piece in enumerate(pieces) if not piece.startswith("-")), 0)
        pieces.insert(0, pieces.pop(first))
        return pieces[0] + "".join(f" - {p[1:]}" if p.startswith("-") else f" + {p}" for p in pieces[1:])

    def _product(self, term: sp.Expr) -> tuple[int, str]:
        coefficient, rest = term.as_coeff_Mul()
        over: list[str] = []
        under: list[str] = []
        if not coefficient.is_Rational:
            coefficient, rest = sp.Integer(1), term
        for factor in sp.Mul.make_args(rest) if rest.is_Mul else (rest,):
            exponent = factor.exp if factor.is_Pow else sp.Integer(1)
            if exponent.is_Rational and exponent < 0:
                under.append(
                    self(sp.Pow(factor.base, -exponent, evaluate=False) if exponent != -1 else factor.base, _POWER)
                )
            else:
                over.append(self(factor, _POWER))
        over.sort(key=_weight)
        under.sort(key=_weight)
        sign = "-" if coefficient < 0 else ""
        if abs(coefficient.p) != 1 or not over:
            over.insert(0, str(abs(coefficient.p)))
        if coefficient.q != 1:
            under.insert(0, str(coefficient.q))
        body = "*".join(over)
        if under:
            body += f"/{under[0]}" if len(under) == 1 else f"/({'*'.join(under)})"
        return (_SUM if sign else _PRODUCT), sign + body

    def _power(self, term: sp.Expr) -> tuple[int, str]:
        base, exponent = term.base, term.exp
        if exponent == sp.Rational(1, 2):
            return _ATOM, f"sqrt({self(base)})"
        if exponent.is_Rational and exponent < 0:
            return _PRODUCT, f"1/{self(sp.Pow(base, -exponent) if exponent != -1 else base, _POWER)}"
        return _POWER, f"{self(base, _ATOM)}^{self(exponent, _ATOM)}"

    def _function(self, term: sp.Expr) -> str:
        name = type(term).__name__
        if name == "polygamma" and term.args[0] == 0:
            return f"digamma({self(term.args[1])})"
        return f"{_FUNCTIONS.get(name, name)}({', '.join(self(argument) for argument in term.args)})"

    # --- words ------------------------------------------------------------------------------------------------------

    def _of(self, activation: sp.Basic) -> str:
        return "" if str(activation) == self.only else f"[{activation}]"

    def _quantity(self, term: Quantity) -> str:
        if isinstance(term, KernelTerm):
            return self._map(term.word, term.activation, term.order, term.iterate) + f"({self(term.at)})"
        if isinstance(term, gram.GramMap):
            return self._map(term.args[0].name, term.args[1], 0, term.args[3]) + f"({self(term.args[2])})"
        readers: dict[str, Callable[[Quantity], str]] = {
            "call": str,
            "name": self._name,
            "index": self._indexed,
            "matrix": lambda t: f"{t.word}({self(t.args[0])})",
            "mean": self._mean,
            "haar": self._haar,
            "layer": self._layer,
            "function": self._haar,
        }
        return readers[term.form](term)

    def _map(self, word: str, activation: sp.Basic, order: int, iterate: sp.Expr) -> str:
        times = "" if iterate == 1 else f"^{self(iterate, _ATOM)}"
        return f"{word}{self._of(activation)}{times}{order * chr(39)}"

    def _name(self, term: Quantity) -> str:
        shadowed = term.word in self.scope or (term.word.endswith("*") and term.word[:-1] in self.scope)
        if shadowed and not term.word.endswith("*"):
            return f"{term.word}[{term.args[0]}]"
        word = term.word.replace("*", "_star") if shadowed else term.word
        return word + self._of(term.args[0])

    def _indexed(self, term: Quantity) -> str:
        if isinstance(term, gram.Entry):
            return f"{self(term.args[0])}[{self(term.args[1])}, {self(term.args[2])}]"
        return f"{term.word}{self._of(term.args[0])}[{self(term.args[1])}]"

    def _mean(self, term: Quantity) -> str:
        if isinstance(term, network.Expectation | network.RandomVariance):
            return f"{term.word}[{self(term.args[0])}]"
        if isinstance(term, network.Probability):
            return f"P[{self(term.args[0])} {term.relation} {self(term.args[1])}]"
        return term.word.replace("[s", f"[{term.args[0]}")

    def _haar(self, term: Quantity) -> str:
        if isinstance(term, haar.HaarMean):
            return f"E_{term.group}({self(term.dimension)})[{term.integrand.replace('**', '^')}]"
        group, shape, dimension = term.args
        return f"Wg_{group.name}({', '.join(shape.name.split(','))}; {self(dimension)})"

    def _layer(self, term: Quantity) -> str:
        return term.word.removesuffix("_l") + f"_{term.args[1]}"


def _weight(piece: str) -> tuple[bool, str]:
    """Numbers and variables first, ``rho*`` last, so that a star is never read as a product."""
    return piece.endswith("*"), ""
