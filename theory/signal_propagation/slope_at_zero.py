"""What an activation does at 0, from either side: value, slope, and bounds of s(y) and s(y)/y near 0.

A network without biases whose activities die out lives there: V'(0+) = chi(0+) = sigma_w^2 (s'(0+)^2 + s'(0-)^2)/2 where
s(0) = 0.

Accuracy: values and slopes exact or certified; bounds are ranges, rounded outwards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property

import flint
import sympy as sp

from theory.activation.activation import Activation
from theory.activation.evaluation import ball_of_constant, to_sympy
from theory.activation.expression import Expression, X, number
from theory.activation.real_range import Range, panels, range_of
from theory.enclosure.ball import ball_of
from theory.enclosure.derivative import derivative
from theory.kernel_map.behaviour_at_one import slope_at_one
from theory.kernel_map.hermite import HermiteExpansion
from theory.number import Number

_ZERO = flint.arb(0)


@dataclass(frozen=True)
class SlopeAtZero:
    """The two smooth pieces that meet at 0 (one and the same if s is smooth there).

    Parameters
    ----------
    activation : Activation
    sides : tuple of Expression
        Trees of s on a left and on a right neighbourhood of 0.
    width : Fraction
        Both hold at least this far.
    """

    activation: Activation
    sides: tuple[Expression, Expression]
    width: Fraction

    @cached_property
    def values(self) -> tuple[Number, Number] | None:
        """s(0-) and s(0+), or None if they are not finite."""
        return _at_zero(self.sides)

    @cached_property
    def slopes(self) -> tuple[Number, Number] | None:
        """s'(0-) and s'(0+), or None if one is not finite."""
        left, right = self.sides
        return _at_zero((derivative(left), derivative(right)))

    @cached_property
    def vanishes(self) -> bool:
        """Whether s(0-) = s(0+) = 0, exactly."""
        return self.values is not None and all(value.exact is not None and value.exact == 0 for value in self.values)

    @cached_property
    def mean_square(self) -> Number | None:
        """(s'(0+)^2 + s'(0-)^2)/2 if s vanishes at 0, else None: the limit of E s(sqrt(q) Z)^2/q as q -> 0."""
        if not self.vanishes or self.slopes is None:
            return None
        left, right = self.slopes
        return (left**2 + right**2) / 2

    @cached_property
    def homogeneous_moment(self) -> Number | None:
        """E s(Z)^2 if s(c x) = c s(x) for every c > 0, else None."""
        pieces = self.activation.pieces
        if pieces is None or any(piece.upper != 0 for piece in pieces[:-1]):
            return None
        x = sp.Symbol("x", real=True)
        for piece in pieces:
            formula = to_sympy(piece.expression, x)
            if not formula.is_polynomial(x) or sp.expand(formula - x * sp.diff(formula, x)) != 0:
                return None
            if sp.expand(sp.diff(formula, x, 2)) != 0:
                return None
        return HermiteExpansion(self.activation).second_moment

    def floor(self, width: Fraction) -> flint.arb | None:
        """Return a positive lower bound of (s(y)^2 + s(-y)^2)/2 for 0 < y < the width it is found on, or None.

        The width found is at most `width` and kept in `width_of_floor`.
        """
        if self.vanishes:
            return None
        width = min(width, self.width)
        total = _ZERO
        for side, on in zip(self.sides, _neighbourhood(width), strict=True):
            found = range_of(side, on)
            total += _ZERO if found is None else least_square(found)
        return total / 2 if total > 0 else None

    def share(self, width: Fraction) -> Range | None:
        """Return bounds of (s(y)^2 + s(-y)^2)/(2 y^2) for 0 < y < width by the range of s', if s vanishes at 0."""
        if not self.vanishes or width > self.width:
            return None
        lower, upper = _ZERO, _ZERO
        for side, on in zip(self.sides, _neighbourhood(width), strict=True):
            found = range_of(derivative(side), on)
            if found is None or not (found.lower.is_finite() and found.upper.is_finite()):
                return None
            lower += least_square(found)
            upper += abs(found.lower).max(abs(found.upper)) ** 2
        return Range((lower / 2).lower(), (upper / 2).upper())

    def is_sublinear(self) -> bool:
        """Whether s(y)^2 <= s'(0+-)^2 y^2 for every y is shown, strictly somewhere.

        Up to some place by |s'(t)| <= |s'(0+-)| (s' moves towards 0 at first), beyond by |s| itself.
        """
        if self.slopes is None or not self.vanishes or self.homogeneous_moment is not None:
            return False
        width = min(self.width, Fraction(1, 4))
        for side, slope, on, sign in zip(self.sides, self.slopes, _neighbourhood(width), (-1, 1), strict=True):
            bend = range_of(derivative(derivative(side)), on)
            steep = range_of(derivative(side), on)
            if bend is None or steep is None:
                return False
            # |s'| must not grow away from 0: s'' times the sign of s' and the side is at most 0, and s' keeps its sign
            growing = bend.upper if (slope.ball(20) > 0) == (sign > 0) else -bend.lower
            if not growing <= 0 or not (steep.lower >= 0 or steep.upper <= 0):
                return False
        sides = zip(self.slopes, (-1, 1), strict=True)
        strict = [self._stays_below(abs(slope.ball(20)), width, sign) for slope, sign in sides]
        return None not in strict and any(strict)

    def _stays_below(self, size: flint.arb, width: Fraction, sign: int) -> bool | None:
        """Whether |s(y)| <= |s'(0)| |y| is strict somewhere beyond `width`; None where it is not shown."""
        expression, steepness = self.activation.expression, derivative(self.activation.expression)
        gentle = self.activation.pieces is not None and slope_at_one(self.activation).is_finite  # a jump is in no slope
        strict = False
        outwards = sorted((p for p in panels() if sign * p.lower >= 0 and sign * p.upper >= 0), key=_distance)
        for whole in outwards:
            panel = _beyond(whole, ball_of(width))
            if panel is None:
                continue
            nearest = min(abs(panel.lower), abs(panel.upper))
            slope, value = range_of(steepness, panel), range_of(expression, panel)
            gentle = gentle and slope is not None and largest_size(slope) <= size
            below = value is not None and largest_size(value) < size * nearest
            strict = strict or below
            if not (gentle or below):
                return None
        return strict

    def remainder(self) -> Remainder | None:
        """Return what g(y) = (s(y)^2 + s(-y)^2)/2 adds to its slope's square near 0, if s vanishes there; None if not shown.

        Orders are 3 and 4; 4 alone where s is smooth at 0, since g is even.
        """
        if not self.vanishes or self.slopes is None or self.activation.pieces is None:
            return None
        squares = [side * side for side in self.sides]
        order = 4 if self.sides[0] == self.sides[1] else 3
        for halvings in range(2, 9):
            width = Fraction(1, 2**halvings)
            sides = zip(squares, _neighbourhood(width), strict=True)
            behind, ahead = (range_of(_repeated(square, order), on) for square, on in sides)
            if width > self.width or behind is None or ahead is None:
                continue
            left = Range(-behind.upper, -behind.lower) if order % 2 else behind
            low, high = (left.lower + ahead.lower).lower(), (left.upper + ahead.upper).upper()
            if low > 0 or high < 0:
                size = (low if low > 0 else -high) / (2 * math.factorial(order))
                return Remainder(1 if low > 0 else -1, order, size.lower(), width)
        return None


