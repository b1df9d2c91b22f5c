"""A call that does not look at its clock is stopped, whatever it swallows, and leaves no alarm behind."""

from __future__ import annotations

import gc
import itertools
import signal
import threading

import flint
import pytest

from proofs_check.judge.judge import _ran
from proofs_check.judge.outcome import Open
from proofs_check.judge.strategy import Clock, Strategy
from proofs_check.judge.time_limit import OutOfTime, within
from theory.statement import parse

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="alarms need a POSIX system")


def _deaf() -> None:
    """Loop for ever and swallow every ordinary exception."""
    for _ in itertools.count():
        try:
            sum(range(100))
        except Exception:
            continue


def test_a_call_that_ends_returns_and_the_alarm_is_off():
    before = signal.getsignal(signal.SIGALRM)
    assert within(5.0, lambda: 7) == 7
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) == before


def test_a_call_that_does_not_end_is_stopped():
    precision = flint.ctx.prec

    def deaf_at_other_precision() -> None:
        flint.ctx.prec = 2 * precision
        _deaf()

    with pytest.raises(OutOfTime):
        within(0.05, deaf_at_other_precision)
    assert flint.ctx.prec == precision
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_an_alarm_in_a_callback_of_the_collector_or_a_destructor_comes_again():
    def work(*_: object) -> None:
        sum(range(5_000_000))  # longer than the time that is allowed

    class Slow:
        def __del__(self) -> None:
            work()

    def collect_then_loop() -> None:
        gc.collect()
        _deaf()

    def destroy_then_loop() -> None:
        Slow()
        _deaf()

    gc.callbacks.append(work)
    try:
        with pytest.raises(OutOfTime):
            within(0.01, collect_then_loop)
    finally:
        gc.callbacks.remove(work)
    with pytest.raises(OutOfTime):
        within(0.01, destroy_then_loop)


def test_no_alarm_is_set_outside_the_main_thread():
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(within(0.01, lambda: sum(range(10)))))
    thread.start()
    thread.join()
    assert found == [45]


def test_a_strategy_that_is_stopped_says_what_it_was_doing():
    def run(_, clock):
        clock.report("waiting")
        _deaf()

    outcome = _ran(Strategy("deaf", run), parse("for x in [0, 1]: x <= 2"), Clock(-0.45))
    assert isinstance(outcome, Open)
    assert outcome.doing == "stopped while waiting"


def test_what_a_library_refuses_leaves_the_sentence_open():
    def run(_, clock):
        clock.report("counting")
        raise ValueError("the array is too big.")

    outcome = _ran(Strategy("refused", run), parse("for x in [0, 1]: x <= 2"), Clock(5.0))
    assert outcome == Open("counting (the array is too big)", "a simpler claim")
