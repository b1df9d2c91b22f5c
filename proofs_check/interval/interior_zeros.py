"""Zeros inside the box, guessed where branch and bound got stuck and then proved.

A cell that resists at every precision nearly always holds a touching zero: the claim is true there with equality. Its
place is guessed as the simplest rational near the cell; that the slack vanishes there to some even order, for all values of the
other variables, is proved as for the faces of the box (`zeros.py`). A wrong guess costs one evaluation.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction

from proofs_check.interval.cell_bound import Cell
from proofs_check.interval.zeros import FaceZero, Slack, order_of_zero

LARGEST_DENOMINATOR = 10_000


def zeros_near(slack: Slack, cell: Cell, known: Sequence[FaceZero]) -> tuple[FaceZero, ...]:
    """Return the proved zeros of even order inside the box at a simple rational near a cell, the known ones left out.

    Examples
    --------
    >>> import sympy
    >>> from proofs_check.interval.tape import tape_of
    >>> x = sympy.Symbol("x", real=True)
    >>> f = x - sympy.log(x) - 1
    >>> slack = Slack(f, (x,), tape_of(f, ["x"]), ((Fraction(1, 3), Fraction(5)),))
    >>> [(zero.at, zero.order) for zero in zeros_near(slack, ((1 - Fraction(1, 2**39), 1 - Fraction(1, 2**40)),), ())]
    [(Fraction(1, 1), 2)]
    """
    found = []
    for variable, ends in enumerate(cell):
        low, high = slack.box[variable]
        for at in _candidates(ends):
            if not low < at < high or any((z.variable, z.at) == (variable, at) for z in known):
                continue
            order = order_of_zero(slack, variable, at)
            if order and order % 2 == 0:
                found.append(FaceZero(variable, at, order, f"SymPy: Taylor coefficients 0..{order - 1} are zero"))
                break
    return tuple(found)


def simple_points_near(box: Cell, cell: Cell) -> Iterator[tuple[Fraction, ...]]:
    """Yield the corners of a cell and the simplest points near it in a box: a claim that misses by little misses there.

    Examples
    --------
    >>> third = Fraction(1, 3)
    >>> box = ((Fraction(0), Fraction(1)),)
    >>> (third,) in simple_points_near(box, ((third - Fraction(1, 2**41), third + Fraction(1, 2**40)),))
    True
    """
    places = []
    for ends, (low, high) in zip(cell, box, strict=True):
        places.append([x for x in dict.fromkeys((*_candidates(ends), *ends)) if low <= x <= high])
    yield from itertools.product(*places)


def _candidates(ends: tuple[Fraction, Fraction]) -> Iterator[Fraction]:
    """Yield the simplest rationals in the cell and in wider neighbourhoods of it."""
    low, high = ends
    seen = set()
    for times in (0, 2, 16, 256, 4096):
        width = times * (high - low)
        at = simplest_between(low - width, high + width)
        if at.denominator <= LARGEST_DENOMINATOR and at not in seen:
            seen.add(at)
            yield at


def simplest_between(low: Fraction, high: Fraction) -> Fraction:
    """Return the rational with the smallest denominator in [low, high].

    Examples
    --------
    >>> simplest_between(Fraction(333, 1000), Fraction(334, 1000))
    Fraction(1, 3)
    """
    if low <= 0 <= high:
        return Fraction(0)
    if high < 0:
        return -simplest_between(-high, -low)
    whole = low.numerator // low.denominator
    if whole == low or whole + 1 <= high:
        return Fraction(whole if whole == low else whole + 1)
    return whole + 1 / simplest_between(1 / (high - whole), 1 / (low - whole))
