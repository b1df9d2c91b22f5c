"""The oracle "balls": a claim without variables, about named activations, that balls certainly show to hold."""

from __future__ import annotations

from typing import Any

from theory.activation.activation import Activation
from theory.statement.quantity import Undecided, Undefined
from theory.statement.sentence import Sentence
from theory.statement.sort import Activations
from theory.statement.value import holds

_LADDER = (20, 40, 80)


def affirms(sentence: Sentence) -> bool:
    """Whether the claim certainly holds; hypotheses are not used."""
    case: dict[Any, Activation] = {}
    for binder in sentence.binders:
        sort = binder.sort
        if isinstance(sort, Activations) and sort.pinned is not None:
            case[binder.symbol] = Activation.from_text(sort.pinned)
    used = set().union(*(term.free_symbols for term in sentence.replace_body(sentence.body).terms))
    if not used <= set(case):
        return False
    for digits in _LADDER:
        try:
            found = holds(sentence.body, case, digits)
        except (Undefined, Undecided):
            return False
        if found is not None:
            return found
    return False
