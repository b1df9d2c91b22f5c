"""Mean-field theory of plain networks with weight and bias variances, for any activation.

Pre-activations h = W s(h') + b, W_ij ~ N(0, sigma_w^2/width), b_i ~ N(0, sigma_b^2), are Gaussian in the infinite-width
limit. Their variance q and correlation rho pass a layer by

    variance map      V(q) = sigma_w^2 E s(sqrt(q) Z)^2 + sigma_b^2
    correlation map   C(rho) = (sigma_w^2 E s(sqrt(q*) U) s(sqrt(q*) V) + sigma_b^2)/q*   at a fixed point q* of V

C has nonnegative power coefficients and C(1) = 1: fixed points, cases and rates are those of `theory.signal_propagation.fixed_point` and
`theory.signal_propagation.rate`. chi_1 = C'(1) = sigma_w^2 E s'(sqrt(q*) Z)^2; the edge of chaos is chi_1 = 1, and the depth scale is
xi = -1/log C'(rho*), in layers, at the attracting correlation rho*.

Accuracy: V, its slope and chi_1 are certified at every rational standard deviation; q* is certified by a sign change of
V(q) - q; what is evaluated *at* q* is evaluated at a rational within the asked accuracy of it and says ``numerical``.

References
----------
1. B. Poole, S. Lahiri, M. Raghu, J. Sohl-Dickstein, S. Ganguli, "Exponential expressivity in deep neural networks
   through transient chaos", NeurIPS 2016, eqs. (3)-(7).
2. S. Schoenholz, J. Gilmer, S. Ganguli, J. Sohl-Dickstein, "Deep information propagation", ICLR 2017, eqs. (4)-(10).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property

import flint
import mpmath
import sympy as sp

from theory.activation.activation import Activation
from theory.activation.evaluation import ball_of_constant, to_sympy
from theory.activation.expression import X, number
from theory.activation.expression import sqrt as root
from theory.enclosure.ball import ball_of, bits_of, to_mpf, working_bits
from theory.enclosure.quadrature import Integrand, expectation
from theory.kernel_map.behaviour_at_one import slope_at_one
from theory.kernel_map.correlation_map import CorrelationMap, MixedMap, compare
from theory.kernel_map.hermite import HermiteExpansion
from theory.kernel_map.kernel_map import KernelMap
from theory.number import Number
from theory.signal_propagation.fixed_point import fixed_points
from theory.signal_propagation.variance_map import rational_root

_LARGEST = Fraction(2) ** 40
_SMALLEST = Fraction(1, 2**40)


@dataclass(frozen=True)
class MeanField:
    """A plain network's activation and its two variances.

    Parameters
    ----------
    activation : Activation
    weight_variance : Fraction
        sigma_w^2 > 0: the variance of a weight times the width.
    bias_variance : Fraction
        sigma_b^2 >= 0.

    Raises
    ------
    ValueError
        If a variance is out of range.

    Examples
    --------
    He initialisation of a relu network with bias: V(q) = q/2 + 1/4 for sigma_w^2 = 1.

    >>> relu = MeanField(Activation.from_text("relu"), Fraction(1), Fraction(1, 4))
    >>> str(relu.variance_fixed_point), relu.variance_map(Fraction(2)).contains(9 / 4)  # at q = 4
    ('1/2', True)
    """

    activation: Activation
    weight_variance: Fraction
    bias_variance: Fraction

    def __post_init__(self) -> None:
        if self.weight_variance <= 0 or self.bias_variance < 0:
            raise ValueError(
                "MeanField needs weight_variance > 0 and bias_variance >= 0 (they are variances), "
                f"got {self.weight_variance} and {self.bias_variance}."
            )

    def variance_map(self, deviation: Fraction, digits: int = 30) -> flint.arb:
        """Return a ball of V(q) at q = deviation^2.

        Parameters
        ----------
        deviation : Fraction
            sqrt(q) >= 0; rational, so that break points of the scaled activation stay exact.
        digits : int
        """
        moment = scaled_second_moment(self.activation, deviation, digits + 6)
        with working_bits(bits_of(digits + 6)):
            return ball_of(self.weight_variance) * moment + ball_of(self.bias_variance)

    def variance_slope(self, deviation: Fraction, digits: int = 30) -> flint.arb:
        """Return a ball of V'(q) = sigma_w^2 E s(sqrt(q) Z)^2 (Z^2 - 1)/(2 q), which needs no derivative of s; q > 0.

        Raises
        ------
        ValueError
            If the deviation is not positive.
        """
        if deviation <= 0:
            raise ValueError(f"variance_slope needs a positive deviation (it divides by q), got {deviation}.")
        tree = scaled(self.activation, deviation).expression
        moment = expectation(Integrand.of_expression(tree * tree * (X * X - 1)), digits + 6)
        with working_bits(bits_of(digits + 6)):
            return ball_of(self.weight_variance / (2 * Fraction(deviation) ** 2)) * moment

    @cached_property
    def variance_fixed_point(self) -> Number:
        """A variance q* = V(q*) that V crosses from above (it attracts its neighbourhood if V increases there).

        Found by doubling and halving q from 1 and certified by the signs of V(q) - q; exact for s(x) = a x_+ - b x_-,
        and exactly 0 where V(q) < q down to 2^-80 and V(0) = 0.

        Raises
        ------
        ValueError
            If every variance is fixed, or none is found up to 2^80.
        """
        slope = homogeneous_slope(self.activation)
        if slope is not None:
            return self._homogeneous_fixed_point(slope)
        low, high = self._bracket()
        if low == 0:
            return Number.of(0)
        return Number.certified(lambda digits: _squared_ball(_crossing(self._excess, low, high, digits + 2), digits))

    def _homogeneous_fixed_point(self, second_moment: Number) -> Number:
        gain = Number.combine(lambda m, w: m * w, second_moment, Number.of(self.weight_variance))
        side = compare(gain, 1)
        if side == 0 and self.bias_variance == 0:
            raise ValueError(
                "variance_fixed_point needs an isolated fixed point, got V(q) = q (every variance is fixed)."
            )
        if side is None or (side >= 0 and self.bias_variance > 0):
            raise ValueError(f"variance_fixed_point needs a variance map that meets q, got slope {gain}.")
        return Number.combine(lambda g, b: b / (1 - g), gain, Number.of(self.bias_variance))

    def _excess(self, deviation: Fraction, digits: int) -> flint.arb:
        """Return V(q) - q."""
        value = self.variance_map(deviation, digits)
        with working_bits(bits_of(digits + 6)):
            return value - ball_of(deviation**2)

    def _bracket(self) -> tuple[Fraction, Fraction]:
        """Return standard deviations with V(q) > q and V(q) < q; the lower one is 0 if 0 is the fixed point."""
        high = Fraction(1)
        while not self._excess(high, 15) < 0:
            high *= 2
            if high > _LARGEST:
                raise ValueError("variance_fixed_point needs V(q) < q somewhere, got none up to 2^80.")
        low = high / 2
        while not self._excess(low, 25) > 0:
            high = low if self._excess(low, 25) < 0 else high
            low /= 2
            if low < _SMALLEST:
                if self._excess(Fraction(0), 15) > 0 or self.bias_variance > 0:
                    raise ValueError("variance_fixed_point needs V(q) > q somewhere below, got none down to 2^-80.")
                return Fraction(0), high
        return low, high

    def deviation(self, digits: int) -> Fraction:
        """Return a rational standard deviation within about 10^-digits of sqrt(q*), exactly 0 if q* = 0."""
        with working_bits(bits_of(digits + 10)):
            ball = self.variance_fixed_point.ball(digits + 5)
            if ball == 0:
                return Fraction(0)
            scaled_root = (ball.sqrt() * flint.arb(10) ** digits).mid().floor().unique_fmpz()
        return Fraction(int(scaled_root), 10**digits)

    def correlation_slope(self, digits: int = 30) -> mpmath.mpf:
        """Return chi_1 = sigma_w^2 E s'(sqrt(q*) Z)^2, infinite if s jumps; above 1 means chaos."""
        with mpmath.workdps(digits + 5):
            slope = slope_at_one(self._scaled(digits + 10))
            if not slope.is_finite:
                return mpmath.inf
            q = mpmath.mpf(self.deviation(digits + 10).numerator) / self.deviation(digits + 10).denominator
            return to_mpf(slope.ball(digits + 5)) * _mpf(self.weight_variance) / q**2

    def correlation_map(self, digits: int = 30) -> CorrelationMap:
        """Return C at a rational q within 10^-digits of q*, exactly 1 at 1.

        The bias variance it belongs to is q - sigma_w^2 E s(sqrt(q) Z)^2, which differs from sigma_b^2 by about 10^-digits.

        Raises
        ------
        ValueError
            If q* = 0: there the network is linear, and correlations keep their values.
        """
        kernel = KernelMap.normalised(self._scaled(digits))
        if self.bias_variance == 0:
            return kernel
        q, moment = self.deviation(digits) ** 2, kernel.hermite.second_moment
        share = Number.combine(lambda m, w: 1 - w * m, moment, Number.of(self.weight_variance / q))
        return MixedMap.of(kernel, constant=share)

    def depth_scale(self, digits: int = 20) -> mpmath.mpf:
        """Return xi = -1/log C'(rho*) in layers at the attracting correlation rho*; infinite on the edge of chaos.

        Raises
        ------
        ValueError
            If the case is undecided at these digits, or q* = 0.
        """
        points = fixed_points(self.correlation_map(digits + 10))
        if points.attractor is None:
            raise ValueError(f"depth_scale needs an attracting correlation, got {points.undecided or 'the identity'}.")
        with mpmath.workdps(digits):
            slope = to_mpf(points.attractor.slope.ball(digits + 5))
            if slope >= 1:
                return mpmath.inf
            return mpmath.mpf(0) if slope == 0 else -1 / mpmath.log(slope)

    def _scaled(self, digits: int) -> Activation:
        deviation = self.deviation(digits)
        if deviation == 0:
            raise ValueError("MeanField needs a positive variance fixed point, got q* = 0 (activity dies out).")
        return scaled(self.activation, deviation)


