"""A1. 0 <= I(M) <= 1 with equality to 1 exactly for M = cI, and I is unchanged by scaling and rotation.

I(M) = det(M)^(1/n) / (tr(M)/n). Proof: log x <= x - 1, summed over the eigenvalues divided by their mean.
Source: [A], definition of isometry; proof elementary.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp

from proofs_check import strategies
from proofs_check.claim.claim import SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, at_least, at_most, equal, exactly_if, function, implies
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation, exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.ledger import gram_cases
from proofs_check.ledger.papers import ISOMETRY
from theory.isometry.gram_matrix import GramMatrix


@dataclass(frozen=True)
class IsometryLaw:
    """I = det(M)^(1/n) / mean_eigenvalue(tr M, n) lies in [0, 1], is 1 exactly on cI, and ignores scale and rotation."""

    mean_eigenvalue: Callable[[sp.Expr, sp.Expr], sp.Expr] = lambda trace, n: trace / n

    def formula(self) -> Formula:
        """Return the definition of I with the stated mean eigenvalue, its range, equality case and invariances."""
        n, c = sp.Symbol("n", integer=True, positive=True), sp.Symbol("c", positive=True)
        matrix, rotation = sp.MatrixSymbol("M", n, n), sp.MatrixSymbol("Q", n, n)
        isometry, trace = function("I"), function("tr")(matrix)
        return (
            equal(isometry(matrix), function("det")(matrix) ** (1 / n) / self.mean_eigenvalue(trace, n)),
            at_least(isometry(matrix), 0),
            at_most(isometry(matrix), 1),
            exactly_if(sp.Eq(isometry(matrix), 1), sp.Eq(matrix, trace / n * sp.Identity(n))),
            equal(isometry(c * matrix), isometry(matrix)),
            implies(
                sp.Eq(rotation * rotation.T, sp.Identity(n)),
                sp.Eq(isometry(rotation * matrix * rotation.T), isometry(matrix)),
            ),
        )


claim = Claim(
    id="A1",
    title="Isometry lies in [0, 1], is 1 only for multiples of the identity, and ignores scale and rotation",
    paper=ISOMETRY,
    statement=IsometryLaw(),
    pinned=gram_cases.PINNED,
    cases=strategies.gram_matrices,
    mutants=[
        Mutant("trace not divided by n", IsometryLaw(lambda trace, _: trace), on="", by=SYMBOLIC),
        Mutant("trace divided by n - 1", IsometryLaw(lambda trace, n: trace / (n - 1)), on="identity n=3", by=SYMBOLIC),
    ],
)


@claim.for_all(SYMBOLIC)
def by_the_tangent_of_the_logarithm(statement: IsometryLaw, _: None, __: Trial) -> Evidence:
    """Sum log x <= x - 1 over x = eigenvalue / mean; the right sides must add up to 0."""
    x, trace, c, n = sp.symbols("x T c n", positive=True)
    tangent = x - 1 - sp.log(x)
    mean = statement.mean_eigenvalue(trace, n)
    proof = Derivation()
    proof.equal("x - 1 - log x vanishes at 1", tangent.subs(x, 1), sp.Integer(0))
    proof.equal("its derivative is (x-1)/x: negative before 1, positive after", sp.diff(tangent, x), (x - 1) / x)
    proof.equal("I(cI) = 1", statement.mean_eigenvalue(n * c, n), c, is_statement=True)
    proof.equal("sum of (eigenvalue/mean - 1) over n eigenvalues is 0", trace / mean - n, sp.Integer(0))
    proof.equal("scaling M by c scales the mean by c", statement.mean_eigenvalue(c * trace, n), c * mean)
    proof.uses("a rotation keeps trace and determinant: tr AB = tr BA, det AB = det A det B")
    return proof.evidence("tangent of the logarithm, for every n")


@claim.symbolic
def exactly_on_one_matrix(statement: IsometryLaw, gram: GramMatrix, _: Trial) -> Evidence:
    """Compare isometry^n with 0 and 1 in rational arithmetic, and at c times the identity."""
    n = gram.size
    power = gram.determinant / _fraction(statement.mean_eigenvalue(_rational(gram.trace), sp.Integer(n))) ** n
    scaled_identity = Fraction(1) / _fraction(statement.mean_eigenvalue(sp.Integer(n), sp.Integer(n))) ** n
    multiple_of_identity = all(
        x == (gram.entries[0][0] if i == j else 0) for i, row in enumerate(gram.entries) for j, x in enumerate(row)
    )
    holds = 0 <= power <= 1 and (power == 1) == multiple_of_identity and scaled_identity == 1
    return exact_evidence(
        holds,
        "isometry^n in exact arithmetic",
        witness=f"{gram}: isometry^n = {power}, isometry^n of the identity = {scaled_identity}",
        sharpness=Figure("1 attained", "by multiples of the identity") if power == 1 else None,
        isometry=gram.isometry(12).str(12, radius=False),
    )


def _rational(value: Fraction) -> sp.Rational:
    return sp.Rational(value.numerator, value.denominator)


def _fraction(value: sp.Expr) -> Fraction:
    return Fraction(int(value.p), int(value.q))
