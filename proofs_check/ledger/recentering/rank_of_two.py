"""C6b. Two samples at angle t have ReLU features of rank 2 with probability 1 - 2^(1-d) - (d-1) ((pi-t)/(2 pi))^d at width d.

Proof: a row sees both samples with p = (pi-t)/(2 pi), none with p, one of them with 1/2 - p each. The rank is below 2 iff
one sample is seen by no row, 2 2^-d - p^d, or exactly one row sees both and none a single one, d p^d: with two such rows
the features are proportional with probability 0. So full rank never holds almost surely at finite width. Source: this
project; that a width >= n gives full rank almost surely is a tempting reading of [C].
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import sympy as sp

from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, belongs, equal, function, implies, probability
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import RECENTERING
from theory.recentering.rank import rank_two_probability

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclass(frozen=True, slots=True)
class PairCase:
    """Two samples at the angle share * pi, and a width d."""

    share: Fraction
    width: int

    def __str__(self) -> str:
        return f"angle {self.share} pi d={self.width}"


def pair_cases() -> SearchStrategy[PairCase]:
    """Return a strategy for angles k pi/20 and widths 1..8."""
    from hypothesis import strategies as st

    return st.builds(PairCase, st.integers(1, 20).map(lambda k: Fraction(k, 20)), st.integers(1, 8))


@dataclass(frozen=True)
class RankTwo:
    """P(rank 2) = probability(angle, d)."""

    probability: Callable[[sp.Expr, int], sp.Expr] = rank_two_probability

    def formula(self) -> Formula:
        """Return the probability of rank 2 at widths 2, 3 and 4 as a function of the angle t."""
        angle = sp.Symbol("t")
        rank = function("rank")(function("relu")(sp.Symbol("W") * sp.Symbol("X")))
        return (
            *(
                implies(equal(sp.Symbol("d"), d), equal(probability(sp.Eq(rank, 2)), self.probability(angle, d)))
                for d in (2, 3, 4)
            ),
            belongs(angle, sp.Interval.Lopen(0, sp.pi)),
        )


def _without_proportional(_: sp.Expr, width: int) -> sp.Expr:
    return 1 - sp.Integer(2) ** (1 - width)


claim = Claim(
    id="C6b",
    title="Two samples at angle t get rank 2 from a ReLU layer of width d with probability 1 - 2^(1-d) - (d-1)((pi-t)/2pi)^d",
    paper=RECENTERING,
    statement=RankTwo(),
    pinned=[PairCase(Fraction(1, 2), 3), PairCase(Fraction(1, 10), 4), PairCase(Fraction(9, 10), 2)],
    cases=pair_cases,
    mutants=[
        Mutant("full rank almost surely", RankTwo(lambda *_: sp.Integer(1)), on="angle 1/2 pi d=3", by=SAMPLED),
        Mutant(
            "full rank almost surely, exactly", RankTwo(lambda *_: sp.Integer(1)), on="angle 1/2 pi d=3", by=SYMBOLIC
        ),
        Mutant("only zero features counted", RankTwo(_without_proportional), on="angle 1/10 pi d=4", by=SAMPLED),
        Mutant(
            "only zero features counted, exactly", RankTwo(_without_proportional), on="angle 1/2 pi d=3", by=SYMBOLIC
        ),
    ],
)


@claim.symbolic
def by_patterns(statement: RankTwo, case: PairCase, _: Trial) -> Evidence:
    """Add up the probabilities of every pattern of rows (both, none, first only, second only) that leaves rank 2."""
    d = case.width
    angle = sp.Rational(case.share.numerator, case.share.denominator) * sp.pi
    both = sp.Rational(1 - case.share) / 2
    one = sp.Rational(1, 2) - both
    total = sp.Integer(0)
    for seen in range(d + 1):
        for first in range(d + 1 - seen):
            for second in range(d + 1 - seen - first):
                none = d - seen - first - second
                # independent iff each is seen, and they are not proportional: two shared rows, or a row of its own
                if min(seen + first, seen + second) > 0 and (seen >= 2 or first + second > 0):
                    ways = sp.multinomial_coefficients(4, d)[(seen, first, second, none)]
                    total += ways * both ** (seen + none) * one ** (first + second)
    proof = Derivation().equal("sum over patterns", statement.probability(angle, d), total, is_statement=True)
    return proof.evidence(f"all patterns of {d} rows add up to {total}")


@claim.sampled
def by_layers(statement: RankTwo, case: PairCase, trial: Trial) -> Evidence:
    """Test the share of Gaussian layers with rank 2, decided from signs and one cross product."""
    angle = sp.Rational(case.share.numerator, case.share.denominator) * sp.pi
    expected = float(statement.probability(angle, case.width))
    test = MeanTest.equal(expected, support=(-0.5, 1.5), delta=0.02)
    config = {"angle": float(angle), "width": case.width, "draws": 4_000}
    return judge_mean(trial, test, rank_two_indicators, config, shards=16, what="share of layers with rank 2")


def rank_two_indicators(rng: np.random.Generator, angle: float, width: int, draws: int) -> np.ndarray:
    """Return 1.0 for each draw whose two feature vectors are independent: a nonzero 2 x 2 minor, relative to their norms."""
    weights = rng.standard_normal((draws, width, 2))
    samples = np.array([[1.0, np.cos(angle)], [0.0, np.sin(angle)]])
    if angle == np.pi:
        samples[1, 1] = 0.0
    features = np.maximum(weights @ samples, 0.0)
    x, y = features[..., 0], features[..., 1]
    minors = np.abs(x[:, :, None] * y[:, None, :] - x[:, None, :] * y[:, :, None]).max(axis=(1, 2))
    size = x.max(axis=1) * y.max(axis=1)
    return (minors > 1e-12 * size).astype(np.float64)
