"""A21. Case 4: |rho_l - rho*| <= A |rho_0 - rho*|/(1 - r + r A), r = |rho_0| < 1, A = a^l, a = max(1 - p_0, 1/(2 - q)).

Proof, s = rho*. Above s the potential (rho - s)/(1 - rho) shrinks by 1/(2 - q) a layer (A20), so that
rho_l - s <= A (1 - s)(r - s)/(1 - r + A (r - s)), within the bound because
(1 - s)(1 - r + r A) = 1 - r + A (r - s) - s (1 - r)(1 - A). On [0, s] the distance shrinks by q <= 1/(2 - q), from rho < 0
with kappa(rho) <= s by 1 - p_0, and 1 - r + r A <= 1. A start below 0 that jumps above s from rho_j = -y has y > s, since
kappa(-y) <= kappa(y), and goes on as from y: numerator y - s <= |rho_j - s| <= a^j |rho_0 - s|, and the denominator
1 - y (1 - a^(l-j)) is at least 1 - r (1 - A), because y <= r.

Source: [A'], Theorem 1, Case 4, whose printed constant is false (A22) and whose denominator is 1 - r; the code of its figures
has the denominator here. Equality at l = 0; Case 1 (A16) is rho* = 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint
import sympy as sp

from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, above, at_most, belongs, below, equal, function, normalised_map, slope
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.symbolic import cannot_say
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung
from proofs_check.ledger.fixed_points.kernel_cases import (
    QUADRATIC,
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
from theory.enclosure.ball import ball_of, working_bits
from theory.kernel_map.kernel_map import KernelMap
from theory.signal_propagation.fixed_point import fixed_points

Factors = Callable[[sp.Expr, sp.Expr, sp.Expr], tuple[sp.Expr, ...]]


def corrected(p0: sp.Expr, q: sp.Expr, star: sp.Expr) -> tuple[sp.Expr, ...]:  # noqa: ARG001
    """Return (1 - p_0, 1/(2 - q)), whose largest is the rate."""
    return 1 - p0, 1 / (2 - q)


def as_printed(p0: sp.Expr, q: sp.Expr, star: sp.Expr) -> tuple[sp.Expr, ...]:
    """Return (1 - p_0, q, (1 - rho*)/(2 - q)), whose largest is the rate that [A'] prints."""
    return 1 - p0, q, (1 - star) / (2 - q)


@dataclass(frozen=True)
class CaseFourRate:
    """|rho_l - rho*| <= a^l |rho_0 - rho*|/denominator(|rho_0|, a^l), a the largest of factors(p_0, q, rho*)."""

    factors: Factors = corrected
    denominator: Callable[[Any, Any], Any] = lambda size, factor: 1 - size + size * factor

    def formula(self) -> Formula:
        """Return the bound at layer l, its rate a, and what rho* and q are."""
        depth, rate, star = sp.symbols("l a rho^*")
        p0, q, rho, kappa = sp.IndexedBase("p")[0], sp.Symbol("q"), sp.IndexedBase("rho"), function("kappa")
        start, size = sp.Abs(rho[0] - star), sp.Abs(rho[0])
        return (
            at_most(sp.Abs(rho[depth] - star), rate**depth * start / self.denominator(size, rate**depth)),
            equal(rate, sp.Max(*self.factors(p0, q, star))),
            below(sp.Abs(rho[0]), 1),
            equal(rho[depth + 1], kappa(rho[depth])),
            equal(kappa(star), star),
            belongs(star, sp.Interval.open(0, 1)),
            equal(q, slope("kappa", star)),
            *normalised_map(above(slope("kappa", 1), 1), above(p0, 0)),
        )


STEEP = kernel_activation("1/20", "1/20", 0, "9/10")
NEAR_ONE = 1 - Fraction(1, 10**12)
ERRATUM = "[A'], Theorem 1, Case 4: a = max(1 - p_0, q, (1 - rho*)/(2 - q)); too fast from near 1"

claim = Claim(
    id="A21",
    title="Case 4: |rho_l - rho*| decays at least by max(1 - p_0, 1/(2 - kappa'(rho*))) a layer",
    paper=FIXED_POINTS,
    statement=CaseFourRate(),
    pinned=(*catalogue("step", "relu2", "gelu", "silu"), QUADRATIC, STEEP),
    cases=cases_of(4),
    covers=in_case(4),
    mutants=[
        Mutant(
            "a as printed",
            CaseFourRate(as_printed, lambda size, _factor: 1 - size),
            on=QUADRATIC.name,
            by=CERTIFIED,
            erratum=ERRATUM,
        ),
        Mutant("no denominator", CaseFourRate(denominator=lambda _size, _factor: 1), on="", by=SYMBOLIC),
        Mutant(
            "no denominator, in balls",
            CaseFourRate(denominator=lambda _size, _factor: 1),
            on=QUADRATIC.name,
            by=CERTIFIED,
        ),
        Mutant("a = q", CaseFourRate(lambda _p0, q, _star: (q,)), on=STEEP.name, by=CERTIFIED),
        Mutant("a = 1 - p_0", CaseFourRate(lambda p0, _q, _star: (1 - p0,)), on="step", by=CERTIFIED),
        Mutant("a = q, smaller than 1/(2-q)", CaseFourRate(lambda _p0, q, _star: (q,)), on="", by=SYMBOLIC),
    ],
)


@claim.for_all(SYMBOLIC)
def chain_of_four_regions(statement: CaseFourRate, _: None, __: Trial) -> Evidence:
    """The steps of A20 for the rate above rho*, and that a covers the factors of the other regions."""
    p0, q, star, x, y = sp.symbols("p0 q s x y")
    factors = statement.factors(p0, q, star)
    upper = next(
        (f for f in factors if q in sp.sympify(f).free_symbols and star not in sp.sympify(f).free_symbols), None
    )
    if upper is None:
        return cannot_say(Rung.SYMBOLIC, "no factor depends on the slope alone")
    proof = two_term_steps(lambda alpha: 1 / sp.sympify(upper).subs(q, alpha))
    proof.nonnegative("the factor covers q on [0, rho*]", upper - q, {q: "unit"})
    proof.holds("1 - p_0 is among the factors, for rho < 0", (1 - p0) in factors)
    potential = (x - star) / (1 - x)
    proof.equal("distance = potential (1 - rho) <= potential, above rho*", potential * (1 - x), x - star)
    size, factor, shrink, later = sp.symbols("r A t w")
    proof.nonnegative(
        "so the distance above rho* is within the bound",
        1 - size + factor * (size - star) - (1 - star) * statement.denominator(size, factor),
        {size: "unit", star: "unit", factor: "unit"},
        is_statement=True,
    )
    proof.nonnegative(
        "the denominator is at most 1, for [0, rho*] and below 0",
        1 - statement.denominator(size, factor),
        {size: "unit", factor: "unit"},
    )
    # rho_0 = -y: kappa(-y) >= p_0 - (1 - p_0) y >= -y, so |rho| decreases while rho < 0
    proof.nonnegative("|rho_j| decreases below 0", p0 + (1 - p0) * (-y) + y, {p0: "unit", y: "unit"})
    # an overshoot has rho_1 = kappa(-y) <= kappa(y): potential at most that of y over 2 - q
    proof.nonnegative(
        "and the potential of |rho_j| is at most distance/(1 - |rho_j|)",
        (y + star) / (1 - y) - (y - star) / (1 - y),
        {y: "unit", star: "unit"},
    )
    proof.nonnegative(
        "an overshoot at layer j: the denominator of |rho_j| <= |rho_0| over l - j layers is the larger one",
        statement.denominator(size * shrink, factor + (1 - factor) * later) - statement.denominator(size, factor),
        {size: "unit", factor: "unit", shrink: "unit", later: "unit"},
    )
    return proof.evidence("regions above rho*, [0, rho*], below 0, and overshoot, for every map of Case 4")


@claim.certified
def by_iterating_balls(statement: CaseFourRate, activation: Activation, _: Trial) -> Evidence:
    """Iterate the normalised map in balls from negative starts to 1 - 1e-12 and compare distances at every layer."""
    kernel = KernelMap.normalised(activation)
    found = fixed_points(kernel)
    star = next((point for point in found.points if point.stable), None)
    if star is None:
        return cannot_say(Rung.CERTIFIED, f"no attracting point is known: {found.undecided}")
    with working_bits(400):
        p0, q, limit = kernel.coefficient(0).ball(70), star.slope.ball(70), star.value.ball(70)
        factor = flint.arb(0)
        for value in statement.factors(p0, q, limit):
            factor = factor.max(value)

    def bound(layer: int, start: Fraction) -> flint.arb:
        shrunk = factor**layer
        return shrunk * abs(ball_of(start) - limit) / statement.denominator(ball_of(abs(start)), shrunk)

    polynomial = kernel.expression is not None and kernel.expression.is_polynomial(kernel.symbol)
    starts = [*STARTS[:-1], NEAR_ONE] if is_quick(kernel) else list(STARTS[:-1])
    depth = 140 if polynomial else 40 if is_quick(kernel) else 8
    return judge_depth_bound(kernel, starts, depth, lambda rho: abs(rho - limit), bound, what="Case 4 rate")
