"""Balls: intervals midpoint +- radius that provably hold a number, their precision, and how other numbers become balls.

Conventions. A ball (`flint.arb`) is an interval midpoint +- radius that provably holds the number. "To `digits` digits"
means a radius of at most ``10**-digits * max(1, |value|)``. A decimal text is rounded to nearest with every printed
digit proved: `digits` decimals below 1, `digits` significant digits above.

References
----------
1. F. Johansson, "Arb: efficient arbitrary-precision midpoint-radius interval arithmetic", IEEE Trans. Comput. 66 (2017).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, TypeVar

import flint
import mpmath
import sympy as sp
from sympy import Expr
from sympy.core.sympify import SympifyError, converter

from theory.exact.ball_evaluation import ball_evaluate

LARGEST_DIGITS = 10_000
_GUARDS = (6, 20, 60, 180, 540)

Found = TypeVar("Found")


def _refuse(ball: Any) -> Any:
    """Refuse to become a SymPy number: SymPy would keep 15 digits of the midpoint and forget the radius."""
    raise SympifyError(f"SymPy has no balls; enclose the SymPy number with ball_of instead of mixing it with {ball}")


converter[flint.arb] = converter[flint.acb] = _refuse


def check_digits(digits: int, caller: str) -> int:
    """Return `digits` if it is an integer in 1..10000.

    Raises
    ------
    TypeError
        If it is no integer.
    ValueError
        If it is outside 1..10000.
    """
    if isinstance(digits, bool) or not isinstance(digits, int):
        raise TypeError(f"{caller} needs digits as an integer, got {type(digits).__name__}.")
    if not 1 <= digits <= LARGEST_DIGITS:
        raise ValueError(f"{caller} needs digits in 1..{LARGEST_DIGITS}, got digits={digits}.")
    return digits


def bits_of(digits: int) -> int:
    """Return a working precision in bits that holds `digits` decimal digits and a few guard bits."""
    return digits * 3322 // 1000 + 24


@contextmanager
def working_bits(bits: int) -> Iterator[None]:
    """Set Arb's precision for a block and restore it."""
    before = flint.ctx.prec
    flint.ctx.prec = int(bits)
    try:
        yield
    finally:
        flint.ctx.prec = before


def is_accurate(ball: flint.arb, digits: int) -> bool:
    """Whether the ball is finite with radius at most ``10**-digits * max(1, |value|)``."""
    if not ball.is_finite():
        return False
    scale = abs(ball).lower().max(flint.arb(1))
    return bool(ball.rad() <= scale * flint.arb(10) ** (-digits))


def enclose_to(
    digits: int,
    compute: Callable[[int], Found],
    *,
    exact: bool = True,
    caller: str = "enclose_to",
    guards: Iterable[int] = _GUARDS,
    balls: Callable[[Any], Iterable[flint.arb]] = lambda found: (found,),
) -> Found:
    """Return ``compute(digits + guard)`` at the first guard that gives `digits` digits (Ziv's strategy).

    Parameters
    ----------
    digits : int
        Digits asked of the ball.
    compute : callable
        Digits -> ball, or any object that holds balls; called at that working precision.
    exact : bool
        False if the input is itself a ball of some radius: more digits cannot help then, and the first ball is returned.
    caller : str
        Who needs the value, for the error.
    guards : iterable of int
        Guard digits to try in turn.
    balls : callable
        What `compute` returned -> the balls in it that must all have `digits` digits.

    Raises
    ------
    ValueError
        If no guard suffices (by default 540 digits are the last).

    Examples
    --------
    >>> enclose_to(30, lambda _: 1 - flint.arb(flint.fmpq(1, 10**40)).cos()).rad() < flint.arb("1e-30")
    True
    """
    for guard in guards:
        with working_bits(bits_of(digits + guard)):
            found = compute(digits + guard)
        loose = None if not exact else next((ball for ball in balls(found) if not is_accurate(ball, digits)), None)
        if loose is None:
            return found
    raise ValueError(f"{caller} needs a value that converges, got {loose} for digits={digits}.")


def power(base: Any, exponent: int | Fraction | Expr) -> Any:
    """Return base**exponent for a rational exponent taken exactly, of a ball, a SymPy expression or a number.

    ``arb ** Fraction`` of python-flint rounds the exponent to a double; here it is an enclosed exponent, and an integer one
    also takes balls around 0 (which python-flint makes nan).

    Examples
    --------
    >>> power(flint.arb(0, 0.5), 2).contains(0), power(flint.arb(4), Fraction(1, 2)).contains(2)
    (True, True)
    """
    q = Fraction(exponent) if isinstance(exponent, int | Fraction) else Fraction(int(exponent.p), int(exponent.q))
    if not isinstance(base, flint.arb):
        return base ** (sp.Rational(q.numerator, q.denominator) if isinstance(base, sp.Basic) else q)
    if q.denominator == 2:
        base, q = base.sqrt(), 2 * q
    if q.denominator != 1:
        return base ** flint.arb(flint.fmpq(q.numerator, q.denominator))
    result, square = flint.arb(1), base
    for bit in reversed(f"{abs(q.numerator):b}"):
        result, square = (result * square if bit == "1" else result), square * square
    return 1 / result if q < 0 else result


def ball_of(value: int | Fraction | Expr) -> flint.arb:
    """Return the ball of a rational or of an exact SymPy number at Arb's current precision.

    Raises
    ------
    ValueError
        If the expression has no real enclosure.
    """
    if isinstance(value, int | Fraction):
        value = Fraction(value)
        return flint.arb(flint.fmpq(value.numerator, value.denominator))
    if value.is_Rational:
        return flint.arb(flint.fmpq(int(value.p), int(value.q)))
    if value.is_infinite:
        return flint.arb("inf") if value.is_extended_positive else flint.arb("-inf")

    ball = ball_evaluate(value, {})
    if isinstance(ball, flint.acb):
        if not ball.imag.contains(0):
            raise ValueError(f"ball_of needs a real number, got {value}.")
        ball = ball.real
    return ball


def to_mpf(ball: flint.arb) -> mpmath.mpf:
    """Return the midpoint at mpmath's current precision."""
    if not ball.is_finite():
        return mpmath.inf if ball > 0 else -mpmath.inf if ball < 0 else mpmath.nan
    mantissa, exponent = ball.mid().man_exp()
    return mpmath.ldexp(mpmath.mpf(int(mantissa)), int(exponent))


def from_mpf(value: mpmath.mpf) -> flint.arb:
    """Return the exact ball of a finite mpmath number."""
    sign, mantissa, exponent, _ = value._mpf_
    return flint.arb((int(-mantissa if sign else mantissa), int(exponent)))
