"""Strategies for sentences that need no search for a law: textbook theorems, algebra, balls, branch and bound.

recognise        the sentence is an instance of a theorem that may be assumed
by_algebra       canonical form, or the sign of a polynomial
by_closed_forms  an equality between closed forms of named activations
by_balls         no variable is left but named activations
on_a_box         an inequality of elementary functions of one to three real numbers
"""

from __future__ import annotations

from fractions import Fraction

import sympy as sp

from proofs_check.interval.prover import prove
from proofs_check.interval.recheck import recheck
from proofs_check.interval.zeros import Zero
from proofs_check.judge.outcome import Certified, Open, Outcome, Proved
from proofs_check.judge.strategy import Clock
from proofs_check.proof import kernel
from proofs_check.proof.assumptions import TEXTBOOK
from proofs_check.proof.certificate_oracle import goal_of
from proofs_check.proof.kernel import ProofError, Theorem
from theory.statement.proposition import And, Proposition, Relation, conjuncts
from theory.statement.quantity import Quantity
from theory.statement.sentence import Sentence
from theory.statement.sort import Activations, GramMatrices, Naturals
from theory.statement.words.haar import HaarMean, Weingarten


def recognise(sentence: Sentence, clock: Clock) -> Outcome | None:
    """Return a textbook theorem narrowed to the sentence's domains."""
    clock.report("looking among the textbook theorems")
    for name, known in TEXTBOOK.items():
        parts = conjuncts(known.sentence.body)
        wanted = next((i for i, part in enumerate(parts) if sentence.body in (part, _turned(part))), None)
        if wanted is None and known.sentence.body != sentence.body:
            continue
        try:
            theorem = kernel.textbook(name)
            if wanted is not None and len(parts) > 1:
                theorem = kernel.conjunct(theorem, wanted)
            if theorem.conclusion.body != sentence.body:
                theorem = kernel.weakened(theorem, theorem.conclusion.body.mirrored.op)  # type: ignore[union-attr]
            theorem = _narrowed(theorem, sentence)
        except (ProofError, KeyError):
            continue
        if theorem.conclusion == sentence:
            return Proved(theorem, f"textbook: {name}")
    return None


def _turned(part: Proposition) -> Proposition:
    return part.mirrored if isinstance(part, Relation) else part


def _narrowed(theorem: Theorem, sentence: Sentence) -> Theorem:
    names = {binder.name for binder in sentence.binders}
    sizes = [b.sort.size for b in sentence.binders if isinstance(b.sort, GramMatrices)]
    for binder in theorem.conclusion.binders:
        if binder.name not in names and isinstance(binder.sort, Naturals) and sizes and sizes[0].is_Integer:
            theorem = kernel.instance(theorem, binder.name, sizes[0])
    for binder in sentence.binders:
        if theorem.conclusion.sort_of(binder.name) != binder.sort:
            theorem = kernel.restricted(theorem, binder.name, binder.sort)
    extra = tuple(h for h in sentence.hypotheses if h not in theorem.conclusion.hypotheses)
    return kernel.supposed(theorem, *extra) if extra else theorem


def by_algebra(sentence: Sentence, clock: Clock) -> Outcome | None:
    """Return a theorem by equality in canonical form or by the sign of a polynomial."""
    if not isinstance(sentence.body, Relation):
        return None
    clock.report("trying algebra")
    try:
        if sentence.body.op == "=":
            return Proved(kernel.equality(sentence), "equality in canonical form")
        return Proved(kernel.sign_of_polynomial(sentence), "sign of a polynomial on the domain")
    except ProofError:
        return None


def by_closed_forms(sentence: Sentence, clock: Clock) -> Outcome | None:
    """Return a theorem for an equality between closed forms of named activations."""
    if not isinstance(sentence.body, Relation) or sentence.body.op != "=":
        return None
    named = [b.sort for b in sentence.binders if isinstance(b.sort, Activations)]
    if not named or any(sort.pinned is None and sort.classes != ("homogeneous",) for sort in named):
        return None
    clock.report("comparing closed forms")
    try:
        return Proved(kernel.by_oracle("Gaussian moments", sentence), "closed forms")
    except ProofError:
        return None


def by_balls(sentence: Sentence, clock: Clock) -> Outcome | None:
    """Return a theorem for a claim about named activations without other variables."""
    if any(not isinstance(b.sort, Activations) or b.sort.pinned is None for b in sentence.binders):
        return None
    if isinstance(sentence.body, And) and any(term.has(HaarMean, Weingarten) for term in sentence.terms):
        return None  # part by part they are exact
    clock.report("enclosing both sides")
    try:
        return Proved(kernel.by_oracle("balls", sentence), "balls")
    except ProofError:
        return None


def on_a_box(sentence: Sentence, clock: Clock) -> Outcome | None:
    """Return a theorem by a certificate of branch and bound that the independent checker accepts."""
    goal = goal_of(sentence)
    if goal is None or any(term.has(Quantity) for term in sentence.replace_body(sentence.body).terms):
        return None
    clock.report("branch and bound on the domain")
    proof = prove(goal.text, zeros=_zeros(sentence, clock, goal.variables), max_cells=max(200, int(400 * clock.left)))
    if proof.certificate is None:
        return Open(f"branch and bound: {proof.reason}", "a smaller domain, or a sharper claim")
    text = proof.certificate.text
    try:
        return Proved(
            kernel.by_oracle("interval certificate", sentence, {"certificate": text}),
            f"branch and bound, {proof.cells} cells, checked again",
            certificates=(text,),
        )
    except ProofError:
        return _certified(text, proof.cells)


def _certified(text: str, cells: int) -> Outcome:
    """Return what a certificate is worth that the kernel does not take: the checker names what it took on trust."""
    answer = recheck(text)
    if not answer.accepted:
        return Open(f"branch and bound found a proof that the checker refuses: {answer.reason}", "a closed domain")
    return Certified("the whole domain", f"branch and bound, {cells} cells", (text,), answer.relies_on)


def _zeros(sentence: Sentence, clock: Clock, variables: tuple[str, ...]) -> list[Zero] | None:
    """Return inner points at which instances showed an equality, for a claim in one variable."""
    survey = clock.notes.get("survey")
    if survey is None or len(variables) != 1:
        return None
    symbol = next(b.symbol for b in sentence.binders if b.name == variables[0])
    found = {case[symbol] for case in survey.equalities if isinstance(case.get(symbol), int | Fraction)}
    return [Zero(variables[0], sp.Rational(v.numerator, v.denominator)) for v in sorted(found)] or None
