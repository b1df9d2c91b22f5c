"""How sharp an inequality is: a certified enclosure of the smallest slack, away from the places of equality.

At a declared zero the infimum is 0 and says nothing, so a strip of 1/16 of the box's width is left out beside each
zero; what is left is a few boxes, on which branch and bound encloses the minimum between the lowest bound of the open
cells and the smallest value met at a centre.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb

from proofs_check.interval.ball import arithmetic
from proofs_check.interval.cell_bound import Cell, SlackBounds
from proofs_check.interval.certificate import halves
from proofs_check.interval.zeros import FaceZero, Slack

STRIP = Fraction(1, 16)


@dataclass(frozen=True, slots=True)
class Infimum:
    """``lower <= min of the slack <= upper`` over the box without the strips; ``upper`` is met at the point ``at``.

    Both bounds are certified (rounded outwards to dyadic rationals); ``excluded`` names the strips left out.
    """

    lower: Fraction
    upper: Fraction
    at: tuple[Fraction, ...]
    excluded: tuple[str, ...]


def infimum_away_from_zeros(slack: Slack, zeros: Sequence[FaceZero], *, max_cells: int = 200) -> Infimum | None:
    """Enclose min f over the box without strips of 1/16 beside its zeros; None if f has no finite value to be found.

    Parameters
    ----------
    slack : Slack
    zeros : sequence of FaceZero
    max_cells : int
        Cells to look at; fewer if upper and lower bound agree to 1/100 before.

    Returns
    -------
    Infimum or None

    Examples
    --------
    >>> import sympy
    >>> from proofs_check.interval.tape import tape_of
    >>> x = sympy.Symbol("x", real=True)
    >>> slack = Slack((x - 1)**2 + 1, (x,), tape_of((x - 1)**2 + 1, ["x"]), ((Fraction(0), Fraction(3)),))
    >>> infimum = infimum_away_from_zeros(slack, ())
    >>> bool(infimum.lower <= 1 <= infimum.upper), float(infimum.upper - infimum.lower) < 2e-2
    (True, True)
    """
    boxes, excluded = _remaining(slack, zeros)
    with arithmetic(64):
        bounds = SlackBounds(slack, (), (), 4 if len(slack.box) == 1 else 1)
        counter = itertools.count()
        best, place = math.inf, None
        smallest = None
        queue: list[tuple[float, int, Cell, arb]] = [(-math.inf, next(counter), box, arb("-inf")) for box in boxes]
        for _ in range(max_cells):
            lowest, _, cell, _ = queue[0]
            if math.isfinite(best) and best - lowest <= 1e-2 * abs(best):
                break
            heapq.heappop(queue)
            centre = tuple((low + high) / 2 for low, high in cell)
            value = bounds.at(centre)
            if value.is_finite() and float(value.upper()) < best:
                best, place, smallest = float(value.upper()), centre, value.upper()
            variable = bounds.steepest(cell)
            for half in halves(cell, variable):
                lower = bounds.enclosure(half).lower()
                lower = lower if lower.is_finite() else arb("-inf")
                heapq.heappush(queue, (float(lower), next(counter), half, lower))
    if place is None or smallest is None or any(not entry[3].is_finite() for entry in queue):
        return None
    lower = min((_exact(entry[3]) for entry in queue), default=_exact(smallest))
    return Infimum(min(lower, _exact(smallest)), _exact(smallest), place, excluded)


def _remaining(slack: Slack, zeros: Sequence[FaceZero]) -> tuple[list[Cell], tuple[str, ...]]:
    boxes: list[Cell] = [slack.box]
    excluded = []
    for zero in zeros:
        i = zero.variable
        strip = (slack.box[i][1] - slack.box[i][0]) * STRIP
        before, after = zero.at - strip, zero.at + strip
        excluded.append(f"|{slack.symbols[i]} - {zero.at}| < {strip}" if zero.at else f"|{slack.symbols[i]}| < {strip}")
        parts = []
        for box in boxes:
            low, high = box[i]
            for a, b in ((low, min(high, before)), (max(low, after), high)):
                if a < b:
                    parts.append((*box[:i], (a, b), *box[i + 1 :]))
        boxes = parts
    return boxes, tuple(excluded)


def _exact(ball: arb) -> Fraction:
    mantissa, exponent = ball.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
