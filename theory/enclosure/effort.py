"""How much work an enclosure may cost, counted and not timed: the same question gives the same answer on every machine.

The unit is one evaluation of an activation of about eight operations at about 100 bits, some ten microseconds. Inside
`effort` the count runs down, and what would pass it ends with an `EffortError` that says so; outside nothing is limited.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction


class EffortError(ValueError):
    """An enclosure would cost more than it may."""


class _Account:
    """What may still be spent; None is without limit."""

    left: float | None = None


@contextmanager
def effort(units: float) -> Iterator[None]:
    """Limit the work inside a ``with`` block; an outer limit still holds, and is charged for what is spent inside.

    Examples
    --------
    >>> with effort(10):  # doctest: +ELLIPSIS
    ...     spend(11)
    Traceback (most recent call last):
    ...
    theory.enclosure.effort.EffortError: an enclosure needs at most the work that is allowed for one quantity ...
    """
    before = _Account.left
    allowed = units if before is None else min(units, before)
    _Account.left = allowed
    try:
        yield
    finally:
        _Account.left = None if before is None else before - (allowed - (_Account.left or 0.0))


@contextmanager
def a_share(part: Fraction) -> Iterator[None]:
    """Limit the work inside a ``with`` block to a part of what is left; without a limit there is none."""
    if _Account.left is None:
        yield
        return
    with effort(_Account.left * float(part)):
        yield


def spend(units: float) -> None:
    """Charge work.

    Raises
    ------
    EffortError
        If more is asked than is left.
    """
    if _Account.left is None:
        return
    _Account.left -= units
    if _Account.left < 0:
        raise EffortError(
            "an enclosure needs at most the work that is allowed for one quantity among many, got one that needs more; "
            "ask for it by itself in Python, or for fewer digits"
        )
