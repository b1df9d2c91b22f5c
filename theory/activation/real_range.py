"""Enclosures of the range of an expression over intervals of the extended real line.

Ordinary balls cannot hold [1, oo); these ranges can. End points are exact (dyadic or infinite) `arb` numbers, rounded
outwards after every operation, so a range always contains the true one. None stands for "not defined somewhere on the
interval, or not shown to be": a division by a range that holds 0, a logarithm of one that holds a non-positive number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import flint

from theory.activation.evaluation import ball_of_constant
from theory.activation.expression import Expression


@dataclass(frozen=True, slots=True)
class Range:
    """The closed interval [lower, upper] of the extended real line, lower <= upper."""

    lower: flint.arb
    upper: flint.arb

    @property
    def is_positive(self) -> bool:
        """Whether every number in the range is above 0."""
        return bool(self.lower > 0)

    @property
    def is_nonnegative(self) -> bool:
        """Whether every number in the range is at least 0."""
        return bool(self.lower >= 0)

    def hull(self, other: Range) -> Range:
        """Return the smallest range that holds both."""
        return Range(_lesser(self.lower, other.lower), _greater(self.upper, other.upper))


def panels(inner: int = 16, width: Fraction = Fraction(1, 4)) -> Iterator[Range]:
    """Yield ranges that cover the real line: fine ones near 0, doubling ones outside, two infinite ones."""

    def dyadic(q: Fraction) -> flint.arb:
        return flint.arb(flint.fmpq(q.numerator, q.denominator))

    edges = [k * width - inner for k in range(int(2 * inner / width) + 1)]
    for left, right in pairwise(edges):
        yield Range(dyadic(left), dyadic(right))
    outer = Fraction(inner)
    while outer < 1024:
        yield Range(dyadic(outer), dyadic(2 * outer))
        yield Range(dyadic(-2 * outer), dyadic(-outer))
        outer *= 2
    yield Range(dyadic(outer), flint.arb("inf"))
    yield Range(flint.arb("-inf"), dyadic(-outer))


def range_of(expression: Expression, x: Range) -> Range | None:
    """Return a range that contains the values of `expression` for the variable in `x`, or None if not defined there.

    Examples
    --------
    >>> import flint
    >>> from theory.activation.parser import parse_expression
    >>> line = Range(flint.arb("-inf"), flint.arb("inf"))
    >>> range_of(parse_expression("1 + x**2"), line).is_positive
    True
    >>> range_of(parse_expression("1/x"), line) is None
    True
    """
    values: dict[Expression, Range | None] = {}
    for node in expression.nodes():
        operands = [values[o] for o in node.operands]
        known = [o for o in operands if o is not None]
        if len(known) < len(operands):
            values[node] = None
        elif node.head == "x":
            values[node] = x
        elif not node.operands:
            ball = _constant(node)
            values[node] = Range(ball.lower(), ball.upper())
        else:
            values[node] = _rounded(_apply(node, known))
    return values[expression]


def range_on_line(expression: Expression) -> Range | None:
    """Return an enclosure of the range over the whole real line, by panels; None if not shown to be defined."""
    total: Range | None = None
    for panel in panels():
        part = range_of(expression, panel)
        if part is None:
            return None
        total = part if total is None else total.hull(part)
    return total


def _constant(node: Expression) -> flint.arb:
    return ball_of_constant(node)


def _rounded(value: Range | None) -> Range | None:
    """Return the range with exact end points, or None if an end point is not a number."""
    if value is None or value.lower.is_nan() or value.upper.is_nan():
        return None
    return Range(_outer(value.lower, -1), _outer(value.upper, 1))


def _outer(ball: flint.arb, side: int) -> flint.arb:
    if ball.is_exact():  # infinities are exact too
        return ball
    return ball.lower() if side < 0 else ball.upper()


def _lesser(a: flint.arb, b: flint.arb) -> flint.arb:
    return a if a <= b else b


def _greater(a: flint.arb, b: flint.arb) -> flint.arb:
    return a if a >= b else b


def _apply(node: Expression, operands: list[Range]) -> Range | None:
    """Return the range of one operation; None where it is not defined for some value of its operands."""
    head, u = node.head, operands[0]
    if head in _MONOTONE:
        return _monotone(head, u)
    if head == "add":
        return Range(u.lower + operands[1].lower, u.upper + operands[1].upper)
    if head == "subtract":
        return Range(u.lower - operands[1].upper, u.upper - operands[1].lower)
    if head == "negate":
        return Range(-u.upper, -u.lower)
    if head == "multiply":
        return _square(u) if node.operands[0] == node.operands[1] else _multiply(u, operands[1])
    if head == "divide":
        inverse = _reciprocal(operands[1])
        return None if inverse is None else _multiply(u, inverse)
    if head == "power" and node.value is not None:
        return _power(u, node.value)
    if head == "max":
        return Range(_greater(u.lower, operands[1].lower), _greater(u.upper, operands[1].upper))
    if head == "min":
        return Range(_lesser(u.lower, operands[1].lower), _lesser(u.upper, operands[1].upper))
    return _special(head, u)


def _special(head: str, u: Range) -> Range | None:
    zero, one = flint.arb(0), flint.arb(1)
    if head in {"sin", "cos"}:
        value = (getattr(u.lower.union(u.upper), head)()) if _is_short(u) else flint.arb(0, 1)
        return Range(_greater(value.lower(), -one), _lesser(value.upper(), one))
    if head == "abs":
        return (
            u
            if u.is_nonnegative
            else Range(-u.upper, -u.lower)
            if u.upper <= 0
            else Range(zero, _greater(-u.lower, u.upper))
        )
    if head == "cosh":
        magnitude = _special("abs", u)
        return None if magnitude is None else _monotone("cosh", magnitude)
    if head == "sign":
        return Range(
            one if u.lower > 0 else zero if u.lower >= 0 else -one,
            -one if u.upper < 0 else zero if u.upper <= 0 else one,
        )
    if head == "step":
        half = one / 2
        return Range(
            one if u.lower > 0 else half if u.lower >= 0 else zero,
            zero if u.upper < 0 else half if u.upper <= 0 else one,
        )
    if head == "log":
        return Range(_limit("log", u.lower), _limit("log", u.upper)) if u.is_positive else None
    if head == "sqrt":
        return Range(_limit("sqrt", u.lower), _limit("sqrt", u.upper)) if u.is_nonnegative else None
    if head == "tan":
        inside = u.lower > -flint.arb.pi() / 2 and u.upper < flint.arb.pi() / 2
        return Range(u.lower.tan(), u.upper.tan()) if inside else None
    raise ValueError(f"range_of needs an operation it has a rule for, got {head!r}.")


def _is_short(u: Range) -> bool:
    return bool((u.upper - u.lower).is_finite() and u.upper - u.lower < 3)


_MONOTONE: dict[str, tuple[object, object]] = {
    "exp": (0, "inf"), "tanh": (-1, 1), "sinh": ("-inf", "inf"), "asinh": ("-inf", "inf"), "erf": (-1, 1), "erfc": (2, 0),
    "Phi": (0, 1), "sigmoid": (0, 1), "softplus": (0, "inf"), "atan": ("-pi/2", "pi/2"),
}  # fmt: skip
"""Monotone operations defined everywhere, with their limits at -oo and oo."""


def _monotone(head: str, u: Range) -> Range:
    ends = [_limit(head, u.lower), _limit(head, u.upper)]
    return Range(ends[1], ends[0]) if head == "erfc" else Range(ends[0], ends[1])


def _limit(head: str, end: flint.arb) -> flint.arb:
    """Return a ball for a monotone operation at a finite or infinite end point."""
    if end.is_finite():
        if head == "softplus":
            return (1 + end.exp()).log() if end < 0 else end + (1 + (-end).exp()).log()
        if head == "sigmoid":
            return (1 + (end / 2).tanh()) / 2
        if head == "Phi":
            return (-end / flint.arb(2).sqrt()).erfc() / 2
        value = getattr(end, head)()
        return value if value.is_finite() else flint.arb("inf") if end > 0 else flint.arb("-inf")
    limits = _MONOTONE.get(head, ("-inf", "inf"))
    limit = limits[1] if end > 0 else limits[0]
    if limit in ("pi/2", "-pi/2"):
        return flint.arb.pi() / 2 * (1 if limit == "pi/2" else -1)
    return flint.arb(limit)


def _multiply(u: Range, v: Range) -> Range:
    products = [_product(a, b) for a in (u.lower, u.upper) for b in (v.lower, v.upper)]
    lower = products[0]
    upper = products[0]
    for product in products[1:]:
        lower = lower if lower.lower() <= product.lower() else product
        upper = upper if upper.upper() >= product.upper() else product
    return Range(lower, upper)


def _product(a: flint.arb, b: flint.arb) -> flint.arb:
    """Return a*b with 0 * oo = 0: an end point 0 is attained, oo is only approached."""
    return flint.arb(0) if a == 0 or b == 0 else a * b


def _square(u: Range) -> Range | None:
    magnitude = _special("abs", u)
    return None if magnitude is None else _multiply(magnitude, magnitude)


def _reciprocal(u: Range) -> Range | None:
    if not (u.lower > 0 or u.upper < 0):
        return None
    return Range(*(flint.arb(0) if not end.is_finite() else 1 / end for end in (u.upper, u.lower)))


def _power(u: Range, q: Fraction) -> Range | None:
    if q < 0:
        positive = _power(u, -q)
        rounded = _rounded(positive)
        return None if rounded is None else _reciprocal(rounded)
    if q.denominator > 1:
        if not u.is_nonnegative:
            return None
        exponent = flint.arb(flint.fmpq(q.numerator, q.denominator))
        return Range(*(end if not end.is_finite() or end == 0 else end**exponent for end in (u.lower, u.upper)))
    if q % 2 == 0:
        magnitude = _special("abs", u)
        if magnitude is None:
            return None
        u = magnitude
    return Range(u.lower ** int(q), u.upper ** int(q))
