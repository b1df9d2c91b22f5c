"""Lower bounds of a slack on one cell of its box, in ball arithmetic, each by the cheapest form that decides.

With X the cell, m its centre, a_k(·) Taylor coefficients, h = x - m or x - c:

- *natural*: the tape on the ball X;
- *taylor* of order n (one variable): sum_{k<n} a_k(m) h^k + a_n(X) h^n; order 1 is the mean value form;
- *mean_value* (several variables): f(m) + sum_i d_i f(X_1..X_i, m_{i+1}..) (X_i - m_i), the increments being taken
  one variable after the other;
- *zero* at x_i = c of order p: f = (x_i - c)^p q with q in sum_{k=p}^{n-1} a_k(c) h^(k-p) + a_n(H) h^(n-p), where
  H is the hull of c and the cell (not the cell: the remainder's point lies between c and x);
- *edge*: two face zeros meet; the same for the r-th derivative in the second variable, divided by r!;
- *corner*: q is zero at the vertex and both its partial derivatives point inwards: d_u q is the zero form of d_u f,
  and d_i q lies in a_{p+1}(H), for q' = integral of f^(p+1)(c + s h) s (1-s)^(p-1)/(p-1)! ds.

A cell is a tuple of rational intervals; every form is rigorous on its own and nothing here searches.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import sympy
from flint import arb

from proofs_check.interval.ball import Program, hull, rational_ball
from proofs_check.interval.tape import tape_of
from proofs_check.interval.zeros import Corner, FaceZero, Slack

Cell: TypeAlias = tuple[tuple[Fraction, Fraction], ...]
Method: TypeAlias = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class CellBound:
    """A form and what it gives: the slack on the cell is >= 0 if ``value`` is (value bounds q for zero forms)."""

    method: Method
    value: arb


class SlackBounds:
    """The bounds of one slack at one precision; use inside the `arithmetic` block in which it was made.

    Parameters
    ----------
    slack : Slack
    zeros, corners : sequences
        Proved zeros; cells that touch them get the forms above.
    order : int
        Taylor order, 0 (natural) to 8; in several variables any order >= 1 is the mean value form.
    """

    def __init__(self, slack: Slack, zeros: Sequence[FaceZero], corners: Sequence[Corner], order: int) -> None:
        self.slack, self.zeros, self.corners, self.order = slack, zeros, corners, order
        self.program = Program(slack.tape)
        self._derivatives: dict[tuple[int, int], Program] = {}

    def at(self, point: Sequence[Fraction]) -> arb:
        """Return the slack at a point."""
        return self.program([rational_ball(x) for x in point])

    def accuracy(self, point: Sequence[Fraction]) -> int:
        """Return the right bits of the slack at a point, computed as in the forms: by series."""
        return int(self.program.coefficients([rational_ball(x) for x in point], 0, 1)[0].rel_accuracy_bits())

    def best(self, cell: Cell) -> CellBound:
        """Return the first form that shows the slack non-negative on the cell, else the last one tried."""
        touching = [k for k, zero in enumerate(self.zeros) if _contains(cell[zero.variable], zero.at)]
        if len({self.zeros[k].variable for k in touching}) < len(touching) or len(touching) > 2:
            return CellBound({}, arb("nan"))  # two zeros in one variable, or three in three: halve first
        if len(touching) == 2:
            return self._edge(cell, *touching)
        if len(touching) == 1:
            bound = self._zero(cell, touching[0])
            return bound if bound.value >= 0 else self._corner(cell, touching[0]) or bound
        corner = self._corner(cell, None)
        return corner if corner is not None else self._ordinary(cell)

    def _ordinary(self, cell: Cell) -> CellBound:
        if self.order == 0:
            return CellBound({"method": "natural"}, self.program([hull(*ends) for ends in cell]))
        return self._taylor(cell[0]) if len(cell) == 1 else self._mean_value(cell)

    def _taylor(self, ends: tuple[Fraction, Fraction]) -> CellBound:
        wide = self.program.coefficients([hull(*ends)], 0, self.order)
        if wide[0] > 0:
            return CellBound({"method": "natural"}, wide[0])
        middle, radius = (ends[0] + ends[1]) / 2, (ends[1] - ends[0]) / 2
        value = wide[self.order] * power_range(-radius, radius, self.order)
        for k, coefficient in enumerate(self.program.coefficients([rational_ball(middle)], 0, self.order - 1)):
            value += coefficient * power_range(-radius, radius, k)
        return CellBound({"method": "taylor", "order": self.order}, value)

    def _mean_value(self, cell: Cell) -> CellBound:
        wide = [hull(*ends) for ends in cell]
        natural = self.program(wide)
        if natural > 0:
            return CellBound({"method": "natural"}, natural)
        middle = [(low + high) / 2 for low, high in cell]
        centre = [rational_ball(x) for x in middle]
        value = self.program(centre)
        for i, (low, high) in enumerate(cell):
            slope = self.program.coefficients([*wide[: i + 1], *centre[i + 1 :]], i, 1)[1]
            value += slope * hull(low - middle[i], high - middle[i])
        return CellBound({"method": "mean_value"}, value)

    def enclosure(self, cell: Cell) -> arb:
        """Return a ball around the slack's range on a cell, zeros or not."""
        return self._ordinary(cell).value

    def steepest(self, cell: Cell) -> int:
        """Return the variable to halve: the one along which what is bounded varies most.

        That is |d_i f| times width, but beside a zero, where the quotient is bounded and f itself is flat, the width
        relative to the box, the zero's own variable last.
        """
        if len(cell) == 1:
            return 0
        box = self.slack.box
        relative = [float((high - low) / (b - a)) for (low, high), (a, b) in zip(cell, box, strict=True)]
        flat = {zero.variable for zero in self.zeros if _contains(cell[zero.variable], zero.at)}
        if flat:
            return max(range(len(cell)), key=lambda i: (relative[i], i not in flat))
        wide = [hull(*ends) for ends in cell]
        variation = []
        for i, (low, high) in enumerate(cell):
            slope = self.program.coefficients(wide, i, 1)[1].abs_upper()
            variation.append((float(slope) * float(high - low) if slope.is_finite() else math.inf, relative[i]))
        return max(range(len(cell)), key=variation.__getitem__)

    def _zero(self, cell: Cell, k: int) -> CellBound:
        order = self.zeros[k].order + self.order
        value = self._quotient(self.program, cell, k, order)
        return CellBound({"method": "zero", "zero": k, "order": order}, value)

    def _edge(self, cell: Cell, k: int, other: int) -> CellBound:
        second = self.zeros[other]
        order = self.zeros[k].order + self.order
        value = self._quotient(self._derivative(second.variable, second.order), cell, k, order)
        value = _signed(side(cell[second.variable], second.at, second.order), value) / math.factorial(second.order)
        return CellBound({"method": "edge", "zero": k, "other": other, "order": order}, value)

    def _corner(self, cell: Cell, k: int | None) -> CellBound | None:
        for index, corner in enumerate(self.corners):
            if corner.zero == k and all(_contains(ends, x) for ends, x in zip(cell, corner.at, strict=True)):
                order = self.order if k is None else self.zeros[k].order + self.order
                partials = [self._inward(cell, k, corner, i, order) for i in range(len(cell))]
                return CellBound({"method": "corner", "corner": index, "order": order}, _smallest(partials))
        return None

    def _inward(self, cell: Cell, k: int | None, corner: Corner, i: int, order: int) -> arb:
        """The inward partial derivative in x_i of the quotient at a corner, over the whole cell."""
        inward = side(cell[i], corner.at[i], 1)
        if k is None:
            return _signed(inward, self.program.coefficients([hull(*ends) for ends in cell], i, 1)[1])
        zero = self.zeros[k]
        if i != zero.variable:
            return _signed(inward, self._quotient(self._derivative(i, 1), cell, k, order))
        wide = [hull(*ends) for ends in cell]
        wide[i] = hull(min(cell[i][0], zero.at), max(cell[i][1], zero.at))
        slope = self.program.coefficients(wide, i, zero.order + 1)[zero.order + 1]
        return _signed(inward * side(cell[i], zero.at, zero.order), slope)

    def _quotient(self, program: Program, cell: Cell, k: int, order: int) -> arb:
        """Enclose f/|x - c|^p over the cell, f the program's function."""
        zero = self.zeros[k]
        low, high = cell[zero.variable]
        sign = side((low, high), zero.at, zero.order)
        box = [hull(*ends) for ends in cell]
        box[zero.variable] = hull(min(low, zero.at), max(high, zero.at))
        value = program.coefficients(box, zero.variable, order)[order]
        value *= power_range(low - zero.at, high - zero.at, order - zero.order)
        if order > zero.order:
            box[zero.variable] = rational_ball(zero.at)
            at_zero = program.coefficients(box, zero.variable, order - 1)
            for j in range(zero.order, order):
                value += at_zero[j] * power_range(low - zero.at, high - zero.at, j - zero.order)
        return _signed(sign, value)

    def _derivative(self, variable: int, times: int) -> Program:
        if (variable, times) not in self._derivatives:
            derivative = self.slack.expression.diff(self.slack.symbols[variable], times)
            self._derivatives[variable, times] = Program(
                tape_of(sympy.sstr(derivative, order="none"), self.slack.tape.variables)
            )
        return self._derivatives[variable, times]


def side(ends: tuple[Fraction, Fraction], at: Fraction, order: int) -> int:
    """Return the sign of (x - at)^order on an interval: 1, -1, or 0 where it changes."""
    if order % 2 == 0 or ends[0] >= at:
        return 1
    return -1 if ends[1] <= at else 0


def power_range(low: Fraction, high: Fraction, n: int) -> arb:
    """Return a ball around {h^n : low <= h <= high}."""
    if n == 0:
        return arb(1)
    ends = sorted((low**n, high**n))
    return hull(Fraction(0) if n % 2 == 0 and low < 0 < high else ends[0], ends[1])


def _signed(sign: int, value: arb) -> arb:
    """Return the value with a sign; where the sign changes (0) nothing is known of it."""
    return sign * value if sign else arb("nan")


def _contains(ends: tuple[Fraction, Fraction], x: Fraction) -> bool:
    return ends[0] <= x <= ends[1]


def _smallest(balls: Sequence[arb]) -> arb:
    """Return a ball that is non-negative only if all are; the minimum of balls rounds its radius outwards, past 0."""
    return next((ball for ball in balls if not ball >= 0), balls[0])
