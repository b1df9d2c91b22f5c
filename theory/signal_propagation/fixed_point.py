"""Fixed points of a normalised or centred kernel map on [-1, 1]: all of them, certified, with slopes, stability and case.

A map kappa(rho) = sum_k p_k rho^k with p_k >= 0 and sum_k p_k = 1, not the identity, has these fixed points and no other:

- 1, always;
- 0, exactly if p_0 = 0;
- one in (0, 1), exactly if p_0 > 0 and kappa'(1) > 1;
- -1, exactly if kappa is odd.

Proof. On [0, 1] kappa is convex, so it meets the identity at most twice unless it is the identity; kappa(1) = 1, and
kappa - rho is p_0 at 0 and has slope kappa'(1) - 1 at 1. For x in (0, 1] let e and o be the even and odd part: o is
convex with o(0) = 0, so o(x) <= x o(1), and kappa(-x) + x = e(x) + x - o(x) >= e(x) + x (1 - o(1)), which is 0 only if
o(1) = 1 (kappa is odd) and o(x) = x o(1), hence x = 1. So finding the points is deciding p_0 against 0, kappa'(1)
against 1 and oddness: exactly where there is a closed form, else by balls that exclude equality; what stays open is said.

The four cases of [1]: 1: p_0 = 0. 2: kappa'(1) < 1. 3: kappa'(1) = 1. 4: kappa'(1) > 1 and p_0 > 0. For p_0 = 0 and a
map that is not the identity kappa'(1) >= 2 - p_1 > 1, so the cases exclude each other.

References
----------
1. A. Joudaki, T. Hofmann, "Emergence of globally attracting fixed points in deep neural networks with nonlinear
   activations", AISTATS 2025, arXiv 2410.20107 (the cases). Its Case 4 rate is wrong; `theory.signal_propagation.rate` has the corrected one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import log10
from typing import Any, Literal

import flint
import sympy as sp
from sympy import Expr

from theory.enclosure.ball import bits_of, enclose_to, working_bits
from theory.kernel_map.correlation_map import CorrelationMap, compare, fixes_zero, is_identity, is_odd
from theory.kernel_map.kernel_map import KernelMap
from theory.notebook import html_table
from theory.number import Number

Case = Literal[1, 2, 3, 4]

_LONGEST = 1536
"""Terms of a series beyond which other routes are taken, as in `theory.kernel_map.value`."""

CASE_TEXT: dict[Case, str] = {
    1: "Case 1: 0 is fixed and attracts (-1, 1), geometrically",
    2: "Case 2: slope at 1 below 1; 1 attracts [-1, 1], geometrically",
    3: "Case 3: slope at 1 equal to 1; 1 attracts, algebraically",
    4: "Case 4: a fixed point in (0, 1) attracts (-1, 1), geometrically",
}


@dataclass(frozen=True, slots=True)
class FixedPoint:
    """A correlation that a layer leaves as it is.

    Parameters
    ----------
    value, slope : Number
        The correlation, and the slope of the map there (infinite ones are exact ``oo``).
    stable : bool or None
        Whether it attracts every correlation of [-1, 1] near it; None if undecided.
    case : {1, 2, 3, 4} or None
        The case of the map.
    """

    value: Number
    slope: Number
    stable: bool | None
    case: Case | None

    def to_json(self, digits: int) -> dict[str, Any]:
        """Return {"value", "slope", "stable", "case"}, the numbers as `Number.to_json` writes them."""
        return {
            "value": self.value.to_json(digits),
            "slope": self.slope.to_json(digits),
            "stable": self.stable,
            "case": self.case,
        }


@dataclass(frozen=True, slots=True)
class FixedPoints:
    """All fixed points of a map, ascending.

    Parameters
    ----------
    points : tuple of FixedPoint
    case : {1, 2, 3, 4} or None
        None if the map is the identity (every correlation is fixed) or the case is undecided.
    is_identity : bool
    undecided : tuple of str
        What could not be decided, in words; empty if the list is complete and every stability known.
    """

    points: tuple[FixedPoint, ...]
    case: Case | None
    is_identity: bool
    undecided: tuple[str, ...]

    @property
    def attractor(self) -> FixedPoint | None:
        """The point that attracts all of (-1, 1), or None for the identity or an undecided case."""
        return next((point for point in self.points if point.stable), None) if self.case is not None else None

    def to_json(self, digits: int) -> list[dict[str, Any]]:
        """Return the points as a list of JSON-able dictionaries."""
        return [point.to_json(digits) for point in self.points]

    def _repr_html_(self) -> str:
        """Return the points as a table, for notebooks."""
        words = {True: "attracts", False: "repels", None: "undecided"}
        rows = [[p.value.decimal(12), p.slope.decimal(12), words[p.stable], p.value.method] for p in self.points]
        caption = (
            "every correlation is fixed"
            if self.is_identity
            else "undecided"
            if self.case is None
            else CASE_TEXT[self.case]
        )
        return html_table(["rho*", "slope", "", "method"], rows, caption)


def fixed_points(kernel: CorrelationMap) -> FixedPoints:
    """Return all rho in [-1, 1] with kappa(rho) = rho.

    Parameters
    ----------
    kernel : CorrelationMap
        A normalised or centred `KernelMap`, or any map of value 1 at 1 with coefficients p_k >= 0.

    Raises
    ------
    ValueError
        If the map is a raw kernel map (its value at 1 is not 1), or an enclosure does not converge.

    Notes
    -----
    **Accuracy**: values are exact where the map is a rational polynomial whose factor is linear or quadratic, else
    certified to any digits by a sign change. Completeness is the theorem of this module.

    Examples
    --------
    >>> from theory.activation.activation import Activation
    >>> square = fixed_points(KernelMap.normalised(Activation.from_text("square")))  # 1/3 + 2/3 rho^2
    >>> [(str(p.value), str(p.slope), p.stable) for p in square.points], square.case
    ([('1/2', '2/3', True), ('1', '4/3', False)], 4)
    >>> relu = fixed_points(KernelMap.normalised(Activation.from_text("relu")))
    >>> [(str(p.value), str(p.slope), p.stable) for p in relu.points], relu.case
    ([('1', '1', True)], 3)
    """
    if isinstance(kernel, KernelMap) and kernel.kind == "raw":
        raise ValueError("fixed_points needs a normalised or centred map (value 1 at rho = 1), got kind='raw'.")
    if is_identity(kernel):
        ends = tuple(FixedPoint(Number.of(k), Number.of(1), False, None) for k in (-1, 0, 1))
        return FixedPoints(ends, None, True, ())
    zero, side = fixes_zero(kernel), compare(kernel.slope_at_one, 1)
    case = _case(zero, side)
    undecided: list[str] = []
    points = [_at_minus_one(kernel, case, undecided)] if zero is not False else []
    if zero:
        points.append(FixedPoint(Number.of(0), kernel.slope_at_zero, True, case))
    elif side == 1:
        points.append(_interior(kernel, case))
    if case is None and zero is None:
        undecided.append("whether the mean of the activation is exactly 0")
    if side is None and not zero:
        undecided.append("whether the slope at 1 is exactly 1, and so whether a fixed point is near 1")
    points.append(FixedPoint(Number.of(1), kernel.slope_at_one, None if side is None else side <= 0, case))
    return FixedPoints(tuple(point for point in points if point is not None), case, False, tuple(undecided))


def _case(zero: bool | None, side: int | None) -> Case | None:
    if zero:
        return 1
    if side is None or (side == 1 and zero is None):
        return None
    return 2 if side < 0 else 3 if side == 0 else 4  # a slope at 1 of at most 1 excludes p_0 = 0


def _at_minus_one(kernel: CorrelationMap, case: Case | None, undecided: list[str]) -> FixedPoint | None:
    odd = is_odd(kernel)
    if odd is None:
        undecided.append("whether the map is odd, and so whether -1 is fixed")
    # the slope at -1 is that at 1, above 1 for an odd map that is not the identity
    return FixedPoint(Number.of(-1), kernel.slope_at_one, False, case) if odd else None


def _interior(kernel: CorrelationMap, case: Case | None) -> FixedPoint:
    exact = _rational_crossing(kernel)
    if exact is None:
        value = Number.certified(_Crossing(kernel).enclose)
        return FixedPoint(value, Number.certified(lambda digits: _slope_at(kernel, value, digits)), True, case)

    assert kernel.expression is not None
    slope = sp.radsimp(sp.expand(kernel.expression.diff(kernel.symbol).subs(kernel.symbol, exact)))
    return FixedPoint(Number.of(exact), Number.of(slope), True, case)


def _rational_crossing(kernel: CorrelationMap) -> Expr | None:
    """Return the root in (0, 1) in radicals, if the map is a rational polynomial and the root's degree at most 2."""
    if kernel.expression is None or not kernel.expression.is_polynomial(kernel.symbol):
        return None
    try:
        polynomial = sp.Poly(sp.expand(kernel.expression) - kernel.symbol, kernel.symbol, domain=sp.QQ)
    except sp.CoercionFailed:
        return None
    for factor, _ in polynomial.factor_list()[1]:
        if factor.degree() <= 2 and factor.count_roots(0, 1) and factor.eval(1) != 0:
            return next(root for root in sp.roots(factor) if root.is_real and 0 < root < 1)
    return None


