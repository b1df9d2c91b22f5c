"""Permutations and pairings: their types, and the Gram matrices that Weingarten functions invert.

**Convention.** Positions are counted from 0. A permutation is the tuple of its images; a pairing of 2k positions is a tuple
of k pairs (a, b), a < b, sorted. The union of two pairings is a set of circuits of even length; half the lengths, sorted
downwards, are the coset type.

References
----------
[1] B. Collins, S. Matsumoto, On some properties of orthogonal Weingarten functions, J. Math. Phys. 50 (2009) 113516, section 2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from theory.haar.partition import Partition

__all__ = ["Pairing", "coset_type", "cycle_type", "pairing_gram", "pairings", "permutation_gram"]

Pairing = tuple[tuple[int, int], ...]


def pairings(positions: Sequence[int]) -> Iterator[Pairing]:
    """Yield the (2k - 1)!! pairings of an even number of positions.

    Parameters
    ----------
    positions : sequence of int
        The positions, ascending.

    Yields
    ------
    tuple of (int, int)

    Examples
    --------
    >>> len(list(pairings(range(6))))
    15
    """
    if not positions:
        yield ()
        return
    first, rest = positions[0], list(positions[1:])
    for i, partner in enumerate(rest):
        for smaller in pairings(rest[:i] + rest[i + 1 :]):
            yield ((first, partner), *smaller)


def cycle_type(permutation: Sequence[int]) -> Partition:
    """Return the cycle lengths of a permutation of 0..k-1, sorted downwards.

    Parameters
    ----------
    permutation : sequence of int
        The images of 0, 1, ..., k-1.

    Returns
    -------
    tuple of int

    Examples
    --------
    >>> cycle_type((1, 0, 2))
    (2, 1)
    """
    seen, lengths = set(), []
    for start in range(len(permutation)):
        length, position = 0, start
        while position not in seen:
            seen.add(position)
            position, length = permutation[position], length + 1
        if length:
            lengths.append(length)
    return tuple(sorted(lengths, reverse=True))


def coset_type(first: Pairing, second: Pairing) -> Partition:
    """Return half the lengths of the circuits in the union of two pairings, sorted downwards.

    Parameters
    ----------
    first, second : Pairing
        Pairings of the same positions.

    Returns
    -------
    tuple of int

    Examples
    --------
    >>> coset_type(((0, 1), (2, 3)), ((0, 2), (1, 3)))
    (2,)
    """
    across = {a: b for pair in first for a, b in (pair, pair[::-1])}
    back = {a: b for pair in second for a, b in (pair, pair[::-1])}
    unseen, lengths = set(across), []
    while unseen:
        start = position = min(unseen)
        length = 0
        while True:
            unseen -= {position, across[position]}
            position, length = back[across[position]], length + 1
            if position == start:
                break
        lengths.append(length)
    return tuple(sorted(lengths, reverse=True))


def pairing_gram(first: Pairing, second: Pairing, dimension: int) -> int:
    """Return d^{loops}, the inner product of two pairings as tensors over R^d.

    Parameters
    ----------
    first, second : Pairing
        Pairings of the same positions.
    dimension : int
        d.

    Returns
    -------
    int

    Examples
    --------
    >>> pairing_gram(((0, 1), (2, 3)), ((0, 2), (1, 3)), 5)
    5
    """
    return dimension ** len(coset_type(first, second))


def permutation_gram(first: Sequence[int], second: Sequence[int], dimension: int) -> int:
    """Return d^{cycles(first^{-1} second)}, the inner product of two permutations as operators on (C^d)^{tensor k}.

    Parameters
    ----------
    first, second : sequence of int
        Permutations of 0..k-1.
    dimension : int
        d.

    Returns
    -------
    int

    Examples
    --------
    >>> permutation_gram((0, 1), (1, 0), 5)
    5
    """
    inverse = sorted(range(len(first)), key=first.__getitem__)
    return dimension ** len(cycle_type([inverse[image] for image in second]))
