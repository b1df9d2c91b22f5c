"""The symbolic rung: a derivation is a list of steps, each checked by exact algebra, never by `simplify`.

Two kinds of step suffice for the elementary proofs of the ledger:

- *equal*: the difference is brought to one fraction and its numerator expanded as a polynomial; the step holds iff every
  coefficient is 0;
- *nonnegative* on a box: every variable known to lie in [0, 1) or [0, oo) is replaced by a rational function of one in
  [0, oo), and the step holds if numerator and denominator then are products of even powers and of polynomials whose
  coefficients have one sign (Polya's form of a positivity certificate). Where that fails, exact rational points of the
  box are tried for a counterexample.

A failed search for a proof, or a lemma that fails, is *inconclusive*; only an exact counterexample to the statement
itself refutes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Literal

import sympy as sp
from sympy import Expr, Symbol

from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.step import Equality, Sign, Step
from proofs_check.evidence.verdict import Rung, Verdict

Domain = Literal["unit", "nonnegative"]
"""[0, 1) or [0, oo)."""


def is_identically_zero(expression: Expr) -> bool | None:
    """Return whether an expression is 0: True or False for rational functions, None if its functions hide relations.

    Examples
    --------
    >>> import sympy as sp
    >>> x = sp.Symbol("x")
    >>> is_identically_zero(1 / (x - 1) - (x + 1) / (x**2 - 1))
    True
    """
    expression = sp.Integer(0) + expression
    symbols = sorted(expression.free_symbols, key=str)
    if expression.is_rational_function(*symbols):
        try:
            # A field element is in canonical form, and flint does the arithmetic: no `simplify`, no `cancel` of sums.
            field = sp.QQ.frac_field(*symbols) if symbols else sp.QQ
            return bool(field.from_sympy(expression) == field.zero)
        except (sp.CoercionFailed, ValueError):
            pass  # irrational constants; SymPy raises the one or the other
    expanded = sp.expand(sp.fraction(sp.together(expression))[0])
    return True if expanded == 0 else None


@dataclass
class Derivation:
    """A chain of checked steps that together prove a statement.

    Examples
    --------
    >>> import sympy as sp
    >>> a, b = sp.symbols("a b")
    >>> d = Derivation().equal("a square", (a + b) ** 2 - 4 * a * b, (a - b) ** 2)
    >>> d.evidence("arithmetic >= geometric mean, n = 2").verdict.value
    'proved'
    """

    steps: list[Step] = field(default_factory=list)
    cited: list[str] = field(default_factory=list)

    def uses(self, theorem: str) -> Derivation:
        """Name a textbook theorem that the chain rests on and the program does not prove; the evidence lists it."""
        self.cited.append(theorem)
        return self

    def equal(self, text: str, left: Expr | int, right: Expr | int, *, is_statement: bool = False) -> Derivation:
        """Add the step left = right, as rational functions; `is_statement` if its failure contradicts the claim."""
        zero = is_identically_zero(sp.Integer(0) + left - right)
        counterexample = f"{text}: {left} is not {right}" if zero is False and is_statement else ""
        self.steps.append(Step(text, zero, counterexample, Equality(sp.Integer(0) + left, sp.Integer(0) + right)))
        return self

    def nonnegative(
        self, text: str, expression: Expr, domains: Mapping[Symbol, Domain], *, is_statement: bool = False
    ) -> Derivation:
        """Add the step expression >= 0 for all variables in their domains."""
        holds, point = nonnegative_on_box(expression, domains)
        counterexample = f"{text}: {point}" if point and is_statement else ""
        self.steps.append(Step(text, holds, counterexample, Sign(sp.Integer(0) + expression, tuple(domains.items()))))
        return self

    def holds(self, text: str, truth: bool | None) -> Derivation:
        """Add a step that exact code decided elsewhere."""
        self.steps.append(Step(text, truth))
        return self

    def evidence(self, summary: str, *, sharpness: Figure | None = None, figures: Sequence[Figure] = ()) -> Evidence:
        """Return the verdict: proved if every step holds, refuted if one that states the claim fails, else open."""
        failed = next((step for step in self.steps if step.counterexample), None)
        if failed is not None:
            return Evidence(
                Verdict.REFUTED,
                Rung.SYMBOLIC,
                f"fails: {failed.text}",
                witness=failed.counterexample,
                steps=tuple(self.steps),
            )
        open_step = next((step for step in self.steps if step.holds is not True), None)
        if open_step is not None or not self.steps:
            text = open_step.text if open_step else "no step"
            reason = f"step not shown: {text}"
            return Evidence(Verdict.INCONCLUSIVE, Rung.SYMBOLIC, reason, steps=tuple(self.steps))
        return Evidence(
            Verdict.PROVED,
            Rung.SYMBOLIC,
            f"{summary} ({len(self.steps)} checked steps)",
            figures=(*figures, *(Figure("uses", theorem) for theorem in self.cited)),
            sharpness=sharpness,
            steps=tuple(self.steps),
        )


def nonnegative_on_box(expression: Expr, domains: Mapping[Symbol, Domain]) -> tuple[bool | None, str]:
    """Return (True, "") if shown nonnegative, (False, point) with an exact counterexample, else (None, "").

    Parameters
    ----------
    expression : Expr
        A rational function of the variables of `domains` with rational coefficients.
    domains : mapping of symbol to {"unit", "nonnegative"}

    Raises
    ------
    ValueError
        If the expression has other variables.

    Examples
    --------
    >>> import sympy as sp
    >>> r = sp.Symbol("r")
    >>> nonnegative_on_box(r**2 - r**3, {r: "unit"})
    (True, '')
    >>> nonnegative_on_box(r**3 - r**2, {r: "unit"})
    (False, 'r = 1/8: value -7/512')
    """
    expression = sp.Integer(0) + expression
    unknown = expression.free_symbols - set(domains)
    if unknown:
        raise ValueError(
            f"nonnegative_on_box needs a domain for every variable, got {sorted(map(str, unknown))} without."
        )
    positive = {symbol: sp.Symbol(f"_{symbol}", nonnegative=True) for symbol in domains}
    substituted = expression.subs(
        {s: positive[s] / (1 + positive[s]) if domain == "unit" else positive[s] for s, domain in domains.items()},
        simultaneous=True,
    )
    numerator, denominator = sp.fraction(sp.cancel(sp.together(substituted)))
    signs = [_polynomial_sign(part, list(positive.values())) for part in (numerator, denominator)]
    if 0 not in signs and signs[0] == signs[1]:
        return True, ""
    if sp.expand(numerator) == 0:
        return True, ""
    return _counterexample(expression, domains)


def _polynomial_sign(part: Expr, variables: list[Symbol]) -> int:
    """Return 1 or -1 if a polynomial visibly keeps that sign for nonnegative variables, else 0."""
    constant, factors = sp.factor_list(part)
    sign = 1 if constant > 0 else -1
    for factor, power in factors:
        if power % 2 == 0:
            continue
        coefficients = sp.Poly(factor, *variables).coeffs()
        if all(c > 0 for c in coefficients):
            continue
        if all(c < 0 for c in coefficients):
            sign = -sign
        else:
            return 0
    return sign


_UNIT_POINTS = ("0", "1/8", "1/4", "1/2", "3/4", "7/8", "99/100", "1/1000")
_NONNEGATIVE_POINTS = ("0", "1/10", "1/2", "1", "2", "10", "1000")


def _counterexample(expression: Expr, domains: Mapping[Symbol, Domain]) -> tuple[bool | None, str]:
    grids = [[sp.Rational(q) for q in (_UNIT_POINTS if d == "unit" else _NONNEGATIVE_POINTS)] for d in domains.values()]
    for point in product(*grids):
        value = expression.subs(dict(zip(domains, point, strict=True)), simultaneous=True)
        if value.is_Rational and value < 0:
            where = ", ".join(f"{s} = {q}" for s, q in zip(domains, point, strict=True))
            return False, f"{where}: value {value}"
    return None, ""


def exact_evidence(
    holds: bool, summary: str, witness: str, *, sharpness: Figure | None = None, **figures: str
) -> Evidence:
    """Return what an exact computation on one case decides: proved there, or refuted by it."""
    shown = tuple(Figure(name.replace("_", " "), value) for name, value in figures.items())
    if holds:
        return Evidence(Verdict.PROVED, Rung.SYMBOLIC, summary, figures=shown, sharpness=sharpness)
    return Evidence(
        Verdict.REFUTED, Rung.SYMBOLIC, "an exact computation contradicts it", figures=shown, witness=witness
    )


def cannot_say(rung: Rung, reason: str, *, silent: bool = False) -> Evidence:
    """Return inconclusive evidence: why, and what would decide; `silent` where the statement does not speak of the case."""
    return Evidence(Verdict.INCONCLUSIVE, rung, reason, silent=silent)