@dataclass(frozen=True)
class _Crossing:
    """The zero of f = kappa - rho in (0, 1), enclosed to more digits than asked: its slope asks for a few more next."""

    kernel: CorrelationMap
    known: dict[int, flint.arb] = field(default_factory=dict)

    def enclose(self, digits: int) -> flint.arb:
        """Return a ball of radius at most 10^-digits."""
        for accuracy, ball in self.known.items():
            if accuracy >= digits:
                return ball
        if self.kernel.expression is None:
            _fetch_coefficients(self.kernel, digits + 10)
        self.known[digits + 10] = _enclose_crossing(self.kernel, digits + 10)
        return self.known[digits + 10]


def _fetch_coefficients(kernel: CorrelationMap, digits: int) -> None:
    """Compute as many coefficients as the series needs at the zero, at once; asked for bit by bit they cost twice."""
    kernel.coefficients(_terms(_secant_from_zero(kernel, 12), digits), digits + 24)


def _terms(rho: flint.arb, digits: int) -> int:
    """Return K with rho^K about 10^-(digits + 10), at most the longest series that is worth it."""
    size = min(max(float(rho), 0.0), 1.0)
    if size in (0.0, 1.0):
        return 16 if size == 0 else _LONGEST
    return max(16, min(int((digits + 10) / -log10(size)) + 1, _LONGEST))


