"""B7c. Theorem 1 of [B], E phi_l <= phi_0 exp(-l/k) with k = C d^2 (1 + d phi_0), holds with C = 1/2 and with no C below 1/(4 log 2).

Sufficient: K of B7 is at most d^2 (1 + d phi_0)/2, equality for d = 2, and 1 - x <= e^{-x}. Necessary: for d = 2 and phi_0 -> 0 the first
layer leaves exactly half of the gap, so exp(-1/(4C)) >= 1/2. [B] does not specify C. Source: this project.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import flint
import sympy as sp

from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, at_least, at_most, mean, rational
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.batch_norm import cases
from proofs_check.ledger.batch_norm.cases import Start
from proofs_check.ledger.papers import BATCH_NORM
from theory.batch_norm.time_scale import least_printed_constant, near_isometry_factor, time_scale


@dataclass(frozen=True)
class PrintedConstant:
    """The printed theorem holds with C = sufficient, and fails for C < 1/(necessary log 2)."""

    sufficient: Fraction = Fraction(1, 2)
    necessary: int = 4

    def formula(self) -> Formula:
        """Return the printed bound with the sufficient constant, and the lower bound of C*, the least constant with which it holds."""
        d, depth, start, least = sp.symbols("d l phi_0 C^*")
        scale = rational(self.sufficient) * d**2 * (1 + d * start)
        return (
            at_most(mean(sp.Symbol("phi_l")), start * sp.exp(-depth / scale)),
            at_least(least, 1 / (self.necessary * sp.log(2))),
            at_least(d, 2),
        )


NEAR = Start(2, Fraction(9999, 10000))

claim = Claim(
    id="B7c",
    title="Theorem 1 of [B] holds with C = 1/2, and with no C below 1/(4 log 2)",
    paper=BATCH_NORM,
    statement=PrintedConstant(),
    pinned=[
        NEAR,
        Start(2, Fraction(1, 10**6)),
        Start(3, Fraction(1, 10)),
        Start(10, Fraction(1, 1000)),
        Start(50, Fraction(9, 10)),
    ],
    cases=cases.starts,
    mutants=[
        Mutant("C = 0.36", PrintedConstant(Fraction(36, 100)), on=str(NEAR), by=CERTIFIED),
        Mutant(
            "C = 0.015",
            PrintedConstant(Fraction(15, 1000)),
            on="d=10 eps=1/1000",
            by=CERTIFIED,
            erratum="notebook 'Isometry gap' of [B]: the theory curve is drawn with C = 0.015, which is no bound below d = 35",
        ),
        Mutant("necessary 1/(3 log 2)", PrintedConstant(necessary=3), on="", by=SYMBOLIC),
    ],
)


@claim.for_all(SYMBOLIC)
def from_the_depth_scale(statement: PrintedConstant, _: None, __: Trial) -> Evidence:
    """K <= C d^2 (1 + d phi); and the limit of the first layer for d = 2."""
    d, phi, m = sp.Symbol("d", positive=True), sp.Symbol("phi"), sp.Symbol("m")
    constant = sp.Rational(statement.sufficient.numerator, statement.sufficient.denominator)
    proof = (
        Derivation()
        .uses("B7: E phi_l <= phi_0 (1 - 1/K)^l")
        .uses("1 - x <= e^{-x}")
        .uses("B5: E phi_1/phi_0 -> d/(d+2)")
    )
    slack = (constant * d**2 * (1 + d * phi) - time_scale(d, phi)).subs(d, m + 2)
    proof.nonnegative("K <= C d^2 (1 + d phi)", slack, {m: "nonnegative", phi: "nonnegative"})
    # exp(-1/(4C)) at C = 1/(necessary log 2) is 2^{-necessary/4}
    limit = sp.Rational(2) ** sp.Rational(-statement.necessary, 4)
    proof.equal("first layer, d = 2, phi -> 0", limit**4, sp.Rational(near_isometry_factor(2)) ** 4, is_statement=True)
    return proof.evidence("depth scale of B7; factor 1/2 at d = 2")


@claim.certified
def one_layer_from_the_worst_start(statement: PrintedConstant, case: Start, trial: Trial) -> Evidence:
    """Enclose C minus the constant that one layer from this start needs."""
    digits = trial.profile.digits
    needed = least_printed_constant(case.width, case.eps).ball(digits)
    with flint.ctx.workdps(digits):
        slack = cases.ball(statement.sufficient) - needed
    return from_slack(slack, "C - C needed", str(case), sharpness=Figure("C needed", needed.str(8, radius=False)))
