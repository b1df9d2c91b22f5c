"""C5b. With rescaling a tight cluster opens by no finite factor: its squared relative spread s grows by about s^(-1/2) in one layer.

growth(n, s) = 2F1(1, n/2; (n+1)/2; 1 - q)/(n-1), q = s n/(2(n-1)), against n^2/(1+(n-1)^2) < 2 without rescaling (C2). Proof: a neuron
divides its batch by the root of (n-1) u^2 + |w|^2/n, u what it sees between cluster and odd sample, w inside the cluster; X = |w|^2/a and
Y = u^2/sigma^2 are independent chi-squares of n - 2 and 1 degrees of freedom, X/(X+Y) is Beta((n-2)/2, 1/2), and the growth is
E[X/(Y+qX)]/(n-2), which increases to oo as q falls to 0, because E 1/Y = oo. Before the activation; ReLU keeps between a half and all of
it relative to the scale, since the positive parts p, m of opposite values have p^2 + m^2 >= (p+m)^2/2. Any width: the law is that of one
neuron. Source: this project.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import flint
import numpy as np
import sympy as sp

from numerics.network.normalisation import Recentre, Rescale
from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import CERTIFIED, SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function, law, mean
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import RECENTERING
from theory.enclosure.ball import working_bits
from theory.recentering.cluster_growth import rescaled_growth, spread_growth

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclass(frozen=True, slots=True)
class Cluster:
    """n - 1 samples with a squared relative spread s, and an odd one."""

    batch_size: int
    spread: Fraction

    def __str__(self) -> str:
        return f"n={self.batch_size} s={self.spread}"


@dataclass(frozen=True)
class RescaledGrowth:
    """s becomes growth(n, s) s by recentring and rescaling; the k-th raw moment of the Beta law is moment(m, k), m = n - 2."""

    growth: Callable[[int, Fraction], flint.arb] = rescaled_growth
    moment: Callable[[sp.Expr, int], sp.Expr] = lambda m, k: sp.rf(m / 2, k) / sp.rf((m + 1) / 2, k)

    def formula(self) -> Formula:
        """Return the spread after a layer: a mean over two chi-squares, or the number that a mutant has at n = 8."""
        n, before, q, x, y, b = sp.symbols("n s q X Y B")
        growth = mean(x / (y + q * x)) / (n - 2)
        if self.growth is not rescaled_growth:
            growth = function("growth")(sp.Rational(round(float(self.growth(8, Fraction(1, 4))) * 10**6), 10**6))
        return (
            equal(function("s_1")(before), growth * before),
            equal(q, before * n / (2 * (n - 1))),
            equal(law(x), function("chi2")(n - 2)),
            equal(law(y), function("chi2")(1)),
            equal(b, x / (x + y)),
            equal(mean(b), self.moment(n - 2, 1)),
        )


def _clusters() -> SearchStrategy[Cluster]:
    from hypothesis import strategies as st

    return st.builds(Cluster, st.integers(3, 64), st.integers(1, 6).map(lambda k: Fraction(1, 10**k)))


TIGHT = Cluster(8, Fraction(1, 10**4))

GROWTH, MOMENTS = PARTS = (
    "the factor of one layer",
    "the law behind it, and that its mean has no bound",
)
claim = Claim(
    id="C5b",
    title="With rescaling a tight cluster opens in one layer by a factor that has no bound as its spread goes to 0",
    paper=RECENTERING,
    statement=RescaledGrowth(),
    parts=PARTS,
    pinned=[Cluster(3, Fraction(1, 12)), TIGHT, Cluster(32, Fraction(1, 10**6)), Cluster(32, Fraction(1, 10))],
    cases=_clusters,
    mutants=[
        Mutant(
            "the finite factor of recentring alone",
            RescaledGrowth(lambda n, _: flint.arb(flint.fmpq(*spread_growth(n).as_integer_ratio()))),
            on=str(TIGHT),
            by=CERTIFIED,
            part=GROWTH,
        ),
        Mutant(
            "the finite factor, sampled",
            RescaledGrowth(lambda n, _: flint.arb(flint.fmpq(*spread_growth(n).as_integer_ratio()))),
            on=str(TIGHT),
            by=SAMPLED,
            part=GROWTH,
        ),
        Mutant(
            "one degree of freedom too many in the cluster",
            RescaledGrowth(moment=lambda m, k: sp.rf((m + 1) / 2, k) / sp.rf((m + 2) / 2, k)),
            on="",
            by=SYMBOLIC,
            part=MOMENTS,
        ),
    ],
)


@claim.for_all(SYMBOLIC, part=MOMENTS)
def by_beta_moments(statement: RescaledGrowth, _: None, __: Trial) -> Evidence:
    """Check the variance of a neuron's batch, the series, and that the mean has no bound."""
    n, m, k, u, q, b, p = sp.symbols("n m k u q b p", positive=True)
    inside, t = sp.symbols("w2 t", positive=True)
    proof = Derivation().uses("X/(X+Y) of independent chi-squares is Beta(m/2, 1/2)").uses("monotone convergence")
    squares = (n - 1) * u**2 + inside + (n - 1) ** 2 * u**2
    proof.equal("variance of the neuron's batch", squares / n, (n - 1) * u**2 + inside / n)
    proof.equal("X/(Y+qX) in B = X/(X+Y)", b / (1 - b + q * b), b / (1 - (1 - q) * b))
    ratio = (m / 2 + k) / ((m + 1) / 2 + k)  # E B^{k+1}/E B^k for Beta(m/2, 1/2)
    for power in (1, 2, 3):
        exact = sp.prod([ratio.subs(k, j) for j in range(power)])
        proof.equal(f"E B^{power}", statement.moment(m, power), exact, is_statement=True)
    # sum_k E B^{k+1} z^k = E B sum_k (m/2+1)_k/((m+3)/2)_k z^k: quotients of terms, and n = m + 2
    proof.equal("terms of 2F1(1, n/2; (n+1)/2)", ratio.subs(k, k + 1), ((n / 2 + k) / ((n + 1) / 2 + k)).subs(n, m + 2))
    proof.equal("the factor", (m / (m + 1) / m).subs(m, n - 2), 1 / (n - 1))
    proof.equal("E 1/Y: the antiderivative of y^(-3/2)", sp.diff(-2 / sp.sqrt(t), t), t ** sp.Rational(-3, 2))
    proof.holds("has no bound at 0", sp.limit(-2 / sp.sqrt(t), t, 0, "+") == -sp.oo)
    proof.equal("opposite values: 2(p^2 + m^2) - (p+m)^2 is a square", 2 * (p**2 + m**2) - (p + m) ** 2, (p - m) ** 2)
    return proof.evidence("Beta moments, for every n and spread")


