"""A4. If all correlations are at most r in size and (n-1) r < 1, the isometry gap is at most B_n(r), which is attained.

B_n(r) = -((n-1) log(1+r) + log(1-(n-1)r))/n, with equality at the equicorrelated matrix with correlation -r.
Proof: with E = G - I, -tr log(I+E) = sum_k (-1)^k tr E^k/k <= sum_k tr|E|^k/k; closed walks are monotone in the entries
of |E| <= r(J - I), whose eigenvalues are (n-1)r once and -r, n-1 times. Source: this project, sharpening [A].
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

import flint
import sympy as sp

from proofs_check import strategies
from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, at_most, below, equal, function, implies
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation, cannot_say, exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung
from proofs_check.ledger import gram_cases
from proofs_check.ledger.papers import ISOMETRY
from theory.exact.ball_evaluation import ball_evaluate
from theory.isometry.gap_bound import isometry_gap_bound
from theory.isometry.gram_matrix import GramMatrix


@dataclass(frozen=True)
class CorrelationGapBound:
    """gap(G) <= bound(n, r) for unit-diagonal G with |G_ij| <= r, (n-1) r < 1."""

    bound: Callable[[sp.Expr, sp.Expr], sp.Expr] = isometry_gap_bound

    def formula(self) -> Formula:
        """Return the bound on the gap of a Gram matrix of unit diagonal, and its regime."""
        n, r, i, j = sp.symbols("n r i j")
        gram, entry = sp.Symbol("G"), sp.IndexedBase("G")
        return (
            at_most(function("gap")(gram), self.bound(n, r)),
            equal(function("gap")(gram), -sp.log(function("det")(gram)) / n),
            equal(entry[i, i], 1),
            implies(sp.Ne(i, j), sp.Le(sp.Abs(entry[i, j]), r)),
            below((n - 1) * r, 1),
        )


def _at_plus_r(n: sp.Expr, r: sp.Expr) -> sp.Expr:
    """Return the gap of the equicorrelated matrix with correlation +r, which is smaller."""
    return -((n - 1) * sp.log(1 - r) + sp.log(1 + (n - 1) * r)) / n


def squared_correlation_bound(gram: GramMatrix) -> Fraction:
    """Return the largest squared correlation, exactly."""
    d = gram.diagonal
    n = gram.size
    return max(gram.entries[i][j] ** 2 / (d[i] * d[j]) for i in range(n) for j in range(i))


def outside_regime(gram: GramMatrix) -> str | None:
    """Return why the bound does not speak of a matrix, or None."""
    if (gram.size - 1) ** 2 * squared_correlation_bound(gram) >= 1:
        return "(n-1) times the largest correlation is not below 1"
    return None


claim = Claim(
    id="A4",
    title="Correlations of size at most r bound the isometry gap by B_n(r), attained at the equicorrelated matrix -r",
    paper=ISOMETRY,
    statement=CorrelationGapBound(),
    pinned=[gram for gram in gram_cases.PINNED if outside_regime(gram) is None],
    cases=lambda: strategies.gram_matrices(near_identity=True),
    covers=outside_regime,
    mutants=[
        Mutant(
            "the equicorrelated value at +r",
            CorrelationGapBound(_at_plus_r),
            on="equicorrelated n=3 rho=-1/4",
            by=SYMBOLIC,
        ),
        Mutant("the same, by balls", CorrelationGapBound(_at_plus_r), on="equicorrelated n=10 rho=-1/10", by=CERTIFIED),
    ],
)


@claim.for_all(SYMBOLIC)
def by_closed_walks(statement: CorrelationGapBound, _: None, __: Trial) -> Evidence:
    """Sum the majorant sum_k tr (r(J-I))^k/k in closed form for every n, and compare with the bound."""
    n, r = sp.Symbol("n", positive=True), sp.Symbol("r")
    proof = Derivation().uses("log det(I+E) = sum_k (-1)^(k+1) tr E^k / k for spectral radius below 1 (Mercator)")
    proof.uses("tr E^k is a sum of products of entries over closed walks, so |tr E^k| <= r^k tr (J-I)^k")
    # M = J - I with J^2 = n J obeys M^2 = (n-2) M + (n-1) I; so do the traces t_k = x + (n-1) y, x = (n-1)^k, y = (-1)^k
    j, x, y = sp.symbols("J x y")
    proof.equal("(J-I)^2 = (n-2)(J-I) + (n-1) I where J^2 = n J", n * j - 2 * j + 1, (n - 2) * (j - 1) + (n - 1))
    later = [x * (n - 1) ** k + (n - 1) * y * (-1) ** k for k in range(3)]
    proof.equal("t_(k+2) = (n-2) t_(k+1) + (n-1) t_k", later[2], (n - 2) * later[1] + (n - 1) * later[0])
    proof.equal("t_0 = n", later[0].subs({x: 1, y: 1}), n)
    proof.equal("t_1 = 0", later[1].subs({x: 1, y: 1}), 0)
    # d/dr sum_k r^k tr(J-I)^k / k is two geometric series
    series = (n - 1) / (1 - (n - 1) * r) - (n - 1) / (1 + r)
    proof.equal("derivative of n B_n(r) in r", sp.diff(n * statement.bound(n, r), r), series)
    proof.equal("B_n(0) = 0", statement.bound(n, r).subs(r, 0), sp.Integer(0))
    gap = -((n - 1) * sp.log(1 + r) + sp.log(1 - (n - 1) * r)) / n
    proof.equal(
        "attained: the gap of the equicorrelated matrix -r has the same derivative", sp.diff(n * gap, r), series
    )
    proof.equal("and vanishes at r = 0", gap.subs(r, 0), 0)
    return proof.evidence("closed walks, for every n")


@claim.symbolic
def exactly_on_one_matrix(statement: CorrelationGapBound, gram: GramMatrix, _: Trial) -> Evidence:
    """Compare det(normalised G) with exp(-n bound) where the largest correlation is rational."""
    square = squared_correlation_bound(gram)
    root = Fraction(isqrt(square.numerator), isqrt(square.denominator))
    if root**2 != square:
        return cannot_say(Rung.SYMBOLIC, "the largest correlation is irrational; balls decide")
    n, r = sp.Integer(gram.size), sp.Rational(root.numerator, root.denominator)
    stated = sp.powsimp(sp.exp(sp.expand_log(-n * statement.bound(n, r), force=True)))
    if not stated.is_Rational:
        return cannot_say(Rung.SYMBOLIC, "the stated bound is not the log of a rational here; balls decide")
    determinant = _normalised_determinant(gram)
    bound = Fraction(int(stated.p), int(stated.q))
    return exact_evidence(
        determinant >= bound,
        "exp(-n gap) against exp(-n bound) in rational arithmetic",
        witness=f"{gram}: det of the normalised matrix {determinant} < {stated} = exp(-n bound)",
        sharpness=Figure("attained", f"on {gram}") if determinant == bound and root > 0 else None,
        exp_minus_n_gap=str(determinant),
        exp_minus_n_bound=str(stated),
    )


@claim.certified
def by_balls_on_one_matrix(statement: CorrelationGapBound, gram: GramMatrix, trial: Trial) -> Evidence:
    """Enclose bound - gap."""
    square = squared_correlation_bound(gram)
    r = sp.Symbol("r")
    with flint.ctx.workdps(trial.profile.digits):
        radius = flint.arb(flint.fmpq(square.numerator, square.denominator)).sqrt()
        bound = ball_evaluate(statement.bound(sp.Integer(gram.size), r), {r: radius})
        determinant = _normalised_determinant(gram)
        gap = -flint.arb(flint.fmpq(determinant.numerator, determinant.denominator)).log() / gram.size
        slack = bound - gap
    figures = (Figure("gap", gap.str(10, radius=False)), Figure("bound", bound.str(10, radius=False)))
    root = sp.sqrt(sp.Rational(square.numerator, square.denominator))
    number = sp.sstr(statement.bound(sp.Integer(gram.size), root) + log_per_sample(determinant, gram.size))
    sharpness = Figure("slack", slack.str(5, radius=False))
    return from_slack(slack, "bound - gap", str(gram), *figures, sharpness=sharpness, number=number)


def log_per_sample(determinant: Fraction, size: int) -> sp.Expr:
    """Return log(determinant)/n, minus the gap."""
    return sp.log(sp.Rational(determinant.numerator, determinant.denominator)) / size


def _normalised_determinant(gram: GramMatrix) -> Fraction:
    determinant = gram.determinant
    for q in gram.diagonal:
        determinant /= q
    return determinant
