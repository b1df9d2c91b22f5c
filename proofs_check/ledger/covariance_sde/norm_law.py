"""D5. In the limit log(V_T/V_0) is N(-T, 2T) for one sample under shaped relu, whatever (c_+, c_-); E V_T = V_0.

Proof: dV = sqrt(2) V dB, so d log V = -dt + sqrt(2) dB by Ito, and E V_T^k = V_0^k e^{k(k-1)T}. Sampled: log V of layers
drawn exactly in law, with the Edgeworth bias granted (`numerics.covariance_sde.finite_size`). Source: [D], marginal law of one input.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import sympy as sp

from numerics.covariance_sde.finite_size import log_norm_size
from numerics.covariance_sde.scalar_chain import log_norm_chain
from proofs_check.claim.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function, law, rational
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import judge_law
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.covariance_sde.cases import LINEAR, ONE_SIDED, SYMMETRIC, Slopes, slopes
from proofs_check.ledger.papers import COVARIANCE_SDE
from theory.activation.shaping import ShapedRelu
from theory.covariance_sde.correlation import bracket, coordinates, generator

WIDTH = 400


@dataclass(frozen=True)
class NormLaw:
    """log(V_T/V_0) ~ N(mean T, variance T)."""

    mean: Fraction = Fraction(-1)
    variance: Fraction = Fraction(2)

    def formula(self) -> Formula:
        """Return the law of log(V_T/V_0)."""
        time = sp.Symbol("T")
        normal = function("N")(rational(self.mean) * time, rational(self.variance) * time)
        return (equal(law(sp.log(sp.Symbol("V_T") / sp.Symbol("V_0"))), normal),)


WRONG = {
    "mean 0": NormLaw(mean=Fraction(0)),
    "mean -T/2": NormLaw(mean=Fraction(-1, 2)),
    "variance T": NormLaw(variance=Fraction(1)),
    "that of unshaped relu": NormLaw(Fraction(-5, 2), Fraction(5)),
}

claim = Claim(
    id="D5",
    title="log(V_T/V_0) of one sample is N(-T, 2T) under shaped relu",
    paper=COVARIANCE_SDE,
    statement=NormLaw(),
    pinned=(SYMMETRIC, ONE_SIDED, LINEAR),
    cases=slopes,
    mutants=[
        *(Mutant(name, law, on="", by=SYMBOLIC) for name, law in WRONG.items()),
        *(Mutant(f"{name}, layers", law, on=str(SYMMETRIC), by=SAMPLED) for name, law in WRONG.items()),
    ],
)


@claim.for_all(SYMBOLIC)
def by_ito(statement: NormLaw, _: None, __: Trial) -> Evidence:
    """Drift and bracket of log V, and the moments of the log-normal law against the generator's eigenvalues."""
    v = coordinates()[0]
    zero = (0, 0, 0)
    mean, variance = (sp.Rational(q.numerator, q.denominator) for q in (statement.mean, statement.variance))
    proof = Derivation().uses("Ito's formula")
    proof.equal("drift of log V", generator(sp.log(v), zero), mean, is_statement=True)
    proof.equal("d<log V>", bracket(sp.log(v), sp.log(v)), variance, is_statement=True)
    for k in (1, 2, 3, 4):
        moment = k * mean + k**2 * variance / 2  # (1/T) log E e^{k N(mean T, variance T)}
        proof.equal(f"E V^{k} grows at rate k(k-1)", generator(v**k, zero) / v**k, moment, is_statement=True)
    return proof.evidence("Ito's formula")


@claim.sampled
def layers_in_law(statement: NormLaw, case: Slopes, trial: Trial) -> Evidence:
    """Compare log V_d of width and depth 400, drawn from chi-square variables, with the stated normal law."""
    from scipy.special import ndtr

    # delta^2 at this width is not strength/n exactly: a factor up to 1 + 2 |c_+ + c_-|/sqrt(n) of bias is granted
    drift = 1 + 2 * abs(float(case.c_plus + case.c_minus)) / WIDTH**0.5
    # 1.25: the Edgeworth expansion stops at order 1/n; its next order is below a quarter of it at this width
    bias = 1.25 * drift * log_norm_size(case.strength, 1.0).bias(WIDTH)
    config = {"delta": delta_at(case, WIDTH), "width": WIDTH, "depth": WIDTH, "repeats": 1_500}
    mean, deviation = float(statement.mean), float(statement.variance) ** 0.5
    return judge_law(
        trial,
        chain,
        config,
        lambda x: (x - mean) / deviation,
        ndtr,
        shards=5,
        delta=0.15,
        what=f"log V_1 at n = {WIDTH}",
        bias=bias,
    )


def delta_at(case: Slopes, width: int) -> float:
    """Return delta of the case's slopes at another width."""
    return float(ShapedRelu(case.c_plus, case.c_minus, width).delta)


def chain(rng: np.random.Generator, delta: float, width: int, depth: int, repeats: int) -> np.ndarray:
    """Return log V_d of independent networks, exactly in law."""
    return log_norm_chain(delta, width, depth, rng, repeats=repeats)
