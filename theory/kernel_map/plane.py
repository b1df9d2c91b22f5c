"""E s(U) s(V) as a proved integral over the plane, in coordinates where correlation near +-1 costs nothing.

For rho >= 0, U = a P + b Q and V = a P - b Q with independent P, Q, a = sqrt((1+rho)/2), b = sqrt((1-rho)/2) (for rho < 0 the
second factor is reflected). For q > 0 the break points c of the factors cut the line of p at (c -+ b q)/a, in an order
that changes only at q = |c - c'|/(2b): between, each cell maps to a rectangle on which the integrand is analytic in both
variables, and takes a product Gauss-Legendre rule. With |g| <= B on the ellipse |w| = r of one variable and the
real panel of the other, the product rule errs on [-1, 1]^2 by at most 2 (e_1 + e_2), e = 8 B r^(-2n)/(1 - r^-2) (see
`theory.enclosure.panels`; the other rule's weights add to 2).

Outside: |s(U) t(V)| <= (s(U)^2 + t(V)^2)/2, and {P^2 + Q^2 > L^2} is inside {|U| > L/sqrt(2)} or {|W| > L/sqrt(2)} with
W standard normal and independent of U.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import isqrt

import flint
from sympy import Expr

from theory.activation.activation import Activation
from theory.activation.domain import GrowthBound
from theory.enclosure.ball import ball_of, bits_of, enclose_to, working_bits
from theory.enclosure.ball_function import BallFunction
from theory.enclosure.panels import legendre_rule, part_at, reflected
from theory.enclosure.quadrature import Integrand, Part, cut, expectation, tail_bound
from theory.exact.sign import ascending

Plane = Callable[["flint.acb", "flint.acb", bool], "flint.acb"]
Pair = tuple["flint.arb", "flint.arb"]
_MOST_POINTS = 2_000_000
_FURTHEST_BREAK = 200
_DEEPEST = 8


def plane_value(activation: Activation, rho: flint.arb, digits: int) -> flint.arb:
    """Return a ball of E s(U) s(V) at an exact correlation in (-1, 1).

    Raises
    ------
    ValueError
        If break points are not exact, a cell is not analytic up to its edge, or too many nodes would be needed.

    Examples
    --------
    >>> import flint
    >>> near_one = 1 - flint.arb(2) ** -40
    >>> plane_value(Activation.from_text("relu"), near_one, 20).str(15, radius=False)
    '0.499999999999545'
    """
    if activation.pieces is None:
        raise ValueError(
            f"kernel map needs exact break points (kinks of polynomials) this near |rho| = 1, got {activation.text!r}."
        )
    own_bits = int(rho.man_exp()[0]).bit_length()  # 1 - |rho| is to be exact

    def compute(wanted: int) -> flint.arb:
        with working_bits(bits_of(2 * wanted - digits) + 32 + own_bits):
            return _plane(activation, rho, wanted)

    return enclose_to(digits, compute, caller="kernel map (its plane integral)", guards=(2, 12))


@dataclass(frozen=True, slots=True)
class _Line:
    """The place p = (at + sign b q)/a of a break point, or an end of the range of p (sign 0)."""

    at: flint.arb
    sign: int


@dataclass(frozen=True, slots=True)
class _Cell:
    """The integrand w(q) phi(p) phi(q) (s(u) t(v) + t(u) s(v)) on p = left(q) + w(q) tau, 0 < tau < 1."""

    left: _Line
    right: _Line
    a: flint.arb
    b: flint.arb
    factors: tuple[BallFunction, BallFunction, BallFunction, BallFunction]
    symmetric: bool

    def place(self, line: _Line, q: flint.acb) -> flint.acb:
        return (line.at + line.sign * self.b * q) / self.a if line.sign else q * 0 + line.at

    def width(self, q: flint.acb) -> flint.acb:
        # the difference in one fraction: two lines of one break point meet at q = 0 without cancellation
        if self.left.sign and self.right.sign:
            return (self.right.at - self.left.at + (self.right.sign - self.left.sign) * self.b * q) / self.a
        return self.place(self.right, q) - self.place(self.left, q)

    def __call__(self, q: flint.acb, tau: flint.acb, analytic: bool) -> flint.acb:
        width = self.width(q)
        p = self.place(self.left, q) + width * tau
        u, v = self.a * p + self.b * q, self.a * p - self.b * q
        s_u, t_v, t_u, s_v = self.factors
        value = s_u(u, analytic) * t_v(v, analytic)
        value = 2 * value if self.symmetric else value + t_u(u, analytic) * s_v(v, analytic)
        return value * width * (-(p**2 + q**2) / 2).exp() / (2 * flint.arb.pi())


def _plane(activation: Activation, rho: flint.arb, digits: int) -> flint.arb:
    integrand = Integrand.of(activation)
    parts = integrand.parts
    other = parts if rho >= 0 else _reflected(parts)
    a, b = ((1 + abs(rho)) / 2).sqrt(), ((1 - abs(rho)) / 2).sqrt()
    squared = integrand.growth * integrand.growth
    one = GrowthBound((Fraction(1),))
    length = isqrt(2 * max(cut(squared, digits + 3), cut(one, digits + 6)) ** 2) + 1
    exact = ascending(p.upper for p in (*parts[:-1], *other[:-1]))
    breaks = [ball_of(c) for c in exact]
    furthest = max((abs(c) for c in breaks), default=flint.arb(0))
    if furthest > _FURTHEST_BREAK:
        raise ValueError(f"kernel map needs break points within {_FURTHEST_BREAK} this near |rho| = 1, got {furthest}.")
    reach = flint.arb(length) + (flint.arb(2).sqrt() * furthest).ceil() + 1
    second_moment = expectation(integrand.squared(), 5).upper()
    edge = flint.arb(length) / flint.arb(2).sqrt()
    error = tail_bound(squared, edge) + second_moment * tail_bound(one, edge)
    total = flint.arb(0)
    for low, high in _strips(exact, b, length):
        for cell in _cells(parts, other, breaks, a, b, reach, (low + high) / 2, rho >= 0):
            value, missed = _cell_integral(cell, low, high, digits)
            total, error = total + value, error + missed
    return total + flint.arb(0, 1) * error.upper()


def _reflected(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Return the parts of s(-x)."""
    return tuple(Part(-p.upper, -p.lower, reflected(p.function)) for p in reversed(parts))


