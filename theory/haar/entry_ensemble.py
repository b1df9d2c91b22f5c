"""Moments of entries for ensembles beside O(d), U(d) and Sp(d): SO(d), SU(d), permutation matrices, the circular orthogonal ensemble.

**Special groups.** The density of SO(d) in O(d) is 1 + det; the mean over SU(d) of a monomial with m d more factors U than conj(U) is that of
the monomial times conj(det)^m over U(d). So E_SO = E_O below degree d, and from there on the epsilon tensor enters.
**Permutations.** E prod P_{ij} = 1 / (d (d-1) ... (d-r+1)) for r different positions, no two in one row or column; else 0. The centred
matrix is CP = P - 1/d.
**COE.** V = U U^T: E prod V_{ab} prod conj(V_{a'b'}) = sum over the matchings of equal indices of Wg^{O}(coset type; d + 1).

References
----------
[1] S. Matsumoto, General moments of matrix elements from circular orthogonal ensembles, Random Matrices Theory Appl. 1 (2012) 1250005.
[2] C. Bars, U(N) integral for the generating functional in lattice gauge theory, J. Math. Phys. 21 (1980), 2678-2681.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import permutations
from math import prod
from typing import Any

from theory.haar.dimension import Group
from theory.haar.partition import Partition
from theory.haar.rational_function import RationalFunction
from theory.haar.weingarten import class_sum

__all__ = ["circular_moment", "permutation_moment", "special_moment"]

Powers = tuple[tuple[tuple[int, int], int], ...]
_Moment = RationalFunction | Fraction
_LARGEST_DETERMINANT = 7


def special_moment(
    group: Group, powers: Powers, dimension: int | None, moment: Callable[[Group, Powers, int | None], Any]
) -> _Moment:
    """Return the mean over SO(d) or SU(d) by means over O(d) or U(d).

    Parameters
    ----------
    group : {'orthogonal', 'unitary'}
        The whole group.
    powers : tuple of ((row, column), power)
        The monomial, labels as in `theory.haar.entry_expression`.
    dimension : int or None
        d; None holds from degree + 1 on.
    moment : callable
        (group, powers, d) -> the mean over the whole group.

    Returns
    -------
    RationalFunction or Fraction

    Raises
    ------
    ValueError
        If a determinant larger than 7 x 7 would have to be expanded.
    """
    degree = sum(power for _, power in powers)
    if dimension is None:
        value = moment(group, powers, None)
        return value.valid_from(degree + 1, lambda d: special_moment(group, powers, d, moment))
    total = Fraction(moment(group, powers, dimension))
    count = _determinants(group, powers, dimension)
    if not count:
        return total
    if dimension > _LARGEST_DETERMINANT:
        raise ValueError(
            f"haar_moment needs d <= {_LARGEST_DETERMINANT} where a determinant enters (degree {degree} >= d), got dimension={dimension}."
        )
    extra = Fraction(0)
    for factor, weight in _determinant_power(dimension, abs(count), conjugate=group == "unitary" and count > 0).items():
        extra += weight * Fraction(moment(group, _product(powers, factor), dimension))
    return total + extra if group == "orthogonal" else extra


def _determinants(group: Group, powers: Powers, dimension: int) -> int:
    """Return how many factors conj(det) balance every row and column, 0 if none is needed or none does."""
    balances = []
    for side in (0, 1):
        balance = [0] * dimension
        for labels, power in powers:
            balance[abs(labels[side]) - 1] += power if labels[side] > 0 or group == "orthogonal" else -power
        balances += balance
    if group == "orthogonal":
        return int(all(b % 2 for b in balances))
    return balances[0] if len(set(balances)) == 1 else 0


@lru_cache(maxsize=32)
def _determinant_power(dimension: int, count: int, conjugate: bool) -> Mapping[Powers, int]:
    """Return det^count as {monomial: coefficient}."""
    one: dict[Powers, int] = {}
    for p in permutations(range(dimension)):
        sign = prod(-1 for i in range(dimension) for j in range(i) if p[j] > p[i])
        labels = tuple((-(i + 1), -(p[i] + 1)) if conjugate else (i + 1, p[i] + 1) for i in range(dimension))
        one[tuple((pair, 1) for pair in sorted(labels))] = sign
    result: dict[Powers, int] = {(): 1}
    for _ in range(count):
        following: Counter[Powers] = Counter()
        for a, c in result.items():
            for b, e in one.items():
                following[_product(a, b)] += c * e
        result = dict(following)
    return result


def _product(first: Powers, second: Powers) -> Powers:
    total = Counter(dict(first))
    for labels, power in second:
        total[labels] += power
    return tuple(sorted(total.items()))


def permutation_moment(powers: Powers, dimension: int | None) -> _Moment:
    """Return E prod P_ij over the uniform permutation matrices.

    Examples
    --------
    >>> print(permutation_moment((((1, 2), 3), ((2, 1), 1)), None))
    1/((d - 1)*d)
    """
    places = [labels for labels, power in powers if power]
    rows, columns = ({labels[side] for labels in places} for side in (0, 1))
    count = len(places)
    if len(rows) < count or len(columns) < count:
        return RationalFunction(()) if dimension is None else Fraction(0)
    if dimension is None:
        return RationalFunction((1,), 1, tuple((i, 1) for i in range(count)))
    return Fraction(1, prod(dimension - i for i in range(count)))


def circular_moment(powers: Powers, dimension: int | None) -> _Moment:
    """Return E prod V_ab prod conj(V_ab) of the circular orthogonal ensemble.

    Parameters
    ----------
    powers : tuple of ((a, b), power)
        Positive labels a <= b for V, negative ones for conj(V).
    dimension : int or None
        d; None holds from k - 1 on, k factors V.

    Returns
    -------
    RationalFunction or Fraction

    Examples
    --------
    >>> print(circular_moment((((1, 1), 1), ((-1, -1), 1)), None))
    2/(d + 1)
    """
    plain = tuple(sorted(labels for labels, power in powers if labels[0] > 0 for _ in range(power)))
    conjugate = tuple(sorted((-b, -a) if a < b else (-a, -b) for (a, b), n in powers if a < 0 for _ in range(n)))
    conjugate = tuple(sorted((min(pair), max(pair)) for pair in conjugate))
    zero: _Moment = RationalFunction(()) if dimension is None else Fraction(0)
    if len(plain) != len(conjugate):
        return zero
    if not plain:
        return zero + 1
    counts = _circuits(plain, conjugate, 0, 0, 0)
    if not counts:
        return zero
    if dimension is not None:
        return class_sum("orthogonal", counts, dimension + 1)
    symbolic = class_sum("orthogonal", counts, None)
    assert isinstance(symbolic, RationalFunction)  # d is symbolic
    return symbolic.shifted(1).valid_from(len(plain) - 1, lambda d: _number(circular_moment(powers, d)))


def _number(value: _Moment) -> Fraction:
    assert isinstance(value, Fraction)  # an integer d was asked
    return value


@lru_cache(maxsize=100_000)
def _circuits(
    plain: tuple[tuple[int, int], ...], conjugate: tuple[tuple[int, int], ...], start: int, end: int, length: int
) -> Mapping[Partition, int]:
    """Return {type: number of matchings} of the legs of plain with those of conjugate ones, an open circuit from start to end."""
    if not length:
        if not plain:
            return {(): 1}
        first, *rest = plain
        return _circuits(tuple(rest), conjugate, first[0], first[1], 1)
    total: Counter[Partition] = Counter()
    for other, ways in Counter(conjugate).items():
        if end not in other:
            continue
        left = list(conjugate)
        left.remove(other)
        across = other[1] if other[0] == end else other[0]
        ways *= 2 if other[0] == other[1] else 1
        if across == start:
            for mu, count in _circuits(plain, tuple(left), 0, 0, 0).items():
                total[tuple(sorted((*mu, length), reverse=True))] += ways * count
        for edge, copies in Counter(plain).items():
            if across not in edge:
                continue
            remaining = list(plain)
            remaining.remove(edge)
            copies *= 2 if edge[0] == edge[1] else 1
            beyond = edge[1] if edge[0] == across else edge[0]
            for mu, count in _circuits(tuple(remaining), tuple(left), start, beyond, length + 1).items():
                total[mu] += ways * copies * count
    return dict(total)
