r"""Every fixed point of a variance map V(q) = sigma_w^2 E s(sqrt(q) Z)^2 + sigma_b^2 on [0, Q], and that these are all.

For any f >= 0 the Gaussian density gives int f(y) |y|^k exp(-y^2/(2 q)) dy, which grows with q: with W = E s(sqrt(q) Z)^2,
M = E s(sqrt(q) Z)^2 Z^2, X = E s'(sqrt(q) Z)^2 and N = E s'(sqrt(q) Z)^2 Z^2,

    q^(1/2) W,   q^(3/2) M,   q^(1/2) X   and   q^(3/2) N   are nondecreasing,   V'(q) = sigma_w^2 (M - W)/(2 q),

so values at the two ends of a cell [a, b] enclose V, V' and chi = sigma_w^2 X on all of it, for every activation. A cell on
which V > q or V < q has no fixed point; one on which V' - 1 keeps its sign has one if V - q changes sign and none else;
others are halved. Near 0, s is enclosed by its one-sided slopes on [-d, d], and what lies outside of [-d, d] is a tail: as
q^(-3/2) exp(-d^2/(2 q)) grows with q up to d^2/3, its share of V(q)/q on (0, b] is largest at b.

If s(0) = 0 and sigma_b = 0, then q = 0 is fixed, with the one-sided slope V'(0+) = chi(0+) = sigma_w^2 (s'(0+)^2 + s'(0-)^2)/2.

Accuracy: fixed points, slopes and chi are certified, and so is that there are no others, except on the intervals listed
as undecided (a map that touches the diagonal, where no ball can tell).

References
----------
1. B. Poole, S. Lahiri, M. Raghu, J. Sohl-Dickstein, S. Ganguli, "Exponential expressivity in deep neural networks
   through transient chaos", NeurIPS 2016.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, cached_property

import flint
import sympy as sp

from theory.activation.activation import Activation
from theory.activation.domain import GrowthBound
from theory.enclosure.ball import ball_of, bits_of, enclose_to, working_bits
from theory.enclosure.derivative import derivative
from theory.enclosure.quadrature import Integrand, expectation, tail_bound
from theory.enclosure.scaled_square import ScaledSquare
from theory.kernel_map.behaviour_at_one import slope_at_one
from theory.kernel_map.correlation_map import compare
from theory.number import Number, as_number
from theory.signal_propagation.critical_origin import sign_near_zero
from theory.signal_propagation.slope_at_zero import SlopeAtZero, slope_at_zero

LARGEST_VARIANCE = Fraction(2) ** 20
_SMALLEST_DEVIATION = Fraction(181, 2**17)
"""Where cells begin, about 2^-9.5: odd multiples of it meet no fixed point with few digits, such as q = 1."""
_DIGITS = 18
QUICK_DIGITS = 9
"""Of a search; cells so small that 9 digits tell nothing take `_DIGITS`."""
_MOST_CELLS = 1500
_SQUARE = GrowthBound((Fraction(0), Fraction(0), Fraction(1)))


@dataclass(frozen=True, slots=True)
class FixedVariance:
    """A variance q = V(q).

    Parameters
    ----------
    variance : Number
        q, the variance of a pre-activation.
    slope : Number
        V'(q), one-sided at q = 0.
    chi : Number
        sigma_w^2 E s'(sqrt(q) Z)^2, the slope of the correlation map at 1; infinite if s jumps.
    stable : bool or None
        Whether |V'(q)| < 1, so that variances near q are drawn to it. At q = 0 of slope 1: whether V(q) < q nearby. None at
        slope 1 otherwise, or where balls do not tell it from 1.
    """

    variance: Number
    slope: Number
    chi: Number
    stable: bool | None


@dataclass(frozen=True, slots=True)
class FixedVariances:
    """All fixed points of a variance map on [0, largest].

    Parameters
    ----------
    points : tuple of FixedVariance
        Ascending. If `every`, one that stands for all, q = 1.
    largest : Fraction
    every : bool
        Whether V(q) = q for all q.
    undecided : tuple of (Fraction, Fraction)
        Intervals of q on which neither a fixed point nor its absence was shown.
    """

    points: tuple[FixedVariance, ...]
    largest: Fraction
    every: bool = False
    undecided: tuple[tuple[Fraction, Fraction], ...] = ()

    @property
    def certified_all(self) -> bool:
        """Whether there is certainly no other fixed point up to `largest`."""
        return not self.undecided


@dataclass
class VarianceMap:
    """V(q) = sigma_w^2 E s(sqrt(q) Z)^2 + sigma_b^2, at standard deviations that are rational.

    Parameters
    ----------
    activation : Activation
    weight_variance, bias_variance : Number
        sigma_w^2 > 0 and sigma_b^2 >= 0.
    """

    activation: Activation
    weight_variance: Number
    bias_variance: Number
    _known: dict[tuple[str, Fraction], tuple[int, flint.arb]] = field(default_factory=dict, repr=False)

    def moment(self, kind: str, deviation: Fraction, digits: int) -> flint.arb:
        """Return a ball of W, M, X or N (`kind`) at q = deviation^2 > 0; up to `QUICK_DIGITS`, nodes are shared by all q."""
        known = self._known.get((kind, deviation))
        if known is None or known[0] < digits:
            if digits <= QUICK_DIGITS and self._find_quickly(kind, deviation):
                return self._known[kind, deviation][1]
            digits = max(digits, _DIGITS)
            known = digits, expectation(self._integrand(kind, deviation), digits)
            self._known[kind, deviation] = known
        return known[1]

    def _find_quickly(self, kind: str, deviation: Fraction) -> bool:
        """Whether the moment was found from the shared nodes, with a radius of 10^-QUICK_DIGITS or of that share."""
        found = (self._slopes if kind in "XN" else self._values).moments(deviation)
        if found is None:
            return False
        pair = dict(zip("XN" if kind in "XN" else "WM", found, strict=True))
        scale = flint.arb(10) ** -QUICK_DIGITS
        for name, ball in pair.items():
            if name == kind and not ball.rad() < scale * abs(ball).max(ball_of(deviation**2)):
                return False
            self._known.setdefault((name, deviation), (QUICK_DIGITS, ball))
        return True

    @cached_property
    def _values(self) -> ScaledSquare:
        return ScaledSquare(Integrand.of(self.activation))

    @cached_property
    def _slopes(self) -> ScaledSquare:
        return ScaledSquare(Integrand.of_expression(derivative(self.activation.expression)))

    def _integrand(self, kind: str, deviation: Fraction) -> Integrand:
        if kind in "XN":
            function = Integrand.of_expression(derivative(self.activation.expression))
        else:
            function = Integrand.of(self.activation)
        squared = function.squared().at(Fraction(0), deviation)
        return squared if kind in "WX" else squared.times(lambda z: z * z, _SQUARE)

    def excess(self, deviation: Fraction, digits: int) -> flint.arb:
        """Return a ball of V(q) - q at q = deviation^2."""
        with working_bits(bits_of(digits + 8)):
            value = self.weight_variance.ball(digits + 4) * self.moment("W", deviation, guarded(digits))
            return value + self.bias_variance.ball(digits + 4) - ball_of(deviation**2)

    def on_cell(self, kind: str, low: Fraction, high: Fraction, digits: int) -> flint.arb:
        """Return a ball of W, M, X or N over all q in [low^2, high^2]."""
        power = 3 if kind in "MN" else 1
        ratio = ball_of(high / low) ** power
        return (self.moment(kind, low, digits) / ratio).union(self.moment(kind, high, digits) * ratio)

    def slope(self, low: Fraction, high: Fraction, digits: int = _DIGITS) -> flint.arb:
        """Return a ball of V' over all q in [low^2, high^2]."""
        with working_bits(bits_of(digits + 10)):
            difference = self.on_cell("M", low, high, digits) - self.on_cell("W", low, high, digits)
            return self.weight_variance.ball(digits) * difference / (2 * ball_of(low**2).union(ball_of(high**2)))

    def sign_on_cell(self, low: Fraction, high: Fraction, digits: int = _DIGITS) -> int:
        """Return the sign of V(q) - q if it is certainly the same for all q in [low^2, high^2], else 0."""
        with working_bits(bits_of(_DIGITS)):
            weight, bias = self.weight_variance.ball(_DIGITS), self.bias_variance.ball(_DIGITS)
            ratio = ball_of(high / low)
            if weight * self.moment("W", low, digits) / ratio + bias > ball_of(high**2):
                return 1
            return -1 if weight * self.moment("W", high, digits) * ratio + bias < ball_of(low**2) else 0


