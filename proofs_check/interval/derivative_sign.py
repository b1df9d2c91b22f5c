"""An inequality in one variable from the sign of a derivative: f(c) >= 0 at one end and f' points the right way.

This needs no cells and so reaches unbounded domains. The derivative is factored by SymPy and written in y, the distance
from the end c; its sign must then be evident term by term: sums, products, quotients and powers of non-negative
things. The checker reads the sign off the written derivative by its own rules; that the text *is* the derivative is
the symbolic part.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import sympy
from flint import arb

from proofs_check.interval.ball import Program, arithmetic, rational_ball
from proofs_check.interval.statement import Statement
from proofs_check.interval.tape import tape_of
from proofs_check.interval.zeros import is_proved_zero

_LARGEST = 80  # operations: factoring a long sum may take minutes


@dataclass(frozen=True, slots=True)
class DerivativeSign:
    """At ``end`` ("low" or "high") the slack is 0 or positive, and ``derivative`` has the sign that keeps it so."""

    end: str
    derivative: str
    why: str

    def entry(self) -> dict[str, str]:
        """Return the fields for JSON."""
        return {"end": self.end, "derivative": self.derivative, "why": self.why}


def prove_by_derivative(statement: Statement) -> DerivativeSign | None:
    """Return the argument if SymPy sees it from either finite end of a one-variable statement; None says nothing.

    Examples
    --------
    >>> from proofs_check.interval.statement import parse_statement
    >>> prove_by_derivative(parse_statement("x - x**2/2 + x**3/3 >= log(1 + x) for x in [0, oo]")).derivative
    'x**3/(x + 1)'
    """
    if len(statement.variables) != 1 or statement.strict:
        return None
    if statement.slack().count_ops() > _LARGEST:
        return None
    slack, x = statement.slack(), sympy.Symbol(statement.variables[0], real=True)
    low, high = statement.box[0]
    for name, end, direction in (("low", low, 1), ("high", high, -1)):
        if end is None or not _starts_well(slack, x, end):
            continue
        distance = sympy.Symbol("y", nonnegative=True)
        place = sympy.Rational(end.numerator, end.denominator)
        outward = slack.subs(x, place + direction * distance).diff(distance)
        outward = sympy.factor(sympy.together(outward))
        if outward.is_nonnegative:
            derivative = direction * outward.subs(distance, direction * (x - place))
            return DerivativeSign(name, sympy.sstr(derivative), "SymPy: diff, together and factor")
    return None


def _starts_well(slack: sympy.Expr, x: sympy.Symbol, end: Fraction) -> bool:
    with arithmetic(128):
        value = Program(tape_of(slack, [x.name]))([rational_ball(end)])
    if value > 0:
        return True
    at_end = slack.subs(x, sympy.Rational(end.numerator, end.denominator))
    return bool(value.is_finite() and value.contains(arb(0)) and is_proved_zero(at_end))
