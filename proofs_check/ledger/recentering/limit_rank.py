"""C6. A wide ReLU layer gives a batch full rank iff no sample is zero or a positive multiple of another, and the directions
that occur with both signs are linearly independent.

In general the rank is the number of lines plus the rank of the directions that occur with both signs. Proof:
relu(t) = (t + |t|)/2; the |w.x| of distinct lines have kinks on distinct hyperplanes, so they are independent modulo linear
functions; an opposite pair leaves relu(w.x) - relu(-w.x) = w.x. Source: this project; the statement "full rank for width
>= n almost surely" is refuted below, and its finite-width form in C6b.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

from proofs_check.claim.claim import SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function, implies, limit
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation, exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import RECENTERING
from proofs_check.ledger.recentering.cases import ranked_batches
from theory.recentering.rank import RankedBatch, exact_rank


@dataclass(frozen=True)
class LimitRank:
    """The rank of ReLU(W X) for enough generic rows of W."""

    rank: Callable[[RankedBatch], int] = lambda batch: batch.limit_rank

    def formula(self) -> Formula:
        """Return the rank for some batches, whose samples are the columns."""
        batches = (THREE_PAIRS, COLLINEAR, WITH_ZERO)
        features = function("relu")(sp.MatrixSymbol("W", sp.Symbol("d"), 2) * sp.MatrixSymbol("X", 2, sp.Symbol("n")))
        rank = function("rank")(features)
        return tuple(
            implies(
                equal(sp.Symbol("X"), sp.ImmutableMatrix(batch.samples).T),
                equal(limit(rank, sp.Symbol("d")), self.rank(batch)),
            )
            for batch in batches
        )


THREE_PAIRS = RankedBatch.of([(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1)])
COLLINEAR = RankedBatch.of([(1, 2), (-2, -4), (3, 6), (-1, -2)])
WITH_ZERO = RankedBatch.of([(1, 0), (0, 0), (1, 1)])

claim = Claim(
    id="C6",
    title="A wide ReLU layer gives full rank iff no two samples are parallel and the antipodal directions are independent",
    paper=RECENTERING,
    statement=LimitRank(),
    pinned=[
        THREE_PAIRS,
        COLLINEAR,
        WITH_ZERO,
        RankedBatch.of([(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (1, 1, 1), (-2, -2, -2)]),
        RankedBatch.of([(k, k * k - 7) for k in range(1, 8)]),
    ],
    cases=ranked_batches,
    mutants=[
        Mutant(
            "no antipodal clause: distinct rays are independent",
            LimitRank(lambda batch: len(batch.rays)),
            on=str(THREE_PAIRS),
            by=SYMBOLIC,
        ),
        Mutant("always full rank", LimitRank(lambda batch: len(batch.samples)), on=str(COLLINEAR), by=SYMBOLIC),
        Mutant("always full rank, a zero sample", LimitRank(lambda b: len(b.samples)), on=str(WITH_ZERO), by=SYMBOLIC),
        Mutant(
            "one per line: an antipodal pair counts once",
            LimitRank(lambda batch: len(batch.rays) - len(batch.antipodal)),
            on=str(COLLINEAR),
            by=SYMBOLIC,
        ),
    ],
)


@claim.symbolic
def between_two_counts(statement: LimitRank, batch: RankedBatch, _: Trial) -> Evidence:
    """Find integer weights that reach the rank, and relations between features that forbid more; both exactly."""
    t, size = sp.symbols("t a")
    lemma = Derivation().equal("relu(t) - relu(-t) = t", (t + size) / 2 - (-t + size) / 2, t)
    n = len(batch.samples)
    reached = max(exact_rank(batch.features(_weights(len(batch.samples[0]), 24 * n, seed))) for seed in range(3))
    # zeros, positive multiples, and one relation sum d_k (relu(w.x_k) - relu(-w.x_k)) = 0 per linear dependence d
    dependent = len(batch.antipodal) - exact_rank(batch.antipodal)
    relations = (n - len(batch.rays)) + dependent
    stated = statement.rank(batch)
    witness = f"{batch}: integer weights reach rank {reached}, {relations} exact relations leave {n - relations}; stated {stated}"
    if reached < n - relations and stated == n - relations:
        return lemma.holds("weights that reach the rank", None).evidence("rank")
    return exact_evidence(
        stated == reached == n - relations,
        "reached by integer weights, not exceeded because of exact relations",
        witness=witness,
        rank=str(reached),
        samples=str(n),
        sharpness=Figure("rank", f"{reached} of {n}"),
    )


def _weights(dimension: int, rows: int, seed: int) -> list[list[int]]:
    """Return integer rows in many directions, the same ones everywhere: a linear congruence modulo 2^31 - 1."""
    value, out = 12345 + 977 * seed, []
    for _ in range(rows):
        row = []
        for _ in range(dimension):
            value = value * 48271 % 2147483647
            row.append(value // 65536 % 2001 - 1000)
        out.append(row)
    return out
