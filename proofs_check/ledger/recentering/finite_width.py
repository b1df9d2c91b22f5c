"""C4. At finite width: RC and ReLU reach the cluster and odd state from generic inputs for n = 16 and more; with RS none is kept.

Networks of width 100, Gaussian weights, exactly in law. Without rescaling 200 layers bring a generic batch of n = 16 or 24
into the odd state (longest sample more than n/2 times the others' length, cosines below 1/10) at some layer, in more than
4 of 5 draws. With rescaling (batch normalisation proper) a batch that *begins* as a tight cluster and an odd sample has
left that state after 30 layers: neurons that see a small difference are amplified, and the symmetric direction attracts
(C5). Measured, and so a conjecture. Source: this project.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import sympy as sp

from numerics.recentering.batch import clustered_grams, first_hit, generic_grams, odd_state
from numerics.recentering.network import recentred_chain
from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import SAMPLED, Claim, Mutant
from proofs_check.claim.formula import Formula, at_least, belongs, equal, probability, rational
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import RECENTERING

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclass(frozen=True, slots=True)
class NetworkCase:
    """A batch size, a width, and whether neurons are rescaled."""

    batch_size: int
    width: int
    rescaled: bool

    def __str__(self) -> str:
        return f"{'RC+RS' if self.rescaled else 'RC'} n={self.batch_size} d={self.width}"


def network_cases() -> SearchStrategy[NetworkCase]:
    """Return a strategy for networks of width 100 on 16 to 24 samples."""
    from hypothesis import strategies as st

    return st.builds(NetworkCase, st.integers(16, 24), st.just(100), st.booleans())


@dataclass(frozen=True)
class FiniteWidth:
    """The share of networks that reach the odd state without rescaling, and that keep it with rescaling."""

    reached: tuple[float, float] = (0.8, 1.0)
    kept_when_rescaled: tuple[float, float] = (0.0, 0.1)

    def formula(self) -> Formula:
        """Return the ranges of the probabilities that networks reach the odd state, and keep it with rescaling."""
        reached, kept = (sp.Interval(*map(rational, bounds)) for bounds in (self.reached, self.kept_when_rescaled))
        return (
            belongs(probability(sp.Symbol("odd within 200 layers")), reached),
            belongs(probability(sp.Symbol("odd after 30 rescaled layers")), kept),
            at_least(sp.Symbol("n"), 16),
            equal(sp.Symbol("d"), 100),
        )


claim = Claim(
    id="C4",
    title="'A cluster and an odd data point', at width 100: reached from generic batches for n >= 16 without rescaling, lost again with it",
    paper=RECENTERING,
    statement=FiniteWidth(),
    pinned=[
        NetworkCase(16, 100, False),
        NetworkCase(24, 100, False),
        NetworkCase(16, 100, True),
        NetworkCase(32, 100, True),
    ],
    cases=network_cases,
    conjecture=True,
    mutants=[
        Mutant(
            "rescaling keeps the cluster",
            FiniteWidth(kept_when_rescaled=(0.8, 1.0)),
            on="RC+RS n=32 d=100",
            by=SAMPLED,
        ),
        Mutant("the state is not reached", FiniteWidth(reached=(0.0, 0.1)), on="RC n=16 d=100", by=SAMPLED),
    ],
)


@claim.sampled
def in_networks(statement: FiniteWidth, case: NetworkCase, trial: Trial) -> Evidence:
    """Bet against the bounds with one indicator per network."""
    low, high = statement.kept_when_rescaled if case.rescaled else statement.reached
    test = MeanTest(low - 2**-10, high + 2**-10, support=(-0.125, 1.125), delta=0.099)
    config = {"batch_size": case.batch_size, "width": case.width, "networks": 12}
    draw = odd_kept if case.rescaled else odd_reached
    what = "share that keeps the odd state" if case.rescaled else "share that reaches the odd state"
    return judge_mean(trial, test, draw, config, shards=30, what=what)


def odd_reached(rng: np.random.Generator, batch_size: int, width: int, networks: int) -> np.ndarray:
    """Return 1.0 for each network of 200 layers without rescaling whose generic input meets the odd state."""
    gram = generic_grams(1, batch_size, 2 * batch_size, rng)[0]
    return (first_hit(recentred_chain(gram, width, 200, rng, repeats=networks)) > 0).astype(np.float64)


def odd_kept(rng: np.random.Generator, batch_size: int, width: int, networks: int) -> np.ndarray:
    """Return 1.0 for each rescaled network that is in the odd state after 30 layers, begun from a cluster of spread 1e-3."""
    gram = clustered_grams(batch_size, 1e-3, rng)[0]
    *_, last = recentred_chain(gram, width, 30, rng, repeats=networks, rescaled=True)
    return odd_state(last).is_odd.astype(np.float64)
