"""Sign of a polynomial with rational coefficients on a product of [0, 1]'s and rays [0, oo), decided exactly.

The polynomial is factored; a factor of even exponent has a sign by itself, the others are written in the Bernstein basis
of the box (powers on a ray). Coefficients of one sign give the sign; otherwise the box is halved. Only integers and
fractions occur, so that a sign that is returned is a proof.

References
----------
1. G. G. Lorentz, "Bernstein Polynomials", 1953 (a polynomial lies between its least and largest coefficient).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import comb
from typing import Any, Literal

import flint
import numpy as np

_BOXES = 150
"""Boxes after which a factor's sign is left open."""
_LARGEST = 3_000
"""Coefficients in the Bernstein basis beyond which a factor's sign is left open."""


@dataclass(frozen=True, slots=True)
class Side:
    """The interval [0, 1] or the ray [0, oo) of one variable; `low_open` and `high_open` matter for strict signs."""

    kind: Literal["unit", "ray"] = "unit"
    low_open: bool = False
    high_open: bool = False


def is_nonnegative(
    polynomial: flint.fmpq_mpoly, box: Mapping[str, Side], *, strict: bool = False, boxes: int = _BOXES
) -> bool:
    """Return whether ``polynomial >= 0`` (> 0 if `strict`) is proved on the box; False means not proved.

    Parameters
    ----------
    polynomial : flint.fmpq_mpoly
    box : mapping of generator name to Side
        Every generator that occurs in the polynomial.
    strict : bool
    boxes : int
        How many boxes a factor may need.

    Examples
    --------
    >>> ring = flint.fmpq_mpoly_ctx.get(("x", "y"), flint.Ordering.lex)
    >>> x, y = ring.gens()
    >>> box = {"x": Side(), "y": Side()}
    >>> is_nonnegative((x - y) ** 2 * (1 - x), box), is_nonnegative(x - y, box)
    (True, False)
    >>> is_nonnegative(x, box, strict=True), is_nonnegative(x, {"x": Side(low_open=True)}, strict=True)
    (False, True)
    """
    if polynomial.is_zero():
        return not strict
    content, factors = polynomial.factor()
    sign = 1 if content > 0 else -1
    for factor, exponent in factors:
        if exponent % 2 == 0 and not strict:
            continue
        found = _sign(factor, box, strict, boxes)
        if found is None:
            return False
        sign *= found ** int(exponent)
    return sign > 0


def _sign(factor: flint.fmpq_mpoly, box: Mapping[str, Side], strict: bool, boxes: int) -> int | None:
    """Return 1 or -1 where the factor has this sign all over the box (possibly 0 unless strict), else None."""
    names = factor.context().names()
    axes = [i for i, degree in enumerate(factor.degrees()) if degree > 0]
    shape = [int(factor.degrees()[i]) + 1 for i in axes]
    if int(np.prod(shape)) > _LARGEST:
        return None
    table = np.full(shape, flint.fmpq(0), dtype=object)
    for powers, value in factor.to_dict().items():
        table[tuple(int(powers[i]) for i in axes)] = value
    sides = [box[names[i]] for i in axes]
    for axis, side in enumerate(sides):
        if side.kind == "unit":
            table = _along(table, axis, _to_bernstein(shape[axis]))
    first: int | None = None
    waiting, seen = [(table, tuple(sides))], 0
    while waiting:
        table, sides_here = waiting.pop()
        seen += 1
        found = _one_sign(table, sides_here, strict)
        first = found if first is None else first
        if found is None or found == 0:
            corners = {_int_sign(table[corner]) for corner in _corners(table, sides_here)} - {0}
            if len(corners) == 2 or seen >= boxes or (first and corners and corners != {first}):
                return None
            halves = _halves(table, sides_here, seen)
            if halves is None:
                return None
            waiting.extend(halves)
        elif first in (None, 0):
            first = found
        elif found != first:
            return None
    return first or None


def _int_sign(value: Any) -> int:
    return (value > 0) - (value < 0)


def _one_sign(table: np.ndarray, sides: tuple[Side, ...], strict: bool) -> int | None:
    signs = {_int_sign(value) for value in table.flat} - {0}
    if len(signs) != 1:
        return None
    if strict:
        # every smallest closed face must carry a coefficient that is not zero
        faces = itertools.product(*(_ends(side, size) for side, size in zip(sides, table.shape, strict=True)))
        if not all(any(value != 0 for value in np.asarray(table[face], dtype=object).flat) for face in faces):
            return None
    return signs.pop()


def _ends(side: Side, size: int) -> list[Any]:
    closed = [] if side.low_open else [slice(0, 1)]
    if side.kind == "unit" and not side.high_open:
        closed.append(slice(size - 1, size))
    return closed or [slice(None)]


def _corners(table: np.ndarray, sides: tuple[Side, ...]) -> list[tuple[int, ...]]:
    ends = [(0, size - 1) if side.kind == "unit" else (0,) for side, size in zip(sides, table.shape, strict=True)]
    return list(itertools.product(*ends))


def _halves(table: np.ndarray, sides: tuple[Side, ...], seen: int) -> list[tuple[np.ndarray, tuple[Side, ...]]] | None:
    units = [axis for axis, side in enumerate(sides) if side.kind == "unit"]
    if not units:
        return None
    axis = units[seen % len(units)]
    left, right = _halving(table.shape[axis])
    side = sides[axis]
    lower = (*sides[:axis], Side("unit", side.low_open, False), *sides[axis + 1 :])
    upper = (*sides[:axis], Side("unit", False, side.high_open), *sides[axis + 1 :])
    return [(_along(table, axis, left), lower), (_along(table, axis, right), upper)]


def _along(table: np.ndarray, axis: int, matrix: np.ndarray) -> np.ndarray:
    """Apply a square matrix along one axis."""
    moved = np.moveaxis(table, axis, 0)
    size = moved.shape[0]
    flat = moved.reshape(size, -1)
    product = flint.fmpq_mat(size, size, list(matrix.flat)) * flint.fmpq_mat(size, flat.shape[1], list(flat.flat))
    result = np.empty(size * flat.shape[1], dtype=object)
    result[:] = product.entries()
    return np.moveaxis(result.reshape(moved.shape), 0, axis)


@lru_cache(maxsize=128)
def _to_bernstein(size: int) -> np.ndarray:
    degree = size - 1
    rows = [
        [flint.fmpq(comb(i, j), comb(degree, j)) if j <= i else flint.fmpq(0) for j in range(size)] for i in range(size)
    ]
    return np.array(rows, dtype=object)


@lru_cache(maxsize=128)
def _halving(size: int) -> tuple[np.ndarray, np.ndarray]:
    left = np.array(
        [[flint.fmpq(comb(i, j), 2**i) if j <= i else flint.fmpq(0) for j in range(size)] for i in range(size)],
        dtype=object,
    )
    return left, left[::-1, ::-1]
