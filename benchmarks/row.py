"""One line of a benchmark: our figure, the peer's, their ratio and the line to reach; and how both are measured.

**Times** are CPU seconds of one process and one thread, the least of some calls, ours and the peer's taken in turns, so that
a busy machine slows both. Where a peer would take minutes it runs a stated part of the work, and its time is scaled up. Wall
time is used only where processes are the matter, and the line says so.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["ONE_THREAD", "ROWS", "Row", "alone", "cpu_seconds", "in_turns", "show"]

ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
ROWS = "HAARMITE_BENCHMARK_ROWS"
"""Environment variable: the file to which a benchmark writes its rows, as JSON."""


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison.

    Parameters
    ----------
    what : str
    ours : float
        In `unit`.
    peer : str
        Who and how; "" where there is none.
    theirs : float or None
        In the same unit; None where the peer is not there.
    ratio : float or None
        The least theirs / ours to reach.
    most, least : float or None
        Bounds on our own figure to reach.
    unit : str
        "s" is written as ms or s.
    stopped : bool
        Whether the peer was stopped: its figure and the ratio are lower bounds.
    note : str
        The part that was measured, accuracy, what else one must know to read the line.
    """

    what: str
    ours: float
    peer: str = ""
    theirs: float | None = None
    ratio: float | None = None
    most: float | None = None
    least: float | None = None
    unit: str = "s"
    stopped: bool = False
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether every line to reach is reached; None where there is none, or the peer is not there."""
        checks = [self.ours <= self.most] if self.most is not None else []
        checks += [self.ours >= self.least] if self.least is not None else []
        if self.ratio is not None and self.theirs is not None:
            reached = self.theirs >= self.ratio * self.ours
            if self.stopped and not reached:
                return None  # the peer was stopped too early to tell
            checks.append(reached)
        return all(checks) if checks else None

    def cells(self) -> list[str]:
        """Return the line as text: what, ours, peer, theirs, ratio, goal, met, note."""
        theirs = _figure(self.theirs, self.unit) if self.theirs is not None else "-"
        ratio = "-"
        if self.theirs is not None and self.ours > 0:
            ratio = f"{self.theirs / self.ours:.3g}x"
        if self.stopped:
            theirs, ratio = f"> {theirs}", f"> {ratio}"
        goals = [f">= {self.ratio:g}x"] if self.ratio is not None else []
        goals += [f"<= {_figure(self.most, self.unit)}"] if self.most is not None else []
        goals += [f">= {_figure(self.least, self.unit)}"] if self.least is not None else []
        verdict = {True: "met", False: "MISSED", None: ""}[self.met]
        return [
            self.what,
            _figure(self.ours, self.unit),
            self.peer or "-",
            theirs,
            ratio,
            " and ".join(goals),
            verdict,
            self.note,
        ]


HEADINGS = ["what", "ours", "peer", "theirs", "ratio", "goal", "", "note"]
_WIDTHS = (58, 10, 30, 10, 9, 12, 6, 0)


def _figure(value: float, unit: str) -> str:
    if unit != "s":
        return f"{value:.4g} {unit}".strip()
    return f"{1e3 * value:.3g} ms" if value < 1 else f"{value:.3g} s"


def text_line(cells: Sequence[str]) -> str:
    """Return the cells of a row in columns."""
    columns = [
        f"{cell:{width}}" if i in (0, 2, 7) else f"{cell:>{width}}"
        for i, (cell, width) in enumerate(zip(cells, _WIDTHS, strict=True))
    ]
    return "  ".join(columns).rstrip()


def show(rows: Iterable[Row]) -> None:
    """Print rows as they come and, where the environment names a file, write them there as JSON."""
    print(text_line(HEADINGS), flush=True)
    found = []
    for row in rows:
        found.append(row)
        print(text_line(row.cells()), flush=True)
    if ROWS in os.environ:
        Path(os.environ[ROWS]).write_text(json.dumps([asdict(row) for row in found], default=float), encoding="utf-8")


def alone(name: str, rows: Callable[[], Iterable[Row]]) -> None:
    """Show a benchmark's rows in a process of one thread; NumPy reads the number when it is imported."""
    if any(os.environ.get(key) != value for key, value in ONE_THREAD.items()):
        sys.exit(subprocess.call([sys.executable, "-m", f"benchmarks.{name}"], env=os.environ | ONE_THREAD))
    show(rows())


def cpu_seconds(work: Callable[[], object], calls: int = 3) -> float:
    """Return the least CPU time of some calls."""
    return in_turns(work, calls=calls)[0]


def in_turns(*works: Callable[[], object], calls: int = 3) -> list[float]:
    """Return the least CPU time of each of some works, called in turns.

    Examples
    --------
    >>> len(in_turns(lambda: sum(range(10)), lambda: None))
    2
    """
    best = [float("inf")] * len(works)
    for _ in range(calls):
        for index, work in enumerate(works):
            start = time.process_time()
            work()
            best[index] = min(best[index], time.process_time() - start)
    return best
