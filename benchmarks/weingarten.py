"""Weingarten functions and Haar moments beside haarpy, symbolic dimension: `python -m benchmarks.weingarten`.

Every item runs in a child process of its own, imports done before the clock starts and no cache warm; ours and haarpy's take
turns. haarpy's are stopped after `CAP_SECONDS`, and its figure and the ratio are then lower bounds. Times are the best of three
where they fit into 0.2 s, single runs otherwise, in CPU seconds; peak memory is that of the child. haarpy has two algorithms for
moments, of which the user chooses; the faster one is shown.

Peer: haarpy, https://pypi.org/project/haarpy/.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.peers import path_of, version
from benchmarks.row import Row, alone

CAP_SECONDS = 20

_MINE = """
import json, resource, sys, time
from theory.haar.monomial import haar_moment
from theory.haar.weingarten import weingarten, weingarten_table
from theory.haar.trace import trace_moment
start = time.process_time()
{code}
print(json.dumps([time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
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
start = time.process_time()
{code}
print(json.dumps([time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


@dataclass(frozen=True, slots=True)
class Item:
    """One line: what, our code, haarpy's ways to do it (none: it has no such function), and what is to be reached."""

    name: str
    mine: str
    haarpy: tuple[str, ...] = ()
    ratio: float | None = None
    most: float | None = None
    memory: float | None = None


def _table(group: str, order: int, ratio: float | None = None) -> Item:
    peer = (f"[haarpy.weingarten_{group}(mu, d) for mu in classes({order})]",)
    return Item(f"Wg table, {group}, k={order}", f'weingarten_table("{group}", {order})', peer, ratio)


def _large(group: str, order: int, most: float, memory: float | None = None) -> Item:
    return Item(f"Wg table, {group}, k={order}", f'weingarten_table("{group}", {order})', (), None, most, memory)


def _monomial(
    name: str, text: str, rows: list[int], columns: list[int], most: float | None, group: str = "orthogonal"
) -> Item:
    index = f"({tuple(rows)}, {tuple(columns)})"
    arguments = f"{index}, d" if group == "orthogonal" else f"{index}, {index}, d"
    ways = tuple(f"haarpy.haar_integral_{group}({arguments}, algorithm={way!r})" for way in ("collins", "gorin"))
    return Item(name, f'haar_moment("{text}")', ways, most=most)


def items() -> list[Item]:
    """Return what is measured."""
    tables = [_table("unitary", 5), _table("unitary", 8, 500), _table("orthogonal", 4), _table("orthogonal", 6, 5000)]
    tables.append(_table("orthogonal", 7))
    for group in ("unitary", "orthogonal"):
        tables += [_large(group, 10, 0.05), _large(group, 15, 0.5), _large(group, 20, 4, 300)]
    six, seven, block = list(range(6)), sorted([*range(7)] * 2), ([0] * 4 + [1] * 4) * 2
    squares = "*".join(f"O[1,{j}]**2" for j in range(1, 7))
    diagonal = "*".join(f"O[{j},{j}]**2" for j in range(1, 8))
    three = "*".join(f"U[{i},{j}]" for i in (1, 2, 3) for j in (1, 2, 3))
    return [
        *tables,
        _monomial("E O11^12", "O[1,1]**12", [0] * 12, [0] * 12, 0.01),
        _monomial("E O11^2 ... O16^2", squares, [0] * 12, sorted(six * 2), 0.01),
        _monomial("E O11^2 ... O77^2", diagonal, seven, seven, 0.02),
        _monomial(
            "E |U11 U12 U21 U22|^8", "abs(U[1,1]*U[1,2]*U[2,1]*U[2,2])**8", [0] * 8 + [1] * 8, block, 0.005, "unitary"
        ),
        _monomial("E (O11 O12 O21 O22)^4", "(O[1,1]*O[1,2]*O[2,1]*O[2,2])**4", [0] * 8 + [1] * 8, block, None),
        Item("E tr(O A O' B)^4", 'trace_moment("tr(O*A*O.T*B)**4")'),
        Item("E tr(O A O' B)^6, A, B symmetric", 'trace_moment("tr(O*A*O.T*B)**6", symmetric=["A", "B"])', most=0.1),
        Item("E tr((U A U* B)^12)", 'trace_moment("tr((U*A*U.H*B)**12)")', most=2),
        Item(
            "E tr((O A O' B)^12), A, B symmetric", 'trace_moment("tr((O*A*O.T*B)**12)", symmetric=["A", "B"])', most=2
        ),
        Item("E tr((O + O')^8)", 'trace_moment("tr((O + O.T)**8)")', most=1),
        Item("E |tr U|^14, d = 10", 'trace_moment("abs(tr(U))**14", 10)', most=0.001),
        Item("E |3 x 3 block|^4", f'haar_moment("abs({three})**4")', most=2),
        Item("Wg unitary 1^40", 'weingarten("unitary", (1,) * 40)', most=10),
        Item("Wg orthogonal 15,10,5", 'weingarten("orthogonal", (15, 10, 5))', most=5),
    ]


def measured(template: str, code: str, cap: float, packages: str = "") -> tuple[float, float] | None:
    """Return (seconds, MiB) of one child process, None if it was stopped."""
    program = template.format(code=code)
    if packages:  # behind our own
        program = f"import sys; sys.path.append({packages!r})\n{program}"
    best: tuple[float, float] | None = None
    for _ in range(3):
        try:
            child = subprocess.run(
                [sys.executable, "-c", program], capture_output=True, text=True, timeout=cap, check=True
            )
        except subprocess.TimeoutExpired:
            return best
        seconds, memory = json.loads(child.stdout.splitlines()[-1])
        best = (seconds, memory) if best is None or seconds < best[0] else best
        if seconds > 0.2:
            break
    return best


def rows() -> Iterator[Row]:
    peer, packages = version("haarpy"), path_of("haarpy")
    for item in items():
        mine = measured(_MINE, item.mine, 10 * CAP_SECONDS)
        if mine is None:
            yield Row(item.name, 10 * CAP_SECONDS, note="stopped", most=item.most)
            continue
        theirs: float | None = None
        stopped = False
        cap = longest = max(CAP_SECONDS, 1.1 * (item.ratio or 0) * mine[0])
        for code in item.haarpy if peer else ():
            run = measured(_HAARPY, code, cap, packages)
            theirs = run[0] if run is not None else theirs
            cap = min(cap, theirs + 2) if theirs is not None else cap  # a slower way need not end
        if item.haarpy and peer and theirs is None:
            theirs, stopped = longest, True
        name = "haarpy" if item.haarpy else ""
        yield Row(
            item.name, mine[0], name, theirs, item.ratio, item.most, stopped=stopped, note=f"peak {mine[1]:.0f} MB"
        )
        if item.memory is not None:
            yield Row(f"{item.name}, peak memory", mine[1], most=item.memory, unit="MB")


if __name__ == "__main__":
    alone("weingarten", rows)
