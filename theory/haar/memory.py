"""What a computation may take: a table that cannot fit is refused before it is begun, with the estimate."""

from __future__ import annotations

import os

from theory.haar.partition import number_of_partitions

__all__ = ["memory_limit", "refuse_beyond_memory", "refuse_beyond_reach"]

_WHERE_UNKNOWN = 2 * 2**30
_LARGEST_COUNTED_ORDER = (
    200  # p(200) is 4e12: no machine holds that, and counting partitions itself takes a while beyond
)


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


def refuse_beyond_reach(order: int, bytes_per_partition: int) -> None:
    """Raise before any work if one entry for every partition of `order` would be more than the limit.

    Raises
    ------
    ValueError
        With the estimate, or the lower bound 4e12 on the number of partitions beyond order 200.
    """
    if order > _LARGEST_COUNTED_ORDER:
        raise ValueError(
            f"the Weingarten calculus needs a smaller order (there are more than 4e12 partitions), got order={order}."
        )
    refuse_beyond_memory(number_of_partitions(order) * bytes_per_partition, "the Weingarten calculus", order)
