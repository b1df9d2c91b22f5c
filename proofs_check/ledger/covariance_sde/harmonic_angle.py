"""D9. In a linear network E arcsin rho_d = arcsin rho_0 exactly, at every width and depth.

Proof: E sgn(z^a) sgn(z^b) = (2/pi) E arcsin rho for z = W x given x; and given W instead of x, z is Gaussian with the
correlation of the layer before (Sheppard). For c_+ != c_- the generator of arcsin rho is nu/sqrt(1-rho^2) > 0.
Source: this project; the SDE counterpart is Ito's formula for [D]'s correlation SDE.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import sympy as sp

from numerics.covariance_sde.scalar_chain import linear_correlation_chain
from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, mean
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.covariance_sde.cases import Linear, linear_networks
from proofs_check.ledger.papers import COVARIANCE_SDE
from theory.covariance_sde.correlation import noise_drift, one_dimensional_generator
from theory.covariance_sde.shaped_relu import angular_form, limit_drift


@dataclass(frozen=True)
class ConservedAngle:
    """E function(rho_d) = function(rho_0), for networks of this strength (c_+ - c_-)^2."""

    function: Callable[[sp.Expr], sp.Expr] = sp.asin
    strength: int = 0

    def formula(self) -> Formula:
        """Return the conserved mean, and the strength of the networks: 0 for linear ones."""
        return (
            equal(mean(self.function(sp.Symbol("rho_d"))), self.function(sp.Symbol("rho_0"))),
            equal((sp.Symbol("c_+") - sp.Symbol("c_-")) ** 2, self.strength),
        )


SMALL = Linear(5, 8, Fraction(3, 5))
claim = Claim(
    id="D9",
    title="A linear network conserves the mean of arcsin rho, at every width and depth",
    paper=COVARIANCE_SDE,
    statement=ConservedAngle(),
    pinned=(SMALL, Linear(10, 3), Linear(30, 30)),
    cases=linear_networks,
    mutants=[
        Mutant("rho itself", ConservedAngle(lambda r: r), on="", by=SYMBOLIC),
        Mutant("rho itself, networks", ConservedAngle(lambda r: r), on=str(SMALL), by=SAMPLED),
        Mutant("for shaped relu too", ConservedAngle(strength=4), on="", by=SYMBOLIC),
    ],
)


@claim.for_all(SYMBOLIC)
def by_two_conditionings(statement: ConservedAngle, _: None, __: Trial) -> Evidence:
    """Covariances of z = W x given x and given W, and the generator of the limit."""
    rho = sp.Symbol("rho", real=True)
    a, b, w, n = sp.symbols("a b w n", positive=True)
    proof = Derivation().uses("Sheppard: E sgn sgn = (2/pi) arcsin rho for a Gaussian pair")
    # given the row of W, (z^a, z^b) = sum_i W_i (x_i^a, x_i^b)/sqrt(n) with (x_i^a, x_i^b) iid of covariance V
    scale = w**2 / n
    proof.equal(
        "given W, z has the correlation of the layer before",
        (scale * rho * a * b) ** 2 / ((scale * a**2) * (scale * b**2)),
        rho**2,
    )
    drift = limit_drift(rho, sp.Integer(statement.strength)) + noise_drift(rho)
    derivative = one_dimensional_generator(statement.function(rho), rho, drift, (1 - rho**2) ** 2)
    slope = sp.diff(statement.function(rho), rho)
    flat = sp.diff(slope**2 * (1 - rho**2), rho)
    proof.equal("the function is arcsin up to scale and shift", angular_form(flat, rho), 0)
    proof.holds("the network is linear", statement.strength == 0)
    proof.equal("generator of the function", angular_form(derivative, rho), 0, is_statement=True)
    return proof.evidence("two conditionings of one Gaussian", sharpness=Figure("holds at finite n", "exactly"))


@claim.sampled
def networks(statement: ConservedAngle, case: Linear, trial: Trial) -> Evidence:
    """Test the mean over networks drawn exactly in law; the function of a correlation is bounded."""
    value = float(statement.function(sp.Rational(case.rho.numerator, case.rho.denominator)))
    test = MeanTest.equal(value, support=(-2.0, 2.0), delta=0.05)  # |arcsin| <= pi/2
    config = {
        "function": "arcsin" if statement.function is sp.asin else "identity",
        "rho": float(case.rho),
        "width": case.width,
        "depth": case.depth,
    }
    return judge_mean(trial, test, functions_of_correlation, config, shards=15, what="function of rho_d")


def functions_of_correlation(rng: np.random.Generator, function: str, rho: float, width: int, depth: int) -> np.ndarray:
    """Return arcsin rho or rho after `depth` linear layers, 2 000 networks."""
    angle = np.arctan(linear_correlation_chain(rho, width, depth, rng, repeats=2_000))
    return angle if function == "arcsin" else np.sin(angle)
