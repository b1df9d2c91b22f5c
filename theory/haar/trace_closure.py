"""How pairings of indices close a product of traces to loops, with multiplicities.

An occurrence of the Haar matrix has a row leg and a column leg; the fixed words between the occurrences are links between legs. A
pairing of the row legs and one of the column legs join the links to loops. A link is transposed when it is run through
backwards; a loop without letters is tr(I) = d. The trace of a word does not change under rotation and transposition of the
word: the smallest form in alphabetical order stands for all.

Permuting equal traces, or rotating a trace that repeats itself, changes neither the traces nor the type, so the pairings of the
columns are taken up to these symmetries, with the size of the orbit as weight.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from math import factorial

from theory.haar.dimension import Group
from theory.haar.matrix_algebra import MatrixAlgebra
from theory.haar.pairing import pairings
from theory.haar.partition import Partition
from theory.haar.trace_word import Letter, Word

__all__ = ["Closing", "all_matchings", "closures", "links_of", "matching_type"]

_MOST_PAIRS = 1_200_000
_MOST_MATCHINGS = 200_000
# A leg is 2 * occurrence for the row, 2 * occurrence + 1 for the column index; a matching lists everybody's partner.
_Link = tuple[int, int, Word]
_Matching = tuple[int, ...]


def closures(
    group: Group, words: Sequence[Word], name: str, algebra: MatrixAlgebra
) -> Mapping[tuple[tuple[Word, ...], Partition], int]:
    """Return {(traces of the loops, type): number of pairs of pairings} for one product of traces with the Haar matrix `name`.

    Parameters
    ----------
    group : {'orthogonal', 'unitary'}
        The group; a symplectic matrix counts as orthogonal, its traces are those of duals.
    words : sequence of Word
        The words under the traces.
    name : str
        The Haar matrix; all others are left as they are.
    algebra : MatrixAlgebra
        The rules for words.

    Returns
    -------
    mapping
        Keyed by the sorted traces, each in smallest form (the empty word is tr(I)), and the cycle or coset type, () without Haar
        matrices. Empty if no pairing exists: the average is zero.

    Raises
    ------
    ValueError
        If there are more than 200 000 pairings, or 1.2 million pairs up to symmetry.

    Examples
    --------
    >>> word = (Letter("O"), Letter("A"), Letter("O", True), Letter("B"))
    >>> for (traces, mu), count in closures("orthogonal", [word], "O", MatrixAlgebra({"O": "orthogonal"})).items():
    ...     print([[str(letter) for letter in trace] for trace in traces], mu, count)
    [['A'], ['B']] (1,) 1
    """
    links, conjugated, fixed = links_of(words, name)
    fixed_traces = [algebra.smallest(word) for word in fixed]
    if (2 * sum(conjugated) != len(conjugated)) if group == "unitary" else len(conjugated) % 2:
        return {}
    matchings = all_matchings(group, conjugated)
    orbits = _orbits(matchings, list(_symmetries(words, name)))
    if len(orbits) * len(matchings) > _MOST_PAIRS:
        raise _too_many(
            f"{len(orbits) * len(matchings)} pairs of pairings up to symmetry", _MOST_PAIRS, conjugated, group
        )
    counts: Counter[tuple[tuple[Word, ...], Partition]] = Counter()
    closing = Closing(links, algebra)
    if all(start & 1 == end & 1 for start, end, _ in links):
        # Rows and columns close loops apart: a pair is only asked for its type.
        by_rows: dict[tuple[Word, ...], list[_Matching]] = {}
        for rows in matchings:
            by_rows.setdefault(tuple(closing.one_side(rows, 0)), []).append(rows)
        for columns, weight in orbits.items():
            beside = [*fixed_traces, *closing.one_side(columns, 1)]
            for loops_of_rows, listed in by_rows.items():
                key = tuple(sorted((*beside, *loops_of_rows)))
                for mu, many in Counter(matching_type(rows, columns) for rows in listed).items():
                    counts[key, mu] += weight * many
        return counts
    for columns, weight in orbits.items():
        for rows in matchings:
            loops = [*fixed_traces, *closing.loops(rows, columns)]
            counts[tuple(sorted(loops)), matching_type(rows, columns)] += weight
    return counts


class Closing:
    """The loops that two matchings make of the links, each loop brought to smallest form once."""

    def __init__(self, links: Sequence[_Link], algebra: MatrixAlgebra) -> None:
        self.links, self.algebra = links, algebra
        self.arrivals = [0] * (2 * len(links))
        for n, (start, end, _) in enumerate(links, start=1):
            self.arrivals[start], self.arrivals[end] = n, -n
        self.smallest: dict[tuple[int, ...], Word] = {}

    def loops(self, rows: _Matching, columns: _Matching) -> list[Word]:
        """Return the words of all loops."""
        return [self.smallest_of(loop) for loop in _loops(self.links, self.arrivals, rows, columns)]

    def one_side(self, matching: _Matching, side: int) -> list[Word]:
        """Return the words of the loops through the links of one kind of legs, where no link joins both kinds, sorted."""
        found = []
        unseen = [start & 1 == side for start, _, _ in self.links]
        for first in range(1, len(self.links) + 1):
            if not unseen[first - 1]:
                continue
            loop, step = [], first
            while True:
                loop.append(step)
                unseen[abs(step) - 1] = False
                leg = self.links[step - 1][1] if step > 0 else self.links[-step - 1][0]
                step = self.arrivals[2 * matching[leg >> 1] + side]
                if step == first:
                    break
            found.append(self.smallest_of(tuple(loop)))
        return sorted(found)

    def smallest_of(self, loop: tuple[int, ...]) -> Word:
        """Return the word of a loop of links, n + 1 for link n run forwards, -(n + 1) for backwards."""
        if loop not in self.smallest:
            self.smallest[loop] = self.algebra.smallest(_loop_word(self.links, loop, self.algebra))
        return self.smallest[loop]


def links_of(words: Sequence[Word], name: str) -> tuple[list[_Link], list[bool], list[Word]]:
    """Return the links between legs, whether each occurrence of the Haar matrix is conjugated, and the fixed traces."""
    links: list[_Link] = []
    conjugated: list[bool] = []
    fixed: list[Word] = []
    for word in words:
        places = _haar_places(word, name)
        if not places:
            fixed.append(word)
        for n, place in enumerate(places):
            following = places[(n + 1) % len(places)]
            between = word[place + 1 : following] if following > place else word[place + 1 :] + word[:following]
            this, that = len(conjugated) + n, len(conjugated) + (n + 1) % len(places)
            # The right leg of W is its column, of W^T its row; the left leg is the other one.
            links.append((2 * this + 1 - word[place].transposed, 2 * that + word[following].transposed, between))
        conjugated.extend(word[place].conjugated for place in places)
    return links, conjugated, fixed


def _haar_places(word: Word, name: str) -> list[int]:
    return [i for i, letter in enumerate(word) if letter.name == name and not letter.power]


def all_matchings(group: Group, conjugated: Sequence[bool]) -> list[_Matching]:
    """Return all pairings as partner lists, refused before they are listed if there are too many."""
    order = len(conjugated) // 2
    count = factorial(order) if group == "unitary" else factorial(2 * order) // (2**order * factorial(order))
    if count > _MOST_MATCHINGS:
        raise _too_many(f"{count:.3g} pairings", _MOST_MATCHINGS, conjugated, group)
    return list(_matchings(group, conjugated))


def _too_many(what: str, limit: int, conjugated: Sequence[bool], group: Group) -> ValueError:
    return ValueError(
        f"trace_moment needs fewer Haar matrices per term ({what}, the limit is {limit}), "
        f"got {len(conjugated)} of the {group} group."
    )


def _matchings(group: Group, conjugated: Sequence[bool]) -> Iterator[_Matching]:
    if group == "orthogonal":
        listed: Iterator[tuple[tuple[int, int], ...]] = pairings(range(len(conjugated)))
    else:
        plain = [i for i, is_conjugate in enumerate(conjugated) if not is_conjugate]
        others = [i for i, is_conjugate in enumerate(conjugated) if is_conjugate]
        listed = (tuple(zip(plain, images, strict=True)) for images in permutations(others))
    for pairing in listed:
        partner = [0] * len(conjugated)
        for a, b in pairing:
            partner[a], partner[b] = b, a
        yield tuple(partner)


def _symmetries(words: Sequence[Word], name: str) -> Iterator[list[int]]:
    """Yield permutations of the occurrences that generate the symmetry of the product of traces."""
    blocks, total = [], 0
    for word in words:
        blocks.append(range(total, total + len(_haar_places(word, name))))
        total += len(blocks[-1])
    last: dict[Word, range] = {}
    for word, block in zip(words, blocks, strict=True):
        if word in last:
            swapped = list(range(total))
            for a, b in zip(last[word], block, strict=True):
                swapped[a], swapped[b] = b, a
            yield swapped
        last[word] = block
        period = next(p for p in range(1, len(word) + 1) if word[p:] + word[:p] == word) if word else 0
        if 0 < period < len(word) and block:
            shift = len(_haar_places(word[:period], name))
            turned = list(range(total))
            for n, a in enumerate(block):
                turned[a] = block[(n + shift) % len(block)]
            yield turned


def _orbits(matchings: Sequence[_Matching], generators: Sequence[Sequence[int]]) -> dict[_Matching, int]:
    """Return {representative: size of its orbit} under relabelling by the generators."""
    result: dict[_Matching, int] = {}
    seen: set[_Matching] = set()
    for matching in matchings:
        if matching in seen:
            continue
        pending, size = [matching], 0
        seen.add(matching)
        while pending:
            current = pending.pop()
            size += 1
            for generator in generators:
                image = [0] * len(current)
                for a, b in enumerate(current):
                    image[generator[a]] = generator[b]
                relabelled = tuple(image)
                if relabelled not in seen:
                    seen.add(relabelled)
                    pending.append(relabelled)
        result[matching] = size
    return result


def matching_type(rows: _Matching, columns: _Matching) -> Partition:
    """Return half the circuit lengths of the union of the two matchings."""
    unseen, lengths = [True] * len(rows), []
    for start in range(len(rows)):
        length, position = 0, start
        while unseen[position]:
            across = rows[position]
            unseen[position] = unseen[across] = False
            position, length = columns[across], length + 1
        if length:
            lengths.append(length)
    return tuple(sorted(lengths, reverse=True))


def _loops(
    links: Sequence[_Link], arrivals: Sequence[int], rows: _Matching, columns: _Matching
) -> Iterator[tuple[int, ...]]:
    """Yield the loops as sequences of n + 1 for link n run forwards, -(n + 1) for backwards."""
    partners = (rows, columns)
    unseen = [True] * (len(links) + 1)
    for first in range(1, len(links) + 1):
        if not unseen[first]:
            continue
        loop, step = [], first
        while True:
            loop.append(step)
            unseen[abs(step)] = False
            leg = links[step - 1][1] if step > 0 else links[-step - 1][0]
            kind = leg & 1
            step = arrivals[2 * partners[kind][leg >> 1] + kind]
            if step == first:
                break
        yield tuple(loop)


def _loop_word(links: Sequence[_Link], loop: Sequence[int], algebra: MatrixAlgebra) -> Word:
    letters: list[Letter] = []
    for step in loop:
        word = links[abs(step) - 1][2]
        letters.extend(word if step > 0 else algebra.transposed(word))
    return tuple(letters)
