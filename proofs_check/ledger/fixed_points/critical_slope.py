"""A19. Every leaky relu (relu and |x| among them) has slope exactly 1 at 1: Case 3. exp(a x): Case 2, 3, 4 for a <, =, > 1.

Proof: s(x) = x for x > 0 and a x for x < 0 has E s'^2 = (1 + a^2)/2 = E s^2, half of each from either side. exp(a x) has
kappa(r)/kappa(1) = exp(a^2 (r - 1)), of slope a^2. Source: [A'], whose printed table has slope 0.95 and Case 2 for relu, as
the notebook behind it has for leaky relu: a Hermite series cut after 25 terms, which misses the slow tail k c_k^2 ~ k^(-3/2).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function, implies, series_of_kernel, slope
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation, cannot_say, exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung
from proofs_check.ledger.fixed_points.kernel_cases import case_of, combined
from proofs_check.ledger.papers import FIXED_POINTS
from theory.activation import Activation, catalogue
from theory.enclosure.ball import ball_of
from theory.kernel_map.correlation_map import compare
from theory.kernel_map.kernel_map import KernelMap
from theory.number import Number
from theory.signal_propagation.mean_field import homogeneous_slope

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclass(frozen=True)
class CriticalSlope:
    """kappa'(1) of the normalised map: `homogeneous` for leaky relus, `exponential(a)` for exp(a x)."""

    homogeneous: sp.Expr = sp.S.One
    exponential: Callable[[sp.Expr], sp.Expr] = lambda a: a**2

    def formula(self) -> Formula:
        """Return the slope at 1 for the two families of activations, kappa the RMS-normalised map."""
        x, a, b = sp.symbols("x a b")
        s = function("s")(x)
        leaky = sp.Eq(s, a * sp.Max(x, 0) + b * sp.Min(x, 0))
        return (
            implies(sp.And(leaky, sp.Ne(a, b)), sp.Eq(slope("kappa", 1), self.homogeneous)),
            implies(sp.Eq(s, sp.exp(a * x)), sp.Eq(slope("kappa", 1), self.exponential(a))),
            equal(function("kappa")(sp.Symbol("rho")), series_of_kernel(sp.Symbol("rho"), centred=False)),
        )


def positively_homogeneous(activation: Activation) -> str | None:
    """Return why an activation is no leaky relu, or None."""
    if activation.is_affine:
        return "it is affine"
    return None if homogeneous_slope(activation) is not None else "it is not a x for x > 0 and b x for x < 0"


PRINTED = sp.Rational(95, 100)
LEAKY = (
    *catalogue("relu", "leaky_relu", "abs"),
    Activation.from_text("max(x, 0) + 0.5*min(x, 0)"),
    Activation.from_text("max(x, 0) + sqrt(2)*min(x, 0)"),
    Activation.from_text("3*max(x, 0) - 2*min(x, 0)"),
)

LEAKY_RELUS, EXPONENTIALS = PARTS = (
    "leaky relus",
    "exponentials",
)
claim = Claim(
    id="A19",
    title="Every leaky relu has slope exactly 1 at 1 (Case 3)",
    paper=FIXED_POINTS,
    statement=CriticalSlope(),
    parts=PARTS,
    pinned=LEAKY,
    cases=lambda: leaky_relus(),
    covers=positively_homogeneous,
    mutants=[
        Mutant(
            "relu: slope 0.95, Case 2",
            CriticalSlope(homogeneous=PRINTED),
            on="relu",
            by=SYMBOLIC,
            erratum="[A'], table of activations, row relu: kappa'(1) = 0.95 and Case 2, 'only exp converges "
            "polynomially', and kappa'(1) < 1 after Corollary 2; it is 1, Case 3, polynomial",
            part=LEAKY_RELUS,
        ),
        Mutant(
            "leaky relu: slope 0.95, Case 2",
            CriticalSlope(homogeneous=PRINTED),
            on="leaky_relu",
            by=CERTIFIED,
            erratum="notebook behind the table of [A'], row leaky relu: kappa'(1) = 0.95 and Case 2; it is 1 and Case 3",
            part=LEAKY_RELUS,
        ),
        Mutant(
            "exp(a x) is critical for every a",
            CriticalSlope(exponential=lambda a: a / a),
            on="",
            by=CERTIFIED,
            part=EXPONENTIALS,
        ),
        Mutant("exp(a x) has slope a", CriticalSlope(exponential=lambda a: a), on="", by=SYMBOLIC, part=EXPONENTIALS),
    ],
)


