"""C6c. The arc-cosine Gram matrix of a batch is positive definite iff no sample is zero or a positive multiple of another and the directions
that occur with both signs are linearly independent; in general its rank is that of C6.

K_ij = |x_i| |x_j| kappa(cos) = 2 E relu(w.x_i) relu(w.x_j), so c.Kc = 2 E (sum_i c_i relu(w.x_i))^2: K has the rank of the functions
w -> relu(w.x_i), which C6 counts. Per batch: pivots of a Cholesky factorisation in balls that are certainly positive show the rank from
below, relations between the functions from above. Infinite width, no recentring. Source: this project.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import flint
import sympy as sp

from proofs_check.claim.claim import CERTIFIED, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import RECENTERING
from proofs_check.ledger.recentering.cases import ranked_batches
from proofs_check.ledger.recentering.certain import certain
from proofs_check.ledger.recentering.limit_rank import COLLINEAR, THREE_PAIRS, WITH_ZERO
from theory.enclosure.ball import working_bits
from theory.kernel_map.homogeneous import RELU
from theory.recentering.rank import RankedBatch, exact_rank

PARABOLA = RankedBatch.of([(k, k * k - 7) for k in range(1, 8)])


@dataclass(frozen=True)
class GramRank:
    """The rank of the arc-cosine Gram matrix; n is positive definite."""

    rank: Callable[[RankedBatch], int] = lambda batch: batch.limit_rank

    def formula(self) -> Formula:
        """Return the rank on three batches: three antipodal pairs in the plane, a line with both signs, seven points of a parabola."""
        batches = ("three pairs", THREE_PAIRS), ("line", COLLINEAR), ("parabola", PARABOLA)
        return tuple(equal(function("rank K")(sp.Symbol(name)), self.rank(batch)) for name, batch in batches)


claim = Claim(
    id="C6c",
    title="The arc-cosine Gram matrix is positive definite iff no two samples are parallel and the antipodal directions are independent",
    paper=RECENTERING,
    statement=GramRank(),
    pinned=[THREE_PAIRS, COLLINEAR, WITH_ZERO, PARABOLA, RankedBatch.of([(1, 0), (-1, 0), (0, 1), (0, -2)])],
    cases=ranked_batches,
    mutants=[
        Mutant(
            "positive definite without zeros and parallels",
            GramRank(lambda b: len(b.rays)),
            on=str(THREE_PAIRS),
            by=CERTIFIED,
        ),
        Mutant("always positive definite", GramRank(lambda b: len(b.samples)), on=str(COLLINEAR), by=CERTIFIED),
        Mutant(
            "positive definite only for independent samples",
            GramRank(lambda b: exact_rank([[int(x) for x in sample] for sample in b.samples])),
            on=str(PARABOLA),
            by=CERTIFIED,
        ),
    ],
)


@claim.certified
def by_pivots_and_relations(statement: GramRank, batch: RankedBatch, _: Trial) -> Evidence:
    """Count certainly positive pivots, and what exact relations between the samples' functions leave."""
    n, stated = len(batch.samples), statement.rank(batch)
    with working_bits(300):
        pivots = positive_pivots(arc_cosine_gram(batch))
    dependent = len(batch.antipodal) - exact_rank(batch.antipodal)
    largest = len(batch.rays) - dependent
    smallest = Figure("smallest pivot", min(pivots, key=float).str(5, radius=False) if pivots else "none")
    witness = f"{batch}: {len(pivots)} pivots are positive, exact relations leave rank {largest}; stated {stated}"
    if len(pivots) < largest:
        return certain(None, f"{len(pivots)} pivots certainly positive of {largest}; more precision would decide", "")
    return certain(stated == len(pivots) == largest, f"rank {stated} of {n}", witness, smallest, sharpness=smallest)


def arc_cosine_gram(batch: RankedBatch) -> flint.arb_mat:
    """Return |x_i| |x_j| kappa(cos) in balls, kappa the kernel map of ReLU; the angle comes from exact sine and cosine."""
    rows = batch.samples
    exact = [[sum((a * b for a, b in zip(x, y, strict=True)), 0 * x[0]) for y in rows] for x in rows]

    def entry(i: int, j: int) -> flint.arb:
        square = exact[i][i] * exact[j][j]
        if square == 0:
            return flint.arb(0)
        sine, cosine = (
            flint.arb(flint.fmpq(q.numerator, q.denominator)) for q in (square - exact[i][j] ** 2, exact[i][j])
        )
        norms = flint.arb(flint.fmpq(square.numerator, square.denominator)).sqrt()
        return norms * RELU.value(flint.arb.atan2(sine.sqrt(), cosine))

    return flint.arb_mat([[entry(i, j) for j in range(len(rows))] for i in range(len(rows))])


def positive_pivots(gram: flint.arb_mat) -> list[flint.arb]:
    """Return the pivots of elimination with the largest diagonal entry first, as long as they are certainly positive."""
    n = gram.nrows()
    entries, left, pivots = [[gram[i, j] for j in range(n)] for i in range(n)], set(range(n)), []
    while left:
        k = max(left, key=lambda i: float(entries[i][i].mid()))
        pivot = entries[k][k]
        if not pivot > 0:
            break
        pivots.append(pivot)
        left.remove(k)
        for i in left:
            for j in left:
                entries[i][j] -= entries[i][k] * entries[k][j] / pivot
    return pivots
