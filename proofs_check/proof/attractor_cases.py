"""The attractor by cases: what is claimed of rho* and q = rms'(rho*) without saying which of its cases holds.

By its definition rho* = 1 where rms'(1) <= 1, and else it is the fixed point of rms below 1, which is 0 where E[s] = 0. So a
sentence is that of rho* = 1 with the hypothesis rms'(1) <= 1, and that with the hypothesis rho* < 1, or with rho* = 0 and the
hypothesis rms'(1) >= 1, together; a case that the hypotheses exclude is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp

from theory.statement.proposition import Binder, Proposition, Relation, map_terms
from theory.statement.quantity import unfolded
from theory.statement.sentence import Sentence
from theory.statement.sort import Activations, Reals
from theory.statement.words.activation import Coefficient, NormalisedShare
from theory.statement.words.attractor import Attractor
from theory.statement.words.kernel_map import Rms

_ONE = sp.Integer(1)


def cases(sentence: Sentence) -> list[Sentence] | None:
    """Return sentences that together are this one, each of one case of its attractor; None if it speaks of none.

    Examples
    --------
    >>> from theory.statement import parse, text
    >>> for case in cases(parse("for every centred activation s: q <= 1")):
    ...     print(text(case))
    for every centred activation s with rms'(1) <= 1: rms'(1) <= 1
    for every centred activation s with rms'(1) >= 1: rms'(0) <= 1
    """
    activations = sentence.binders_of(Activations)
    if len(activations) != 1 or not _speaks_of_attractor(sentence):
        return None
    star, slope = Attractor(activations[0].symbol), Rms(activations[0].symbol, 1, 1)
    found: list[Sentence] = []
    if not any(_excludes_one(h, star, slope) for h in sentence.hypotheses):
        found += _with(sentence, star, _ONE, Relation("<=", slope, _ONE))
    if not any(_excludes_less(h, slope) for h in sentence.hypotheses):
        if _has_mean_zero(sentence, activations[0]):
            found += _with(sentence, star, sp.Integer(0), Relation(">=", slope, _ONE))
        else:
            kept = tuple(h for h in sentence.hypotheses if unfolded_relation(h) != Relation(">", slope, _ONE))
            found.append(Sentence(sentence.binders, (*kept, Relation("<", star, _ONE)), sentence.body))
    return found


def _speaks_of_attractor(sentence: Sentence) -> bool:
    ends = [end for b in sentence.binders if isinstance(b.sort, Reals) for end in (b.sort.low, b.sort.high)]
    return any(unfolded(term).has(Attractor) for term in (*sentence.terms, *ends))


def unfolded_relation(hypothesis: Proposition) -> Proposition:
    """Return a relation with its words replaced by their definitions."""
    return map_terms(hypothesis, unfolded)


def _excludes_one(hypothesis: Proposition, star: Any, slope: Any) -> bool:
    """Whether a hypothesis says rho* < 1 or rms'(1) > 1, in one of the forms ``word op number``."""
    if not isinstance(hypothesis, Relation):
        return False
    relation = hypothesis if not hypothesis.lhs.is_number else hypothesis.mirrored
    if not relation.rhs.is_Rational:
        return False
    below = relation.lhs == star and (relation.op, relation.rhs) in {("<", _ONE), ("!=", _ONE)}
    below = below or (relation.lhs == star and relation.op in ("<", "<=", "=") and relation.rhs < 1)
    above = relation.lhs == slope and ((relation.op == ">" and relation.rhs >= 1) or (relation.op in (">=", "=") and relation.rhs > 1))  # fmt: skip
    return bool(below or above)


def _excludes_less(hypothesis: Proposition, slope: Any) -> bool:
    """Whether a hypothesis says rms'(1) <= 1 or less."""
    if not isinstance(hypothesis, Relation):
        return False
    relation = hypothesis if not hypothesis.lhs.is_number else hypothesis.mirrored
    return bool(relation.lhs == slope and relation.op in ("<", "<=", "=") and relation.rhs.is_Rational and relation.rhs <= 1)  # fmt: skip


def _has_mean_zero(sentence: Sentence, binder: Binder) -> bool:
    assert isinstance(binder.sort, Activations)
    zero = {Coefficient(binder.symbol, 0), NormalisedShare(binder.symbol, 0)}
    hypotheses = [h for h in sentence.hypotheses if isinstance(h, Relation) and h.op == "="]
    return bool({"centred", "odd"} & set(binder.sort.classes)) or any(
        unfolded(h.lhs - h.rhs).as_coeff_Mul()[1] in zero for h in hypotheses
    )


def _with(sentence: Sentence, star: Any, value: sp.Integer, hypothesis: Relation) -> Iterator[Sentence]:
    """Yield the sentence with the attractor at a value, unless its domain is empty then."""

    def change(term: sp.Expr) -> sp.Expr:
        return unfolded(term).xreplace({star: value})

    binders = []
    for binder in sentence.binders:
        sort = binder.sort
        if isinstance(sort, Reals):
            low, high = change(sort.low), change(sort.high)
            if (high - low).is_negative or (low == high and (sort.low_open or sort.high_open)):
                return
            sort = Reals(low, high, sort.low_open, sort.high_open)
        binders.append(Binder(binder.name, sort))
    hypotheses = []
    for known in sentence.hypotheses:
        changed = map_terms(known, change)
        if isinstance(changed, Relation) and changed.slack.is_number:
            if _fails(changed):
                return
            continue
        hypotheses.append(changed)
    yield Sentence(tuple(binders), (*hypotheses, hypothesis), map_terms(sentence.body, change))


def _fails(relation: Relation) -> bool:
    """Whether a relation between rational numbers fails."""
    gap = relation.lhs - relation.rhs
    if not gap.is_Rational:
        return False
    return not {"=": gap == 0, "!=": gap != 0, "<": gap < 0, "<=": gap <= 0, ">": gap > 0, ">=": gap >= 0}[relation.op]
