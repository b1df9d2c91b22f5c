"""The contraction table: what paper [B]'s theorems say at each width, with explicit constants and certified digits.

Columns: d; c_d, the sharp one-step constant, and the y of the one large eigenvalue that attains it; g_d(oo), the decrease of the gap far
from isometry; the factor d/(d+2) near it; K and the depth to reach a gap of `goal` from `start`; the least C of the printed form that
width d needs near isometry; the bound on the log-gradient, and the plateau (1/2) log((d-1)/(2d)) of the isometric law beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from theory.batch_norm.contraction import checked_width, sharp_constant
from theory.batch_norm.gradient import gradient_bound
from theory.batch_norm.time_scale import depth_to_gap, necessary_constant_near_isometry, time_scale
from theory.batch_norm.worst_spectrum import limiting_decrease
from theory.enclosure.ball import check_digits
from theory.number import Number

__all__ = ["CONTRACTION_COLUMNS", "contraction_row", "contraction_rows", "contraction_text"]

CONTRACTION_COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("width", "d", "$d$"),
    ("sharp_constant", "c_d", "$c_d$"),
    ("minimiser", "y", "$y$"),
    ("limiting_decrease", "g_d(oo)", r"$g_d(\infty)$"),
    ("near_isometry_factor", "d/(d+2)", r"$d/(d+2)$"),
    ("time_scale", "K", "$K$"),
    ("depth", "depth to goal", "depth"),
    ("printed_constant", "C needed", "$C$"),
    ("gradient_bound", "log-gradient bound", r"$\log\|\partial L/\partial W\|$ bound"),
    ("gradient_plateau", "log-gradient plateau", "plateau"),
)
"""Key, heading, LaTeX heading of each column."""


def contraction_row(
    width: Any, start: Fraction = Fraction(1), goal: Fraction = Fraction(1, 100)
) -> tuple[int | Number, ...]:
    """Return the cells of one width, in the order of `CONTRACTION_COLUMNS`.

    Parameters
    ----------
    width : int
        d >= 2.
    start, goal : Fraction
        phi_0 and the gap to reach, both positive.

    Returns
    -------
    tuple of int or Number
        Not rounded yet; every Number exact or certified.

    Raises
    ------
    TypeError, ValueError
        If the width is no integer >= 2, or a gap is not positive.

    Examples
    --------
    >>> [str(cell) for cell in contraction_row(2)[:6]]
    ['2', '1', '0', '0.69314718055994530942', '1/2', '6']
    """
    d = checked_width(width, "contraction_row")
    phi = Fraction(start)
    if phi <= 0:
        raise ValueError(f"contraction_row needs a gap > 0 to start from, got start={start!r}.")
    sharp, gap = sharp_constant(d), Number.of(phi)
    return (
        d,
        sharp.constant,
        sharp.minimiser,
        limiting_decrease(d),
        Number.of(Fraction(d, d + 2)),
        Number.of(time_scale(d, phi)),
        depth_to_gap(d, gap, goal),
        necessary_constant_near_isometry(d),
        gradient_bound(d, gap),
        Number.of(sp.log(sp.Rational(d - 1, 2 * d)) / 2),
    )


def contraction_rows(
    widths: Sequence[Any], start: Fraction = Fraction(1), goal: Fraction = Fraction(1, 100)
) -> tuple[tuple[int | Number, ...], ...]:
    """Return the rows of several widths.

    Raises
    ------
    TypeError, ValueError
        As `contraction_row`; also without any width.
    """
    if not widths:
        raise ValueError("contraction_rows needs at least one width, got none.")
    return tuple(contraction_row(width, start, goal) for width in widths)


def contraction_text(widths: Sequence[Any], digits: int = 20, **gaps: Fraction) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows as decimal text, every digit proved.

    Parameters
    ----------
    widths : sequence of int
    digits : int
        1 to 10 000.
    **gaps
        `start` and `goal` as for `contraction_row`.

    Returns
    -------
    tuple of (list of str, list of list of str)

    Raises
    ------
    TypeError, ValueError
        As `contraction_rows`; also if `digits` is out of range.

    Examples
    --------
    >>> header, rows = contraction_text([2, 3], 6)
    >>> header[1], [row[1] for row in rows]
    ('c_d', ['1', '0.948684'])
    """
    check_digits(digits, "contraction_text")
    rows = contraction_rows(widths, **gaps)
    text = [[cell.decimal(digits) if isinstance(cell, Number) else str(cell) for cell in row] for row in rows]
    return [heading for _, heading, _ in CONTRACTION_COLUMNS], text
