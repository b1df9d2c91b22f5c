"""A26. The slack of A7 is r (1-r) H, H = b - beta a, and on a cell [u, v] H is at least b(u) - beta a(v): two point values.

a = kappa/r and b = (1-kappa)/(1-r) are power series with nonnegative coefficients, so they increase; a(0) = alpha, b(0) = 1,
a(1) = 1 and b(1) = kappa'(1) are values like any other, and no cell has a singular end. H(0) = (1-alpha)^2 > 0, and
H(1) = kappa'(1) - beta_0 > 0 unless kappa is quadratic, so finitely many cells close. That a and b increase is Mehler's
formula, the hypothesis of A7. Source: this project.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise

import flint
import sympy as sp

from proofs_check import strategies
from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, belongs, centred_kernel_map, equal, function, implies, slope
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation, cannot_say
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.interval.contraction import prove_by_monotonicity
from proofs_check.ledger.activation_cases import nonlinear, rational_above
from proofs_check.ledger.isometry.layer_contraction import nonlinearity_strength
from proofs_check.ledger.papers import ISOMETRY
from theory.activation import Activation, catalogue
from theory.kernel_map.kernel_map import KernelMap

CELLS = 16
NEAR_ONE = Fraction(1, 2**30)


@dataclass(frozen=True)
class CellEnds:
    """H(0) = at_zero(alpha), H(1) = at_one(alpha, slope), and H >= b(u) - beta_0 a(v) on [u, v].

    `ends_swapped` claims b(v) - beta_0 a(u) instead.
    """

    at_zero: Callable[[sp.Expr], sp.Expr] = lambda alpha: (1 - alpha) ** 2
    at_one: Callable[[sp.Expr, sp.Expr], sp.Expr] = lambda alpha, slope: slope - 2 + alpha
    ends_swapped: bool = False

    def formula(self) -> Formula:
        """Return the values of H at the ends, its bound on a cell, and what a, b, beta_0, kappa and alpha are."""
        r, u, v, alpha, beta = sp.symbols("r u v alpha beta_0")
        a, b, slack, kappa = (function(name) for name in ("a", "b", "H", "kappa"))
        first, last = (v, u) if self.ends_swapped else (u, v)
        return (
            equal(slack(0), self.at_zero(alpha)),
            equal(slack(1), self.at_one(alpha, slope("kappa", 1))),
            implies(belongs(r, sp.Interval(u, v)), sp.Ge(slack(r), b(first) - beta * a(last))),
            equal(slack(r), b(r) - beta * a(r)),
            equal(a(r), kappa(r) / r),
            equal(b(r), (1 - kappa(r)) / (1 - r)),
            equal(beta, 2 - alpha),
            *centred_kernel_map(),
        )


claim = Claim(
    id="A26",
    title="The contraction of a layer is decided by values at the ends of cells: H >= b(u) - beta_0 a(v) on [u, v]",
    paper=ISOMETRY,
    statement=CellEnds(),
    pinned=catalogue("relu", "gelu", "tanh", "sigmoid", "silu", "softplus", "mish", "sign"),
    cases=strategies.activations,
    covers=nonlinear,
    mutants=[
        Mutant("ends swapped", CellEnds(ends_swapped=True), on="relu", by=CERTIFIED),
        Mutant("ends swapped, in general", CellEnds(ends_swapped=True), on="", by=SYMBOLIC),
        Mutant("H(0) = 1 - alpha", CellEnds(at_zero=lambda alpha: 1 - alpha), on="tanh", by=CERTIFIED),
        Mutant("H(0) = 1 - alpha, by algebra", CellEnds(at_zero=lambda alpha: 1 - alpha), on="", by=SYMBOLIC),
        Mutant("H(1) = kappa'(1) - 1", CellEnds(at_one=lambda _, slope: slope - 1), on="gelu", by=CERTIFIED),
    ],
)


@claim.for_all(SYMBOLIC)
def by_increasing_series(statement: CellEnds, _: None, __: Trial) -> Evidence:
    """Check the factorisation, that each power r^k gives a and b nonnegative coefficients, and the values at the ends."""
    r, alpha, slope, kappa, u, step = sp.symbols("r alpha slope kappa u step")
    beta = 2 - alpha
    a, b = kappa / r, (1 - kappa) / (1 - r)
    proof = Derivation().uses("Mehler's formula: kappa = sum p_k r^k, p_k >= 0, sum p_k = 1")
    proof.equal(
        "r (1-kappa) - beta kappa (1-r) = r (1-r) (b - beta a)",
        r * (1 - kappa) - beta * kappa * (1 - r),
        r * (1 - r) * (b - beta * a),
    )
    positive, k = sp.Symbol("r", positive=True), sp.Symbol("k", integer=True, positive=True)
    j = sp.Symbol("j", integer=True)
    geometric = sp.summation(positive**j, (j, 0, k - 1)).args[1].expr  # the sum for r != 1
    proof.equal("(1-r^k)/(1-r) = 1 + r + ... + r^(k-1)", sp.expand(geometric * (1 - positive)), 1 - positive**k)
    v = u + (1 - u) * step  # u <= v < 1
    x, y = sp.symbols("x y")  # v^i and u^i: x >= y for every i by induction, so b and a of every power increase
    proof.equal("v^(i+1) - u^(i+1) = v (v^i - u^i) + u^i (v - u)", v * x - u * y, v * (x - y) + y * (v - u))
    proof.nonnegative("v >= u", v - u, {u: "unit", step: "unit"})
    proof.holds("the bound takes b at u and a at v", not statement.ends_swapped)
    for degree in (1, 2, 3, 5):
        increments = sum(v**i - u**i for i in range(degree))
        sign = -1 if statement.ends_swapped else 1
        proof.nonnegative(
            f"b of r^{degree} at v exceeds b at u", sign * increments, {u: "unit", step: "unit"}, is_statement=True
        )
        powers = v ** (degree - 1) - u ** (degree - 1)
        proof.nonnegative(f"a of r^{degree} at v exceeds a at u", powers, {u: "unit", step: "unit"})
    proof.equal("H(0) = b(0) - beta_0 a(0)", statement.at_zero(alpha), 1 - beta * alpha, is_statement=True)
    proof.equal("H(1) = b(1) - beta_0 a(1)", statement.at_one(alpha, slope), slope - beta, is_statement=True)
    return proof.evidence("nonnegative coefficients, for every activation")


@claim.certified
def by_values_of_the_map(statement: CellEnds, activation: Activation, _: Trial) -> Evidence:
    """Evaluate the map itself: H at the ends, H inside 16 cells against their bound, and the cells that prove A7."""
    kernel = KernelMap.centred(activation)
    beta, alpha = kernel.nonlinearity_strength.ball(25), kernel.slope_at_zero.ball(25)
    with flint.ctx.workdps(40):
        for name, stated, found in _end_values(statement, kernel, beta, alpha):
            if not found.overlaps(stated):
                witness = f"{activation}: {name} = {found.str(10)}, stated {stated.str(10)}"
                return Evidence(Verdict.REFUTED, Rung.CERTIFIED, f"{name} is another", witness=witness)
        for u, v in pairwise(Fraction(i, CELLS) for i in range(CELLS + 1)):
            (a_u, b_u), (a_v, b_v) = _ratios(kernel, u), _ratios(kernel, v)
            a_m, b_m = _ratios(kernel, (u + v) / 2)
            bound = b_v - beta * a_u if statement.ends_swapped else b_u - beta * a_v
            slack = b_m - beta * a_m - bound
            if slack < 0:
                witness = f"{activation}: H({(u + v) / 2}) is below the bound of [{u}, {v}] by {(-slack).str(8)}"
                return Evidence(Verdict.REFUTED, Rung.CERTIFIED, "a cell's bound is no lower bound", witness=witness)
            if not slack >= 0:
                return cannot_say(Rung.CERTIFIED, f"the bound of [{u}, {v}] and H overlap")
        rate = rational_above(nonlinearity_strength, kernel)
        factor = flint.arb(flint.fmpq(int(rate.p), int(rate.q)))
        proof = prove_by_monotonicity(
            lambda r: _ratios(kernel, r)[1], lambda r: _ratios(kernel, r)[0], factor, max_cells=400
        )
    if proof.verdict != "certified":
        return cannot_say(Rung.CERTIFIED, f"{CELLS} cells hold, but cells alone do not close A7: H touches 0")
    ends = (
        Figure("H(0)", ((1 - alpha) ** 2).str(8, radius=False)),
        Figure("cells that prove A7", str(len(proof.cells))),
    )
    return Evidence(
        Verdict.CERTIFIED,
        Rung.CERTIFIED,
        f"{CELLS} cell bounds below H; {len(proof.cells)} cells prove the contraction from values of the map alone",
        figures=ends,
        sharpness=ends[1],
        cells=len(proof.cells),
    )


@cache
def _ratios(kernel: KernelMap, r: Fraction) -> tuple[flint.arb, flint.arb]:
    """Return balls of a and b at a rational point of [0, 1]; b(1) may be infinite."""
    if r == 0:
        return kernel.slope_at_zero.ball(25), flint.arb(1)
    if r == 1:
        slope = kernel.slope_at_one
        return flint.arb(1), slope.ball(25) if slope.is_finite else flint.arb("inf")
    with flint.ctx.workdps(40):
        value, place = kernel.ball(r, 25), flint.arb(flint.fmpq(r.numerator, r.denominator))
        return value / place, (1 - value) / (1 - place)


def _end_values(
    statement: CellEnds, kernel: KernelMap, beta: flint.arb, alpha: flint.arb
) -> list[tuple[str, flint.arb, flint.arb]]:
    """Return (name, stated, found) for H(0), and for H(1) where b'(1) is finite: from the map near 1, not from its slope there."""
    rows = [("H(0)", statement.at_zero(alpha), 1 - beta * alpha)]
    try:
        curvature = kernel.curvature_at_one
    except ValueError:
        return rows
    if curvature.is_finite:
        _, b = _ratios(kernel, 1 - NEAR_ONE)
        rise = (
            curvature.ball(15) / 2 * flint.arb(flint.fmpq(1, NEAR_ONE.denominator))
        )  # b is convex: b(1) <= b(1-h) + h b'(1)
        found = b.union(b + rise) - beta
        rows.append(("H(1)", statement.at_one(alpha, kernel.slope_at_one.ball(25)), found))
    return rows
