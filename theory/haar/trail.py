"""Counting closed trails: how many pairs of pairings a monomial in matrix entries has, by coset type.

A monomial is a multigraph: the entry (i, j) is an edge from the row label i to the column label j. A pairing of the row labels
and one of the column labels decompose the edges into closed trails that alternate between rows and columns, and half the
lengths of the trails are the coset type. All edges are consumed one after the other, and equal situations are merged:
(2k - 1)!!^2 pairs of pairings become some thousand states.

**Labels.** Which labels meet, and with what weight, is all that the groups differ in:

- orthogonal: i meets i, weight 1;
- unitary: U[i, j] is the edge (i, j), conj(U[i, j]) the edge (-i, -j); i meets -i, weight 1;
- symplectic: -i stands for the index n + i; i meets -i, weight J_{i,-i} = sign(i) in the direction of the trail. Read along a
  circuit of 2r edges, the second pairing is the first one shifted by one place, a cycle of even length, which is odd: a
  factor -1 per circuit, so that with the sign of [1] the moment is the sum of these counts times (-1)^k Wg^O(mu; -2n).

References
----------
[1] S. Matsumoto, Weingarten calculus for matrix ensembles associated with compact symmetric spaces, Random Matrices
    Theory Appl. 2 (2013) 1350001, section 2.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TypeVar

from theory.haar.dimension import Group
from theory.haar.partition import Partition

__all__ = ["trail_counts"]

_MOST_TERMS = 2_000_000

_Counts = dict[int, int]
_State = tuple[tuple[int, ...], int, int, int]
_Key = TypeVar("_Key")


def trail_counts(edges: Mapping[tuple[int, int], int], group: Group) -> dict[Partition, int]:
    """Return {mu: F_mu}, the weighted number of pairs of pairings of coset type mu.

    Parameters
    ----------
    edges : mapping of (int, int) to int
        Multiplicity of every edge (row label, column label), an even number 2k of edges in all.
    group : {'orthogonal', 'symplectic', 'unitary'}
        Decides which labels meet.

    Returns
    -------
    dict of Partition to int
        Without the zero counts.

    Raises
    ------
    ValueError
        If the states would not fit into the memory (about 1 GiB; the message has the estimate).

    Examples
    --------
    x^4 has 3 * 3 pairs, 3 of equal and 6 of different pairings:

    >>> trail_counts({(1, 1): 4}, "orthogonal")
    {(1, 1): 3, (2,): 6}
    """
    walk = _Walk(edges, group)
    closed: dict[tuple[int, ...], _Counts] = {walk.everything: {0: 1}}
    for _ in range(walk.order):
        closed = _close_one_layer(walk, closed)
    return walk.decoded(closed.get((0,) * len(walk.edges), {}))


class _Walk:
    """The edges, who meets whom, and the open trails of the current layer (two edges per layer)."""

    def __init__(self, edges: Mapping[tuple[int, int], int], group: Group) -> None:
        self.edges = sorted(edge for edge, count in edges.items() if count)
        self.everything = tuple(edges[edge] for edge in self.edges)
        self.order = sum(self.everything) // 2
        self.turn = 1 if group == "orthogonal" else -1
        self.signed = group == "symplectic"
        self.at_row = self._index(0)
        self.at_column = self._index(1)
        # mu is kept as one integer, its multiplicities as digits: a new part is one addition.
        self.base = self.order + 1
        self.open: dict[_State, _Counts] = {}

    def _index(self, side: int) -> dict[int, list[int]]:
        positions: dict[int, list[int]] = defaultdict(list)
        for position, edge in enumerate(self.edges):
            positions[edge[side]].append(position)
        return positions

    def weight(self, label: int) -> int:
        return -1 if self.signed and label < 0 else 1

    def decoded(self, counts: _Counts) -> dict[Partition, int]:
        result = {}
        for code, count in counts.items():
            parts: list[int] = []
            for part in range(1, self.order + 1):
                parts[:0] = [part] * (code // self.base ** (part - 1) % self.base)
            if count:
                result[tuple(parts)] = count
        return dict(sorted(result.items()))


def _close_one_layer(walk: _Walk, closed: dict[tuple[int, ...], _Counts]) -> dict[tuple[int, ...], _Counts]:
    """Consume two more edges on every trail: extend the open ones, begin new ones where all are closed."""
    half: dict[_State, _Counts] = {}
    for remaining, counts in closed.items():
        # The next trail starts with one fixed copy of the first edge left, towards its column: every trail once.
        first = next(position for position, count in enumerate(remaining) if count)
        row, column = walk.edges[first]
        _add(half, (_without(remaining, first), row, column, 1), counts, 1)
    for (remaining, start, row, length), counts in walk.open.items():
        for position in walk.at_row.get(walk.turn * row, ()):
            if remaining[position]:
                state = (_without(remaining, position), start, walk.edges[position][1], length + 1)
                _add(half, state, counts, remaining[position] * walk.weight(row))
    walk.open = {}
    now_closed: dict[tuple[int, ...], _Counts] = {}
    terms = 0
    for (remaining, start, column, length), counts in half.items():
        for position in walk.at_column.get(walk.turn * column, ()):
            if not remaining[position]:
                continue
            left, row = _without(remaining, position), walk.edges[position][0]
            factor = remaining[position] * walk.weight(column)
            if any(left):
                _add(walk.open, (left, start, row, length), counts, factor)
            if walk.turn * row == start:
                closing = factor * walk.weight(row) * (-1 if walk.signed else 1)
                part = walk.base ** (length - 1)
                _add(now_closed, left, {code + part: count for code, count in counts.items()}, closing)
        terms += len(counts)
        if terms > _MOST_TERMS:
            raise ValueError(
                f"haar_moment needs a monomial of lower degree or fewer different entries (one layer of the trail count "
                f"holds over {_MOST_TERMS} terms, more than about 1 GiB), got order={walk.order} "
                f"with {len(walk.edges)} different entries."
            )
    return now_closed


def _without(remaining: tuple[int, ...], position: int) -> tuple[int, ...]:
    return (*remaining[:position], remaining[position] - 1, *remaining[position + 1 :])


def _add(states: dict[_Key, _Counts], state: _Key, counts: _Counts, factor: int) -> None:
    """Add factor * counts to the counts of `state`."""
    target = states.setdefault(state, {})
    for code, count in counts.items():
        target[code] = target.get(code, 0) + factor * count
