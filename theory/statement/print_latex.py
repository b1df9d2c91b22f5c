"""Sentence -> LaTeX."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.printing.latex import LatexPrinter

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
from theory.statement.sort import Activations, Constants, GramMatrices, Naturals, Networks, Reals, Spectra
from theory.statement.words import gram, haar, network
from theory.statement.words.activation import Mean, SecondMoment, Variance
from theory.statement.words.kernel_map import KernelTerm

_SIGNS = {"=": "=", "!=": r"\neq", "<": "<", "<=": r"\leq", ">": ">", ">=": r"\geq"}


def latex(sentence: Sentence) -> str:
    r"""Return the sentence in LaTeX, for display mathematics.

    Examples
    --------
    >>> from theory.statement.parse import parse
    >>> latex(parse("for r in [0, 1): r^2 <= r"))
    'r^{2} \\leq r \\qquad \\text{for all } r \\in [0, 1)'
    """
    printer = _Terms()
    domains = [_binder(b, printer) for b in sentence.binders]
    conditions = [proposition_latex(h, printer) for h in sentence.hypotheses]
    tail = ",\\ ".join([*domains, *conditions])
    claim = proposition_latex(sentence.body, printer)
    return claim + (rf" \qquad \text{{for all }} {tail}" if tail else "")


def proposition_latex(proposition: Proposition, printer: LatexPrinter | None = None) -> str:
    """Return a proposition in LaTeX."""
    printer = printer or _Terms()

    def term(value: sp.Expr) -> str:
        return str(printer.doprint(value))

    def inner(part: Proposition) -> str:
        found = proposition_latex(part, printer)
        return found if isinstance(part, Relation) else rf"\left({found}\right)"

    match proposition:
        case Relation(op, lhs, rhs):
            return f"{term(lhs)} {_SIGNS[op]} {term(rhs)}"
        case Not(part):
            return rf"\lnot {inner(part)}"
        case And(parts):
            return r" \;\land\; ".join(inner(part) for part in parts)
        case Or(parts):
            return r" \;\lor\; ".join(inner(part) for part in parts)
        case Implies(left, right):
            return rf"{inner(left)} \;\Longrightarrow\; {inner(right)}"
        case Iff(left, right):
            return rf"{inner(left)} \;\Longleftrightarrow\; {inner(right)}"
        case ForAll(binders, hypotheses, body) | Exists(binders, hypotheses, body):
            sign = r"\forall" if isinstance(proposition, ForAll) else r"\exists"
            domains = [_binder(b, printer) for b in binders] + [proposition_latex(h, printer) for h in hypotheses]
            return rf"{sign} {', '.join(domains)}:\ {inner(body)}"
        case Limit(binder, point, value, limit):
            return rf"\lim_{{{binder.name} \to {term(point)}}} {term(value)} = {term(limit)}"
        case Asymptotic(binder, point, lhs, rhs):
            return rf"{term(lhs)} \sim {term(rhs)} \quad ({binder.name} \to {term(point)})"
        case LawEquality(value, law, parameters):
            return rf"\mathcal L({term(value)}) = \mathrm{{{law}}}({', '.join(map(term, parameters))})"


def _binder(binder: Binder, printer: LatexPrinter) -> str:
    name = sp.latex(binder.symbol)
    match binder.sort:
        case Activations(classes, None):
            return rf"\text{{{' '.join([*classes, 'activations'])} }} {name}"
        case Activations(_, pinned):
            return rf"{name} = \text{{{pinned}}}"
        case GramMatrices(size):
            return rf"\text{{Gram matrices }} {name} \in \mathbb R^{{{printer.doprint(size)} \times {printer.doprint(size)}}}"
        case Naturals(least, None):
            return rf"{name} \geq {least}"
        case Naturals(least, most):
            return rf"{name} \in \{{{least}, \dots, {most}\}}"
        case Reals(low, high, low_open, high_open):
            return rf"{name} \in {'(' if low_open else '['}{printer.doprint(low)}, {printer.doprint(high)}{')' if high_open else ']'}"
        case Networks(blocks, width, depth):
            return rf"\text{{the network {', '.join(blocks)} of width {width} and depth {depth}}}"
        case Constants() | Spectra():
            return str(name)


class _Terms(LatexPrinter):
    """SymPy's printer with the words of the language."""

    def _print(self, expr: Any, **options: Any) -> str:
        if isinstance(expr, Quantity):
            exponent = options.pop("exp", None)
            found = self._quantity(expr)
            return found if exponent is None else rf"{{{found}}}^{{{exponent}}}"
        return str(super()._print(expr, **options))

    def _quantity(self, term: Quantity) -> str:
        if isinstance(term, KernelTerm):
            times = "" if term.iterate == 1 else rf"^{{\circ {self._print(term.iterate)}}}"
            return rf"{term.latex_name}{times}{chr(39) * term.order}\left({self._print(term.at)}\right)"
        if isinstance(term, gram.GramMap):
            return rf"\kappa\left({self._print(term.args[2])}\right)"
        if isinstance(term, gram.Entry):
            return rf"{self._print(term.args[0])}_{{{self._print(term.args[1])}{self._print(term.args[2])}}}"
        if isinstance(term, haar.HaarMean):
            return (
                rf"\mathbb E_{{{term.group}({self._print(term.dimension)})}}\left[{_integrand(term.integrand)}\right]"
            )
        if isinstance(term, haar.Weingarten):
            return rf"\mathrm{{Wg}}_{{{term.args[0].name}}}({term.args[1].name}; {self._print(term.args[2])})"
        if isinstance(term, network.Expectation | network.RandomVariance):
            return rf"{term.latex_name}\left[{self._print(term.args[0])}\right]"
        if isinstance(term, network.Probability):
            return rf"{term.latex_name}\left[{self._print(term.args[0])} {_SIGNS[term.relation]} {self._print(term.args[1])}\right]"
        if isinstance(term, Mean | SecondMoment):
            return rf"\mathbb E\, {self._print(term.args[0])}(Z)" + ("^2" if isinstance(term, SecondMoment) else "")
        if isinstance(term, Variance):
            return rf"\operatorname{{Var}} {self._print(term.args[0])}(Z)"
        if term.form in ("index", "layer"):
            return rf"{term.latex_name}_{{{self._print(term.args[1])}}}"
        if term.form == "matrix":
            return rf"{term.latex_name}\left({self._print(term.args[0])}\right)"
        return term.latex_name or term.word


def _integrand(text: str) -> str:
    found = text.replace("**", "^").replace("*", r"\,")
    return found.replace("[", "_{").replace("]", "}")
