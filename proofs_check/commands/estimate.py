"""What many digits will cost, said before they are begun: a run at few digits, scaled.

Balls of n digits take about n nodes of n^2 digit operations, so time grows like n^3 at most and memory like n^2. The figure is
one of magnitude: it is there so that nobody waits for an hour without having been told.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable

PILOT = 200
"""Digits of the run that is measured."""
_TIME, _MEMORY = 3, 2
_SECONDS, _BYTES = 10, 2 * 2**30
_LEAST = 2


def announce(run: Callable[[int], object], digits: int) -> None:
    """Say on standard error how long `digits` digits will take, if that is more than 10 s or 2 GB.

    Parameters
    ----------
    run : callable
        digits -> the work; it is done once at 200 digits, of which `digits` has to be the double at least.
    digits : int

    Raises
    ------
    ValueError
        If the digits would take more than half of this machine's memory; the most that fit are named.
    """
    from theory.enclosure.ball import LARGEST_DIGITS
    from theory.haar.memory import memory_limit

    if not _LEAST * PILOT <= digits <= LARGEST_DIGITS:  # more is refused by the work itself
        return
    before, started = _peak(), time.process_time()
    run(PILOT)
    seconds, size = time.process_time() - started, max(_peak() - before, 2**20)
    growth = digits / PILOT
    seconds, size = seconds * growth**_TIME, before + int(size * growth**_MEMORY)
    if size > memory_limit():
        most = int(PILOT * ((memory_limit() - before) / (size - before)) ** (1 / _MEMORY) * growth)
        raise ValueError(
            f"--digits needs to fit into half of this machine's memory ({memory_limit() / 1e9:.0f} GB), got {digits} digits "
            f"that take about {size / 1e9:.0f} GB; at most about {most} fit."
        )
    if seconds > _SECONDS or size > _BYTES:
        print(
            f"haarmite: {digits} digits take up to {_span(seconds)} and {size / 1e9:.1f} GB; Ctrl-C stops",
            file=sys.stderr,
        )


def _span(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.0f} h"


def _peak() -> int:
    """Return the largest resident size so far, in bytes."""
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size if sys.platform == "darwin" else size * 1024
