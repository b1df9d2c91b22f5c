"""C2. The collapsed cluster is unstable: its squared relative spread grows by rho = n^2/(n^2 - 2(n-1) kink) > 1 per layer.

For ReLU rho = n^2/(1 + (n-1)^2). Proof: a small difference inside the cluster passes the recentring, and keeps its mean
square as kappa'(1) = 1, while the squared distance between cluster and odd sample is multiplied by
(1 + (n-1)^2 - 2(n-1) kappa(-1))/n^2, kappa(-1) = kink - 1. Infinite width. Source: this project. A
reading of [C]'s stability result that asks for a cluster of angle 0 fails here; whether the result allows an angle of order
1/n, which is what C3b and C3c find, is for its authors to say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flint
import sympy as sp

from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, above, at_least, belongs, equal, function, limit
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import RECENTERING
from proofs_check.ledger.recentering.cases import LEAKY, RecentredCase, recentred_cases
from theory.enclosure.ball import working_bits
from theory.recentering.cluster_odd_family import ClusterOddFamily


def growth(n: Any, kink: Any) -> Any:
    """Return rho."""
    return n**2 / (n**2 - 2 * (n - 1) * kink)


@dataclass(frozen=True)
class ClusterGrowth:
    """The squared relative spread of a collapsed cluster grows by growth(n, kink) per layer, which exceeds 1."""

    growth: Callable[[Any, Any], Any] = growth

    def formula(self) -> Formula:
        """Return the growth of a small squared relative spread t in one layer, that it exceeds 1, and what the kink is."""
        n, kink, spread, leak = sp.symbols("n k t a")
        return (
            equal(limit(function("t_1")(spread) / spread, spread, 0), self.growth(n, kink)),
            above(self.growth(n, kink), 1),
            equal(kink, (1 - leak) ** 2 / (1 + leak**2)),
            belongs(leak, sp.Interval.Ropen(0, 1)),
            at_least(n, 3),
        )


claim = Claim(
    id="C2",
    title="A collapsed cluster opens: its squared relative spread grows by n^2/(1+(n-1)^2) per ReLU layer",
    paper=RECENTERING,
    statement=ClusterGrowth(),
    pinned=[*(RecentredCase(n) for n in (3, 5, 10, 30, 256)), RecentredCase(8, LEAKY)],
    cases=recentred_cases(3, 1000),
    mutants=[
        Mutant(
            "the collapsed cluster is stable",
            ClusterGrowth(lambda n, _: (n - 1) ** 2 / n**2),
            on="n=10 relu",
            by=CERTIFIED,
        ),
        Mutant("neutral", ClusterGrowth(lambda n, _: n / n), on="n=30 relu", by=CERTIFIED),
        Mutant("neutral, by algebra", ClusterGrowth(lambda n, _: n / n), on="", by=SYMBOLIC),
        Mutant(
            "the leak forgotten",
            ClusterGrowth(lambda n, _: growth(n, 1)),
            on=str(RecentredCase(8, LEAKY)),
            by=CERTIFIED,
        ),
    ],
)


@claim.for_all(SYMBOLIC)
def by_linearisation(statement: ClusterGrowth, _: None, __: Trial) -> Evidence:
    """Divide the factor of the spread, kappa'(1) = 1, by that of the squared distance."""
    n, kink, m = sp.symbols("n k m", positive=True)
    t = sp.Symbol("t", positive=True)
    kappa = sp.cos(t) + kink * (sp.sin(t) - t * sp.cos(t)) / sp.pi
    proof = Derivation()
    slope = sp.expand(sp.diff(kappa, t) / -sp.sin(t))
    proof.equal("kappa' = 1 - kink t/pi in the cosine, 1 at t = 0", slope, 1 - kink * t / sp.pi)
    proof.equal("kappa(-1) = kink - 1", kappa.subs(t, sp.pi), kink - 1)
    distance = (1 + (n - 1) ** 2 - 2 * (n - 1) * (kink - 1)) / n**2
    proof.equal("growth", statement.growth(n, kink), 1 / distance, is_statement=True)
    excess = 1 / distance.subs(n, m + 2) - 1
    proof.nonnegative("growth exceeds 1, kink in [0, 1)", excess, {m: "nonnegative", kink: "unit"})
    proof.equal(
        "by 2(n-1) kink/(n^2 - 2(n-1) kink)", 1 / distance - 1, 2 * (n - 1) * kink / (n**2 - 2 * (n - 1) * kink)
    )
    return proof.evidence("linearisation at the collapsed cluster, for every n and leaky slope")


@claim.certified
def at_a_tilt_of_1e_minus_12(statement: ClusterGrowth, case: RecentredCase, _: Trial) -> Evidence:
    """Enclose the growth of alpha/beta of the exact layer at tilt 1e-12; it misses rho by its cubic term, below 1e-9 n."""
    with working_bits(200):
        family = ClusterOddFamily(case.batch_size)
        spread, scale = family.factors(flint.arb(10) ** -12, case.kernel)
        measured = spread / scale
        kink = flint.arb(flint.fmpq(case.kernel.kink.numerator, case.kernel.kink.denominator))
        stated = flint.arb(case.batch_size) ** 0 * statement.growth(flint.arb(case.batch_size), kink)
        slack = flint.arb(10) ** -9 * case.batch_size - abs(measured - stated)
    figures = (
        Figure("growth at tilt 1e-12", measured.str(15, radius=False)),
        Figure("stated", stated.str(15, radius=False)),
    )
    return from_slack(slack, "growth of the relative spread", str(case), *figures, sharpness=figures[0])
