"""Certified fixed points of the cluster-plus-odd family, all of them, and the spectrum of one layer there.

The interval [0, pi/2] of tilts is bisected until, on every cell, the balance has a proved sign or its derivative has. Runs
of cells on which the derivative keeps its sign hold one root or none, which the signs at their ends decide: so the roots
are counted, not only found. Each is then narrowed by the interval Newton method to the digits asked.

What is proved this way for n = 3..6: one fixed point, the symmetric one. For n = 7..256: three, ascending in the tilt the
**cluster and odd** point, a **saddle** on the edge between the two basins, and the **symmetric** point arccos(1/(n-1)).
No fixed point outside the family is spoken of.

References
----------
1. R. E. Moore, R. B. Kearfott, M. J. Cloud, "Introduction to Interval Analysis", SIAM 2009, chapter 8 (interval Newton).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

import flint
import sympy as sp

from theory.enclosure.ball import bits_of, check_digits, is_accurate, working_bits
from theory.number import Number
from theory.recentering.cluster_odd_family import ClusterOddFamily

Kind = Literal["cluster and odd", "saddle", "symmetric"]
_DEEPEST = 60
"""Bisections after which a cell is given up; a double root would need infinitely many."""


@dataclass(frozen=True, slots=True)
class FamilyFixedPoint:
    """One fixed point of the family.

    Parameters
    ----------
    family : ClusterOddFamily
    kind : {"cluster and odd", "saddle", "symmetric"}
        Symmetric: the tilt is arccos(1/(n-1)). Of the others, the one at which the balance falls attracts in the family.
    tilt : Number
        In radians; certified, or exact at the symmetric point.
    """

    family: ClusterOddFamily
    kind: Kind
    tilt: Number


def family_fixed_points(batch_size: int) -> tuple[FamilyFixedPoint, ...]:
    """Return every fixed point with tilt in [0, pi/2) except the collapsed cluster at 0, ascending in the tilt.

    Parameters
    ----------
    batch_size : int
        n >= 3. They are the same for every leaky ReLU.

    Returns
    -------
    tuple of FamilyFixedPoint

    Raises
    ------
    TypeError, ValueError
        If the batch size is no integer, or below 3.
    ArithmeticError
        If two roots are too close to be told apart by balls.

    Notes
    -----
    **Accuracy**: count and order proved; tilts to any digits. The collapsed cluster (tilt 0) is the fixed point that
    `theory.recentering.invariant_configuration` is about; the balance is 2(n-1) > 0 there, so it repels.

    Examples
    --------
    >>> [[point.kind for point in family_fixed_points(n)] for n in (6, 7)]
    [['symmetric'], ['cluster and odd', 'saddle', 'symmetric']]
    """
    family = ClusterOddFamily(batch_size)
    points = []
    with working_bits(128):
        brackets = _brackets(family)
        symmetric = family.symmetric_tilt
        for low, high in brackets:
            bracket = low.union(high)
            if bracket.overlaps(symmetric):
                exact = Number.of(sp.pi / 2 - sp.asin(sp.Rational(1, family.cluster_size)))
                points.append(FamilyFixedPoint(family, "symmetric", exact))
                continue
            falls = bool(family.balance(high) < 0)
            tilt = Number.certified(partial(_newton, family, bracket))
            points.append(FamilyFixedPoint(family, "cluster and odd" if falls else "saddle", tilt))
    return tuple(points)


def _brackets(family: ClusterOddFamily) -> list[tuple[flint.arb, flint.arb]]:
    """Return exact end points of disjoint intervals that hold one root each, and together hold all."""
    found: list[tuple[flint.arb, flint.arb]] = []
    run: tuple[flint.arb, flint.arb, int] | None = None
    for low, high, slope in _cells(family):
        if run is not None and slope == run[2]:
            run = (run[0], high, slope)
            continue
        found += _root_of(family, run)
        run = (low, high, slope) if slope else None
    return found + _root_of(family, run)


def _cells(family: ClusterOddFamily) -> Iterator[tuple[flint.arb, flint.arb, int]]:
    """Yield contiguous cells (low, high, slope) of [0, pi/2]: slope +-1 where proved monotone, 0 where nonzero."""
    end = flint.arb.pi().upper() / 2
    stack = [(flint.arb(0), end.mid(), 0)]
    while stack:
        low, high, depth = stack.pop()
        cell = low.union(high)
        value = family.balance(cell)
        if value > 0 or value < 0:
            yield low, high, 0
            continue
        slope = family.balance_slope(cell)
        if slope > 0 or slope < 0:
            yield low, high, 1 if slope > 0 else -1
            continue
        if depth > _DEEPEST:
            raise ArithmeticError(f"family_fixed_points needs roots that balls can tell apart, got none near {cell}.")
        # off the middle, so that no end point is a root
        middle = (low + (high - low) * 503 / 1009).mid()
        stack += [(middle, high, depth + 1), (low, middle, depth + 1)]


def _root_of(
    family: ClusterOddFamily, run: tuple[flint.arb, flint.arb, int] | None
) -> list[tuple[flint.arb, flint.arb]]:
    if run is None:
        return []
    low, high, slope = run
    before, after = family.balance(low) * slope, family.balance(high) * slope
    if before < 0 and after > 0:
        return [(low, high)]
    if before > 0 or after < 0:
        return []
    raise ArithmeticError(f"family_fixed_points needs signs at {low} and {high}, got {before} and {after}.")


def _newton(family: ClusterOddFamily, bracket: flint.arb, digits: int) -> flint.arb:
    """Narrow an interval that holds exactly one root: X <- X and (mid X - f(mid X)/f'(X))."""
    check_digits(digits, "family_fixed_points")
    with working_bits(bits_of(digits) + 40):
        for _ in range(200):
            if is_accurate(bracket, digits):
                return bracket
            middle = bracket.mid()
            step = middle - family.balance(middle) / family.balance_slope(bracket)
            narrower = bracket.intersection(step) if step.is_finite() else bracket
            if narrower.rad() > bracket.rad() * 3 / 4:
                narrower = _half(family, bracket)
            bracket = narrower
    raise ArithmeticError(f"family_fixed_points needs a root that converges, got {bracket} for digits={digits}.")


def _half(family: ClusterOddFamily, bracket: flint.arb) -> flint.arb:
    """Return the half of a bracket in which the sign of the balance changes."""
    low, middle, high = bracket.lower(), bracket.mid(), bracket.upper()
    left = family.balance(low) * family.balance(middle)
    return low.union(middle) if left < 0 else middle.union(high)