def _strips(breaks: list[Expr], b: flint.arb, length: int) -> list[tuple[flint.arb, flint.arb]]:
    """Return intervals of q in [0, L] over which the order of the lines does not change.

    Raises
    ------
    ValueError
        If two crossings are too near each other for their balls, and not the same number as written.
    """
    end = flint.arb(length)
    distances = {abs(x - y) for i, x in enumerate(breaks) for y in breaks[i + 1 :]}
    places = sorted((ball_of(d) / (2 * b) for d in distances), key=lambda c: c.mid())
    inside = [c for c in places if not c >= end]
    for left, right in pairwise(inside):
        if not left < right:
            raise ValueError(f"kernel map needs break points whose distances differ clearly, got {left} and {right}.")
    return list(pairwise([flint.arb(0), *[c.min(end) for c in inside], end]))


def _cells(
    parts: tuple[Part, ...],
    other: tuple[Part, ...],
    breaks: list[flint.arb],
    a: flint.arb,
    b: flint.arb,
    reach: flint.arb,
    q: flint.arb,
    symmetric: bool,
) -> Iterator[_Cell]:
    """Yield the cells between the lines, in their order at q."""
    lines = [_Line(c, sign) for c in breaks for sign in (-1, 1)]
    lines.sort(key=lambda line: (line.at + line.sign * b * q).mid())
    lines = [_Line(-reach, 0), *lines, _Line(reach, 0)]
    for left, right in pairwise(lines):
        ends = [(line.at + line.sign * b * q) / a if line.sign else line.at for line in (left, right)]
        p = (ends[0] + ends[1]) / 2
        u, v = (a * p + b * q).mid(), (a * p - b * q).mid()
        yield _Cell(
            left, right, a, b, (part_at(parts, u), part_at(other, v), part_at(other, u), part_at(parts, v)), symmetric
        )


def _cell_integral(cell: _Cell, low: flint.arb, high: flint.arb, digits: int) -> tuple[flint.arb, flint.arb]:
    """Return the integral over low < q < high, 0 < tau < 1, and a bound of its error."""
    total, error, spent = flint.arb(0), flint.arb(0), 0
    q_pieces = max(1, int(((high - low) / 3).upper().ceil().unique_fmpz()))
    q_cuts = [low, *[(low + (high - low) * j / q_pieces).mid() for j in range(1, q_pieces)], high]
    waiting = []
    for q0, q1 in pairwise(q_cuts):
        widest = max(abs(cell.width(flint.acb(q0)).real), abs(cell.width(flint.acb(q1)).real)).upper()
        pieces = max(1, int((widest / 3).upper().ceil().unique_fmpz()))
        waiting += [(q0, q1, Fraction(j, pieces), Fraction(j + 1, pieces), 0) for j in range(pieces)]
    while waiting:
        q0, q1, t0, t1, depth = waiting.pop()
        rule = _rule(cell, (q0, q1), (ball_of(t0), ball_of(t1)), digits)
        if rule is not None:
            n, m, missed = rule
            error += missed
            spent += n * m
            if spent > _MOST_POINTS:
                raise ValueError(f"kernel map needs at most {_MOST_POINTS} nodes, got more at {digits} digits.")
            total += _product_rule(cell, (q0, q1), (ball_of(t0), ball_of(t1)), n, m) if n else 0
        elif depth >= _DEEPEST:
            raise ValueError(
                "kernel map needs pieces analytic up to their ends this near |rho| = 1, got a branch point."
            )
        else:
            q_middle, t_middle = ((q0 + q1) / 2).mid(), (t0 + t1) / 2
            for q_ends in ((q0, q_middle), (q_middle, q1)):
                waiting += [(*q_ends, t0, t_middle, depth + 1), (*q_ends, t_middle, t1, depth + 1)]
    return total, error


