r"""The recursion of `theory.network.propagation` in balls: Gaussian expectations over many pairs at once, each proved.

E s(a U) s(b V) at correlation rho, for standard deviations a, b of the two rows, by the cheapest route:

1. s(c x) = c s(x) for c > 0: a b kappa(rho) by the closed form of kappa, compiled once to ball operations.
2. a = b exactly 1 and a short closed form (gelu, erf, sin, exp ...): the same.
3. Mehler: sum_k c_k(a) c_k(b) rho^k, c_k(a) = E s(a Z) he_k(Z). The sum stops where (E s^2 - sum_{k<K} c_k^2) |rho|^K, a
   bound of the rest, is below the accuracy asked: small correlations need few terms. E s' s' is its derivative over a b.

**Inexact deviations** (a ball): c_k is taken at a rational a' beside it, and |E s(aU) s(bV) - E s(a'U) s(b'V)| <= Lambda
(|a - a'| |s|_b + |b - b'| |s|_a'), Lambda = sup |s'| enclosed on the line, |s| the L^2 norms. **Inexact correlations**: at the
midpoint m, |kappa(rho) - kappa(m)| <= kappa'(1) r, and |kappa'(rho) - kappa'(m)| <= r kappa'(1)/(1 - |m| - r) because kappa' is
convex on [0, 1]; nearer to 1, by kappa'(1) - kappa'(|m| - r). All these hold because the coefficients c_k^2 are nonnegative.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import flint
import numpy as np
import sympy as sp
from sympy import Expr

from theory.activation.activation import Activation
from theory.activation.real_range import range_on_line
from theory.enclosure.ball import ball_of
from theory.enclosure.derivative import derivative
from theory.kernel_map.hermite import HermiteExpansion, coefficient_balls
from theory.kernel_map.kernel_map import KernelMap
from theory.kernel_map.value import raw_expression, slope_activation
from theory.network.propagation import NoLawError, Pairs
from theory.number import Number
from theory.signal_propagation.mean_field import homogeneous_slope, scaled

Array = np.ndarray
_PLAIN = (sp.asin, sp.acos, sp.exp, sp.sinh, sp.cosh, sp.sin, sp.cos, sp.Pow, sp.Add, sp.Mul)
_LONGEST = 1536
_CELLS = (0.125, 0.25, 0.4, 0.55, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0)


@dataclass(frozen=True)
class BallArithmetic:
    """Arrays of balls at Arb's current precision; `digits` is what new roundings are kept below."""

    digits: int

    def number(self, value: Expr | Fraction | int) -> flint.arb:
        """Return the ball of an exact number."""
        return ball_of(value)

    def root(self, values: Array) -> Array:
        """Return square roots; that of 1 is 1."""
        return _array([value.sqrt() for value in values])

    def zeros(self, shape: tuple[int, ...]) -> Array:
        """Return an array of exact zeros."""
        zeros = np.empty(shape, dtype=object)
        zeros.fill(flint.arb(0))
        return zeros

    def activation(self, activation: Activation, kernel: Array, pairs: Pairs) -> tuple[Array, Array, Array]:
        """Return E s s, E s' s' on pairs and E s on rows; see `Arithmetic`."""
        variances = kernel[pairs.diagonal]
        if not all(variance > 0 for variance in variances):
            raise ValueError("network needs inputs with a positive norm in front of an activation, got a norm of 0.")
        unit = all(variance == 1 for variance in variances)
        i, j = pairs.ends
        roots = variances if unit else self.root(variances)
        products = None if unit else roots[i] * roots[j]
        rho = kernel if products is None else kernel / products
        rho[pairs.diagonal] = flint.arb(1)
        if unit or homogeneous_slope(activation) is not None:
            value, slope = _standard_map(activation, self.digits).both(rho)
            mean = HermiteExpansion(activation).mean.ball(self.digits)
            return value if products is None else value * products, slope, roots * mean
        return self._at_deviations(activation, roots, rho, pairs)

    def batch_norm(self, kernel: Array, pairs: Pairs) -> Array:  # noqa: ARG002
        """Refuse: the law is an integral that only the double-precision recursion evaluates."""
        raise NoLawError(
            "network has no enclosure of batch norm's kernel; the double-precision recursion evaluates it."
        )

    def _at_deviations(
        self, activation: Activation, roots: Array, rho: Array, pairs: Pairs
    ) -> tuple[Array, Array, Array]:
        nodes, place_of = _distinct(roots)
        maps = [_deviation_map(activation, _rational_near(node, self.digits), self.digits) for node in nodes]
        errors = [_Deviation.of(activation, node, found) for node, found in zip(nodes, maps, strict=True)]
        i, j = pairs.ends
        value, slope = np.empty_like(rho), np.empty_like(rho)
        for first in range(len(nodes)):
            for second in range(len(nodes)):
                at = np.flatnonzero((place_of[i] == first) & (place_of[j] == second))
                if at.size:
                    series = maps[first] if first == second else _Mixed(maps[first], maps[second])
                    value[at], slope[at] = series.both(rho[at])
                    off, steep = errors[first].with_other(errors[second])
                    value[at], slope[at] = value[at] + flint.arb(0, 1) * off, slope[at] + flint.arb(0, 1) * steep
        means = [found.mean + flint.arb(0, 1) * error.mean for found, error in zip(maps, errors, strict=True)]
        return value, slope, _array([means[k] for k in place_of])


