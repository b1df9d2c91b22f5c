"""Runs benchmarks one after another and writes their lines to a table: `python -m benchmarks [NAME ...] [--output FILE]`.

Each runs in a process of its own with one thread; those named, or all. A run of all writes `benchmarks/results.md`; a run of
some writes a file only where one is asked for.
"""

from __future__ import annotations

import argparse
import json
import os
import pkgutil
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import benchmarks
from benchmarks.peers import PEERS, version
from benchmarks.row import HEADINGS, ONE_THREAD, ROWS, Row

HELPERS = {"peers", "row"}
RESULTS = Path(__file__).with_name("results.md")


def names() -> list[str]:
    """Return the names of all benchmarks."""
    found = {module.name for module in pkgutil.iter_modules(benchmarks.__path__)}
    return sorted(name for name in found - HELPERS if not name.startswith("_"))


def run(name: str) -> tuple[list[Row], str, int]:
    """Run a benchmark and return its rows, what it printed and its exit status; the terminal sees the lines as they come."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.json"
        child = subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.{name}"],
            env=os.environ | ONE_THREAD | {ROWS: str(path)},
            stdout=subprocess.PIPE,
            text=True,
        )
        printed = []
        for text in child.stdout or ():
            printed.append(text)
            print(text, end="", flush=True)
        status = child.wait()
        rows = [Row(**entries) for entries in json.loads(path.read_text(encoding="utf-8"))] if path.exists() else []
    return rows, "".join(printed), status


def machine() -> list[str]:
    """Return what the figures depend on, as lines."""
    versions = [f"{name} {metadata.version(name)}" for name in ("numpy", "scipy", "sympy", "mpmath", "python-flint")]
    peers = [f"{name} {version(name)}" for name in PEERS if version(name) is not None]
    absent = [name for name in PEERS if version(name) is None]
    lines = [
        f"Date: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"Machine: {_processor()}, {os.cpu_count()} cores, {_memory()}, {platform.system()} {platform.machine()}",
        f"Load when it started: {os.getloadavg()[0]:.1f} (the machine's other users slow both sides)",
        f"Versions: Python {platform.python_version()}, {', '.join(versions)}",
        f"Peers: {', '.join(peers) or 'none'}",
    ]
    if absent:
        lines.append(f"Not installed, so without figures: {', '.join(absent)}")
    return lines


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        return next(entry.split(":", 1)[1].strip() for entry in text.splitlines() if entry.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "processor unknown"


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    except (ValueError, OSError):
        return "memory unknown"


def section(name: str, rows: list[Row], printed: str, status: int) -> list[str]:
    """Return a benchmark's part of the results in Markdown; what has no rows is quoted as it was printed."""
    lines = ["", f"## {name}", ""]
    if status != 0:
        lines += [f"Ended with status {status}; what came before stands below.", ""]
    if not rows:
        return [*lines, "```", printed.strip("\n"), "```"]
    heads = [*HEADINGS[:6], "reached", "note"]
    lines += ["| " + " | ".join(heads) + " |", "|---|---:|---|---:|---:|---:|---|---|"]
    for row in rows:
        cells = [cell.replace("|", "\\|").replace("*", "\\*") for cell in row.cells()]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def main() -> None:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names()))
    parser.add_argument("--output", type=Path, help="where the table is written; benchmarks/results.md when all run")
    options = parser.parse_args()
    unknown = sorted(set(options.names) - set(names()))
    if unknown:
        parser.error(f"benchmarks needs names of {', '.join(names())}, got {', '.join(unknown)}")
    output = options.output or (None if options.names else RESULTS)
    lines, parts = machine(), []
    start = time.perf_counter()
    missed, failed = 0, []
    for name in options.names or names():
        print(f"\n== {name}", flush=True)
        rows, printed, status = run(name)
        parts += section(name, rows, printed, status)
        missed += sum(row.met is False for row in rows)
        failed += [name] if status != 0 else []
    minutes = (time.perf_counter() - start) / 60
    summary = f"{minutes:.1f} minutes; {missed} of the goals missed{', failed: ' + ', '.join(failed) if failed else ''}"
    print(f"\n{summary}")
    if output is not None:
        head = ["# Benchmarks", "", "Written by `make bench`; every comparison of one run, one thread.", ""]
        text = [*head, *(f"- {entry}" for entry in [*lines, f"Run: {summary}"]), *parts]
        output.write_text("\n".join(text) + "\n", encoding="utf-8")
        print(f"written {output}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
