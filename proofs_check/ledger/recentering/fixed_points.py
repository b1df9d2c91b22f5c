"""C3b. Cluster and odd point: a fixed direction of recentring and ReLU exactly for n >= 7, and a stable one beside the symmetric.

Among batches with n - 1 exchangeable samples there is, for n = 3..6, one fixed direction besides the collapsed cluster, the
symmetric one; from n = 7 on there are three, in the order of the tilt: cluster and odd (stable), a saddle, symmetric
(stable). So "the batch converges to a cluster and an odd point" can hold for no start of this kind when n <= 6, and for
some starts only when n >= 7. Proof: the balance of `theory.recentering.cluster_odd_family` has all its roots isolated by
interval arithmetic, n by n; existence for every n >= 7 at once from its sign at 0 and at tilt 9/n, 1/n in [0, 1/64] one
interval. Spectra as balls, on the batch sizes judged. Infinite width. Source: this project; on the stability result of [C] see C2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import flint
import sympy as sp

from proofs_check.claim.claim import CERTIFIED, Claim, Mutant
from proofs_check.claim.formula import Formula, above, at_least, below, equal, exactly_if, function
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import RECENTERING
from proofs_check.ledger.recentering.cases import LEAKY, RecentredCase, recentred_cases
from proofs_check.ledger.recentering.certain import certain
from theory.enclosure.ball import working_bits
from theory.recentering.cluster_growth import scaled_balance
from theory.recentering.cluster_odd_family import ClusterOddFamily
from theory.recentering.family_fixed_point import family_fixed_points
from theory.recentering.linearisation import spectrum_at

ALL = (("cluster and odd", True), ("saddle", False), ("symmetric", True))


@dataclass(frozen=True)
class FixedPoints:
    """The fixed directions with their stability, ascending in the tilt; the odd one exists iff n >= threshold."""

    threshold: int = 7
    directions: Callable[[int], tuple[tuple[str, bool], ...]] = lambda n: ALL if n >= 7 else ALL[2:]

    def formula(self) -> Formula:
        """Return for which n the odd direction exists, and number N and spectral radii r of the fixed directions of some n."""
        n, number, odd = sp.Symbol("n"), function("N"), function("N_odd")
        found = [exactly_if(above(odd(n), 0), at_least(n, self.threshold))]
        for size in (5, 7, 16):
            directions = self.directions(size)
            found.append(equal(number(size), len(directions)))
            for name, stable in directions:
                radius = function(f"r_{name.split()[-1]}")(size)
                found.append(below(radius, 1) if stable else above(radius, 1))
        return tuple(found)


EXISTENCE, STABILITY = PARTS = (
    "for which n the odd direction exists",
    "number and stability of the directions",
)
claim = Claim(
    id="C3b",
    title="A cluster and an odd point are a fixed direction exactly for n >= 7; where judged it is stable, and so is the symmetric one",
    paper=RECENTERING,
    statement=FixedPoints(),
    parts=PARTS,
    pinned=[*(RecentredCase(n) for n in (3, 5, 6, 7, 8, 12, 16, 32, 64, 128, 256)), RecentredCase(16, LEAKY)],
    cases=recentred_cases(3),
    mutants=[
        Mutant(
            "every n has the odd direction",
            FixedPoints(directions=lambda _: ALL),
            on="n=5 relu",
            by=CERTIFIED,
            part=STABILITY,
        ),
        Mutant(
            "only the odd direction is stable",
            FixedPoints(directions=lambda _: ALL[:1]),
            on="n=16 relu",
            by=CERTIFIED,
            part=STABILITY,
        ),
        Mutant(
            "the odd direction is unstable",
            FixedPoints(directions=lambda _: (("cluster and odd", False), *ALL[1:])),
            on="n=7 relu",
            by=CERTIFIED,
            part=STABILITY,
        ),
        Mutant("from n = 6", FixedPoints(threshold=6), on="", by=CERTIFIED, part=EXISTENCE),
        Mutant("from n = 8", FixedPoints(threshold=8), on="", by=CERTIFIED, part=EXISTENCE),
    ],
)


@claim.for_all(CERTIFIED, part=EXISTENCE)
def existence_for_every_n(statement: FixedPoints, _: None, __: Trial) -> Evidence:
    """Find the sign of the balance at tilt 9/n, n = 7, 8, ...: negative, while it is 2(n-1) at 0, so a root lies between."""
    place = flint.arb(9)
    with working_bits(100):
        negative = all(ClusterOddFamily(n).balance(place / n) < 0 for n in range(7, 64))
        # 1/n in [0, 1/64] as 32 intervals, 1/n = 0 included
        cells = [flint.arb(k).union(flint.arb(k + 1)) / 2048 for k in range(32)]
        slack = max((scaled_balance(place, cell) for cell in cells), key=lambda ball: float(ball.upper()))
        found = {n: len(family_fixed_points(n)) for n in range(3, 7)}
    if not (negative and slack < 0 and set(found.values()) == {1}):
        return certain(None, "existence of the odd direction", "")
    witness = f"n = {min(statement.threshold, 7)}: the odd direction " + (
        "exists" if statement.threshold > 7 else f"does not exist, {found.get(statement.threshold)} root in all"
    )
    largest = Figure("largest balance(9/n)/n for n >= 64, at most", slack.upper().str(5, radius=False))
    return certain(
        statement.threshold == 7, "exists for every n >= 7, for no n = 3..6", witness, sharpness=largest, cells=89
    )


@claim.on_cases(CERTIFIED, part=STABILITY)
def all_of_one_batch_size(statement: FixedPoints, case: RecentredCase, _: Trial) -> Evidence:
    """Isolate every root of the balance, and enclose the whole spectrum at each."""
    found = []
    figures = []
    for point in family_fixed_points(case.batch_size):
        spectrum = spectrum_at(point, case.kernel, 20)
        stable = spectrum.is_stable
        if stable is None:
            return certain(None, f"stability of {point.kind}", "")
        found.append((point.kind, stable))
        with working_bits(100):
            angle = point.family.cluster_angle(point.tilt.ball(25), case.kernel) * 180 / flint.arb.pi()
            ratio = point.family.norm_ratio(point.tilt.ball(25))
        text = f"angle {angle.str(7, radius=False)} deg, norm ratio {ratio.str(7, radius=False)}"
        figures.append(Figure(point.kind, f"{text}, spectral radius {spectrum.radius.str(6, radius=False)}"))
    stated = statement.directions(case.batch_size)
    witness = f"{case}: fixed directions (stable?) {found}, stated {list(stated)}"
    return certain(
        tuple(found) == stated, "all fixed directions of the family", witness, *figures, sharpness=figures[0]
    )