def _rule(cell: _Cell, q: Pair, tau: Pair, digits: int) -> tuple[int, int, flint.arb] | None:
    """Return points in q, points in tau and the error of the product rule; (0, 0, bound) for a negligible cell."""
    with working_bits(64):
        goal = flint.arb(10) ** (-digits - 5)
        area = (q[1] - q[0]) * (tau[1] - tau[0])
        here = supremum_in_plane(cell, _interval(q), _interval(tau))
        if here is not None and here * area < goal:
            return 0, 0, (here * area).upper()
        across = _points(lambda box: supremum_in_plane(cell, box, _interval(tau)), q, goal / area)
        along = _points(lambda box: supremum_in_plane(cell, _interval(q), box), tau, goal / area)
        if across is None or along is None or max(across[0], along[0]) > 3 * digits + 60:
            return None
        return across[0], along[0], (area / 4 * 2 * (across[1] + along[1])).upper()


def _points(
    bound_on: Callable[[flint.acb], flint.arb | None], ends: Pair, goal: flint.arb
) -> tuple[int, flint.arb] | None:
    """Return the fewest points over ellipses of one variable, with 8 B r^(-2n)/(1 - r^-2) for them."""
    best: tuple[int, flint.arb] | None = None
    middle, half = (ends[0] + ends[1]) / 2, (ends[1] - ends[0]) / 2
    for sixths in (48, 30, 20, 14, 10, 8):
        r = flint.arb(sixths) / 6
        reach, height = (half * (r + 1 / r) / 2).upper(), (half * (r - 1 / r) / 2).upper()
        bound = bound_on(flint.acb((middle - reach).union(middle + reach), flint.arb(0).union(height)))
        if bound is None:
            continue
        size = 8 * bound / (1 - r**-2)
        points = max(1, int(((size / goal + 1).log() / (2 * r.log())).upper().ceil().unique_fmpz()))
        if best is not None and points >= best[0]:
            break
        best = (points, size * r ** (-2 * points))
    return best


def _interval(ends: Pair) -> flint.acb:
    return flint.acb(ends[0].union(ends[1]))


def supremum_in_plane(cell: Plane, q: flint.acb, tau: flint.acb, budget: int = 60) -> flint.arb | None:
    """Return a bound of |g| on a complex ball of q times one of tau, or None if it is not shown analytic there."""
    worst, open_boxes = flint.arb(0), [(q, tau)]
    while open_boxes:
        if (budget := budget - 1) < 0:
            return None
        x, t = open_boxes.pop()
        size = abs(cell(x, t, True)).upper()
        if size.is_finite():
            worst = worst.max(size)
            continue
        sides = [x.real.rad(), x.imag.rad(), t.real.rad(), t.imag.rad()]
        widest = max(range(4), key=lambda k: float(sides[k]))
        if widest < 2:
            open_boxes += [(half, t) for half in _halves(x, widest == 0)]
        else:
            open_boxes += [(x, half) for half in _halves(t, widest == 2)]
    return worst


def _halves(box: flint.acb, across: bool) -> list[flint.acb]:
    side = box.real if across else box.imag
    middle = side.mid()
    parts = [side.lower().union(middle), middle.union(side.upper())]
    return [flint.acb(part, box.imag) if across else flint.acb(box.real, part) for part in parts]


def _product_rule(cell: _Cell, q: Pair, tau: Pair, n: int, m: int) -> flint.arb:
    bits = flint.ctx.prec
    total = flint.arb(0)
    q_middle, q_half = (q[0] + q[1]) / 2, (q[1] - q[0]) / 2
    t_middle, t_half = (tau[0] + tau[1]) / 2, (tau[1] - tau[0]) / 2
    along = [(flint.acb(t_middle + t_half * x), w) for x, w in legendre_rule(m, bits)]
    for x, w in legendre_rule(n, bits):
        row = _row(cell, q_middle + q_half * x)
        total += w * sum((row(t).real * weight for t, weight in along), flint.arb(0))
    return total * q_half * t_half


def _row(cell: _Cell, q: flint.arb) -> Callable[[flint.acb], flint.acb]:
    """Return tau -> the cell's integrand at one real q, with what does not depend on tau computed once."""
    z = flint.acb(q)
    left, width, twice = cell.place(cell.left, z), cell.width(z), 2 * cell.b * z
    scale = width * (-(z * z) / 2).exp() / (2 * flint.arb.pi())
    s_u, t_v, t_u, s_v = cell.factors
    a, shift, half = cell.a, cell.b * z, flint.arb(-0.5)

    def at(tau: flint.acb) -> flint.acb:
        p = left + width * tau
        u = a * p + shift
        v = u - twice
        value = s_u(u, False) * t_v(v, False)
        value = value + value if cell.symmetric else value + t_u(u, False) * s_v(v, False)
        return value * (p * p * half).exp() * scale

    return at
