"""An inequality on an unbounded interval, cut into a bounded part and tails that an evident derivative settles.

exp(x) - x^2 on [0, oo) has no evident derivative from 0; from 1 on it starts well and its third is exp(x).
The line is cut at 0 first. The parts meet exactly, and each has a certificate of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from proofs_check.interval.derivative_sign import prove_by_derivative
from proofs_check.interval.statement import Interval, Statement

FURTHEST_CUT = 64


def cuts(statement: Statement) -> Iterator[tuple[Statement, ...]]:
    """Yield ways to cut an unbounded statement in one variable, nearest first; the tails of each have an evident derivative.

    Examples
    --------
    >>> from proofs_check.interval.statement import parse_statement
    >>> [part.text for part in next(cuts(parse_statement("exp(x) >= x**2 for x in [0, oo]")))]
    ['exp(x) >= x**2 for x in [0, 1]', 'exp(x) >= x**2 for x in [1, oo]']
    """
    low, high = statement.box[0]
    if len(statement.variables) > 1 or (low is not None and high is not None):
        return
    if low is None and high is None:
        yield part(statement, (None, Fraction(0))), part(statement, (Fraction(0), None))
        return
    end, outward = (low, 1) if low is not None else (high, -1)
    assert end is not None
    distance = Fraction(1)
    while distance <= FURTHEST_CUT:
        at = Fraction(round(end)) + outward * distance
        tail = part(statement, (at, None) if outward > 0 else (None, at))
        if prove_by_derivative(tail) is not None:
            inner = part(statement, (end, at) if outward > 0 else (at, end))
            yield (inner, tail) if outward > 0 else (tail, inner)
        distance *= 2


def beginning(statement: Statement) -> Statement:
    """Return the statement on a bounded piece of its unbounded interval, where a counterexample is looked for."""
    low, high = statement.box[0]
    if low is None and high is None:
        return part(statement, (Fraction(-16), Fraction(16)))
    if low is not None:
        return part(statement, (low, low + 32))
    return part(statement, (None if high is None else high - 32, high))


def part(statement: Statement, ends: Interval) -> Statement:
    """Return a statement in one variable on other ends."""
    return replace(statement, box=(ends,))
