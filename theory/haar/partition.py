"""Integer partitions: mu = (mu_1 >= mu_2 >= ... >= mu_l > 0), |mu| = k, as tuples of Python ints.

A partition names a conjugacy class of the symmetric group (cycle type, unitary group), a double coset of the
hyperoctahedral group (coset type, orthogonal and symplectic groups) and a Young diagram (irreducible component).

References
----------
[1] I. G. Macdonald, *Symmetric functions and Hall polynomials*, 2nd ed., Oxford 1995, section I.1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from math import factorial, prod
from operator import index
from typing import Any

__all__ = ["Partition", "centraliser_order", "checked_partition", "integer_partitions", "number_of_partitions"]

Partition = tuple[int, ...]


def checked_partition(parts: Any, *, function: str = "checked_partition") -> Partition:
    """Return the parts as a partition: Python ints in decreasing order.

    Parameters
    ----------
    parts : iterable of int
        Positive integers in any order; at least one.
    function : str
        Name of the caller, for the message.

    Returns
    -------
    tuple of int
        The parts sorted downwards.

    Raises
    ------
    TypeError
        If `parts` is not an iterable of integers.
    ValueError
        If there is no part, or one is zero or negative.

    Examples
    --------
    >>> checked_partition([1, 3])
    (3, 1)
    """
    message = f"{function} needs a partition (a sequence of positive integers such as (2, 1)), got partition={parts!r}."
    if isinstance(parts, (str, bytes)) or not isinstance(parts, Iterable):
        raise TypeError(message)
    listed = list(parts)
    if any(isinstance(part, bool) for part in listed):
        raise TypeError(message)
    try:
        integers = [index(part) for part in listed]
    except TypeError:
        raise TypeError(message) from None
    if not integers or min(integers) < 1:
        raise ValueError(message)
    return tuple(sorted(integers, reverse=True))


def integer_partitions(order: int, *, max_rows: int | None = None, max_part: int | None = None) -> Iterator[Partition]:
    """Yield the partitions of `order` >= 0 with at most `max_rows` parts, none above `max_part`.

    Parameters
    ----------
    order : int
        k >= 0.
    max_rows, max_part : int, optional
        Bounds on the number of parts and on the largest part; None is no bound.

    Yields
    ------
    tuple of int
        In reverse lexicographic order, (k) first.

    Examples
    --------
    >>> list(integer_partitions(4, max_rows=2))
    [(4,), (3, 1), (2, 2)]
    """
    rows = order if max_rows is None else max_rows
    largest = order if max_part is None else min(max_part, order)
    if order == 0:
        yield ()
        return
    for first in range(largest, 0, -1):
        if first * rows < order:
            return
        for rest in integer_partitions(order - first, max_rows=rows - 1, max_part=first):
            yield (first, *rest)


@lru_cache(maxsize=4096)
def number_of_partitions(order: int, max_rows: int | None = None, max_part: int | None = None) -> int:
    """Return the number of partitions of `order` inside the box `max_rows` x `max_part`, by the Gaussian binomial.

    Parameters
    ----------
    order : int
        k >= 0.
    max_rows, max_part : int, optional
        Bounds on the number of parts and on the largest part; None is no bound.

    Returns
    -------
    int

    Examples
    --------
    >>> number_of_partitions(100)
    190569292
    >>> number_of_partitions(10, 2) == len(list(integer_partitions(10, max_rows=2)))
    True
    """
    rows = order if max_rows is None else min(max_rows, order)
    largest = order if max_part is None else min(max_part, order)
    # Gaussian binomial [rows + largest, rows]_q = prod_{i=1..rows} (1 - q^(largest+i)) / (1 - q^i), up to q^order.
    counts = [1] + [0] * order
    for i in range(1, rows + 1):
        for n in range(order, largest + i - 1, -1):
            counts[n] -= counts[n - largest - i]
        for n in range(i, order + 1):
            counts[n] += counts[n - i]
    return counts[order]


def centraliser_order(partition: Partition) -> int:
    """Return z_mu = prod_i i^{m_i} m_i!, the order of the centraliser of a permutation of cycle type mu.

    Parameters
    ----------
    partition : tuple of int
        mu, with m_i parts equal to i.

    Returns
    -------
    int

    Examples
    --------
    The class sizes k!/z_mu add up to k!.

    >>> sum(factorial(5) // centraliser_order(mu) for mu in integer_partitions(5)) == factorial(5)
    True
    """
    return prod(part**count * factorial(count) for part, count in Counter(partition).items())
