"""Which values a domain certainly holds; what cannot be decided is answered no."""

from __future__ import annotations

import sympy as sp

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
