"""The sharp constant c_d in E[phi_next - phi] <= -c_d s_2 / (d (d+2)), certified for one d at a time.

At a fixed second moment s_2 = sum (lambda - 1)^2 the smallest expected decrease -E log Q belongs to one large eigenvalue,
lambda = (1 + y (d-1), 1-y, ..., 1-y) (equal variable theorem [1]: at every t, sum log(1 + 2 t lambda) is largest there, because
the third derivative of log is positive). With Z = d w_1^2, Var Z = 2 (d-1)/(d+2),

    c_d = min_{0 <= y < 1} R(y),     R(y) = -2 E log(1 + y (Z-1)) / (y^2 Var Z).                                          (1)

**Why a few evaluations certify the minimum.** From -log(1+x) = -x + x^2 int_0^1 (1-u) (1+ux)^{-2} du,

    R(y) = (2 / Var Z) E[(Z-1)^2 int_0^1 (1-u) (1 + u y (Z-1))^{-2} du],                                                  (2)

a mean of convex functions of y: R is convex, R(0) = 1. Since E[(Z-1)/(1 + y(Z-1))] = (1 - E 1/Q)/y, its slope has the sign of

    H(y) = 2 E log Q + E 1/Q - 1,        R'(y) = 2 H(y) / (y^3 Var Z).                                                   (3)

If H(a) < 0 < H(b), the minimum lies in [a, b], and for a <= y <= b it is in [R(y) - |R'(y)| (b-a), R(y)].

**Limit.** For d -> oo, Z is the square of a standard normal, Var Z = 2, and E 1/Q is a complementary error function.

References
----------
[1] V. Cirtoaje, The equal variable method, J. Inequal. Pure Appl. Math. 8(1), 2007, article 15.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import flint
from flint import acb, arb
from sympy import oo

from theory.activation.domain import GrowthBound
from theory.enclosure.ball import ball_of, bits_of, working_bits
from theory.enclosure.quadrature import Integrand, Part, expectation
from theory.haar.dimension import checked_integer
from theory.haar.sphere_integral import expected_log
from theory.number import Number

__all__ = [
    "SharpConstant",
    "elementary_constant",
    "large_spike",
    "limiting_constant",
    "sharp_constant",
    "spike_ratio",
]

_LogMean = Callable[[Fraction, int], "flint.arb"]


@dataclass(frozen=True, slots=True)
class SharpConstant:
    """The best constant of one width, and where it is attained.

    Parameters
    ----------
    constant : Number
        c_d, certified (exact 1 for d = 2).
    minimiser : Number
        y of the spectrum (1 + y (d-1), 1-y, ..., 1-y) that attains it; 0 for d = 2, where only the limit y -> 0 does.
    """

    constant: Number
    minimiser: Number


def checked_width(width: Any, function: str) -> int:
    """Return d as an int, at least 2.

    Raises
    ------
    TypeError, ValueError
        If it is no integer, or below 2.
    """
    d = checked_integer(width, function=function, name="width", least=1)
    if d < 2:
        raise ValueError(f"{function} needs a width of at least 2 (one row is always isometric), got width={d}.")
    return d


def elementary_constant(width: Any) -> Fraction:
    """Return 3 (d+4)/(11 d + 4), a lower bound of c_d with an elementary proof; at least 3/11.

    Raises
    ------
    TypeError, ValueError
        If the width is no integer >= 2.

    Examples
    --------
    >>> elementary_constant(2)
    Fraction(9, 13)
    """
    d = checked_width(width, "elementary_constant")
    return Fraction(3 * (d + 4), 11 * d + 4)


def large_spike(width: Any, share: Any) -> tuple[Fraction, ...]:
    """Return the spectrum (1 + y (d-1), 1-y, ..., 1-y): one large eigenvalue.

    Parameters
    ----------
    width : int
        d >= 2.
    share : rational number
        y in [0, 1].

    Returns
    -------
    tuple of Fraction, length d
        Of trace d, s_2 = y^2 d (d-1).

    Raises
    ------
    TypeError, ValueError
        If the width is no integer >= 2, or y is outside [0, 1].

    Examples
    --------
    >>> [str(value) for value in large_spike(3, Fraction(1, 2))]
    ['2', '1/2', '1/2']
    """
    d, y = checked_width(width, "large_spike"), Fraction(share)
    if not 0 <= y <= 1:
        raise ValueError(f"large_spike needs a share in [0, 1] (eigenvalues are nonnegative), got share={y}.")
    return (1 + y * (d - 1), *(1 - y,) * (d - 1))


def spike_ratio(width: Any, share: Any) -> Number:
    """Return R(y), equation (1) of the module: the decrease over s_2/(d(d+2)) for one large eigenvalue.

    Parameters
    ----------
    width : int
        d >= 2.
    share : rational number
        y in (0, 1].

    Returns
    -------
    Number
        At least c_d, at most R(0) = 1 near 0.

    Raises
    ------
    TypeError, ValueError
        As `large_spike`; also for y = 0.

    Examples
    --------
    >>> spike_ratio(10, Fraction(1, 2)).decimal(6)
    '0.750675'
    """
    d, y = checked_width(width, "spike_ratio"), Fraction(share)
    spectrum = large_spike(d, y)
    if y == 0:
        raise ValueError("spike_ratio needs a share y > 0 (R(0) = 1 is a limit), got share=0.")
    scale = -Fraction(d + 2, d - 1) / y**2
    return Number.combine(lambda value: _fmpq(scale) * value, expected_log(spectrum))


@cache
def sharp_constant(width: Any) -> SharpConstant:
    """Return c_d and the y that attains it, equation (1) of the module.

    Parameters
    ----------
    width : int
        d >= 2.

    Returns
    -------
    SharpConstant
        Every digit asked of it is proved.

    Raises
    ------
    TypeError, ValueError
        If the width is no integer >= 2.

    Notes
    -----
    **Accuracy.** Certified, by convexity and the signs of two slopes; the equal variable theorem is cited, not proved here.

    Examples
    --------
    >>> sharp_constant(3).constant.decimal(5), sharp_constant(3).minimiser.decimal(3)
    ('0.94868', '0.288')
    """
    d = checked_width(width, "sharp_constant")
    if d == 2:  # E (Z-1)^3 = 0 there, so R'(0) = 0, and R is convex
        return SharpConstant(Number.of(1), Number.of(0))
    variance = Fraction(2 * (d - 1), d + 2)

    def log_mean(y: Fraction, digits: int) -> flint.arb:
        return expected_log(large_spike(d, y)).ball(digits)

    def inverse_mean(y: Fraction, digits: int) -> flint.arb:
        return spike_inverse_mean(d, y, digits)

    return _sharp(log_mean, inverse_mean, variance, Fraction(27, 50) - Fraction(12, 25 * d) - Fraction(4, 5 * d * d))


@cache
def limiting_constant() -> SharpConstant:
    """Return lim c_d = min_t -E log(1 + t (g^2 - 1)) / t^2, g a standard normal.

    Notes
    -----
    **Accuracy.** Certified. That c_d converges to it is dominated convergence; that it decreases to it is a measured fact.

    Examples
    --------
    >>> limiting_constant().constant.decimal(12)
    '0.637348156452'
    """
    return _sharp(_normal_log_mean, _normal_inverse_mean, Fraction(2), Fraction(544, 1000))


def spike_inverse_mean(width: int, share: Fraction, digits: int) -> flint.arb:
    """Return a ball of E 1/Q for one large eigenvalue: 2F1(1, (d-1)/2; d/2; w) / (1 + y (d-1)), w = 1 - min/max."""
    largest, smallest = large_spike(width, share)[:2]
    with working_bits(bits_of(digits) + 40):
        w = acb(ball_of(1 - smallest / largest))
        value = w.hypgeom_2f1(acb(1), acb(ball_of(Fraction(width - 1, 2))), acb(ball_of(Fraction(width, 2))))
        return value.real / ball_of(largest)


def _normal_inverse_mean(t: Fraction, digits: int) -> flint.arb:
    """E 1/(1 - t + t g^2) = sqrt(pi/(2 a)) e^{a/2} erfc(sqrt(a/2)) / t with a = (1-t)/t."""
    with working_bits(bits_of(digits) + 40):
        half = ball_of((1 - t) / t / 2)
        return (arb.pi() / half).sqrt() / 2 * half.exp() * half.sqrt().erfc() / ball_of(t)


def _normal_log_mean(t: Fraction, digits: int) -> flint.arb:
    def log_form(z: acb, analytic: bool) -> acb:
        return (acb(ball_of(1 - t)) + ball_of(t) * z * z).log(analytic=analytic)

    # 1-t <= 1 - t + t x^2 <= 1 + x^2, so |log| <= t/(1-t) + x^2
    growth = GrowthBound((t / (1 - t), Fraction(0), Fraction(1)), Fraction(0), Fraction(0))
    return expectation(Integrand((Part(-oo, oo, log_form),), growth), digits)


def _sharp(log_mean: _LogMean, inverse_mean: _LogMean, variance: Fraction, guess: Fraction) -> SharpConstant:
    """Return the minimum of R and its place; `log_mean` and `inverse_mean` are E log Q and E 1/Q as functions of y."""

    def slope_sign(y: Fraction, digits: int) -> flint.arb:
        with working_bits(bits_of(digits) + 20):
            return 2 * log_mean(y, digits) + inverse_mean(y, digits) - 1

    best: list[tuple[Fraction, Fraction]] = []  # (y, r): the narrowest bracket so far, where the next search starts

    def bracket(digits: int) -> tuple[Fraction, Fraction]:
        """Return (y, r): the minimiser lies within r <= 10^-digits of y, by the signs of H."""
        if not best or best[-1][1] > Fraction(1, 10**digits):
            start = (best[-1][0], best[-1][1], digits + 8) if best else (guess, Fraction(1, 200), 10)
            best.append(_bracketed_root(slope_sign, *start, digits))
        return best[-1]

    def constant(digits: int) -> flint.arb:
        y, width = bracket(digits // 2 + 3)
        with working_bits(bits_of(digits) + 40):
            log, inverse = log_mean(y, digits + 4), inverse_mean(y, digits + 4)
            value = -2 * log / (ball_of(y) ** 2 * ball_of(variance))
            slope = 2 * (2 * log + inverse - 1) / (ball_of(y) ** 3 * ball_of(variance))
            lower = (value - abs(slope) * 2 * ball_of(width)).lower()
            return lower.union(value.upper())

    def minimiser(digits: int) -> flint.arb:
        y, width = bracket(digits + 2)
        with working_bits(bits_of(digits) + 40):
            return ball_of(y) + arb(0, 1) * ball_of(width)

    return SharpConstant(Number.certified(constant), Number.certified(minimiser))


def _bracketed_root(
    function: Callable[[Fraction, int], flint.arb], guess: Fraction, offset: Fraction, first_digits: int, digits: int
) -> tuple[Fraction, Fraction]:
    """Return (y, r) with r = 10^-digits such that the increasing function has its root in [y - r, y + r], proved by signs.

    The secant method starts from the guess, known to about `offset`, where the function is evaluated to `first_digits`.
    """
    radius = Fraction(1, 10**digits)
    previous, y = guess, guess + offset
    at_previous = function(previous, first_digits)
    for _ in range(60):
        distance = abs(y - previous)
        working = min(digits, max(6, 2 * _decimals(distance))) + 6
        at_y = function(y, working)
        step = _to_fraction(at_y * ball_of(y - previous) / (at_y - at_previous), digits + 3)
        previous, at_previous, y = y, at_y, min(max(y - step, Fraction(1, 50)), Fraction(49, 50))
        if abs(step) < radius / 4:
            break
    if function(y - radius, digits + 8) < 0 < function(y + radius, digits + 8):
        return y, radius
    raise ValueError(f"sharp_constant needs a bracket of the minimiser at {digits} digits, got none near {float(y)!r}.")


def _decimals(distance: Fraction) -> int:
    """Return about -log10 of a distance."""
    return len(str(distance.denominator // max(distance.numerator, 1))) if distance else 10**6


def _to_fraction(ball: flint.arb, digits: int) -> Fraction:
    """Return the midpoint of a ball rounded to 10^-digits."""
    scaled = (ball.mid() * ball_of(10**digits)).mid().floor().mid()
    return Fraction(int(scaled.fmpq().p // scaled.fmpq().q), 10**digits)


def _fmpq(value: Fraction) -> Any:
    return flint.fmpq(value.numerator, value.denominator)
