r"""E f(d Z)^2 and E f(d Z)^2 Z^2 at any number of deviations d from one set of values of f.

In y = d z both are integrals of g(y) = f(y)^2 + f(-y)^2 against normal weights on the half line. It is cut at 2^j and at break
points; on each panel f is met once, at the nodes of a Gauss-Legendre rule and as a bound B of |g| on the ellipse |w| = 3, where
the weight is at most exp((v^2 - u^2)/(2 d^2)), u the least real part and v the height. The rule is exact to degree
2n - 1, so its error is at most 8 half B 3^(-2n)/(1 - 1/9) of that (see `panels`). A deviation costs one exponential a node.

Accuracy: enclosures with some eleven decimals, for searches; where a panel has no ellipse of analyticity nothing is found.

References
----------
1. L. N. Trefethen, "Is Gauss quadrature better than Clenshaw-Curtis?", SIAM Rev. 50 (2008), thm 4.5.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

import flint

from theory.activation.domain import GrowthBound
from theory.enclosure.ball import ball_of, working_bits
from theory.enclosure.ball_function import BallFunction
from theory.enclosure.complex_bound import supremum
from theory.enclosure.panels import legendre_rule, part_at, reflected
from theory.enclosure.quadrature import Integrand, tail_bound
from theory.exact.sign import ascending, bits_to_separate

_POINTS = 18
_ELLIPSE = 3
_DEEPEST = 16
_LARGEST_RATIO = 1000
"""Of the bound on the ellipse to the values on the panel: beyond it the panel is halved (a pole is near, or f grows fast)."""
_BITS = 80
_TAIL = Fraction(1, 10**12)
_WITH_SQUARE = GrowthBound((Fraction(1), Fraction(0), Fraction(1)))
"""A bound of 1 and of z^2."""


@dataclass(frozen=True, slots=True)
class _Panel:
    """Nodes y^2 and weighted values of g on [left, right], and what its error is bounded by."""

    squares: list[flint.arb]
    values: list[flint.arb]
    error: flint.arb
    nearest: flint.arb
    height: flint.arb

    def moments(self, rate: flint.arb) -> tuple[flint.arb, flint.arb]:
        """Return the integrals of g(y) exp(-rate y^2) and of that times 2 rate y^2."""
        terms = [(-rate * y).exp() * g for y, g in zip(self.squares, self.values, strict=True)]
        plain = flint.arb(0)
        weighted = flint.arb(0)
        for y, term in zip(self.squares, terms, strict=True):
            plain += term
            weighted += y * term
        error = self.error * (rate * (self.height**2 - self.nearest**2)).exp()
        farthest = 9 * self.squares[-1].max(self.squares[0])  # |z|^2 on the ellipse, generously
        ball = flint.arb(0, 1)
        return plain + ball * error, 2 * rate * (weighted + ball * error * farthest)


@dataclass
class ScaledSquare:
    """Moments of a squared function of d Z, for many d.

    Parameters
    ----------
    integrand : Integrand
        f, by parts that are analytic up to their ends.

    Examples
    --------
    >>> from theory.activation.activation import Activation
    >>> relu = ScaledSquare(Integrand.of(Activation.from_text("relu")))
    >>> plain, weighted = relu.moments(Fraction(2))  # E relu(2 Z)^2 = 2 and E relu(2 Z)^2 Z^2 = 6
    >>> plain.str(10, radius=False), weighted.str(10, radius=False)
    ('2.000000000', '6.000000000')
    """

    integrand: Integrand
    _breaks: list[flint.arb] | None = field(default=None, repr=False)
    _panels: dict[tuple[bool, int], list[_Panel] | None] = field(default_factory=dict, repr=False)

    def moments(self, deviation: Fraction) -> tuple[flint.arb, flint.arb] | None:
        """Return balls of E f(d Z)^2 and E f(d Z)^2 Z^2, or None where a panel has no ellipse of analyticity."""
        with working_bits(_BITS):
            low = _exponent_below(deviation)
            width = ball_of(deviation)
            rate = 1 / (2 * width**2)
            high, tail = self._reach(deviation, low)
            plain, weighted = flint.arb(0), flint.arb(0)
            for key in [(True, low), *((False, j) for j in range(low, high))]:
                panels = self._panels_of(*key)
                if panels is None:
                    return None
                for panel in panels:
                    first, second = panel.moments(rate)
                    plain, weighted = plain + first, weighted + second
            scale = 1 / (width * (2 * flint.arb.pi()).sqrt())
            error = flint.arb(0, 1) * tail
            return plain * scale + error, weighted * scale + error

    def _reach(self, deviation: Fraction, low: int) -> tuple[int, flint.arb]:
        """Return the exponent of the cut and a bound of both tails."""
        growth = self._growth.at(Fraction(0), deviation) * _WITH_SQUARE
        goal = ball_of(_TAIL)
        for high in range(low + 3, low + 12):
            tail = tail_bound(growth, ball_of(Fraction(2) ** high / deviation))
            if tail <= goal:
                break
        return high, tail

    @cached_property
    def _growth(self) -> GrowthBound:
        return self.integrand.growth * self.integrand.growth

    def _panels_of(self, from_zero: bool, exponent: int) -> list[_Panel] | None:
        """Return panels of [0, 2^j] or of [2^j, 2^(j+1)]."""
        key = from_zero, exponent
        if key not in self._panels:
            left = flint.arb(0) if from_zero else ball_of(Fraction(2) ** exponent)
            right = ball_of(Fraction(2) ** (exponent + (0 if from_zero else 1)))
            self._panels[key] = self._on(left, right)
        return self._panels[key]

    def _on(self, left: flint.arb, right: flint.arb) -> list[_Panel] | None:
        if self._breaks is None:
            ends = ascending([abs(part.upper) for part in self.integrand.parts[:-1]])
            with working_bits(max(_BITS, bits_to_separate(ends) if ends else 0)):
                self._breaks = [ball_of(end) for end in ends]
        inner = [place for place in self._breaks if place > left and place < right]
        if any(
            (place.overlaps(left) and place != left) or (place.overlaps(right) and place != right)
            for place in self._breaks
        ):
            return None
        found: list[_Panel] = []
        for a, b in pairwise([left, *inner, right]):
            middle = ((a + b) / 2).mid()
            functions = part_at(self.integrand.parts, middle), reflected(part_at(self.integrand.parts, -middle))
            panels = _cut(a, b, functions)
            if panels is None:
                return None
            found += panels
        return found


def _cut(left: flint.arb, right: flint.arb, functions: tuple[BallFunction, BallFunction]) -> list[_Panel] | None:
    """Return panels of one analytic stretch, bisected until each has its ellipse."""
    waiting, done = [(left, right, 0)], []
    while waiting:
        a, b, depth = waiting.pop()
        panel = _panel(a, b, functions, may_halve=depth < 6)
        if panel is not None:
            done.append(panel)
        elif depth >= _DEEPEST:
            return None
        else:
            middle = ((a + b) / 2).mid()
            waiting += [(a, middle, depth + 1), (middle, b, depth + 1)]
    return done


def _panel(
    left: flint.arb, right: flint.arb, functions: tuple[BallFunction, BallFunction], *, may_halve: bool
) -> _Panel | None:
    middle, half = (left + right) / 2, (right - left) / 2
    r = flint.arb(_ELLIPSE)
    reach, height = half * (r + 1 / r) / 2, (half * (r - 1 / r) / 2).upper()
    low, high = (middle - reach).lower(), (middle + reach).upper()
    sizes = [supremum(f, low, high, flint.arb(0), height, 48) for f in functions]
    if sizes[0] is None or sizes[1] is None:
        return None
    bound = _sum_of_squares([sizes[0], sizes[1]])
    rule = legendre_rule(_POINTS, _BITS)
    nodes = [middle + half * place for place, _ in rule]
    heights = [_sum_of_squares([f(flint.acb(y), False).real for f in functions]) for y in nodes]
    largest = heights[0].mid()
    for value in heights:
        largest = largest.max(value.mid())
    if may_halve and not bound < _LARGEST_RATIO * largest:
        return None
    squares = [y * y for y in nodes]
    values = [half * weight * value for (_, weight), value in zip(rule, heights, strict=True)]
    error = 8 * half * bound * r ** (-2 * _POINTS) / (1 - r**-2)
    return _Panel(squares, values, error.upper(), low.max(flint.arb(0)), height)


def _sum_of_squares(values: list[flint.arb]) -> flint.arb:
    return values[0] * values[0] + values[1] * values[1]  # a power of a ball around 0 would be nan


def _exponent_below(deviation: Fraction) -> int:
    """Return j with 2^j <= d < 2^(j+1)."""
    j = deviation.numerator.bit_length() - deviation.denominator.bit_length()
    return j if Fraction(2) ** j <= deviation else j - 1