@claim.on_cases(CERTIFIED, part=GROWTH)
def by_an_integral_over_angles(statement: RescaledGrowth, case: Cluster, _: Trial) -> Evidence:
    """Enclose E[X/(Y+qX)] as an integral over the angle between w and u, and compare."""
    n, m = case.batch_size, case.batch_size - 2
    ratio = case.spread * n / (2 * (n - 1))
    with working_bits(120):
        q = flint.arb(flint.fmpq(ratio.numerator, ratio.denominator))

        def density(angle: flint.acb, _: bool) -> flint.acb:
            return angle.cos() ** (m + 1) / (q + (1 - q) * angle.sin() ** 2)

        integral = flint.acb.integral(density, flint.acb(0), flint.acb.pi() / 2).real
        beta = flint.arb.gamma(flint.arb(m) / 2) * flint.arb.pi().sqrt() / flint.arb.gamma(flint.arb(m + 1) / 2)
        exact = 2 * integral / beta / m
        stated = statement.growth(n, case.spread)
        slack = exact * flint.arb(10) ** -12 - abs(exact - stated)
    growth = Figure("growth of s", exact.str(8, radius=False))
    return from_slack(slack, "growth by an integral", str(case), growth, sharpness=growth)


@claim.on_cases(SAMPLED, part=GROWTH)
def in_neurons(statement: RescaledGrowth, case: Cluster, trial: Trial) -> Evidence:
    """Test the mean squared distance inside the cluster after recentring and rescaling, over 2n/(n-2): it lies in [0, 1]."""
    n = case.batch_size
    expected = float(statement.growth(n, case.spread)) * float(case.spread) * n * (n - 2) / (2 * (n - 1))
    test = MeanTest.equal(min(expected, 0.999), support=(0.0, 1.0), delta=max(0.02, 0.3 * min(expected, 0.5)))
    config = {"batch_size": n, "spread": float(case.spread), "neurons": 2000}
    return judge_mean(trial, test, distances, config, shards=20, what="squared distance in the cluster")


def distances(rng: np.random.Generator, batch_size: int, spread: float, neurons: int) -> np.ndarray:
    """Return, per neuron, the mean squared distance of cluster samples after RC and RS, over its largest value 2n/(n-2)."""
    n = batch_size
    deviation = np.sqrt(spread / 2)  # of each sample, in units of the distance to the odd one
    state = deviation * rng.standard_normal((1, n, neurons))
    state[:, -1] = 0.0
    state[:, :-1] -= state[:, :-1].mean(axis=1, keepdims=True)
    state[:, -1] += rng.standard_normal(neurons)
    after = Rescale().apply(Recentre().apply(state, neurons, rng), neurons, rng)[0, :-1]
    inside = after - after.mean(axis=0)
    return np.minimum((inside**2).sum(axis=0) / n, 1.0)
