"""Work done side by side in forked copies of this process, which share everything that was read and derived before."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from numerics.campaign.executor import ExecutorError, end_with_parent

T = TypeVar("T")

_work: Callable[[int], object] | None = None


def can_fork() -> bool:
    """Return whether this system copies processes safely: Linux does."""
    return "fork" in multiprocessing.get_all_start_methods() and os.uname().sysname == "Linux"


def side_by_side(work: Callable[[int], T], indices: Sequence[int], processes: int) -> Iterator[tuple[int, T]]:
    """Yield (index, work(index)) as the results come; the indices are begun in their order.

    Parameters
    ----------
    work : callable
        Any function, for the copies know it; its results are pickled.
    indices : sequence of int
    processes : int
        At least 1.

    Raises
    ------
    ExecutorError
        If a copy died (killed, or out of memory); an exception in `work` is raised as it is.

    Examples
    --------
    >>> sorted(side_by_side(lambda i: i * i, [3, 1, 2], 2)) if can_fork() else [(1, 1), (2, 4), (3, 9)]
    [(1, 1), (2, 4), (3, 9)]
    """
    global _work
    _work = work
    context = multiprocessing.get_context("fork")
    before = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(processes, mp_context=context, initializer=_begin, initargs=(os.getpid(),))
    try:
        waiting: dict[Future[object], int] = {pool.submit(_do, index): index for index in indices}
        for done in as_completed(waiting):
            yield waiting[done], done.result()  # type: ignore[misc]
    except BrokenProcessPool:
        raise ExecutorError(
            "verify needs its processes to live (one was killed, perhaps for memory); --jobs 1 judges in one process."
        ) from None
    finally:
        _work = None
        pool.shutdown(wait=False, cancel_futures=True)
        for process in set(multiprocessing.active_children()) - before:
            process.terminate()  # idle by now, unless the caller stopped early


def _begin(parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, who ends the copies
    end_with_parent(parent)


def _do(index: int) -> object:
    assert _work is not None
    return _work(index)
