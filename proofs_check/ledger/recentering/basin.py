"""C3e. Where a generic batch ends at infinite width: never at the odd point for n <= 6, sometimes for n = 7..15, nearly always from 16 on.

The sentence of [C], "the representation of the batch converges to a single cluster except for an odd data point", with its
regime: recentring and ReLU without rescaling, infinite width, n iid Gaussian samples in dimension 2n, 500 layers. The share
of starts that end with a sample more than n/2 times as long as the others, and nearly orthogonal to them, is 0 for n <= 6
(there is no such fixed direction, C3b), and grows with n. Measured, and so a conjecture. Source: this project.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import sympy as sp

from numerics.recentering.angle_recursion import MeanField
from numerics.recentering.batch import generic_grams, odd_state
from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import SAMPLED, Claim, Mutant
from proofs_check.claim.formula import Formula, belongs, function, rational
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import RECENTERING
from proofs_check.ledger.recentering.cases import RecentredCase, recentred_cases, relu_sizes


def share_by_size(n: int) -> tuple[float, float]:
    """Return bounds of the share of generic starts that end at the cluster and odd point."""
    if n <= 6:
        return 0.0, 0.0
    return (0.0, 0.5) if n == 7 else (0.05, 0.9) if n <= 10 else (0.3, 1.0) if n < 16 else (0.8, 1.0)


@dataclass(frozen=True)
class Basin:
    """The share of generic starts that end at the odd point lies between the two bounds."""

    share: Callable[[int], tuple[float, float]] = share_by_size

    def formula(self) -> Formula:
        """Return the bounds of the probability to end at the odd point, at some batch sizes n."""
        found = []
        for size in (5, 6, 8, 16):
            low, high = map(rational, self.share(size))
            found.append(belongs(function("P_odd")(size), sp.Interval(low, high)))
        return tuple(found)


claim = Claim(
    id="C3e",
    title="'The batch converges to a single cluster except for an odd data point': no generic batch for n <= 6, nearly all for n >= 16 "
    "(RC and ReLU, infinite width)",
    paper=RECENTERING,
    statement=Basin(),
    pinned=relu_sizes(5, 6, 8, 16),
    cases=recentred_cases(3, 20, only_relu=True),
    conjecture=True,
    mutants=[
        Mutant(
            "every n converges to a cluster and an odd point", Basin(lambda _: (0.8, 1.0)), on="n=5 relu", by=SAMPLED
        ),
        Mutant("every start does, n = 8", Basin(lambda _: (0.95, 1.0)), on="n=8 relu", by=SAMPLED),
        Mutant("no n does", Basin(lambda _: (0.0, 0.1)), on="n=16 relu", by=SAMPLED),
    ],
)


@claim.sampled
def generic_starts(statement: Basin, case: RecentredCase, trial: Trial) -> Evidence:
    """Bet against the two bounds with the indicator of ending odd, one per start."""
    low, high = statement.share(case.batch_size)
    test = MeanTest(max(low, 0.0) - 2**-10, min(high, 1.0) + 2**-10, support=(-0.125, 1.125), delta=0.099)
    config = {"batch_size": case.batch_size, "layers": 500, "starts": 50}
    return judge_mean(trial, test, odd_indicators, config, shards=12, what="share of starts that end odd")


def odd_indicators(rng: np.random.Generator, batch_size: int, layers: int, starts: int) -> np.ndarray:
    """Return 1.0 for each Gaussian start that ends at the odd point of the mean-field recursion."""
    grams = generic_grams(starts, batch_size, 2 * batch_size, rng)
    return odd_state(MeanField().iterate(grams, layers)).is_odd.astype(np.float64)
