"""B7. E phi(X_l) <= phi_0 (1 - 1/K)^l with K = ((d-1)(d+2)/d)(1 + d phi_0), for every d >= 2 and invertible X_0: one power of d
better than printed.

Proof. The worst spectrum has one small eigenvalue 1 - delta (B6), where the elementary bound (B3, s_3 <= 0) gives g_d >= delta^2/((d-1)(d+2)).
With y = d phi <= -log(1 - delta^2), y/(1+y) <= 1 - e^{-y} <= delta^2, so phi/g_d <= K(phi). K increases and phi_l <= phi_0 on every
path; take expectations. Source: this project, sharpening Theorem 1 of [B].
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint
import numpy as np
import sympy as sp

from numerics.batch_norm.network import BatchNormNetwork, gap_path
from numerics.batch_norm.prescribed_spectrum import batch_with_spectrum, one_small
from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import CERTIFIED, SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, at_least, at_most, belongs, mean
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import Derivation, cannot_say
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung
from proofs_check.ledger.batch_norm import cases
from proofs_check.ledger.batch_norm.cases import Start
from proofs_check.ledger.papers import BATCH_NORM
from theory.batch_norm.time_scale import time_scale
from theory.batch_norm.worst_spectrum import small_spike_gap, worst_decrease


def half_scale(d: Any, phi: Any) -> Any:
    """Return K/2."""
    return time_scale(d, phi) / 2


def scale_without_gap(d: Any, phi: Any) -> Any:
    """Return d, a depth scale that forgets how far the input is from isometry."""
    return d + 0 * phi


DEPTH = 5
"""Of the sampled chains: later the mean falls faster than any fixed rate, and says less about it."""


@dataclass(frozen=True)
class DepthScale:
    """E phi_l <= phi_0 (1 - 1/scale(d, phi_0))^l."""

    scale: Callable[[Any, Any], Any] = time_scale

    def formula(self) -> Formula:
        """Return the bound on the mean gap after l layers."""
        d, depth, start = sp.Symbol("d"), sp.Symbol("l"), sp.Symbol("phi_0")
        bound = start * (1 - 1 / self.scale(d, start)) ** depth
        return (at_most(mean(sp.Symbol("phi_l")), bound), at_least(d, 2), belongs(start, sp.Interval.Ropen(0, sp.oo)))


FAR = Start(50, Fraction(1, 10**30))

claim = Claim(
    id="B7",
    title="The expected isometry gap decays at least like (1 - 1/K)^l with K = ((d-1)(d+2)/d)(1 + d phi_0)",
    paper=BATCH_NORM,
    statement=DepthScale(),
    pinned=[
        Start(2, Fraction(1, 2)),
        Start(3, Fraction(999, 1000)),
        Start(10, Fraction(1, 1000)),
        Start(10, Fraction(1, 10**9)),
        Start(32, Fraction(1, 10**9)),
        FAR,
    ],
    cases=cases.starts,
    mutants=[
        Mutant("K/2", DepthScale(half_scale), on=str(FAR), by=CERTIFIED),
        Mutant("K/2 on chains", DepthScale(half_scale), on="d=10 eps=1/1000000000", by=SAMPLED),
        Mutant("K/2 near isometry", DepthScale(half_scale), on="d=3 eps=999/1000", by=CERTIFIED),
        Mutant("0.93 K", DepthScale(lambda d, phi: 93 * time_scale(d, phi) / 100), on=str(FAR), by=CERTIFIED),
        Mutant("d, whatever the gap", DepthScale(scale_without_gap), on="d=10 eps=1/1000000000", by=CERTIFIED),
        Mutant("d, whatever the gap, on chains", DepthScale(scale_without_gap), on="d=10 eps=1/1000000000", by=SAMPLED),
    ],
)


@claim.for_all(SYMBOLIC)
def by_the_worst_spectrum(statement: DepthScale, _: None, __: Trial) -> Evidence:
    """Check every step of the proof; the stated scale must be at least the one the chain gives."""
    x, n, delta, y, d = sp.symbols("x n delta y d", positive=True)
    proof = (
        Derivation()
        .uses("B6: equal variable theorem (Cirtoaje 2007)")
        .uses("B3: log(1+x) <= x - x^2/(2 + 4x/3), Cauchy-Schwarz")
    )
    steps = "y = -log(1-delta) - n log(1 + delta/n), n = d - 1"
    term = -n * sp.log(1 + delta / n)
    tangent = delta / (n + delta) - sp.log(1 + delta / n)
    proof.equal(f"{steps}: derivative in n", sp.diff(term, n), tangent)
    proof.equal("x/(1+x) - log(1+x) vanishes at 0", (x / (1 + x) - sp.log(1 + x)).subs(x, 0), 0)
    proof.equal("and decreases: y decreases in n", sp.diff(x / (1 + x) - sp.log(1 + x), x), -x / (1 + x) ** 2)
    at_two = sp.expand_log(sp.log((1 - delta) * (1 + delta)), force=True)
    proof.equal("n = 1: y = -log(1 - delta^2)", -sp.log(1 - delta) + term.subs(n, 1), -at_two)
    proof.equal("e^y - 1 - y vanishes at 0", (sp.exp(y) - 1 - y).subs(y, 0), 0)
    proof.equal("and increases", sp.diff(sp.exp(y) - 1 - y, y), sp.exp(y) - 1)
    proof.equal("1 - 1/(1+y) = y/(1+y): so y/(1+y) <= 1 - e^{-y} <= delta^2", 1 - 1 / (1 + y), y / (1 + y))
    spread = delta**2 * d / (d - 1)
    proof.equal("g_d >= delta^2/((d-1)(d+2))", spread / (d * (d + 2)), delta**2 / ((d - 1) * (d + 2)))
    m = sp.Symbol("m")
    chain = (d - 1) * (d + 2) * (1 + y) / d  # (y/d) (d-1)(d+2)/delta^2 with y/delta^2 <= 1 + y
    slack = (statement.scale(d, y / d) - chain).subs(d, m + 2)
    proof.nonnegative("phi/g_d(phi) <= scale", slack, {m: "nonnegative", y: "nonnegative"})
    growth = sp.diff(statement.scale(d, x), x).subs(d, m + 2)
    proof.nonnegative("the scale increases in phi", growth, {m: "nonnegative", x: "nonnegative"})
    return proof.evidence("worst spectrum, elementary bound, induction over layers")


@claim.certified
def one_layer_from_the_worst_start(statement: DepthScale, case: Start, trial: Trial) -> Evidence:
    """Enclose 1 - [phi/g_d(phi)]/scale at a start with one small eigenvalue: the first layer alone."""
    digits = trial.profile.digits
    gap, decrease = (
        small_spike_gap(case.width, case.eps).ball(digits),
        worst_decrease(case.width, case.eps).ball(digits),
    )
    with flint.ctx.workdps(digits):
        ratio = gap / decrease / statement.scale(case.width, gap)
    figures = (Figure("phi_0", gap.str(8, radius=False)), Figure("-E change", decrease.str(8, radius=False)))
    sharpness = Figure("(phi/g)/scale", ratio.str(5, radius=False))
    return from_slack(1 - ratio, "1 - (phi/g)/scale", str(case), *figures, sharpness=sharpness)


@claim.sampled
def chains(statement: DepthScale, case: Start, trial: Trial) -> Evidence:
    """Test E phi_l/phi_0 <= (1 - 1/scale)^l after 5 layers, before the gap falls faster; on every path the ratio lies in [0, 1]."""
    if case.width > 20:
        return cannot_say(Rung.SAMPLED, "chains are drawn up to width 20; balls judge the first layer")
    gap = float(small_spike_gap(case.width, case.eps).ball(15))
    bound = (1 - 1 / float(statement.scale(case.width, gap))) ** DEPTH
    test = MeanTest.at_most(bound, support=(0.0, 1.0), delta=(1 - bound) / 20)
    config = {"width": case.width, "eps": float(case.eps), "depth": DEPTH, "size": cases.draw_size(case.width, 30_000)}
    return judge_mean(trial, test, gap_ratios, config, shards=24, what=f"phi_{DEPTH}/phi_0")


def gap_ratios(rng: np.random.Generator, width: int, eps: float, depth: int, size: int) -> np.ndarray:
    """Return phi_depth/phi_0 of `size` chains from (eps, b, ..., b)."""
    batches = batch_with_spectrum(rng, one_small(width, eps), samples=size)
    gaps = gap_path(BatchNormNetwork(width, depth), batches, rng)
    return np.clip(gaps[:, -1] / gaps[:, 0], 0.0, 1.0)
