"""A18. Case 3 (kappa'(1) = 1): 1 - rho_l <= (1-rho_0)/(1 + A l (1-rho_0)), A = 1 - p_0 - p_1, for rho_0 in [-1, 1].

Proof: for d = 1 - rho in [0, 2] and integers k >= 2, (1-d)^k - 1 + k d >= d^2 (induction), so the next gap is at most
d - A d^2 <= d/(1 + A d); and d -> d/(1 + A d) composed l times is d/(1 + A l d). Equality in the first step for
p_k = 0 beyond k = 2. Source: [A'], Theorem 1, Case 3, as printed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import flint
import sympy as sp

from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, at_most, belongs, equal, function, normalised_map, slope
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.fixed_points.kernel_cases import (
    MINIMAL_CRITICAL,
    STARTS,
    cases_of,
    in_case,
    induction_over_powers,
    is_quick,
    judge_depth_bound,
)
from proofs_check.ledger.papers import FIXED_POINTS
from theory.activation import Activation, catalogue
from theory.enclosure.ball import ball_of
from theory.kernel_map.kernel_map import KernelMap
from theory.number import Number


@dataclass(frozen=True)
class CaseThreeRate:
    """1 - rho_l <= (1 - rho_0)/(1 + strength(p_0, p_1) l (1 - rho_0))."""

    strength: Callable[[sp.Expr, sp.Expr], sp.Expr] = lambda p0, p1: 1 - p0 - p1

    def formula(self) -> Formula:
        """Return the bound at layer l for maps with kappa'(1) = 1."""
        depth, p0, p1, rho = sp.Symbol("l"), sp.IndexedBase("p")[0], sp.IndexedBase("p")[1], sp.IndexedBase("rho")
        gap = 1 - rho[0]
        return (
            at_most(1 - rho[depth], gap / (1 + self.strength(p0, p1) * depth * gap)),
            belongs(rho[0], sp.Interval(-1, 1)),
            equal(rho[depth + 1], function("kappa")(rho[depth])),
            *normalised_map(equal(slope("kappa", 1), 1)),
        )


claim = Claim(
    id="A18",
    title="Case 3: 1 - rho decays at least like 1/(A l), A = 1 - p_0 - p_1, from every start",
    paper=FIXED_POINTS,
    statement=CaseThreeRate(),
    pinned=(*catalogue("relu", "leaky_relu", "abs", "exp"), MINIMAL_CRITICAL),
    cases=cases_of(3),
    covers=in_case(3),
    mutants=[
        Mutant("A = p_0 + p_1", CaseThreeRate(lambda p0, p1: p0 + p1), on="", by=SYMBOLIC),
        Mutant(
            "A = p_0 + p_1, (1+r)^2/4", CaseThreeRate(lambda p0, p1: p0 + p1), on=MINIMAL_CRITICAL.name, by=CERTIFIED
        ),
        Mutant(
            "A = p_0 + p_1, exp",
            CaseThreeRate(lambda p0, p1: p0 + p1),
            on="exp",
            by=CERTIFIED,
            erratum="[A'], table of activations, row exp: 0.74 = p_0 + p_1 stands as the rate of Case 3; "
            "Theorem 1 has 1 - p_0 - p_1 = 1 - 2/e = 0.264",
        ),
        Mutant("A = 3/2 (1 - p_0 - p_1), exp", CaseThreeRate(lambda p0, p1: 3 * (1 - p0 - p1)), on="exp", by=CERTIFIED),
    ],
)


@claim.for_all(SYMBOLIC)
def second_order_then_composition(statement: CaseThreeRate, _: None, __: Trial) -> Evidence:
    """The inequality of powers, one layer on the extremal maps p_0 = p_2, and the composition law."""
    d, s, level, a = sp.symbols("d s l A")
    t = 1 - s  # in (0, 1]: at t = 0 the map is the identity
    proof = induction_over_powers(Derivation().uses("Mehler's formula: kappa = sum p_k r^k, p_k >= 0, sum p_k = 1"))
    p0, p1 = sp.symbols("p0 p1")
    proof.equal("A is the weight of the powers from 2 on", statement.strength(p0, p1), 1 - p0 - p1)
    strength = statement.strength(t / 2, 1 - t)  # p_0 = p_2 = t/2: slope 1 at 1 and gap d - (t/2) d^2 exactly
    proof.nonnegative(
        "one layer of p_0 + p_1 r + p_0 r^2, gap 2 d in [0, 2)",
        2 * d / (1 + strength * 2 * d) - (2 * d - t / 2 * (2 * d) ** 2),
        {d: "unit", s: "unit"},
        is_statement=True,
    )
    proof.equal("1 - (1 - A d)(1 + A d) = (A d)^2 >= 0", 1 - (1 - a * d) * (1 + a * d), (a * d) ** 2)
    after = d / (1 + a * level * d)
    proof.equal("l layers and one more", after / (1 + a * after), d / (1 + a * (level + 1) * d))
    return proof.evidence("for every map with slope 1 at 1")


@claim.certified
def by_iterating_balls(statement: CaseThreeRate, activation: Activation, _: Trial) -> Evidence:
    """Iterate the normalised map in balls from -1 to 1 - 1e-6 and compare gaps at every layer."""
    kernel = KernelMap.normalised(activation)
    strength = Number.combine(statement.strength, kernel.coefficient(0), kernel.slope_at_zero).ball(60)
    starts = [Fraction(-1), *(STARTS if is_quick(kernel) else STARTS[:-1])]

    def bound(layer: int, start: Fraction) -> flint.arb:
        gap = ball_of(1 - start)
        return gap / (1 + strength * layer * gap)

    return judge_depth_bound(kernel, starts, 25, lambda rho: 1 - rho, bound, what="Case 3 rate")
