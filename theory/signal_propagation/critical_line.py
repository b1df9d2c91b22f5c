r"""The critical line of a network: sigma_w^2 against sigma_b^2 where chi_1 = 1 at a fixed variance q, and that there is no other point.

At q > 0 both are formulas: sigma_w^2 = 1/X(q) and sigma_b^2 = B(q) = q - W(q)/X(q), with W, M, X, N of `variance_map`, so that

    B'(q) = 1 - (M - W)/(2 q X) + W (N - X)/(2 q X^2),        V'(q) = (M - W)/(2 q X).

For a given sigma_b^2 > 0 every critical q on [0, Q] solves B(q) = sigma_b^2; as B(q) <= q none lies below sigma_b^2. Cells on which B misses
sigma_b^2 are empty, one on which B' keeps its sign has at most one solution, others are halved: values at the ends enclose all
four moments on a cell. A fixed variance with chi_1 = 1 attracts where V'(q) < 1.

Between points the curve is enclosed as well: over q in [a, b] by a box, from B(middle) and B' on the cell.

Accuracy: certified; a point at which B only touches sigma_b^2 is left undecided.

References
----------
1. B. Poole, S. Lahiri, M. Raghu, J. Sohl-Dickstein, S. Ganguli, "Exponential expressivity in deep neural networks
   through transient chaos", NeurIPS 2016.
2. S. Schoenholz, J. Gilmer, S. Ganguli, J. Sohl-Dickstein, "Deep information propagation", ICLR 2017, fig. 1.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from fractions import Fraction

import flint

from theory.activation.activation import Activation
from theory.enclosure.ball import ball_of, bits_of, enclose_to, working_bits
from theory.kernel_map.behaviour_at_one import slope_at_one
from theory.number import Number
from theory.signal_propagation.slope_at_zero import slope_at_zero
from theory.signal_propagation.variance_map import QUICK_DIGITS, VarianceMap, between, crossing, guarded, root_above

_MOST_CELLS = 800
_NARROWEST = 1 + Fraction(1, 2**20)


@dataclass(frozen=True, slots=True)
class CriticalOnLine:
    """A network with chi_1 = 1 at a fixed variance.

    Parameters
    ----------
    bias_variance, weight_variance : Number
        sigma_b^2 and sigma_w^2.
    variance : Number or None
        q; None where every q is fixed (relu).
    slope : Number
        V'(q).
    stable : bool or None
        Whether q attracts; None at slope 1 or where balls do not tell.
    """

    bias_variance: Number
    weight_variance: Number
    variance: Number | None
    slope: Number
    stable: bool | None


@dataclass(frozen=True, slots=True)
class CriticalPoints:
    """All critical networks of one bias variance with q up to `largest`.

    Parameters
    ----------
    points : tuple of CriticalOnLine
        Ascending in q.
    largest : Fraction
    undecided : tuple of (Fraction, Fraction)
        Intervals of q on which neither a point nor its absence was shown.
    """

    points: tuple[CriticalOnLine, ...]
    largest: Fraction
    undecided: tuple[tuple[Fraction, Fraction], ...] = ()


@dataclass(frozen=True, slots=True)
class CurveBox:
    """A box that holds the critical curve for every q in [low, high]: sigma_w^2 and sigma_b^2 as balls."""

    low: Fraction
    high: Fraction
    weight_variance: flint.arb
    bias_variance: flint.arb


def critical_points(
    activation: Activation, bias_variance: Fraction, largest: Fraction = Fraction(2**8)
) -> CriticalPoints:
    """Return every critical network with this bias variance and q on [0, largest].

    Parameters
    ----------
    activation : Activation
    bias_variance : Fraction
        sigma_b^2 >= 0. At 0 the point is that of q -> 0, sigma_w^2 = 2/(s'(0+)^2 + s'(0-)^2), if s(0) = 0; others are not
        searched for.
    largest : Fraction
        Q, between sigma_b^2 and 2^20.

    Raises
    ------
    ValueError
        If an argument is out of range, or the activation jumps (chi_1 is infinite).

    Examples
    --------
    >>> (point,) = critical_points(Activation.from_text("tanh"), Fraction(1, 20)).points
    >>> point.weight_variance.decimal(6), point.variance.decimal(6), point.stable
    ('1.76095', '0.570048', True)
    """
    bias, top = Fraction(bias_variance), Fraction(largest)
    if bias < 0 or not bias <= top <= 2**20:
        raise ValueError(
            f"critical_points needs 0 <= sigma_b^2 <= largest <= 2^20, got bias_variance={bias} and largest={top}."
        )
    _check(activation, "critical_points")
    at_zero = slope_at_zero(activation)
    if at_zero.homogeneous_moment is not None:
        point = CriticalOnLine(Number.of(0), 1 / slope_at_one(activation), None, Number.of(1), None)
        return CriticalPoints((point,) if bias == 0 else (), top)
    if bias == 0:
        square = at_zero.mean_square
        if square is None or square.ball(20).contains(0):
            return CriticalPoints((), top, ((Fraction(0), top),))
        return CriticalPoints(
            (CriticalOnLine(Number.of(0), 1 / square, Number.of(0), Number.of(1), None),), top, ((Fraction(0), top),)
        )
    return _Line(activation).search(bias, top)


def critical_curve(activation: Activation, low: Fraction, high: Fraction, cells: int = 64) -> tuple[CurveBox, ...]:
    """Return boxes that hold the critical curve for every q in [low, high], cells of equal ratio.

    Raises
    ------
    ValueError
        If not 0 < low < high <= 2^20 or there is no cell, or the activation jumps.

    Examples
    --------
    >>> boxes = critical_curve(Activation.from_text("erf"), Fraction(1, 4), Fraction(1), 16)
    >>> all(box.weight_variance.rad() < 0.1 for box in boxes), boxes[-1].high
    (True, Fraction(1, 1))
    """
    if not 0 < low < high <= 2**20 or cells < 1:
        raise ValueError(f"critical_curve needs 0 < low < high <= 2^20 and cells >= 1, got {low}, {high} and {cells}.")
    _check(activation, "critical_curve")
    line = _Line(activation)
    first, last = root_above(low) - Fraction(1, 2**20), root_above(high)
    ratio = float(last / first) ** (1 / cells)
    deviations = [first, *(Fraction(round(float(first) * ratio**k * 2**24), 2**24) for k in range(1, cells)), last]
    boxes = []
    for a, b in itertools.pairwise(deviations):
        with working_bits(80):
            weight = 1 / line.map.on_cell("X", a, b, QUICK_DIGITS)
            boxes.append(CurveBox(a**2, min(b**2, high), weight, line.bias_on_cell(a, b)))
    return tuple(boxes)


def _check(activation: Activation, caller: str) -> None:
    if not slope_at_one(activation).is_finite:
        raise ValueError(f"{caller} needs an activation without jumps (chi_1 is infinite), got {activation.name!r}.")


@dataclass
class _Line:
    activation: Activation
    map: VarianceMap = field(init=False)

    def __post_init__(self) -> None:
        self.map = VarianceMap(self.activation, Number.of(1), Number.of(0))

    def bias(self, deviation: Fraction, digits: int) -> flint.arb:
        """Return a ball of B at q = deviation^2."""
        more = guarded(digits)
        return ball_of(deviation**2) - self.map.moment("W", deviation, more) / self.map.moment("X", deviation, more)

    def slopes_on_cell(self, low: Fraction, high: Fraction, digits: int) -> tuple[flint.arb, flint.arb]:
        """Return balls of B' and V' over the cell."""
        w, m, x, n = (self.map.on_cell(kind, low, high, digits) for kind in "WMXN")
        place = 2 * ball_of(low**2).union(ball_of(high**2))
        growth = (m - w) / (place * x)
        return 1 - growth + w * (n - x) / (place * x * x), growth

    def bias_on_cell(self, low: Fraction, high: Fraction) -> flint.arb:
        """Return a ball of B over the cell: the mean value form, met with the ratio of the ends' moments."""
        middle = (low + high) / 2
        spread = ball_of(low**2).union(ball_of(high**2)) - ball_of(middle**2)
        by_slope = self.bias(middle, QUICK_DIGITS) + self.slopes_on_cell(low, high, QUICK_DIGITS)[0] * spread
        square = ball_of(low**2).union(ball_of(high**2))
        ratio = self.map.on_cell("W", low, high, QUICK_DIGITS) / self.map.on_cell("X", low, high, QUICK_DIGITS)
        by_value = square - ratio
        return by_slope if not by_slope.rad() > by_value.rad() else by_value

    def search(self, bias: Fraction, largest: Fraction) -> CriticalPoints:
        """Halve cells of q in [sigma_b^2, Q] until each is empty or has at most one solution."""
        start = root_above(bias) - Fraction(1, 2**19)
        while start <= 0 or start**2 > bias:
            start = Fraction(181, 2**9) * bias if bias < 1 else start - Fraction(1, 2**19)
        stack, low = [], start
        while low**2 < largest:
            stack.append((low, min(2 * low, root_above(largest))))
            low = stack[-1][1]
        stack.reverse()
        points: list[CriticalOnLine] = []
        undecided: list[tuple[Fraction, Fraction]] = []
        for _ in range(_MOST_CELLS):
            if not stack:
                break
            low, high = stack.pop()
            found = self._settled(low, high, bias)
            if found is None and high / low < _NARROWEST:
                undecided.append((low**2, high**2))
            elif found is None:
                middle = between(low, high)
                stack += [(middle, high), (low, middle)]
            else:
                points += found
        undecided += [(low**2, high**2) for low, high in reversed(stack)]
        return CriticalPoints(tuple(points), largest, tuple(undecided))

    def _settled(self, low: Fraction, high: Fraction, bias: Fraction) -> list[CriticalOnLine] | None:
        """Return the points of a cell, or None if it has to be halved."""
        goal = ball_of(bias)
        with working_bits(80):
            if not (self.bias_on_cell(low, high) - goal).contains(0):
                return []
            slope = self.slopes_on_cell(low, high, QUICK_DIGITS)[0]
            below, above = (self.bias(end, QUICK_DIGITS) - goal for end in (low, high))
        if slope.contains(0) or below.contains(0) or above.contains(0):
            return None
        if bool(below > 0) == bool(above > 0):
            return []
        return [self._point(low, high, bias, falling=bool(below > 0))]

    def _point(self, low: Fraction, high: Fraction, bias: Fraction, *, falling: bool) -> CriticalOnLine:
        def excess(deviation: Fraction, digits: int) -> flint.arb:
            with working_bits(bits_of(digits + 8)):
                return self.bias(deviation, digits) - ball_of(bias)

        ends, variance = crossing(excess, low, high, falling)

        def weight(digits: int) -> flint.arb:
            return enclose_to(
                digits, lambda more: 1 / self.map.on_cell("X", *ends(more), more), caller="critical_points"
            )

        def slope(digits: int) -> flint.arb:
            return enclose_to(digits, lambda more: self.slopes_on_cell(*ends(more), more)[1], caller="critical_points")

        growth = Number.certified(slope)
        ball = growth.ball(6)
        stable = True if abs(ball) < 1 else False if abs(ball) > 1 else None
        return CriticalOnLine(Number.of(bias), Number.certified(weight), Number.certified(variance), growth, stable)