def leaky_relus() -> SearchStrategy[Activation]:
    """Return a strategy for a x for x > 0 and b x for x < 0, a != b."""
    from hypothesis import strategies as st

    slopes = st.tuples(st.integers(-9, 9), st.integers(-9, 9)).filter(lambda ab: ab[0] != ab[1])
    return slopes.map(lambda ab: Activation.from_text(f"({ab[0]})*max(x, 0) + ({ab[1]})*min(x, 0)/4"))


@claim.for_all(SYMBOLIC)
def by_half_lines(statement: CriticalSlope, _: None, __: Trial) -> Evidence:
    """Integrate both sides of the kink for symbolic slopes a, b, and the exponential for a symbolic gain."""
    x, a, b, r = sp.symbols("x a b r", real=True)
    density = sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi)
    mass, second = (sp.integrate(x**power * density, (x, 0, sp.oo)) for power in (0, 2))
    proof = Derivation()
    ratio = ((a**2 + b**2) * mass) / ((a**2 + b**2) * second)
    proof.equal("E s'^2/E s^2 of a x_+ - b x_-", ratio, statement.homogeneous, is_statement=True)
    kappa = sp.exp(a**2 * (r - 1))  # E exp(aU + aV) = exp(a^2 (1 + r)), divided by its value at r = 1
    proof.equal("E exp(aU + aV), variance 2(1 + r) a^2 over 2", (2 + 2 * r) * a**2 / 2 - a**2 * 2, a**2 * (r - 1))
    proof.equal("slope of exp(a^2 (r-1)) at 1", kappa.diff(r).subs(r, 1), statement.exponential(a), is_statement=True)
    return proof.evidence("for every pair of slopes and every gain")


@claim.on_cases(SYMBOLIC, part=LEAKY_RELUS)
def by_the_closed_form(statement: CriticalSlope, activation: Activation, _: Trial) -> Evidence:
    """Compare the exact slope that the engine derives for this activation with the claimed one."""
    slope = KernelMap.normalised(activation).slope_at_one
    if slope.exact is None:
        return cannot_say(Rung.SYMBOLIC, "the engine has no closed form of the slope")
    side = compare(Number.combine(lambda s, claimed: s - claimed, slope, Number.of(statement.homogeneous)), 0)
    if side is None:
        return cannot_say(Rung.SYMBOLIC, f"undecided whether {slope} is {statement.homogeneous}")
    text = f"kappa'(1) = {sp.simplify(slope.exact)}, case {case_of(activation)}"
    return exact_evidence(side == 0, text, f"{text}; claimed {statement.homogeneous}", slope=str(slope))


@claim.on_cases(CERTIFIED, part=LEAKY_RELUS)
def by_the_chord(statement: CriticalSlope, activation: Activation, _: Trial) -> Evidence:
    """Certify that (1 - kappa)/(1 - rho) at rho = 1 - 1e-8 lies within 1e-3 below the claimed slope, as it must."""
    kernel = KernelMap.normalised(activation)
    gap = ball_of(sp.Rational(1, 10**8))
    chord = (1 - kernel.ball(1 - sp.Rational(1, 10**8), 40)) / gap
    claimed = ball_of(statement.homogeneous)
    where = f"rho = 1 - 1e-8, chord {chord.str(10, radius=False)}"
    figure = Figure("chord slope", chord.str(12, radius=False))
    above = from_slack(claimed - chord, "the chord is below the slope at 1 (convexity)", where, figure)
    close = from_slack(chord - claimed + ball_of(sp.Rational(1, 1000)), "and within 1e-3 of it", where, figure)
    return combined([above, close])


@claim.for_all(CERTIFIED, part=EXPONENTIALS)
def gains_of_the_exponential(statement: CriticalSlope, _: None, __: Trial) -> Evidence:
    """Enclose the slope of exp(a x) for a = 1/2, 1 and 2, and the case it decides."""
    parts = []
    for gain, case in ((sp.Rational(1, 2), 2), (sp.Integer(1), 3), (sp.Integer(2), 4)):
        activation = Activation.from_text(f"exp({gain}*x)")
        slope, claimed = KernelMap.normalised(activation).slope_at_one.ball(40), ball_of(statement.exponential(gain))
        tolerance = ball_of(sp.Rational(1, 10**30))
        where = f"a = {gain}: slope {slope.str(10, radius=False)}, claimed {claimed.str(10, radius=False)}"
        parts.append(from_slack(tolerance - abs(slope - claimed), f"slope of exp({gain} x)", where))
        if case_of(activation) != case:
            return cannot_say(Rung.CERTIFIED, f"the case of exp({gain} x) is undecided")
    return combined(parts)
