"""Shapes x^p exp(A x^2 + B x + i w x) * half-space factors, and sums of them: the functions the engine integrates.

A *half-space factor* is P(direction (x - point) + sqrt(variance) N > 0) with N standard normal and independent: the
indicator of a half-line for variance 0, a normal distribution function (so erf and Phi) for variance > 0. Weights and
parameters are exact SymPy numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import flint
import sympy as sp

from theory.exact.ball_evaluation import ball_of_expression
from theory.exact.sign import is_less

_MOST_TERMS = 200
_ZERO = sp.Integer(0)
_BITS = 64


@dataclass(frozen=True, slots=True)
class HalfSpace:
    """The factor P(direction (x - point) + sqrt(variance) N > 0), N ~ N(0, 1) independent of x."""

    direction: int
    point: sp.Expr
    variance: sp.Expr = _ZERO


@dataclass(frozen=True, slots=True)
class Shape:
    """The function x^power exp(quadratic x^2 + linear x + i frequency x) times half-space factors."""

    power: int = 0
    quadratic: sp.Expr = _ZERO
    linear: sp.Expr = _ZERO
    frequency: sp.Expr = _ZERO
    half_spaces: tuple[HalfSpace, ...] = ()

    @property
    def is_power(self) -> bool:
        """Whether this is x^power and nothing else."""
        return not (self.quadratic or self.linear or self.frequency or self.half_spaces)


NormalForm = dict[Shape, sp.Expr]
"""The weight of each shape; every function of the class is such a finite sum."""


class OutsideClassError(Exception):
    """The activation is not a finite sum of shapes (or of too many); callers answer None."""


def add_term(form: NormalForm, shape: Shape, weight: sp.Expr) -> None:
    """Add weight * shape to the form in place; a weight that becomes 0 goes."""
    total = form.get(shape, _ZERO) + weight
    if total != 0 and (total.is_Rational or _is_not_shown_zero(total)):
        form[shape] = total
    else:
        form.pop(shape, None)


def _is_not_shown_zero(total: sp.Expr) -> bool:
    """Whether a constant is certainly not 0 or not shown to be: a weight that is kept though it is 0 does no harm."""
    with flint.ctx.workprec(_BITS):
        return not ball_of_expression(total).contains(0) or sp.expand(total) != 0


def multiply(left: NormalForm, right: NormalForm) -> NormalForm:
    """Return the product of two forms.

    Raises
    ------
    OutsideClassError
        If it has more than 200 terms.
    """
    product: NormalForm = {}
    for first, v in left.items():
        for second, w in right.items():
            for shape, sign in _shape_product(first, second):
                add_term(product, shape, sign * v * w)
        if len(product) > _MOST_TERMS:
            raise OutsideClassError("not a sum of shapes")
    return product


def _shape_product(left: Shape, right: Shape) -> Iterator[tuple[Shape, int]]:
    """Yield the shapes, each with its sign, that sum to the product of two shapes."""
    bare = Shape(
        left.power + right.power,
        left.quadratic + right.quadratic,
        left.linear + right.linear,
        left.frequency + right.frequency,
        left.half_spaces,
    )
    terms = [(bare, 1)]
    for half_space in right.half_spaces:
        terms = [(s, sign * t) for shape, sign in terms for s, t in times_half_space(shape, half_space)]
    yield from terms


def times_half_space(shape: Shape, factor: HalfSpace) -> list[tuple[Shape, int]]:
    """Return shapes with signs that sum to shape * factor; at most one indicator is left in each."""
    others = [h for h in shape.half_spaces if h.variance != 0]
    indicators = [h for h in shape.half_spaces if h.variance == 0]
    if factor.variance != 0 or not indicators:
        return [(_with_half_spaces(shape, [*shape.half_spaces, factor]), 1)]
    (present,) = indicators
    if present.direction == factor.direction:
        further = is_less(present.point, factor.point) == (factor.direction > 0)
        return [(_with_half_spaces(shape, [*others, factor if further else present]), 1)]
    lower, upper = (present, factor) if present.direction > 0 else (factor, present)
    if not is_less(lower.point, upper.point):
        return []
    above = HalfSpace(1, upper.point)
    return [(_with_half_spaces(shape, [*others, lower]), 1), (_with_half_spaces(shape, [*others, above]), -1)]


def _with_half_spaces(shape: Shape, half_spaces: Iterable[HalfSpace]) -> Shape:
    ordered = sorted(
        half_spaces, key=lambda h: (h.direction, sp.default_sort_key(h.point), sp.default_sort_key(h.variance))
    )
    return Shape(shape.power, shape.quadratic, shape.linear, shape.frequency, tuple(ordered))
