"""A hard end for a strategy that does not look at its clock: an alarm that raises inside it.

Strategies look at their clocks where they loop, but one call of computer algebra may take minutes. An alarm of the operating
system raises `OutOfTime` there. It is no `Exception`, so that nothing between swallows it, and it comes again until it is
heard; inside a destructor or a callback of the garbage collector, where nothing could hear it, it waits. A strategy that is stopped has proved nothing: theorems are made by rules that return. Alarms exist in the main thread
of POSIX systems; elsewhere a strategy is trusted to look at its clock.
"""

from __future__ import annotations

import gc
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

import flint

_AGAIN = 0.2
_Result = TypeVar("_Result")


class OutOfTime(BaseException):
    """Raised inside a call whose time is up."""


def within(seconds: float, call: Callable[[], _Result]) -> _Result:
    """Return what a call returns.

    Parameters
    ----------
    seconds : float
        Time for the call, positive.
    call : callable

    Raises
    ------
    OutOfTime
        If it has not returned by then (in the main thread of a POSIX system).

    Examples
    --------
    >>> within(1.0, lambda: 2 + 2)
    4
    """
    with _alarm(seconds):
        return call()


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_: int, frame: FrameType | None) -> None:
        if _is_heard(frame):
            raise OutOfTime

    precision = flint.ctx.prec
    before = signal.signal(signal.SIGALRM, ring)
    left, _ = signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.01), _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left)
        signal.signal(signal.SIGALRM, before)
        flint.ctx.prec = precision  # a call that is stopped may not have come to restore it


def _is_heard(frame: FrameType | None) -> bool:
    """Whether what is raised at a frame reaches the caller: Python drops what destructors and collector callbacks raise."""
    deaf = {getattr(callback, "__code__", None) for callback in gc.callbacks}
    while frame is not None:
        if frame.f_code in deaf or frame.f_code.co_name == "__del__":
            return False
        frame = frame.f_back
    return True
