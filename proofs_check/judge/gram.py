"""Gram matrices: of every size by classical facts about their numbers, of size 2 and 3 by branch and bound.

Up to the order and the signs of the samples the matrices of size 2 and 3 are three numbers. With m = maxcorr(G), reached by the first two samples with a positive sign: G[1,2] = m, G[1,3] = m u, G[2,3] = m v with
u, v in [-1, 1]. So a claim of words that neither order nor signs change holds for every G exactly if it holds for all
(m, u, v); that inequality goes to branch and bound. The domain of m is that of the hypothesis on maxcorr, at most the
range where the matrix is positive definite whatever u and v are, m < 1/(n-1).
"""

from __future__ import annotations

from fractions import Fraction

import sympy as sp

from proofs_check.interval.prover import prove
from proofs_check.interval.recheck import recheck
from proofs_check.interval.statement import statement_of
from proofs_check.judge.instances import witness
from proofs_check.judge.outcome import Certified, Open, Outcome, Proved, Witness
from proofs_check.judge.strategy import Clock
from proofs_check.proof import kernel
from proofs_check.proof.kernel import ProofError
from theory.isometry.gram_matrix import GramMatrix
from theory.statement.proposition import Proposition, Relation, map_terms
from theory.statement.quantity import Quantity
from theory.statement.sentence import Sentence
from theory.statement.sort import GramMatrices
from theory.statement.value import holds
from theory.statement.words.gram import Determinant, Gap, Isometry, LargestCorrelation, Trace

_M, _U, _V = (sp.Symbol(name, real=True) for name in "muv")
_DIGITS = 40
_INVARIANT = (Determinant, Gap, Isometry, LargestCorrelation, Trace)


def every_size(sentence: Sentence, clock: Clock) -> Outcome | None:
    """Return a theorem by classical facts about Gram matrices and their images."""
    if len(sentence.binders_of(GramMatrices)) != 1:
        return None
    clock.report("classical facts about Gram matrices")
    try:
        return Proved(kernel.by_oracle("Gram matrices", sentence), "facts about Gram matrices and kernel maps of them")
    except ProofError:
        return None


def small_gram(sentence: Sentence, clock: Clock) -> Outcome | None:
    """Return a certificate of the inequality in m, u, v that a claim about Gram matrices of size 2 or 3 comes down to."""
    if len(sentence.binders) != 1 or not isinstance(sentence.binders[0].sort, GramMatrices):
        return None
    size = sentence.binders[0].sort.size
    body = sentence.body
    words = set().union(*(term.atoms(Quantity) for term in sentence.terms))
    matrix = sentence.binders[0].symbol
    if (
        not isinstance(body, Relation)
        or size not in (2, 3)
        or any(not isinstance(w, _INVARIANT) or w.args[0] != matrix for w in words)
    ):
        return None
    most = _most(sentence, matrix)
    if most is None:
        return Open(
            "reading the hypotheses", f"a hypothesis maxcorr({matrix}) <= c with c < 1/{size - 1}, and no other"
        )
    clock.report("branch and bound over m, u, v")
    goal = _goal(_in_numbers(body, int(size)), most, int(size))
    if goal is None:
        return None
    proof = prove(goal, max_cells=max(200, int(200 * clock.left)))
    if proof.witness is not None:
        found = _at(sentence, dict(proof.witness.point))
        if found is not None:
            return found
    if proof.certificate is None:
        return Open(f"branch and bound over m, u, v: {proof.reason}", "a smaller bound of maxcorr")
    answer = recheck(proof.certificate.text)
    if not answer.accepted:
        return Open(f"checking the certificate again: {answer.reason}")
    named = "m" if size == 2 else "m, u, v"
    return Certified(
        f"every Gram matrix of size {size} with maxcorr <= {most}",
        f"branch and bound over {named}, to which order and signs of the samples reduce G; {proof.cells} cells, checked again",
        (proof.certificate.text,),
        answer.relies_on,
    )


def _at(sentence: Sentence, point: dict[str, Fraction]) -> Witness | None:
    """Return the witness that the matrix of the three numbers is, if the claim certainly fails there."""
    size = int(sentence.binders[0].sort.size)  # type: ignore[union-attr]
    m, u, v = (point.get(name, Fraction(0)) for name in "muv")
    entries = {(0, 1): m, (0, 2): m * u, (1, 2): m * v}
    rows = [[Fraction(1) if i == j else entries[min(i, j), max(i, j)] for j in range(size)] for i in range(size)]
    case = {sentence.binders[0].symbol: GramMatrix("witness", tuple(map(tuple, rows)))}
    meets = all(holds(hypothesis, case, _DIGITS) for hypothesis in sentence.hypotheses)
    return witness(sentence, case) if meets and holds(sentence.body, case, _DIGITS) is False else None


def _most(sentence: Sentence, matrix: sp.Symbol) -> sp.Rational | None:
    """Return the bound of maxcorr that the hypotheses give, if they give nothing else and it keeps G definite."""
    size = int(sentence.binders[0].sort.size)  # type: ignore[union-attr]
    word = LargestCorrelation(matrix)
    bounds: list[sp.Rational] = []
    for hypothesis in sentence.hypotheses:
        if not isinstance(hypothesis, Relation):
            return None
        relation = hypothesis if hypothesis.lhs == word else hypothesis.mirrored
        if relation.lhs != word or relation.op not in ("<", "<=") or not relation.rhs.is_Rational:
            return None
        bounds.append(relation.rhs)
    most = min(bounds, default=None)
    return most if most is not None and 0 < most < sp.Rational(1, size - 1) else None


def _in_numbers(body: Relation, size: int) -> Proposition:
    determinant = 1 - _M**2 if size == 2 else 1 - _M**2 * (1 + _U**2 + _V**2) + 2 * _M**3 * _U * _V

    def value(word: Quantity) -> sp.Expr:
        return {
            Determinant: determinant,
            Trace: sp.Integer(size),
            LargestCorrelation: _M,
            Isometry: sp.exp(sp.log(determinant) / size),
            Gap: -sp.log(determinant) / size,
        }[type(word)]

    return map_terms(body, lambda term: term.xreplace({w: value(w) for w in term.atoms(Quantity)}))


def _goal(claim: Proposition, most: sp.Rational, size: int) -> str | None:
    if not isinstance(claim, Relation) or claim.op in ("=", "!="):
        return None
    relation = sp.StrictGreaterThan if claim.strict else sp.GreaterThan
    domain = {_M: (sp.Integer(0), most), _U: (-1, 1), _V: (-1, 1)}
    slack = claim.slack
    used = {s: ends for s, ends in domain.items() if s in slack.free_symbols and (size == 3 or s == _M)}
    return statement_of(relation(slack, 0, evaluate=False), used).text if used else None
