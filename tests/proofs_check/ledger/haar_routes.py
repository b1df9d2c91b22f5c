"""Second routes of the Weingarten ledger: integration over O(1), O(2), U(1), U(2), Sp(2), and words without long increase."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from math import factorial, prod

from proofs_check.ledger.weingarten.pairing_sum import elements
from theory.haar.dimension import Group
from theory.haar.entry_expression import Powers


def integrate(group: Group, powers: Powers, dimension: int, special: bool) -> Fraction:
    """Return E of one monomial, by signed labels, over O(1), O(2), U(1), U(2) or Sp(2); `special`: determinant 1."""
    if group == "orthogonal":
        if dimension == 1:
            return Fraction(1 if special or sum(m for _, m in powers) % 2 == 0 else 0)
        rotation, reflection = (_angle_average(powers, sign) for sign in (1, -1))
        return rotation if special else (rotation + reflection) / 2
    if dimension == 1:
        plain, conjugate = (sum(m for (i, _), m in powers if (i > 0) == side) for side in (True, False))
        return Fraction(1 if special or plain == conjugate else 0)
    return _sphere_average(group, powers, special)


def _angle_average(powers: Powers, sign: int) -> Fraction:
    """Return the mean over the angle of [[c, -sign s], [s, sign c]]: E c^m s^n = (m-1)!! (n-1)!! / (2^k k!), k = (m+n)/2."""
    exponents, factor = Counter[str](), 1
    for (i, j), m in powers:
        exponents["c" if i == j else "s"] += m
        factor *= {(1, 2): -sign, (2, 2): sign}.get((i, j), 1) ** m
    cosines, sines = exponents["c"], exponents["s"]
    if cosines % 2 or sines % 2:
        return Fraction(0)
    k = (cosines + sines) // 2
    return Fraction(factor * prod(range(1, cosines, 2)) * prod(range(1, sines, 2)), 2**k * factorial(k))


def _sphere_average(group: Group, powers: Powers, special: bool) -> Fraction:
    """Return the mean over [[a, b], [-w conj(b), w conj(a)]]: E|a|^{2m} |b|^{2n} = m! n! / (m + n + 1)!, w a phase or 1."""
    balance, size, phase, factor = Counter[str](), Counter[str](), 0, 1
    for (i, j), m in powers:
        # Labels to (row, column, conjugate): -1 is the conjugate for U, the second index n + 1 for S.
        row, column = (abs(i), abs(j)) if group == "unitary" else (1 if i > 0 else 2, 1 if j > 0 else 2)
        conjugated = group == "unitary" and i < 0
        letter = "a" if row == column else "b"
        turned = (row == 2) != conjugated  # the second row holds conj(a), conj(b)
        balance[letter] += -m if turned else m
        size[letter] += m
        phase += (-m if conjugated else m) if row == 2 else 0
        factor *= (-1) ** m if (row, column) == (2, 1) else 1
    free_phase = group == "unitary" and not special
    if balance["a"] or balance["b"] or (free_phase and phase):
        return Fraction(0)
    m, n = size["a"] // 2, size["b"] // 2
    return Fraction(factor * factorial(m) * factorial(n), factorial(m + n + 1))


def words(group: Group, order: int) -> list[tuple[int, ...]]:
    """Return the permutations of k points, or the involutions of 2k points without fixed point."""
    if group == "unitary":
        return list(elements(group, order))
    images = ({a: b for pair in p for a, b in (pair, pair[::-1])} for p in elements(group, order))
    return [tuple(image[i] for i in range(2 * order)) for image in images]


def longest_increasing(word: Sequence[int]) -> int:
    """Return the length of the longest increasing subsequence, by patience sorting."""
    piles: list[int] = []
    for value in word:
        place = bisect_left(piles, value)
        piles[place : place + 1] = [value]
    return len(piles)


def without_long_increase(group: Group, order: int, dimension: int) -> int:
    """Return how many words have no increasing subsequence longer than d."""
    return sum(longest_increasing(word) <= dimension for word in words(group, order))
