"""Proved Gaussian expectations E f(Z), Z ~ N(0, 1), of functions that are analytic between break points.

The line is cut at +-L; inside, `acb.integral` (adaptive Gauss-Legendre with error bounds from complex ellipses) runs on
each analytic piece, told by the `analytic` flag where a function has cuts or kinks; outside, the growth bound
|f(x)| <= P(|x|) exp(b|x| + a x^2), a < 1/2, is integrated against the density: with h(x) = (1 - 2a) x - b - deg P / x
increasing, the integral from L of exp(g), g' <= -h, is at most exp(g(L)) / h(L).

References
----------
1. F. Johansson, "Numerical integration in arbitrary-precision ball arithmetic", ICMS 2018.
2. Cramer's inequality |he_k(x)| <= 1.0865 exp(x^2/4) [DLMF 18.14.9 for He_k / sqrt(k!)].
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint
import sympy as sp

from theory.activation.activation import Activation
from theory.activation.domain import GrowthBound, growth_bound
from theory.activation.expression import Expression
from theory.activation.pieces import Piece, smooth_pieces
from theory.enclosure.adaptive import adaptive_integral
from theory.enclosure.ball import ball_of, bits_of, is_accurate, working_bits
from theory.enclosure.ball_function import BallFunction, ball_function
from theory.enclosure.effort import spend
from theory.exact.sign import ascending, bits_to_separate

CRAMER = GrowthBound((Fraction(10865, 10000),), Fraction(0), Fraction(1, 4))
"""|he_k(x)| <= 1.0865 exp(x^2/4) for every k and every real x."""


@dataclass(frozen=True, slots=True)
class Part:
    """A ball function on the interval (lower, upper); the ends are exact SymPy numbers or -oo, oo."""

    lower: Any
    upper: Any
    function: BallFunction


@dataclass(frozen=True, slots=True)
class Integrand:
    """A real function known by parts, with a growth bound that holds on the whole line.

    `parts` are analytic inside their intervals, or one part on the whole line with kinks at unknown places.
    """

    parts: tuple[Part, ...]
    growth: GrowthBound

    @classmethod
    def of(cls, activation: Activation) -> Integrand:
        """Return an activation as an integrand."""
        return cls(_parts(activation.pieces, activation.expression), activation.growth)

    @classmethod
    def of_expression(cls, expression: Expression) -> Integrand:
        """Return an expression as an integrand.

        Raises
        ------
        ValueError
            If no growth bound is found for it.
        """
        growth = growth_bound(expression)
        if growth is None:
            raise ValueError(
                f"Integrand needs a growth bound (the proved tail of its integral), got {str(expression)!r}."
            )
        return cls(_parts(smooth_pieces(expression), expression), growth)

    def times(self, factor: Callable[[flint.acb], flint.acb], growth: GrowthBound) -> Integrand:
        """Return f times an entire factor with its growth bound."""

        def multiplied(function: BallFunction) -> BallFunction:
            return lambda z, analytic: function(z, analytic) * factor(z)

        return Integrand(
            tuple(Part(p.lower, p.upper, multiplied(p.function)) for p in self.parts), self.growth * growth
        )

    def at(self, mean: Fraction, deviation: Fraction) -> Integrand:
        """Return z -> f(mean + deviation z), deviation > 0: its expectation is that of f under N(mean, deviation^2)."""
        if mean == 0 and deviation == 1:
            return self

        def moved(function: BallFunction) -> BallFunction:
            return lambda z, analytic: function(z * ball_of(deviation) + ball_of(mean), analytic)

        def place(end: Any) -> Any:
            return (
                end
                if end.is_infinite
                else (end - sp.Rational(mean.numerator, mean.denominator))
                / sp.Rational(deviation.numerator, deviation.denominator)
            )

        parts = tuple(Part(place(p.lower), place(p.upper), moved(p.function)) for p in self.parts)
        return Integrand(parts, self.growth.at(abs(mean), deviation))

    def squared(self) -> Integrand:
        """Return f^2."""

        def square(function: BallFunction) -> BallFunction:
            def squared(z: flint.acb, analytic: bool) -> flint.acb:
                value = function(z, analytic)
                return value * value

            return squared

        return Integrand(
            tuple(Part(p.lower, p.upper, square(p.function)) for p in self.parts), self.growth * self.growth
        )


def _parts(pieces: tuple[Piece, ...] | None, expression: Expression) -> tuple[Part, ...]:
    if pieces is None:
        return (Part(-sp.oo, sp.oo, ball_function(expression)),)
    return tuple(Part(p.lower, p.upper, ball_function(p.expression)) for p in pieces)


def expectation(integrand: Integrand, digits: int) -> flint.arb:
    """Return a ball of E f(Z) = int f(x) exp(-x^2/2)/sqrt(2 pi) dx.

    Parameters
    ----------
    integrand : Integrand
        With growth a < 1/2.
    digits : int
        Radius asked: at most ``10**-digits * max(1, |value|)``.

    Returns
    -------
    flint.arb

    Raises
    ------
    ValueError
        If the growth is too fast or the integral does not converge.

    Examples
    --------
    >>> from theory.activation.activation import Activation
    >>> relu = Integrand.of(Activation.from_text("relu"))
    >>> bool(expectation(relu.squared(), 50).contains(0.5))
    True
    """
    for bits in (bits_of(digits), 2 * bits_of(digits), 8 * bits_of(digits)):
        with working_bits(bits):
            total = _integral(integrand, digits)
        if is_accurate(total, digits):
            return total
    raise ValueError(
        f"expectation needs an integral that converges at {digits} digits, got {total}; ask for fewer digits."
    )


def _integral(integrand: Integrand, digits: int) -> flint.arb:
    cutoff = cut(integrand.growth, digits + 2)
    with working_bits(max(flint.ctx.prec, separating_bits(integrand.parts, cutoff))):
        return _sum_of_parts(integrand, cutoff, digits)


def separating_bits(parts: Sequence[Part], cutoff: int) -> int:
    """Return bits at which the balls of the break points, of their mirror images and of +-cutoff are apart."""
    if len(parts) == 1:
        return 64
    ends = [part.upper for part in parts[:-1]]
    return bits_to_separate(ascending([*ends, *(-end for end in ends), sp.Integer(cutoff), sp.Integer(-cutoff)]))


def _sum_of_parts(integrand: Integrand, cutoff: int, digits: int) -> flint.arb:
    ends = [_end(part.lower, -cutoff) for part in integrand.parts] + [_end(integrand.parts[-1].upper, cutoff)]
    goal = flint.arb(10) ** (-digits - 2)
    total = flint.arb(0)
    for part, left, right in zip(integrand.parts, ends[:-1], ends[1:], strict=True):
        if not left < right:  # the whole piece may lie in the tail; a straddling end is counted there as well
            continue
        weighted = adaptive_integral(_weighted(part.function), left, right, abs_tol=goal)
        total += weighted.real
    tail = tail_bound(integrand.growth, flint.arb(cutoff))
    return total + flint.arb(0, 1) * tail


def _weighted(function: BallFunction) -> BallFunction:
    """Return f times the normal density."""
    return lambda z, analytic: function(z, analytic) * density(z)


def _end(end: Any, limit: int) -> flint.arb:
    if end.is_infinite:
        return flint.arb(limit)
    return ball_of(end).max(flint.arb(-abs(limit))).min(flint.arb(abs(limit)))


def density(z: flint.acb) -> flint.acb:
    """Return exp(-z^2/2)/sqrt(2 pi) on a complex ball."""
    return (-(z * z) / 2).exp() / (2 * flint.arb.pi()).sqrt()


def cut(growth: GrowthBound, digits: int) -> int:
    """Return an integer L whose tail bound is at most ``10**-digits``.

    Raises
    ------
    ValueError
        If the growth is so near exp(x^2/2) that L would pass 10^5.
    """
    with working_bits(64):
        goal = flint.arb(10) ** (-digits)

        def enough(length: int) -> bool:
            bound = tail_bound(growth, flint.arb(length))
            return bool(bound <= goal)

        high = 4
        while not enough(high):
            high *= 2
            if high > 10**5:
                raise ValueError(f"expectation needs growth well below exp(x^2/2), got {growth}.")
        low = high // 2
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if enough(middle) else (middle, high)
        return high


def tail_bound(growth: GrowthBound, length: flint.arb) -> flint.arb:
    """Return a bound of E |f(Z)| 1{|Z| > L}; +inf where the bound's slope is not yet negative."""
    degree = len(growth.polynomial) - 1
    quadratic, linear = ball_of(growth.quadratic), ball_of(growth.linear)
    slope = (1 - 2 * quadratic) * length - linear - degree / length
    if not slope > 0:
        return flint.arb("inf")
    polynomial = flint.arb(0)
    for coefficient in reversed(growth.polynomial):
        polynomial = polynomial * length + ball_of(coefficient)
    exponent = linear * length + (quadratic - ball_of(Fraction(1, 2))) * length**2
    return (2 * polynomial * exponent.exp() / (2 * flint.arb.pi()).sqrt() / slope).upper()


def hermite_factor(degree: int) -> Callable[[flint.acb], flint.acb]:
    """Return z -> he_k(z) = He_k(z)/sqrt(k!) on complex balls, by the recurrence of He_k."""

    def factor(z: flint.acb) -> flint.acb:
        spend(degree / 20)
        before, now = flint.acb(0), flint.acb(1)
        for k in range(degree):
            before, now = now, z * now - k * before
        return now / flint.arb(flint.fmpz.fac_ui(degree)).sqrt()

    return factor


def hermite_integral(integrand: Integrand, degree: int, digits: int) -> flint.arb:
    """Return a ball of c_k = E f(Z) he_k(Z) by one adaptive integral (for few k; `panels` gives all k at once)."""
    return expectation(integrand.times(hermite_factor(degree), CRAMER), digits)
