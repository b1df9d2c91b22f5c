"""Every activation: a kernel map is a law on the naturals, so a claim that holds at its extreme laws holds for all."""

from __future__ import annotations

from proofs_check.judge.outcome import Open, Outcome, Proved
from proofs_check.judge.strategy import Clock
from proofs_check.proof import kernel
from proofs_check.proof.kernel import ProofError
from theory.statement.sentence import Sentence
from theory.statement.sort import Activations
from theory.statement.words.kernel_map import KernelTerm


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
        pass
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
        return Open("induction on the depth: the bound is no semigroup in l whose one layer holds", "a bound B(l, r) with B(l+1, r) = B(1, B(l, r))")  # fmt: skip