@dataclass(frozen=True, slots=True)
class CriticalPoint:
    """A point of the edge of chaos: the variances at which q is fixed and chi_1 = 1.

    Parameters
    ----------
    variance : Fraction
        q.
    weight_variance, bias_variance : Number
        sigma_w^2 and sigma_b^2; a negative bias variance means that no network is critical at this q.
    """

    variance: Fraction
    weight_variance: Number
    bias_variance: Number


def edge_of_chaos(activation: Activation, variance: Fraction) -> CriticalPoint:
    """Return the point of the edge of chaos with pre-activation variance q.

    sigma_w^2 = 1/E s'(sqrt(q) Z)^2 and sigma_b^2 = q - sigma_w^2 E s(sqrt(q) Z)^2: a curve in q, without any equation to
    solve.

    Raises
    ------
    ValueError
        If q is not positive, or the activation jumps (its slope at 1 is infinite: there is no edge).

    Examples
    --------
    The relu has one critical point, for every q: sigma_w^2 = 2, sigma_b^2 = 0.

    >>> point = edge_of_chaos(Activation.from_text("relu"), Fraction(4))
    >>> str(point.weight_variance), str(point.bias_variance)
    ('2', '0')
    """
    q = Fraction(variance)
    if q <= 0:
        raise ValueError(f"edge_of_chaos needs a positive variance, got variance={variance!r}.")
    slope = slope_at_one(scaled_by_variance(activation, q))
    if not slope.is_finite:
        raise ValueError(f"edge_of_chaos needs an activation without jumps, got {activation.name!r}.")
    moment = HermiteExpansion(scaled_by_variance(activation, q)).second_moment
    weight = Number.combine(lambda s, v: v / s, slope, Number.of(q))
    bias = Number.combine(lambda s, m, v: v - v * m / s, slope, moment, Number.of(q))
    return CriticalPoint(q, weight, bias)


