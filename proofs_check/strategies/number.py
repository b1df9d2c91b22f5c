"""Numbers that claims speak of: rationals, correlations and their gaps to 1, widths, depths."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def check_at_least(function: str, least: int, **number: int) -> None:
    """Raise ValueError unless the one number given by name is an integer of at least `least`."""
    ((name, value),) = number.items()
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(f"{function} needs an integer {name} >= {least}, got {name}={value!r}.")


def rationals(low: Fraction | int, high: Fraction | int, *, largest_denominator: int = 100) -> SearchStrategy[Fraction]:
    """Return a strategy for rationals in [low, high]; they shrink towards small denominators, then towards 0.

    Parameters
    ----------
    low, high : Fraction or int
        Both ends belong to it.
    largest_denominator : int
        At least 1.

    Returns
    -------
    SearchStrategy of Fraction

    Raises
    ------
    ValueError
        If no rational with such a denominator lies in the interval.

    Examples
    --------
    >>> from hypothesis import find
    >>> Fraction(1, 3) < find(rationals(0, 1), lambda q: q > Fraction(1, 3)) <= 1
    True
    """
    from hypothesis import strategies as st

    check_at_least("rationals", 1, largest_denominator=largest_denominator)
    low, high = Fraction(low), Fraction(high)
    ranges = {q: (ceil(low * q), floor(high * q)) for q in range(1, largest_denominator + 1)}
    denominators = [q for q, (least, greatest) in ranges.items() if least <= greatest]
    if not denominators:
        raise ValueError(
            f"rationals needs an interval that holds a denominator up to {largest_denominator}, got [{low}, {high}]."
        )
    # The place n/scale is drawn apart from the denominator and rounded to it: so a smaller denominator keeps about the same
    # number while hypothesis shrinks. The scale is fine enough that every fraction is the rounding of some place.
    scale = 2 * largest_denominator * low.denominator * high.denominator

    def rounded(q: int, place: int) -> Fraction:
        least, greatest = ranges[q]
        return Fraction(min(max(round(Fraction(place * q, scale)), least), greatest), q)

    places = st.integers(ceil(low * scale), floor(high * scale))
    return st.builds(rounded, st.sampled_from(denominators), places)


def correlations(*, closed: bool = False) -> SearchStrategy[Fraction]:
    """Return a strategy for correlations in (-1, 1), or in [-1, 1] if `closed`; they shrink towards 0.

    Near 1 a correlation is a poor coordinate: use `correlation_gaps` there.

    Examples
    --------
    >>> from hypothesis import find
    >>> -1 < find(correlations(), lambda rho: rho < 0) < 0
    True
    """
    drawn = rationals(-1, 1)
    return drawn if closed else drawn.filter(lambda rho: abs(rho) < 1)


def correlation_gaps(decades: int = 30) -> SearchStrategy[Fraction]:
    """Return a strategy for gaps 1 - rho in (0, 1], evenly over the orders of magnitude down to 10^-decades.

    Parameters
    ----------
    decades : int
        At least 1.

    Returns
    -------
    SearchStrategy of Fraction
        m/10^k with 1 <= m <= 10 and 1 <= k <= decades.

    Raises
    ------
    ValueError
        If `decades` is below 1.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(correlation_gaps(), lambda gap: gap < Fraction(1, 1000))
    Fraction(1, 10000)
    """
    from hypothesis import strategies as st

    check_at_least("correlation_gaps", 1, decades=decades)
    return st.builds(lambda k, m: Fraction(m, 10**k), st.integers(1, decades), st.integers(1, 10))


def widths(largest: int = 512, *, smallest: int = 2) -> SearchStrategy[int]:
    """Return a strategy for widths, half of them below 10 where finite-width effects are large.

    Raises
    ------
    ValueError
        If smallest is below 1 or above largest.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(widths(), lambda d: d * (d + 2) > 100)
    10
    """
    return _sizes("widths", smallest, largest, 10)


def depths(largest: int = 64, *, smallest: int = 1) -> SearchStrategy[int]:
    """Return a strategy for depths, half of them below 5.

    Raises
    ------
    ValueError
        If smallest is below 1 or above largest.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(depths(), lambda layers: Fraction(1, 2) ** layers < Fraction(1, 10))
    4
    """
    return _sizes("depths", smallest, largest, 5)


def _sizes(function: str, smallest: int, largest: int, usual: int) -> SearchStrategy[int]:
    from hypothesis import strategies as st

    check_at_least(function, 1, smallest=smallest)
    check_at_least(function, smallest, largest=largest)
    return st.integers(smallest, min(max(usual, smallest), largest)) | st.integers(smallest, largest)
