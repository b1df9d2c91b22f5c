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
from theory.haar.pairing import pairings
from theory.haar.partition import Partition
from theory.haar.trace_expression import Letter, Word

__all__ = ["closures"]

_MOST_PAIRS = 1_200_000
_MOST_MATCHINGS = 200_000
# A leg is 2 * occurrence for the row, 2 * occurrence + 1 for the column index; a matching lists everybody's partner.
_Link = tuple[int, int, Word]
_Matching = tuple[int, ...]


def closures(
    group: Group, words: Sequence[Word], symmetric: frozenset[str]
) -> Mapping[tuple[tuple[Word, ...], Partition], int]:
    """Return {(traces of the fixed loops, type): number of pairs of pairings} for one product of traces.

    Parameters
    ----------
    group : {'orthogonal', 'unitary'}
        The group of O or U.
    words : sequence of Word
        The words under the traces.
    symmetric : frozenset of str
        Fixed matrices with A.T = A.

    Returns
    -------
    mapping
        Keyed by the sorted traces, each in smallest form (the empty word is tr(I)), and the cycle or coset type, () without Haar
        matrices. Empty if no pairing exists: the average is zero.

    Raises
    ------
    ValueError
        If there are more than 1.2 million pairs up to symmetry.

    Examples
    --------
    >>> word = (Letter("O"), Letter("A"), Letter("O", True), Letter("B"))
    >>> for (traces, mu), count in closures("orthogonal", [word], frozenset()).items():
    ...     print([[str(letter) for letter in trace] for trace in traces], mu, count)
    [['A'], ['B']] (1,) 1
    """
    links, conjugated, fixed = _links(words)
    fixed_traces = [_smallest(word, symmetric) for word in fixed]
    if (2 * sum(conjugated) != len(conjugated)) if group == "unitary" else len(conjugated) % 2:
        return {}
    matchings = _checked_matchings(group, conjugated)
    orbits = _orbits(matchings, list(_symmetries(words)))
    if len(orbits) * len(matchings) > _MOST_PAIRS:
        raise _too_many(len(orbits) * len(matchings), conjugated, group)
    arrivals = [0] * (2 * len(conjugated))
    for n, (start, end, _) in enumerate(links, start=1):
        arrivals[start], arrivals[end] = n, -n
    smallest: dict[tuple[int, ...], Word] = {}
    counts: Counter[tuple[tuple[Word, ...], Partition]] = Counter()
    for columns, weight in orbits.items():
        for rows in matchings:
            loops = list(fixed_traces)
            for loop in _loops(links, arrivals, rows, columns):
                if loop not in smallest:
                    smallest[loop] = _smallest(_loop_word(links, loop, symmetric), symmetric)
                loops.append(smallest[loop])
            counts[tuple(sorted(loops)), _type(rows, columns)] += weight
    return counts


def _links(words: Sequence[Word]) -> tuple[list[_Link], list[bool], list[Word]]:
    """Return the links between legs, whether each occurrence of the Haar matrix is conjugated, and the fixed traces."""
    links: list[_Link] = []
    conjugated: list[bool] = []
    fixed: list[Word] = []
    for word in words:
        places = _haar_places(word)
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


def _haar_places(word: Word) -> list[int]:
    return [i for i, letter in enumerate(word) if letter.name in ("O", "U")]


def _checked_matchings(group: Group, conjugated: Sequence[bool]) -> list[_Matching]:
    """Return all pairings as partner lists, refused before they are listed if there are too many."""
    order = len(conjugated) // 2
    count = factorial(order) if group == "unitary" else factorial(2 * order) // (2**order * factorial(order))
    if count > _MOST_MATCHINGS:
        raise _too_many(count, conjugated, group)
    return list(_matchings(group, conjugated))


def _too_many(pairs: int, conjugated: Sequence[bool], group: Group) -> ValueError:
    return ValueError(
        f"trace_moment needs fewer Haar matrices per term (at least {pairs:.3g} pairs of pairings up to symmetry, "
        f"the limit is {_MOST_PAIRS}), got {len(conjugated)} of the {group} group."
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


def _symmetries(words: Sequence[Word]) -> Iterator[list[int]]:
    """Yield permutations of the occurrences that generate the symmetry of the product of traces."""
    blocks, total = [], 0
    for word in words:
        blocks.append(range(total, total + len(_haar_places(word))))
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
            shift = len(_haar_places(word[:period]))
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


def _type(rows: _Matching, columns: _Matching) -> Partition:
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


def _loop_word(links: Sequence[_Link], loop: Sequence[int], symmetric: frozenset[str]) -> Word:
    letters: list[Letter] = []
    for step in loop:
        word = links[abs(step) - 1][2]
        letters.extend(word if step > 0 else _transposed(word, symmetric))
    return tuple(letters)


def _transposed(word: Word, symmetric: frozenset[str]) -> Word:
    return tuple(x._replace(transposed=not x.transposed and x.name not in symmetric) for x in reversed(word))


def _smallest(word: Word, symmetric: frozenset[str]) -> Word:
    """Return the smallest rotation of the word or its transpose: they have the same trace."""
    forms = (word, _transposed(word, symmetric))
    return min((form[i:] + form[:i] for form in forms for i in range(len(form))), default=())
