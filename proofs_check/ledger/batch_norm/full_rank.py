"""B13. Measured: bounded gradients need a square batch of full rank; a repeated sample, fewer samples than features, or mean subtraction
make the log-gradient grow linearly in depth, also with Haar weights. For a repeated sample it is dL/dX_l that grows fast: its part in the
difference of the two samples is invisible to the weights, since dL/dW = dL/dH X^T.

X X^T cannot become a multiple of the identity then. For d/n -> oo the rate tends to (1/2) log((n-1)/(n-2)). "Linearly independent samples"
with n < d is not enough. Rates below are measured; the claim is that they stay within a factor of about two. Source: this project.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

import numpy as np
import sympy as sp

from numerics.batch_norm.gradient import gradient_path
from numerics.batch_norm.network import BatchNormNetwork
from proofs_check.claim.claim import SAMPLED, Claim, Mutant
from proofs_check.claim.formula import (
    Formula,
    Increment,
    at_most,
    belongs,
    below,
    equal,
    function,
    probability,
    rational,
)
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.batch_norm.measured import judge_range, unit_gradient
from proofs_check.ledger.papers import BATCH_NORM

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclass(frozen=True)
class DeficientBatch:
    """A d x n batch that no layer can make isometric, and its measured rate per layer: of log|dL/dX| if a sample is repeated, else of
    log|dL/dW|."""

    name: str
    width: int
    samples: int
    rate: float
    repeated: bool = False

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class RankGrowth:
    """The rate per layer lies between low and high times the measured one."""

    low: float = 0.4
    high: float = 2.0

    def formula(self) -> Formula:
        """Return the share of networks whose rate r of growth per layer is outside the range around the measured r_0.

        U_l is X_l if a sample is repeated, else W_l.
        """
        rate, measured, d = sp.Symbol("r"), sp.Symbol("r_0"), sp.Symbol("d")
        low, high = rational(self.low) * measured, rational(self.high) * measured
        gradients = [
            sp.log(function("norm")(Increment(sp.Symbol("L")) / Increment(sp.Symbol(f"U_{layer}"))))
            for layer in (30, 70)
        ]
        return (
            at_most(probability(sp.Or(sp.Lt(rate, low), sp.Gt(rate, high), evaluate=False)), sp.Rational(1, 5)),
            equal(rate, (gradients[0] - gradients[1]) / 40),
            belongs(sp.Symbol("U_l"), sp.FiniteSet(*sp.symbols("W_l X_l"))),
            below(function("rank")(sp.Symbol("X_0")), d),
        )


def thin(samples: int, ratio: int) -> DeficientBatch:
    """Return n independent samples of ratio * n features, with the rate that d/n -> oo would give."""
    rate = log((samples - 1) / (samples - 2)) / 2
    return DeficientBatch(f"thin d={ratio * samples} n={samples}", ratio * samples, samples, rate)


def _thin_batches() -> SearchStrategy[DeficientBatch]:
    from hypothesis import strategies as st

    return st.builds(thin, st.integers(5, 6), st.integers(4, 5))


claim = Claim(
    id="B13",
    title="Without a square batch of full rank gradients grow exponentially in depth, with Haar weights too",
    paper=BATCH_NORM,
    statement=RankGrowth(),
    pinned=[
        DeficientBatch("repeated sample d=10", 10, 10, 0.095, repeated=True),
        DeficientBatch("half the samples d=10", 10, 5, 0.060),
        DeficientBatch("thin d=24 n=6", 24, 6, 0.077),
    ],
    cases=_thin_batches,
    conjecture=True,
    mutants=[
        Mutant("bounded for a repeated sample", RankGrowth(-0.2, 0.2), on="repeated sample d=10", by=SAMPLED),
        Mutant("bounded for independent samples, n < d", RankGrowth(-0.2, 0.2), on="thin d=24 n=6", by=SAMPLED),
    ],
)


@claim.sampled
def sampled_rates(statement: RankGrowth, case: DeficientBatch, trial: Trial) -> Evidence:
    """Count groups of six networks whose mean rate is outside the range."""
    bounds = (statement.low * case.rate, statement.high * case.rate)
    config = {"width": case.width, "samples": case.samples, "repeated": case.repeated, "groups": 5}
    return judge_range(trial, rates, config, bounds, shards=10, what="rates")


def rates(rng: np.random.Generator, width: int, samples: int, repeated: bool, groups: int) -> np.ndarray:
    """Return mean rates per layer towards the input, each over six networks of depth 110."""
    batch = rng.standard_normal((6 * groups, width, samples))
    if repeated:
        batch[..., -1] = batch[..., 0]
    path = gradient_path(BatchNormNetwork(width, 110), batch, unit_gradient(rng), rng)
    norms = path.states if repeated else path.weights
    slopes = (norms[:, 30] - norms[:, 70]) / 40  # the layers near both ends are transient
    return slopes.reshape(groups, 6).mean(axis=1)
