"""B13. Measured: bounded gradients need a square batch of full rank; a repeated sample, fewer samples than features, or mean subtraction
make the log-gradient grow linearly in depth, also with Haar weights. For a repeated sample it is dL/dX_l that grows fast: its part in the
difference of the two samples is invisible to the weights, since dL/dW = dL/dH X^T.

X X^T cannot become a multiple of the identity then. For d/n -> oo the rate tends to (1/2) log((n-1)/(n-2)). "Linearly independent samples"
with n < d is not enough. Rates below are measured; the claim is that they stay within a factor of about two. Source: this project.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from proofs_check.claim import SAMPLED, Claim, Mutant
from proofs_check.evidence import Evidence
from proofs_check.ledger.batch_norm.measured import judge_range, unit_gradient
from proofs_check.ledger.papers import BATCH_NORM
from proofs_check.trial import Trial


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
    from numerics.batch_norm import BatchNormNetwork, gradient_path

    batch = rng.standard_normal((6 * groups, width, samples))
    if repeated:
        batch[..., -1] = batch[..., 0]
    path = gradient_path(BatchNormNetwork(width, 110), batch, unit_gradient(rng), rng)
    norms = path.states if repeated else path.weights
    slopes = (norms[:, 30] - norms[:, 70]) / 40  # the layers near both ends are transient
    return slopes.reshape(groups, 6).mean(axis=1)
