"""C3c. The cluster is no point: its angle is 3 pi/n to leading order, and the odd sample's norm ratio n - 1 - 9 pi^2/(4n).

So "converges to a single cluster" holds up to an angle of about 540/n degrees: 30 at n = 16, 2.1 at n = 256. The limit
n angle -> 3 pi is the same for every leaky slope. Proof: balance(x/n)/n -> 2 - 2 sqrt(2) x/(3 pi), whose zero
x = 3 pi/sqrt(2) is simple; the angle of the cluster is sqrt(2) tilt, the norm ratio (n-1) cos(tilt), to leading order.
With margins 20/n and 100/n^2 for ReLU, n <= 256, enclosed. Infinite width. Source: this project.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flint
import sympy as sp

from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, belongs, equal, function, implies, limit, rational
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import RECENTERING
from proofs_check.ledger.recentering.cases import RecentredCase, recentred_cases, relu_sizes
from proofs_check.ledger.recentering.certain import certain
from theory.enclosure.ball import working_bits
from theory.recentering.cluster_growth import scaled_balance_limit
from theory.recentering.family_fixed_point import family_fixed_points


@dataclass(frozen=True)
class ClusterSize:
    """n angle -> scaled_angle(pi); norm ratio = n - 1 - ratio_loss(pi)/n + O(1/n^2)."""

    scaled_angle: Callable[[Any], Any] = lambda pi: 3 * pi
    ratio_loss: Callable[[Any], Any] = lambda pi: 9 * pi**2 / 4

    def formula(self) -> Formula:
        """Return the limit of n times the cluster's angle theta, and the margins for theta and the norm ratio q, 7 <= n <= 256."""
        n, angle, ratio, loss = sp.Symbol("n"), function("theta"), function("q"), self.ratio_loss(sp.pi)
        scaled = rational(self.scaled_angle(sp.pi))
        regime = belongs(n, sp.Range(7, 257))
        return (
            equal(limit(n * angle(n), n), scaled),
            implies(regime, sp.Le(sp.Abs(n * angle(n) - scaled), 20 / n)),
            implies(regime, sp.Le(sp.Abs(ratio(n) - (n - 1 - loss / n)), 100 / n**2)),
        )


LIMIT, MARGINS = PARTS = (
    "the limits",
    "the margins at the judged sizes",
)
claim = Claim(
    id="C3c",
    title="At the cluster-and-odd fixed point the cluster's angle is 3 pi/n and the norm ratio n - 1 - 9 pi^2/(4n), asymptotically",
    paper=RECENTERING,
    statement=ClusterSize(),
    parts=PARTS,
    pinned=relu_sizes(7, 10, 16, 32, 64, 128, 256),
    cases=recentred_cases(7, only_relu=True),
    mutants=[
        Mutant("n angle -> pi", ClusterSize(scaled_angle=lambda pi: pi), on="n=64 relu", by=CERTIFIED, part=MARGINS),
        Mutant("n angle -> pi, by the limit", ClusterSize(scaled_angle=lambda pi: pi), on="", by=SYMBOLIC, part=LIMIT),
        Mutant(
            "a single point: angle 0",
            ClusterSize(scaled_angle=lambda pi: 0 * pi),
            on="n=16 relu",
            by=CERTIFIED,
            part=MARGINS,
        ),
        Mutant(
            "norm ratio n - 1", ClusterSize(ratio_loss=lambda pi: 0 * pi), on="n=64 relu", by=CERTIFIED, part=MARGINS
        ),
    ],
)


@claim.for_all(SYMBOLIC, part=LIMIT)
def by_the_limit_of_the_balance(statement: ClusterSize, _: None, __: Trial) -> Evidence:
    """Let tilt = x/n and n grow; then read angle and norm ratio off the zero."""
    x, e, t = sp.symbols("x e t", positive=True)
    tilt = x * e
    half_sine = sp.sqrt((1 - e) / (2 * (1 - 2 * e))) * sp.sin(tilt)
    proof = Derivation().uses("a continuous function that tends to one with a simple zero has a zero that tends to it")
    proof.equal("angle/tilt -> sqrt 2", sp.limit(2 * half_sine / tilt, e, 0), sp.sqrt(2))
    bend = (sp.sin(t) - t * sp.cos(t)) / (sp.pi * (1 - sp.cos(t)))
    proof.equal("bend(t)/t -> 2/(3 pi)", sp.limit(bend / t, t, 0), 2 / (3 * sp.pi))
    gain = 2 * (1 - e) * sp.cos(tilt) * (sp.sin(tilt) + (sp.pi - tilt) * sp.cos(tilt)) / sp.pi
    reach = sp.cos(tilt) ** 2 + e**2 * sp.sin(tilt) ** 2
    proof.equal("gain/n -> 2", gain.subs(e, 0), 2)
    proof.equal("reach/n^2 -> 1", reach.subs(e, 0), 1)
    limit = scaled_balance_limit(x)
    proof.equal("balance/n", limit, 2 - 2 / (3 * sp.pi) * sp.sqrt(2) * x)
    zero = 3 * sp.pi / sp.sqrt(2)
    proof.equal("its zero", sp.simplify(limit.subs(x, zero)), 0)
    scaled = sp.sqrt(2) * zero  # the kernel's kappa'(1) = 1 keeps small angles to first order
    _compare(proof, "n angle", statement.scaled_angle(sp.pi), scaled)
    _compare(proof, "loss of norm ratio: (n-1)(1 - cos(x/n)) n", statement.ratio_loss(sp.pi), zero**2 / 2)
    return proof.evidence("limit of the balance")


def _compare(proof: Derivation, text: str, stated: sp.Expr, derived: sp.Expr) -> None:
    """Add the step stated = derived for multiples of powers of pi, with pi a free symbol so that a difference is one."""
    pi = sp.Symbol("pi")
    proof.equal(text, sp.expand(stated).subs(sp.pi, pi), sp.expand(derived).subs(sp.pi, pi), is_statement=True)


@claim.on_cases(CERTIFIED, part=MARGINS)
def margins_on_one_batch_size(statement: ClusterSize, case: RecentredCase, _: Trial) -> Evidence:
    """Enclose |n angle - limit| <= 20/n and |norm ratio - expansion| <= 100/n^2 at the fixed point."""
    n = case.batch_size
    point = family_fixed_points(n)[0]
    if point.kind != "cluster and odd":
        return certain(None, f"no such fixed point at n = {n}", "")
    with working_bits(128):
        tilt = point.tilt.ball(30)
        angle = point.family.cluster_angle(tilt, case.kernel)
        ratio = point.family.norm_ratio(tilt)
        pi = flint.arb.pi()
        off = abs(n * angle - statement.scaled_angle(pi))
        loss = abs(ratio - (n - 1 - statement.ratio_loss(pi) / n))
        slack = (flint.arb(20) / n - off).min(flint.arb(100) / n**2 - loss)
    figures = (
        Figure("angle in degrees", (angle * 180 / pi).str(8, radius=False)),
        Figure("n angle", (n * angle).str(8, radius=False)),
        Figure("norm ratio", ratio.str(10, radius=False)),
    )
    holds = True if slack > 0 else (False if slack < 0 else None)
    witness = f"{case}: n angle {(n * angle).str(8, radius=False)}, norm ratio {ratio.str(8, radius=False)}"
    return certain(
        holds,
        "asymptotics within 20/n and 100/n^2",
        witness,
        *figures,
        sharpness=Figure("n |n angle - limit|", (n * off).str(5, radius=False)),
    )
