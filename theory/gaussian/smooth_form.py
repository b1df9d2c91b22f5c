"""One smooth piece of an activation -> sum of shapes, by rules on the expression tree.

Polynomials, exp of a quadratic, sin and cos of a linear argument (as pairs of complex exponentials), erf, erfc and Phi of
a linear argument, their sums, products and integer powers; a single exponential also has reciprocals and roots.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from theory.activation.evaluation import to_sympy
from theory.activation.expression import Expression
from theory.exact.sign import is_less
from theory.gaussian.shape import HalfSpace, NormalForm, OutsideClassError, Shape, add_term, multiply

_ZERO = sp.Integer(0)


def smooth_form(tree: Expression) -> NormalForm:
    """Return the sum of shapes that a tree without kinked operations equals.

    Raises
    ------
    OutsideClassError
        If an operation leaves the class.
    """
    forms: dict[Expression, NormalForm] = {}
    for node in tree.nodes():
        if node.is_constant:
            constant = to_sympy(node)
            forms[node] = {Shape(): constant} if constant != 0 else {}
        else:
            forms[node] = _combined(node, [forms[operand] for operand in node.operands])
    return forms[tree]


def _combined(node: Expression, operands: list[NormalForm]) -> NormalForm:
    if node.head == "x":
        return {Shape(power=1): sp.Integer(1)}
    if node.head in ("add", "subtract"):
        total = dict(operands[0])
        for shape, weight in operands[1].items():
            add_term(total, shape, weight if node.head == "add" else -weight)
        return total
    if node.head == "negate":
        return _scaled(operands[0], sp.Integer(-1))
    if node.head == "multiply":
        return multiply(*operands)
    if node.head == "divide":
        return multiply(operands[0], _power_of_exponential(operands[1], sp.Integer(-1)))
    if node.head == "power" and node.value is not None:
        return _power(operands[0], sp.Rational(node.value.numerator, node.value.denominator))
    if node.head == "sqrt":
        return _power_of_exponential(operands[0], sp.Rational(1, 2))
    if node.head in _OF_POLYNOMIAL:
        return _OF_POLYNOMIAL[node.head](operands[0])
    raise OutsideClassError("not a sum of shapes")


def _scaled(form: NormalForm, factor: sp.Expr) -> NormalForm:
    return {shape: factor * weight for shape, weight in form.items()}


def _power(base: NormalForm, exponent: sp.Rational) -> NormalForm:
    if exponent.q != 1 or exponent < 0:
        return _power_of_exponential(base, exponent)
    result: NormalForm = {Shape(): sp.Integer(1)}
    for _ in range(int(exponent)):
        result = multiply(result, base)
    return result


def _power_of_exponential(base: NormalForm, exponent: sp.Rational) -> NormalForm:
    """Return (w exp(A x^2 + B x))^exponent; anything else has no reciprocal and no root in the class."""
    if len(base) != 1:
        raise OutsideClassError("not a sum of shapes")
    ((shape, weight),) = base.items()
    if shape.power or shape.half_spaces or shape.frequency or (exponent.q != 1 and not is_less(_ZERO, weight)):
        raise OutsideClassError("not a sum of shapes")
    return {Shape(0, exponent * shape.quadratic, exponent * shape.linear): weight**exponent}


def _coefficients(form: NormalForm, degree: int) -> list[sp.Expr]:
    """Return the coefficients, constant first, of a polynomial of at most this degree."""
    if any(not shape.is_power or shape.power > degree for shape in form):
        raise OutsideClassError("not a sum of shapes")
    return [form.get(Shape(power=k), _ZERO) for k in range(degree + 1)]


def _exponential(argument: NormalForm) -> NormalForm:
    constant, linear, quadratic = _coefficients(argument, 2)
    return {Shape(0, quadratic, linear): sp.exp(constant)}


def _hyperbolic(argument: NormalForm, sign: int) -> NormalForm:
    """Return (exp(u) + sign exp(-u))/2."""
    half = sp.Rational(1, 2)
    form = _scaled(_exponential(argument), half)
    for shape, weight in _exponential(_scaled(argument, sp.Integer(-1))).items():
        add_term(form, shape, sign * half * weight)
    return form


def _trigonometric(argument: NormalForm, phase: sp.Expr) -> NormalForm:
    """Return Re(phase exp(iu)), phase 1 for cos and -i for sin."""
    constant, frequency = _coefficients(argument, 1)
    turned = phase * (sp.cos(constant) + sp.I * sp.sin(constant)) / 2
    form = {Shape(frequency=frequency): sp.expand(turned)}
    add_term(form, Shape(frequency=-frequency), sp.expand(sp.conjugate(turned)))
    return form


def _normal_cdf(argument: NormalForm, slope_unit: sp.Expr) -> NormalForm:
    """Return Phi(slope_unit * argument)."""
    constant, slope = _coefficients(argument, 1)
    if slope == 0:
        return {Shape(): sp.erfc(-slope_unit * constant / sp.sqrt(2)) / 2}
    direction = 1 if is_less(_ZERO, slope) else -1
    return {Shape(half_spaces=(HalfSpace(direction, -constant / slope, 1 / (slope_unit * slope) ** 2),)): sp.Integer(1)}


def _error_function(argument: NormalForm) -> NormalForm:
    """Return erf(u) = 2 Phi(sqrt(2) u) - 1, oriented to the right so that erf(-u) = -erf(u) needs no rule."""
    if is_less(_coefficients(argument, 1)[1], _ZERO):
        return _scaled(_error_function(_scaled(argument, sp.Integer(-1))), sp.Integer(-1))
    form = _scaled(_normal_cdf(argument, sp.sqrt(2)), sp.Integer(2))
    add_term(form, Shape(), sp.Integer(-1))
    return form


def _complementary_error_function(argument: NormalForm) -> NormalForm:
    """Return erfc(u) = 2 Phi(-sqrt(2) u)."""
    return _scaled(_normal_cdf(_scaled(argument, sp.Integer(-1)), sp.sqrt(2)), sp.Integer(2))


_OF_POLYNOMIAL: dict[str, Callable[[NormalForm], NormalForm]] = {
    "exp": _exponential,
    "sinh": lambda u: _hyperbolic(u, -1),
    "cosh": lambda u: _hyperbolic(u, 1),
    "sin": lambda u: _trigonometric(u, -sp.I),
    "cos": lambda u: _trigonometric(u, sp.Integer(1)),
    "erf": _error_function,
    "erfc": _complementary_error_function,
    "Phi": lambda u: _normal_cdf(u, sp.Integer(1)),
}
