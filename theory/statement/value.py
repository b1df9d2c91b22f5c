"""The value of a term at a case, as a ball; and what a proposition says there: certainly true, certainly false, cannot tell.

A case gives every variable a value: a rational, an Activation, a Law (a kernel map by its exact shares) or a GramMatrix.
Words ask their own `enclose`. What is not defined at the case raises `Undefined` and names the place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

import flint
import sympy as sp

from theory.enclosure.ball import ball_of, bits_of, working_bits
from theory.statement.print_text import TermPrinter
from theory.statement.proposition import And, Binder, Iff, Implies, Not, Or, Proposition, Relation
from theory.statement.quantity import Quantity, Undecided, Undefined
from theory.statement.sort import Activations

Case: TypeAlias = Mapping[sp.Symbol, Any]

_PLAIN = {
    sp.exp: "exp", sp.log: "log", sp.sin: "sin", sp.cos: "cos", sp.tan: "tan", sp.sinh: "sinh", sp.cosh: "cosh",
    sp.tanh: "tanh", sp.asin: "asin", sp.acos: "acos", sp.atan: "atan", sp.asinh: "asinh", sp.erf: "erf",
    sp.erfc: "erfc", sp.gamma: "gamma", sp.loggamma: "lgamma", sp.Abs: "__abs__",
}  # fmt: skip


def enclose(term: sp.Expr, case: Case, digits: int = 20) -> flint.arb:
    """Return a ball that holds the term's value at a case.

    Raises
    ------
    Undefined
        If the term is certainly not defined there.
    Undecided
        If its balls cannot tell.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> bool(enclose(sp.exp(x) - 1, {x: Fraction(0)}) == 0)
    True
    """
    with working_bits(bits_of(digits + 8)):
        return _Evaluator(case, digits).ball(term)


def holds(proposition: Proposition, case: Case, digits: int = 20) -> bool | None:
    """Return True or False if the proposition certainly holds or fails at the case, None if balls cannot tell.

    Quantified and limiting claims are not decided here.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> holds(Relation("<", x**2, x), {x: Fraction(1, 2)}), holds(Relation("<", x**2, x), {x: Fraction(1)})
    (True, False)
    """
    match proposition:
        case Relation():
            return _relation_holds(proposition, case, digits)
        case Not(part):
            inner = holds(part, case, digits)
            return None if inner is None else not inner
        case And(parts):
            return _all(holds(part, case, digits) for part in parts)
        case Or(parts):
            inner = _all(_negated(holds(part, case, digits)) for part in parts)
            return _negated(inner)
        case Implies(left, right):
            return holds(Or((Not(left), right)), case, digits)
        case Iff(left, right):
            one, two = holds(left, case, digits), holds(right, case, digits)
            return None if one is None or two is None else one == two
    return None


def _negated(value: bool | None) -> bool | None:
    return None if value is None else not value


def _all(values: Any) -> bool | None:
    unknown = False
    for value in values:
        if value is False:
            return False
        unknown = unknown or value is None
    return None if unknown else True


def _relation_holds(claim: Relation, case: Case, digits: int) -> bool | None:
    try:
        left, right = enclose(claim.lhs, case, digits), enclose(claim.rhs, case, digits)
    except Undecided:
        return None
    with working_bits(bits_of(digits + 8)):
        return compare(claim.op, left, right)


def compare(op: str, left: flint.arb, right: flint.arb) -> bool | None:
    """Return whether a relation between two balls certainly holds (True) or fails (False)."""
    if left.is_nan() or right.is_nan():
        return None
    equal = (
        True
        if left.is_exact() and right.is_exact() and left == right
        else (False if not left.overlaps(right) else None)
    )
    if op in ("=", "!="):
        return equal if op == "=" else _negated(equal)
    if op in (">", ">="):
        left, right, op = right, left, {">": "<", ">=": "<="}[op]
    if op == "<":
        return True if left < right else (False if left >= right else None)
    return True if left <= right else (False if left > right else None)


class _Evaluator:
    def __init__(self, case: Case, digits: int) -> None:
        self.case, self.digits = case, digits
        self.known: dict[sp.Basic, flint.arb] = {}

    def ball(self, term: sp.Expr) -> flint.arb:
        if term not in self.known:
            self.known[term] = self._ball(term)
        return self.known[term]

    def _ball(self, term: sp.Expr) -> flint.arb:
        if term.is_Symbol:
            return self.number(term)
        if isinstance(term, sp.Rational) or term in (sp.pi, sp.E):
            return ball_of(term)
        if term in (sp.oo, -sp.oo):
            return flint.arb("inf") if term == sp.oo else flint.arb("-inf")
        if term.is_Add:
            return self._checked(sum((self.ball(a) for a in term.args), flint.arb(0)), term)
        if term.is_Mul:
            return self._checked(self._product(term), term)
        if term.is_Pow:
            return self._checked(self._power(term.base, term.exp), term)
        if isinstance(term, Quantity):
            simpler = term.definition() if type(term).enclose is Quantity.enclose else None
            if simpler is not None:
                return self.ball(simpler)
            return term.enclose(tuple(self.argument(a) for a in term.args), self.digits)
        return self._checked(self._function(term), term)

    def argument(self, term: sp.Basic) -> Any:
        """Return the value of a word's argument: what the case says, or a ball."""
        if isinstance(term, sp.Symbol):
            return self.case[term]
        if isinstance(term, sp.Integer):
            return int(term)
        if isinstance(term, sp.Rational):
            return Fraction(int(term.p), int(term.q))
        if isinstance(term, Quantity) and term.word == "kappa(G)":
            return term.matrix(tuple(self.argument(a) for a in term.args), self.digits)
        if isinstance(term, sp.Expr):
            if term.is_integer:
                exact = term.xreplace({s: sp.Rational(v.numerator, v.denominator) for s, v in self.case.items() if isinstance(v, int | Fraction)})  # fmt: skip
                if exact.is_Integer:
                    return int(exact)
            exact = _rational(term, self.case)
            return self.ball(term) if exact is None else exact
        return term

    def number(self, symbol: sp.Symbol) -> flint.arb:
        value = self.case[symbol]
        return value if isinstance(value, flint.arb) else ball_of(Fraction(value))

    def shown(self, term: sp.Expr) -> str:
        """Return the term in the words of the language."""
        named = [v.name for v, value in self.case.items() if not isinstance(value, int | Fraction | flint.arb)]
        return TermPrinter({name: Binder(name, Activations()) for name in named})(term)

    def _product(self, term: sp.Expr) -> flint.arb:
        # factors that are exactly 0 make the product 0 only where the others are finite
        result = flint.arb(1)
        for factor in term.args:
            result = result * self.ball(factor)
        return result

    def _power(self, base: sp.Expr, exponent: sp.Expr) -> flint.arb:
        value = self.ball(base)
        if not exponent.is_Number:
            whole = self.argument(exponent) if exponent.is_integer else None
            if isinstance(whole, int):
                exponent = sp.Integer(whole)
            else:
                if not value > 0:
                    raise _doubt(value < 0 or value == 0, f"{self.shown(base)} > 0 under a power that is not whole")
                return (self.ball(exponent) * value.log()).exp()
        if exponent.is_Integer:
            if exponent < 0 and value.contains(0):
                raise _doubt(value == 0, f"a divisor {self.shown(base)} that is not 0")
            return value ** int(exponent)
        if exponent == sp.Rational(1, 2):
            if not value >= 0:
                raise _doubt(value < 0, f"a root of {self.shown(base)} >= 0")
            return value.sqrt()
        if value == 0 and exponent > 0:
            return flint.arb(0)
        if not value > 0:
            raise _doubt(value < 0 or value == 0, f"{self.shown(base)} > 0 under a power that is not whole")
        return (ball_of(exponent) * value.log()).exp()

    def _function(self, term: sp.Expr) -> flint.arb:
        arguments = [self.ball(a) for a in term.args]
        if isinstance(term, sp.Max | sp.Min):
            result = arguments[0]
            for other in arguments[1:]:
                result = result.max(other) if isinstance(term, sp.Max) else result.min(other)
            return result
        kind = type(term)
        if kind is sp.log and not arguments[0] > 0:
            raise _doubt(arguments[0] <= 0, f"a logarithm of {self.shown(term.args[0])} > 0")
        if kind is sp.polygamma and term.args[0] == 0:
            return arguments[1].digamma()
        if kind not in _PLAIN:
            raise Undecided(f"no ball for {self.shown(term)}")
        method: Callable[[], flint.arb] = getattr(arguments[0], _PLAIN[kind])
        return method()

    def _checked(self, value: flint.arb, term: sp.Expr) -> flint.arb:
        if value.is_nan():
            raise Undecided(f"no ball for {self.shown(term)}")
        return value


def _rational(term: sp.Expr, case: Case) -> Fraction | None:
    """Return the exact value of a term of rational variables, if it is one."""
    values = {s: sp.Rational(v.numerator, v.denominator) for s, v in case.items() if isinstance(v, int | Fraction)}
    if not term.free_symbols <= set(values) or term.has(sp.Function):
        return None
    exact = term.xreplace(values)
    return Fraction(int(exact.p), int(exact.q)) if isinstance(exact, sp.Rational) else None


def _doubt(certain: bool, wish: str) -> Undefined | Undecided:
    return Undefined(wish) if certain else Undecided(wish)
