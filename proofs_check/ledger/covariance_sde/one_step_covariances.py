"""D2. One layer of shaped relu has exact covariances, whose limits are Sigma^{ab,cd} = V^ac V^bd + V^ad V^bc at rate O(1/n).

With K = rho + kappa g and S = sqrt(1-delta^2): n Var V'^11 = 2 + 3 delta^2; n Cov(V'^11, V'^22) = (1-delta^2)(1+2rho^2)
+ 4 delta^2 M22 - 1; n Var V'^12 = the same + 1 - K^2; n Cov(V'^11, V'^12) = 3 rho S + 2(1+delta^2-S) M31 - K.
Proof: signs split every product into half-Gaussian moments; delta enters by its square only. Source: [D]; derived here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import sympy as sp

from numerics.covariance_sde.shaped_activation import shaped_relu_map
from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, at_least, equal, function, implies, limit
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.sampled import all_of, judge_mean
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.covariance_sde.cases import LINEAR, ONE_SIDED, SYMMETRIC, Slopes, slopes
from proofs_check.ledger.papers import COVARIANCE_SDE
from theory.covariance_sde.shaped_relu import (
    angular_form,
    half_gaussian_moment,
    mean_correlation,
    one_step_covariances,
    product_moments,
    wishart_covariance,
)

Covariances = dict[str, sp.Expr]


def _one_pairing(v11: sp.Expr, v22: sp.Expr, v12: sp.Expr) -> Covariances:
    """Return V^ac V^bd alone."""
    return {"11,11": v11**2, "11,22": v12**2, "12,12": v11 * v22, "11,12": v11 * v12}


def _without_delta(rho: sp.Expr, delta: sp.Expr) -> Covariances:
    return {**one_step_covariances(rho, delta), "11,11": sp.Integer(2)}


def _wrong_root(rho: sp.Expr, delta: sp.Expr) -> Covariances:
    """Return the covariances with S = 1 - delta^2 in Cov(V'^11, V'^12)."""
    root = 1 - delta**2
    third = 3 * rho * root + 2 * (1 + delta**2 - root) * half_gaussian_moment(3, 1, rho)
    return {**one_step_covariances(rho, delta), "11,12": third - mean_correlation(rho, 1 - sp.sqrt(1 - delta**2))}


@dataclass(frozen=True)
class OneStepCovariances:
    """n Cov at finite width as a function of (rho, delta), and its limit Sigma as one of (V11, V22, V12)."""

    finite: Callable[[sp.Expr, sp.Expr], Covariances] = one_step_covariances
    limit: Callable[[sp.Expr, sp.Expr, sp.Expr], Covariances] = wishart_covariance

    def formula(self) -> Formula:
        """Return the covariances of the entries after a layer, U_1 from unit variances, and their limits, V_1 from any V_0."""
        rho, delta, n, up, down = sp.symbols("rho delta n s_+ s_-")
        finite = self.finite(rho, delta)
        covariance, (v11, v22, v12) = function("Cov"), sp.symbols("V_0^11 V_0^22 V_0^12")
        limits = self.limit(v11, v22, v12)
        unit = sp.And(sp.Eq(v11, 1), sp.Eq(v22, 1), sp.Eq(v12, rho))
        pairs = {key: sp.symbols([f"V_1^{index}" for index in key.split(",")]) for key in finite}
        scaled = {key: sp.symbols([f"U_1^{index}" for index in key.split(",")]) for key in finite}
        return (
            *(equal(n * covariance(*scaled[key]), value) for key, value in finite.items()),
            implies(unit, equal(sp.Symbol("U_1"), sp.Symbol("V_1"))),
            *(equal(limit(n * covariance(*pairs[key]), n), value) for key, value in limits.items()),
            equal(delta, (up**2 - down**2) / (up**2 + down**2)),
            at_least(up * down, 0),
        )


claim = Claim(
    id="D2",
    title="One layer of shaped relu has exact covariances with limit V^ac V^bd + V^ad V^bc at rate O(1/n)",
    paper=COVARIANCE_SDE,
    statement=OneStepCovariances(),
    pinned=(SYMMETRIC, ONE_SIDED, LINEAR),
    cases=slopes,
    covers=lambda case: None if case.shape.slope_plus * case.shape.slope_minus >= 0 else "S changes sign",
    mutants=[
        Mutant("second term of Sigma dropped", OneStepCovariances(limit=_one_pairing), on="", by=SYMBOLIC),
        Mutant("3 delta^2 dropped", OneStepCovariances(_without_delta), on="", by=SYMBOLIC),
        Mutant("S = 1 - delta^2", OneStepCovariances(_wrong_root), on="", by=SYMBOLIC),
        Mutant(
            "second term of Sigma dropped, neurons",
            OneStepCovariances(lambda r, _: _one_pairing(sp.Integer(1), sp.Integer(1), r)),
            on=str(SYMMETRIC),
            by=SAMPLED,
        ),
    ],
)


@claim.for_all(SYMBOLIC)
def by_half_gaussian_moments(statement: OneStepCovariances, _: None, __: Trial) -> Evidence:
    """All four at every width, their limits, and no term of order n^-1/2; S and delta rational in the two slopes."""
    moments, (rho, up, down) = product_moments()
    energy = up**2 + down**2
    delta = sp.Symbol("delta")
    slopes_in = {delta: (up**2 - down**2) / energy}
    c = 2 / energy
    exact = {
        "11,11": c**2 * moments["40"] - 1,
        "11,22": c**2 * moments["22"] - 1,
        "12,12": c**2 * moments["22"] - (c * moments["11"]) ** 2,
        "11,12": c**2 * moments["31"] - c * moments["11"],
    }
    proof = Derivation().uses("half-Gaussian moments as in D1").uses("Isserlis' theorem for four distinct samples")
    stated = statement.finite(rho, delta)
    limit = statement.limit(sp.Integer(1), sp.Integer(1), rho)
    for key, value in exact.items():
        rational = stated[key].subs(sp.sqrt(1 - delta**2), 2 * up * down / energy).subs(slopes_in)
        proof.equal(f"n Cov {key}", angular_form(value - rational, rho), 0, is_statement=True)
        proof.equal(
            f"limit of {key}", angular_form(value.subs({up: 1, down: 1}) - limit[key], rho), 0, is_statement=True
        )
        plus, minus, eps = sp.symbols("c_+ c_- eps")
        near = {up: 1 + plus * eps, down: 1 + minus * eps}
        first = sp.diff(value.subs(near), eps).subs(eps, 0)
        proof.equal(f"no n^-1/2 term in {key}", angular_form(first, rho), 0)
    return proof.evidence("all covariances of two samples", sharpness=Figure("holds at finite n", "exactly"))


@claim.sampled
def fourth_moments_of_neurons(statement: OneStepCovariances, case: Slopes, trial: Trial) -> Evidence:
    """Test E C_11^2 and E C_11 C_12, C = c phi phi'; variances are bounded by E C_11^4 = 105 [(1+d)^4 + (1-d)^4]/2."""
    rho = sp.Rational(case.rho.numerator, case.rho.denominator)
    delta = case.shape.delta
    cov = statement.finite(rho, delta)
    exact = mean_correlation(rho, case.shape.kappa)
    eighth = float(105 * ((1 + delta) ** 4 + (1 - delta) ** 4) / 2)
    config = {"c_plus": float(case.c_plus), "c_minus": float(case.c_minus), "rho": float(case.rho), "width": case.width}
    parts = []
    for first, key, mean in ((True, "11,11", sp.Integer(1)), (False, "11,12", exact)):
        test = MeanTest.equal(float(cov[key] + mean), variance=eighth, delta=0.5)
        what = "E C11^2" if first else "E C11 C12"
        parts.append(judge_mean(trial, test, products, {**config, "first": first}, shards=12, what=what, share=0.5))
    return all_of(parts)


def products(
    rng: np.random.Generator, c_plus: float, c_minus: float, rho: float, width: int, first: bool
) -> np.ndarray:
    """Return C_11^2 or C_11 C_12 of 10 000 neurons."""
    phi = shaped_relu_map(c_plus, c_minus, width)
    x = rng.standard_normal(10_000)
    y = rho * x + np.sqrt(1 - rho**2) * rng.standard_normal(10_000)
    square = phi(x) ** 2
    return square * square if first else square * phi(x) * phi(y)
