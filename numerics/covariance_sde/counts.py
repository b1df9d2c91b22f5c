"""The argument check that counts share: widths, depths, repeats, steps."""

from __future__ import annotations

import numpy as np


def check_count(function: str, name: str, count: int, least: int = 1) -> None:
    """Raise unless a count is an integer of at least `least`, in the name of `function`.

    Raises
    ------
    TypeError, ValueError
    """
    if isinstance(count, bool) or not isinstance(count, (int, np.integer)):
        raise TypeError(f"{function} needs an integer {name} (it is a count), got {name}={count!r}.")
    if count < least:
        raise ValueError(f"{function} needs {name} >= {least}, got {name}={count!r}.")
