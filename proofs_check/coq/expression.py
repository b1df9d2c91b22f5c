"""SymPy expressions as Coq terms over R, with the denominators that must not vanish.

Coq's division and roots are total (x/0 = 0, sqrt of a negative number is 0): an identity that SymPy shows for rational
functions holds there only where its denominators differ from 0, so `Printer` collects them and the theorem assumes them.
A symbol that SymPy knows as an integer and that stands in an exponent becomes a natural number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import sympy as sp
from sympy import Expr, Symbol

SUM, PRODUCT, POWER, ATOM = 0, 1, 2, 3

COQ_FUNCTIONS = {
    "log": "ln",
    "exp": "exp",
    "sin": "sin",
    "cos": "cos",
    "tan": "tan",
    "asin": "asin",
    "acos": "acos",
    "atan": "atan",
    "sinh": "sinh",
    "cosh": "cosh",
    "tanh": "tanh",
}
"""Elementary functions by the name that SymPy and a tape share, and their names in Coq."""

_FUNCTIONS = {**COQ_FUNCTIONS, "Abs": "Rabs"}

_TAKEN = frozenset(
    [
        "R",
        "PI",
        "IZR",
        "INR",
        "Rabs",
        "Rmax",
        "Rmin",
        "ln",
        "exp",
        "sin",
        "cos",
        "tan",
        "asin",
        "acos",
        "atan",
        "sinh",
        "cosh",
        "tanh",
        "sqrt",
        "pow",
        "Rpower",
        "nat",
        "Set",
        "Prop",
        "Type",
        "as",
        "at",
        "cofix",
        "else",
        "end",
        "exists",
        "exists2",
        "fix",
        "for",
        "forall",
        "fun",
        "if",
        "IF",
        "in",
        "let",
        "match",
        "mod",
        "return",
        "then",
        "using",
        "where",
        "with",
        "by",
        "lazymatch",
        "multimatch",
        "is_derive",
        "is_series",
        "PSeries",
        "the_slack",
        "defined",
    ]
)


class UnsupportedError(ValueError):
    """A statement that cannot be written for, or decided by, the proof assistant; the message says why."""


def coq_name(name: str) -> str:
    """Return an identifier that Coq accepts and that hides nothing the statements use.

    Examples
    --------
    >>> coq_name("alpha"), coq_name("R"), coq_name("s_{12}")
    ('alpha', 'R_', 's__12_')
    """
    safe = re.sub(r"[^A-Za-z0-9_]", "_", name)
    if not re.match(r"[A-Za-z]", safe):
        safe = "x" + safe
    return safe + "_" if safe in _TAKEN else safe


class Printer:
    """Writes the expressions of one theorem; its variables, denominators and roots are collected on the way.

    Parameters
    ----------
    expressions : iterable of Expr
        All that will be written: their symbols get distinct names, and those in exponents are natural numbers.
    """

    def __init__(self, expressions: Iterable[Expr]) -> None:
        whole = [sp.sympify(expression) for expression in expressions]
        symbols = sorted({s for e in whole for s in e.free_symbols}, key=lambda s: (s.name, str(s.assumptions0)))
        self.names: dict[Symbol, str] = {}
        for symbol in symbols:
            name = coq_name(symbol.name)
            while name in self.names.values():
                name += "_"
            self.names[symbol] = name
        powers = {power for e in whole for power in e.atoms(sp.Pow)}
        exponents = {s for power in powers for s in power.exp.free_symbols}
        self.naturals = {s for s in exponents if s.is_integer and s.is_nonnegative}
        self.denominators: list[Expr] = []
        self.roots: list[Expr] = []

    def __call__(self, expression: Expr, level: int = SUM) -> str:
        """Return the term, in parentheses if it binds looser than `level`.

        Raises
        ------
        UnsupportedError
            If it holds something that has no real counterpart here.
        """
        text, own = self._term(expression)
        return text if own >= level else f"({text})"

    def _term(self, e: Expr) -> tuple[str, int]:
        if e.is_Rational:
            return self._rational(int(e.p), int(e.q))
        if e.is_Symbol:
            return (f"INR {self.names[e]}", POWER) if e in self.naturals else (self.names[e], ATOM)
        if e is sp.pi:
            return "PI", ATOM
        if e is sp.E:
            return "exp 1", POWER
        if e.is_Add:
            return self._sum(e), SUM
        if e.is_Mul:
            number, rest = e.as_coeff_Mul()
            if number.is_Rational and number < 0 and rest != 1:
                return f"- {self(-e, PRODUCT)}", SUM
            return self._product(e), PRODUCT
        if e.is_Pow:
            return self._power(e)
        return self._function(e)

    @staticmethod
    def _rational(p: int, q: int) -> tuple[str, int]:
        if p < 0:
            return (f"- {-p}" if q == 1 else f"- {-p} / {q}"), SUM
        return (str(p), ATOM) if q == 1 else (f"{p} / {q}", PRODUCT)

    def _sum(self, e: Expr) -> str:
        text = ""
        for term in e.as_ordered_terms():
            negative = term.could_extract_minus_sign() and (term.is_Mul or term.is_Rational)
            piece = self(-term if negative else term, PRODUCT)
            text += (f" - {piece}" if negative else f" + {piece}") if text else (f"- {piece}" if negative else piece)
        return text

    def _product(self, e: Expr) -> str:
        above, below = [], []
        for factor in e.as_ordered_factors():
            if factor.is_Rational:
                if abs(factor.p) != 1 or factor.p < 0:
                    above.append(self(sp.Integer(factor.p), POWER))
                if factor.q != 1:
                    below.append(str(factor.q))
            elif factor.is_Pow and factor.exp.is_Rational and factor.exp < 0:
                below.append(self._denominator(factor))
            else:
                above.append(self(factor, POWER))
        numerator = " * ".join(above) or "1"
        if not below:
            return numerator
        return f"{numerator} / {below[0]}" if len(below) == 1 else f"{numerator} / ({' * '.join(below)})"

    def _denominator(self, power: Expr) -> str:
        """Return the term of 1/power, which is noted as a denominator."""
        self.denominators.append(power.base)
        return self(sp.Pow(power.base, -power.exp, evaluate=False) if power.exp != -1 else power.base, POWER)

    def _power(self, e: Expr) -> tuple[str, int]:
        base, exponent = e.base, e.exp
        if exponent.is_Rational and exponent < 0:
            return f"/ {self._denominator(e)}", PRODUCT
        if exponent.is_Integer:
            return f"{self(base, ATOM)} ^ {exponent}", POWER
        if exponent.is_Rational and exponent.q == 2:
            self.roots.append(base)
            root = f"sqrt {self(base, ATOM)}"
            return (root, POWER) if exponent.p == 1 else (f"({root}) ^ {exponent.p}", POWER)
        if exponent.free_symbols and exponent.free_symbols <= self.naturals:
            return f"{self(base, ATOM)} ^ {self._natural(exponent)}", POWER
        if base.is_positive:
            return f"Rpower {self(base, ATOM)} {self(exponent, ATOM)}", POWER
        raise UnsupportedError(f"a power that Coq's reals have no simple form of: {e}")

    def _natural(self, exponent: Expr) -> str:
        """Return a sum of natural variables and a constant as a term of nat."""
        if exponent.is_Symbol:
            return self.names[exponent]
        parts = exponent.as_ordered_terms()
        if not exponent.is_Add or not all(p in self.naturals or (p.is_Integer and p > 0) for p in parts):
            raise UnsupportedError(f"an exponent that is no sum of natural numbers: {exponent}")
        return "(" + " + ".join(self.names[p] if p in self.naturals else str(p) for p in parts) + ")"

    def _function(self, e: Expr) -> tuple[str, int]:
        name = type(e).__name__
        if name in ("Max", "Min"):
            text = self(e.args[0], ATOM)
            for argument in e.args[1:]:
                text = f"(R{name.lower()} {text} {self(argument, ATOM)})"
            return text, ATOM
        if name not in _FUNCTIONS or len(e.args) != 1:
            raise UnsupportedError(f"no such function in Coq's reals: {name} in {str(e)[:60]}")
        return f"{_FUNCTIONS[name]} {self(e.args[0], ATOM)}", POWER
