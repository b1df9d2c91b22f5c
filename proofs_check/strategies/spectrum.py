"""Integer partitions, and spectra of matrices."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from proofs_check.strategies.number import check_at_least
from theory.haar.partition import Partition, integer_partitions

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def partitions(largest: int = 8, *, smallest: int = 1) -> SearchStrategy[Partition]:
    """Return a strategy for integer partitions of n, n from `smallest` to `largest`; every partition of n is as likely.

    Parameters
    ----------
    largest, smallest : int
        1 <= smallest <= largest.

    Returns
    -------
    SearchStrategy of tuple of int
        Parts in descending order.

    Raises
    ------
    ValueError
        If the numbers are not so.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(partitions(), lambda parts: len(set(parts)) == 2)
    (2, 1)
    """
    from hypothesis import strategies as st

    check_at_least("partitions", 1, smallest=smallest)
    check_at_least("partitions", smallest, largest=largest)
    return st.integers(smallest, largest).flatmap(lambda n: st.sampled_from(sorted(integer_partitions(n), key=len)))


def spectra(largest: int = 8, *, near_isometry: bool = False) -> SearchStrategy[tuple[Fraction, ...]]:
    """Return a strategy for positive spectra of d eigenvalues with sum d, not all equal.

    Parameters
    ----------
    largest : int
        Largest d, at least 2.
    near_isometry : bool
        Eigenvalues within 10^-1 to 10^-12 of 1, where isometry gaps are quadratically small, instead of ratios up to 40.

    Returns
    -------
    SearchStrategy of tuple of Fraction

    Raises
    ------
    ValueError
        If `largest` is below 2.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(spectra(), lambda values: max(values) >= 3 * min(values))
    (Fraction(1, 2), Fraction(3, 2))
    """
    from hypothesis import strategies as st

    check_at_least("spectra", 2, largest=largest)
    proportions = st.lists(st.integers(1, 40), min_size=2, max_size=largest).filter(lambda v: len(set(v)) > 1)
    wide = proportions.map(lambda v: tuple(Fraction(len(v) * part, sum(v)) for part in v))
    if not near_isometry:
        return wide
    # 1 + eps (lambda - 1) keeps the sum; lambda <= d <= largest, so eps = 1/(10^k largest) keeps it within 10^-k.
    return st.builds(
        lambda values, k: tuple(1 + (value - 1) / (largest * Fraction(10) ** k) for value in values),
        wide,
        st.integers(1, 12),
    )
