"""B12. Measured: log|dL/dW_l| exceeds the isometric plateau by about phi_0/2 at most, neither by d phi_0/2 nor by d^5 phi_0^3.

The layers expand volumes by sum_l sum_i -(1/2) log a_i = d phi_0/2 in all, shared by d directions. A conjecture: excess <= phi_0/2 + 1 on
most networks. Source: this project (measured).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, log
from typing import TYPE_CHECKING

import numpy as np
import sympy as sp

from numerics.batch_norm.gradient import gradient_path
from numerics.batch_norm.network import BatchNormNetwork
from numerics.batch_norm.prescribed_spectrum import batch_with_spectrum, one_large
from proofs_check.claim.claim import SAMPLED, Claim, Mutant
from proofs_check.claim.formula import Formula, Increment, at_most, equal, function, probability, rational
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.batch_norm.measured import judge_range, unit_gradient
from proofs_check.ledger.papers import BATCH_NORM

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclass(frozen=True)
class NearRankOne:
    """A batch with the spectrum (d - (d-1) tail, tail, ..., tail)."""

    width: int
    tail: float

    def __str__(self) -> str:
        return f"d={self.width} tail={self.tail:g}"

    @property
    def gap(self) -> float:
        """phi_0."""
        d = self.width
        return -(log(d - (d - 1) * self.tail) + (d - 1) * log(self.tail)) / d


@dataclass(frozen=True)
class GradientExcess:
    """low(d, phi_0) <= max_l log|dL/dW_l| - plateau <= high(d, phi_0), for L = <G, X_L>, |G| = 1."""

    low: Callable[[int, float], float] = lambda _, __: -inf
    high: Callable[[int, float], float] = lambda _, phi: phi / 2 + 1

    def formula(self) -> Formula:
        """Return the share of networks whose excess Delta over the isometric plateau is outside the stated range."""
        d, start, excess = sp.symbols("d phi_0 Delta")
        low, high = (rational(bound(d, start)) for bound in (self.low, self.high))
        gradient = function("norm")(Increment(sp.Symbol("L")) / Increment(sp.Symbol("W_l")))
        plateau = sp.log((d - 1) / (2 * d)) / 2
        sides = [*([] if low == -sp.oo else [sp.Lt(excess, low)]), sp.Gt(excess, high)]
        return (
            at_most(probability(sp.Or(*sides, evaluate=False) if len(sides) > 1 else sides[0]), sp.Rational(1, 5)),
            equal(excess, function("max_l")(sp.log(gradient)) - plateau),
        )


def _near_rank_one() -> SearchStrategy[NearRankOne]:
    from hypothesis import strategies as st

    return st.builds(NearRankOne, st.integers(4, 16), st.integers(1, 10).map(lambda k: 10.0**-k))


claim = Claim(
    id="B12",
    title="The largest weight gradient exceeds its isometric plateau by at most phi_0/2 + 1 in the log",
    paper=BATCH_NORM,
    statement=GradientExcess(),
    pinned=[NearRankOne(10, 1e-2), NearRankOne(10, 1e-8), NearRankOne(20, 1e-4)],
    cases=_near_rank_one,
    conjecture=True,
    mutants=[
        Mutant("at least phi_0", GradientExcess(low=lambda _, phi: phi), on="d=10 tail=1e-08", by=SAMPLED),
        Mutant("at least d phi_0/2", GradientExcess(low=lambda d, phi: d * phi / 2), on="d=10 tail=1e-08", by=SAMPLED),
        Mutant("at most phi_0/8", GradientExcess(high=lambda _, phi: phi / 8), on="d=10 tail=1e-08", by=SAMPLED),
    ],
)


@claim.sampled
def sampled_networks(statement: GradientExcess, case: NearRankOne, trial: Trial) -> Evidence:
    """Count networks of depth 60 whose excess is outside the stated range."""
    bounds = (statement.low(case.width, case.gap), statement.high(case.width, case.gap))
    config = {"width": case.width, "tail": case.tail, "size": 10}
    return judge_range(trial, excesses, config, bounds, shards=12, what="excesses")


def excesses(rng: np.random.Generator, width: int, tail: float, size: int) -> np.ndarray:
    """Return max_l log|dL/dW_l| minus (1/2) log((d-1)/(2d)), for `size` networks of depth 60."""
    batch = batch_with_spectrum(rng, one_large(width, tail), samples=size)
    path = gradient_path(BatchNormNetwork(width, 60), batch, unit_gradient(rng), rng)
    return path.weights[:, :-5].max(axis=-1) - 0.5 * np.log((width - 1) / (2 * width))
