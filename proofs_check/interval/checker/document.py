"""The whole check of a certificate: digest, claim, declared zeros, exact cover, and the bound of every cell.

The document's own words are believed in three places only, each named in what `Checker.check` returns: that Taylor
coefficients at declared zeros vanish exactly, that a claim before a change of variable means the same, and that a text
is a derivative. Intervals test all three for consistency and refuse what they contradict.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from mpmath import iv

from .contraction import KernelContraction
from .evident_sign import evident_sign
from .forms import Cell, Forms, Zero
from .intervals import NoBound, interval, point
from .reading import Budget, Refused, entries_of, fraction, integer, need, need_keys
from .series import constant_term
from .statement import Claim

SCHEMA = "haarmite-certificate/1"
_BITS = (80, 256)
_DEEPEST_BISECTION = 8
_KEYS = {
    "cells": "zeros corners cells",
    "tree": "zeros corners tree",
    "derivative_sign": "end derivative why",
}


class Checker:
    """Checks one document; `cells` counts the bounds derived, `claim` is the text that was checked."""

    def __init__(self, budget: Budget) -> None:
        self.cells, self.claim = 0, ""
        self._budget = budget

    def check(self, document: dict[str, Any]) -> list[str]:
        """Return what the acceptance relies on beyond intervals.

        Raises
        ------
        Refused
            If the document does not prove its claim.
        """
        need(document.get("schema") == SCHEMA, f"the schema needs to be {SCHEMA!r}, got {document.get('schema')!r:.60}")
        body = {key: value for key, value in document.items() if key != "sha256"}
        canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")
        need(document.get("sha256") == hashlib.sha256(canonical).hexdigest(), "the digest does not match")
        kind = document.get("kind")
        iv.prec = _BITS[-1]
        if kind == "kernel":
            return self._kernel(document)
        need(isinstance(kind, str) and kind in _KEYS, f"the kind of certificate is unknown: {kind!r:.60}")
        need_keys(document, "schema kind claim variables box tape original sha256 " + _KEYS[str(kind)], "a certificate")
        self._claim = Claim(document["claim"])
        self._forms = Forms(self._claim, self._budget)
        self.claim = str(document["claim"])
        self._compare(document)
        iv.prec = _BITS[0]
        relies_on = self._original(document["original"])
        if kind == "derivative_sign":
            return relies_on + self._derivative_sign(document)
        relies_on += self._read_zeros(document)
        leaves = self._cover_by_cells(document["cells"]) if kind == "cells" else self._cover_by_tree(document["tree"])
        for cell, leaf in leaves:
            self._settle(cell, leaf)
        return relies_on

    def _compare(self, document: dict[str, Any]) -> None:
        claim = self._claim
        ends = [["-oo" if a is None else str(a), "oo" if b is None else str(b)] for a, b in claim.box]
        need(document["variables"] == claim.variables, "the variables are not those of the claim")
        need(document["box"] == ends, "the box is not that of the claim")
        need(document["tape"] == [list(instruction) for instruction in claim.tape], "the tape is not that of the claim")

    # Zeros

    def _read_zeros(self, document: dict[str, Any]) -> list[str]:
        relies_on = []
        entries = entries_of(document["zeros"], 8, "zeros")
        need(not (entries and self._claim.strict), "a strict claim cannot have zeros")
        for entry in entries:
            need_keys(entry, "variable at order why", "a zero")
            variable = integer(entry["variable"], 0, len(self._claim.box) - 1, "a zero's variable")
            zero = Zero(variable, fraction(entry["at"], "a zero"), integer(entry["order"], 1, 12, "a zero's order"))
            low, high = self._bounded_box()[variable]
            need(low <= zero.at <= high and isinstance(entry["why"], str), "a zero lies outside the box")
            self._consistent(zero)
            self._forms.zeros.append(zero)
            name = self._claim.variables[variable]
            relies_on.append(
                f"the Taylor coefficients 0..{zero.order - 1} of the slack at {name} = {zero.at} vanish exactly "
                f"(stated: {entry['why'][:100]})"
            )
        for entry in entries_of(document["corners"], 64, "corners"):
            relies_on.append(self._read_corner(entry))
        return relies_on

    def _consistent(self, zero: Zero) -> None:
        """Intervals cannot prove a coefficient zero, but they refuse an order that is wrong."""
        box = [point((low + high) / 2) for low, high in self._bounded_box()]
        box[zero.variable] = point(zero.at)
        try:
            terms = self._forms.coefficients(box, zero.variable, zero.order)
        except NoBound:
            raise Refused(f"the slack has no Taylor series at the declared zero {zero.at}") from None
        vanish = all(term.a <= 0 <= term.b for term in terms[: zero.order])
        need(
            vanish and not terms[zero.order].a <= 0 <= terms[zero.order].b,
            f"the declared zero at {zero.at} has not the order {zero.order}",
        )

    def _read_corner(self, entry: Any) -> str:
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
        try:
            value = self._forms.coefficients([point(x) for x in vertex], variable, order)[order]
        except NoBound:
            raise Refused("the slack has no Taylor series at a declared corner") from None
        need(
            value.a <= 0 <= value.b and isinstance(entry["why"], str),
            "the quotient does not vanish at a declared corner",
        )
        self._forms.corners.append((vertex, k))
        place = ", ".join(map(str, vertex))
        return f"Taylor coefficient {order} of the slack vanishes exactly at ({place}) (stated: {entry['why'][:100]})"

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
                stack += reversed(_halves(cell, integer(node["split"], 0, len(cell) - 1, "a split")))
                need(len(stack) <= 10_000, "the tree is too deep")
            else:
                yield cell, node
        need(not stack, "the tree ends before its cells cover the box")

    def _settle(self, cell: Cell, leaf: dict[str, Any]) -> None:
        bound = self._forms.form(leaf, cell)
        for bits in _BITS:
            iv.prec = bits
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
        except (NoBound, ZeroDivisionError, ValueError):
            lower = None
        if lower is not None and (lower.a > 0 or (lower.a >= 0 and not self._claim.strict)):
            return True
        if depth == _DEEPEST_BISECTION:
            return False
        box = self._bounded_box()
        sizes = [(high - low) / (b - a) for (low, high), (a, b) in zip(cell, box, strict=True)]
        return all(self._holds(bound, half, depth + 1) for half in _halves(cell, sizes.index(max(sizes))))

    # Other evidence

    def _original(self, entry: Any) -> list[str]:
        """A claim before a change of variable: its ends have to be met and its slack to agree at points."""
        if entry is None:
            return []
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
        (low, high), old = self._bounded_box()[place], original.box[place]
        new = claim.variables[place]
        need(isinstance(entry["by"], str), "the change of variable needs to be text")
        by = Claim(f"{entry['by']} >= 0 for {new} in [{low}, {high}]").tape
        need(not any(name in ("sign", "heaviside") for name, *_ in by), "the change of variable jumps")
        self._defined(by, [interval(low, high)])  # finite, so continuous: every value between the ends is taken
        images = sorted((self._defined(by, [point(x)]) for x in (low, high)), key=lambda x: x.a)
        need(
            all(
                end is not None and (x - point(end)).a <= 0 <= (x - point(end)).b
                for x, end in zip(images, old, strict=True)
            ),
            "the change of variable does not meet the ends",
        )
        for k in range(1, 8):
            here = [point((a + b) / 2) for a, b in self._bounded_box()]
            here[place] = point(low + (high - low) * k / 8)
            there = list(here)
            there[place] = self._defined(by, [here[place]])
            difference = self._defined(claim.tape, here) - self._defined(original.tape, there)
            need(difference.a <= 0 <= difference.b, "the original and the claim differ at a point")
        inner, self.claim = self.claim, str(entry["claim"])
        return [
            f"{entry['variable']} = {entry['by']} meets the ends exactly and turns the original into {inner!r:.2000}"
        ]

    def _defined(self, tape: list[tuple[Any, ...]], values: Sequence[Any]) -> Any:
        try:
            return constant_term(self._forms.evaluate(tape, values, 1))
        except (NoBound, ZeroDivisionError, ValueError):
            raise Refused("an expression of the certificate has no value at a point of its box") from None

    def _derivative_sign(self, document: dict[str, Any]) -> list[str]:
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
        sign = evident_sign(stated.tape, low, high)
        need(sign == (1 if document["end"] == "low" else -1), "the sign of the stated derivative is not evident")
        start = self._defined(claim.tape, [point(end)])
        need(start.b >= 0, "the slack is negative where it starts")
        for k in range(1, 8):
            x = _sample(low, high, k)
            slope, value = self._defined_slope(point(x)), self._defined(stated.tape, [point(x)])
            need((slope - value).a <= 0 <= (slope - value).b, "the stated derivative is not that of the slack")
        self.cells = 1
        relies_on = [f"{document['derivative'][:200]} is the derivative of the slack (stated: {document['why'][:100]})"]
        if not start.a >= 0:
            relies_on.append(f"the slack is exactly 0 at {claim.variables[0]} = {end}")
        return relies_on

    def _defined_slope(self, x: Any) -> Any:
        try:
            return self._forms.coefficients([x], 0, 1)[1]
        except NoBound:
            raise Refused("the slack has no derivative at a point of its box") from None

    def _kernel(self, document: dict[str, Any]) -> list[str]:
        contraction = KernelContraction(document, self._budget)
        self.claim = document["claim"]
        try:
            return contraction.check(document)
        finally:
            self.cells = contraction.cells


def _sample(low: Fraction | None, high: Fraction | None, k: int) -> Fraction:
    if low is not None and high is not None:
        return low + (high - low) * k / 8
    if low is None and high is None:
        return Fraction(k - 4)
    return low + Fraction(k, 2) if low is not None else high - Fraction(k, 2)  # type: ignore[operator]


def _halves(cell: Cell, variable: int) -> list[Cell]:
    low, high = cell[variable]
    middle = (low + high) / 2
    return [[*cell[:variable], ends, *cell[variable + 1 :]] for ends in ((low, middle), (middle, high))]