def variance_fixed_points(
    activation: Activation,
    weight_variance: Number | Fraction,
    bias_variance: Number | Fraction = Fraction(0),
    largest: Fraction = LARGEST_VARIANCE,
    known: tuple[Fraction, ...] = (),
) -> FixedVariances:
    """Return every fixed point of V on [0, largest].

    Parameters
    ----------
    activation : Activation
    weight_variance, bias_variance : Number or Fraction
        sigma_w^2 > 0 and sigma_b^2 >= 0.
    largest : Fraction
        Q, between 1 and 2^40.
    known : tuple of Fraction
        Variances fixed by construction (1 for sigma_w^2 = 1/E s(Z)^2): shown as exact if they are the one in their cell.

    Raises
    ------
    ValueError
        If a variance or `largest` is out of range, or an integral does not converge.

    Examples
    --------
    >>> points = variance_fixed_points(Activation.from_text("tanh"), Fraction(2)).points
    >>> [(p.variance.decimal(5), p.slope.decimal(5), p.stable) for p in points]
    [('0', '2', False), ('0.61796', '0.55252', True)]
    >>> variance_fixed_points(Activation.from_text("relu"), Fraction(2)).every
    True
    """
    weight, bias = as_number(weight_variance), as_number(bias_variance)
    if not (weight.ball(10) > 0 and bias.ball(10) >= 0):
        raise ValueError(f"variance_fixed_points needs sigma_w^2 > 0 and sigma_b^2 >= 0, got {weight} and {bias}.")
    if not 1 <= largest <= 2**40:
        raise ValueError(f"variance_fixed_points needs 1 <= largest <= 2^40, got largest={largest}.")
    at_zero = slope_at_zero(activation)
    search = _Search(VarianceMap(activation, weight, bias), at_zero, Fraction(largest), known)
    homogeneous = at_zero.homogeneous_moment
    if homogeneous is not None:
        return search.of_homogeneous(homogeneous)
    return search.run()


