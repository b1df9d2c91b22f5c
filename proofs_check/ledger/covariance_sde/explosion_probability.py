"""D16. From V_0 = v the squared norm explodes with probability P(b+1, bv) in (0, 1) for b > 0, and tends to 0 otherwise.

P is the regularised lower incomplete gamma function; P(sup V >= M) = P(b+1, bv)/P(b+1, bM). Proof: v -> P(b+1, bv) is
harmonic, 0 at 0 and 1 at infinity. Again by D18: b V_0 int_0^oo Y ds > 1, where int Y ~ 1/Gamma(b+1, 1) (Dufresne).
So explosion has positive probability iff b > 0, and never probability 1. Source: [D], explosion; probability derived.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import flint
import numpy as np
import sympy as sp

from proofs_check.claim import CERTIFIED, SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.evidence import Evidence
from proofs_check.ledger.covariance_sde.cases import Rate, agree, rates
from proofs_check.ledger.papers import COVARIANCE_SDE
from proofs_check.sampled import judge_mean
from proofs_check.symbolic import Derivation
from proofs_check.trial import Trial
from theory.covariance_sde.norm_diffusion import NormDiffusion
from theory.enclosure.ball import ball_of, working_bits

LEVEL = 12


@dataclass(frozen=True)
class ExplosionProbability:
    """P(explosion) = P(shape(b), bv), or 1 if `certain`."""

    shape: Callable[[sp.Expr], sp.Expr] = lambda b: b + 1
    certain: bool = False


B3 = Rate(Fraction(3))
claim = Claim(
    id="D16",
    title="For b > 0 the squared norm explodes with probability P(b+1, b V_0), strictly between 0 and 1",
    paper=COVARIANCE_SDE,
    statement=ExplosionProbability(),
    pinned=(B3, Rate(Fraction(1)), Rate(Fraction(1, 2), Fraction(2))),
    cases=lambda: rates(Fraction(1, 4), Fraction(4)),
    mutants=[
        Mutant("probability 1", ExplosionProbability(certain=True), on="", by=SYMBOLIC),
        Mutant("probability 1, quadrature", ExplosionProbability(certain=True), on=str(B3), by=CERTIFIED),
        Mutant("probability 1, paths", ExplosionProbability(certain=True), on=str(B3), by=SAMPLED),
        Mutant("shape b for b+1", ExplosionProbability(lambda b: b), on="", by=SYMBOLIC),
        Mutant("shape b for b+1, quadrature", ExplosionProbability(lambda b: b), on=str(B3), by=CERTIFIED),
        Mutant("shape b for b+1, paths", ExplosionProbability(lambda b: b), on=str(B3), by=SAMPLED),
    ],
)


@claim.for_all(SYMBOLIC)
def by_the_generator(statement: ExplosionProbability, _: None, __: Trial) -> Evidence:
    """The density of the probability in v obeys L S = 0; the probability is 0 at v = 0 and 1 at infinity."""
    v, b = sp.symbols("v b", positive=True)
    shape = statement.shape(b)
    proof = (
        Derivation()
        .uses("optional stopping of the bounded martingale h(V_t)")
        .uses("int_0^x t^(s-1) e^-t dt increases from 0 to Gamma(s)")
    )
    # h' is proportional to v^(shape-1) e^(-bv); L h/h' = b v (v-1) + v^2 (log h')'
    logarithm = (shape - 1) * sp.log(v) - b * v
    proof.equal("L h = 0", b * v * (v - 1) + v**2 * sp.diff(logarithm, v), 0, is_statement=True)
    at_zero = sp.Integer(1) if statement.certain else sp.Integer(0)  # P(s, 0) = 0
    proof.equal("h(0+) = 0: paths near 0 vanish (D15)", at_zero, 0, is_statement=True)
    # Dufresne: int Y ~ 1/G, G ~ Gamma(mu, 1), for exp(2(W_s - mu s)) and s = t/2; here -(b+1) t + sqrt2 B_t, so mu = b+1
    mu, t = sp.symbols("mu t", positive=True)
    clock = t / 2
    proof.equal(
        "Dufresne's drift: 2 mu (t/2) = (b+1) t", (2 * mu * clock).subs(mu, shape), (b + 1) * t, is_statement=True
    )
    return proof.evidence("a bounded harmonic function with both boundary values")


@claim.certified
def by_quadrature(statement: ExplosionProbability, case: Rate, _: Trial) -> Evidence:
    """Integrate v^b e^{-bv} in balls over [0, V_0] and [0, oo) and compare the ratio with the stated probability."""
    with working_bits(160):
        b, start = ball_of(case.b), ball_of(case.start)

        # v = e^x: the integrand is analytic and decays at both ends
        def density(x: flint.acb, __: bool) -> flint.acb:
            return ((b + 1) * x - b * x.exp()).exp()

        left, right = flint.arb(-100), flint.arb(8)
        below = flint.acb.integral(density, flint.acb(left), flint.acb(start.log())).real
        rest = flint.acb.integral(density, flint.acb(start.log()), flint.acb(right)).real
        # tails: below e^(-100 (b+1))/(b+1), above at most e^{(b+1) 8 - b e^8}
        below += flint.arb(0, 1) * ((b + 1) * left).exp().upper()
        rest += flint.arb(0, 1) * ((b + 1) * right - b * right.exp()).exp().upper()
        shape = ball_of(statement.shape(sp.Rational(case.b.numerator, case.b.denominator)))
        stated = flint.arb(1) if statement.certain else (b * start).gamma_lower(shape, regularized=1)
        return agree(below / (below + rest), stated, "P(explosion)", str(case), 15)


@claim.sampled
def paths(statement: ExplosionProbability, case: Rate, trial: Trial) -> Evidence:
    """Test P(sup V >= 12) by Euler paths of log V; the discretisation is below the width of support, 5 %."""
    from numerics.e_value import MeanTest

    truth = float(NormDiffusion(case.b).exceedance_probability(case.start, LEVEL).value(15))
    b = float(case.b)
    if statement.certain:
        value = 1.0
    else:
        from scipy.special import gammainc

        shape = float(statement.shape(sp.Rational(case.b.numerator, case.b.denominator)))
        value = float(gammainc(shape, b * float(case.start)) / gammainc(shape, b * LEVEL))
    bias = 0.015  # grid of 1/100: as if log 12 were 0.08 higher, and the same order from the drift
    low, high = max(value - bias, 0.0), min(value + bias, 1.0)
    test = (
        MeanTest(low, high, (0.0, 1.0), None, 0.05)
        if high < 1
        else MeanTest.at_least(low, support=(0.0, 1.0), delta=0.05)
    )
    config = {"b": b, "start": float(case.start), "level": float(LEVEL)}
    return judge_mean(trial, test, reached, config, shards=8, what=f"P(sup V >= {LEVEL}), exact {truth:.6f}")


def reached(rng: np.random.Generator, b: float, start: float, level: float) -> np.ndarray:
    """Return whether 1 000 paths reach the level by time 8 (later ones are below e^-4 with high probability)."""
    from numerics.covariance_paths import euler_log_norm

    return euler_log_norm(b, start, 8.0, 800, rng, paths=1_000, level=level)[1].astype(np.float64)