class _CorrelationBalls:
    """A map of correlations with nonnegative coefficients and its derivative, at exact points; here at balls."""

    slope_at_one: flint.arb

    def at(self, points: list[flint.arb]) -> tuple[list[flint.arb], list[flint.arb]]:
        raise NotImplementedError

    def both(self, rho: Array) -> tuple[Array, Array]:
        """Return the balls of the map and of its derivative over balls of correlations."""
        one = flint.arb(1)
        middles = [r if r.is_exact() else r.mid().min(one).max(-one) for r in rho]
        values, slopes = self.at(middles)
        steep = abs(self.slope_at_one).upper()
        near: list[int] = []
        for k, r in enumerate(rho):
            if r.is_exact():
                continue
            radius = 2 * r.rad()
            values[k] = values[k] + flint.arb(0, 1) * (steep * radius)
            room = one - abs(middles[k]) - radius
            if room > radius * 1000:
                slopes[k] = slopes[k] + flint.arb(0, 1) * (steep * radius / room)
            else:
                near.append(k)
        if near:
            inner = [(abs(middles[k]) - 2 * rho[k].rad()).lower().mid().max(one * 0) for k in near]
            for k, lower in zip(near, self.at(inner)[1], strict=True):
                slopes[k] = slopes[k] + flint.arb(0, 1) * (self.slope_at_one - lower).upper().nonnegative_part()
        return _array(values), _array(slopes)


class _Closed(_CorrelationBalls):
    """A closed form with few functions, as ball operations."""

    def __init__(self, both: Callable[[flint.arb], Any], slope_at_one: flint.arb) -> None:
        self._both, self.slope_at_one = both, slope_at_one

    def at(self, points: list[flint.arb]) -> tuple[list[flint.arb], list[flint.arb]]:
        """Return values and slopes at exact points."""
        found = [self._both(x) for x in points]
        return [value for value, _ in found], [slope for _, slope in found]


