"""An inequality in one variable from the sign of its n-th derivative, the lower ones being right at one end.

If f, f', ..., f^(n-1) (none for n = 0) are >= 0 at the lower end c and f^(n) >= 0 beyond it, then f >= 0 beyond it (n integrations); at
the upper end the same holds for g(y) = f(c - y). This needs no cells and so reaches unbounded domains. What it needs:

- f is continuous on the closed domain and has n - 1 derivatives there and n inside, which is read off the tape of
  the claim itself (`evident.py`): without continuity the sign of a derivative says nothing;
- the n-th derivative, factored by SymPy and written in y, the distance from the end, has an evident sign.

The checker derives the derivative itself and reads the sign by rules of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

import sympy
from flint import arb

from proofs_check.interval.ball import Program, arithmetic, rational_ball
from proofs_check.interval.evident import is_continuous, is_smooth, signs
from proofs_check.interval.statement import Statement
from proofs_check.interval.tape import Tape, tape_of
from proofs_check.interval.zeros import is_proved_zero

_LARGEST = 80  # operations: factoring a long sum may take minutes
HIGHEST_DERIVATIVE = 6
_DISTANCE = "y__distance"


@dataclass(frozen=True, slots=True)
class DerivativeSign:
    """At ``end`` ("low" or "high") the slack starts well, and its derivative of this order has the sign that keeps it so."""

    end: str
    order: int
    derivative: str
    why: str

    def entry(self) -> dict[str, str | int]:
        """Return the fields for JSON."""
        entry: dict[str, str | int] = {"end": self.end, "derivative": self.derivative, "why": self.why}
        return entry if self.order == 1 else {**entry, "order": self.order}

    @property
    def kind(self) -> str:
        """The kind of certificate: that of the first derivative has no order."""
        return "derivative_sign" if self.order == 1 else "derivatives"


def prove_by_derivative(statement: Statement) -> DerivativeSign | None:
    """Return the argument from either finite end of a one-variable statement; None says nothing.

    Examples
    --------
    >>> from proofs_check.interval.statement import parse_statement
    >>> prove_by_derivative(parse_statement("x - x**2/2 + x**3/3 >= log(1 + x) for x in [0, oo]")).derivative
    'x**3/(x + 1)'
    >>> found = prove_by_derivative(parse_statement("exp(x) >= 1 + x + x**2/2 for x in [0, oo]"))
    >>> found.order, found.derivative
    (3, 'exp(x)')
    """
    if len(statement.variables) != 1 or statement.strict or statement.slack().count_ops() > _LARGEST:
        return None
    tape, (low, high) = statement.tape(), statement.box[0]
    if not is_continuous(tape, statement.box) or not is_smooth(tape, statement.box, inside=True):
        return None
    highest = HIGHEST_DERIVATIVE if is_smooth(tape, statement.box) else 1
    for name, end, direction in (("low", low, 1), ("high", high, -1)):
        found = None if end is None else _from_end(statement, name, end, direction, highest)
        if found is not None:
            return found
    return None


def _from_end(statement: Statement, name: str, end: Fraction, direction: int, highest: int) -> DerivativeSign | None:
    slack, x = statement.slack(), sympy.Symbol(statement.variables[0], real=True)
    distance = sympy.Symbol(_DISTANCE, nonnegative=True)
    place = sympy.Rational(end.numerator, end.denominator)
    outward = slack.subs(x, place + direction * distance)
    for order in range(highest + 1):
        if order:
            if not _starts_well(outward, distance):
                return None
            outward = outward.diff(distance)
        outward = sympy.factor(sympy.together(outward))
        if outward.count_ops() > _LARGEST:
            return None
        for written in (outward, _in_a_root(outward, distance)):
            text = _in_variable(sympy.sstr(direction**order * written), x.name, end, direction)
            if _has_sign(tape_of(text, statement.variables), statement, direction**order):
                return DerivativeSign(name, order, text, "SymPy: diff, together and factor")
    return None


def _in_a_root(expression: sympy.Expr, distance: sympy.Symbol) -> sympy.Expr:
    """Return an expression factored in g = sqrt(distance + c), if it holds this root: y + 1 - sqrt(y + 1) as g (g - 1)."""
    halves = (p.base for p in expression.atoms(sympy.Pow) if p.exp.is_Rational and p.exp.q == 2)
    base = next((b for b in halves if (b - distance).is_Rational), None)
    if base is None:
        return expression
    root = sympy.Symbol("g__root", nonnegative=True)
    return sympy.factor(sympy.together(expression.subs(distance, root**2 - (base - distance)))).subs(
        root, sympy.sqrt(base)
    )


def _in_variable(text: str, name: str, end: Fraction, direction: int) -> str:
    """Return a text in the distance from the end as one in the variable, the distance still seen: x - 2, -(x - 2)."""
    shifted = name if end == 0 else f"({name} - {end})" if end > 0 else f"({name} + {-end})"
    return re.sub(rf"\b{_DISTANCE}\b", shifted if direction > 0 else f"(-{shifted})", text)


def _has_sign(derivative: Tape, statement: Statement, wanted: int) -> bool:
    if not is_smooth(derivative, statement.box, inside=True):
        return False  # a sign read off exp(log y) or sqrt(y)^2 is none where y is negative
    known = signs(derivative, statement.box, inside=True)[-1]
    return known.nonnegative if wanted > 0 else known.nonpositive


def _starts_well(outward: sympy.Expr, distance: sympy.Symbol) -> bool:
    """Whether a function of the distance is certainly >= 0 at distance 0."""
    with arithmetic(128):
        value = Program(tape_of(outward, [distance.name]))([rational_ball(Fraction(0))])
    if value > 0:
        return True
    return bool(value.is_finite() and value.contains(arb(0)) and is_proved_zero(outward.subs(distance, 0)))
