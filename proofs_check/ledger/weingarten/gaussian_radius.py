"""W7. Gaussian moments are Haar moments times the moments of independent lengths (Wishart consistency).

A d x d Gaussian matrix is G = L W, W Haar, L lower triangular and independent of W (Bartlett): |L_11|^2 has the moments
d (d + alpha) ... (d + (k-1) alpha) of |g|^2, L_21 is a standard Gaussian, E|L_22|^2 = d - 1. So, with b_i = (G Lambda
G*)_ii,

    E b_1^k       = E|L_11|^{2k} E a_1^k,
    E b_1^k b_2   = E|L_11|^{2k} (E a_1^{k+1} + (d - 1) E a_1^k a_2) = E b_1^k E b_2,

the left sides by Wick's theorem (sums over pairings), the right ones by the Weingarten calculus.
Source: Bartlett's decomposition (Muirhead, Aspects of multivariate statistical theory, 1982, Theorem 3.2.14).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import sympy as sp

from proofs_check.claim.claim import SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function, mean
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.symbolic import exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import WEINGARTEN
from proofs_check.ledger.weingarten.cases import RowExponents, draw_exponents
from proofs_check.ledger.weingarten.notation import LETTERS
from proofs_check.ledger.weingarten.pairing_sum import elements, kind
from theory.haar.dimension import Group
from theory.haar.partition import Partition
from theory.haar.rational_function import RationalFunction
from theory.haar.sphere import gaussian_row_moment, row_moment
from theory.haar.weingarten import jack_parameter

PowerSums = dict[Partition, RationalFunction]


@dataclass(frozen=True)
class GaussianRadius:
    """E|L_11|^{2k} = prod_{s<k} (d + length_step(alpha, s)) and E|L_22|^2 = d - lost_degrees."""

    length_step: Callable[[int, int], int] = lambda alpha, s: alpha * s
    lost_degrees: int = 1

    def formula(self) -> Formula:
        """Return the moments of one and two Gaussian forms b_i in those of the Haar forms a_i, and those of the lengths L_11, L_22.

        The first moments of L_11 are those of O(d), the second those of U(d).
        """
        d, k, s = sp.symbols("d k s", integer=True)
        gaussian, haar, factor = sp.IndexedBase("b"), sp.IndexedBase("a"), sp.IndexedBase("L")
        radius, second = mean(sp.Abs(factor[1, 1]) ** (2 * k)), mean(sp.Abs(factor[2, 2]) ** 2)
        lengths = (
            equal(
                function(f"E_{LETTERS[group]}(d)")(sp.Abs(factor[1, 1]) ** (2 * k)),
                sp.Product(d + self.length_step(jack_parameter(group), s), (s, 0, k - 1)),
            )
            for group in GROUPS
        )
        return (
            equal(mean(gaussian[1] ** k), radius * mean(haar[1] ** k)),
            equal(
                mean(gaussian[1] ** k * gaussian[2]),
                radius * (mean(haar[1] ** (k + 1)) + second * mean(haar[1] ** k * haar[2])),
            ),
            *lengths,
            equal(second, d - self.lost_degrees),
        )


GROUPS: tuple[Group, ...] = ("orthogonal", "unitary")

claim = Claim(
    id="W7",
    title="Gaussian moments are Haar moments times the moments of independent lengths",
    paper=WEINGARTEN,
    statement=GaussianRadius(),
    pinned=[RowExponents(group, powers) for group in GROUPS for powers in ((1,), (2,), (3,), (4,))],
    cases=partial(draw_exponents, GROUPS, 4, 1),
    mutants=[
        Mutant("a length that does not vary", GaussianRadius(lambda *_: 0), on="orthogonal 2", by=SYMBOLIC),
        Mutant("length of a complex vector", GaussianRadius(lambda _, s: s), on="orthogonal 3", by=SYMBOLIC),
        Mutant("length of a real vector", GaussianRadius(lambda _, s: 2 * s), on="unitary 2", by=SYMBOLIC),
        Mutant(
            "the second row loses no degree of freedom", GaussianRadius(lost_degrees=0), on="orthogonal 1", by=SYMBOLIC
        ),
    ],
)


@claim.symbolic
def one_row(statement: GaussianRadius, case: RowExponents, _: Trial) -> Evidence:
    """Compare E b^k by Wick's theorem with the length's moments times E a^k, coefficient by coefficient."""
    (power,) = case.exponents
    wick, length = _wick(case.group, power), _length(statement, case.group, power)
    haar = {mu: length * c for mu, c in row_moment(case.group, [power]).items()}
    scale = RationalFunction.dimension_power(power)
    engine = {mu: scale * c for mu, c in gaussian_row_moment(case.group, [power]).items()}
    wrong = [mu for mu in wick if not wick[mu] == haar.get(mu) == engine.get(mu)]
    witness = "".join(f"{case}: p_{mu} has {wick[mu]} by Wick, {haar.get(mu)} by Haar and length" for mu in wrong[:1])
    return exact_evidence(not wrong and set(haar) == set(wick), f"{len(wick)} power sums", witness)


@claim.symbolic
def two_rows(statement: GaussianRadius, case: RowExponents, _: Trial) -> Evidence:
    """Compare E b_1^k b_2 = E b_1^k p_1 with the Haar moments of one and two rows, weighted by Bartlett's lengths."""
    (power,) = case.exponents
    length = _length(statement, case.group, power)
    second = RationalFunction.dimension_power(1) - statement.lost_degrees
    haar: PowerSums = {mu: length * c for mu, c in row_moment(case.group, [power + 1]).items()}
    for mu, c in row_moment(case.group, [power, 1]).items():
        haar[mu] = length * second * c + haar.get(mu, RationalFunction(()))
    wick = {(*mu, 1): c for mu, c in _wick(case.group, power).items()}
    zero = RationalFunction(())
    wrong = [mu for mu in haar if haar[mu] != wick.get(mu, zero)]
    witness = "".join(f"{case}: p_{mu} has {wick.get(mu, zero)} by Wick, {haar[mu]} by Bartlett" for mu in wrong[:1])
    return exact_evidence(not wrong, f"{len(haar)} power sums of two rows", witness)


def _length(statement: GaussianRadius, group: Group, power: int) -> RationalFunction:
    result = RationalFunction.constant(1)
    for s in range(power):
        step = statement.length_step(jack_parameter(group), s)
        result = result * (RationalFunction.dimension_power(1) + step)
    return result


def _wick(group: Group, power: int) -> Mapping[Partition, RationalFunction]:
    """Return E (g Lambda g*)^k in power sums, one term for every pairing of the 2k factors (unitary: permutation)."""
    every = elements(group, power)
    canonical = tuple(range(power)) if group == "unitary" else tuple((2 * i, 2 * i + 1) for i in range(power))
    counts = Counter(kind(group, canonical, element)[0] for element in every)
    return {mu: RationalFunction.constant(count) for mu, count in counts.items()}
