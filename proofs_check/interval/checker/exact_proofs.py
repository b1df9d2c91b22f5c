"""What has to hold exactly: coefficients that vanish, a slack that a change of variable leaves alone, a derivative.

Each is derived from the tapes by exact algebra (`exact.py`) on the whole box; what that algebra does not decide there is
tried on halves of the box, and refused in the end. Nothing is compared at samples.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from .exact import Exact, Field
from .intervals import NoBound
from .reading import Budget
from .series import COST, Series, coefficient, run

Box: TypeAlias = list[tuple[Fraction, Fraction]]
Tape: TypeAlias = Sequence[tuple[Any, ...]]
_DEEPEST = 6
# An exact operation in units of one product of intervals, roughly.
_EXACT = 30


def halves(box: Box, variable: int) -> tuple[Box, Box]:
    """Return the lower and the upper half of a box."""
    low, high = box[variable]
    middle = (low + high) / 2
    return [*box[:variable], (low, middle), *box[variable + 1 :]], [
        *box[:variable],
        (middle, high),
        *box[variable + 1 :],
    ]


def everywhere(box: Box, holds: Callable[[Box], bool], depth: int = _DEEPEST) -> bool:
    """Whether something holds on a box, or on both its halves if it is not decided there (`NoBound`), and so on.

    Raises
    ------
    NoBound
        If it stays undecided on some small part.
    """
    try:
        return holds(box)
    except NoBound:
        widths = [high - low for low, high in box]
        if depth == 0 or not any(widths):
            raise
    return all(everywhere(half, holds, depth - 1) for half in halves(box, widths.index(max(widths))))


def vanishing_coefficients(tape: Tape, box: Box, variable: int, at: Fraction, order: int, budget: Budget) -> list[bool]:
    """For each Taylor coefficient 0..order in one variable at a place: whether it is 0 for all values of the others.

    Raises
    ------
    NoBound
        If there is no Taylor series, or a sign on which it depends is not decided.
    """
    found = [True] * (order + 1)

    def holds(part: Box) -> bool:
        budget.spend(_EXACT * (order + 1) ** 2 * _cost(tape))
        field = Field(part, budget=budget)
        values: list[Any] = [field.variable(i) for i in range(len(part))]
        values[variable] = Series(1, order, [field.rational(at), 1])
        result = run(tape, values, field.rational, field.pi)
        for k in range(order + 1):
            term = coefficient(result, k)
            found[k] = found[k] and (term == 0 if isinstance(term, int | Fraction) else term.is_zero)
        return True

    everywhere([*box[:variable], (at, at), *box[variable + 1 :]], holds)
    return found


def same_after_substitution(original: Tape, place: int, by: Tape, claim: Tape, box: Box, budget: Budget) -> bool:
    """Whether the original with x_place = by(x_place) is the claim at every point of the box."""

    def holds(part: Box) -> bool:
        budget.spend(_EXACT * (_cost(original) + _cost(by) + _cost(claim)))
        field = Field(part, budget=budget)
        here: list[Any] = [field.variable(i) for i in range(len(part))]
        there = list(here)
        there[place] = run(by, [here[place]], field.rational, field.pi)
        difference = run(original, there, field.rational, field.pi) - run(claim, here, field.rational, field.pi)
        return bool(difference.is_zero)

    return everywhere(box, holds)


def exact_value(tape: Tape, at: Fraction, budget: Budget) -> Exact:
    """The value of a tape in one variable at a rational place."""
    budget.spend(_EXACT * _cost(tape))
    field = Field([(at, at)], budget=budget)
    return run(tape, [field.rational(at)], field.rational, field.pi)


def is_derivative(stated: Tape, tape: Tape, low: Fraction | None, high: Fraction | None, budget: Budget) -> bool:
    """Whether a tape in one variable is the derivative of another wherever both are defined: their difference, derived
    from the tape by the rules of differentiation, is written as 0."""
    budget.spend(_EXACT * (4 * _cost(tape) + _cost(stated)))
    field = Field([(low, high)], formal=True, budget=budget)
    x = field.variable(0)
    slope = coefficient(run(tape, [Series(1, 1, [x, 1])], field.rational, field.pi), 1)
    return bool((field.rational(Fraction(0)) + slope - run(stated, [x], field.rational, field.pi)).is_zero)


def _cost(tape: Tape) -> int:
    return sum(COST.get(instruction[0], 1) for instruction in tape)
