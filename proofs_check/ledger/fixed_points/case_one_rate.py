"""A16. Case 1 (p_0 = 0): |rho_l|/(1-|rho_l|) <= a^l |rho_0|/(1-|rho_0|) with a = 1/(2 - kappa'(0)).

Proof: one layer is the contraction of A7 with alpha = kappa'(0) = p_1, which asks of the map only p_k >= 0, p_0 = 0 and
sum 1; then l times. The slope kappa'(0) itself is no valid factor, although it is the asymptotic one: half a layer away
from 0 other powers count. Source: [A'], Theorem 1, Case 1, as printed (also the centred map's remark). The authors' note on
complex analysis has the factor (1 + kappa'(0))/2 and calls it weaker: it holds too, since (1 + p)(2 - p) >= 2 on [0, 1].
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import flint
import sympy as sp

from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, at_most, below, equal, function, normalised_map
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.fixed_points.kernel_cases import (
    STARTS,
    cases_of,
    in_case,
    is_quick,
    judge_depth_bound,
    kernel_activation,
)
from proofs_check.ledger.isometry.layer_contraction import two_term_steps
from proofs_check.ledger.papers import FIXED_POINTS
from theory.activation import Activation, catalogue
from theory.enclosure.ball import ball_of
from theory.kernel_map.kernel_map import KernelMap
from theory.number import Number


@dataclass(frozen=True)
class CaseOneRate:
    """|rho_l|/(1-|rho_l|) <= factor(p_1)^l |rho_0|/(1-|rho_0|) for maps with p_0 = 0."""

    factor: Callable[[sp.Expr], sp.Expr] = lambda p: 1 / (2 - p)

    def formula(self) -> Formula:
        """Return the bound at layer l for maps with p_0 = 0."""
        depth, p, rho = sp.Symbol("l"), sp.IndexedBase("p")[1], sp.IndexedBase("rho")
        now, start = sp.Abs(rho[depth]), sp.Abs(rho[0])
        return (
            at_most(now / (1 - now), self.factor(p) ** depth * start / (1 - start)),
            below(start, 1),
            equal(rho[depth + 1], function("kappa")(rho[depth])),
            *normalised_map(equal(sp.IndexedBase("p")[0], 0)),
        )


CENTRED_RELU = Activation.from_text("max(x, 0) - 1/sqrt(2*pi)")

claim = Claim(
    id="A16",
    title="Case 1: |rho|/(1-|rho|) decays at least by 1/(2 - kappa'(0)) a layer",
    paper=FIXED_POINTS,
    statement=CaseOneRate(),
    pinned=(*catalogue("tanh", "sin", "sign"), CENTRED_RELU, kernel_activation(0, "1/2", "1/2")),
    cases=cases_of(1),
    covers=in_case(1),
    mutants=[
        Mutant("factor kappa'(0)", CaseOneRate(lambda p: p), on="", by=SYMBOLIC),
        Mutant("factor kappa'(0), relu minus its mean", CaseOneRate(lambda p: p), on=CENTRED_RELU.name, by=CERTIFIED),
        Mutant("factor 1/(3 - kappa'(0))", CaseOneRate(lambda p: 1 / (3 - p)), on="tanh", by=CERTIFIED),
    ],
)


@claim.for_all(SYMBOLIC)
def one_layer_then_induction(statement: CaseOneRate, _: None, __: Trial) -> Evidence:
    """The steps of A7 for the rate 1/factor, and that the factor (1 + p)/2 of complex analysis is the weaker one."""
    p = sp.Symbol("p")
    proof = two_term_steps(lambda alpha: 1 / statement.factor(alpha))
    proof.nonnegative("(1+p)/2 >= 1/(2-p)", (1 + p) / 2 - 1 / (2 - p), {p: "unit"})
    return proof.evidence("one layer, l times, for every map with p_0 = 0")


@claim.certified
def by_iterating_balls(statement: CaseOneRate, activation: Activation, _: Trial) -> Evidence:
    """Iterate the normalised map in balls and compare potentials at every layer."""
    kernel = KernelMap.normalised(activation)
    factor = Number.combine(statement.factor, kernel.slope_at_zero).ball(60)

    def potential(rho: flint.arb) -> flint.arb:
        return abs(rho) / (1 - abs(rho))

    def bound(layer: int, start: Fraction) -> flint.arb:
        return factor**layer * ball_of(abs(start) / (1 - abs(start)))

    starts = [*STARTS[:-1], Fraction(3, 5)] if not is_quick(kernel) else [*STARTS, Fraction(3, 5)]
    return judge_depth_bound(kernel, starts, 12, potential, bound, what="Case 1 rate", digits=40)
