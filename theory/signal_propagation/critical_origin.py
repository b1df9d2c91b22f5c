r"""The sign of V(q) - q for small q where q = 0 is fixed with slope exactly 1, sigma_b = 0.

There V(q) - q = sigma_w^2 E R(sqrt(q) Z) with R(y) = g(y) - g''(0) y^2/2 and g(y) = (s(y)^2 + s(-y)^2)/2. Near 0, R has a sign
and is at least c |y|^k in size (`SlopeAtZero.remainder`); up to D its sign is read off ranges of s(y)/y; what lies beyond D is a tail.
With d the deviation sqrt(q),

    |V(q) - q| / (sigma_w^2 d^k) >= c E |Z|^k 1{|Z| < y_0/d} - E |R(d Z)| 1{|Z| > D/d} / d^k,

and the right side falls with d up to d^2 = D^2/(k + 1): it is judged at the largest d alone.

Accuracy: certified.
"""

from __future__ import annotations

from fractions import Fraction

import flint

from theory.activation.activation import Activation
from theory.activation.domain import GrowthBound
from theory.activation.expression import X
from theory.activation.real_range import Range, range_of
from theory.enclosure.ball import ball_of
from theory.enclosure.quadrature import tail_bound
from theory.signal_propagation.slope_at_zero import Remainder, SlopeAtZero, largest_size, least_square

_REACH = 8
_SQUARE = GrowthBound((Fraction(0), Fraction(0), Fraction(1)))
_MOST_TILES = 3000
_DEVIATIONS = tuple(Fraction(181, 2**k) for k in range(8, 13))
"""From 0.71 to 0.044: where the search beyond may begin."""


def sign_near_zero(activation: Activation, at_zero: SlopeAtZero) -> tuple[int, Fraction] | None:
    """Return the sign of V(q) - q on 0 < q <= d^2 and d, where V'(0) = 1; None where it is not shown.

    Examples
    --------
    Without biases at sigma_w^2 = 4, a small variance of a gelu network grows.

    >>> from theory.signal_propagation.slope_at_zero import slope_at_zero
    >>> gelu = Activation.from_text("gelu")
    >>> sign_near_zero(gelu, slope_at_zero(gelu))[0]
    1
    """
    remainder, square = at_zero.remainder(), at_zero.mean_square
    if remainder is None or square is None:
        return None
    reach = _kept_up_to(activation, square.ball(20), remainder)
    for deviation in _DEVIATIONS:
        if (_REACH * deviation) <= reach and _tail_is_less(activation, square.ball(20), remainder, reach, deviation):
            return remainder.sign, deviation
    return None


def _kept_up_to(activation: Activation, square: flint.arb, remainder: Remainder) -> Fraction:
    """Return y up to which R keeps the sign it has near 0, by ranges of (s(y)^2 + s(-y)^2)/(2 y^2)."""
    ratio, largest = activation.expression / X, _REACH * _DEVIATIONS[0]
    low, step, tiles = remainder.width, remainder.width / 8, 0
    while low < largest and tiles < _MOST_TILES:
        tiles += 1
        high = min(largest, low + step)
        sides = [range_of(ratio, _between(a, b)) for a, b in ((low, high), (-high, -low))]
        if sides[0] is not None and sides[1] is not None and _keeps(sides[0], sides[1], square, remainder.sign):
            low, step = high, 2 * step
        elif step < low / 512:
            break
        else:
            step /= 2
    return low


def _keeps(ahead: Range, behind: Range, square: flint.arb, sign: int) -> bool:
    if sign < 0:
        return bool((largest_size(ahead) ** 2 + largest_size(behind) ** 2) / 2 <= square)
    return bool((least_square(ahead) + least_square(behind)) / 2 >= square)


def _tail_is_less(
    activation: Activation, square: flint.arb, remainder: Remainder, reach: Fraction, deviation: Fraction
) -> bool:
    """Whether c E |Z|^k 1{|Z| < y_0/d} > E |R(d Z)| 1{|Z| > D/d} / d^k."""
    growth = (activation.growth * activation.growth).at(Fraction(0), deviation)
    length = ball_of(reach / deviation)
    tail = tail_bound(growth, length) + square * ball_of(deviation**2) * tail_bound(_SQUARE, length)
    kept = _partial_moment(remainder.order, ball_of(remainder.width / deviation))
    return bool(remainder.size * kept > tail / ball_of(deviation) ** remainder.order)


def _partial_moment(order: int, length: flint.arb) -> flint.arb:
    """Return E |Z|^k 1{|Z| < t} = 2^(k/2) gamma((k + 1)/2, t^2/2)/sqrt(pi)."""
    shape = flint.arb(order + 1) / 2
    return flint.arb(2) ** (flint.arb(order) / 2) * (length**2 / 2).gamma_lower(shape) / flint.arb.pi().sqrt()


def _between(low: Fraction, high: Fraction) -> Range:
    return Range(ball_of(low).lower(), ball_of(high).upper())
