"""The second route of this folder: permutations and pairings enumerated one by one, without Jack polynomials.

A unitary k-th moment is a sum over permutations of 0..k-1, an orthogonal one over pairings of 0..2k-1. For the
symplectic group a pairing stands for the tensor T_p = prod_{(a,b) in p, a < b} J_{i_a i_b} with J = [[0, I], [-I, 0]].
Along a circuit of p and q of length 2m the J's multiply to J^{2m} = (-1)^m I, with a factor -1 for each pair that is
passed from b to a.

**Convention.** A kernel on elements that depends on the class alone is given as {class: value}. For the symplectic
group it is K(p, q) = sign(p, q) {class: value}, sign(p, q) = sgn(sigma) with q = sigma p. The Gram matrix <T_p, T_q> is
then the kernel (-1)^{k-l} d^l, in place of d^l, l the number of circuits.

References
----------
[1] B. Collins, P. Sniady, Comm. Math. Phys. 264 (2006), 773-795, sections 2 to 4.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import permutations
from typing import Any

from theory.haar.dimension import Group
from theory.haar.entry_expression import Powers
from theory.haar.pairing import Pairing, coset_type, cycle_type, pairings
from theory.haar.partition import Partition

Element = tuple[Any, ...]


@lru_cache(maxsize=32)
def elements(group: Group, order: int) -> tuple[Element, ...]:
    """Return the permutations of k points (unitary) or the pairings of 2k points."""
    return tuple(permutations(range(order))) if group == "unitary" else tuple(pairings(range(2 * order)))


@lru_cache(maxsize=1 << 17)
def kind(group: Group, first: Element, second: Element) -> tuple[Partition, int]:
    """Return the class of two elements, and sign(p, q) (1 unless symplectic)."""
    if group == "unitary":
        inverse = sorted(range(len(first)), key=first.__getitem__)
        return cycle_type([inverse[image] for image in second]), 1
    return coset_type(first, second), circuit_sign(first, second) if group == "symplectic" else 1


def circuit_sign(first: Pairing, second: Pairing) -> int:
    """Return prod over circuits of -(-1)^{pairs passed from b to a}: the sign of <T_p, T_q> over that of (-1)^k (-d)^l."""
    across = {a: b for pair in first for a, b in (pair, pair[::-1])}
    back = {a: b for pair in second for a, b in (pair, pair[::-1])}
    unseen, sign = set(across), 1
    while unseen:
        start = position = min(unseen)
        sign = -sign
        while True:
            middle = across[position]
            unseen -= {position, middle}
            sign *= (-1 if middle < position else 1) * (-1 if back[middle] < middle else 1)
            position = back[middle]
            if position == start:
                break
    return sign


@lru_cache(maxsize=32)
def products(group: Group, order: int) -> Mapping[Partition, Counter[tuple[Partition, Partition]]]:
    """Return, for one pair (e, r) of every class, how often (class of (e, q), class of (q, r)) occurs, counted with signs.

    Both groups of points act transitively on the elements, so a product of two kernels is a kernel, known on these pairs.
    """
    every = elements(group, order)
    representative: dict[Partition, Element] = {}
    for element in every:
        representative.setdefault(kind(group, every[0], element)[0], element)
    result = {}
    for rho, last in representative.items():
        outer = kind(group, every[0], last)[1]
        counts: Counter[tuple[Partition, Partition]] = Counter()
        for middle in every:
            (mu, left), (nu, right) = kind(group, every[0], middle), kind(group, middle, last)
            counts[mu, nu] += outer * left * right
        result[rho] = counts
    return result


def multiply(
    group: Group, order: int, first: Mapping[Partition, Any], second: Mapping[Partition, Any]
) -> dict[Partition, Any]:
    """Return the product of two kernels, as matrices over the elements."""
    return {
        rho: sum((first[mu] * second[nu] * count for (mu, nu), count in counts.items() if count), start=first[rho] * 0)
        for rho, counts in products(group, order).items()
    }


def gram_exponents(group: Group, order: int) -> dict[Partition, tuple[int, int]]:
    """Return {class: (sign, l)}: the Gram matrix is the kernel sign * d^l."""
    return {mu: ((-1) ** (order - len(mu)) if group == "symplectic" else 1, len(mu)) for mu in products(group, order)}


def class_counts(group: Group, powers: Powers) -> Counter[Partition]:
    """Return {class: F} with E[prod W_ij^{m_ij}] = sum F Wg(class): pairs of elements that fit rows and columns, with signs.

    Parameters
    ----------
    group : str
    powers : tuple of ((row label, column label), power)
        Signed labels, as in `theory.haar.entry_expression`.
    """
    entries = [labels for labels, power in powers for _ in range(power)]
    counts: Counter[Partition] = Counter()
    if group == "unitary":
        plain = [labels for labels in entries if labels[0] > 0]
        conjugate = [(-i, -j) for i, j in entries if i < 0]
        if len(plain) != len(conjugate):
            return counts
        rows, columns = [list(_matchings([e[s] for e in plain], [e[s] for e in conjugate])) for s in (0, 1)]
        fitting = [[(element, 1) for element in side] for side in (rows, columns)]
    else:
        if len(entries) % 2:
            return counts
        fitting = [list(_fitting(group, [labels[s] for labels in entries])) for s in (0, 1)]
    for first, left in fitting[0]:
        for second, right in fitting[1]:
            mu, sign = kind(group, first, second)
            counts[mu] += sign * left * right
    return Counter({mu: count for mu, count in counts.items() if count})


def _matchings(plain: Sequence[int], conjugate: Sequence[int]) -> Iterator[Element]:
    """Yield the permutations that send every plain position to a conjugate one of the same label."""
    places: dict[int, list[int]] = defaultdict(list)
    for position, label in enumerate(conjugate):
        places[label].append(position)

    def extend(position: int, used: tuple[int, ...]) -> Iterator[Element]:
        if position == len(plain):
            yield used
            return
        for image in places[plain[position]]:
            if image not in used:
                yield from extend(position + 1, (*used, image))

    yield from extend(0, ())


def _fitting(group: Group, labels: Sequence[int]) -> Iterator[tuple[Pairing, int]]:
    """Yield the pairings whose tensor does not vanish at these labels, with its value there."""

    def value(a: int, b: int) -> int:
        if group == "orthogonal":
            return int(labels[a] == labels[b])
        return (1 if labels[a] > 0 else -1) if labels[a] == -labels[b] else 0

    def extend(free: tuple[int, ...], pairs: Pairing, sign: int) -> Iterator[tuple[Pairing, int]]:
        if not free:
            yield pairs, sign
            return
        first = free[0]
        for partner in free[1:]:
            factor = value(first, partner)
            if factor:
                rest = tuple(position for position in free[1:] if position != partner)
                yield from extend(rest, (*pairs, (first, partner)), sign * factor)

    yield from extend(tuple(range(len(labels))), (), 1)
