"""Chebyshev interpolants of functions known by balls, evaluated on NumPy arrays.

The function is called at the points cos(pi i/n), n = 8, 16, ..., each set holding the one before, until the last
coefficients fall below 1e-17 of the largest; sum_j a_j T_j(t) is then evaluated by Clenshaw's recurrence in place.
The error is of the order of the dropped coefficients and of rounding; it is not proved.

References
----------
1. L. N. Trefethen, "Approximation Theory and Approximation Practice", SIAM 2013, chapters 3, 4, 8.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flint
import numpy as np

from theory.enclosure.ball import bits_of, working_bits

ArrayMap = Callable[["np.ndarray"], "np.ndarray"]
_DIGITS = 40
_POINTS = (8, 16, 32, 64, 128, 256, 512)

Grid = Callable[["flint.arb"], "flint.arb"]


def line(low: int, high: int) -> Grid:
    """Return the map of t in [-1, 1] to [low, high]."""
    return lambda t: low + (high - low) * (1 + t) / 2


def chebyshev(function: Callable[[flint.arb], flint.arb], grid: Grid) -> Callable[[np.ndarray], np.ndarray]:
    """Return Clenshaw's evaluation, on t in [-1, 1], of the interpolant of function(grid(t)).

    Raises
    ------
    ValueError
        If 513 points do not resolve the function.
    """
    values: dict[flint.fmpq, Any] = {}
    with working_bits(bits_of(_DIGITS)):
        for points in _POINTS:
            for i in range(points + 1):
                key = (i * (_POINTS[-1] // points), _POINTS[-1])
                if key not in values:
                    # the exact midpoint is the node: an error of rounding in t would be one of the argument
                    t = flint.arb.cos_pi_fmpq(flint.fmpq(*key)).mid()
                    values[key] = function(grid(t).mid()).mid()
            coefficients = _interpolation_coefficients(values, points)
            largest = max(abs(c) for c in coefficients)
            tail = max(abs(c) for c in coefficients[-3:])
            if tail <= largest * flint.arb("1e-18") or (points >= 64 and tail <= largest * flint.arb("1e-17")):
                break
        else:
            raise ValueError(
                f"kernel map needs at most {_POINTS[-1]} Chebyshev points in double precision, got coefficients of {tail.str(3)}."
            )
        kept = [float(c.mid()) for c in coefficients]
        floor = float(largest.mid()) * 5e-18
    while len(kept) > 1 and abs(kept[-1]) <= floor:
        kept.pop()
    return clenshaw(kept)


def _interpolation_coefficients(values: dict[Any, Any], points: int) -> list[flint.arb]:
    """Return a_j with sum_j a_j T_j through the values at cos(pi i/points) (discrete cosine transform)."""
    total = _POINTS[-1]
    at = [values[i * (total // points), total] for i in range(points + 1)]
    cosines = [flint.arb.cos_pi_fmpq(flint.fmpq(i, points)) for i in range(2 * points)]
    coefficients = []
    for j in range(points + 1):
        terms = (value * cosines[i * j % (2 * points)] / (2 if i in (0, points) else 1) for i, value in enumerate(at))
        scale = 1 if j in (0, points) else 2
        coefficients.append(sum(terms, flint.arb(0)) * scale / points)
    return coefficients


def clenshaw(coefficients: list[float]) -> Callable[[np.ndarray], np.ndarray]:
    """Return t -> sum_j a_j T_j(t), three passes over the chunk per term."""

    def evaluate(t: np.ndarray) -> np.ndarray:
        if len(coefficients) == 1:
            return np.full_like(t, coefficients[0])
        twice = 2 * t
        now, before, spare = np.full_like(t, coefficients[-1]), np.zeros_like(t), np.empty_like(t)
        for coefficient in reversed(coefficients[1:-1]):
            np.multiply(twice, now, out=spare)
            spare -= before
            spare += coefficient
            now, before, spare = spare, now, before
        np.multiply(t, now, out=spare)
        spare -= before
        spare += coefficients[0]
        return spare

    return evaluate
