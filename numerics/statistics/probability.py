"""Probabilities that tests are given: checked once, with one wording."""

from __future__ import annotations


def check_probability(function: str, name: str, value: float) -> None:
    """Raise unless a number lies strictly between 0 and 1.

    Parameters
    ----------
    function, name : str
        Names for the message.
    value : float
        What should be a probability.

    Raises
    ------
    ValueError
        When it is none.
    """
    if not 0 < value < 1:
        raise ValueError(f"{function} needs 0 < {name} < 1 (it is a probability), got {name}={value!r}.")
