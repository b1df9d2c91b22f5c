"""The whole check of a certificate: digest, claim, declared zeros, exact cover, and the bound of every cell.

Nothing in a document is believed. Bounds are derived again in the checker's own interval arithmetic; that Taylor
coefficients vanish at a declared zero, that a claim before a change of variable means the same and that a text is a
derivative is derived by exact algebra (`exact_proofs.py`). What a kernel's certificate takes on trust is named in what
`Checker.check` returns.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .arguments import ARGUMENTS, check_argument
from .contraction import KernelContraction
from .evident_sign import evident_sign, roughness
from .exact import Exact
from .exact_proofs import (
    everywhere,
    exact_value,
    halves,
    is_derivative,
    same_after_substitution,
    vanishing_coefficients,
)
from .forms import Cell, Forms, Zero
from .haar import HaarAnswer
from .intervals import NoBound, interval, precision
from .reading import Budget, Refused, entries_of, fraction, integer, need, need_keys
from .series import Series
from .statement import Claim

SCHEMA, BOUND_SCHEMA = "haarmite-certificate/1", "haarmite-certificate/2"
_BITS = (96, 288)
_DEEPEST_BISECTION = 8
_DEEPEST_NESTING = 6
_KEYS = {
    **ARGUMENTS,
    "cells": "zeros corners cells",
    "tree": "zeros corners tree",
    "derivative_sign": "end derivative why",
    "number": "",
}


@dataclass(frozen=True)
class Binding:
    """What a certificate says it serves: a claim of a ledger by its id and sentence, the case, and by which versions."""

    claim: str
    sentence: str
    case: str
    versions: str


class Checker:
    """Checks one document; `cells` counts the bounds derived, `claim` is the text that was checked."""

    def __init__(self, budget: Budget, depth: int = 0) -> None:
        self.cells, self.claim = 0, ""
        self.serves: Binding | None = None
        self._budget, self._depth = budget, depth

    def check(self, document: dict[str, Any], claim: str | None = None) -> list[str]:
        """Return what the acceptance relies on beyond intervals; with `claim`, the document has to name that claim.

        Raises
        ------
        Refused
            If the document does not prove its claim.
        """
        schema = document.get("schema")
        need(
            schema in (SCHEMA, BOUND_SCHEMA),
            f"the schema needs to be {SCHEMA!r} or {BOUND_SCHEMA!r}, got {schema!r:.60}",
        )
        body = {key: value for key, value in document.items() if key != "sha256"}
        canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")
        need(document.get("sha256") == hashlib.sha256(canonical).hexdigest(), "the digest does not match")
        document = dict(document)
        if schema == BOUND_SCHEMA:
            self.serves = _binding(document.pop("serves", None))
        if claim is not None:
            need(self.serves is not None, f"it serves no claim of the ledger, and {claim} was asked")
            assert self.serves is not None
            need(self.serves.claim == claim, f"it serves the claim {self.serves.claim}, and {claim} was asked")
        with precision(_BITS[0]):
            return self._check_kind(document)

    def _check_kind(self, document: dict[str, Any]) -> list[str]:
        kind = document.get("kind")
        if kind == "kernel":
            return self._kernel(document)
        if kind == "haar":
            return self._haar(document)
        need(isinstance(kind, str) and kind in _KEYS, f"the kind of certificate is unknown: {kind!r:.60}")
        need_keys(document, "schema kind claim variables box tape original sha256 " + _KEYS[str(kind)], "a certificate")
        self._claim = Claim(document["claim"], closed=kind == "number")
        self._forms = Forms(self._claim, self._budget)
        self.claim = str(document["claim"])
        self._compare(document)
        if kind == "number":
            self._number(document["original"])
            return []
        if kind in ARGUMENTS:
            return check_argument(document, self._claim, self._budget, self._inside)
        self._original(document["original"])
        if kind == "derivative_sign":
            self._derivative_sign(document)
            return []
        self._read_zeros(document)
        leaves = self._cover_by_cells(document["cells"]) if kind == "cells" else self._cover_by_tree(document["tree"])
        for cell, leaf in leaves:
            self._settle(cell, leaf)
        return []

    def _inside(self, document: Any) -> list[str]:
        """Check a certificate that is part of this one."""
        need(isinstance(document, dict), "a certificate inside needs to be an object")
        need(self._depth < _DEEPEST_NESTING, "certificates are nested too deep")
        inner = Checker(self._budget, self._depth + 1)
        relies_on = inner.check(document)
        self.cells += inner.cells
        return relies_on

    def _compare(self, document: dict[str, Any]) -> None:
        claim = self._claim
        ends = [["-oo" if a is None else str(a), "oo" if b is None else str(b)] for a, b in claim.box]
        need(document["variables"] == claim.variables, "the variables are not those of the claim")
        need(document["box"] == ends, "the box is not that of the claim")
        need(document["tape"] == [list(instruction) for instruction in claim.tape], "the tape is not that of the claim")

    # Zeros

    def _read_zeros(self, document: dict[str, Any]) -> None:
        entries = entries_of(document["zeros"], 8, "zeros")
        need(not (entries and self._claim.strict), "a strict claim cannot have zeros")
        for entry in entries:
            need_keys(entry, "variable at order why", "a zero")
            variable = integer(entry["variable"], 0, len(self._claim.box) - 1, "a zero's variable")
            zero = Zero(variable, fraction(entry["at"], "a zero"), integer(entry["order"], 1, 12, "a zero's order"))
            low, high = self._bounded_box()[variable]
            need(low <= zero.at <= high and isinstance(entry["why"], str), "a zero lies outside the box")
            vanish = self._vanishing(self._bounded_box(), zero.variable, zero.at, zero.order)
            need(
                all(vanish[: zero.order]) and not vanish[zero.order],
                f"the declared zero at {zero.at} has not the order {zero.order}: "
                f"derived as 0 are the coefficients {[k for k, gone in enumerate(vanish) if gone]}",
            )
            self._forms.zeros.append(zero)
        for entry in entries_of(document["corners"], 64, "corners"):
            self._read_corner(entry)

    def _vanishing(self, box: Cell, variable: int, at: Fraction, order: int) -> list[bool]:
        try:
            return vanishing_coefficients(self._claim.tape, box, variable, at, order, self._budget)
        except NoBound as undecided:
            raise Refused(f"the slack has no Taylor series that can be derived exactly at {at} ({undecided})") from None

    def _read_corner(self, entry: Any) -> None:
        need_keys(entry, "at zero why", "a corner")
        need(not self._claim.strict, "a strict claim cannot have corners")
        vertex = [fraction(x, "a corner") for x in entries_of(entry["at"], 3, "a corner")]
        box = self._bounded_box()
        need(
            len(vertex) == len(box) and all(x in ends for x, ends in zip(vertex, box, strict=True)),
            "a corner is not a vertex of the box",
        )
        k, variable, order = None, 0, 0
        if entry["zero"] is not None:
            k = integer(entry["zero"], 0, len(self._forms.zeros) - 1, "a corner's zero")
            variable, order = self._forms.zeros[k].variable, self._forms.zeros[k].order
            need(vertex[variable] == self._forms.zeros[k].at, "a corner does not lie on its zero's face")
        vanish = self._vanishing([(x, x) for x in vertex], variable, vertex[variable], order)
        need(vanish[order] and isinstance(entry["why"], str), "the quotient does not vanish at a declared corner")
        self._forms.corners.append((vertex, k))

    def _bounded_box(self) -> Cell:
        box = [(low, high) for low, high in self._claim.box if low is not None and high is not None]
        need(len(box) == len(self._claim.box), "cells cannot cover an unbounded box")
        return box

    # Covers

    def _cover_by_cells(self, entries: Any) -> Iterator[tuple[Cell, dict[str, Any]]]:
        box = self._bounded_box()
        need(len(box) == 1, "a list of cells needs one variable")
        reached = box[0][0]
        for entry in entries_of(entries, 1_000_000, "cells"):
            need(isinstance(entry, dict) and {"lo", "hi", "method"} <= set(entry), "a cell needs lo, hi and method")
            low, high = fraction(entry["lo"], "a cell's end"), fraction(entry["hi"], "a cell's end")
            need(low == reached, f"the cells do not meet: one ends at {reached}, the next begins at {low}")
            need(low < high, f"a cell is empty or reversed: [{low}, {high}]")
            reached = high
            yield [(low, high)], {key: value for key, value in entry.items() if key not in ("lo", "hi")}
        need(reached == box[0][1], f"the cells end at {reached}, the box at {box[0][1]}")

    def _cover_by_tree(self, entries: Any) -> Iterator[tuple[Cell, dict[str, Any]]]:
        stack = [self._bounded_box()]
        for node in entries_of(entries, 4_000_000, "the tree"):
            need(stack, "the tree has nodes beyond its last leaf")
            need(isinstance(node, dict), "a node of the tree needs to be an object")
            cell = stack.pop()
            if "split" in node:
                need_keys(node, "split", "an inner node")
                stack += reversed(halves(cell, integer(node["split"], 0, len(cell) - 1, "a split")))
                need(len(stack) <= 10_000, "the tree is too deep")
            else:
                yield cell, node
        need(not stack, "the tree ends before its cells cover the box")

    def _settle(self, cell: Cell, leaf: dict[str, Any]) -> None:
        bound = self._forms.form(leaf, cell)
        for bits in _BITS:
            with precision(bits):
                if self._holds(bound, cell, 0):
                    return
        place = " x ".join(f"[{low}, {high}]" for low, high in cell)
        raise Refused(
            f"no non-negative bound on {place} by {leaf.get('method')!r:.40}, after {_DEEPEST_BISECTION} bisections"
        )

    def _holds(self, bound: Callable[[Cell], Any], cell: Cell, depth: int) -> bool:
        self.cells += 1
        try:
            lower = bound(cell)
        except NoBound:
            lower = None
        if lower is not None and (lower.lo > 0 or (lower.lo >= 0 and not self._claim.strict)):
            return True
        if depth == _DEEPEST_BISECTION:
            return False
        box = self._bounded_box()
        sizes = [(high - low) / (b - a) for (low, high), (a, b) in zip(cell, box, strict=True)]
        return all(self._holds(bound, half, depth + 1) for half in halves(cell, sizes.index(max(sizes))))

    # Other evidence

    def _number(self, original: Any) -> None:
        """An inequality without variables: the one value of its tape."""
        need(original is None, "the original of a number is the number")
        for bits in _BITS:
            self.cells += 1
            with precision(bits):
                try:
                    value = self._forms.natural([])
                except NoBound:
                    continue
                if value.lo > 0 or (value.lo >= 0 and not self._claim.strict):
                    return
        raise Refused(f"the number is not enclosed on the side that is claimed, with {_BITS[-1]} bits")

    def _original(self, entry: Any) -> None:
        """A claim before a change of variable: the new variable has to reach every value of the old one, and the slacks have
        to be the same function."""
        if entry is None:
            return
        need_keys(entry, "claim variable by", "the original")
        original, claim = Claim(entry["claim"]), self._claim
        need(entry["variable"] in original.variables, "the original lacks the variable that was changed")
        place = original.variables.index(entry["variable"])
        need(
            len(original.variables) == len(claim.variables) and original.strict == claim.strict, "the original differs"
        )
        need(
            all(
                i == place or (original.variables[i], original.box[i]) == (claim.variables[i], claim.box[i])
                for i in range(len(claim.box))
            ),
            "the original differs in another variable",
        )
        low, high = self._bounded_box()[place]
        new = claim.variables[place]
        need(isinstance(entry["by"], str), "the change of variable needs to be text")
        by = Claim(f"{entry['by']} >= 0 for {new} in [{low}, {high}]")
        need(by.variables == [new], "the change of variable is not one")
        self._reaches(by, original.box[place])
        try:
            same = same_after_substitution(original.tape, place, by.tape, claim.tape, self._bounded_box(), self._budget)
        except NoBound as undecided:
            raise Refused(f"the change of variable is not decided by exact algebra ({undecided})") from None
        need(same, "the original and the claim differ after the change of variable")
        self.claim = str(entry["claim"])

    def _reaches(self, by: Claim, range_: tuple[Fraction | None, Fraction | None]) -> None:
        """A change of variable that is continuous and meets both ends, or passes them, takes every value between them."""
        need(not any(name in ("sign", "heaviside") for name, *_ in by.tape), "the change of variable jumps")

        def continuous(part: Cell) -> bool:
            self._forms.evaluate(by.tape, [interval(*part[0])], 1)
            return True

        [(low, high)] = [ends for ends in by.box if ends[0] is not None and ends[1] is not None]
        try:
            everywhere([(low, high)], continuous)  # type: ignore[list-item]
            values = [exact_value(by.tape, x, self._budget) for x in (low, high)]  # type: ignore[arg-type]
        except NoBound:
            raise Refused("the change of variable has no value at a point of its box") from None
        met = [
            all(
                end is not None and ((x - end).is_zero or _is_beyond(x, end, side))
                for x, end, side in zip(ends, range_, (-1, 1), strict=True)
            )
            for ends in (values, values[::-1])
        ]
        need(any(met), "the change of variable does not reach the ends")

    def _derivative_sign(self, document: dict[str, Any]) -> None:
        """f >= 0 at one end, f differentiable on the whole range, and f' of the sign that keeps it so."""
        claim = self._claim
        need(len(claim.box) == 1 and not claim.strict, "the sign of the derivative proves >= in one variable")
        low, high = claim.box[0]
        need(document["end"] in ("low", "high"), "the end needs to be low or high")
        end = low if document["end"] == "low" else high
        need(end is not None, "the end at which the slack starts is infinite")
        assert end is not None
        need(
            isinstance(document["derivative"], str) and isinstance(document["why"], str),
            "the derivative needs to be text",
        )
        shown_low, shown_high = ("-oo" if low is None else low), ("oo" if high is None else high)
        stated = Claim(f"{document['derivative']} >= 0 for {claim.variables[0]} in [{shown_low}, {shown_high}]")
        need(stated.variables == claim.variables, "the derivative is not one expression")
        for tape, what in ((claim.tape, "slack"), (stated.tape, "stated derivative")):
            self._smooth(tape, low, high, what)
        sign = evident_sign(stated.tape, low, high)
        need(sign == (1 if document["end"] == "low" else -1), "the sign of the stated derivative is not evident")
        try:
            need(
                is_derivative(stated.tape, claim.tape, low, high, self._budget),
                "the stated derivative is not that of the slack",
            )
            start = exact_value(claim.tape, end, self._budget)
        except NoBound as undecided:
            raise Refused(f"the derivative cannot be derived exactly ({undecided})") from None
        need(
            start.is_zero or (start.range is not None and start.range.lo >= 0),
            "the slack is negative where it starts, or not decided there",
        )
        self.cells = 1

    def _smooth(self, tape: Sequence[Any], low: Fraction | None, high: Fraction | None, what: str) -> None:
        """Refuse unless a function of one variable is differentiable on its whole range: evidently, or cell by cell."""
        rough = roughness(tape, low, high)
        if not rough:
            return
        need(
            low is not None and high is not None,
            f"the {what} is not shown to be differentiable on its unbounded range: {rough} may jump or have a pole",
        )
        assert low is not None
        assert high is not None

        def differentiable(part: Cell) -> bool:
            self._forms.evaluate(list(tape), [Series(1, 1, [interval(*part[0]), 1])], 4)
            return True

        try:
            everywhere([(low, high)], differentiable)
        except NoBound:
            raise Refused(
                f"the {what} is not shown to be differentiable on its range: {rough} may jump or have a pole"
            ) from None

    def _kernel(self, document: dict[str, Any]) -> list[str]:
        contraction = KernelContraction(document, self._budget)
        self.claim = document["claim"]
        try:
            relies_on = contraction.check(document)
            self.claim = contraction.sentence(document)
            return relies_on
        finally:
            self.cells = contraction.cells

    def _haar(self, document: dict[str, Any]) -> list[str]:
        answer = HaarAnswer(document, self._budget)
        answer.check()
        self.claim, self.cells = answer.claim, answer.cells
        return []


def _binding(entry: Any) -> Binding:
    need_keys(entry, "claim sentence case versions", "what a certificate serves")
    for key, value in entry.items():
        need(isinstance(value, str) and len(value) <= 2000, f"the {key} that a certificate serves needs to be text")
        need(
            value.isprintable(), f"the {key} that a certificate serves needs to be text that can be printed in one line"
        )
    return Binding(**entry)


def _is_beyond(value: Exact, end: Fraction, side: int) -> bool:
    """Whether a value certainly lies beyond an end: below it (side -1) or above it (side 1)."""
    away = value - end
    return away.range is not None and (away.range.hi < 0 if side < 0 else away.range.lo > 0)
