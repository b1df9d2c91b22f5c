"""A17. Case 2 (kappa'(1) < 1): 1 - rho_l <= kappa'(1)^l (1 - rho_0) for every rho_0 in [-1, 1].

Proof: 1 - r^k <= k (1 - r) for |r| <= 1 and integers k >= 1 (induction: the difference grows by (1-r)(1-r^k)), so
1 - kappa(r) = sum p_k (1 - r^k) <= sum k p_k (1 - r); then l times. Source: [A'], Theorem 1, Case 2, as printed. The gap 1 - rho falls below the
rounding of double precision within some tens of layers, where naive checks report violations of any size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import flint
import sympy as sp

from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, at_most, belongs, below, equal, function, normalised_map, slope
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.fixed_points.kernel_cases import (
    STARTS,
    cases_of,
    in_case,
    induction_over_powers,
    is_quick,
    judge_depth_bound,
    kernel_activation,
)
from proofs_check.ledger.papers import FIXED_POINTS
from theory.activation import Activation, catalogue
from theory.enclosure.ball import ball_of
from theory.kernel_map.kernel_map import KernelMap
from theory.number import Number

Rate = Callable[[sp.Expr, sp.Expr], sp.Expr]


@dataclass(frozen=True)
class CaseTwoRate:
    """1 - rho_l <= rate(p_1, kappa'(1))^l (1 - rho_0)."""

    rate: Rate = lambda _at_zero, at_one: at_one

    def formula(self) -> Formula:
        """Return the bound at layer l for maps with kappa'(1) < 1."""
        depth, p, rho = sp.Symbol("l"), sp.IndexedBase("p")[1], sp.IndexedBase("rho")
        return (
            at_most(1 - rho[depth], self.rate(p, slope("kappa", 1)) ** depth * (1 - rho[0])),
            belongs(rho[0], sp.Interval(-1, 1)),
            equal(rho[depth + 1], function("kappa")(rho[depth])),
            *normalised_map(below(slope("kappa", 1), 1)),
        )


claim = Claim(
    id="A17",
    title="Case 2: 1 - rho decays at least by the slope at one a layer, from every start",
    paper=FIXED_POINTS,
    statement=CaseTwoRate(),
    pinned=(*catalogue("cos", "gaussian", "softplus", "hardsigmoid"), kernel_activation("3/5", "1/5", "1/10", "1/10")),
    cases=cases_of(2),
    covers=in_case(2),
    mutants=[
        Mutant("kappa'(0)^l", CaseTwoRate(lambda at_zero, _at_one: at_zero), on="", by=SYMBOLIC),
        Mutant("kappa'(0)^l, softplus", CaseTwoRate(lambda at_zero, _at_one: at_zero), on="softplus", by=CERTIFIED),
        Mutant(
            "kappa'(1)^(1.01 l)", CaseTwoRate(lambda _, at_one: at_one ** sp.Rational(101, 100)), on="cos", by=CERTIFIED
        ),
    ],
)


@claim.for_all(SYMBOLIC)
def term_by_term(statement: CaseTwoRate, _: None, __: Trial) -> Evidence:
    """The inequality of powers by induction, then the statement on maps of degree 2, where it must hold."""
    r, p, t = sp.symbols("r p t")
    proof = induction_over_powers(Derivation().uses("Mehler's formula: kappa = sum p_k r^k, p_k >= 0, sum p_k = 1"))
    second = (1 - p) * t
    kappa = (1 - p - second) + p * r + second * r**2
    allowed = statement.rate(p, p + 2 * second) * (1 - r)
    proof.nonnegative(
        "rate (1 - r) - (1 - kappa(r)) on all maps p_0 + p_1 r + p_2 r^2",
        allowed - (1 - kappa),
        {r: "unit", p: "unit", t: "unit"},
        is_statement=True,
    )
    slopes = sp.symbols("kappa'(0) kappa'(1)")
    proof.equal("the rate is the slope at one, sum_k k p_k", statement.rate(*slopes), slopes[1])
    return proof.evidence("sum over powers, l times, for every map")


@claim.certified
def by_iterating_balls(statement: CaseTwoRate, activation: Activation, _: Trial) -> Evidence:
    """Iterate the normalised map in balls from -1 to 1 - 1e-6 and compare gaps at every layer."""
    kernel = KernelMap.normalised(activation)
    rate = Number.combine(statement.rate, kernel.slope_at_zero, kernel.slope_at_one).ball(60)
    starts = [Fraction(-1), *(STARTS if is_quick(kernel) else STARTS[:-1])]
    depth = 30 if is_quick(kernel) else 8

    def bound(layer: int, start: Fraction) -> flint.arb:
        return rate**layer * ball_of(1 - start)

    return judge_depth_bound(kernel, starts, depth, lambda rho: 1 - rho, bound, what="Case 2 rate")
