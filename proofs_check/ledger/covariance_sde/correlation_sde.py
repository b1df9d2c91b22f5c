"""D4. Under shaped relu the correlation is a diffusion by itself: d rho = [nu - rho(1-rho^2)/2] dt + (1-rho^2) dB.

Proof: Ito's formula for rho = V12/sqrt(V11 V22). Y = artanh rho has unit noise and drift nu/(1-rho^2) + rho/2; the angle
arccos rho has drift -nu/sqrt(1-rho^2) alone. Sampled: rho_T of networks against the law of the SDE by Fokker-Planck, at a
granted finite-size bias (`numerics.covariance_sde.finite_size`). Source: [D], correlation SDE of two inputs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import sympy as sp

from numerics.covariance_sde.chain import correlations, final_covariances
from numerics.covariance_sde.finite_size import correlation_size
from numerics.covariance_sde.fokker_planck import transition_law
from numerics.covariance_sde.paths import artanh_drift
from numerics.covariance_sde.shaped_activation import shaped_relu_map
from proofs_check.claim.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, Increment, equal, function
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import judge_law
from proofs_check.evidence.symbolic import Derivation, cannot_say
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung
from proofs_check.ledger.covariance_sde.cases import LINEAR, ONE_SIDED, SYMMETRIC, Slopes, slopes
from proofs_check.ledger.papers import COVARIANCE_SDE
from theory.covariance_sde.correlation import (
    bracket,
    coordinates,
    correlation,
    generator,
    in_terms_of_correlation,
    noise_drift,
    one_dimensional_generator,
)
from theory.covariance_sde.shaped_relu import angular_form, limit_drift

WIDTH = 64
"""Width and depth of the sampled networks: T = 1."""


@dataclass(frozen=True)
class CorrelationSDE:
    """drift = shape nu + noise mu with mu = -rho (1-rho^2)/2, and d<rho> = squared_noise dt."""

    shape: int = 1
    noise: int = 1
    squared_noise: Callable[[sp.Expr], sp.Expr] = lambda rho: (1 - rho**2) ** 2

    def drift(self, nu: sp.Expr, rho: sp.Expr) -> sp.Expr:
        """Return the drift of rho."""
        return self.shape * nu + self.noise * noise_drift(rho)

    def formula(self) -> Formula:
        """Return the stochastic differential equation of rho, and what nu is."""
        rho, plus, minus = sp.symbols("rho c_+ c_-")
        nu = function("nu")(rho)
        time, brownian = Increment(sp.Symbol("t")), Increment(sp.Symbol("B"))
        noise = sp.powdenest(sp.sqrt(self.squared_noise(rho)), force=True)  # 1 - rho^2 >= 0
        return (
            equal(Increment(rho), self.drift(nu, rho) * time + noise * brownian),
            equal(nu, limit_drift(rho, (plus - minus) ** 2)),
        )


TRUE = CorrelationSDE()
claim = Claim(
    id="D4",
    title="The correlation of two inputs follows d rho = [nu - rho(1-rho^2)/2] dt + (1-rho^2) dB",
    paper=COVARIANCE_SDE,
    statement=TRUE,
    pinned=(SYMMETRIC, ONE_SIDED, LINEAR),
    cases=slopes,
    mutants=[
        *(
            Mutant(f"{name}{rung}", statement, on=on, by=by)
            for name, statement in {
                "mu dropped": replace(TRUE, noise=0),
                "mu doubled": replace(TRUE, noise=2),
                "mu with the wrong sign": replace(TRUE, noise=-1),
                "nu dropped": replace(TRUE, shape=0),
            }.items()
            for rung, on, by in (("", "", SYMBOLIC), (", networks", str(SYMMETRIC), SAMPLED))
        ),
        Mutant("noise 1-rho^2 squared twice", replace(TRUE, squared_noise=lambda r: 1 - r**2), on="", by=SYMBOLIC),
    ],
)


@claim.for_all(SYMBOLIC)
def by_ito(statement: CorrelationSDE, _: None, __: Trial) -> Evidence:
    """Generator and bracket of rho, artanh rho, arccos rho and the determinant."""
    rho, nu = sp.Symbol("rho", real=True), sp.Symbol("nu", real=True)
    v11, v22, v12 = coordinates()
    drift = (0, 0, nu * sp.sqrt(v11 * v22))
    r = correlation()
    proof = Derivation().uses("Ito's formula")
    proof.equal(
        "drift of rho", in_terms_of_correlation(generator(r, drift), rho), statement.drift(nu, rho), is_statement=True
    )
    proof.equal("d<rho>", in_terms_of_correlation(bracket(r, r), rho), statement.squared_noise(rho), is_statement=True)
    own = statement.drift(nu, rho), statement.squared_noise(rho)
    unit = one_dimensional_generator(sp.atanh(rho), rho, *own)
    proof.equal("artanh rho: drift nu/(1-rho^2) + rho/2", unit, nu / (1 - rho**2) + rho / 2)
    proof.equal("artanh rho: unit noise", own[1] * sp.diff(sp.atanh(rho), rho) ** 2, 1)
    angle = one_dimensional_generator(sp.acos(rho), rho, *own)
    proof.equal("arccos rho: drift -nu/sqrt(1-rho^2)", angular_form(angle + nu / sp.sqrt(1 - rho**2), rho), 0)
    det = sp.log(v11 * v22 - v12**2)
    proof.equal("<rho, log det> = 0", in_terms_of_correlation(bracket(r, det), rho), 0)
    proof.equal(
        "d<log V11, log V22> = 2 rho^2", in_terms_of_correlation(bracket(sp.log(v11), sp.log(v22)), rho), 2 * rho**2
    )
    proof.equal(
        "drift of log det",
        in_terms_of_correlation(generator(det, drift), rho),
        -3 - 2 * rho * nu / (1 - rho**2),
    )
    strength = sp.Symbol("s", positive=True)
    proof.equal("nu(-1) = (c_+ - c_-)^2/2: pushed away from -1", limit_drift(sp.Integer(-1), strength), strength / 2)
    proof.equal("nu(1) = 0", limit_drift(sp.Integer(1), strength), 0)
    return proof.evidence("Ito's formula, for every nu")


@claim.sampled
def networks_against_fokker_planck(statement: CorrelationSDE, case: Slopes, trial: Trial) -> Evidence:
    """Compare rho_1 of networks of width and depth 64 with the stated SDE's law, up to noise and the finite-size bias."""
    if case.strength > 4:
        return cannot_say(Rung.SAMPLED, "the finite-width bias is known for |c_+ - c_-| <= 2 only")
    # at this width nu_n/nu departs from 1 at order n^-1/2; dropping nu altogether moves the law by at most 0.05 strength
    energy = float(replace(case, width=WIDTH).shape.energy)
    size = correlation_size(case.strength, float(case.rho))
    bias = size.bias(WIDTH) + 0.05 * case.strength * abs(2 / energy - 1)
    config = {
        "c_plus": float(case.c_plus),
        "c_minus": float(case.c_minus),
        "rho": float(case.rho),
        "width": WIDTH,
        "networks": 2_000,
    }
    law = limit_law(case.strength, float(case.rho), statement.shape, statement.noise)
    return judge_law(
        trial,
        artanh_correlations,
        config,
        np.asarray,
        law,
        shards=4,
        delta=0.15,
        what=f"artanh rho_1 at n = d = {WIDTH}",
        bias=bias,
    )


@cache
def limit_law(strength: float, rho: float, shape: int, noise: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return the distribution function of artanh rho_1 for drift shape nu + noise mu."""
    nu = artanh_drift(strength)

    def drift(y: np.ndarray) -> np.ndarray:
        # rho/2 of the true equation is mu/(1-rho^2) + rho, of which the second is Ito's
        tanh = np.tanh(y)
        return shape * (nu(y) - tanh / 2) + (1 - noise / 2) * tanh

    return transition_law(drift, float(np.arctanh(rho)), 1.0, cells=600, steps=200).distribution_function


def artanh_correlations(
    rng: np.random.Generator, c_plus: float, c_minus: float, rho: float, width: int, networks: int
) -> np.ndarray:
    """Return artanh rho after `width` layers of independent networks."""
    phi = shaped_relu_map(c_plus, c_minus, width)
    last = final_covariances(phi, [[1.0, rho], [rho, 1.0]], width, width, rng, repeats=networks)
    return np.arctanh(np.clip(correlations(last), -1 + 1e-15, 1 - 1e-15))
