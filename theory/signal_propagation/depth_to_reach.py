"""How many layers a kernel map itself needs to bring a pair of samples near the attracting correlation.

The bound of `theory.signal_propagation.rate` proves a number of layers; this is the number that the map takes, by iterating it in double
precision (`theory.kernel_map.iterated`). From a start in [0, 1) the distance to rho* decreases at every layer, so bisection in the
depth finds it.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from theory.kernel_map.iterated import LARGEST_DEPTH, gap_after
from theory.kernel_map.kernel_map import KernelMap
from theory.signal_propagation.fixed_point import FixedPoints, fixed_points

_FIRST, _ITERATED = 512, 20_000
"""Layers iterated one by one before bisection, and where the map has no interpolant of many layers."""


def depth_to_reach(
    kernel: KernelMap, distance: Fraction, start: Fraction = Fraction(1, 2), points: FixedPoints | None = None
) -> int | None:
    """Return the least depth l with |rho_l - rho*| <= distance, from rho_0 = start.

    Parameters
    ----------
    kernel : KernelMap
        Normalised or centred.
    distance : Fraction
        At least 10^-12 (rounding), below 1.
    start : Fraction
        In [0, 1): there the distance decreases with depth.
    points : FixedPoints or None
        The map's fixed points, if they are known already.

    Returns
    -------
    int or None
        None for the identity, an undecided case, or more than 10^7 layers.

    Raises
    ------
    ValueError
        If `distance` or `start` is out of range, the map is raw, or its values do not converge to double precision (kinks
        that are not known exactly).

    Notes
    -----
    **Accuracy**: of double precision, not proved.

    Examples
    --------
    The depth law of relu, 1 - rho_l ~ 9 pi^2/(2 l^2), gives 210.7 layers to a gap of 1/1000; proved are 5502:

    >>> from theory.activation.activation import Activation
    >>> from theory.signal_propagation.rate import convergence
    >>> from theory.kernel_map.kernel_map import KernelMap
    >>> relu = KernelMap.normalised(Activation.from_text("relu"))
    >>> 190 < depth_to_reach(relu, Fraction(1, 1000)) < 211
    True
    >>> bound = convergence(relu)
    >>> depth_to_reach(relu, Fraction(1, 1000)) <= bound.depth_to_reach(Fraction(1, 1000), Fraction(1, 2))
    True
    """
    if not Fraction(1, 10**12) <= distance < 1:
        raise ValueError(f"depth_to_reach needs a distance in [1e-12, 1) (double precision), got distance={distance}.")
    if not 0 <= start < 1:
        raise ValueError(
            f"depth_to_reach needs a start in [0, 1) (the distance decreases from there), got start={start}."
        )
    attractor = (fixed_points(kernel) if points is None else points).attractor
    if attractor is None:
        return None

    gaps = 1 - float(attractor.value.value(17)), float(distance), np.array([float(1 - start)])
    kernel.gap(gaps[2])  # raises where the map has no double precision at all
    found, now = _one_by_one(kernel, *gaps, layers=_FIRST)
    if found is not None:
        return found
    try:
        later = _by_bisection(kernel, gaps[0], gaps[1], now)
    except ValueError:  # no interpolant of many layers: a repelling point near rho = -1
        later, _ = _one_by_one(kernel, gaps[0], gaps[1], now, layers=_ITERATED)
    return None if later is None else _FIRST + later


def _one_by_one(
    kernel: KernelMap, limit: float, distance: float, now: np.ndarray, layers: int
) -> tuple[int | None, np.ndarray]:
    """Iterate so many layers; return the depth found, or None, and the gap arrived at."""
    for depth in range(layers):
        if abs(now[0] - limit) <= distance:
            return depth, now
        now = kernel.gap(now)
    return None, now


def _by_bisection(kernel: KernelMap, limit: float, distance: float, start: np.ndarray) -> int | None:
    """Double the depth until it is reached, then bisect; the start itself is not there yet."""

    def reached(depth: int) -> bool:
        return bool(abs(gap_after(kernel, start, depth)[0] - limit) <= distance)

    low, high = 0, 1
    while not reached(high):
        low, high = high, 2 * high
        if high > LARGEST_DEPTH:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high