def _enclose_crossing(kernel: CorrelationMap, digits: int) -> flint.arb:
    """Return a ball around the zero of f = kappa - rho in (0, 1), by a certified sign change.

    The ends of the bracket are checked by balls: f >= 0 below, f < 0 above; kappa(0) = p_0 >= 0 needs no check.
    """
    for guard in (4, 15, 40, 120):
        x = _secant_from_zero(kernel, digits + guard)
        with working_bits(bits_of(digits + guard + 10)):
            reach = flint.arb(10) ** (-digits - 1)
            low, high = (x - reach).max(flint.arb(0)).mid(), (x + reach).mid()
            above = low == 0 or kernel.ball(low, digits + guard) >= low
            below = high < 1 and kernel.ball(high, digits + guard) < high
            if above and below:
                return low.union(high)
    raise ValueError(f"fixed_points needs a crossing that balls can tell at {digits} digits, got none near {x}.")


def _secant_from_zero(kernel: CorrelationMap, digits: int) -> flint.arb:
    """Return the zero of f to about `digits` digits.

    f is convex and positive left of the zero, so secants through points there never overshoot. All values are computed
    at one precision: without a closed form the coefficients cost far more than the evaluations, and are found once.
    """
    with working_bits(bits_of(digits + 6)):
        enough = flint.arb(10) ** -digits
        x, f_x = flint.arb(0), kernel.ball(0, digits)
        following = (f_x + flint.arb(2) ** -20).mid()
        for _ in range(400):
            f = kernel.ball(following, digits) - following
            step = f * (following - x) / (f_x - f)
            if not step.is_finite():  # the two values agree: they are rounding
                return following
            x, f_x, following = following, f, (following + step).mid()
            if abs(step.mid()) < enough:
                return following
    raise ValueError(f"fixed_points needs a slope at 1 clearly above 1, got a crossing beyond {following} (or near 1).")


def _slope_at(kernel: CorrelationMap, value: Number, digits: int) -> flint.arb:
    def compute(wanted: int) -> flint.arb:
        place = value.ball(wanted)
        slope = None if kernel.expression is not None else _slope_by_series(kernel, place, wanted)
        return kernel.derivative(place, wanted) if slope is None else slope

    return enclose_to(digits, compute, caller="fixed_points (the slope)", guards=(4, 30, 100))


def _slope_by_series(kernel: CorrelationMap, rho: flint.arb, digits: int) -> flint.arb | None:
    """Return sum_k k p_k rho^(k-1) from the coefficients that gave the value, or None if they are too many.

    The terms from K on add to at most K rho^(K-1) sum_{k>=K} p_k once k rho^(k-1) decreases, that is K >= 1/(1 - rho).
    """
    count = _terms(rho, digits)
    with working_bits(bits_of(digits + 10)):
        powers = kernel.coefficients(count, digits)[:count]
        total = flint.arb(0)
        for k in range(count - 1, 0, -1):
            total = total * rho + k * powers[k]
        missing = (1 - sum(powers, flint.arb(0))).upper().max(flint.arb(0))
        remainder = (missing * count * rho ** (count - 1)).upper()
        if not (count * (1 - rho) >= 1 and remainder < flint.arb(10) ** (1 - digits)):
            return None
        return total + flint.arb(0).union(remainder)