class _Series(_CorrelationBalls):
    """sum_k c_k(a)^2 rho^k, cut where the rest is small enough; coefficients are computed as they are needed."""

    def __init__(self, activation: Activation, deviation: Fraction, digits: int) -> None:
        self._at = scaled(activation, deviation)
        slope = slope_activation(self._at)
        if slope is None:
            raise NoLawError(
                f"network needs an activation without jumps for its tangent kernel, got {activation.name!r}."
            )
        self.digits, self.area = digits, ball_of(deviation) ** 2
        self.total = HermiteExpansion(self._at).second_moment.ball(digits + 12)
        steep = slope.ball(digits) if isinstance(slope, Number) else HermiteExpansion(slope).second_moment.ball(digits)
        self.steep, self.slope_at_one, self.norm = steep, steep / self.area, self.total.sqrt()
        self._cells: dict[int, tuple[Any, Any, int, flint.arb, flint.arb]] = {}
        self._known: list[flint.arb] = []

    @property
    def mean(self) -> flint.arb:
        """E s(a Z)."""
        return self.coefficients(1)[0]

    def coefficients(self, count: int) -> list[flint.arb]:
        """Return balls of c_k(a), k < count."""
        if len(self._known) < count:
            self._known = coefficient_balls(self._at, count, self.digits + 12)[:count]
        return self._known[:count]

    def powers(self, count: int) -> list[flint.arb]:
        """Return balls of the coefficients of rho^k, k < count."""
        return [c * c for c in self.coefficients(count)]

    def rest(self, terms: int) -> tuple[flint.arb, flint.arb]:
        """Return upper bounds of sum_{k >= terms} |p_k| and of sum_{k >= terms} k |p_k|."""
        energy, lean = self.total, self.steep
        for k, c in enumerate(self.coefficients(terms)):
            energy, lean = energy - c * c, lean - k * (c * c)
        return energy.upper().nonnegative_part(), lean.upper().nonnegative_part()

    def at(self, points: list[flint.arb]) -> tuple[list[flint.arb], list[flint.arb]]:
        """Return values and slopes at exact points, each by as many terms as its size needs."""
        values, slopes = [], []
        for x in points:
            if x == 1 and type(self) is _Series:
                values.append(self.total)
                slopes.append(self.slope_at_one)
                continue
            size = abs(float(x.mid()))
            cell = next((k for k, edge in enumerate(_CELLS) if size <= edge * (1 - 1e-12)), len(_CELLS) - 1)
            value, slope, parity, rest, steep = self._cell(cell)
            square = x if parity < 0 else x * x
            found, tilt = value(square), slope(square)
            if parity == 1:
                found = found * x
            elif parity == 0:
                tilt = tilt * x
            values.append(found + rest)
            slopes.append((tilt + steep) / self.area)
        return values, slopes

    def _cell(self, cell: int) -> tuple[Any, Any, int, flint.arb, flint.arb]:
        """Return polynomials in rho or rho^2 for the correlations of a cell, their parity, and what the rest may add."""
        if cell not in self._cells:
            terms, rest, lean = self._cut(flint.arb(_CELLS[cell]))
            kept = self.powers(terms)
            leaned = [k * p for k, p in enumerate(kept)][1:] or [flint.arb(0)]
            parity = next((side for side in (0, 1) if all(p.is_zero() for p in kept[1 - side :: 2])), -1)
            if parity == 0:
                kept, leaned = kept[0::2], leaned[1::2] or [flint.arb(0)]
            elif parity == 1:
                kept, leaned = kept[1::2], leaned[0::2]
            self._cells[cell] = flint.arb_poly(kept), flint.arb_poly(leaned), parity, rest, lean
        return self._cells[cell]

    def _cut(self, edge: flint.arb) -> tuple[int, flint.arb, flint.arb]:
        """Return how many terms a cell takes, and balls of what the rest may add to value and derivative."""
        small = flint.arb(10) ** -(self.digits + 2)
        terms = 16
        while True:
            rest, lean = self.rest(terms)
            rest, lean = (rest * edge**terms).upper(), (lean * edge ** (terms - 1)).upper()
            if (rest < small and lean < small) or terms >= _LONGEST:
                return terms, flint.arb(0, 1) * rest, flint.arb(0, 1) * lean
            terms = min(_LONGEST, terms + max(16, terms // 2) // 16 * 16)


class _Mixed(_Series):
    """sum_k c_k(a) c_k(b) rho^k: its rest is bounded by the geometric mean of the two rests."""

    def __init__(self, left: _Series, right: _Series) -> None:
        self.left, self.right, self.digits = left, right, left.digits
        self.area = (left.area * right.area).sqrt()
        self.total, self.steep = (left.total * right.total).sqrt(), (left.steep * right.steep).sqrt()
        self.slope_at_one = self.steep / self.area
        self._cells = {}

    def powers(self, count: int) -> list[flint.arb]:
        """Return balls of the coefficients of rho^k, k < count."""
        return [a * b for a, b in zip(self.left.coefficients(count), self.right.coefficients(count), strict=True)]

    def rest(self, terms: int) -> tuple[flint.arb, flint.arb]:
        """Return upper bounds of the sums over k >= terms, by Cauchy-Schwarz."""
        (a, b), (c, d) = self.left.rest(terms), self.right.rest(terms)
        return (a * c).sqrt().upper(), (b * d).sqrt().upper()


@dataclass(frozen=True, slots=True)
class _Deviation:
    """How far the moments at a rational deviation may lie from those at the ball it stands for."""

    value: flint.arb
    slope: flint.arb
    norm: flint.arb
    slope_norm: flint.arb
    mean: flint.arb

    @classmethod
    def of(cls, activation: Activation, node: flint.arb, series: _Series) -> _Deviation:
        """Return the L^2 distances |s(a .) - s(a' .)| and |s'(a .) - s'(a' .)|, and the norms."""
        off = abs(node - series.area.sqrt()).upper()
        first, second = _slope_bounds(activation)
        norm, steep = series.norm.upper(), series.slope_at_one.upper().sqrt().upper()
        return cls(first * off, second * off, norm, steep, first * off)

    def with_other(self, other: _Deviation) -> tuple[flint.arb, flint.arb]:
        """Return the errors of E s s and of E s' s' for a pair."""
        value = self.value * (other.norm + other.value) + other.value * self.norm
        slope = self.slope * (other.slope_norm + other.slope) + other.slope * self.slope_norm
        return value.upper(), slope.upper()


@cache
def _slope_bounds(activation: Activation) -> tuple[flint.arb, flint.arb]:
    """Return upper bounds of |s'| and |s''| on the line; s' may jump at 0 only, which no scaling moves a point across."""
    pieces = activation.pieces
    if pieces is None or any(piece.upper != 0 for piece in pieces[:-1]):
        raise NoLawError(
            f"network needs kinks at 0 only to enclose {activation.name} at a variance that is no exact number; put a norm "
            "in front of its linear layer, or use the double-precision recursion."
        )
    bounds, expression = [], activation.expression
    for _ in range(2):
        expression = derivative(expression)
        whole = range_on_line(expression)
        if whole is None or not (whole.lower.is_finite() and whole.upper.is_finite()):
            raise NoLawError(
                f"network needs bounded first and second derivatives to enclose {activation.name} at a variance that is "
                "no exact number; put a norm in front of its linear layer, or use the double-precision recursion."
            )
        bounds.append(abs(whole.lower).max(abs(whole.upper)).upper())
    return bounds[0], bounds[1]


@cache
def _deviation_map(activation: Activation, deviation: Fraction, digits: int) -> _Series:
    return _Series(activation, deviation, digits)


@cache
def _standard_map(activation: Activation, digits: int) -> _CorrelationBalls:
    """Return the map at deviation 1: a closed form where there is a plain one, else the series."""
    steep = KernelMap.raw(activation).slope_at_one
    if not steep.is_finite:
        raise NoLawError(f"network needs an activation without jumps for its tangent kernel, got {activation.name!r}.")
    closed = raw_expression(activation)
    if closed is not None and all(isinstance(n, _PLAIN) for n in sp.preorder_traversal(closed[0]) if n.args):
        both = _compiled((closed[0], _slope_form(activation, *closed)), closed[1])
        return _Closed(both, steep.ball(digits))
    return _deviation_map(activation, Fraction(1), digits)


def _slope_form(activation: Activation, value: Expr, rho: sp.Symbol) -> Expr:
    """Return kappa' in a form that is finite at rho = +-1: the kernel map of s' where it has one."""
    slope = slope_activation(activation)
    if isinstance(slope, Number):
        return slope.exact if slope.exact is not None else sp.diff(value, rho)
    closed = None if slope is None else raw_expression(slope)
    return sp.diff(value, rho) if closed is None else closed[0].xreplace({closed[1]: rho})


def _compiled(expressions: tuple[Expr, ...], rho: sp.Symbol) -> Callable[[flint.arb], Any]:
    """Return closed forms as one function of a ball, their constants enclosed at the precision of the call."""
    constants: dict[sp.Symbol, Expr] = {}
    replaced = [_without_constants(expression, rho, constants) for expression in expressions]
    functions: dict[str, Any] = {
        name: getattr(flint.arb, name) for name in ("asin", "acos", "exp", "sinh", "cosh", "sin", "cos", "sqrt")
    }
    inner = sp.lambdify([rho, *constants], replaced, modules=[functions], cse=True)
    cached: dict[int, list[flint.arb]] = {}

    def evaluate(x: flint.arb) -> Any:
        bits = flint.ctx.prec
        if bits not in cached:
            cached[bits] = [ball_of(value) for value in constants.values()]
        return inner(x, *cached[bits])

    return evaluate


def _without_constants(expression: Expr, rho: sp.Symbol, constants: dict[sp.Symbol, Expr]) -> Expr:
    """Replace every maximal constant subexpression but integer exponents and roots by a symbol of `constants`."""

    def walk(node: Expr) -> Expr:
        if not node.has(rho):
            if node == -1:
                return node
            symbol = sp.Symbol(f"constant{len(constants)}")
            constants[symbol] = node
            return symbol
        if isinstance(node, sp.Pow):
            if node.exp == sp.Rational(1, 2) or (node.exp.is_Integer and abs(node.exp) <= 4):
                return sp.Pow(walk(node.base), node.exp)
            if node.exp == -sp.Rational(1, 2):
                return 1 / sp.sqrt(walk(node.base))
            if node.exp.is_Integer:
                return sp.Pow(walk(node.base), node.exp)
        if not node.args:
            return node
        if isinstance(node, sp.Add | sp.Mul):
            fixed, moving = node.as_independent(rho, as_Add=isinstance(node, sp.Add))
            parts = [walk(part) for part in type(node).make_args(moving)]
            neutral = 0 if isinstance(node, sp.Add) else 1
            return node.func(*parts) if fixed == neutral else node.func(walk(fixed), *parts)
        return node.func(*(walk(argument) for argument in node.args))

    return walk(expression)


def _distinct(roots: Array) -> tuple[list[flint.arb], Array]:
    """Return the different balls among deviations and which of them each row has."""
    keys: dict[tuple[Any, ...], int] = {}
    nodes: list[flint.arb] = []
    places = []
    for root in roots:
        key = (root.mid().man_exp(), root.rad().man_exp())
        if key not in keys:
            keys[key] = len(nodes)
            nodes.append(root)
        places.append(keys[key])
    return nodes, np.array(places)


def _rational_near(node: flint.arb, digits: int) -> Fraction:
    places = digits + 8
    return Fraction(int((node.mid() * flint.arb(10) ** places).mid().floor().unique_fmpz() or 0), 10**places)


def _array(values: list[flint.arb]) -> Array:
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


def balls(matrix: Any) -> Array:
    """Return rows of doubles or exact numbers as an array of balls, each the number itself."""
    rows = [[flint.arb(x) if isinstance(x, float) else ball_of(x) for x in row] for row in matrix]
    made = np.empty((len(rows), len(rows[0])), dtype=object)
    for k, row in enumerate(rows):
        made[k, :] = row
    return made
