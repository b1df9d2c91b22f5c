"""Balls of the raw kernel map kappa(rho) = E s(U) s(V) by three routes, each proved.

1. A closed form, evaluated in balls.
2. The Hermite series: kappa(r) = sum_{k<K} c_k^2 r^k + [0, m_K r^K] for 0 <= r <= 1, m_K = E s^2 - sum_{k<K} c_k^2, and
   with radius m_K |r|^K for r < 0.
3. Near |rho| = 1, where the series of a kinked activation needs too many terms, the plane integral of
   `theory.kernel_map.plane`.

kappa has nonnegative coefficients: its even and odd parts grow with |rho|, so a wide ball of rho is evaluated at its
two ends.

References
----------
1. F. G. Mehler, J. reine angew. Math. 66 (1866): kappa(rho) = sum_k c_k^2 rho^k.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from math import log

import flint
import mpmath
import sympy as sp
from sympy import Expr, Symbol

from theory.activation.activation import Activation
from theory.activation.expression import X
from theory.enclosure.ball import ball_of, bits_of, enclose_to, from_mpf, is_accurate, working_bits
from theory.enclosure.derivative import derivative
from theory.enclosure.quadrature import Integrand, expectation
from theory.exact.ball_evaluation import ball_evaluate
from theory.gaussian.bivariate import raw_kernel_map
from theory.kernel_map.behaviour_at_one import slope_at_one
from theory.kernel_map.hermite import HermiteExpansion, coefficient_balls
from theory.kernel_map.plane import plane_value
from theory.number import Number

LONGEST_SERIES = 1536


def raw_value(activation: Activation, rho: flint.arb, digits: int) -> flint.arb:
    """Return a ball of kappa over all correlations in the ball `rho`, clipped to [-1, 1].

    Parameters
    ----------
    activation : Activation
    rho : flint.arb
        Inside [-1, 1] up to its radius.
    digits : int
        Radius asked where `rho` is exact: ``10**-digits * max(1, |kappa|)``.

    Raises
    ------
    ValueError
        If `rho` is certainly outside [-1, 1], or the value does not converge.

    Examples
    --------
    >>> import flint
    >>> from theory.activation.activation import Activation
    >>> raw_value(Activation.from_text("x**2"), flint.arb(0.5), 20).str(5)
    '1.5000'
    """
    if not rho.is_finite() or abs(rho) > 1:
        raise ValueError(f"kernel map needs a correlation in [-1, 1], got {rho}.")
    return _over_ball(lambda point: _at_point(activation, point, digits), rho)


def _over_ball(value: Callable[[flint.arb], flint.arb], rho: flint.arb) -> flint.arb:
    """Return the range over a ball of a power series with nonnegative coefficients, from its values at points."""
    if rho.is_exact():
        own_bits = int(rho.man_exp()[0]).bit_length() + 8  # so that -rho and 1 - rho stay exact
        with working_bits(max(flint.ctx.prec, own_bits)):
            return value(rho)
    one = flint.arb(1)
    low, high = (end.max(-one).min(one).mid() for end in (rho.lower(), rho.upper()))
    if low == high:
        return value(low)
    if low >= 0:
        return value(low).union(value(high))

    def even_and_odd(r: flint.arb) -> tuple[flint.arb, flint.arb]:
        ahead, behind = value(r), value(-r)
        return (ahead + behind) / 2, (ahead - behind) / 2

    if high <= 0:  # even part - odd part at |rho|, both increasing in it
        near, far = even_and_odd(-high), even_and_odd(-low)
        return (near[0] - far[1]).union(far[0] - near[1])
    far_even = max(value(low) + value(-low), value(high) + value(-high)) / 2
    return (value(low * 0) - even_and_odd(-low)[1]).union(far_even + even_and_odd(high)[1])


def _at_point(activation: Activation, rho: flint.arb, digits: int) -> flint.arb:
    """Return the ball at one exact correlation."""
    if activation.parity is not None and rho < 0:
        value = _at_point(activation, -rho, digits)
        return value if activation.parity == "even" else -value
    if rho == 1:
        return HermiteExpansion(activation).second_moment.ball(digits)
    closed = raw_expression(activation)
    if closed is not None:
        value = _closed_value(*closed, rho, digits)
        if value is not None:
            return value
    if rho == -1:
        reflected = activation.expression.replace(X, -X)
        return expectation(Integrand.of_expression(activation.expression * reflected), digits)
    value = _series_value(activation, rho, digits)
    return plane_value(activation, rho, digits) if value is None else value


@cache
def raw_expression(activation: Activation) -> tuple[Expr, Symbol] | None:
    """Return the closed form of kappa with its symbol, compared with the series at rho = 1/3 and -1/2, or None.

    Raises
    ------
    ArithmeticError
        If the closed form and the series disagree: one of them is wrong, and nothing may be shown.
    """
    symbol = sp.Symbol("rho", real=True)
    derived = raw_kernel_map(activation, symbol)
    if derived is None:
        return None
    for place in (flint.arb(flint.fmpq(21, 64)), flint.arb(flint.fmpq(-1, 2))):
        value, series = _closed_value(derived, symbol, place, 20), _series_value(activation, place, 20)
        if value is not None and series is not None and not value.overlaps(series):
            raise ArithmeticError(
                f"kernel map needs its closed form and its series to agree, got {value} against {series} at rho = {place} "
                f"for {activation.text!r}."
            )
    return derived, symbol


def _closed_value(derived: Expr, symbol: Symbol, rho: flint.arb, digits: int) -> flint.arb | None:
    def compute(_: int) -> flint.arb:
        value = ball_evaluate(derived, {symbol: rho})
        return value.real if isinstance(value, flint.acb) else value

    with suppress(ValueError):  # no guard suffices
        return enclose_to(digits, compute, guards=(10, 60, 300))
    return None


def _series_value(activation: Activation, rho: flint.arb, digits: int) -> flint.arb | None:
    """Return the two-sided series value at an exact |rho| < 1, or None if it needs too many terms."""
    per_term = -log(float(abs(rho).mid())) / log(10) if rho != 0 else 1.0  # digits that |rho|^k alone brings per term
    analytic, longest = _is_analytic(activation), _longest(activation)
    # coefficients of a kinked activation decay like powers of k: they bring a few digits only
    if not analytic and 0.7 * digits > per_term * longest:
        return None
    count = 48
    while True:
        value, excess = _partial_sum(activation, rho, count, digits)
        if is_accurate(value, digits):
            return value
        if count >= longest or (not analytic and excess > per_term * (longest - count)):
            return None
        count *= 2  # few different lengths: coefficients are kept and used again


def _is_analytic(activation: Activation) -> bool:
    return activation.pieces is not None and len(activation.pieces) == 1


def _longest(activation: Activation) -> int:
    """Return how many terms are worth it: without exact break points each coefficient is an integral of its own."""
    return LONGEST_SERIES if activation.pieces is not None else 192


def _partial_sum(activation: Activation, rho: flint.arb, count: int, digits: int) -> tuple[flint.arb, float]:
    """Return sum_{k<K} c_k^2 rho^k with its two-sided remainder, and how many digits that remainder lacks."""
    guard = 6 + count.bit_length() // 3
    rounded = -(-(digits + guard) // 16) * 16  # few different precisions: coefficients are kept and used again
    coefficients = coefficient_balls(activation, count, rounded)
    second_moment = HermiteExpansion(activation).second_moment.ball(rounded)
    with working_bits(bits_of(rounded)):
        squares = [c * c for c in coefficients]
        # summed to the end of what is known, which may be more than asked
        total, missing = flint.arb(0), second_moment - sum(squares, flint.arb(0))
        for square in reversed(squares):
            total = total * rho + square
        remainder = (missing.upper().nonnegative_part() * abs(rho) ** len(squares)).upper()
        # the remainder is in [0, m_K rho^K] for rho >= 0 and in its mirror image and this one together for rho < 0
        value = total + (flint.arb(0, 1) * remainder if rho < 0 else flint.arb(0).union(remainder))
        lacking = remainder * flint.arb(10) ** digits
        excess = float(lacking.log().upper().mid()) / log(10) if lacking > 0 else 0.0
    return value, max(0.0, excess) + 1.0


def power_coefficients(activation: Activation, count: int, digits: int) -> list[flint.arb]:
    """Return balls of c_k^2, k < count."""
    balls = coefficient_balls(activation, count, digits + 6)[:count]
    with working_bits(bits_of(digits + 6)):
        return [ball * ball for ball in balls]


def as_ball(value: object) -> flint.arb:
    """Return a ball for a ball, an int, a Fraction, an mpmath number, a float or an exact SymPy number."""
    if isinstance(value, flint.arb):
        return value
    if isinstance(value, mpmath.mpf):
        return from_mpf(value)
    if isinstance(value, float):
        return flint.arb(value)
    return ball_of(value)


def is_exact(value: object) -> bool:
    """Whether a correlation is one number: all but a ball of positive radius."""
    return not isinstance(value, flint.arb) or value.is_exact()


def raw_slope(activation: Activation, rho: flint.arb, digits: int) -> flint.arb:
    """Return a ball of kappa'(rho): of E s'(U) s'(V) (Price's theorem) where s does not jump, else by the series.

    Raises
    ------
    ValueError
        If the slope is infinite there (|rho| = 1 and s jumps), or the value does not converge.
    """
    if not rho.is_finite() or abs(rho) > 1:
        raise ValueError(f"kernel map needs a correlation in [-1, 1], got {rho}.")
    slope = slope_activation(activation)
    if isinstance(slope, Activation):
        return raw_value(slope, rho, digits)
    if slope is not None:
        return slope.ball(digits)
    return _over_ball(lambda point: _slope_series(activation, point, digits), rho)


@cache
def slope_activation(activation: Activation) -> Activation | Number | None:
    """Return s' as an activation, kappa' as a number if s' is constant, or None if s jumps."""
    slope = slope_at_one(activation)
    if not slope.is_finite:
        return None
    return slope if activation.is_affine else Activation(f"({activation.name})'", derivative(activation.expression))


