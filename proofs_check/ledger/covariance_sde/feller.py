"""D15. dV = b V(V-1) dt + sqrt2 V dB never reaches 0, and reaches infinity in finite time iff b > 0; recurrent iff b <= -1.

Scale density v^b e^{-bv}, speed density v^{-2-b} e^{bv}; Feller's integrals are decided by exponents at both ends.
b > 0: explodes or vanishes; -1 < b <= 0: vanishes; b = -1: null recurrent; b < -1: positive recurrent, Gamma(-b-1, -b).
Source: [D], finite-time explosion; Karlin and Taylor, chapter 15, for Feller's test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp

from proofs_check.claim.claim import SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, Increment, equal, function, implies, limit, mean, probability, rational
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation, exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.covariance_sde.cases import Rate, rates
from proofs_check.ledger.papers import COVARIANCE_SDE
from theory.covariance_sde.norm_diffusion import NormDiffusion, norm_generator


def behaviour(b: Fraction) -> str:
    """Return the stated long-time behaviour."""
    if b > 0:
        return "explodes or vanishes"
    if b > -1:
        return "vanishes"
    return "null recurrent" if b == -1 else "positive recurrent"


@dataclass(frozen=True)
class FellerClassification:
    """Long-time behaviour as a function of b, and the scale density."""

    behaviour: Callable[[Fraction], str] = behaviour
    scale: Callable[[sp.Expr, sp.Expr], sp.Expr] = lambda v, b: v**b * sp.exp(-b * v)

    def formula(self) -> Formula:
        """Return the equation of V, that of the stated scale density s, and the long-time behaviour for some b.

        T_e is the time of explosion, tau a time of return to V_0.
        """
        v, b = sp.Symbol("v", positive=True), sp.Symbol("b", real=True)
        state, explosion, back = sp.symbols("V T_e tau")
        time, brownian = Increment(sp.Symbol("t")), Increment(sp.Symbol("B"))
        vanishes = probability(sp.Eq(limit(sp.Symbol("V_t"), sp.Symbol("t")), 0))
        returns = probability(sp.Lt(back, sp.oo))
        meaning = {
            "explodes or vanishes": sp.And(
                sp.Gt(probability(sp.Lt(explosion, sp.oo)), 0), sp.Gt(vanishes, 0), evaluate=False
            ),
            "vanishes": sp.Eq(vanishes, 1),
            "null recurrent": sp.And(sp.Eq(returns, 1), sp.Eq(mean(back), sp.oo), evaluate=False),
            "positive recurrent": sp.Lt(mean(back), sp.oo),
        }
        density = function("s")(v)
        return (
            equal(Increment(state), b * state * (state - 1) * time + sp.sqrt(2) * state * brownian),
            equal(b * v * (v - 1) * density + v**2 * sp.Derivative(density, v), 0),
            equal(density, self.scale(v, b)),
            *(implies(sp.Eq(b, rational(place)), meaning[self.behaviour(place)]) for place in POINTS),
        )


def _explodes_at_zero(b: Fraction) -> str:
    return "explodes or vanishes" if b >= 0 else behaviour(b)


def _explodes_above_one(b: Fraction) -> str:
    return "vanishes" if 0 < b <= 1 else behaviour(b)


def _stationary_below_zero(b: Fraction) -> str:
    return "positive recurrent" if b < 0 else behaviour(b)


POINTS = (Fraction(3), Fraction(1, 2), Fraction(0), Fraction(-1, 2), Fraction(-1), Fraction(-3))
DENSITIES, BEHAVIOUR = PARTS = (
    "scale and speed densities",
    "the long-time behaviour by b",
)
claim = Claim(
    id="D15",
    title="The squared norm explodes with positive probability iff b > 0, vanishes for -1 < b <= 0, is stationary iff b < -1",
    paper=COVARIANCE_SDE,
    statement=FellerClassification(),
    parts=PARTS,
    pinned=tuple(Rate(b) for b in POINTS),
    cases=lambda: rates(Fraction(-5), Fraction(5)),
    mutants=[
        Mutant(
            "explodes at b = 0",
            FellerClassification(_explodes_at_zero),
            on=str(Rate(Fraction(0))),
            by=SYMBOLIC,
            part=BEHAVIOUR,
        ),
        Mutant(
            "explodes only above 1",
            FellerClassification(_explodes_above_one),
            on=str(Rate(Fraction(1, 2))),
            by=SYMBOLIC,
            part=BEHAVIOUR,
        ),
        Mutant(
            "stationary for every b < 0",
            FellerClassification(_stationary_below_zero),
            on=str(Rate(Fraction(-1, 2))),
            by=SYMBOLIC,
            part=BEHAVIOUR,
        ),
        Mutant(
            "scale density v^(b+1) e^(-bv)",
            FellerClassification(scale=lambda v, b: v ** (b + 1) * sp.exp(-b * v)),
            on="",
            by=SYMBOLIC,
            part=DENSITIES,
        ),
    ],
)


@claim.for_all(SYMBOLIC, part=DENSITIES)
def scale_and_speed(statement: FellerClassification, _: None, __: Trial) -> Evidence:
    """The scale function is harmonic, the speed density is 2/(sigma^2 s), and log V is a martingale plus b(V-1) - 1."""
    v = sp.Symbol("v", positive=True)
    b = sp.Symbol("b", real=True)
    density = statement.scale(v, b)
    proof = Derivation().uses("Feller's test for explosions")
    # L S = drift s + (sigma^2/2) s'; divided by s it is rational
    residual = b * v * (v - 1) + v**2 * sp.diff(sp.log(density), v).rewrite(sp.log)
    proof.equal("L S = 0", sp.expand(sp.simplify(residual)), 0, is_statement=True)
    speed = v ** (-2 - b) * sp.exp(b * v)
    proof.equal("m = 1/(v^2 s)", sp.powsimp(speed * v**2 * density, combine="exp"), 1, is_statement=True)
    proof.equal("L log v", norm_generator(sp.log(v), v, b), b * (v - 1) - 1)
    return proof.evidence("scale and speed densities for every b")


@claim.on_cases(SYMBOLIC, part=BEHAVIOUR)
def by_exponents(statement: FellerClassification, case: Rate, _: Trial) -> Evidence:
    """Decide both of Feller's integrals and recurrence by exponents."""
    norm = NormDiffusion(case.b)
    stated = statement.behaviour(case.b)
    return exact_evidence(
        norm.long_time == stated and not norm.reaches_zero,
        f"b = {case.b}: {norm.long_time}",
        f"b = {case.b}: Feller's integrals say {norm.long_time!r}, stated {stated!r}",
        sharpness=Figure("thresholds", "b = 0 and b = -1 exactly"),
    )
