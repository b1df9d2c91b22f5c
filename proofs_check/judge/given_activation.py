"""A named activation: branch and bound over correlations with the kernel map itself as a function, closed form or not.

On a cell the map and its derivatives lie between their values at its ends (nonnegative coefficients; even and odd parts
where correlations are negative). A cell is settled by its natural enclosure, by the mean value form, or on the face at which
the slack is least, for the variables in which it is monotone there; on a face the slack may be an exact equality.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction

import flint
import sympy as sp

from proofs_check.interval.ball import hull
from proofs_check.judge.cases import end
from proofs_check.judge.outcome import Certified, Open, Outcome
from proofs_check.judge.strategy import Clock
from theory.activation.activation import Activation
from theory.enclosure.ball import ball_of
from theory.statement.proposition import Relation
from theory.statement.quantity import Quantity, Undecided, Undefined, unfolded
from theory.statement.sentence import Sentence
from theory.statement.sort import Activations, Naturals, Reals
from theory.statement.value import enclose

_MOST_NATURALS = 12
_MOST_REALS = 3
_NARROWEST = Fraction(1, 2**30)
_DIGITS = 12

Cell = Mapping[sp.Symbol, tuple[Fraction, Fraction]]


def on_cells(sentence: Sentence, clock: Clock) -> Outcome | None:
    """Return an enclosure of a claim about named activations in one to three real variables, over its whole domain."""
    named = [b for b in sentence.binders if isinstance(b.sort, Activations)]
    if not named or any(b.sort.pinned is None for b in named) or not isinstance(sentence.body, Relation):  # type: ignore[union-attr]
        return None
    finite = [b for b in sentence.binders if isinstance(b.sort, Naturals)]
    reals = [b for b in sentence.binders if isinstance(b.sort, Reals)]
    if (
        not 1 <= len(reals) <= _MOST_REALS
        or len(named) + len(finite) + len(reals) < len(sentence.binders)
        or sentence.body.op in ("=", "!=")
    ):
        return None
    choices = [
        range(b.sort.least, b.sort.most + 1) for b in finite if isinstance(b.sort, Naturals) and b.sort.most is not None
    ]
    if len(choices) < len(finite) or sp.prod([len(c) for c in choices]) > _MOST_NATURALS:
        return None
    box: dict[sp.Symbol, tuple[Fraction, Fraction]] = {}
    for binder in reals:
        low, high = end(binder.sort.low, {}), end(binder.sort.high, {}, 1)  # type: ignore[union-attr]
        if low is None or high is None or binder.sort.is_set_by_words:  # type: ignore[union-attr]
            return None
        box[binder.symbol] = (low, high)
    cells = 0
    for values in itertools.product(*choices):
        pinned = sentence.pinned({b.name: v for b, v in zip(finite, values, strict=True)}) if finite else sentence
        found = _Cells(pinned, clock).settle(box)
        if isinstance(found, Open):
            return found
        cells += found
    names = ", ".join(str(b.sort.pinned) for b in named)  # type: ignore[union-attr]
    return Certified(
        f"{names}, every value of the domain",
        f"balls of the map on {cells} cells",
        trusts=("Hermite coefficients by quadrature with a proved remainder",),
    )


class _Cells:
    def __init__(self, sentence: Sentence, clock: Clock) -> None:
        assert isinstance(sentence.body, Relation)
        self.clock = clock
        self.strict = sentence.body.strict
        self.sorts = {b.symbol: b.sort for b in sentence.binders if isinstance(b.sort, Reals)}
        self.case = {
            b.symbol: Activation.from_text(str(b.sort.pinned))
            for b in sentence.binders
            if isinstance(b.sort, Activations)
        }
        self.slack = sentence.body.slack
        self.slopes = {symbol: self._slope(symbol) for symbol in self.sorts}

    def _slope(self, symbol: sp.Symbol) -> sp.Expr | None:
        slope = sp.diff(unfolded(self.slack), symbol)
        if slope.has(sp.Derivative, sp.Subs) or any(
            w.has(symbol) and w.word not in ("kappa", "rms", "raw") for w in slope.atoms(Quantity)
        ):
            return None
        return slope

    def settle(self, box: Cell) -> int | Open:
        """Return the number of cells that were needed, or what resisted."""
        waiting, settled = [dict(box)], 0
        widths = {symbol: high - low or Fraction(1) for symbol, (low, high) in box.items()}
        while waiting:
            cell = waiting.pop()
            shown = " x ".join(f"[{float(u):.4g}, {float(v):.4g}]" for u, v in cell.values())
            if self.clock.expired:
                return Open(f"bounding the slack on {shown} ({settled} cells settled)", "more seconds")
            self.clock.report(f"cell {shown}, {settled} settled")
            if self._holds_on(cell):
                settled += 1
                continue
            widest = max(cell, key=lambda symbol: (cell[symbol][1] - cell[symbol][0]) / widths[symbol])
            u, v = cell[widest]
            if v - u < _NARROWEST * widths[widest]:
                return Open(f"bounding the slack near {shown}", "a claim that is no equality inside the domain")
            middle = (u + v) / 2
            waiting += [{**cell, widest: (middle, v)}, {**cell, widest: (u, middle)}]
        return settled

    def _holds_on(self, cell: Cell) -> bool:
        if self._is_allowed(self._ball(self.slack, cell)):
            return True
        slopes = {s: None if f is None else self._ball(f, cell) for s, f in self.slopes.items()}
        face, strictly_outside = dict(cell), False
        for symbol, slope in slopes.items():
            if slope is not None and (slope >= 0 or slope <= 0):
                place = cell[symbol][0 if slope >= 0 else 1]
                face[symbol] = (place, place)
                strictly_outside |= self._is_outside(symbol, place) and bool(slope > 0 or slope < 0)
        value = self._ball(self.slack, face)
        if self._is_allowed(value) or (strictly_outside and value is not None and bool(value >= 0)):
            return True
        free = [symbol for symbol, (u, v) in face.items() if u != v]
        if not free or any(slopes[symbol] is None for symbol in free):
            return False
        middle = {s: (((u + v) / 2),) * 2 for s, (u, v) in face.items()}
        total = self._ball(self.slack, middle)
        if total is None:
            return False
        for symbol in free:
            total += slopes[symbol] * (hull(*face[symbol]) - ball_of(middle[symbol][0]))
        return self._is_allowed(total)

    def _is_allowed(self, value: flint.arb | None) -> bool:
        """Whether the slack is certainly what the claim lets it be: positive, or 0 where the claim is not strict."""
        return value is not None and bool(value > 0 or (not self.strict and value >= 0))

    def _is_outside(self, symbol: sp.Symbol, place: Fraction) -> bool:
        sort = self.sorts[symbol]
        return (place == end(sort.low, {}) and sort.low_open) or (place == end(sort.high, {}) and sort.high_open)

    def _ball(self, term: sp.Expr, cell: Cell) -> flint.arb | None:
        places = {s: u if u == v else hull(u, v) for s, (u, v) in cell.items()}
        try:
            return enclose(term, {**self.case, **places}, _DIGITS)
        except (Undefined, Undecided, ValueError):
            return None
