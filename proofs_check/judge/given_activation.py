"""A named activation: branch and bound over a correlation with the kernel map itself as a function, closed form or not.

On a cell the map and its derivatives lie between their values at its ends (nonnegative coefficients; even and odd parts
where correlations are negative). A cell is settled by its natural enclosure, by the mean value form, or because the slack
is monotone there and holds at the lower end, which may be an exact equality.
"""

from __future__ import annotations

import itertools
from fractions import Fraction

import flint
import sympy as sp

from proofs_check.interval.ball import hull
from proofs_check.judge.cases import end
from proofs_check.judge.outcome import Certified, Open, Outcome
from proofs_check.judge.strategy import Clock
from theory.activation.activation import Activation
from theory.statement.proposition import Relation
from theory.statement.quantity import Quantity, Undecided, Undefined, unfolded
from theory.statement.sentence import Sentence
from theory.statement.sort import Activations, Naturals, Reals
from theory.statement.value import enclose

_MOST_NATURALS = 12
_NARROWEST = Fraction(1, 2**30)
_DIGITS = 12


def on_cells(sentence: Sentence, clock: Clock) -> Outcome | None:
    """Return an enclosure of a claim about named activations in one correlation, over its whole domain."""
    named = [b for b in sentence.binders if isinstance(b.sort, Activations)]
    if not named or any(b.sort.pinned is None for b in named) or not isinstance(sentence.body, Relation):  # type: ignore[union-attr]
        return None
    finite = [b for b in sentence.binders if isinstance(b.sort, Naturals)]
    reals = [b for b in sentence.binders if isinstance(b.sort, Reals)]
    if (
        len(reals) != 1
        or len(named) + len(finite) + len(reals) < len(sentence.binders)
        or sentence.body.op in ("=", "!=")
    ):
        return None
    choices = [
        range(b.sort.least, b.sort.most + 1) for b in finite if isinstance(b.sort, Naturals) and b.sort.most is not None
    ]
    if len(choices) < len(finite) or sp.prod([len(c) for c in choices]) > _MOST_NATURALS:
        return None
    low, high = end(reals[0].sort.low, {}), end(reals[0].sort.high, {})  # type: ignore[union-attr]
    if low is None or high is None:
        return None
    cells = 0
    for values in itertools.product(*choices):
        pinned = sentence.pinned({b.name: v for b, v in zip(finite, values, strict=True)}) if finite else sentence
        found = _Cells(pinned, clock).settle(low, high)
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
        self.symbol = next(b.symbol for b in sentence.binders if isinstance(b.sort, Reals))
        self.sort = next(b.sort for b in sentence.binders if isinstance(b.sort, Reals))
        self.case = {
            b.symbol: Activation.from_text(str(b.sort.pinned))
            for b in sentence.binders
            if isinstance(b.sort, Activations)
        }
        self.slack = sentence.body.slack
        self.slope = sp.diff(unfolded(self.slack), self.symbol)
        if self.slope.has(sp.Derivative, sp.Subs) or any(
            w.has(self.symbol) and w.word not in ("kappa", "rms", "raw") for w in self.slope.atoms(Quantity)
        ):
            self.slope = None

    def settle(self, low: Fraction, high: Fraction) -> int | Open:
        """Return the number of cells that were needed, or what resisted."""
        waiting, settled = [(low, high)], 0
        while waiting:
            u, v = waiting.pop()
            if self.clock.expired:
                return Open(f"bounding the slack on [{u}, {v}] ({settled} cells settled)", "more seconds")
            self.clock.report(f"cell [{float(u):.4g}, {float(v):.4g}], {settled} settled")
            if self._holds_on(u, v):
                settled += 1
                continue
            if v - u < _NARROWEST:
                return Open(f"bounding the slack near {float(u):.6g}", "a claim that is no equality inside the domain")
            middle = (u + v) / 2
            waiting += [(middle, v), (u, middle)]
        return settled

    def _holds_on(self, u: Fraction, v: Fraction) -> bool:
        cell = hull(u, v)
        natural = self._ball(self.slack, cell)
        if natural is not None and natural > 0:
            return True
        slope = None if self.slope is None else self._ball(self.slope, cell)
        if slope is None:
            return False
        if slope >= 0 or slope <= 0:
            return self._holds_at(u if slope >= 0 else v, bool(slope > 0 or slope < 0))
        middle = (u + v) / 2
        value = self._ball(self.slack, middle)
        return value is not None and bool(value + slope * (cell - flint.arb(middle.numerator) / middle.denominator) > 0)

    def _holds_at(self, place: Fraction, strictly_monotone: bool) -> bool:
        """Whether the least slack of a cell is allowed: positive, or exactly 0 where the claim lets it be."""
        value = self._ball(self.slack, place)
        if value is None:
            return False
        if value > 0:
            return True
        outside = (place == end(self.sort.low, {}) and self.sort.low_open) or (
            place == end(self.sort.high, {}) and self.sort.high_open
        )
        return bool(value == 0) and (not self.strict or (outside and strictly_monotone))

    def _ball(self, term: sp.Expr, place: Fraction | flint.arb) -> flint.arb | None:
        try:
            return enclose(term, {**self.case, self.symbol: place}, _DIGITS)
        except (Undefined, Undecided, ValueError):
            return None