@dataclass(frozen=True, slots=True)
class Remainder:
    """sign * (g(y) - g''(0) y^2/2) >= size |y|^order for |y| < width.

    Parameters
    ----------
    sign, order : int
    size : flint.arb
        Positive.
    width : Fraction
    """

    sign: int
    order: int
    size: flint.arb
    width: Fraction


@cache
def slope_at_zero(activation: Activation) -> SlopeAtZero:
    """Return what an activation does at 0.

    Examples
    --------
    >>> relu = slope_at_zero(Activation.from_text("relu"))
    >>> [str(slope) for slope in relu.slopes], str(relu.mean_square)
    (['0', '1'], '1/2')
    """
    pieces = activation.pieces
    if pieces is None:
        tree = activation.expression
        return SlopeAtZero(activation, (tree, tree), Fraction(1, 2**10))
    left = next(piece for piece in reversed(pieces) if piece.lower.is_infinite or _below(piece.lower))
    right = next(piece for piece in pieces if piece.upper.is_infinite or _above(piece.upper))
    ends = [abs(end) for end in (left.lower, right.upper) if not end.is_infinite]
    width = Fraction(1)
    while any(not ball_of(width) < ball_of(end) for end in ends):
        width /= 2
    return SlopeAtZero(activation, (left.expression, right.expression), width)


def _beyond(panel: Range, width: flint.arb) -> Range | None:
    """Return the part of a panel on one side of 0 that is at least `width` away, or None."""
    if _distance(panel) >= width:
        return panel
    if panel.upper > width:
        return Range(width.lower(), panel.upper)
    return Range(panel.lower, (-width).upper()) if panel.lower < -width else None


def _repeated(tree: Expression, times: int) -> Expression:
    for _ in range(times):
        tree = derivative(tree)
    return tree


def _distance(panel: Range) -> float:
    return float(min(abs(panel.lower), abs(panel.upper)))


def largest_size(found: Range) -> flint.arb:
    """Return the largest size of a number in a range."""
    return abs(found.lower).max(abs(found.upper))


def _below(place: sp.Expr) -> bool:
    return bool(ball_of(place) < 0)


def _above(place: sp.Expr) -> bool:
    return bool(ball_of(place) > 0)


def _at_zero(trees: tuple[Expression, Expression]) -> tuple[Number, Number] | None:
    found = [_value_at_zero(tree) for tree in trees]
    return None if found[0] is None or found[1] is None else (found[0], found[1])


def _value_at_zero(tree: Expression) -> Number | None:
    constant = tree.replace(X, number(0))
    if not ball_of_constant(constant).is_finite():
        return None
    exact = to_sympy(constant)
    if ball_of_constant(constant).contains(0) and not exact.is_zero:
        exact = sp.simplify(exact)  # it may be 0
    return Number.of(exact) if exact.is_finite else None


def _neighbourhood(width: Fraction) -> tuple[Range, Range]:
    end = ball_of(width)
    return Range((-end).lower(), _ZERO), Range(_ZERO, end.upper())


def least_square(found: Range) -> flint.arb:
    """Return the least square of a number in a range."""
    if found.lower > 0:
        return found.lower**2
    return found.upper**2 if found.upper < 0 else _ZERO