@dataclass
class _Search:
    map: VarianceMap
    at_zero: SlopeAtZero
    largest: Fraction
    known: tuple[Fraction, ...]
    points: list[FixedVariance] = field(default_factory=list)
    undecided: list[tuple[Fraction, Fraction]] = field(default_factory=list)
    cells: int = 0

    def of_homogeneous(self, moment: Number) -> FixedVariances:
        """Return the fixed points of V(q) = g q + sigma_b^2, g = sigma_w^2 E s(Z)^2."""
        gain, bias = self.map.weight_variance * moment, self.map.bias_variance
        chi = self.map.weight_variance * slope_at_one(self.map.activation)
        side, biased = compare(gain, 1), compare(bias, 0)
        if side is None or biased is None:
            return FixedVariances((), self.largest, undecided=((Fraction(0), self.largest),))
        if biased == 0 and side == 0:
            every = FixedVariance(Number.of(1), Number.of(1), chi, None)
            return FixedVariances((every,), self.largest, every=True)
        if biased == 0:
            return FixedVariances((FixedVariance(Number.of(0), gain, chi, side < 0),), self.largest)
        if side >= 0:
            return FixedVariances((), self.largest)
        q = bias / (1 - gain)
        inside = q.ball(20) <= ball_of(self.largest)
        return FixedVariances((FixedVariance(q, gain, chi, True),) if inside else (), self.largest)

    def run(self) -> FixedVariances:
        """Search near 0, then cell by cell, the cells of ratio 2 in the deviation."""
        if self._near_zero():
            return FixedVariances(tuple(self.points), self.largest)
        low, stack = self.start, []
        while low**2 < self.largest:
            stack.append((low, min(2 * low, root_above(self.largest))))
            low = stack[-1][1]
        stack.reverse()
        while stack:
            low, high = stack.pop()
            self.cells += 1
            if self.cells > _MOST_CELLS or high / low < 1 + Fraction(1, 2**26):
                self._leave_open(low, high)
            elif not self._settled(low, high):
                middle = between(low, high)
                if self.map.excess(middle, QUICK_DIGITS).contains(0):  # a fixed point must not fall on an end
                    middle = low + (high - low) * Fraction(3, 8)
                stack += [(middle, high), (low, middle)]
        return FixedVariances(tuple(self.points), self.largest, undecided=tuple(self.undecided))

    def _leave_open(self, low: Fraction, high: Fraction) -> None:
        if self.undecided and self.undecided[-1][1] == low**2:
            self.undecided[-1] = self.undecided[-1][0], high**2
        else:
            self.undecided.append((low**2, high**2))

    def _settled(self, low: Fraction, high: Fraction) -> bool:
        """Whether the fixed points with deviation in [low, high] are known; a fixed point is kept."""
        digits = QUICK_DIGITS if high / low > 1 + Fraction(1, 2**12) else _DIGITS
        if self.map.sign_on_cell(low, high, digits):
            return True
        slope = self.map.slope(low, high, digits) - 1
        if not (slope > 0 or slope < 0):
            return False
        below, above = (self.map.excess(end, digits) for end in (low, high))
        if below.contains(0) or above.contains(0):
            return False
        if bool(below > 0) != bool(above > 0):
            self.points.append(self._point(low, high, bool(below > 0)))
        return True

    def _point(self, low: Fraction, high: Fraction, falling: bool) -> FixedVariance:
        """Return the one fixed point with deviation between `low` and `high`."""
        weight = self.map.weight_variance
        exact = next((q for q in self.known if low**2 < q < high**2), None)
        at = None if exact is None else rational_root(exact)

        @cache
        def ends(digits: int) -> tuple[Fraction, Fraction]:
            return bracket(self.map.excess, low, high, falling, digits) if at is None else (at, at)

        def variance(digits: int) -> flint.arb:
            a, b = ends(digits + 3)
            with working_bits(bits_of(digits + 8)):
                return ball_of(a**2).union(ball_of(b**2))

        def slope(digits: int) -> flint.arb:
            return enclose_to(digits, lambda more: self.map.slope(*ends(more), more), caller="variance_fixed_points")

        def chi(digits: int) -> flint.arb:
            def enclosed(more: int) -> flint.arb:
                return weight.ball(more) * self.map.on_cell("X", *ends(more), more)

            return enclose_to(digits, enclosed, caller="variance_fixed_points")

        jumps = not slope_at_one(self.map.activation).is_finite
        derivative_here = Number.certified(slope)
        return FixedVariance(
            Number.of(exact) if exact is not None else Number.certified(variance),
            derivative_here,
            Number.of(sp.oo) if jumps else Number.certified(chi),
            _stable(derivative_here),
        )

    def _near_zero(self) -> bool:
        """Settle (0, start^2] and set `start`; True if the whole line is settled besides."""
        self.start = _SMALLEST_DEVIATION
        bias, weight = self.map.bias_variance, self.map.weight_variance
        with working_bits(128):
            biased = compare(bias, 0)
            if biased is None:
                self._leave_open(Fraction(0), self.start)
                return False
            if biased:  # V >= sigma_b^2 > q
                while not ball_of(self.start**2) < bias.ball(20):
                    self.start /= 2
                return False
            floor = self.at_zero.floor(Fraction(1, 8))
            if floor is not None:  # V >= sigma_w^2 min s^2 P(|Z| < 4) > q
                self.start = min(self.start, self.at_zero.width / 4)
                while not weight.ball(20) * floor * ball_of(Fraction(999, 1000)) > ball_of(self.start**2):
                    self.start /= 2
                return False
            return self._from_the_origin()

    def _from_the_origin(self) -> bool:
        """Handle s(0) = 0 without bias: q = 0 is fixed."""
        slope = self.at_zero.mean_square
        if slope is None:
            self._leave_open(Fraction(0), self.start)
            return False
        rate = self.map.weight_variance * slope
        side = compare(rate, 1)
        point = FixedVariance(Number.of(0), rate, rate, side < 0 if side else None)
        if not side:  # critical, or not told from it
            if side == 0 and self.at_zero.is_sublinear():  # V(q) < V'(0) q = q for every q > 0
                self.points.append(FixedVariance(Number.of(0), rate, rate, True))
                return True
            near = sign_near_zero(self.map.activation, self.at_zero) if side == 0 else None
            if near is not None:
                self.points.append(FixedVariance(Number.of(0), rate, rate, near[0] < 0))
                self.start = near[1]
                return False
            self.start = Fraction(1, 8)
            self.points.append(point)
            self._leave_open(Fraction(0), self.start)
            return False
        self.points.append(point)
        for halvings in range(3, 40):
            width = Fraction(1, 2**halvings)
            bounds = self.at_zero.share(width)
            if bounds is None:
                continue
            deviation = width / 40
            squared = (self.map.activation.growth * self.map.activation.growth).at(Fraction(0), deviation)
            tail = tail_bound(squared, flint.arb(40)) / ball_of(deviation**2)
            weight = self.map.weight_variance.ball(30)
            # E Z^2 1{|Z| < 40} is 1 up to 1e-340
            if weight * bounds.lower * ball_of(Fraction(999999, 10**6)) > 1 or weight * (bounds.upper + tail) < 1:
                self.start = min(self.start, deviation)
                return False
        self._leave_open(Fraction(0), self.start)
        return False


