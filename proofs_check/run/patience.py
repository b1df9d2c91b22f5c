"""A call that may take only so long: a check on a drawn case, or on a user's own, whose engine may need hours for it."""

from __future__ import annotations

import math
import signal
import threading
from collections.abc import Callable
from types import FrameType

from proofs_check.run.run_report import Finding


class _TooSlowError(BaseException):
    """A check takes longer than it may. No `Exception`: it would be taken for an error of the check."""


def within(seconds: float, call: Callable[[], Finding]) -> Finding | None:
    """Return what a call returns, or None if it takes longer; the timer is left alone where it is not ours to take."""
    timed = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if math.isinf(seconds) or not timed or signal.getitimer(signal.ITIMER_REAL)[0] > 0:
        return call()
    fired = False

    def too_slow(_: int, frame: FrameType | None) -> None:
        nonlocal fired
        fired = True
        # What is raised in a callback of the garbage collector gets lost; the next tick finds the check itself again.
        if frame is None or not frame.f_code.co_filename.endswith(("weakref.py", "junkdrawer.py")):
            raise _TooSlowError

    before = signal.signal(signal.SIGALRM, too_slow)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, 0.25)
        found = call()
        # Arb's integrals turn whatever their integrand raises into a SystemError.
        return None if fired and found.error is not None else found
    except _TooSlowError:
        return None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
