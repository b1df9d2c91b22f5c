"""Depth scale K of the isometry gap: E phi_l <= phi_0 (1 - 1/K)^l <= phi_0 exp(-l/K), and the constant C of the printed theorem.

    K(d, phi_0) = ((d-1)(d+2)/d) (1 + d phi_0),    every d >= 2, every invertible X_0.                                     (1)

Proof. With delta = 1 - eps, y = d phi = -log(1-delta) - (d-1) log(1 + delta/(d-1)) decreases in d, so y <= -log(1-delta^2), and
y/(1+y) <= 1 - e^{-y} <= delta^2. By equation (2) of `theory.batch_norm.worst_spectrum`, phi/g_d(phi) <= phi (d-1)(d+2)/delta^2 <=
K(d, phi). K increases in phi and phi_l <= phi_0 on every path: take expectations.

The printed form is E phi_l <= phi_0 exp(-l/k), k = C d^2 (1 + d phi_0) [1, Theorem 1]. Since (d-1)(d+2)/d <= d^2/2, C = 1/2 suffices; a
near-isometric batch contracts by d/(d+2) a layer, so for d = 2 nothing below C = 1/(4 log 2) does.

References
----------
[1] A. Meterez et al., Towards training without depth limits: batch normalization without gradient explosion, ICLR 2024.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp
from sympy import Expr

from theory.batch_norm.contraction import checked_width
from theory.batch_norm.worst_spectrum import small_spike_gap, worst_decrease
from theory.enclosure.ball import ball_of, working_bits
from theory.haar.dimension import checked_integer
from theory.number import Number

__all__ = [
    "depth_to_gap",
    "least_printed_constant",
    "near_isometry_factor",
    "necessary_constant",
    "necessary_constant_near_isometry",
    "sharpness_of_time_scale",
    "time_scale",
]


def time_scale(width: Any, gap: Any) -> Any:
    """Return K = ((d-1)(d+2)/d)(1 + d phi), equation (1) of the module.

    Parameters
    ----------
    width : int or symbol
        d >= 2.
    gap : number, ball or symbol
        phi >= 0 of the input.

    Returns
    -------
    of the type of `gap`
        In layers; at least 2, equality for d = 2 and phi = 0.

    Examples
    --------
    >>> time_scale(2, 0)
    Fraction(2, 1)
    >>> import sympy as sp
    >>> d, phi = sp.symbols("d phi")
    >>> time_scale(d, phi)
    (d - 1)*(d + 2)*(d*phi + 1)/d
    """
    return _scale(width, gap) if isinstance(width, int) else (width - 1) * (width + 2) * (1 + width * gap) / width


def _scale(width: int, gap: Any) -> Any:
    """Divide last, and a rational exactly."""
    product = (1 + width * gap) * (width - 1) * (width + 2)
    return Fraction(product, width) if isinstance(product, int | Fraction) else product / width


def near_isometry_factor(width: Any) -> Any:
    """Return d/(d+2) = lim E phi_next/phi as phi -> 0: the exact factor of a layer near isometry.

    Examples
    --------
    >>> near_isometry_factor(2)
    Fraction(1, 2)
    """
    return Fraction(width, width + 2) if isinstance(width, int) else width / (width + 2)


def necessary_constant() -> Expr:
    """Return 1/(4 log 2) = 0.3607, below which the printed Theorem 1 fails for d = 2 near isometry at the first layer."""
    return 1 / (4 * sp.log(2))


def necessary_constant_near_isometry(width: Any) -> Number:
    """Return 1/(d^2 log((d+2)/d)): below it the printed theorem fails at width d near isometry, after one layer.

    Raises
    ------
    TypeError, ValueError
        If the width is no integer >= 2.

    Examples
    --------
    The constant 0.015 that the authors plot with fails up to d = 34:

    >>> [necessary_constant_near_isometry(d).decimal(5) for d in (2, 34, 35)]
    ['0.36067', '0.01513', '0.01469']
    """
    d = checked_width(width, "necessary_constant_near_isometry")
    return Number.of(1 / (d**2 * sp.log(sp.Rational(d + 2, d))))


def least_printed_constant(width: Any, eps: Any) -> Number:
    """Return the least C for which one layer from (eps, b, ..., b) satisfies the printed bound: -1/(d^2 (1 + d phi) log(1 - g/phi)).

    Parameters
    ----------
    width : int
        d >= 2.
    eps : rational number
        In (0, 1).

    Returns
    -------
    Number
        At most 1/2 by the theorem; its largest value known is the limit 1/(4 log 2) at d = 2, eps -> 1.

    Raises
    ------
    TypeError, ValueError
        As `theory.batch_norm.worst_spectrum.small_spike_gap`; also for eps = 1.

    Examples
    --------
    >>> bool(least_printed_constant(3, Fraction(1, 2)).ball(20) < 0.5)
    True
    """
    d = checked_width(width, "least_printed_constant")
    _check_open(eps, "least_printed_constant")
    gap, decrease = small_spike_gap(d, eps), worst_decrease(d, eps)
    return Number.combine(lambda phi, g: -1 / (d**2 * (1 + d * phi) * (1 - g / phi).log()), gap, decrease)


def sharpness_of_time_scale(width: Any, eps: Any) -> Number:
    """Return [phi/g_d(phi)]/K(d, phi) at phi = phi(eps): at most 1, and near 1 where the theorem is sharp.

    Parameters
    ----------
    width : int
        d >= 2.
    eps : rational number
        In (0, 1).

    Returns
    -------
    Number

    Raises
    ------
    TypeError, ValueError
        As `least_printed_constant`.

    Examples
    --------
    >>> sharpness_of_time_scale(2, Fraction(999, 1000)).decimal(3)
    '1.000'
    """
    d = checked_width(width, "sharpness_of_time_scale")
    _check_open(eps, "sharpness_of_time_scale")
    gap, decrease = small_spike_gap(d, eps), worst_decrease(d, eps)
    return Number.combine(lambda phi, g: phi / (g * _scale(d, phi)), gap, decrease)


def depth_to_gap(width: Any, start: Number, goal: Any) -> int:
    """Return a depth l after which E phi_l <= goal by (1): the least l with phi_0 (1 - 1/K)^l <= goal, or one more.

    Parameters
    ----------
    width : int
        d >= 2.
    start : Number
        phi_0 > 0.
    goal : rational number
        0 < goal.

    Returns
    -------
    int
        0 if the start is at the goal already.

    Raises
    ------
    TypeError, ValueError
        If the width is no integer >= 2 or the goal is not positive.

    Examples
    --------
    >>> import sympy as sp
    >>> depth_to_gap(2, Number.of(sp.Rational(1, 2)), Fraction(1, 100))
    14
    """
    d = checked_width(width, "depth_to_gap")
    target = Fraction(goal)
    if target <= 0:
        raise ValueError(f"depth_to_gap needs a goal > 0 (the gap never becomes 0), got goal={goal!r}.")
    with working_bits(128):
        phi = start.ball(25)
        layers = -(phi / ball_of(target)).log() / (1 - 1 / _scale(d, phi)).log()
        return max(0, int(layers.upper().ceil().unique_fmpz()))


def _check_open(eps: Any, function: str) -> None:
    if not 0 < Fraction(eps) < 1:
        raise ValueError(
            f"{function} needs eps in (0, 1) (both the gap and its decrease vanish at 1), got eps={eps!r}."
        )


def checked_depth(depth: Any, function: str) -> int:
    """Return a depth as an int, at least 1.

    Raises
    ------
    TypeError, ValueError
        If it is no integer, or below 1.
    """
    return checked_integer(depth, function=function, name="depth", least=1)
