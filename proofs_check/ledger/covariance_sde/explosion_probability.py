"""D16. From V_0 = v the squared norm explodes with probability P(b+1, bv) in (0, 1) for b > 0, and tends to 0 otherwise.

P is the regularised lower incomplete gamma function; P(sup V >= M) = P(b+1, bv)/P(b+1, bM). Proof: v -> P(b+1, bv) is
harmonic, 0 at 0 and 1 at infinity. Again by D18: b V_0 int_0^oo Y ds > 1, where int Y ~ 1/Gamma(b+1, 1) (Dufresne).
So explosion has positive probability iff b > 0, and never probability 1. Networks of width n: P(b+1, bv) + w(v)/n + O(n^-2) with
the derived w of `theory.covariance_sde.finite_size`. Source: [D], explosion; probability and correction derived.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import flint
import numpy as np
import sympy as sp

from numerics.covariance_sde.chain import norm_reaches
from numerics.covariance_sde.paths import euler_log_norm
from numerics.covariance_sde.shaped_activation import smooth_map
from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import CERTIFIED, SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, Increment, above, equal, probability
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.covariance_sde.cases import Rate, agree, rates
from proofs_check.ledger.papers import COVARIANCE_SDE
from theory.activation.shaping import SmoothShape
from theory.covariance_sde.finite_size import explosion_correction
from theory.covariance_sde.norm_diffusion import NormDiffusion
from theory.enclosure.ball import ball_of, working_bits

LEVEL = 12
WIDTH = 24
CUBIC = "x*(1 + x**2/6)"
"""x + x^3/6: a square and a product cost a sixth of a third power."""


@dataclass(frozen=True)
class ExplosionProbability:
    """P(explosion) = P(shape(b), bv), or 1 if `certain`."""

    shape: Callable[[sp.Expr], sp.Expr] = lambda b: b + 1
    certain: bool = False

    def formula(self) -> Formula:
        """Return the probability of explosion, T_e < oo, from V_0 for b > 0, and the equation of V."""
        b, start, state = sp.symbols("b V_0 V")
        time, brownian = Increment(sp.Symbol("t")), Increment(sp.Symbol("B"))
        shape = self.shape(b)
        stated = sp.Integer(1) if self.certain else sp.lowergamma(shape, b * start) / sp.gamma(shape)
        return (
            equal(probability(sp.Lt(sp.Symbol("T_e"), sp.oo)), stated),
            above(b, 0),
            equal(Increment(state), b * state * (state - 1) * time + sp.sqrt(2) * state * brownian),
        )


B3, B1 = Rate(Fraction(3)), Rate(Fraction(1))
claim = Claim(
    id="D16",
    title="For b > 0 the squared norm explodes with probability P(b+1, b V_0), strictly between 0 and 1",
    paper=COVARIANCE_SDE,
    statement=ExplosionProbability(),
    pinned=(B3, B1, Rate(Fraction(1, 2), Fraction(2))),
    cases=lambda: rates(Fraction(1, 4), Fraction(4)),
    mutants=[
        Mutant("probability 1", ExplosionProbability(certain=True), on="", by=SYMBOLIC),
        Mutant("probability 1, quadrature", ExplosionProbability(certain=True), on=str(B3), by=CERTIFIED),
        Mutant("probability 1, paths", ExplosionProbability(certain=True), on=str(B3), by=SAMPLED),
        Mutant("probability 1, networks", ExplosionProbability(certain=True), on=str(B1), by=SAMPLED),
        Mutant("shape b for b+1", ExplosionProbability(lambda b: b), on="", by=SYMBOLIC),
        Mutant("shape b for b+1, quadrature", ExplosionProbability(lambda b: b), on=str(B3), by=CERTIFIED),
        Mutant("shape b for b+1, paths", ExplosionProbability(lambda b: b), on=str(B3), by=SAMPLED),
        Mutant("shape b for b+1, networks", ExplosionProbability(lambda b: b), on=str(B1), by=SAMPLED),
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
    truth = float(NormDiffusion(case.b).exceedance_probability(case.start, LEVEL).value(15))
    b = float(case.b)
    value = stated_probability(statement, case, LEVEL)
    bias = 0.015  # grid of 1/100: as if log 12 were 0.08 higher, and the same order from the drift
    low, high = max(value - bias, 0.0), min(value + bias, 1.0)
    test = (
        MeanTest(low, high, (0.0, 1.0), None, 0.05)
        if high < 1
        else MeanTest.at_least(low, support=(0.0, 1.0), delta=0.05)
    )
    config = {"b": b, "start": float(case.start), "level": float(LEVEL)}
    return judge_mean(trial, test, reached, config, shards=8, what=f"P(sup V >= {LEVEL}), exact {truth:.6f}")


@claim.sampled
def cubic_networks(statement: ExplosionProbability, case: Rate, trial: Trial) -> Evidence:
    """Test how many networks of width 24 with phi = x + x^3/6, a^2 = 1/b, explode: the limit + w/n, remainder within 12/n^2.

    The remainder is measured: n^2 times it was at most 7.5 +- 2.4 over b = 1/4 to 4, V_0 = 1/2 to 2. For a network, to explode
    is to pass max(12, 30/b) before 1/200, within 12 n layers; from there it returns with probability below 10^-3.
    """
    b = sp.Rational(case.b.numerator, case.b.denominator)
    start = sp.Rational(case.start.numerator, case.start.denominator)
    shift = float(explosion_correction(SmoothShape((0, 1, 0, 0), 1 / sp.sqrt(b)), start).value(15)) / WIDTH
    level = max(LEVEL, 30 / float(b))
    value = min(1.0, stated_probability(statement, case, level) + (0.0 if statement.certain else shift))
    slack = 12 / WIDTH**2
    low, high = max(0.0, value - slack), min(1.0, value + slack)
    test = (
        MeanTest(low, high, (0.0, 1.0), None, 0.05)
        if high < 1
        else MeanTest.at_least(low, support=(0.0, 1.0), delta=0.05)
    )
    config = {"b": float(b), "start": float(start), "level": level, "width": WIDTH}
    return judge_mean(trial, test, exploded, config, shards=8, what=f"share of networks of width {WIDTH} that explode")


def stated_probability(statement: ExplosionProbability, case: Rate, level: float) -> float:
    """Return the stated probability that sup V >= level."""
    from scipy.special import gammainc

    if statement.certain:
        return 1.0
    b = float(case.b)
    shape = float(statement.shape(sp.Rational(case.b.numerator, case.b.denominator)))
    return float(gammainc(shape, b * float(case.start)) / gammainc(shape, b * level))


def exploded(rng: np.random.Generator, b: float, start: float, level: float, width: int) -> np.ndarray:
    """Return whether 500 networks with phi = x + x^3/6 at scale b^-1/2 pass the level."""
    phi = smooth_map(CUBIC, b**-0.5, width)
    found = norm_reaches(phi, start, width, rng, level=level, floor=0.005, depth=12 * width, repeats=500)
    return found.astype(np.float64)


def reached(rng: np.random.Generator, b: float, start: float, level: float) -> np.ndarray:
    """Return whether 1 000 paths reach the level by time 8 (later ones are below e^-4 with high probability)."""
    return euler_log_norm(b, start, 8.0, 800, rng, paths=1_000, level=level)[1].astype(np.float64)
