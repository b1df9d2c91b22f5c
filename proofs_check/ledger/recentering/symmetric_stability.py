"""C3a. The symmetric configuration is a linearly stable fixed point for every n >= 3 and every leaky ReLU with kink <= 1.

All cosines are c = kappa(-e), e = 1/(n-1). The eigenvalues of a layer relative to the scale are
1 - e kink (1 - (sqrt(1-e^2) + arccos e)/pi)/(1-c), n-1 times, and (1 - kink t/pi)(1+e)/(1-c) with t = arccos(-e), n(n-3)/2
times. Proof of stability: the bracket is 1/2 - 1/pi > 0 at e = 0 and increases; the second is below 1 because t > sin t;
neither is negative, as 1 - c >= (1+e)(1 - kink/2) and kink t <= pi. Source: this project.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import flint
import sympy as sp

from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, at_least, belongs, equal
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import RECENTERING
from proofs_check.ledger.recentering.cases import LEAKY, RecentredCase, recentred_cases
from theory.enclosure.ball import working_bits
from theory.exact.ball_evaluation import ball_evaluate
from theory.recentering.family_fixed_point import family_fixed_points
from theory.recentering.linearisation import spectrum_at
from theory.recentering.symmetric_point import symmetric_formulas

Formulas = Callable[[sp.Expr, sp.Expr, sp.Expr, sp.Expr], tuple[sp.Expr, sp.Expr]]


@dataclass(frozen=True)
class SymmetricStability:
    """(standard, pairs) = eigenvalues(e, kink, sqrt(1-e^2), arccos(-e)), both in [0, 1)."""

    eigenvalues: Formulas = symmetric_formulas

    def formula(self) -> Formula:
        """Return the two eigenvalues of a layer at the symmetric configuration, their range, and what e and the kink are."""
        n, e, kink, leak = sp.symbols("n e k a")
        names = sp.symbols("lambda_standard lambda_pairs")
        eigenvalues = self.eigenvalues(e, kink, sp.sqrt(1 - e**2), sp.acos(-e))
        return (
            *(equal(name, value) for name, value in zip(names, eigenvalues, strict=True)),
            *(belongs(name, sp.Interval.Ropen(0, 1)) for name in names),
            equal(e, 1 / (n - 1)),
            equal(kink, (1 - leak) ** 2 / (1 + leak**2)),
            belongs(leak, sp.Interval.Ropen(0, 1)),
            at_least(n, 3),
        )


def _entrywise(e: sp.Expr, kink: sp.Expr, root: sp.Expr, angle: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Return eigenvalues that forget how a sample's norm enters its cosines: both are the pairs' one."""
    pairs = symmetric_formulas(e, kink, root, angle)[1]
    return pairs, pairs


