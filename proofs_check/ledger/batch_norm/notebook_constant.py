"""B8. The constant C = 0.015 that the authors of [B] plot with is below what one layer near isometry needs, up to width 34.

Near isometry E phi_1/phi_0 = d/(d+2), so the printed bound exp(-1/(C d^2)) needs C >= 1/(d^2 log((d+2)/d)): 0.36 at d = 2, 0.01513 at
d = 34, 0.01469 at d = 35, and less beyond, since d^2 log(1 + 2/d) increases. Source: this project; the constant is in the notebook.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import flint
import sympy as sp

from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, at_least, exactly_if
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.ledger.batch_norm import cases
from proofs_check.ledger.batch_norm.cases import Width
from proofs_check.ledger.papers import BATCH_NORM
from theory.batch_norm.time_scale import necessary_constant_near_isometry


@dataclass(frozen=True)
class NotebookConstant:
    """C >= 1/(d^2 log((d+2)/d)) if and only if d >= first."""

    constant: Fraction = Fraction(15, 1000)
    first: int = 35

    def formula(self) -> Formula:
        """Return for which widths the constant is enough near isometry."""
        d = sp.Symbol("d", integer=True, positive=True)
        needed = 1 / (d**2 * sp.log((d + 2) / d))
        return (exactly_if(at_least(self.constant, needed), at_least(d, self.first)), at_least(d, 2))


claim = Claim(
    id="B8",
    title="Near isometry C = 0.015 is enough for the printed bound exactly from width 35 on",
    paper=BATCH_NORM,
    statement=NotebookConstant(),
    pinned=tuple(map(Width, (2, 10, 34, 35, 50, 1000))),
    cases=lambda: cases.widths(200),
    mutants=[
        Mutant("from width 34 on", NotebookConstant(first=34), on="d=34", by=CERTIFIED),
        Mutant("from width 36 on", NotebookConstant(first=36), on="d=35", by=CERTIFIED),
        Mutant(
            "at every width",
            NotebookConstant(first=2),
            on="d=10",
            by=CERTIFIED,
            erratum="notebook 'Isometry gap' of [B]: C = 0.015 is taken to be enough at every width; it is from d = 35 on",
        ),
    ],
)


@claim.for_all(SYMBOLIC)
def from_two_widths(statement: NotebookConstant, _: None, trial: Trial) -> Evidence:
    """d^2 log(1 + 2/d) increases, so two widths decide all."""
    d, x = sp.symbols("d x", positive=True)
    proof = Derivation().uses("B5: E phi_1/phi_0 -> d/(d+2)")
    function = d**2 * sp.log(1 + 2 / d)
    slope = d * (2 * sp.log(1 + 2 / d) - 2 / (d + 2))
    proof.equal("derivative of d^2 log(1 + 2/d)", sp.diff(function, d), slope)
    tangent = sp.log(1 + x) - x / (1 + x)  # at x = 2/d: log(1 + 2/d) >= 2/(d+2) > 1/(d+2)
    proof.equal("log(1+x) - x/(1+x) vanishes at 0", tangent.subs(x, 0), 0)
    proof.equal("and increases", sp.diff(tangent, x), x / (1 + x) ** 2)
    proof.equal("x/(1+x) at x = 2/d", (x / (1 + x)).subs(x, 2 / d), 2 / (d + 2))
    with flint.ctx.workdps(trial.profile.digits):
        constant = cases.ball(statement.constant)
        below, above = (
            necessary_constant_near_isometry(max(w, 2)).ball(20) for w in (statement.first - 1, statement.first)
        )
        proof.holds("the last width below needs more", bool(below > constant))
        proof.holds("the first width needs no more", bool(above <= constant))
    return proof.evidence("monotone in the width")


@claim.certified
def by_balls_at_one_width(statement: NotebookConstant, case: Width, trial: Trial) -> Evidence:
    """Compare the constant with the one needed at this width."""
    needed = necessary_constant_near_isometry(case.width).ball(trial.profile.digits)
    with flint.ctx.workdps(trial.profile.digits):
        constant = cases.ball(statement.constant)
    figure = Figure("C needed", needed.str(8, radius=False))
    enough = True if constant >= needed else False if constant < needed else None
    if enough is None:
        return Evidence(Verdict.INCONCLUSIVE, Rung.CERTIFIED, "the balls overlap; more digits would decide")
    if enough == (case.width >= statement.first):
        return Evidence(Verdict.CERTIFIED, Rung.CERTIFIED, f"C = {statement.constant}", (figure,), figure)
    said = "enough" if not enough else "not enough"
    witness = f"{case}: {figure}, and {statement.constant} is said to be {said}"
    return Evidence(Verdict.REFUTED, Rung.CERTIFIED, "the comparison is certain", (figure,), witness=witness)
