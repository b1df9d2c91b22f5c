"""D22. A shaped MLP of depth d << n with slopes 1 + c_pm d^{-1/2} and a ResNet z + d^{-1/2} lam W sqrt(2/n) relu(z) agree: both
give d rho/dt = lam^2 g(rho), lam^2 = (c_+ - c_-)^2/2.

Proof: first order in 1/d of the two exact kernels. Only correlations agree: the ResNet's variances grow as e^{lam^2 t}.
Source: Li and Nica, TMLR, arXiv 2310.12079, whose abstract names this regime and these rates; constant derived here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import flint
import sympy as sp

from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, Increment, equal, function
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.covariance_sde.cases import ONE_SIDED, SYMMETRIC, Slopes, slopes
from proofs_check.ledger.papers import COVARIANCE_SDE
from theory.covariance_sde.shaped_relu import angular_form, kernel_excess, mean_correlation
from theory.covariance_sde.unshaped import residual_correlation
from theory.enclosure.ball import ball_of, working_bits

DEPTH = 400


@dataclass(frozen=True)
class ResidualEquivalence:
    """lam^2 as a function of (c_+ - c_-)^2."""

    squared_weight: Callable[[sp.Expr], sp.Expr] = lambda strength: strength / 2

    def formula(self) -> Formula:
        """Return the equation of rho in shaped networks and in ResNets of weight lambda, and the weight for which they agree."""
        rho, weight, plus, minus = sp.symbols("rho lambda c_+ c_-")
        excess, strength = function("g")(rho), (plus - minus) ** 2
        change = Increment(rho) / Increment(sp.Symbol("t"))
        return (
            equal(change, weight**2 * excess),
            equal(weight**2, self.squared_weight(strength)),
            equal(change, strength / 2 * excess),
            equal(excess, kernel_excess(rho)),
        )


claim = Claim(
    id="D22",
    title="Shaped MLPs and ResNets with lam^2 = (c_+ - c_-)^2/2 move correlations by the same equation",
    paper=COVARIANCE_SDE,
    statement=ResidualEquivalence(),
    pinned=(SYMMETRIC, ONE_SIDED),
    cases=slopes,
    mutants=[
        Mutant("lam^2 = (c_+ - c_-)^2", ResidualEquivalence(lambda s: s), on="", by=SYMBOLIC),
        Mutant("lam^2 = (c_+ - c_-)^2, layers", ResidualEquivalence(lambda s: s), on=str(SYMMETRIC), by=CERTIFIED),
        Mutant("lam^2 = (c_+ - c_-)^2/4", ResidualEquivalence(lambda s: s / 4), on="", by=SYMBOLIC),
    ],
)


@claim.for_all(SYMBOLIC)
def first_order(statement: ResidualEquivalence, _: None, __: Trial) -> Evidence:
    """Derivatives in 1/d at 0 of both layers."""
    rho = sp.Symbol("rho", real=True)
    c, k, e, lam = sp.symbols("c_+ c_- e lam", positive=True)
    kappa = ((c - k) * e) ** 2 / ((1 + c * e) ** 2 + (1 + k * e) ** 2)
    mlp = sp.cancel((mean_correlation(rho, kappa) - rho) / kernel_excess(rho) / e**2).subs(e, 0)
    h = sp.Symbol("h", positive=True)
    layer = residual_correlation(rho, lam, 1 / h)
    resnet = sp.diff(layer, h).subs(h, 0)
    proof = Derivation().uses("Euler's method converges for a Lipschitz drift")
    weight = statement.squared_weight((c - k) ** 2)
    proof.equal("shaped MLP: lam^2 g", angular_form((mlp - weight) * kernel_excess(rho), rho), 0, is_statement=True)
    proof.equal("ResNet: lam^2 g", angular_form(resnet - lam**2 * kernel_excess(rho), rho), 0)
    return proof.evidence("first order of both layers in 1/d")


@claim.certified
def through_400_layers(statement: ResidualEquivalence, case: Slopes, _: Trial) -> Evidence:
    """Iterate both maps in balls from rho_0 to t = 1; they differ by less than
    s [(3/4)|c_+ + c_-|/sqrt(d) + (1 + 2 c_+^2 + 2 c_-^2 + s)/d], s = (c_+ - c_-)^2: d kappa/lam^2 - 1 is of that size.
    """
    with working_bits(120):
        root = ball_of(DEPTH).sqrt()
        up, down = (1 + ball_of(q) / root for q in (case.c_plus, case.c_minus))
        kappa = (up - down) ** 2 / (up**2 + down**2)
        strength = (case.c_plus - case.c_minus) ** 2
        weight = ball_of(statement.squared_weight(sp.Rational(strength.numerator, strength.denominator))) / DEPTH
        mlp = resnet = ball_of(case.rho)
        for _layer in range(DEPTH):
            mlp = mlp + kappa * _excess(mlp)
            resnet = (resnet + weight * (resnet + _excess(resnet))) / (1 + weight)
        total, squares = abs(case.c_plus + case.c_minus), case.c_plus**2 + case.c_minus**2
        share = strength * (1 + 2 * squares + strength) / DEPTH + Fraction(1, 10**9)
        bound = ball_of(strength * total * Fraction(3, 4)) / root + ball_of(share)
        difference = abs(mlp - resnet)
        figures = (Figure("shaped MLP", mlp.str(10, radius=False)), Figure("ResNet", resnet.str(10, radius=False)))
        return from_slack(bound - difference, f"correlation after {DEPTH} layers", str(case), *figures)


def _excess(rho: flint.arb) -> flint.arb:
    """Return g(rho) as a ball."""
    return ((1 - rho * rho).sqrt() - rho * rho.acos()) / flint.arb.pi()
