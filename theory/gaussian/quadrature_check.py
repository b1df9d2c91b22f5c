"""E[s(Z)^power w(Z)] by ball quadrature of the activation's own tree, to a dozen digits: a check, not an enclosure.

It shares nothing with the closed forms but the tree and its pieces; the tails beyond the cut are left out, at most about
exp(-70) of the size of the integrand (`theory.enclosure` has the rigorous version, to any precision).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import flint
import sympy as sp

from theory.activation.evaluation import ball_of_constant
from theory.activation.expression import Expression, number
from theory.activation.pieces import smooth_pieces
from theory.enclosure.adaptive import adaptive_integral
from theory.enclosure.ball_function import BallFunction, ball_function
from theory.exact.ball_evaluation import ball_of_expression
from theory.gaussian.shape import NormalForm

_BITS = 80
_AGREEMENT = flint.arb(flint.fmpq(1, 10**12))


def confirmed_by_quadrature(
    tree: Expression, form: NormalForm, value: flint.arb, *, power: int = 1, weights: Sequence[int] = (1,)
) -> bool:
    """Whether E[s(Z)^power sum_k weights_k Z^k] agrees with `value` to 12 digits of max(1, |value|).

    Parameters
    ----------
    tree : Expression
    form : NormalForm
        Only its largest exp(A x^2) is used, to cut the line.
    value : flint.arb
    power : int
        1 or 2.
    weights : sequence of int
        Coefficients of a polynomial, constant first.

    Returns
    -------
    bool
        False also if the quadrature does not get there.
    """
    if all(shape.is_power for shape in form):
        return True  # moments of a polynomial are integers; its quadrature would only show cancellation
    with flint.ctx.workprec(_BITS):
        estimate = _expectation(tree, _cut(form, power), power, weights)
        return bool(abs(estimate - value) < _AGREEMENT * (1 + abs(value)))


def _cut(form: NormalForm, power: int) -> int:
    """Return where the integrand has fallen to about exp(-70) of its peak.

    With decay d = 1/2 - power A, A the largest quadratic exponent: sqrt(70/d) beyond the peaks that the linear exponents
    and the powers of x have on their own.
    """
    quadratic = max([_rational_near(shape.quadratic) for shape in form] + [sp.Integer(0)])
    decay = sp.Rational(1, 2) - power * quadratic
    growth = max(abs(_rational_near(shape.linear)) for shape in form)
    degree = max(shape.power for shape in form)
    return int(sp.sqrt(70 / decay) + power * growth / decay + sp.sqrt(power * degree / decay)) + 2


def _rational_near(number: sp.Expr) -> sp.Rational:
    """Return a rational within 1e-9 of the number."""
    return number if number.is_Rational else sp.Rational(int(sp.floor(number * 10**9)), 10**9)


def _expectation(tree: Expression, cut: int, power: int, weights: Sequence[int]) -> flint.arb:
    total = flint.arb(0)
    for piece in smooth_pieces(tree) or ():
        function = ball_function(_with_plain_constants(piece.expression))
        lower, upper = (
            flint.arb(limit) if end.is_infinite else ball_of_expression(end)
            for end, limit in ((piece.lower, -cut), (piece.upper, cut))
        )

        def integrand(x: flint.acb, analytic: bool, function: BallFunction = function) -> flint.acb:
            value = function(x, analytic)
            return (value * value if power == 2 else value) * _polynomial(weights, x) * (-x * x / 2).exp()

        if lower < upper:
            total += adaptive_integral(integrand, flint.acb(lower), flint.acb(upper), rel_tol=2.0**-50).real
    return total / (2 * flint.arb.pi()).sqrt()


def _with_plain_constants(tree: Expression) -> Expression:
    """Return the tree with every constant subtree rounded to a rational, 30 bits past the check: it is evaluated often."""
    if tree.is_constant:
        with flint.ctx.workprec(_BITS + 30):
            mantissa, exponent = ball_of_constant(tree).mid().man_exp()
        return number(Fraction(int(mantissa)) * Fraction(2) ** int(exponent))
    return Expression(tree.head, tuple(_with_plain_constants(operand) for operand in tree.operands), tree.value)


def _polynomial(weights: Sequence[int], x: flint.acb) -> flint.acb:
    value = flint.acb(0)
    for weight in reversed(weights):
        value = value * x + weight
    return value
