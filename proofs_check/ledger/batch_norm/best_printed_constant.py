"""B7d. Theorem 1 of [B], E phi_l <= phi_0 exp(-l/(C d^2 (1 + d phi_0))), holds with C = 1/(4 log 2) = 0.3607: by B7c the best constant.

It is enough that one layer satisfies it from every gap phi, as the factor grows with phi and phi_l <= phi_0 on every path: with u = 1/(1 + d phi),
1 - g_d/phi <= exp(-u/(C d^2)).
d >= 4: B7 has 1 - g/phi <= exp(-1/K), and (d-1)(d+2)/d^3 <= 9/32 < C.
d = 3:  up to 3 phi = 4 by B7, -log(1 - 3u/10) >= u/(9C) for u in [1/5, 1]; beyond, g_3(phi) is at least g_3 at eps = 1/100, where 3 phi < 4 (E log Q is
        concave along (eps, b, b), with its maximum at eps = 1), and that is at least 1/(27 C) >= phi u/(9C).
d = 2:  g_2 = log(2/(1 + e^{-phi})). Up to phi = 1 by branch and bound with a double zero at 0; beyond, 1 - e^{-x} <= x bounds
        phi (1 - exp(-u/(4C))) by 1/(8C) <= log(2/(1 + e^{-1})).
Source: this project.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import flint
import sympy as sp

from proofs_check.claim.claim import CERTIFIED, Claim, Mutant
from proofs_check.claim.formula import Formula, at_least, at_most, mean
from proofs_check.evidence.certified import from_proof, from_slack, together
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation, cannot_say
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Verdict
from proofs_check.interval.prover import prove_nonnegative
from proofs_check.interval.zeros import Zero
from proofs_check.ledger.batch_norm.cases import Start, starts
from proofs_check.ledger.papers import BATCH_NORM
from theory.batch_norm.time_scale import least_printed_constant, necessary_constant, time_scale
from theory.batch_norm.worst_spectrum import small_spike_gap, worst_decrease
from theory.number import Number

BEST = necessary_constant()
SEAM = Fraction(1, 100)
"""The smallest eigenvalue at width 3 from which the decrease itself, not B7, is used."""


@dataclass(frozen=True)
class BestPrintedConstant:
    """The printed theorem holds with this C at every width and gap."""

    constant: sp.Expr = BEST

    def formula(self) -> Formula:
        """Return the printed bound with the stated constant."""
        d, depth, start = sp.symbols("d l phi_0")
        bound = start * sp.exp(-depth / (self.constant * d**2 * (1 + d * start)))
        return (at_most(mean(sp.Symbol("phi_l")), bound), at_least(d, 2), at_least(start, 0))


NEAR = Start(2, Fraction(9999, 10000))

claim = Claim(
    id="B7d",
    title="The best constant in Theorem 1 of [B] is C = 1/(4 log 2) = 0.3607, for all widths at once",
    paper=BATCH_NORM,
    statement=BestPrintedConstant(),
    pinned=[NEAR, Start(2, Fraction(1, 100)), Start(3, SEAM), Start(3, Fraction(99, 100)), Start(20, Fraction(1, 2))],
    cases=starts,
    mutants=[
        Mutant("C = 0.36", BestPrintedConstant(sp.Rational(36, 100)), on="", by=CERTIFIED),
        Mutant("C = 0.36, one layer", BestPrintedConstant(sp.Rational(36, 100)), on=str(NEAR), by=CERTIFIED),
        Mutant("C = 1/5", BestPrintedConstant(sp.Rational(1, 5)), on="d=3 eps=99/100", by=CERTIFIED),
    ],
)


@claim.for_all(CERTIFIED)
def at_every_width(statement: BestPrintedConstant, _: None, trial: Trial) -> Evidence:
    """Width 2 and 3 by intervals, the others by one polynomial."""
    two = _width_two(statement.constant)
    if two.verdict is not Verdict.CERTIFIED:
        return two
    three = _width_three(statement.constant, trial.profile.digits)
    if three.verdict is not Verdict.CERTIFIED:
        return three
    return _from_width_four(statement.constant) or together([two, three])


def _width_two(constant: sp.Expr) -> Evidence:
    """log(2/(1 + e^{-phi})) >= phi (1 - exp(-u/(4C))): branch and bound up to phi = 1, one ball beyond."""
    phi = sp.Symbol("phi", real=True)
    decrease = sp.log(2) - sp.log(1 + sp.exp(-phi))
    slack = decrease - phi * (1 - sp.exp(-1 / (4 * constant * (1 + 2 * phi))))
    near = prove_nonnegative(slack, {phi: (0, 1)}, zeros=[Zero(phi, 0)])
    beyond = Number.of(decrease.subs(phi, 1) - 1 / (8 * constant)).ball(20)
    if near.verdict == "certified" and not beyond > 0:
        return cannot_say(CERTIFIED, "d = 2, phi >= 1: the ball is not positive")
    return from_proof(near, "d = 2: phi <= 1 by cells, beyond by a ball")


def _width_three(constant: sp.Expr, digits: int) -> Evidence:
    """Certify the first part of d = 3 if the second meets it and holds, by balls; else say why not."""
    u = sp.Symbol("u", real=True)
    proof = prove_nonnegative(-sp.log(1 - 3 * u / 10) - u / (9 * constant), {u: (sp.Rational(1, 5), 1)})
    if proof.verdict != "certified":
        return cannot_say(CERTIFIED, "d = 3, 3 phi <= 4: not certified")
    gap, decrease = small_spike_gap(3, SEAM).ball(digits), worst_decrease(3, SEAM).ball(digits)
    enough = Number.of(1 / (27 * constant)).ball(digits)
    if not (3 * gap < 4 and decrease > enough):
        return cannot_say(CERTIFIED, "d = 3, 3 phi >= 4: the balls do not meet")
    return from_proof(proof, "d = 3: 3 phi <= 4 by cells, beyond by balls; d >= 4 by one polynomial")


def _from_width_four(constant: sp.Expr) -> Evidence | None:
    """Return None if K <= C d^2 (1 + d phi) for every d >= 4, else why not."""
    m, phi, d = sp.Symbol("m"), sp.Symbol("phi"), sp.Symbol("d", positive=True)
    below = sp.Rational(9, 32)
    if not Number.of(constant - below).ball(20) > 0:
        return cannot_say(CERTIFIED, "d >= 4: C is not above 9/32")
    slack = (below * d**2 * (1 + d * phi) - time_scale(d, phi)).subs(d, m + 4)
    proof = Derivation().nonnegative("K <= C d^2 (1 + d phi)", slack, {m: "nonnegative", phi: "nonnegative"})
    found = proof.evidence("d >= 4")
    return None if found.verdict is Verdict.PROVED else cannot_say(CERTIFIED, found.summary)


@claim.certified
def one_layer_from_the_worst_start(statement: BestPrintedConstant, case: Start, trial: Trial) -> Evidence:
    """Enclose C minus the constant that one layer from this start needs."""
    digits = trial.profile.digits
    needed, constant = (
        least_printed_constant(case.width, case.eps).ball(digits),
        Number.of(statement.constant).ball(digits),
    )
    with flint.ctx.workdps(digits):
        slack = constant - needed
    return from_slack(slack, "C - C needed", str(case), sharpness=Figure("C needed", needed.str(8, radius=False)))