def _slope_series(activation: Activation, rho: flint.arb, digits: int) -> flint.arb:
    """Return sum_k k c_k^2 rho^(k-1); the remainder is at most m_K K |rho|^(K-1) once K >= 1/(1 - |rho|)."""
    closed = raw_expression(activation)
    if closed is not None and abs(rho) < 1:
        value = _closed_value(closed[0].diff(closed[1]), closed[1], rho, digits)
        if value is not None:
            return value
    count = 64
    while count <= LONGEST_SERIES and abs(rho) < 1:
        rounded = digits + 20
        squares = power_coefficients(activation, count, rounded)
        with working_bits(bits_of(rounded)):
            total = flint.arb(0)
            for k in range(count - 1, 0, -1):
                total = total * rho + k * squares[k]
            missing = HermiteExpansion(activation).second_moment.ball(rounded) - sum(squares, flint.arb(0))
            remainder = (missing.upper().nonnegative_part() * count * abs(rho) ** (count - 1)).upper()
            value = total + (flint.arb(0, 1) * remainder if rho < 0 else flint.arb(0).union(remainder))
        if is_accurate(value, digits) and count * (1 - abs(rho)) >= 1:
            return value
        count *= 2
    raise ValueError(
        f"kernel map needs a correlation further from +-1 for its slope (the activation jumps), got {rho}."
    )