def guarded(digits: int) -> int:
    """Return digits of a moment for `digits` of V - q; a quick one stays quick."""
    return digits if digits <= QUICK_DIGITS else digits + 6


def _stable(slope: Number) -> bool | None:
    ball = abs(slope.ball(12))
    return True if ball < 1 else False if ball > 1 else None


def root_above(variance: Fraction) -> Fraction:
    """Return a rational just above sqrt(variance), rounded to 2^-20."""
    with working_bits(128):
        scaled = (ball_of(variance).sqrt() * 2**20).ceil().mid()
    return Fraction(int(scaled.unique_fmpz()) + 1, 2**20)


def between(low: Fraction, high: Fraction) -> Fraction:
    """Return a dyadic number near the geometric mean, so that fractions stay short."""
    middle = (low + high) / 2 if high < Fraction(5, 4) * low else low * Fraction(181, 128) if high == 2 * low else None
    if middle is None:
        with working_bits(64):
            root = (ball_of(low * high)).sqrt()
            middle = Fraction(int((root * 2**30).floor().mid().unique_fmpz()), 2**30)
    size = (high - low) / 1024
    step = Fraction(1)
    while step > size:
        step /= 2
    return step * round(middle / step)


def bracket(
    excess: Callable[[Fraction, int], flint.arb], low: Fraction, high: Fraction, falling: bool, digits: int
) -> tuple[Fraction, Fraction]:
    """Return deviations around the sign change of V - q, at most 10^-digits apart: secants whose signs are balls'.

    The first six digits are found with a few digits of V.
    """
    sign = 1 if falling else -1
    width = Fraction(1, 10**digits)
    coarse = max(Fraction(1), high) / 10**6
    if high - low > coarse > width:
        low, high = _secants(excess, low, high, sign, coarse, QUICK_DIGITS)
    low, high = _secants(excess, low, high, sign, width, digits + 12)
    if high - low <= width:
        return low, high
    raise ValueError(f"variance map needs a crossing that balls can tell, got [{float(low)}, {float(high)}].")


