"""Activation -> sum of shapes on the whole line.

Piecewise activations become half-lines by their jumps: with weights w_0, .., w_n of one shape on the successive pieces,

    w(x) = w_0 + sum_i (w_i - w_{i-1}) 1{x > b_i},  or  sum_i (w_{i-1} - w_i) 1{x < b_i}  if w_n = 0 and w_0 != 0,

so a factor exp(x) that only lives on the left never meets the right tail.
"""

from __future__ import annotations

from functools import cache

import flint
import sympy as sp

from theory.activation.activation import Activation
from theory.activation.evaluation import to_ball
from theory.activation.expression import Expression
from theory.activation.pieces import smooth_pieces
from theory.exact.ball_evaluation import agree, ball_of_expression
from theory.exact.sign import is_less
from theory.gaussian.shape import HalfSpace, NormalForm, OutsideClassError, Shape, add_term, times_half_space
from theory.gaussian.smooth_form import smooth_form

_ZERO = sp.Integer(0)
_BITS = 160
_POINTS = tuple(sp.Rational(p, q) for p, q in ((-31, 7), (-9, 7), (-2, 9), (3, 11), (8, 5), (37, 9)))


def normal_form(activation: Activation | Expression) -> NormalForm | None:
    """Return s as {shape: weight} with s(x) = sum of weight * shape(x), or None outside the class.

    Parameters
    ----------
    activation : Activation or Expression

    Returns
    -------
    dict or None
        None if a piece is not built from polynomials, exp(quadratic), sin and cos(linear), erf and Phi(linear), if
        break points are not exact, or if exp(A x^2) with A >= 1/4 leaves L2 of the Gaussian; also if the sum does not
        agree with the tree at six points to 28 digits, which would be an error of this module.

    Examples
    --------
    >>> from theory.activation.parser import parse_expression
    >>> normal_form(parse_expression("max(x, 0)"))
    {Shape(power=1, quadratic=0, linear=0, frequency=0, half_spaces=(HalfSpace(direction=1, point=0, variance=0),)): 1}
    >>> normal_form(parse_expression("tanh(x)")) is None
    True
    """
    tree = activation if isinstance(activation, Expression) else activation.expression
    form = _cached_normal_form(tree)
    return None if form is None else dict(form)


@cache
def _cached_normal_form(tree: Expression) -> NormalForm | None:
    pieces = smooth_pieces(tree)
    if pieces is None:
        return None
    try:
        forms = [smooth_form(piece.expression) for piece in pieces]
        form = _joined(forms, [piece.upper for piece in pieces[:-1]])
    except OutsideClassError:
        return None
    integrable = all(is_less(4 * shape.quadratic, sp.Integer(1)) for shape in form)
    return form if integrable and _represents(form, tree) else None


def _joined(forms: list[NormalForm], points: list[sp.Expr]) -> NormalForm:
    """Return one form from the forms between successive break points, by the jumps of every weight."""
    if not points:
        return forms[0]
    joined: NormalForm = {}
    for shape in dict.fromkeys(shape for form in forms for shape in form):
        weights = [form.get(shape, _ZERO) for form in forms]
        leftward = weights[-1] == 0 and weights[0] != 0
        if not leftward:
            add_term(joined, shape, weights[0])
        for before, after, point in zip(weights[:-1], weights[1:], points, strict=True):
            jump = before - after if leftward else after - before
            for product, sign in times_half_space(shape, HalfSpace(-1 if leftward else 1, point)):
                add_term(joined, product, sign * jump)
    return joined


def _represents(form: NormalForm, tree: Expression) -> bool:
    """Whether a normal form agrees with the tree it came from at six points, to 28 digits."""
    with flint.ctx.workprec(_BITS):
        return all(agree(_value_at(form, point), to_ball(tree, _rational(point)).real) for point in _POINTS)


def _value_at(form: NormalForm, point: sp.Rational) -> flint.arb:
    total = flint.acb(0)
    for shape, weight in form.items():
        total = total + flint.acb(ball_of_expression(weight)) * _shape_at(shape, point)
    return total.real


def _shape_at(shape: Shape, point: sp.Rational) -> flint.acb:
    exponent = shape.quadratic * point**2 + (shape.linear + sp.I * shape.frequency) * point
    value = flint.acb(ball_of_expression(exponent)).exp() * flint.acb(ball_of_expression(point**shape.power))
    for half_space in shape.half_spaces:
        distance = ball_of_expression(half_space.direction * (point - half_space.point))
        if half_space.variance == 0:
            value = value * (1 if distance > 0 else 0)
        else:
            value = value * (-distance / (2 * ball_of_expression(half_space.variance)).sqrt()).erfc() / 2
    return value


def _rational(value: sp.Rational) -> flint.acb:
    return flint.acb(flint.fmpq(int(value.p), int(value.q)))
