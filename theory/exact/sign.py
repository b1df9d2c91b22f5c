"""The sign of an exact real constant, and the order of two: decided, never read off at a fixed number of digits.

A constant is enclosed by balls of growing precision until one excludes 0. Between times algebra tries to show that it
is 0: as a rational function of its roots, exponentials and error functions, then by its minimal polynomial where it
is algebraic. What neither separates nor comes out equal within 2^15 bits is refused: no answer is better than a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import flint
import sympy as sp

from theory.exact.ball_evaluation import ball_evaluate
from theory.exact.field import equals_zero

_PRECISIONS = tuple(64 << k for k in range(10))
_ALGEBRA_FROM = 256
"""Bits at which a constant whose balls still hold 0 is taken to the algebra: it is slower than a few balls."""


class UndecidedSignError(ValueError):
    """Balls do not tell a constant from 0, and algebra does not show that it is 0."""


def sign_of(constant: sp.Expr) -> int:
    """Return -1, 0 or 1, the sign of an exact real constant.

    Parameters
    ----------
    constant : Expr
        Real, without symbols, of the functions that `ball_evaluate` knows.

    Raises
    ------
    UndecidedSignError
        If 2^15 bits do not separate it from 0 and it is not shown to be 0.

    Examples
    --------
    >>> sign_of(sp.sqrt(2) + sp.sqrt(3) - sp.sqrt(5 + 2 * sp.sqrt(6))), sign_of(sp.pi - 3 - sp.Rational(1, 10**60))
    (0, 1)
    >>> sign_of(sp.exp(sp.Rational(1, 10**90)) - 1)
    1
    """
    constant = sp.sympify(constant)
    if constant.is_Rational:
        return int(sp.sign(constant))
    if constant.is_infinite:
        return 1 if constant == sp.oo else -1
    for bits in _PRECISIONS:
        with flint.ctx.workprec(bits):
            ball = ball_evaluate(constant, {})
        if ball > 0:
            return 1
        if ball < 0:
            return -1
        if bits == _ALGEBRA_FROM and _is_shown_zero(constant):
            return 0
    raise UndecidedSignError(
        f"sign_of needs a constant that {_PRECISIONS[-1]} bits tell from 0 or algebra shows to be 0, got {_shown(constant)}."
    )


def is_less(left: sp.Expr, right: sp.Expr) -> bool:
    """Return whether left < right for exact reals or infinities; equal numbers are not less.

    Examples
    --------
    >>> is_less(sp.Integer(1), 1 + sp.Rational(1, 10**80)), is_less(sp.oo, sp.oo), is_less(-sp.oo, sp.pi)
    (True, False, True)
    """
    if left == right or left == sp.oo or right == -sp.oo:
        return False
    return left == -sp.oo or right == sp.oo or sign_of(right - left) > 0


def rational_between(left: sp.Expr, right: sp.Expr) -> sp.Rational:
    """Return a short rational strictly between two exact reals or infinities, left < right.

    Examples
    --------
    >>> rational_between(sp.Integer(1), sp.oo), rational_between(-sp.oo, sp.oo), rational_between(sp.sqrt(2), sp.Rational(3, 2))
    (2, 0, 93/64)
    """
    if left == -sp.oo or right == sp.oo:
        if left == -sp.oo and right == sp.oo:
            return sp.Integer(0)
        return sp.floor(left) + 1 if right == sp.oo else sp.ceiling(right) - 1
    for bits in _PRECISIONS:
        with flint.ctx.workprec(bits):
            low, high = ball_evaluate(left, {}).upper(), ball_evaluate(right, {}).lower()
            middle, gap = (low + high) / 2, high - low
            if not gap > 0:
                continue
            # a multiple of 2^-k within gap/4 of the middle
            k = max(0, 3 - (int(gap.mid().man_exp()[1]) + int(gap.mid().man_exp()[0]).bit_length()))
            scaled = (middle * flint.arb(2) ** k).mid().floor().unique_fmpz()
            return sp.Rational(int(scaled), 2**k)
    raise UndecidedSignError(f"rational_between needs numbers that balls tell apart, got {left} and {right}.")


def ascending(numbers: Iterable[sp.Expr]) -> list[sp.Expr]:
    """Return exact reals in ascending order, equal ones once.

    Examples
    --------
    >>> ascending([sp.sqrt(2), sp.Integer(1), sp.sqrt(8) / 2, -sp.pi])
    [-pi, 1, sqrt(2)]
    """
    ordered: list[sp.Expr] = []
    for value in dict.fromkeys(numbers):
        k = sum(is_less(other, value) for other in ordered)
        if k == len(ordered) or is_less(value, ordered[k]):
            ordered.insert(k, value)
    return ordered


def bits_to_separate(numbers: Sequence[sp.Expr]) -> int:
    """Return bits at which the balls of distinct exact reals, given in ascending order, do not overlap.

    Raises
    ------
    UndecidedSignError
        If 2^15 bits are not enough.
    """
    for bits in _PRECISIONS:
        with flint.ctx.workprec(bits):
            balls = [ball_evaluate(number, {}) for number in numbers]
        if all(left < right for left, right in pairwise(balls)):
            return bits
    raise UndecidedSignError(f"bits_to_separate needs numbers that balls tell apart, got {list(numbers)}.")


def _shown(constant: sp.Expr) -> str:
    try:
        return str(constant)[:80]
    except ValueError:  # Python prints no integer of more than 4300 digits
        return f"a constant of {constant.count_ops()} operations"


def _is_shown_zero(constant: sp.Expr) -> bool:
    if equals_zero(constant) or sp.expand(constant) == 0:
        return True
    if constant.is_algebraic:
        return bool(sp.minimal_polynomial(constant, sp.Dummy()).is_Symbol)
    return bool(sp.simplify(constant) == 0)