def crossing(
    excess: Callable[[Fraction, int], flint.arb], low: Fraction, high: Fraction, falling: bool
) -> tuple[Callable[[int], tuple[Fraction, Fraction]], Callable[[int], flint.arb]]:
    """Return digits -> deviations around the sign change (as `bracket`), and digits -> ball of the variance there."""

    @cache
    def ends(digits: int) -> tuple[Fraction, Fraction]:
        return bracket(excess, low, high, falling, digits)

    def variance(digits: int) -> flint.arb:
        a, b = ends(digits + 3)
        with working_bits(bits_of(digits + 8)):
            return ball_of(a**2).union(ball_of(b**2))

    return ends, variance


def _secants(
    excess: Callable[[Fraction, int], flint.arb], low: Fraction, high: Fraction, sign: int, width: Fraction, work: int
) -> tuple[Fraction, Fraction]:
    """Return ends with certainly different signs of the excess, `width` apart or as near as `work` digits tell."""
    balls = [sign * excess(end, work) for end in (low, high)]
    if not (balls[0] > 0 and balls[1] < 0):
        return low, high
    values = [_rational(ball, work) for ball in balls]
    places = 3 + max(0, len(str(width.denominator // width.numerator)))
    before = 0
    for _ in range(200):
        if high - low <= width:
            break
        margin = min(width / 4, (high - low) / 4)
        place = low + (high - low) * values[0] / (values[0] - values[1])
        place = min(max(place, low + margin), high - margin)
        place = Fraction(round(place * 10**places), 10**places)
        value = sign * excess(place, work)
        if value.contains(0):  # closer than the arithmetic can tell: a little aside it can
            place += margin / 2
            value = sign * excess(place, work)
            if value.contains(0):
                break
        side = 1 if value > 0 else -1
        kept = 1 if side > 0 else 0  # an end that stays twice counts half (the Illinois rule)
        if before == side:
            values[kept] /= 2
        if side > 0:
            low, values[0] = place, _rational(value, work)
        else:
            high, values[1] = place, _rational(value, work)
        before = side
    return low, high


def rational_root(square: Fraction) -> Fraction | None:
    """Return the square root of a rational if it is rational."""
    top, bottom = math.isqrt(square.numerator), math.isqrt(square.denominator)
    return Fraction(top, bottom) if top**2 == square.numerator and bottom**2 == square.denominator else None


def _rational(ball: flint.arb, digits: int) -> Fraction:
    with working_bits(bits_of(digits + 10)):
        return Fraction(int((ball.mid() * flint.arb(10) ** digits).floor().unique_fmpz()), 10**digits)
