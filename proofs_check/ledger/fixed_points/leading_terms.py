"""A31. If the Hermite expansion of s begins at he_m, m >= 2, correlations vanish doubly exponentially: |rho_l| <= |rho_0|^(m^l).

Proof: |kappa(r)| <= sum_{k>=m} p_k |r|^k <= |r|^m, since p_k >= 0 add to 1 and |r|^(k-m) <= 1; then l times, as (|r|^(m^l))^m = |r|^(m^(l+1)).
Inside 0 < |r| < 1 a weight on any k > m makes the step strict, so equality at a layer holds only for s = he_m. Source: [A'], supplement, corollary on
activations whose expansion begins at degree m.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import flint
import sympy as sp

from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, at_most, belongs, equal, function, series_of_kernel
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.fixed_points.kernel_cases import STARTS, judge_depth_bound, kernel_activation
from proofs_check.ledger.papers import FIXED_POINTS
from theory.activation import Activation
from theory.enclosure.ball import ball_of
from theory.kernel_map.kernel_map import KernelMap
from theory.number import Number

HIGHEST = 6


@dataclass(frozen=True)
class LeadingTerms:
    """|rho_l| <= |rho_0|^exponent(m, l)."""

    exponent: Callable[[sp.Expr, sp.Expr], sp.Expr] = lambda m, layer: m**layer

    def formula(self) -> Formula:
        """Return the bound at layer l, the iteration, and the series that begins at degree m."""
        m, layer = sp.symbols("m l", integer=True, positive=True)
        rho, kappa = sp.IndexedBase("rho"), function("kappa")
        p = sp.IndexedBase("p")
        k = sp.Symbol("k", integer=True)
        return (
            at_most(sp.Abs(rho[layer]), sp.Abs(rho[0]) ** self.exponent(m, layer)),
            equal(rho[layer + 1], kappa(rho[layer])),
            equal(kappa(sp.Symbol("rho")), series_of_kernel(sp.Symbol("rho"), centred=False)),
            sp.Implies(k < m, sp.Eq(p[k], 0)),
            belongs(rho[0], sp.Interval(-1, 1)),
        )


def first_degree(activation: Activation) -> int | None:
    """Return the least degree whose coefficient is not 0 among the first, where that is decided."""
    kernel = KernelMap.normalised(activation)
    for degree in range(HIGHEST):
        found: Number = kernel.coefficient(degree)
        if found.exact is None:
            return None
        if found.exact != 0:
            return degree
    return None


def begins_late(activation: Activation) -> str | None:
    """Return why the claim does not speak of an activation, or None."""
    degree = first_degree(activation)
    if degree is None:
        return "the first degree of its Hermite expansion is not decided"
    return None if degree >= 2 else f"its Hermite expansion begins at degree {degree}"


PAIR, TRIPLE = kernel_activation(0, 0, "1/2", "1/2"), kernel_activation(0, 0, 0, "3/4", 0, "1/4")
claim = Claim(
    id="A31",
    title="A Hermite expansion that begins at he_m makes correlations vanish doubly exponentially: |rho_l| <= |rho_0|^(m^l)",
    paper=FIXED_POINTS,
    statement=LeadingTerms(),
    pinned=(PAIR, TRIPLE),
    covers=begins_late,
    mutants=[
        Mutant("exponent (m+1)^l", LeadingTerms(lambda m, layer: (m + 1) ** layer), on=PAIR.name, by=CERTIFIED),
        Mutant("exponent m^(l+1)", LeadingTerms(lambda m, layer: m ** (layer + 1)), on="", by=SYMBOLIC),
        Mutant("exponent 1 + m l", LeadingTerms(lambda m, layer: 1 + m * layer), on="", by=SYMBOLIC),
    ],
)


@claim.for_all(SYMBOLIC)
def one_layer_then_induction(statement: LeadingTerms, _: None, __: Trial) -> Evidence:
    """Compare the series with its first power, and compose the bound with itself."""
    m, layer = sp.symbols("m l", integer=True, positive=True)
    power, rest = sp.symbols("y x")
    proof = Derivation().uses("kernel maps have nonnegative coefficients of sum 1")
    proof.nonnegative(
        "r^m - r^k = y (1 - x), y = r^m, x = r^(k-m)", power - power * rest, {power: "unit", rest: "unit"}
    )
    proof.equal("at layer 0", statement.exponent(m, sp.Integer(0)), 1, is_statement=True)
    proof.equal(
        "one more layer: (|r|^(m^l))^m",
        sp.powsimp(statement.exponent(m, layer) * m - statement.exponent(m, layer + 1)),
        0,
        is_statement=True,
    )
    return proof.evidence("one layer, and by induction every depth, for every m")


@claim.certified
def by_iterating_balls(statement: LeadingTerms, activation: Activation, _: Trial) -> Evidence:
    """Iterate the map in balls from starts of both signs and compare at every layer."""
    degree = sp.Integer(first_degree(activation) or 0)

    def bound(layer: int, start: Fraction) -> flint.arb:
        return ball_of(abs(start)) ** int(statement.exponent(degree, sp.Integer(layer)))

    kernel = KernelMap.normalised(activation)
    return judge_depth_bound(kernel, list(STARTS), 5, abs, bound, what="doubly exponential bound")
