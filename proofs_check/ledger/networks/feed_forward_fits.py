"""N3. The quadratic fits of feed-forward correlations in print are off by at most 0.0076 (relu) and 0.0035 (gelu, centred).

DeepScaleLM replaces the correlation behind a feed-forward layer by 1/pi + r/2 + (1/2 - 1/pi) r^2 for relu, and a map of
zero mean by 7/10 r + 3/10 r^2. Here the largest error on [0, 1] is enclosed. Source: Kedia et al., simulation code.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from proofs_check.claim.claim import CERTIFIED, Claim, Mutant
from proofs_check.claim.formula import Formula, at_most, belongs, function, rational
from proofs_check.evidence.certified import from_proof
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.symbolic import cannot_say
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung
from proofs_check.interval.prover import prove_nonnegative
from proofs_check.ledger.papers import NETWORKS
from theory.activation import Activation
from theory.kernel_map.kernel_map import KernelMap, Kind


@dataclass(frozen=True)
class Fit:
    """A printed fit of the kernel map of one activation."""

    name: str
    kind: Kind
    constant: sp.Expr
    linear: sp.Expr
    square: sp.Expr

    def at(self, rho: sp.Expr) -> sp.Expr:
        """Return the fit."""
        return self.constant + self.linear * rho + self.square * rho**2

    def __str__(self) -> str:
        return f"{self.name}, {self.kind}"


RELU = Fit("relu", "normalised", 1 / sp.pi, sp.Rational(1, 2), sp.Rational(1, 2) - 1 / sp.pi)
GELU = Fit("gelu", "centred", sp.Integer(0), sp.Rational(7, 10), sp.Rational(3, 10))
BOUNDS = {"relu": sp.Rational(76, 10000), "gelu": sp.Rational(35, 10000)}


@dataclass(frozen=True)
class FitError:
    """|kappa - fit| <= share * bound on [0, 1]."""

    share: sp.Rational = sp.S.One

    def formula(self) -> Formula:
        """Return the two bounds."""
        r = sp.Symbol("r")
        relu, gelu = function("kappa_relu")(r), function("kappa_gelu")(r)
        return (
            at_most(sp.Abs(relu - RELU.at(r)), rational(self.share * BOUNDS["relu"])),
            at_most(sp.Abs(gelu - GELU.at(r)), rational(self.share * BOUNDS["gelu"])),
            belongs(r, sp.Interval(0, 1)),
        )


claim = Claim(
    id="N3",
    title="Printed fits of feed-forward correlations are off by at most 0.0076 (relu) and 0.0035 (centred gelu)",
    paper=NETWORKS,
    statement=FitError(),
    pinned=(RELU, GELU),
    mutants=[
        Mutant("the relu fit is off by at most 0.0075", FitError(sp.Rational(75, 76)), on=str(RELU), by=CERTIFIED),
        Mutant("the gelu fit is off by at most 0.0034", FitError(sp.Rational(34, 35)), on=str(GELU), by=CERTIFIED),
        Mutant(
            "the fits are the maps",
            FitError(sp.Integer(0)),
            on=str(RELU),
            by=CERTIFIED,
        ),
    ],
)


@claim.certified
def on_the_whole_interval(statement: FitError, fit: Fit, _: Trial) -> Evidence:
    """Certify both sides of the bound by branch and bound."""
    kernel = KernelMap(fit.kind, Activation.from_text(fit.name))
    if kernel.expression is None:
        return cannot_say(Rung.CERTIFIED, "no closed form")
    r, bound = kernel.symbol, statement.share * BOUNDS[fit.name]
    proofs = [
        from_proof(prove_nonnegative(bound + sign * (kernel.expression - fit.at(r)), {r: (0, 1)}), f"{fit}, {side}")
        for sign, side in ((-1, "from above"), (1, "from below"))
    ]
    return next((p for p in proofs if p.refutes), min(proofs, key=lambda p: p.verdict.value == "certified"))
