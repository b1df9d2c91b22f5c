"""B11c. Theorem 2 of [B], E log|dL/dW_l| <= C d^5 (phi_0^3 + 1), holds with C = 4/25 whenever |dL/dX_L| <= 1.

By B11, with K + 1 for ceil(K), the left side is at most B(d, phi) = (log d)/2 + d phi/2 + b sqrt(2 ((d-1)(d+2)(1 + d phi) + d) phi), b = 1/(2(1 -
e^{-1/2})). Each term divided by d^5 decreases in d, so d = 2 decides, one inequality in phi = t^2; beyond t = 3 it follows from t^6 >= 27 t^3.
[B] does not specify C. Source: this project.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import sympy as sp

from proofs_check.claim.claim import CERTIFIED, Claim, Mutant
from proofs_check.claim.formula import Formula, at_least, at_most, rational
from proofs_check.evidence.certified import from_proof, together
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.trial import Trial
from proofs_check.interval.prover import prove_nonnegative
from proofs_check.ledger.batch_norm import cases
from proofs_check.ledger.batch_norm.cases import Width
from proofs_check.ledger.papers import BATCH_NORM

RANGE = 3
"""phi up to RANGE^2 is decided by branch and bound."""


@dataclass(frozen=True)
class PrintedGradientBound:
    """B(d, phi) <= constant d^5 (phi^3 + 1)."""

    constant: Fraction = Fraction(4, 25)

    def formula(self) -> Formula:
        """Return that the bound of B11 is at most the printed one."""
        d, phi = sp.Symbol("d"), sp.Symbol("phi", nonnegative=True)
        return (
            at_most(explicit_bound(d, sp.sqrt(phi)), rational(self.constant) * d**5 * (phi**3 + 1)),
            at_least(d, 2),
            at_least(phi, 0),
        )


def explicit_bound(d: sp.Expr, t: sp.Expr) -> sp.Expr:
    """Return B(d, t^2)."""
    inner = 2 * ((d - 1) * (d + 2) * (1 + d * t**2) + d)
    return sp.log(d) / 2 + d * t**2 / 2 + t * sp.sqrt(inner) / (2 * (1 - sp.exp(-sp.Rational(1, 2))))


claim = Claim(
    id="B11c",
    title="Theorem 2 of [B] holds with C = 4/25 if the gradient of the output is at most 1",
    paper=BATCH_NORM,
    statement=PrintedGradientBound(),
    pinned=tuple(map(Width, (2, 3, 10, 100))),
    cases=lambda: cases.widths(30),
    mutants=[Mutant("C = 1/8 for this bound", PrintedGradientBound(Fraction(1, 8)), on="d=2", by=CERTIFIED)],
)


@claim.certified
def at_one_width(statement: PrintedGradientBound, case: Width, _: Trial) -> Evidence:
    """Certify C d^5 (t^6 + 1) - B(d, t^2) >= 0 for t in [0, 3], and the sufficient inequality beyond for t = 3/v."""
    t, v, d = sp.Symbol("t", real=True), sp.Symbol("v", real=True), sp.Integer(case.width)
    constant = sp.Rational(statement.constant.numerator, statement.constant.denominator)
    slack = constant * d**5 * (t**6 + 1) - explicit_bound(d, t)
    near = prove_nonnegative(slack, {t: (0, RANGE)}, sharpness=True)
    if near.verdict != "certified":
        return from_proof(near, "phi <= 9")
    # For t >= 3 divide by t^6 and put t = 3/v, v in [0, 1]: every term of B/t^6 is a polynomial or root in v
    inner = 2 * ((d - 1) * (d + 2) * (v**2 / 9 + d) + d * v**2 / 9)
    scaled = (
        sp.log(d) / 2 * (v / 3) ** 6
        + d * (v / 3) ** 4 / 2
        + (v / 3) ** 4 * sp.sqrt(inner) / (2 * (1 - sp.exp(-sp.Rational(1, 2))))
    )
    far = prove_nonnegative(constant * d**5 - scaled, {v: (0, 1)})
    if far.verdict != "certified":
        return from_proof(far, "phi >= 9")
    return together([from_proof(near, "phi <= 9"), from_proof(far, "phi >= 9")])
