"""A15. In [0, 1) there is one fixed point if kappa'(1) > 1 (it is 0 if p_0 = 0) and none otherwise; it or 1 attracts (-1, 1).

Proof: kappa is convex on [0, 1] with kappa(1) = 1, so kappa - rho has at most one zero more, which is there exactly if the
slope at 1 exceeds 1. For rho = -x < 0, with even part e and odd part o, kappa(-x) + x >= e(x) + x (1 - o(1)) > 0 unless
kappa is odd: so there is none in (-1, 0). p_0 = 0 forces kappa'(1) >= 2 - p_1 > 1 unless kappa is the identity.
Source: [A'], main theorem.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import flint
import sympy as sp

from proofs_check import strategies
from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, at_least, below, equal, function, implies, rational, slope
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation, cannot_say
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.ledger.activation_cases import nonlinear
from proofs_check.ledger.fixed_points.kernel_cases import QUADRATIC, is_quick
from proofs_check.ledger.papers import FIXED_POINTS
from theory.activation import Activation, catalogue
from theory.enclosure.ball import working_bits
from theory.kernel_map.correlation_map import compare, fixes_zero
from theory.kernel_map.kernel_map import KernelMap

LAST = Fraction(1, 2**12)
"""[1 - LAST, 1) is settled by convexity: balls of kappa - rho there always hold 0."""


@dataclass(frozen=True)
class FixedPointCount:
    """Zeros of kappa - rho in (-1, 0) and in (0, 1), given whether p_0 = 0 and whether kappa'(1) > 1.

    `least_slope(p_1)` bounds kappa'(1) from below where p_0 = 0.
    """

    positive: Callable[[bool, bool], int] = lambda fixes_zero, steep: int(steep and not fixes_zero)
    negative: int = 0
    least_slope: Callable[[sp.Expr], sp.Expr] = lambda p: 2 - p

    def formula(self) -> Formula:
        """Return the numbers N of zeros, the least slope at 1, and what kappa is."""
        rho, k = sp.Symbol("rho"), sp.Symbol("k", integer=True)
        p, kappa, at_one = sp.IndexedBase("p"), function("kappa"), slope("kappa", 1)
        count, first = function("N"), sp.IndexedBase("p")[0]

        def zeros(fixes_zero: bool, steep: bool) -> sp.Basic:
            mean_part = sp.Eq(first, 0) if fixes_zero else sp.Gt(first, 0)
            side = sp.Gt(at_one, 1) if steep else sp.Le(at_one, 1)
            number = sp.Integer(self.positive(fixes_zero, steep))
            return implies(sp.And(mean_part, side, evaluate=False), sp.Eq(count(sp.Interval.open(0, 1)), number))

        return (
            zeros(False, True),
            zeros(False, False),
            zeros(True, True),
            equal(count(sp.Interval.open(-1, 0)), self.negative),
            implies(sp.Eq(first, 0), sp.Ge(at_one, rational(self.least_slope(sp.IndexedBase("p")[1])))),
            equal(kappa(rho), sp.Sum(p[k] * rho**k, (k, 0, sp.oo))),
            equal(kappa(1), 1),
            at_least(p[k], 0),
            below(sp.IndexedBase("p")[1], 1),
        )


claim = Claim(
    id="A15",
    title="In [0, 1) a kernel map has one fixed point if its slope at 1 exceeds 1, else none; in (-1, 0) none",
    paper=FIXED_POINTS,
    statement=FixedPointCount(),
    pinned=(*catalogue("tanh", "relu", "cos", "step", "gelu", "relu2", "exp", "silu"), QUADRATIC),
    cases=strategies.activations,
    covers=nonlinear,
    mutants=[
        Mutant("none for any slope", FixedPointCount(lambda _zero, _steep: 0), on="gelu", by=CERTIFIED),
        Mutant("one for any slope", FixedPointCount(lambda _zero, _steep: 1), on="cos", by=CERTIFIED),
        Mutant("another besides 0", FixedPointCount(lambda _zero, steep: int(steep)), on="tanh", by=CERTIFIED),
        Mutant("one in (-1, 0)", FixedPointCount(negative=1), on="relu2", by=CERTIFIED),
        Mutant("slope at 1 at least 3 - p_1", FixedPointCount(least_slope=lambda p: 3 - p), on="", by=SYMBOLIC),
    ],
)


@claim.for_all(SYMBOLIC)
def by_convexity(statement: FixedPointCount, _: None, __: Trial) -> Evidence:
    """Derivatives of the powers, the inequality below 0, and the slope at 1 of maps with p_0 = 0."""
    r, k = sp.symbols("r k", positive=True)
    proof = (
        Derivation()
        .uses("Mehler's formula: kappa = sum p_k r^k, p_k >= 0, sum p_k = 1")
        .uses("a strictly convex function has at most two zeros")
    )
    proof.equal("(r^k)'' = k (k-1) r^(k-2)", sp.powsimp(sp.expand(sp.diff(r**k, r, 2) / r ** (k - 2))), k**2 - k)
    x, even, odd, rest = sp.symbols("x e o t")
    # o(x) <= x o(1), so o(x) = x o(1) - t with t >= 0
    gap = even - (x * odd - rest) + x
    proof.equal("kappa(-x) + x with o(x) = x o(1) - t", gap, even + rest + x * (1 - odd))
    proof.nonnegative(
        "which is >= 0, o(1) <= 1",
        even + rest + x * (1 - odd),
        {even: "nonnegative", rest: "nonnegative", x: "unit", odd: "unit"},
    )
    for steep in (True, False):
        proof.holds(f"count for slope {'>' if steep else '<='} 1", statement.positive(False, steep) == int(steep))
    proof.holds("0 itself is the point where p_0 = 0", statement.positive(True, True) == 0 == statement.negative)
    p, q = sp.symbols("p q")
    p2 = (1 - p) * q  # p_0 = 0 and p_1 + p_2 + p_3 = 1
    proof.nonnegative(
        "slope of p_1 r + p_2 r^2 + p_3 r^3 at 1",
        p + 2 * p2 + 3 * (1 - p - p2) - statement.least_slope(p),
        {p: "unit", q: "unit"},
        is_statement=True,
    )
    proof.nonnegative("powers k + 2 weigh at least 2", k + 2 - 2, {k: "nonnegative"})
    return proof.evidence("for every map that is not the identity")


@claim.certified
def by_counting_sign_changes(statement: FixedPointCount, activation: Activation, _: Trial) -> Evidence:
    """Enclose kappa - rho on cells of (-1, 1 - 2^-12] and count the cells where it crosses 0 monotonically."""
    kernel = KernelMap.normalised(activation)
    zero, side = fixes_zero(kernel), compare(kernel.slope_at_one, 1)
    if zero is None or side is None:
        return cannot_say(Rung.CERTIFIED, "undecided whether p_0 = 0, or whether the slope at 1 is 1")
    expected = statement.positive(zero, side > 0)
    try:
        crossings = _crossings(kernel, symmetric=activation.parity == "odd", zero=zero, steep=side > 0)
    except (ValueError, ArithmeticError) as error:
        return cannot_say(Rung.CERTIFIED, str(error))
    if crossings is None:
        return cannot_say(Rung.CERTIFIED, "a cell near a tangent point resisted")
    positive = sum(u >= 0 for u, _ in crossings)
    negative = len(crossings) - positive
    figures = (Figure("zeros in (0, 1)", str(positive)), Figure("zeros in (-1, 0)", str(negative)))
    text = f"{positive} in (0, 1) and {negative} in (-1, 0), in {', '.join(f'({float(u):.4f}, {float(v):.4f})' for u, v in crossings) or 'no cell'}"
    if (positive, negative) != (expected, statement.negative):
        witness = f"{text}; claimed {expected} and {statement.negative}"
        return Evidence(Verdict.REFUTED, Rung.CERTIFIED, "the count differs", figures, witness=witness)
    return Evidence(Verdict.CERTIFIED, Rung.CERTIFIED, text, figures)


def _crossings(
    kernel: KernelMap, *, symmetric: bool, zero: bool, steep: bool
) -> list[tuple[Fraction, Fraction]] | None:
    """Return cells of one sign in which kappa - rho crosses 0 once, one for each zero in (-1, 1) but 0; None if a cell resists.

    No cell has 0 inside, so the sign of a zero is that of its cell, wherever in it the zero lies.
    Near 0 where p_0 = 0, f = kappa - rho has slope p_1 - 1 < 0, and near 1 it is convex with f(1) = 0: if
    kappa'(1) > 1 a negative value at 1 - 2^-12 settles the last cell, else a negative slope there.
    """
    end = 1 - LAST
    cells = [(Fraction(1, 64), end)] if zero else [(Fraction(-1), Fraction(0)), (Fraction(0), end)]
    if zero:
        near = kernel.derivative(_hull(Fraction(-1, 64), Fraction(1, 64)), 15) - 1
        if not near < 0:
            return None
        if not symmetric:
            cells.append((Fraction(-1), Fraction(-1, 64)))
    if not (_value(kernel, end) < 0 if steep else kernel.derivative(_ball(end), 15) < 1):
        return None
    found, looked_at = [], 0
    while cells:
        u, v = cells.pop()
        looked_at += 1
        if not _range(kernel, u, v).contains(0):
            continue
        if looked_at > (2_000 if is_quick(kernel) else 400) or v - u < Fraction(1, 2**30):
            return None
        at_ends = _value(kernel, u), _value(kernel, v)
        if v - u < Fraction(1, 8) and not any(value.contains(0) for value in at_ends):
            slope = kernel.derivative(_hull(u, v), 15) - 1
            if not slope.contains(0):
                if at_ends[0] * at_ends[1] < 0:
                    found.append((u, v))
                continue
        middle = (u + v) / 2 + (v - u) / 97  # off the round numbers where a zero may sit
        cells += [(u, middle), (middle, v)]
    if symmetric:
        found += [(-v, -u) for u, v in found]
    return sorted(found)


def _ball(place: Fraction) -> flint.arb:
    with working_bits(120):
        return flint.arb(flint.fmpq(place.numerator, place.denominator))


def _hull(u: Fraction, v: Fraction) -> flint.arb:
    with working_bits(120):
        return _ball(u).union(_ball(v))


def _value(kernel: KernelMap, place: Fraction) -> flint.arb:
    with working_bits(120):
        return kernel.ball(place, 25) - _ball(place)


def _range(kernel: KernelMap, u: Fraction, v: Fraction) -> flint.arb:
    with working_bits(120):
        return kernel.ball(_hull(u, v), 25) - _hull(u, v)
