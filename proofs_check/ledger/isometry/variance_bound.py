"""A3. Normalising the samples multiplies isometry by at least 1 + Var(a)/mean(a)^2, a_i the norms, Var over n.

Proof: mean(a^2) = Var + mean^2, and the geometric mean is at most the arithmetic one. Equality iff all norms agree; for
small spread the gain is 1 + 2 Var/mean^2, so the bound loses a factor 2 of its excess there. With the n - 1 variance
the bound is proved for n = 2 only. Source: [A], layer normalisation improves isometry; constants: this project.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import flint
import sympy as sp

from proofs_check import strategies
from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, at_least, equal, rational
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.ledger import gram_cases
from proofs_check.ledger.papers import ISOMETRY
from theory.isometry.gram_matrix import GramMatrix


@dataclass(frozen=True)
class VarianceBound:
    """mean(a^2)/geomean(a^2) >= 1 + factor * Var(a)/mean(a)^2."""

    factor: Fraction = Fraction(1)

    def formula(self) -> Formula:
        """Return the bound on the gain in the norms a_i, and what mean and Var are."""
        a, i, n = sp.IndexedBase("a"), sp.Symbol("i", integer=True), sp.Symbol("n", integer=True, positive=True)
        average, variance = sp.Symbol("m"), sp.Symbol("V")
        gain = sp.Sum(a[i] ** 2, (i, 1, n)) / n / sp.Product(a[i] ** 2, (i, 1, n)) ** (1 / n)
        return (
            at_least(gain, 1 + rational(self.factor) * variance / average**2),
            equal(average, sp.Sum(a[i], (i, 1, n)) / n),
            equal(variance, sp.Sum((a[i] - average) ** 2, (i, 1, n)) / n),
        )


OUTLIER = gram_cases.OUTLIER

claim = Claim(
    id="A3",
    title="Normalising the samples multiplies isometry by at least 1 + Var(a)/mean(a)^2",
    paper=ISOMETRY,
    statement=VarianceBound(),
    pinned=gram_cases.PINNED,
    cases=strategies.gram_matrices,
    mutants=[
        Mutant("the small-spread coefficient 2 everywhere", VarianceBound(Fraction(2)), on=str(OUTLIER), by=CERTIFIED),
    ],
)


@claim.for_all(SYMBOLIC)
def by_the_means_inequality(statement: VarianceBound, _: None, __: Trial) -> Evidence:
    """Reduce to geomean <= mean: mean(a^2) - mean(a)^2 (1 + factor Var/mean^2) must be (1 - factor) Var >= 0."""
    mean, variance, x = sp.symbols("m V x", positive=True)
    first, second, n = sp.symbols("S_1 S_2 n", positive=True)
    factor = sp.Rational(statement.factor.numerator, statement.factor.denominator)
    proof = Derivation()
    average = first / n  # S_1 = sum a, S_2 = sum a^2, so sum (a - average)^2 = S_2 - 2 average S_1 + n average^2
    spread = (second - 2 * average * first + n * average**2) / n
    proof.equal("mean(a^2) = Var + mean^2, for every n", second / n, spread + average**2)
    proof.equal("log x <= x - 1: equality at 1", (x - 1 - sp.log(x)).subs(x, 1), sp.Integer(0))
    proof.equal("log x <= x - 1: sign of the derivative", sp.diff(x - 1 - sp.log(x), x), (x - 1) / x)
    proof.nonnegative(
        "(mean^2 + Var)/mean^2 >= 1 + factor Var/mean^2",
        (mean**2 + variance) / mean**2 - (1 + factor * variance / mean**2),
        {mean: "nonnegative", variance: "nonnegative"},
    )
    return proof.evidence("geometric mean at most arithmetic mean, for every n")


@claim.certified
def by_balls_on_one_matrix(statement: VarianceBound, gram: GramMatrix, trial: Trial) -> Evidence:
    """Enclose gain - (1 + factor Var/mean^2); equal norms give exactly 0."""
    n = gram.size
    if len(set(gram.diagonal)) == 1:
        return Evidence(
            Verdict.CERTIFIED,
            Rung.CERTIFIED,
            "all norms agree: both sides are 1",
            sharpness=Figure("attained", "when all norms agree"),
        )
    with flint.ctx.workdps(trial.profile.digits):
        squares = [flint.arb(flint.fmpq(q.numerator, q.denominator)) for q in gram.diagonal]
        norms = [q.sqrt() for q in squares]
        mean = sum(norms) / n
        relative_variance = sum(squares) / n / mean**2 - 1
        gain = sum(squares) / n / (sum(q.log() for q in squares) / n).exp()
        factor = flint.arb(flint.fmpq(statement.factor.numerator, statement.factor.denominator))
        slack = gain - 1 - factor * relative_variance
        best = (gain - 1) / relative_variance
    figures = (
        Figure("gain", gain.str(10, radius=False)),
        Figure("Var/mean^2", relative_variance.str(10, radius=False)),
    )
    sharpness = Figure("largest factor that holds here", best.str(8, radius=False))
    what = f"gain - (1 + {statement.factor} Var/mean^2)"
    return from_slack(slack, what, str(gram), *figures, sharpness=sharpness, number=_written(statement.factor, gram))


def _written(factor: Fraction, gram: GramMatrix) -> str:
    """Return the slack as the text of a number."""
    n, average = gram.size, sum(gram.diagonal, Fraction(0)) / gram.size
    roots = " + ".join(f"sqrt({q})" for q in gram.diagonal)
    logarithms = " + ".join(f"log({q})" for q in gram.diagonal)
    gain = f"({average})/exp(({logarithms})/{n})"
    return f"{gain} - 1 - ({factor})*(({average})*{n}**2/({roots})**2 - 1)"
