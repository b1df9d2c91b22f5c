"""Lower bounds of the slack on one cell, from Taylor's theorem with remainder, in interval arithmetic.

With X the cell, m its centre, c a declared zero of order p and a_k(.) Taylor coefficients:

- natural: the tape on X; taylor: sum_{k<n} a_k(m) h^k + a_n(X) h^n; mean_value: its first order in several variables;
- zero: the quotient q of f = (x - c)^p q, see `Forms.quotient`;
- edge, corner: where two zeros meet, or the quotient vanishes at a vertex.

A bound >= 0 of any of them shows f >= 0 on the cell. `NoBound` means that this form has none here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .elementary import pi
from .intervals import Interval, NoBound, interval, point
from .reading import Budget, integer, need, need_keys
from .series import COST, Series, coefficient, constant_term, run
from .statement import Claim

Cell = list[tuple[Fraction, Fraction]]
_HIGHEST_ORDER = 20


@dataclass(frozen=True)
class Zero:
    """The slack is (x_variable - at)^order times a quotient, for all values of the other variables."""

    variable: int
    at: Fraction
    order: int


class Forms:
    """The bounds of one claim's slack, its declared zeros and corners being taken as true."""

    def __init__(self, claim: Claim, budget: Budget) -> None:
        self.claim, self.budget = claim, budget
        self.zeros: list[Zero] = []
        self.corners: list[tuple[list[Fraction], int | None]] = []

    def evaluate(self, tape: list[tuple[Any, ...]], values: Sequence[Any], cost: int) -> Any:
        """Return a tape's value; `cost` is the number of products of numbers that one of series takes."""
        self.budget.spend(cost * sum(COST.get(instruction[0], 1) for instruction in tape))
        return run(tape, values, point, pi)

    def coefficients(
        self, box: Sequence[Any], variable: int, order: int, other: int | None = None, degree: int = 0
    ) -> list[Any]:
        """a_0..a_order in one variable; with `other`, their coefficient of that degree in the other variable."""
        values = list(box)
        if other is not None:
            values[other] = Series(1, degree, [values[other], 1])
        values[variable] = Series(2, order, [values[variable], 1])
        result = self.evaluate(self.claim.tape, values, (order + 1) ** 2 * (degree + 1) ** 2)
        if not isinstance(result, Series) or result.level < 2:
            result = Series(2, order, [result])
        return [Interval(0, 0, 0) + coefficient(result.term(k), degree) for k in range(order + 1)]

    def form(self, leaf: dict[str, Any], cell: Cell) -> Callable[[Cell], Any]:
        """The bound that a leaf names; its fields are checked before anything is computed."""
        method = leaf.get("method")
        if method == "natural":
            need_keys(leaf, "method", "a natural cell")
            return self.natural
        if method == "taylor":
            need_keys(leaf, "method order", "a taylor cell")
            order = integer(leaf["order"], 1, _HIGHEST_ORDER, "a Taylor order")
            need(len(cell) == 1, "a taylor cell needs one variable")
            return lambda part: self.taylor(part, order)
        if method == "mean_value":
            need_keys(leaf, "method", "a mean value cell")
            return self.mean_value
        need(method in ("zero", "edge", "corner"), f"the method of a cell is unknown: {method!r:.40}")
        order = integer(leaf.get("order"), 0, _HIGHEST_ORDER, "an order")
        if method == "corner":
            need_keys(leaf, "method corner order", "a corner cell")
            vertex, k = self.corners[integer(leaf["corner"], 0, len(self.corners) - 1, "a corner")]
            need(k is None or order >= self.zeros[k].order, "a corner's order is below that of its zero")
            return lambda part: self.corner(part, vertex, k, order)
        need_keys(leaf, "method zero order" if method == "zero" else "method zero other order", f"a {method} cell")
        zero = self.zeros[integer(leaf["zero"], 0, len(self.zeros) - 1, "a zero")]
        need(order >= zero.order, "the order of a cell is below that of its zero")
        if method == "zero":
            return lambda part: self.quotient(part, zero, order)
        other = self.zeros[integer(leaf["other"], 0, len(self.zeros) - 1, "a zero")]
        need(other.variable != zero.variable, "an edge needs zeros in two variables")
        return lambda part: self.edge(part, zero, other, order)

    def natural(self, cell: Cell) -> Any:
        """Enclose the slack by its tape."""
        return constant_term(self.evaluate(self.claim.tape, [interval(*ends) for ends in cell], 1))

    def taylor(self, cell: Cell, order: int) -> Any:
        """sum_{k<n} a_k(m) h^k + a_n(X) h^n."""
        low, high = cell[0]
        middle = (low + high) / 2
        h = interval(low - middle, high - middle)
        total = self.coefficients([interval(low, high)], 0, order)[order] * h.power(order)
        for k, term in enumerate(self.coefficients([point(middle)], 0, order - 1)):
            total += term * h.power(k)
        return total

    def mean_value(self, cell: Cell) -> Any:
        """f(m) + sum_i d_i f(X_1..X_i, m_(i+1)..) (X_i - m_i)."""
        middle = [(low + high) / 2 for low, high in cell]
        wide, centre = [interval(*ends) for ends in cell], [point(x) for x in middle]
        total = constant_term(self.evaluate(self.claim.tape, centre, 1))
        for i, (low, high) in enumerate(cell):
            slope = self.coefficients([*wide[: i + 1], *centre[i + 1 :]], i, 1)[1]
            total += slope * interval(low - middle[i], high - middle[i])
        return total

    def quotient(self, cell: Cell, zero: Zero, order: int, other: int | None = None, degree: int = 0) -> Any:
        """Enclose g/|x - c|^p, g the slack or its Taylor coefficient of a degree in another variable.

        g vanishes to order p at x = c for every value of the other variables, so g/(x-c)^p lies in
        sum_{k=p}^{n-1} a_k(c) h^(k-p) + a_n(H) h^(n-p), H the hull of c and the cell.
        """
        low, high = cell[zero.variable]
        sign = side(low, high, zero.at, zero.order)
        h = interval(low - zero.at, high - zero.at)
        box = [interval(*ends) for ends in cell]
        box[zero.variable] = interval(min(low, zero.at), max(high, zero.at))
        total = self.coefficients(box, zero.variable, order, other, degree)[order] * h.power(order - zero.order)
        if order > zero.order:
            box[zero.variable] = point(zero.at)
            terms = self.coefficients(box, zero.variable, order - 1, other, degree)
            for k in range(zero.order, order):
                total += terms[k] * h.power(k - zero.order)
        return sign * total

    def edge(self, cell: Cell, zero: Zero, other: Zero, order: int) -> Any:
        """Two faces: f/(u-d)^r is a mean of (1/r!) d_u^r f over u between d and the cell; each has the zero in x."""
        sign = side(*cell[other.variable], other.at, other.order)
        wide = list(cell)
        wide[other.variable] = (min(cell[other.variable][0], other.at), max(cell[other.variable][1], other.at))
        return sign * self.quotient(wide, zero, order, other.variable, other.order)

    def corner(self, cell: Cell, vertex: list[Fraction], k: int | None, order: int) -> Any:
        """q = 0 at the vertex and every inward partial derivative of q is >= 0 between it and the cell.

        d_u q is the quotient of d_u f; in the zero's own variable q' lies in a_(p+1)(H).
        """
        wide = [(min(low, x), max(high, x)) for (low, high), x in zip(cell, vertex, strict=True)]
        partials = []
        for i, (low, high) in enumerate(wide):
            inward = side(low, high, vertex[i], 1)
            if k is not None and i != self.zeros[k].variable:
                partials.append(inward * self.quotient(wide, self.zeros[k], order, i, 1))
                continue
            p = 0 if k is None else self.zeros[k].order
            slope = self.coefficients([interval(*ends) for ends in wide], i, p + 1)[p + 1]
            partials.append(inward * side(low, high, vertex[i], p) * slope)
        return next((partial for partial in partials if partial.lo < 0), partials[0])


def side(low: Fraction, high: Fraction, at: Fraction, order: int) -> int:
    """The sign of (x - at)^order on [low, high]; where it changes there is no bound."""
    if order % 2 == 0 or low >= at:
        return 1
    if high <= at:
        return -1
    raise NoBound("no finite bound on this cell")
