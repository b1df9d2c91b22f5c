"""Branch and bound: cells are settled by a bound, refuted at their centre, halved, or given up.

The search is best first: the cell whose natural bound is lowest comes next, for there a counterexample shows soonest. A
cell that `cell_bound.py` cannot settle is tested at its centre (a ball certainly on the wrong side refutes) and halved.
Where 64 bits give the centre less than 10 right ones, the cell is tried in 128 and 256 bits first; below a width of
`narrowest` of the box it is given up.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb

from proofs_check.interval.ball import arithmetic
from proofs_check.interval.cell_bound import Cell, Method, SlackBounds
from proofs_check.interval.certificate import (
    Certificate,
    cells_entry,
    corners_entry,
    halves,
    heading,
    tree_entry,
    zeros_entry,
)
from proofs_check.interval.infimum import infimum_away_from_zeros
from proofs_check.interval.search import Proof, Search, Witness
from proofs_check.interval.zeros import Corner, FaceZero, Slack, corners

PRECISIONS = (64, 128, 256)
_ACCURATE = 10
_AFTER_RESISTING = 300
"""Cells that are looked at after one was given up, for a point that refutes."""


@dataclass(slots=True)
class _Progress:
    """The state of branch and bound: open cells by their lowest natural bound, the tree so far."""

    open: list[tuple[float, int, Cell]]
    leaves: dict[Cell, Method]
    splits: dict[Cell, int]
    counter: itertools.count[int]
    resisting: Cell | None = None

    def push(self, key: float, cell: Cell) -> None:
        heapq.heappush(self.open, (key, next(self.counter), cell))


def branch_and_bound(
    asked: Search, slack: Slack, zeros: Sequence[FaceZero], narrowest: Fraction, *, is_last: bool
) -> Proof:
    """Return what the cells of the box show; not the last search stops at the first cell that is given up."""
    statement, max_cells = asked.statement, asked.max_cells
    vertices = () if statement.strict else corners(slack, zeros)
    search = _Progress([], {}, {}, itertools.count())
    search.push(-math.inf, slack.box)
    evaluations = 0
    ladder = _Ladder(slack, zeros, vertices, asked.order)
    limit = max_cells
    while search.open and evaluations < limit and (is_last or search.resisting is None):
        cell = heapq.heappop(search.open)[2]
        evaluations += 1
        if search.resisting is not None:
            limit = min(limit, evaluations + _AFTER_RESISTING)
        refutation = _judge(search, ladder, cell, statement.strict, narrowest)
        if refutation is not None:
            point, ball = refutation
            witness = Witness(tuple(zip(statement.variables, point, strict=True)), ball, statement.text)
            reason = "the slack is certainly negative" + (" or zero" if statement.strict else "") + " at a point"
            return Proof("refuted", statement.text, reason, witness=witness, evaluations=evaluations)
    if search.open or search.resisting is not None:
        resisting = search.resisting or min((entry[2] for entry in search.open), key=_volume)
        reason = (
            f"no form bounds the slack on {_shown(resisting)} at {PRECISIONS[-1]} bits; if the claim is an equality "
            "near there, declare the zero or sharpen the claim"
            if search.resisting
            else f"{max_cells} cells were not enough; raise max_cells or the order"
        )
        return Proof("inconclusive", statement.text, reason, resisting=resisting, evaluations=evaluations)
    document = heading("cells" if len(slack.box) == 1 else "tree", statement, asked.change, asked.original)
    document |= {"zeros": zeros_entry(zeros), "corners": corners_entry(vertices)}
    if len(slack.box) == 1:
        document["cells"] = cells_entry(search.leaves)
    else:
        document["tree"] = tree_entry(slack.box, search.splits, search.leaves)
    return Proof(
        "certified",
        statement.text,
        f"every one of {len(search.leaves)} cells has a non-negative bound",
        certificate=Certificate.of(document),
        cells=len(search.leaves),
        evaluations=evaluations,
        slack=infimum_away_from_zeros(slack, zeros) if asked.sharpness else None,
    )


def _judge(
    search: _Progress, ladder: _Ladder, cell: Cell, strict: bool, narrowest: Fraction
) -> tuple[tuple[Fraction, ...], str] | None:
    """Settle a cell, halve it, or give it up; return its centre and the ball there if that refutes the claim."""
    centre = tuple((low + high) / 2 for low, high in cell)
    bound = None
    for bounds, precision in ladder:
        with arithmetic(precision):
            sharper = bounds.best(cell)
            bound = bound or sharper
            if _settled(sharper.value, strict):
                search.leaves[cell] = sharper.method
                return None
            value = bounds.at(centre)
            if value < 0 or (strict and value <= 0):
                return centre, str(value)
            if value > 0 and bounds.accuracy(centre) >= _ACCURATE:
                break  # the centre is known well: it is the width that spoils the bound, not the precision
    box = ladder.slack.box
    if all(b - a <= (high - low) * narrowest for (a, b), (low, high) in zip(cell, box, strict=True)):
        search.resisting = search.resisting or cell
        return None
    with arithmetic(PRECISIONS[0]):
        variable = next(iter(ladder))[0].steepest(cell)
    search.splits[cell] = variable
    lower = bound.value.lower() if bound is not None else arb("-inf")
    for half in halves(cell, variable):
        search.push(float(lower) if lower.is_finite() else -math.inf, half)
    return None


class _Ladder:
    """The bounds of one slack at rising precision, made when first needed."""

    def __init__(self, slack: Slack, zeros: Sequence[FaceZero], vertices: Sequence[Corner], order: int) -> None:
        self.slack = slack
        self._make: Callable[[], SlackBounds] = lambda: SlackBounds(slack, zeros, vertices, order)
        self._steps: list[tuple[SlackBounds, int]] = []

    def __iter__(self) -> Iterator[tuple[SlackBounds, int]]:
        for step, precision in enumerate(PRECISIONS):
            if step == len(self._steps):
                with arithmetic(precision):
                    self._steps.append((self._make(), precision))
            yield self._steps[step]


def _settled(value: arb, strict: bool) -> bool:
    return bool(value > 0 if strict else value >= 0)


def _volume(cell: Cell) -> Fraction:
    return math.prod((high - low for low, high in cell), start=Fraction(1))


def _shown(cell: Cell) -> str:
    return " x ".join(f"[{float(low):.6g}, {float(high):.6g}]" for low, high in cell)
