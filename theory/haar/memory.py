"""What a computation may take: a table that cannot fit is refused before it is begun, with the estimate."""

from __future__ import annotations

import os

__all__ = ["memory_limit", "refuse_beyond_memory"]

_WHERE_UNKNOWN = 2 * 2**30


def memory_limit() -> int:
    """Return half the physical memory in bytes (2 GiB if the system does not tell).

    Examples
    --------
    >>> memory_limit() > 0
    True
    """
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    except (AttributeError, OSError, ValueError):
        return _WHERE_UNKNOWN


def refuse_beyond_memory(estimate: int, function: str, order: int) -> None:
    """Raise if `estimate` bytes are more than the limit.

    Raises
    ------
    ValueError
        With the estimate and the limit in GiB.
    """
    limit = memory_limit()
    if estimate > limit:
        raise ValueError(
            f"{function} needs a smaller order (the table would take about {estimate / 2**30:.3g} GiB, "
            f"the limit is half of this machine's memory, {limit / 2**30:.3g} GiB), got order={order}."
        )
