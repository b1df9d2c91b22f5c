"""Characters of the symmetric group, one column at a time, by the Murnaghan-Nakayama rule.

    chi_lambda(mu) = sum over the ways to build lambda from border strips of sizes mu_1, mu_2, ... of (-1)^{sum of heights}

**Method.** A shape is a set of beads on a line (first column hook lengths), kept as the bits of one integer; a border strip of size
r is one bead moved r places up, its height the number of beads it jumps over. Only shapes with a non-zero character
appear: for a k-cycle the k hooks, where the Jack recursion walks through all p(k) shapes.

References
----------
[1] G. James, A. Kerber, *The representation theory of the symmetric group*, Addison-Wesley 1981, sections 2.4 and 2.7.
"""

from __future__ import annotations

from theory.haar.memory import refuse_beyond_memory
from theory.haar.partition import Partition

__all__ = ["character_column"]

_BYTES_PER_SHAPE = 200


def character_column(mu: Partition) -> dict[Partition, int]:
    """Return {lambda: chi_lambda(mu)} over the lambda with a non-zero character.

    Parameters
    ----------
    mu : tuple of int
        The cycle type, largest part first.

    Returns
    -------
    dict of Partition to int

    Raises
    ------
    ValueError
        If the shapes would not fit into the memory.

    Notes
    -----
    **Accuracy.** Exact. The squares add up to z_mu.

    Examples
    --------
    >>> character_column((3,))
    {(3,): 1, (2, 1): -1, (1, 1, 1): 1}
    """
    order = sum(mu)
    column = {(1 << order) - 1: 1}
    # Large strips first keep the number of shapes small for as long as possible.
    for length in sorted(mu, reverse=True):
        column = _with_strips(column, length)
        refuse_beyond_memory(len(column) * _BYTES_PER_SHAPE, "the Weingarten calculus", order)
    shapes = {_shape(beads): value for beads, value in column.items()}
    return dict(sorted(shapes.items(), reverse=True))


def _with_strips(column: dict[int, int], length: int) -> dict[int, int]:
    """Return the column after adding one border strip of this length to every shape."""
    result: dict[int, int] = {}
    between = (1 << (length - 1)) - 1
    for beads, value in column.items():
        movable = beads & ~(beads >> length)
        while movable:
            bead = movable & -movable
            movable ^= bead
            jumped = (beads // bead >> 1) & between
            image = beads ^ bead ^ (bead << length)
            result[image] = result.get(image, 0) + (-value if jumped.bit_count() & 1 else value)
    return {beads: value for beads, value in result.items() if value}


def _shape(beads: int) -> Partition:
    """Return the parts: for every bead the number of empty places below it."""
    parts, empty = [], 0
    while beads:
        if beads & 1:
            parts.append(empty)
        else:
            empty += 1
        beads >>= 1
    return tuple(part for part in reversed(parts) if part)
