"""Every activation: a kernel map is a law on the naturals, so a claim that holds at its extreme laws holds for all."""

from __future__ import annotations

import sympy as sp

from proofs_check.judge.outcome import Open, Outcome, Proved
from proofs_check.judge.strategy import Clock
from proofs_check.proof import kernel
from proofs_check.proof.kernel import ProofError
from theory.statement.print_text import TermPrinter
from theory.statement.proposition import Relation
from theory.statement.sentence import Sentence
from theory.statement.sort import Activations
from theory.statement.words.attractor import Attractor
from theory.statement.words.kernel_map import KernelTerm, Rms


def every_law(sentence: Sentence, clock: Clock) -> Outcome | None:
    """Return a theorem by extreme laws; one that holds for every activation holds for a named one."""
    if len(sentence.binders_of(Activations)) != 1:
        return None
    if any(word.iterate != 1 for term in sentence.terms for word in term.atoms(KernelTerm)):
        return _every_depth(sentence, clock)
    clock.report("extreme laws, degree by degree")
    try:
        return Proved(
            kernel.by_oracle("extreme laws", sentence),
            "extreme laws, every degree; holds for every activation of the class",
        )
    except ProofError:
        known = _with_a_known_fact(sentence, "extreme laws")
        if known is not None:
            return known
    if any(term.has(KernelTerm) for term in sentence.terms) and sentence.binders_of(Activations)[0].sort.pinned is None:  # type: ignore[union-attr]
        return Open("extreme laws: the slack is not seen to be nonnegative at every degree", "a hypothesis on kappa'(0), a smaller domain, or a named activation")  # fmt: skip
    return None


def _every_depth(sentence: Sentence, clock: Clock) -> Outcome | None:
    """Return a theorem by induction on the depth, for a bound that is a semigroup in it."""
    clock.report("induction on the depth")
    try:
        return Proved(
            kernel.by_oracle("induction on depth", sentence), "induction on the depth; extreme laws for one layer"
        )
    except ProofError:
        known = _with_a_known_fact(sentence, "induction on depth")
        if known is not None:
            return known
        return Open("induction on the depth: the bound is no semigroup in l whose one layer holds", "a bound B(l, r) with B(l+1, r) = B(1, B(l, r))")  # fmt: skip


def _with_a_known_fact(sentence: Sentence, engine: str) -> Outcome | None:
    """Return a theorem about a named or homogeneous activation from a fact about it: its slope at one, its attractor."""
    binder = sentence.binders_of(Activations)[0]
    assert isinstance(binder.sort, Activations)
    known = binder.sort.pinned is not None or binder.sort.classes == ("homogeneous",)
    if not known or not any(term.has(Rms, Attractor) for term in sentence.terms):
        return None
    slope, one = Rms(binder.symbol, 1, 1), sp.Integer(1)
    for fact in (Relation("<=", slope, one), Relation("<", slope, one), Relation("<", Attractor(binder.symbol), one)):
        met = _known(sentence.replace_body(fact), fact)
        if met is None:
            continue
        try:
            theorem = kernel.by_oracle(engine, Sentence(sentence.binders, (*sentence.hypotheses, fact), sentence.body))
            by = f"{engine}, from {TermPrinter({binder.name: binder})(fact.lhs)} {fact.op} 1"
            return Proved(kernel.discharged(theorem, met), by)
        except ProofError:
            continue
    return None


def _known(sentence: Sentence, fact: Relation) -> kernel.Theorem | None:
    """Return the theorem that a named activation has the property: from its closed form, else by balls."""
    bare = Sentence(sentence.binders, (), fact)
    if not fact.strict:
        try:
            equal = kernel.by_oracle("Gaussian moments", bare.replace_body(Relation("=", fact.lhs, fact.rhs)))
            return kernel.weakened(equal, fact.op)
        except ProofError:
            pass
    try:
        return kernel.by_oracle("balls", bare)
    except ProofError:
        return None