def _neutral(e: sp.Expr, kink: sp.Expr, root: sp.Expr, angle: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Return 1 for the standard block."""
    return sp.Integer(1), symmetric_formulas(e, kink, root, angle)[1]


claim = Claim(
    id="C3a",
    title="n exchangeable samples are a linearly stable fixed direction of recentring and ReLU, for every n",
    paper=RECENTERING,
    statement=SymmetricStability(),
    pinned=[*(RecentredCase(n) for n in (3, 4, 5, 8, 16, 64, 256)), RecentredCase(8, LEAKY)],
    cases=recentred_cases(3),
    mutants=[
        Mutant("norms forgotten", SymmetricStability(_entrywise), on="n=5 relu", by=CERTIFIED),
        Mutant("norms forgotten, by algebra", SymmetricStability(_entrywise), on="", by=SYMBOLIC),
        Mutant("neutral", SymmetricStability(_neutral), on="n=64 relu", by=CERTIFIED),
    ],
)


@claim.for_all(SYMBOLIC)
def by_two_directions(statement: SymmetricStability, _: None, __: Trial) -> Evidence:
    """Linearise along x (norms and cosines together) and along pairs; then bound the closed forms."""
    e, kink, root, angle, pi, x = sp.symbols("e k s a pi x", positive=True)
    n = 1 / e + 1
    cosine = -e + kink * (root + angle * e) / pi
    slope, norm = 1 - kink * angle / pi, kink * root / pi  # kappa' and kappa - rho kappa'
    growth = (1 - cosine) / (1 + e)
    diagonal, beside = sp.Integer(1), -1 / (n - 2)  # G_ii += x_i, G_ij += beside (x_i + x_j): row sums 0
    inside = slope * beside + norm * diagonal / 2
    row_sum = diagonal + (n - 2) * inside
    standard, pairs = (f.subs(sp.pi, pi) for f in map(sp.sympify, statement.eigenvalues(e, kink, root, angle)))
    proof = Derivation()
    proof.equal("standard block", standard, (diagonal - 2 * row_sum / n) / growth, is_statement=True)
    proof.equal("its cosines follow", (inside - row_sum / n), beside * (diagonal - 2 * row_sum / n))
    proof.equal("pairs block", pairs, slope / growth, is_statement=True)
    bracket = 1 - (sp.sqrt(1 - x**2) + sp.acos(x)) / sp.pi
    proof.equal("1 - standard", 1 - standard, e * kink * (1 - (root + pi - angle) / pi) / (1 - cosine))
    derivative = sp.expand(sp.diff(bracket, x) * sp.sqrt(1 - x**2) * sp.pi)
    proof.equal("the bracket increases: slope (1+e)/(pi sqrt(1-e^2))", derivative, 1 + x)
    proof.equal("and begins at 1/2 - 1/pi", bracket.subs(x, 0), sp.Rational(1, 2) - 1 / sp.pi)
    proof.holds("which is positive", bool(flint.arb.pi() > 2))
    proof.equal(
        "1 - pairs is kink (a - sin a) over positive", (1 - pairs) * growth, kink * (angle - root) / pi / (1 + e)
    )
    proof.equal("slope of a - sin a", sp.diff(x - sp.sin(x), x), 1 - sp.cos(x))
    sine, cos = sp.symbols("sin cos")
    numerator = x * sine * (1 - cos) - (sine - x * cos) * sine  # pi (1 - cos)^2 times the slope of J/(1 - cos)
    proof.equal("the bend increases: sin t (t - sin t)", numerator, sine * (x - sine))
    bend = (sp.sin(x) - x * sp.cos(x)) / (sp.pi * (1 - sp.cos(x)))
    proof.equal("so it is at most its value at pi", bend.subs(x, sp.pi), sp.Rational(1, 2))
    # bend <= 1/2 gives 1 - c >= (1+e)(1 - kink/2) >= (1+e)/2 >= e >= e kink bracket
    proof.nonnegative("(1+e)(1-kink/2) - e kink >= 0", (1 + e) * (1 - kink / 2) - e * kink, {e: "unit", kink: "unit"})
    return proof.evidence("two directions, for every n >= 3 and kink <= 1")


@claim.certified
def against_the_family(statement: SymmetricStability, case: RecentredCase, trial: Trial) -> Evidence:
    """Compare with the spectrum at the symmetric point of the cluster-plus-odd family, computed by other blocks."""
    n, kink = case.batch_size, sp.Rational(case.kernel.kink.numerator, case.kernel.kink.denominator)
    e = sp.Rational(1, n - 1)
    stated = statement.eigenvalues(e, kink, sp.sqrt(1 - e**2), sp.pi / 2 + sp.asin(e))
    spectrum = spectrum_at(family_fixed_points(n)[-1], case.kernel, trial.profile.digits)
    with working_bits(200):
        standard, pairs = (ball_evaluate(sp.Integer(0) + formula, {}) for formula in stated)
        known = [value for value, _ in spectrum.eigenvalues]
        # the family splits the standard block into the tilt, one standard value, and the pairs into the rest
        misses = [abs(known[0] - standard), abs(known[1] - standard)]
        misses += [abs(value - pairs) for value in known[2:]]
        tolerance = flint.arb(10) ** (6 - trial.profile.digits)
        slack = (1 - spectrum.radius).min(tolerance - sum(misses, flint.arb(0)))
    figures = (Figure("standard", standard.str(12, radius=False)), Figure("pairs", pairs.str(12, radius=False)))
    gap = Figure("1 - spectral radius", (1 - spectrum.radius).str(8, radius=False))
    return from_slack(slack, "stability and agreement of two derivations", str(case), *figures, sharpness=gap)
