"""Weingarten functions and Haar moments side by side with haarpy, in one run: `python -m benchmarks.weingarten`.

Every item runs in a child process of its own, imports done before the clock starts and no cache warm; haarpy's items are
stopped after 60 s, and the ratio is then a lower bound. Times are the best of a few repetitions where they fit into 0.2 s (each in a
fresh process), single runs otherwise. Peak memory is that of the child.

Peer: haarpy, https://pypi.org/project/haarpy/, the version printed with the table. It has two algorithms for moments, of which the
user chooses; the faster one is shown.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

CAP_SECONDS = 60

_MINE = """
import json, resource, sys, time
from theory.haar.monomial import haar_moment
from theory.haar.weingarten import weingarten_table
from theory.haar.trace import trace_moment
start = time.perf_counter()
{code}
print(json.dumps([time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""

_HAARPY = """
import json, resource, sys, time
import haarpy
from sympy import Symbol
from sympy.utilities.iterables import partitions
d = Symbol("d")
def classes(k):
    for multiplicities in partitions(k):
        yield tuple(sorted((p for p, m in multiplicities.items() for _ in range(m)), reverse=True))
start = time.perf_counter()
{code}
print(json.dumps([time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the table: what, our code, haarpy's ways to do it (none: it has no such function), the line to reach."""

    name: str
    mine: str
    haarpy: tuple[str, ...]
    target: str = ""


def _table(group: str, order: int, target: str, compare: bool = True) -> Item:
    peer = (f"[haarpy.weingarten_{group}(mu, d) for mu in classes({order})]",) if compare else ()
    return Item(f"Wg table, {group}, k={order}", f'weingarten_table("{group}", {order})', peer, target)


def _monomial(name: str, text: str, rows: list[int], columns: list[int], target: str, group: str = "orthogonal") -> Item:
    index = f"({tuple(rows)}, {tuple(columns)})"
    arguments = f"{index}, d" if group == "orthogonal" else f"{index}, {index}, d"
    ways = tuple(f"haarpy.haar_integral_{group}({arguments}, algorithm={way!r})" for way in ("collins", "gorin"))
    return Item(name, f'haar_moment("{text}")', ways, target)


def items() -> list[Item]:
    """Return the lines of the table."""
    result = [
        _table("unitary", 5, ""),
        _table("unitary", 8, ">= 500x"),
        _table("orthogonal", 4, ""),
        _table("orthogonal", 6, ">= 5000x"),
        _table("orthogonal", 7, "haarpy does not finish"),
    ]
    for group in ("unitary", "orthogonal"):
        result += [
            _table(group, 10, "<= 50 ms", compare=False),
            _table(group, 15, "<= 0.5 s", compare=False),
            _table(group, 20, "<= 4 s, <= 300 MB", compare=False),
        ]
    six = list(range(6))
    result += [
        _monomial("E O11^12", "O[1,1]**12", [0] * 12, [0] * 12, "<= 10 ms"),
        _monomial(
            "E O11^2 ... O16^2", "*".join(f"O[1,{j}]**2" for j in range(1, 7)), [0] * 12, sorted(six * 2), "<= 10 ms"
        ),
        _monomial(
            "E O11^2 ... O77^2",
            "*".join(f"O[{j},{j}]**2" for j in range(1, 8)),
            sorted([*range(7)] * 2),
            sorted([*range(7)] * 2),
            "<= 20 ms",
        ),
        _monomial(
            "E |U11 U12 U21 U22|^8",
            "abs(U[1,1]*U[1,2]*U[2,1]*U[2,2])**8",
            [0] * 8 + [1] * 8,
            ([0] * 4 + [1] * 4) * 2,
            "<= 5 ms",
            "unitary",
        ),
        _monomial(
            "E (O11 O12 O21 O22)^4",
            "(O[1,1]*O[1,2]*O[2,1]*O[2,2])**4",
            [0] * 8 + [1] * 8,
            ([0] * 4 + [1] * 4) * 2,
            "",
        ),
        Item("E tr(O A O' B)^4", 'trace_moment("tr(O*A*O.T*B)**4")', (), "no peer in Python covers it"),
    ]
    return result


def measured(template: str, code: str, cap: float) -> tuple[float, float] | None:
    """Return (seconds, MiB) of one child process, None if it was stopped."""
    best: tuple[float, float] | None = None
    for _ in range(3):
        try:
            child = subprocess.run(
                [sys.executable, "-c", template.format(code=code)], capture_output=True, text=True, timeout=cap, check=True
            )
        except subprocess.TimeoutExpired:
            return best
        seconds, memory = json.loads(child.stdout.splitlines()[-1])
        best = (seconds, memory) if best is None or seconds < best[0] else best
        if seconds > 0.2:
            break
    return best


def main() -> None:
    """Print the table."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        peer = version("haarpy")
    except PackageNotFoundError:
        peer = ""
    print(f"haarmite against haarpy {peer or '(not installed)'}, Python {sys.version.split()[0]}, symbolic d\n")
    print(f"{'item':28} {'haarmite':>11} {'peak':>9} {'haarpy':>11} {'ratio':>10}  line to reach")
    for item in items():
        mine = measured(_MINE, item.mine, 10 * CAP_SECONDS)
        if mine is None:
            print(f"{item.name:28} {'stopped':>11}")
            continue
        time_text, ratio = "-", "-"
        if item.haarpy and peer:
            runs = [run for code in item.haarpy if (run := measured(_HAARPY, code, CAP_SECONDS))]
            other = min(runs, default=None)
            time_text = f"{other[0]:.3f} s" if other else f"> {CAP_SECONDS} s"
            ratio = f"{other[0] / mine[0]:.0f}x" if other else f"> {CAP_SECONDS / mine[0]:.0f}x"
        print(
            f"{item.name:28} {1000 * mine[0]:8.2f} ms {mine[1]:6.0f} MB {time_text:>11} {ratio:>10}  {item.target}", flush=True
        )


if __name__ == "__main__":
    main()
