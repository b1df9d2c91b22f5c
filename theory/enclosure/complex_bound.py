"""Suprema of |f| over rectangles of the complex plane, with a proof that f is analytic there.

A rectangle is evaluated as one ball with the `analytic` flag; where the ball is not finite it is bisected, up to a
budget. So strips of analyticity and their bounds are found for any expression, not looked up per activation.
"""

from __future__ import annotations

from dataclasses import dataclass

import flint

from theory.enclosure.ball import working_bits
from theory.enclosure.ball_function import BallFunction

_BUDGET = 1500
_BITS = 64


def rectangle(left: flint.arb, right: flint.arb, low: flint.arb, high: flint.arb) -> flint.acb:
    """Return the complex ball that holds [left, right] x i [low, high]."""
    return flint.acb(left.union(right), low.union(high))


def supremum(
    function: BallFunction, left: flint.arb, right: flint.arb, low: flint.arb, high: flint.arb, budget: int = _BUDGET
) -> flint.arb | None:
    """Return a bound of |f| on [left, right] x i [low, high], or None if f is not shown analytic on all of it.

    Parameters
    ----------
    function : BallFunction
    left, right, low, high : flint.arb
        Sides of the rectangle.
    budget : int
        Evaluations spent at most.

    Examples
    --------
    >>> import flint
    >>> from theory.activation.parser import parse_expression
    >>> from theory.enclosure.ball_function import ball_function
    >>> sides = [flint.arb(s) for s in (-1, 1, 0, 1)]
    >>> supremum(ball_function(parse_expression("1/(1 + x**2)")), *sides) is None  # the pole is at i
    True
    """
    worst = flint.arb(0)
    open_tiles = [(left, right, low, high)]
    with working_bits(_BITS):
        while open_tiles:
            if (budget := budget - 1) < 0:
                return None
            x0, x1, y0, y1 = open_tiles.pop()
            size = abs(function(rectangle(x0, x1, y0, y1), True)).upper()
            if size.is_finite():
                worst = worst.max(size)
                continue
            if x1 - x0 >= y1 - y0:
                middle = ((x0 + x1) / 2).mid()
                open_tiles += [(x0, middle, y0, y1), (middle, x1, y0, y1)]
            else:
                middle = ((y0 + y1) / 2).mid()
                open_tiles += [(x0, x1, y0, middle), (x0, x1, middle, y1)]
    return worst


@dataclass(frozen=True, slots=True)
class StripBound:
    """Bounds of f, analytic on [-length, length] x i [-height, height] and real on the real line.

    `mean_square` bounds E |f(X + i height)|^2 1{|X| <= length}, `side` bounds |f| where
    ``length - 2 <= |Re z| <= length``: on the vertical sides of every rectangle that ends there.
    """

    height: flint.arb
    mean_square: flint.arb
    side: flint.arb


def strip_bound(function: BallFunction, length: int, height: flint.arb) -> StripBound | None:
    """Return bounds on the strip, or None where analyticity is not shown (a pole, a cut, or the budget).

    By f(conj z) = conj f(z) the upper half is enough.
    """
    with working_bits(_BITS):
        zero, budget = flint.arb(0), _BUDGET
        for left in range(-length, length, 2):
            tile = (flint.arb(left), flint.arb(left + 2).min(flint.arb(length)))
            if supremum(function, *tile, zero, height, budget) is None:
                return None
        total = flint.arb(0)
        for left in range(-2 * length, 2 * length):
            ends = (flint.arb(left) / 2, flint.arb(left + 1) / 2)
            size = supremum(function, *ends, height, height, 64)
            if size is None:
                return None
            nearest = min(abs(ends[0]), abs(ends[1]))
            total += size**2 * (-(nearest**2) / 2).exp() / 2 / (2 * flint.arb.pi()).sqrt()
        ends_at = [(flint.arb(-length), flint.arb(2 - length)), (flint.arb(length - 2), flint.arb(length))]
        sides = [supremum(function, *ends, zero, height, 64) for ends in ends_at]
        if sides[0] is None or sides[1] is None:
            return None
        return StripBound(height, total.upper(), sides[0].max(sides[1]))