@cache
def scaled(activation: Activation, deviation: Fraction) -> Activation:
    """Return x -> s(deviation x), the activation of pre-activations with this standard deviation."""
    if deviation == 1:
        return activation
    return Activation(f"{activation.name} at gain {deviation}", activation.expression.replace(X, number(deviation) * X))


def scaled_by_variance(activation: Activation, variance: Fraction) -> Activation:
    """Return x -> s(sqrt(variance) x); the root is taken exactly where it is rational."""
    deviation = rational_root(variance)
    if deviation is not None:
        return scaled(activation, deviation)
    return Activation(
        f"{activation.name} at variance {variance}", activation.expression.replace(X, root(number(variance)) * X)
    )


@cache
def scaled_second_moment(activation: Activation, deviation: Fraction, digits: int) -> flint.arb:
    """Return a ball of E s(deviation Z)^2 by certified quadrature (no closed form is looked for)."""
    if deviation == 0:
        with working_bits(bits_of(digits + 10)):
            return ball_of_constant(activation.expression.replace(X, number(0))) ** 2
    return expectation(Integrand.of(scaled(activation, deviation)).squared(), digits)


def homogeneous_slope(activation: Activation) -> Number | None:
    """Return E s(Z)^2 if s(c x) = c s(x) for all c > 0, else None.

    Such activations, a x for x > 0 and b x for x < 0, have V(q) = sigma_w^2 E s^2 q + sigma_b^2.
    """
    pieces = activation.pieces
    if pieces is None or any(piece.upper != 0 for piece in pieces[:-1]):
        return None
    x = sp.Symbol("x", real=True)
    for piece in pieces:
        formula = to_sympy(piece.expression, x)
        if not formula.is_polynomial(x) or sp.simplify(formula - x * sp.diff(formula, x)) != 0:
            return None
        if sp.simplify(sp.diff(formula, x, 2)) != 0:
            return None
    return HermiteExpansion(activation).second_moment


