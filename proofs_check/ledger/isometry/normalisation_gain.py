"""A2. Scaling every sample to norm 1 multiplies isometry by mean(a^2)/geomean(a^2), a_i the norms of the samples.

Proof: the determinant is multiplied by prod a_i^-2 and the trace becomes n. Both sides are compared as n-th powers,
which are rational. Source: [A], the effect of layer normalisation on isometry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import flint
import sympy as sp

from proofs_check import strategies
from proofs_check.claim.claim import SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation, cannot_say, exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung
from proofs_check.ledger import gram_cases
from proofs_check.ledger.papers import ISOMETRY
from theory.isometry.gram_matrix import GramMatrix


@dataclass(frozen=True)
class NormalisationGain:
    """I(normalised)/I(G) = (arithmetic mean of q)/(geometric mean of q), q the squared norms of the rows of the batch.

    `numerator` returns the arithmetic mean; `transposed` takes the norms of the features instead of the samples.
    """

    numerator: Callable[[list[sp.Expr]], sp.Expr] = lambda q: sum(q) / len(q)
    transposed: bool = False

    def formula(self) -> Formula:
        """Return the gain for n = 3 samples, the rows of a batch X, and what their squared norms q_i are."""
        q, (i, j, d) = sp.IndexedBase("q"), sp.symbols("i j d", integer=True)
        batch, norms = sp.IndexedBase("X"), [sp.IndexedBase("q")[k] for k in (1, 2, 3)]
        entry = batch[j, i] if self.transposed else batch[i, j]
        gain = function("I")(sp.Symbol("G_1")) / function("I")(sp.Symbol("G"))
        return (
            equal(gain, self.numerator(norms) / sp.prod(norms) ** sp.Rational(1, 3)),
            equal(q[i], sp.Sum(entry**2, (j, 1, d))),
        )


claim = Claim(
    id="A2",
    title="Normalising the samples multiplies isometry by arithmetic over geometric mean of their squared norms",
    paper=ISOMETRY,
    statement=NormalisationGain(),
    pinned=gram_cases.PINNED,
    cases=strategies.gram_matrices,
    covers=lambda gram: None if gram.determinant > 0 else "isometry is 0 before and after for a singular matrix",
    mutants=[
        Mutant(
            "mean(a)^2 for mean(a^2)",
            NormalisationGain(lambda q: (sum(map(sp.sqrt, q)) / len(q)) ** 2),
            on="squares n=3",
            by=SYMBOLIC,
        ),
        Mutant("norms of features for norms of samples", NormalisationGain(transposed=True), on="", by=SYMBOLIC),
    ],
)


@claim.for_all(SYMBOLIC, scope="n = 2, ..., 8")
def on_a_generic_batch(statement: NormalisationGain, _: None, __: Trial) -> Evidence:
    """Compare squares of both sides for n = 2 generic samples, then the stated mean for n = 2, ..., 8 generic norms."""
    proof = Derivation()
    batch = sp.Matrix(2, 2, sp.symbols("a b c d"))
    gram = batch * batch.T
    norms = (batch.T * batch if statement.transposed else gram).diagonal()
    scale = sp.diag(*gram.diagonal())
    normalised = scale.inv() * gram  # similar to the normalised Gram matrix: same determinant and trace
    gain = (normalised.det() / (normalised.trace() / 2) ** 2) / (gram.det() / (gram.trace() / 2) ** 2)
    stated = statement.numerator(list(norms)) ** 2 / (norms[0] * norms[1])
    proof.equal("n = 2: the square of the gain", gain, stated, is_statement=True)
    for size in range(2, 9):
        squares = list(sp.symbols(f"q1:{size + 1}", positive=True))
        mean = sum(squares) / size
        proof.equal(f"n = {size}: the mean of the squared norms", statement.numerator(squares), mean)
    proof.holds("the norms are those of the samples", not statement.transposed)
    for size in (2, 3):
        matrix = sp.Matrix(size, size, lambda i, j: sp.Symbol(f"m{min(i, j)}{max(i, j)}"))
        diagonal = sp.diag(*matrix.diagonal())
        product = sp.prod(matrix.diagonal())
        scaled = diagonal.inv() * matrix
        determinants = [m.det(method="berkowitz") for m in (scaled, matrix)]
        proof.equal(
            f"n = {size}: the determinant is divided by the squared norms", determinants[0], determinants[1] / product
        )
        proof.equal(f"n = {size}: the trace becomes n", scaled.trace(), sp.Integer(size))
    return proof.uses("det(AB) = det A det B, for n > 3").evidence("determinant and trace of the scaled matrix")


@claim.symbolic
def exactly_on_one_matrix(statement: NormalisationGain, gram: GramMatrix, _: Trial) -> Evidence:
    """Compare n-th powers of both sides; exact where the stated mean is rational on this matrix."""
    n = gram.size
    inverse = flint.fmpq_mat(n, n, [flint.fmpq(0)] * n * n)
    for i, q in enumerate(gram.diagonal):
        inverse[i, i] = flint.fmpq(q.denominator, q.numerator)
    determinant = (inverse * gram.matrix).det()
    normalised = Fraction(int(determinant.p), int(determinant.q))  # its trace is n
    measured = normalised / gram.isometry_power()
    mean = statement.numerator([sp.Rational(q.numerator, q.denominator) for q in gram.diagonal])
    if not mean.is_Rational:
        return cannot_say(Rung.SYMBOLIC, "the stated mean is irrational here; a matrix with square norms decides")
    product = Fraction(1)
    for q in gram.diagonal:
        product *= q
    stated = Fraction(int(mean.p), int(mean.q)) ** n / product
    return exact_evidence(
        measured == stated,
        "n-th powers agree exactly",
        witness=f"{gram}: gain^n = {measured}, stated {stated}",
        sharpness=Figure("both sides agree", "exactly"),
        gain=f"{float(measured) ** (1 / n):.6g}",
    )
