"""A logarithm is removed: log A + R >= 0 says the same as A >= exp(-R), which may be an identity away from being evident.

log(exp x + exp y) >= (x + y)/2 + log 2 becomes exp x + exp y >= 2 exp(x/2) exp(y/2), a square.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from proofs_check.interval.statement import Statement


@dataclass(frozen=True, slots=True)
class Exponentiated:
    """``left >= right`` with exp(slack) = left/right, one of them an exponential and so positive."""

    left: str
    right: str

    def statement(self, original: Statement) -> Statement:
        """Return the inequality on the original's box."""
        return Statement(self.left, ">=", self.right, original.variables, original.box)


def exponentiate(statement: Statement) -> Exponentiated | None:
    """Return both sides for a slack with logarithms, or None.

    Examples
    --------
    >>> from proofs_check.interval.statement import parse_statement
    >>> exponentiate(parse_statement("log(1 + x) <= x for x in [0, 1]"))
    Exponentiated(left='exp(x)', right='x + 1')
    """
    if statement.strict:
        return None
    terms = [term.as_coeff_Mul() for term in sympy.Add.make_args(sympy.expand(statement.slack()))]
    logarithms = [(c, f) for c, f in terms if isinstance(f, sympy.log) and not f.args[0].is_number and c.is_Rational]
    if not logarithms:
        return None
    rest = sympy.Add(*(c * f for c, f in terms if f not in {log for _, log in logarithms}))
    left, right = sympy.Integer(1), sympy.exp(-rest)
    if not any(c > 0 for c, _ in logarithms):
        left, right = sympy.exp(rest), sympy.Integer(1)
    for c, logarithm in logarithms:
        left, right = (left * logarithm.args[0] ** c, right) if c > 0 else (left, right * logarithm.args[0] ** -c)
    return Exponentiated(sympy.sstr(left), sympy.sstr(right))