def _crossing(
    excess: Callable[[Fraction, int], flint.arb], low: Fraction, high: Fraction, digits: int
) -> tuple[Fraction, Fraction]:
    """Return rationals around a zero with excess > 0 below and < 0 above, at most 10^-digits apart.

    The Illinois rule: secants that keep a bracket; an end that stays twice counts half. Every sign is a ball's.
    """
    width = Fraction(1, 10**digits)
    work = digits + 15
    f_low, f_high = (_rational(excess(end, work), work) for end in (low, high))
    before = 0
    for _ in range(200):
        if high - low <= width:
            return low, high
        # a quarter of the width inside the bracket: so that the other end moves too once the zero is known
        margin = min(width / 4, (high - low) / 4)
        place = min(max(low + (high - low) * f_low / (f_low - f_high), low + margin), high - margin)
        place = Fraction(round(place * 10 ** (digits + 3)), 10 ** (digits + 3))
        value = excess(place, work)
        side = 1 if value > 0 else -1 if value < 0 else 0
        if side == 0:  # closer than the arithmetic can tell: a little aside it can
            place += margin / 2
            value = excess(place, work)
            side = 1 if value > 0 else -1
            if value.contains(0):
                break
        if side > 0:
            low, f_low = place, _rational(value, work)
            f_high = f_high / 2 if before == side else f_high
        else:
            high, f_high = place, _rational(value, work)
            f_low = f_low / 2 if before == side else f_low
        before = side
    raise ValueError(f"variance_fixed_point needs a crossing that balls can tell, got [{float(low)}, {float(high)}].")


def _rational(ball: flint.arb, digits: int) -> Fraction:
    with working_bits(bits_of(digits + 10)):
        return Fraction(int((ball.mid() * flint.arb(10) ** digits).floor().unique_fmpz()), 10**digits)


def _squared_ball(ends: tuple[Fraction, Fraction], digits: int) -> flint.arb:
    with working_bits(bits_of(digits + 10)):
        return ball_of(ends[0] ** 2).union(ball_of(ends[1] ** 2))


def _mpf(value: Fraction) -> mpmath.mpf:
    return mpmath.mpf(value.numerator) / value.denominator
