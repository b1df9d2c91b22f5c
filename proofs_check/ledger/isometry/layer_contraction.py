"""A7. With layer norm after the activation, one layer divides |rho|/(1-|rho|) by at least beta_0 = 2 - alpha.

alpha is the share of the linear coefficient in the variance, c_1^2/Var s. Proof: by Mehler's formula the centred kernel
map is kappa = sum_{k>=1} p_k r^k with p_k >= 0, sum 1, p_1 = alpha; on [0, 1) r^k <= r^2 for k >= 2, so kappa is at most
the two-term map alpha r + (1-alpha) r^2, for which the inequality is algebra; for r < 0, |kappa(r)| <= kappa(|r|).
Source: [A], nonlinearity strength; the proof is this project's. The authors' README prints beta_0 = c_1^2/sum_k c_k^2,
which is alpha, at most 1, and no contraction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import sympy as sp

from numerics.statistics.e_value import MeanTest
from proofs_check import strategies
from proofs_check.claim.claim import CERTIFIED, SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, at_least, at_most, belongs, centred_kernel_map, function, rational
from proofs_check.evidence.certified import from_monotone, from_proof
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import all_of, judge_mean
from proofs_check.evidence.symbolic import Derivation, Domain, cannot_say
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung
from proofs_check.interval.contraction import prove_kernel_contraction
from proofs_check.interval.prover import prove_nonnegative
from proofs_check.ledger.activation_cases import correlated_products, fourth_moment, nonlinear, rational_above
from proofs_check.ledger.papers import ISOMETRY
from theory.activation import Activation, catalogue
from theory.exact.bivariate_normal import BivariateNormalCDF
from theory.kernel_map.kernel_map import KernelMap

Rate = Callable[[sp.Expr], sp.Expr]


def nonlinearity_strength(alpha: sp.Expr) -> sp.Expr:
    """Return beta_0 = 2 - alpha."""
    return 2 - alpha


@dataclass(frozen=True)
class LayerContraction:
    """kappa/(1-kappa) <= r/(1-r) / rate(alpha) on [0, 1), with rate >= 1: a contraction."""

    rate: Rate = nonlinearity_strength

    def formula(self) -> Formula:
        """Return the contraction, that its rate is one, and what kappa and alpha are."""
        rho, alpha = sp.symbols("rho alpha")
        kappa, rate = function("kappa")(rho), rational(self.rate(alpha))
        return (
            at_most(kappa / (1 - kappa), rho / (1 - rho) / rate),
            belongs(rho, sp.Interval.Ropen(0, 1)),
            at_least(rate, 1),
            *centred_kernel_map(),
        )


claim = Claim(
    id="A7",
    title="After layer norm one layer divides |rho|/(1-|rho|) by at least beta_0",
    paper=ISOMETRY,
    statement=LayerContraction(),
    pinned=catalogue("relu", "gelu", "tanh", "sin", "sigmoid", "silu"),
    cases=strategies.activations,
    covers=nonlinear,
    mutants=[
        Mutant("rate 1/alpha", LayerContraction(lambda alpha: 1 / alpha), on="relu", by=CERTIFIED),
        Mutant("rate 1/alpha, gelu", LayerContraction(lambda alpha: 1 / alpha), on="gelu", by=CERTIFIED),
        Mutant(
            "beta_0 + 1/10", LayerContraction(lambda alpha: 2 - alpha + sp.Rational(1, 10)), on="gelu", by=CERTIFIED
        ),
        Mutant("rate 1/alpha, two-term map", LayerContraction(lambda alpha: 1 / alpha), on="", by=SYMBOLIC),
        Mutant(
            "beta_0 = c_1^2/sum c_k^2",
            LayerContraction(lambda alpha: alpha),
            on="",
            by=SYMBOLIC,
            erratum="README of the authors' code for [A]: its beta_0 is alpha <= 1, so beta_0^-l grows",
        ),
        Mutant("rate 2", LayerContraction(lambda _: sp.Integer(2)), on="relu", by=SAMPLED),
    ],
)


def two_term_steps(rate: Rate) -> Derivation:
    """Return the steps that prove the contraction by a rate for every kernel map with linear share alpha."""
    r, alpha = sp.symbols("r alpha")
    unit: dict[sp.Symbol, Domain] = {r: "unit", alpha: "unit"}
    k = sp.Symbol("k", integer=True, nonnegative=True)
    majorant = alpha * r + (1 - alpha) * r**2
    proof = Derivation().uses("Mehler's formula: kappa = sum p_k r^k, p_k >= 0, sum p_k = 1")
    positive = sp.Symbol("r", positive=True)
    proof.equal(
        "r^2 - r^(k+2) = r^2 (1 - r^k)",
        sp.powsimp(positive**2 * (1 - positive**k) - positive**2 + positive ** (k + 2)),
        0,
    )
    proof.equal(
        "1 - majorant = (1-r)(1 + (1-alpha) r): so kappa < 1 on [0, 1)", 1 - majorant, (1 - r) * (1 + (1 - alpha) * r)
    )
    proof.nonnegative("the rate is at least 1", rate(alpha) - 1, {alpha: "unit"}, is_statement=True)
    potential = r / (1 - r)
    proof.nonnegative(
        "x/(1-x) of the majorant, times the rate, is at most r/(1-r)",
        potential - rate(alpha) * majorant / (1 - majorant),
        unit,
        is_statement=True,  # the majorant is itself the kernel map of c_1 he_1 + c_2 he_2
    )
    return proof


@claim.for_all(SYMBOLIC)
def majorised_by_two_terms(statement: LayerContraction, _: None, __: Trial) -> Evidence:
    """Prove it for the largest map with a given alpha; that map is attained, so a failure there refutes."""
    return two_term_steps(statement.rate).evidence("majorised by two terms, for every activation")


@claim.certified
def on_the_whole_interval(statement: LayerContraction, activation: Activation, trial: Trial) -> Evidence:
    """Certify r (1-kappa) - rate kappa (1-r) >= 0 on [0, 1] by branch and bound, or by monotonicity without closed form."""
    kernel = KernelMap.centred(activation)
    rate = rational_above(statement.rate, kernel)
    if kernel.expression is not None and not _is_special(kernel.expression):
        r, kappa = kernel.symbol, kernel.expression
        proof = prove_nonnegative(r * (1 - kappa) - rate * kappa * (1 - r), {r: (0, 1)}, sharpness=True)
        if proof.verdict != "inconclusive":
            return from_proof(proof, f"closed form, rate {sp.N(rate, 8)}")

    coefficients = kernel.coefficients(80, trial.profile.digits)[1:]
    cells = prove_kernel_contraction(coefficients, rate, activation=sp.sstr(activation.sympy))
    return from_monotone(cells, f"80 coefficients, rate {sp.N(rate, 8)}")


def _is_special(expression: sp.Expr) -> bool:
    """Whether a closed form holds a function that interval tapes do not know: the bivariate normal's, or erfi."""
    return bool(expression.has(BivariateNormalCDF, sp.erfi))


@claim.sampled
def one_neuron_at_a_time(statement: LayerContraction, activation: Activation, trial: Trial) -> Evidence:
    """Test E (s(U)-c_0)(s(V)-c_0)/Var s <= bound(rho): the mean over neurons is kappa(rho) at any width."""
    kernel = KernelMap.centred(activation)
    fourth = fourth_moment(activation)
    if fourth is None:
        return cannot_say(Rung.SAMPLED, "no bound on the fourth moment, so samples have no known variance")
    rate = float(rational_above(statement.rate, kernel))
    mean, variance = float(kernel.hermite.mean.ball(20)), float(kernel.hermite.variance.ball(20))
    spread = fourth / variance**2
    parts = []
    for rho in (Fraction(1, 2), Fraction(9, 10)):
        potential = float(rho / (1 - rho)) / rate
        test = MeanTest.at_most(potential / (1 + potential), variance=spread, delta=0.02 * np.sqrt(spread))
        config = {"expression": activation.text, "rho": float(rho), "size": 20_000}
        config |= {"mean": mean, "variance": variance}
        parts.append(judge_mean(trial, test, correlated_products, config, shards=20, what=f"kappa({rho})", share=0.5))
    return all_of(parts)
