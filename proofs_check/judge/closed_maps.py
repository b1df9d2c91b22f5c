"""Named activations whose kernel map has a closed form: the sentence becomes an inequality of elementary functions.

Every word is replaced by its closed form (derivatives are differentiated, iterates composed); what is left goes to algebra
or to branch and bound, and the certificate states that inequality.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from proofs_check.judge.elementary import by_algebra, on_a_box
from proofs_check.judge.outcome import Certified, Open, Outcome, Proved
from proofs_check.judge.strategy import Clock
from proofs_check.proof.gaussian_oracle import closed_form
from theory.activation.activation import Activation
from theory.statement.proposition import Relation, map_terms
from theory.statement.quantity import Quantity, unfolded
from theory.statement.sentence import Sentence
from theory.statement.sort import Activations


def by_closed_maps(sentence: Sentence, clock: Clock) -> Outcome | None:
    """Return a certificate of the elementary inequality that a sentence about named activations states."""
    named = {
        b.symbol: Activation.from_text(b.sort.pinned)
        for b in sentence.binders
        if isinstance(b.sort, Activations) and b.sort.pinned is not None
    }
    if not named or not isinstance(sentence.body, Relation) or sentence.body.op in ("=", "!="):
        return None
    clock.report("replacing maps by their closed forms")
    elementary = in_closed_form(sentence, named)
    if elementary is None:
        return None
    outcome = by_algebra(elementary, clock) or on_a_box(elementary, clock)
    if isinstance(outcome, Open) or outcome is None:
        return outcome
    names = ", ".join(str(activation) for activation in named.values())
    certificates = outcome.certificates if isinstance(outcome, Proved | Certified) else ()
    return Certified(
        f"{names}, every value of the domain",
        f"closed form of the map; {outcome.by}",
        certificates,
        ("closed form of the kernel map (theory.gaussian)",),
    )


def in_closed_form(sentence: Sentence, named: dict[Any, Activation]) -> Sentence | None:
    """Return the sentence without words and activations, or None if a word has no closed form."""
    change: dict[Any, Any] = {}
    terms = [unfolded(term) for term in sentence.terms]
    for word in sorted(set().union(*(term.atoms(Quantity) for term in terms)), key=sp.default_sort_key):
        value = closed_form(word, named)
        if value is None:
            return None
        change[word] = value

    def replaced(term: sp.Expr) -> sp.Expr:
        return unfolded(term).xreplace(change)

    binders = tuple(b for b in sentence.binders if b.symbol not in named)
    hypotheses = tuple(map_terms(h, replaced) for h in sentence.hypotheses)
    return Sentence(binders, hypotheses, map_terms(sentence.body, replaced))
