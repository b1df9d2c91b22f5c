"""Which values a domain certainly holds; what cannot be decided is answered no."""

from __future__ import annotations

import sympy as sp

from theory.statement.proposition import Binder, Proposition, Relation
from theory.statement.sentence import Sentence
from theory.statement.sort import Activations, Naturals, Reals, Sort


def contains(sort: Sort, value: sp.Expr) -> bool:
    """Whether a number certainly lies in a domain of numbers."""
    if isinstance(sort, Naturals):
        return bool(value.is_Integer) and value >= sort.least and (sort.most is None or value <= sort.most)
    if not isinstance(sort, Reals) or not value.is_Rational:
        return False
    above = (value - sort.low).is_positive if sort.low_open else (value - sort.low).is_nonnegative
    below = (sort.high - value).is_positive if sort.high_open else (sort.high - value).is_nonnegative
    return above is True and below is True


def is_inside(new: Sort, old: Sort) -> bool:
    """Whether every value of `new` is certainly one of `old`."""
    if isinstance(new, Activations) and isinstance(old, Activations):
        return set(old.classes) <= set(new.classes) and old.pinned in (None, new.pinned)
    if isinstance(new, Naturals) and isinstance(old, Naturals):
        return new.least >= old.least and (old.most is None or (new.most is not None and new.most <= old.most))
    if not (isinstance(new, Reals) and isinstance(old, Reals)):
        return False
    low, high = new.low - old.low, old.high - new.high
    low_in = new.low == old.low and (new.low_open or not old.low_open)
    high_in = new.high == old.high and (new.high_open or not old.high_open)
    return (low_in or low.is_extended_positive is True) and (high_in or high.is_extended_positive is True)


def folded(sentence: Sentence) -> Sentence | None:
    """Return the sentence with its hypotheses ``variable op number`` as domains; None if a domain is empty then.

    Examples
    --------
    >>> from theory.statement import parse, text
    >>> text(folded(parse("for r in [0, 1], n >= 1 with r > 1/2, n <= 7: r^n <= 1")))
    'for r in (1/2, 1], n in 1..7: r^n <= 1'
    >>> folded(parse("for r in [0, 1] with r > 1/2, r < 1/4: r = 7"))
    """
    sorts = {binder.symbol: binder.sort for binder in sentence.binders}
    kept: list[Proposition] = []
    for hypothesis in sentence.hypotheses:
        relation = hypothesis
        if isinstance(hypothesis, Relation) and hypothesis.lhs not in sorts:
            relation = hypothesis.mirrored
        sort = sorts.get(relation.lhs) if isinstance(relation, Relation) else None
        if not isinstance(relation, Relation) or relation.op == "!=" or not relation.rhs.is_Rational or sort is None:
            kept.append(hypothesis)
            continue
        for op in ("<=", ">=") if relation.op == "=" else (relation.op,):
            cut = _cut(sort, op, relation.rhs)
            if cut is None:
                return None
            sort = cut
        sorts[relation.lhs] = sort
    return Sentence(tuple(Binder(b.name, sorts[b.symbol]) for b in sentence.binders), tuple(kept), sentence.body)


def _cut(sort: Sort, op: str, value: sp.Rational) -> Sort | None:
    """Return the part of a domain of numbers with ``x op value``, or None if it is certainly empty."""
    strict = op in ("<", ">")
    if isinstance(sort, Naturals):
        most, least = sort.most, sort.least
        if op.startswith("<"):
            bound = int(sp.ceiling(value)) - 1 if strict else int(sp.floor(value))
            most = bound if most is None else min(most, bound)
        else:
            least = max(least, int(sp.floor(value)) + 1 if strict else int(sp.ceiling(value)))
        return None if most is not None and most < least else Naturals(least, most)
    assert isinstance(sort, Reals)
    low, high, low_open, high_open = sort.low, sort.high, sort.low_open, sort.high_open
    if op.startswith("<") and (value < high) == True:  # noqa: E712 - a comparison of terms may stay one
        high, high_open = value, strict
    elif op.startswith("<") and value == high:
        high_open = high_open or strict
    elif op.startswith(">") and (value > low) == True:  # noqa: E712
        low, low_open = value, strict
    elif op.startswith(">") and value == low:
        low_open = low_open or strict
    size = high - low
    if size.is_negative or (size.is_zero and (low_open or high_open)):
        return None
    return Reals(low, high, low_open, high_open)
