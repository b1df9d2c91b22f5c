"""D3. The one-step moments of shaped relu networks are those of dV^ab = nu(rho^ab) sqrt(V^aa V^bb) dt + (Sigma^{1/2} dB)^ab.

That is: n times the mean step tends to the drift (0 on the diagonal), n times the covariance to Sigma, and n times the
fourth moment of the step to 0. These are the hypotheses of the diffusion-approximation theorem on sets where V is bounded
and positive; the weak convergence itself is the theorem's. Source: [D], main theorem for shaped relu.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import sympy as sp

from numerics.covariance_sde.scalar_chain import log_norm_chain
from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function, limit, mean
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.covariance_sde.cases import ONE_SIDED, SYMMETRIC, Slopes, slopes
from proofs_check.ledger.papers import COVARIANCE_SDE
from theory.covariance_sde.correlation import coordinates, correlation, diffusion_matrix, generator
from theory.covariance_sde.correlation import in_terms_of_correlation as reduced
from theory.covariance_sde.log_norm import term_cumulant, term_moment
from theory.covariance_sde.shaped_relu import angular_form, kernel_excess, limit_drift, one_step_covariances


@dataclass(frozen=True)
class LimitSDE:
    """The drift of V^11 and V^12 for (c_+ - c_-)^2 = strength, and whether jumps vanish at order n^-`jumps`."""

    diagonal: Callable[[sp.Expr], sp.Expr] = lambda _: sp.Integer(0)
    off_diagonal: Callable[[sp.Expr, sp.Expr], sp.Expr] = limit_drift
    noise: sp.Rational = sp.S.One

    def formula(self) -> Formula:
        """Return the limits of n times mean, covariance and fourth moment of the step V_1 - V_0 of one layer."""
        n, rho, strength = sp.symbols("n rho s")
        indices = ("11", "22", "12")
        v11, v22, v12 = (sp.Symbol(f"V_0^{index}") for index in indices)
        next11, next22, next12 = (sp.Symbol(f"V_1^{index}") for index in indices)
        noise = self.noise
        covariances = (
            ((next11, next11), 2 * v11**2),
            ((next11, next22), 2 * v12**2),
            ((next12, next12), v11 * v22 + v12**2),
            ((next11, next12), 2 * v11 * v12),
        )
        return (
            equal(limit(n * mean(next11 - v11), n), self.diagonal(strength) * v11),
            equal(limit(n * mean(next12 - v12), n), self.off_diagonal(rho, strength) * sp.sqrt(v11 * v22)),
            *(equal(limit(n * function("Cov")(*pair), n), noise * value) for pair, value in covariances),
            equal(limit(n * mean((next11 - v11) ** 4), n), 0),
            equal(strength, (sp.Symbol("c_+") - sp.Symbol("c_-")) ** 2),
            equal(rho, v12 / sp.sqrt(v11 * v22)),
        )


claim = Claim(
    id="D3",
    title="One-step moments of shaped relu networks converge to the coefficients of the covariance SDE, without jumps",
    paper=COVARIANCE_SDE,
    statement=LimitSDE(),
    pinned=(SYMMETRIC, ONE_SIDED),
    cases=slopes,
    mutants=[
        Mutant("diagonal drift (c_+ - c_-)^2/2", LimitSDE(lambda s: s / 2), on="", by=SYMBOLIC),
        Mutant("no drift", LimitSDE(off_diagonal=lambda _, __: sp.Integer(0)), on="", by=SYMBOLIC),
        Mutant("noise halved", LimitSDE(noise=sp.Rational(1, 2)), on="", by=SYMBOLIC),
        Mutant("diagonal drift, layers", LimitSDE(lambda s: 2 * s), on=str(SYMMETRIC), by=SAMPLED),
    ],
)


@claim.for_all(SYMBOLIC)
def coefficients_and_jumps(statement: LimitSDE, _: None, __: Trial) -> Evidence:
    """Mean, covariance and fourth moment of a step; Sigma is a covariance, so positive semidefinite; rho is autonomous."""
    delta, rho, eps, p, q, n = (sp.Symbol(name, positive=True) for name in ("delta", "rho", "eps", "p", "q", "n"))
    c, k = sp.symbols("c_+ c_-", real=True)
    strength = (c - k) ** 2
    proof = Derivation().uses("diffusion approximation: converging drift, covariance, and vanishing fourth moments")
    proof.equal(
        "E V'^11 = V^11 at every width", term_moment(1, delta) - 1, statement.diagonal(strength), is_statement=True
    )
    kappa = ((c - k) * eps) ** 2 / ((1 + c * eps) ** 2 + (1 + k * eps) ** 2)
    drift = sp.cancel(kappa / eps**2).subs(eps, 0)

    r = sp.Symbol("rho", real=True)
    proof.equal(
        "n E[V'^12 - V^12] -> nu",
        angular_form(drift * kernel_excess(r) - statement.off_diagonal(r, strength), r),
        0,
        is_statement=True,
    )
    sigma = diffusion_matrix()
    v = coordinates()
    unit = {v[0]: 1, v[1]: 1, v[2]: r}
    for (i, j), key in {(0, 0): "11,11", (0, 1): "11,22", (2, 2): "12,12", (0, 2): "11,12"}.items():
        limit = one_step_covariances(r, sp.Integer(0))[key]
        proof.equal(f"n Cov {key} -> Sigma", limit, statement.noise * sigma[i][j].subs(unit), is_statement=True)
    k2, k4 = term_cumulant(2, delta), term_cumulant(4, delta)
    fourth = 3 * k2**2 / n**2 + k4 / n**3
    proof.equal("n E (V'^11 - V^11)^4 -> 0", sp.limit(n * fourth, n, sp.oo), 0)
    matrix = sp.Matrix(3, 3, lambda i, j: sigma[i][j].subs({v[0]: p**2, v[1]: q**2, v[2]: rho * p * q}))
    minors = [matrix[:m, :m].det(method="berkowitz") for m in (1, 2, 3)]
    proof.equal("det Sigma = 4 V11^3 V22^3 (1 - rho^2)^3", minors[2], 4 * p**6 * q**6 * (1 - rho**2) ** 3)
    proof.equal("second minor", minors[1], 4 * p**4 * q**4 * (1 - rho**4))
    autonomous = reduced(generator(correlation(), (0, 0, 0)), rho)
    proof.equal("rho does not see the scale", autonomous, -rho * (1 - rho**2) / 2)
    return proof.evidence("drift, covariance and jumps of one layer, every (c_+, c_-)")


@claim.sampled
def diagonal_of_layers(statement: LimitSDE, case: Slopes, trial: Trial) -> Evidence:
    """Test E (V'^11/V^11) = 1 + diagonal/n over exact layers, whose variance is (2 + 3 delta^2)/n."""
    delta, n = case.shape.delta, case.width
    mean = 1 + float(statement.diagonal(sp.Rational(int(case.strength * 4), 4))) / n
    variance = float(term_cumulant(2, delta)) / n
    test = MeanTest.equal(mean, variance=variance, delta=0.03 * variance**0.5)
    config = {"delta": float(delta), "width": n}
    return judge_mean(trial, test, ratios, config, shards=10, what="V'^11/V^11")


def ratios(rng: np.random.Generator, delta: float, width: int) -> np.ndarray:
    """Return V'/V of 20 000 layers, exactly in law."""
    return np.exp(log_norm_chain(delta, width, 1, rng, repeats=20_000))
