"""A5. With d = (n-1) r < 1, r the largest |correlation|, the gap is at most ||E||^2/(2n(1-d)), E = G - I: quadratic in r.

Hence gap <= (n-1) r^2/(2(1-d)), and for d <= 1/2 gap <= (n-1) r^2 <= r/2 <= gamma/2, gamma = r/(1-r). Proof: the eigenvalues
x of E add up to 0 and lie in [-d, d] (Gershgorin), so n gap = sum (x - log(1+x)), and x - log(1+x) <= x^2/(2(1-d)) on
x >= -d, because the difference has derivative x (x+d)/((1-d)(1+x)), of the sign of x. Source: this project, sharpening [A].
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import flint
import sympy as sp

from proofs_check import strategies
from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, at_most, below, equal, function, implies, rational
from proofs_check.evidence.certified import from_proof, from_slack, together
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.interval.prover import prove_nonnegative
from proofs_check.ledger import gram_cases
from proofs_check.ledger.isometry.correlation_gap_bound import log_per_sample, outside_regime, squared_correlation_bound
from proofs_check.ledger.papers import ISOMETRY
from theory.exact.ball_evaluation import ball_evaluate
from theory.isometry.gap_bound import isometry_gap_bound
from theory.isometry.gram_matrix import GramMatrix

SIZES = (2, 3, 10)
"""Batch sizes whose extremal matrices are certified for every correlation."""


@dataclass(frozen=True)
class QuadraticGapBound:
    """n gap <= curvature(d) ||E||^2, d = (n-1) max |rho| < 1, and n gap <= half_regime n (n-1) r^2 as long as d <= 1/2."""

    curvature: Callable[[sp.Expr], sp.Expr] = lambda d: 1 / (2 * (1 - d))
    half_regime: Fraction = Fraction(1)

    def formula(self) -> Formula:
        """Return the bound by the correlations' squares, the one for d <= 1/2, and what r and d are."""
        n, r, d = sp.symbols("n r d")
        i, j = sp.symbols("i j", integer=True)
        entry, gap = sp.IndexedBase("G"), function("gap")(sp.Symbol("G"))
        squares = sp.Sum((entry[i, j] - sp.KroneckerDelta(i, j)) ** 2, (i, 1, n), (j, 1, n))
        return (
            at_most(gap, self.curvature(d) * squares / n),
            implies(sp.Le(d, sp.Rational(1, 2)), sp.Le(gap, rational(self.half_regime) * (n - 1) * r**2)),
            implies(sp.Ne(i, j), sp.Le(sp.Abs(entry[i, j]), r)),
            equal(d, (n - 1) * r),
            below(d, 1),
            equal(entry[i, i], 1),
        )


claim = Claim(
    id="A5",
    title="The isometry gap is at most (n-1) r^2/(2(1-(n-1)r)), quadratic in the largest correlation",
    paper=ISOMETRY,
    statement=QuadraticGapBound(),
    pinned=[gram for gram in gram_cases.PINNED if outside_regime(gram) is None],
    cases=lambda: strategies.gram_matrices(near_identity=True),
    covers=outside_regime,
    mutants=[
        Mutant(
            "factor 1/(1-d) dropped",
            QuadraticGapBound(lambda _: sp.Rational(1, 2)),
            on="equicorrelated n=3 rho=-1/4",
            by=CERTIFIED,
        ),
        Mutant("the same, on extremal matrices", QuadraticGapBound(lambda _: sp.Rational(1, 2)), on="", by=CERTIFIED),
        Mutant("factor 1/sqrt(1-d)", QuadraticGapBound(lambda d: 1 / (2 * sp.sqrt(1 - d))), on="", by=CERTIFIED),
        Mutant("half of it for d <= 1/2", QuadraticGapBound(half_regime=Fraction(1, 2)), on="", by=CERTIFIED),
    ],
)


