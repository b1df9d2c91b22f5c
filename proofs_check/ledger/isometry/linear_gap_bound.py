"""A6. As long as (n-1) r <= 79/100 the gap is at most gamma = r/(1-r), r the largest |correlation|; without a regime by no C n gamma.

Proof: the gap is at most B_n(r) (A4). With d = (n-1) r, log(1+r) >= r - r^2/2 gives n B_n <= -d + d r/2 - log(1-d), while
n gamma >= d + d r/2; so -log(1-d) <= 2d suffices, and 2d + log(1-d) is concave, 0 at 0 and positive at 79/100. The
share cannot reach 0.7969 for large n. Equicorrelated samples with correlation r >= 0 need no regime: there
gap <= ((n-1)/n) log(1+gamma), because log(1+(n-1) r) >= 0. Counterexample without regime: three unit vectors at 120
degrees, r = 1/2, gamma = 1, and the Gram matrix is singular. Source: this project; [A] plots 2 n gamma_0 beta_0^-l.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import flint
import sympy as sp

from proofs_check import strategies
from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, at_most, belongs, equal, function, implies, rational
from proofs_check.evidence.certified import from_proof, from_slack, together
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation, cannot_say
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.interval.prover import prove_nonnegative
from proofs_check.ledger import gram_cases
from proofs_check.ledger.isometry.correlation_gap_bound import log_per_sample, squared_correlation_bound
from proofs_check.ledger.papers import ISOMETRY
from theory.exact.ball_evaluation import ball_evaluate
from theory.isometry.gap_bound import isometry_gap_bound
from theory.isometry.gram_matrix import GramMatrix

SIZES = (3, 10, 100)
"""Batch sizes whose extremal matrices are certified for every correlation, and whose largest share is enclosed."""


@dataclass(frozen=True)
class LinearGapBound:
    """gap <= coefficient(n) gamma if (n-1) r <= share, gamma = r/(1-r), r = max |rho|.

    `equicorrelated(n, gamma)` bounds the gap of equicorrelated samples with correlation r >= 0, whatever r.
    """

    coefficient: Callable[[sp.Expr], sp.Expr] = lambda _: sp.Integer(1)
    share: Fraction = Fraction(79, 100)
    equicorrelated: Callable[[sp.Expr, sp.Expr], sp.Expr] = lambda n, gamma: (n - 1) / n * sp.log(1 + gamma)

    def formula(self) -> Formula:
        """Return the bound inside its regime, and that for equicorrelated samples, whose gap is written out."""
        n, r, gamma, i, j = sp.symbols("n r gamma i j")
        entry = sp.IndexedBase("G")
        gap = -((n - 1) * sp.log(1 - r) + sp.log(1 + (n - 1) * r)) / n
        return (
            implies(
                sp.Le((n - 1) * r, rational(self.share)),
                sp.Le(function("gap")(sp.Symbol("G")), rational(self.coefficient(n)) * gamma),
            ),
            equal(gamma, r / (1 - r)),
            equal(entry[i, i], 1),
            implies(sp.Ne(i, j), sp.Le(sp.Abs(entry[i, j]), r)),
            at_most(gap, self.equicorrelated(n, gamma)),
            belongs(r, sp.Interval.Ropen(0, 1)),
        )


def _outside(gram: GramMatrix, share: Fraction) -> bool:
    return (gram.size - 1) ** 2 * squared_correlation_bound(gram) > share**2


def outside_regime(gram: GramMatrix) -> str | None:
    """Return why the statement does not speak of a matrix, or None."""
    share = LinearGapBound().share
    return f"(n-1) times the largest correlation is above {share}" if _outside(gram, share) else None


AT_120_DEGREES = GramMatrix.equicorrelated(3, Fraction(-1, 2))
NEARLY_SINGULAR = GramMatrix.equicorrelated(3, Fraction(-1, 2) + Fraction(1, 10**9))
_PLOTTED = LinearGapBound(coefficient=lambda n: 2 * n, share=Fraction(10**6))

claim = Claim(
    id="A6",
    title="The isometry gap is at most gamma as long as (n-1) times the largest correlation is at most 0.79",
    paper=ISOMETRY,
    statement=LinearGapBound(),
    pinned=[*gram_cases.PINNED, AT_120_DEGREES, NEARLY_SINGULAR],
    cases=lambda: strategies.gram_matrices(near_identity=True),
    covers=outside_regime,
    mutants=[
        Mutant(
            "2 n gamma without a regime",
            _PLOTTED,
            on=str(AT_120_DEGREES),
            by=SYMBOLIC,
            erratum="plotting code of [A]: the curve 2 n gamma_0 beta_0^-l is drawn for every input and depth; it bounds "
            "the gap only where gamma_0 beta_0^-l is below about 1/n",
        ),
        Mutant("the same, for a nonsingular matrix", _PLOTTED, on=str(NEARLY_SINGULAR), by=CERTIFIED),
        Mutant("share 81/100, too much for n = 100", LinearGapBound(share=Fraction(81, 100)), on="", by=CERTIFIED),
        Mutant("half of gamma", LinearGapBound(coefficient=lambda _: sp.Rational(1, 2)), on="", by=CERTIFIED),
        Mutant(
            "log(1+gamma)/2 for equicorrelated samples",
            LinearGapBound(equicorrelated=lambda _, gamma: sp.log(1 + gamma) / 2),
            on="",
            by=CERTIFIED,
        ),
    ],
)


@claim.for_all(SYMBOLIC)
def from_the_extremal_matrix(statement: LinearGapBound, _: None, __: Trial) -> Evidence:
    """Reduce B_n(r) <= gamma to 2d + log(1-d) >= 0, and decide that at the ends of [0, share] by concavity."""
    m, r, d, n = sp.symbols("m r d n", positive=True)  # m = n - 1
    proof = Derivation().uses("A4: the gap is at most B_n(r)")
    shifted = r - r**2 / 2
    proof.equal("log(1+r) = r - r^2/2 at 0", (sp.log(1 + r) - shifted).subs(r, 0), sp.Integer(0))
    proof.nonnegative("and above it beyond", sp.diff(sp.log(1 + r) - shifted, r), {r: "nonnegative"})
    majorant = -m * shifted - sp.log(1 - m * r)
    exact = (m + 1) * isometry_gap_bound(m + 1, r)
    proof.equal("n B_n(r) with log(1+r) replaced", majorant - exact, m * (sp.log(1 + r) - shifted))
    proof.nonnegative(
        "n C gamma - (d + d r/2)",
        (m + 1) * statement.coefficient(n).subs(n, m + 1) * r / (1 - r) - (m * r + m * r**2 / 2),
        {m: "nonnegative", r: "unit"},
    )
    remaining = 2 * d + sp.log(1 - d)  # (d + d r/2) - (-d + d r/2 - log(1-d))
    proof.equal("what remains is concave and vanishes at 0", remaining.subs(d, 0), sp.Integer(0))
    proof.nonnegative("its second derivative is negative", -sp.diff(remaining, d, 2), {d: "unit"})
    share = flint.arb(flint.fmpq(statement.share.numerator, statement.share.denominator))
    proof.holds(
        f"2d + log(1-d) > 0 at d = {statement.share}", bool(statement.share < 1 and 2 * share + (1 - share).log() > 0)
    )
    gap = -(m * sp.log(1 - r) + sp.log(1 + m * r)) / (m + 1)
    stated = statement.equicorrelated(m + 1, r / (1 - r))
    left_out = sp.log(1 + m * r) / (m + 1)
    difference = sp.expand_log(sp.logcombine(sp.simplify(sp.exp(stated - gap - left_out)), force=True), force=True)
    proof.equal("equicorrelated, r >= 0: only log(1+(n-1) r)/n >= 0 is left out", difference, sp.Integer(1))
    return proof.evidence("concavity of 2d + log(1-d), for every n")


@claim.for_all(CERTIFIED)
def on_the_extremal_matrices(statement: LinearGapBound, _: None, trial: Trial) -> Evidence:
    """Certify C gamma >= B_n(r) up to the share, and the bound for r >= 0, for each batch size; enclose the largest share."""
    if statement.share >= 1:
        return cannot_say(Rung.CERTIFIED, "the regime holds singular matrices: B_n(r) is infinite at (n-1) r = 1")
    d, r = sp.Symbol("d", real=True), sp.Symbol("r", real=True)
    found = []
    for n in SIZES:
        rho = d / (n - 1)
        slack = statement.coefficient(sp.Integer(n)) * rho / (1 - rho) - isometry_gap_bound(n, rho)
        found.append(from_proof(prove_nonnegative(slack, {d: (0, statement.share)}), f"n = {n}, (n-1) r <= share"))
        gap = -((n - 1) * sp.log(1 - r) + sp.log(1 + (n - 1) * r)) / n
        positive = statement.equicorrelated(sp.Integer(n), r / (1 - r)) - gap
        # log(1+gamma) = -log(1-r): one variable in one logarithm, so that the slack is a plain log(1+(n-1) r)/n
        written = positive.replace(lambda e: e == sp.log(1 + r / (1 - r)), lambda _: -sp.log(1 - r))
        found.append(from_proof(prove_nonnegative(sp.expand(written), {r: (0, "999/1000")}), f"n = {n}, r >= 0"))
        for evidence in found[-2:]:
            if not evidence.verdict.is_positive:
                return evidence
    evidence = together(found)
    figures = tuple(
        Figure(f"largest (n-1) r for gap <= {name}, n = {n}", f"{float(low):.7f}", f"{float(high - low):.1g}")
        for n in SIZES
        for name, coefficient in (("gamma", sp.Integer(1)), ("n gamma", sp.Integer(n)))
        for low, high in [largest_share(n, coefficient, trial.profile.digits)]
    )
    return replace(evidence, figures=figures, sharpness=figures[-2], plots=())


def largest_share(n: int, coefficient: sp.Expr, digits: int) -> tuple[Fraction, Fraction]:
    """Enclose the d = (n-1) r at which B_n(r) overtakes coefficient * r/(1-r), by bisection in balls.

    At the lower end the bound certainly holds and at the upper it certainly fails; that it holds on the whole way to a
    share is what branch and bound certifies.
    """
    d = sp.Symbol("d")
    r = d / (n - 1)
    slack = coefficient * r / (1 - r) - isometry_gap_bound(n, r)
    low, high = Fraction(1, 2), 1 - Fraction(1, 10**15)
    with flint.ctx.workdps(digits):
        while high - low > Fraction(1, 10**9):
            middle = (low + high) / 2
            value = ball_evaluate(slack, {d: flint.arb(flint.fmpq(middle.numerator, middle.denominator))})
            if value > 0:
                low = middle
            elif value < 0:
                high = middle
            else:
                break
    return low, high


@claim.symbolic
def on_a_singular_matrix(statement: LinearGapBound, gram: GramMatrix, _: Trial) -> Evidence:
    """A singular Gram matrix has an infinite gap, and no finite bound covers it."""
    if _outside(gram, statement.share):
        return cannot_say(Rung.SYMBOLIC, "(n-1) r is above the share: the statement is silent")
    if gram.determinant > 0:
        return cannot_say(Rung.SYMBOLIC, "the gap is finite; balls decide")
    square = squared_correlation_bound(gram)
    witness = f"{gram}: determinant 0, so the gap is infinite; largest squared correlation {square}, gamma finite"
    return Evidence(Verdict.REFUTED, Rung.SYMBOLIC, "an exact computation contradicts it", witness=witness)


@claim.certified
def by_balls_on_one_matrix(statement: LinearGapBound, gram: GramMatrix, trial: Trial) -> Evidence:
    """Enclose C gamma - gap of the normalised matrix."""
    n = gram.size
    if _outside(gram, statement.share) or gram.determinant == 0:
        return cannot_say(Rung.CERTIFIED, "(n-1) r is above the share, or the gap is infinite")
    square = squared_correlation_bound(gram)
    determinant = gram.determinant
    for q in gram.diagonal:
        determinant /= q
    with flint.ctx.workdps(trial.profile.digits):
        r = flint.arb(flint.fmpq(square.numerator, square.denominator)).sqrt()
        gamma = r / (1 - r)
        gap = -flint.arb(flint.fmpq(determinant.numerator, determinant.denominator)).log() / n
        bound = ball_evaluate(statement.coefficient(sp.Integer(n)), {}) * gamma
        slack = bound - gap
        ratio = "no correlation" if square == 0 else (gap / bound).str(6, radius=False)
    figures = (Figure("gap", gap.str(10, radius=False)), Figure("gamma", gamma.str(10, radius=False)))
    root = sp.sqrt(sp.Rational(square.numerator, square.denominator))
    number = sp.sstr(statement.coefficient(sp.Integer(n)) * root / (1 - root) + log_per_sample(determinant, n))
    sharpness = Figure("gap/bound", ratio)
    return from_slack(slack, "C gamma - gap", str(gram), *figures, sharpness=sharpness, number=number)
