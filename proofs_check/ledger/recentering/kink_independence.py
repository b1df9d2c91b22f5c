"""C3d. Every leaky ReLU has the fixed directions of ReLU; the leak only slows the approach down.

Normalised kernel kappa(r) = r + kink J, kink = (1-a)^2/(1+a^2): the linear part keeps the recentred Gram matrix G, so
G' = G + kink H N(G) H, and G' is a multiple of G exactly if H N(G) H is, whatever the kink. Hence C3b and C3c say the same
for each slope a < 1; an eigenvalue is (1 + kink e)/(1 - kink bend). With |x|, kink 2, the cluster-and-odd direction stays
fixed and is unstable. Infinite width. Source: this project.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint
import sympy as sp

from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, exactly_if, function
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import RECENTERING
from proofs_check.ledger.recentering.cases import LEAKY, RecentredCase, recentred_cases
from theory.enclosure.ball import working_bits
from theory.kernel_map.homogeneous import HomogeneousKernel
from theory.recentering.cluster_odd_family import ClusterOddFamily
from theory.recentering.gram_recursion import mean_field_layer, recentred

TILTS = (Fraction(1, 10), Fraction(1, 2), Fraction(1), Fraction(3, 2))


@dataclass(frozen=True)
class OneLayer:
    """At tilt f a layer multiplies alpha by 1 - kink bend, and beta by that minus kink^power balance(f)/(n cos f)^2."""

    power: int = 1
    fixed_directions_of: Callable[[Any], Any] = lambda kink: 0 * kink + 1

    def formula(self) -> Formula:
        """Return how a layer moves spread alpha and scale beta of the family at tilt f, and the fixed directions by kink k."""
        n, kink, tilt, alpha, beta, growth = sp.symbols("n k f alpha beta gamma")
        size = sp.Symbol("n", integer=True, positive=True)
        gram, bent, projection = (sp.MatrixSymbol(name, size, size) for name in ("G", "N", "H"))
        share = 1 - kink * function("bend")(tilt)
        moved = kink**self.power * function("balance")(tilt) / (n * sp.cos(tilt)) ** 2
        multiplier = self.fixed_directions_of(kink) * (growth - 1) / kink
        return (
            equal(sp.Symbol("alpha_1"), share * alpha),
            equal(sp.Symbol("beta_1"), (share - moved) * beta),
            exactly_if(
                sp.Eq(sp.MatrixSymbol("G_1", size, size), growth * gram),
                sp.Eq(projection * bent * projection, multiplier * gram),
            ),
        )


DIRECTIONS, FACTORS = PARTS = (
    "the fixed directions do not depend on the kink",
    "how one layer moves spread and scale",
)
claim = Claim(
    id="C3d",
    title="The fixed directions of recentring and a leaky ReLU are those of ReLU: one layer moves the tilt by kink times one balance",
    paper=RECENTERING,
    statement=OneLayer(),
    parts=PARTS,
    pinned=[
        RecentredCase(3),
        RecentredCase(6),
        RecentredCase(16),
        RecentredCase(16, LEAKY),
        RecentredCase(5, HomogeneousKernel(Fraction(2))),
    ],
    cases=recentred_cases(3, 24),
    mutants=[
        Mutant("squared kink", OneLayer(power=2), on=str(RecentredCase(16, LEAKY)), by=CERTIFIED, part=FACTORS),
        Mutant("kink dropped", OneLayer(power=0), on="n=5 abs", by=CERTIFIED, part=FACTORS),
        Mutant(
            "the directions depend on the kink",
            OneLayer(fixed_directions_of=lambda kink: kink),
            on="",
            by=SYMBOLIC,
            part=DIRECTIONS,
        ),
    ],
)


@claim.for_all(SYMBOLIC, part=DIRECTIONS)
def by_the_linear_part(statement: OneLayer, _: None, __: Trial) -> Evidence:
    """On generic 3 x 3 Gram matrices: G' = G + kink H N H, so G' ~ G iff H N H ~ G, with no kink in it."""
    size = 3
    kink, growth = sp.symbols("kink growth")
    projection = sp.eye(size) - sp.ones(size, size) / size
    raw = sp.Matrix(size, size, lambda i, j: sp.Symbol(f"g{min(i, j)}{max(i, j)}"))
    bent = sp.Matrix(size, size, lambda i, j: 0 if i == j else sp.Symbol(f"n{min(i, j)}{max(i, j)}"))
    gram = projection * raw * projection
    after = projection * (gram + kink * bent) * projection
    proof = Derivation()
    for i in range(size):
        for j in range(i + 1):
            step = (after - gram)[i, j]
            proof.equal(f"entry {i}{j} moves by kink (H N H)", step, kink * (projection * bent * projection)[i, j])
    # G' = (1 + kink nu) G for one nu: the multiplier of the fixed-point equation, divided by the kink
    stated = statement.fixed_directions_of(kink) * (growth - 1) / kink
    proof.equal("H N H = nu G with nu = (growth - 1)/kink", (growth - 1) / kink, stated, is_statement=True)
    proof.equal("kappa at kink 0 is linear", HomogeneousKernel().expression(kink).subs(kink, 1), 1)
    return proof.evidence("the linear part of the activation keeps every recentred Gram matrix")


@claim.on_cases(CERTIFIED, part=FACTORS)
def on_whole_gram_matrices(statement: OneLayer, case: RecentredCase, _: Trial) -> Evidence:
    """Send the n x n Gram matrix of four tilts through the recursion, entry by entry, and compare the two factors."""
    n, kernel = case.batch_size, case.kernel
    family = ClusterOddFamily(n)
    worst = flint.arb(0)
    with working_bits(160):
        kink = flint.arb(flint.fmpq(kernel.kink.numerator, kernel.kink.denominator))
        for place in TILTS:
            tilt = flint.arb(flint.fmpq(place.numerator, place.denominator))
            alpha = tilt.tan() ** 2 / (n * (n - 2))
            after = recentred(mean_field_layer(_family_gram(n, alpha), kernel))
            # in the family alpha = G_11 - G_12 and beta = G_nn n/m
            spread, scale = (after[0, 0] - after[0, 1]) / alpha, after[n - 1, n - 1] * n / (n - 1)
            factor = family.factors(tilt, kernel)[0]
            stated = factor - kink**statement.power * family.balance(tilt) / (n * tilt.cos()) ** 2
            worst = worst.max(abs(spread - factor)).max(abs(scale - stated))
        slack = flint.arb(10) ** -30 - worst
    return from_slack(
        slack,
        "two factors at four tilts",
        str(case),
        sharpness=Figure("largest difference, at most", worst.upper().str(3, radius=False)),
    )


def _family_gram(n: int, alpha: flint.arb) -> flint.arb_mat:
    """Return alpha P + v v^T/|v|^2, v = (1, ..., 1, -(n-1))."""
    m = n - 1
    vector = [flint.arb(1)] * m + [flint.arb(-m)]
    entries = [
        [
            vector[i] * vector[j] / (m * n)
            + (alpha * ((1 if i == j else 0) - flint.arb(1) / m) if max(i, j) < m else 0)
            for j in range(n)
        ]
        for i in range(n)
    ]
    return flint.arb_mat(entries)