def eigenvalue_steps(curvature: Callable[[sp.Expr], sp.Expr]) -> Derivation:
    """Return the steps from the eigenvalues of E to ||E||^2: x - log(1+x) <= curvature(d) x^2 on x >= -d."""
    x, d, t = sp.symbols("x d t", positive=True)
    proof = Derivation()
    proof.uses("Gershgorin: the eigenvalues of E lie in [-d, d]")
    difference = curvature(d) * x**2 - x + sp.log(1 + x)
    proof.equal("both sides vanish at 0", difference.subs(x, 0), sp.Integer(0))
    slope = sp.diff(difference, x)
    proof.nonnegative("the difference increases for x > 0", slope, {x: "nonnegative", d: "unit"})
    proof.nonnegative("and decreases for -d <= x < 0", -slope.subs(x, -t * d), {t: "unit", d: "unit"})
    for size in (2, 3, 4):
        entries = sp.Matrix(size, size, lambda i, j: 0 if i == j else sp.Symbol(f"e{min(i, j)}{max(i, j)}"))
        proof.equal(f"tr E = 0, n = {size}", entries.trace(), sp.Integer(0))
        proof.equal(f"tr E^2 = ||E||^2, n = {size}", (entries**2).trace(), sum(e**2 for e in entries))
    return proof


@claim.for_all(SYMBOLIC)
def by_gershgorin(statement: QuadraticGapBound, _: None, __: Trial) -> Evidence:
    """Prove the scalar inequality and add it up; then the three consequences for d <= 1/2."""
    r, h = sp.symbols("r h", positive=True)
    proof = eigenvalue_steps(statement.curvature)
    constant = sp.Rational(statement.half_regime.numerator, statement.half_regime.denominator)
    proof.nonnegative("(n-1) r^2 for d = h/2 <= 1/2", constant - statement.curvature(h / 2), {h: "unit"})
    proof.nonnegative("(n-1) r^2 <= r/2 for (n-1) r = h/2", r / 2 - h / 2 * r, {h: "unit", r: "nonnegative"})
    proof.nonnegative("r <= gamma", r / (1 - r) - r, {r: "unit"})
    return proof.evidence("eigenvalue by eigenvalue, for every n")


@claim.for_all(CERTIFIED)
def on_the_extremal_matrices(statement: QuadraticGapBound, _: None, __: Trial) -> Evidence:
    """Certify both bounds against B_n(r), the gap of the equicorrelated matrix -r, for all r: it is the largest (A4)."""
    d = sp.Symbol("d", real=True)
    half = sp.Rational(statement.half_regime.numerator, statement.half_regime.denominator)
    found = []
    for size in SIZES:
        r = d / (size - 1)
        gap = isometry_gap_bound(size, r)
        for bound, end in (
            ((size - 1) * r**2 * statement.curvature(d), Fraction(15, 16)),
            (half * d * r, Fraction(1, 2)),
        ):
            proof = prove_nonnegative(bound - gap, {d: (0, end)})
            found.append(from_proof(proof, f"n = {size}, (n-1) r <= {end}"))
            if not found[-1].verdict.is_positive:
                return found[-1]
    return together(found)


@claim.certified
def by_balls_on_one_matrix(statement: QuadraticGapBound, gram: GramMatrix, trial: Trial) -> Evidence:
    """Enclose curvature(d) ||E||^2 - n gap; ||E||^2 and the determinant of the normalised matrix are rational."""
    n, diagonal = gram.size, gram.diagonal
    squares = sum(
        (gram.entries[i][j] ** 2 / (diagonal[i] * diagonal[j]) for i in range(n) for j in range(n) if i != j),
        Fraction(0),
    )
    determinant = gram.determinant
    for q in diagonal:
        determinant /= q
    d = sp.Symbol("d")
    with flint.ctx.workdps(trial.profile.digits):
        regime = (n - 1) * _ball(squared_correlation_bound(gram)).sqrt()
        bound = ball_evaluate(statement.curvature(d), {d: regime}) * _ball(squares) / n
        gap = -_ball(determinant).log() / n
        slack = bound - gap
        ratio = None if squares == 0 else (bound / gap).str(6, radius=False)
    figures = (Figure("gap", gap.str(10, radius=False)), Figure("bound", bound.str(10, radius=False)))
    sharpness = Figure("bound/gap", ratio) if ratio else Figure("attained", "by orthogonal samples")
    largest = squared_correlation_bound(gram)
    share = (n - 1) * sp.sqrt(sp.Rational(largest.numerator, largest.denominator))
    total = statement.curvature(share) * sp.Rational(squares.numerator, squares.denominator) / n
    number = sp.sstr(total + log_per_sample(determinant, n))
    return from_slack(slack, "||E||^2/(2n(1-d)) - gap", str(gram), *figures, sharpness=sharpness, number=number)


def _ball(q: Fraction) -> flint.arb:
    return flint.arb(flint.fmpq(q.numerator, q.denominator))
