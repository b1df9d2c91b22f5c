"""A14. The gains 1/2 and 2 (s(a x) for s(x)) keep beta_0 of even and of positively homogeneous s, and change four others.

If s(a x) = a^p s(x), every c_k is multiplied by a^p and the share alpha of c_1^2 stays. That holds for any degree p (relu
1, square 2, sign 0), and adding a constant changes c_0 only. If s is even, c_1 = 0 and beta_0 = 2 at every gain. Elsewhere
alpha is a function of the gain, for example a^2/sinh(a^2) for sin(a x), that may take one value twice; so a change is
claimed of four activations only. Source: [A], where beta_0 is tabulated without its gain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp

from proofs_check import strategies
from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, above, equal, function, rational
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import cannot_say, exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.ledger.activation_cases import nonlinear
from proofs_check.ledger.papers import ISOMETRY
from theory.activation import Activation, catalogue
from theory.activation.evaluation import to_sympy
from theory.kernel_map.correlation_map import compare
from theory.kernel_map.kernel_map import KernelMap
from theory.number import Number
from theory.signal_propagation.mean_field import scaled

GAINS = (Fraction(1, 2), Fraction(2))


def homogeneous(activation: Activation) -> bool:
    """Whether s(a x) = a^p s(x) + constant for all a > 0, seen on its pieces: monomials c x^p with one p, kinks at 0."""
    x = sp.Symbol("x", positive=True)
    pieces = activation.pieces
    if pieces is None or any(piece.upper != 0 for piece in pieces[:-1]):
        return False
    degrees, constants = set(), set()
    for piece, side in zip(pieces, (-1, 1) if len(pieces) == 2 else (1,), strict=True):
        formula = to_sympy(piece.expression, side * x)
        if not formula.is_polynomial(x):
            return False
        terms = sp.Poly(formula, x).as_dict()
        degrees |= {power for (power,) in terms if power}
        constants.add(terms.get((0,), 0))
    return (len(degrees) == 1 and len(constants) == 1) or not degrees


def kept(activation: Activation) -> bool:
    """Whether every gain keeps beta_0 by a symmetry: s is even, or positively homogeneous up to a constant."""
    return activation.parity == "even" or homogeneous(activation)


CHANGED = ("tanh", "sin", "gelu", "exp")
"""Activations of which a change is claimed."""


def uncovered(activation: Activation) -> str | None:
    """Return why the statement does not speak of an activation, or None."""
    if kept(activation) or str(activation) in CHANGED:
        return nonlinear(activation)
    return f"it is neither even, nor positively homogeneous up to a constant, nor one of {', '.join(CHANGED)}"


@dataclass(frozen=True)
class GainEffect:
    """beta_0 of s(a x) for a = 1/2 and 2 is that of s(x) exactly if unchanged(s)."""

    unchanged: Callable[[Activation], bool] = kept

    def formula(self) -> Formula:
        """Return, for some activations, whether the gains 1/2 and 2 keep beta_0: the largest change Delta is 0 or not."""
        s, x, change, strength = sp.Symbol("s"), sp.Symbol("x"), function("Delta"), function("beta_0")
        moved = [
            sp.Abs(strength(function("s")(gain * x)) - strength(function("s")(x))) for gain in map(rational, GAINS)
        ]
        judged = []
        for activation in catalogue("relu", "square", "sign", "cos", *CHANGED):
            relation = equal if self.unchanged(activation) else above
            judged.append(relation(change(sp.Symbol(activation.name)), 0))
        c, k = sp.IndexedBase("c"), sp.Symbol("k", integer=True)
        share = c[1] ** 2 / sp.Sum(c[k] ** 2, (k, 1, sp.oo))
        return (*judged, equal(change(s), sp.Max(*moved)), equal(strength(s), 2 - share))


claim = Claim(
    id="A14",
    title="The gains 1/2 and 2 keep beta_0 of even and of positively homogeneous activations, and change that of tanh, sin, gelu and exp",
    paper=ISOMETRY,
    statement=GainEffect(),
    pinned=catalogue("relu", "leaky_relu", "square", "sign", "step", "cos", *CHANGED),
    cases=strategies.activations,
    covers=uncovered,
    mutants=[
        Mutant("a gain never matters", GainEffect(lambda _: True), on="tanh", by=CERTIFIED),
        Mutant("a gain never matters, sin", GainEffect(lambda _: True), on="sin", by=CERTIFIED),
        Mutant("a gain always matters", GainEffect(lambda _: False), on="relu", by=SYMBOLIC),
        Mutant("even activations change", GainEffect(homogeneous), on="cos", by=SYMBOLIC),
        Mutant("only homogeneity of degree 1 counts", GainEffect(lambda s: str(s) == "relu"), on="square", by=SYMBOLIC),
    ],
)


@claim.symbolic
def exact_strengths(statement: GainEffect, activation: Activation, _: Trial) -> Evidence:
    """Compare the closed forms of beta_0 at the three gains: equal, or certainly apart."""
    expected = statement.unchanged(activation)
    if activation.parity == "even":  # and so is every s(a x): c_1 = E Z s(a Z) = 0
        return exact_evidence(
            expected, "even: beta_0 = 2 at every gain", f"{activation} is even: beta_0 = 2 at every gain"
        )
    strengths = _strengths(activation)
    sides = [compare(Number.combine(lambda a, b: a - b, strengths[0], other), 0) for other in strengths[1:]]
    if any(number.exact is None for number in strengths) or None in sides:
        return cannot_say(Rung.SYMBOLIC, "no closed form decides")
    found = sides == [0, 0]
    shown = ", ".join(number.decimal(8) for number in strengths)
    return exact_evidence(
        expected == found, f"beta_0 at gains 1, 1/2, 2: {shown}", f"beta_0 at gains 1, 1/2, 2: {shown}"
    )


@claim.certified
def enclosed_strengths(statement: GainEffect, activation: Activation, trial: Trial) -> Evidence:
    """Enclose beta_0 at the three gains: balls that are apart show a change; no ball shows that there is none."""
    reference, *others = (number.ball(trial.profile.digits) for number in _strengths(activation))
    distance = max((abs(reference - other) for other in others), key=lambda ball: float(ball.mid()))
    figure = Figure("largest change of beta_0", distance.str(8, radius=False))
    if distance.contains(0):
        return cannot_say(Rung.CERTIFIED, "the balls overlap: algebra may decide, balls do not")
    if statement.unchanged(activation):
        witness = f"{activation}, gain 1/2 or 2: beta_0 changes by {distance.str(8)}"
        return Evidence(Verdict.REFUTED, Rung.CERTIFIED, "beta_0 changes with the gain", (figure,), witness=witness)
    return from_slack(distance, "beta_0 changes with the gain", "", figure)


def _strengths(activation: Activation) -> list[Number]:
    gains = (activation, *(scaled(activation, gain) for gain in GAINS))
    return [KernelMap.centred(gained).nonlinearity_strength for gained in gains]
