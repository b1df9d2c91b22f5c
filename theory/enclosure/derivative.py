"""The derivative of an expression tree, almost everywhere: kinks differentiate to steps, steps to 0.

Jumps and kinks carry point masses that this derivative does not hold; `theory.kernel_map.behaviour_at_one` reads them off the
break points.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from theory.activation.expression import PI, Expression, exp, number, sigmoid, sign, sqrt, step, tanh, unary

_ZERO, _ONE = number(0), number(1)


def derivative(expression: Expression) -> Expression:
    """Return the tree of s'(x) at every x that is no kink or jump of s.

    Parameters
    ----------
    expression : Expression

    Returns
    -------
    Expression
        Zeros and ones are folded away, nothing else is simplified.

    Examples
    --------
    >>> from theory.activation.parser import parse_expression
    >>> str(derivative(parse_expression("x*sigmoid(x)"))), str(derivative(parse_expression("max(x, 0)")))
    ('sigmoid(x) + x*(sigmoid(x)*(1 - sigmoid(x)))', 'step(x)')
    """
    slopes: dict[Expression, Expression] = {}
    for node in expression.nodes():
        slopes[node] = _ZERO if node.is_constant else _node_derivative(node, [slopes[o] for o in node.operands])
    return slopes[expression]


def _node_derivative(node: Expression, slopes: list[Expression]) -> Expression:
    u = node.operands[0] if node.operands else node
    if node.head == "x":
        return _ONE
    if node.head in {"add", "subtract"}:
        return _sum(slopes[0], slopes[1] if node.head == "add" else _product(number(-1), slopes[1]))
    if node.head in {"multiply", "divide", "max", "min"}:
        return _binary_derivative(node, slopes)
    if node.head == "power" and node.value is not None:
        return _product(_product(number(node.value), u ** (node.value - 1) if node.value != 1 else _ONE), slopes[0])
    return _product(_OUTER[node.head](u), slopes[0])


def _binary_derivative(node: Expression, slopes: list[Expression]) -> Expression:
    u, v = node.operands
    if node.head == "multiply":
        return _sum(_product(slopes[0], v), _product(u, slopes[1]))
    if node.head == "divide":
        down = _product(number(-1), _product(u, slopes[1]))
        return _over(slopes[0], v) if v.is_constant else _over(_sum(_product(slopes[0], v), down), v**2)
    difference = u if v == _ZERO else u - v
    above, below = (slopes[0], slopes[1]) if node.head == "max" else (slopes[1], slopes[0])
    return _sum(_product(step(difference), above), _product(step(-difference), below))


def _sum(left: Expression, right: Expression) -> Expression:
    if _ZERO in (left, right):
        return right if left == _ZERO else left
    return left + right


def _product(left: Expression, right: Expression) -> Expression:
    if _ZERO in (left, right):
        return _ZERO
    if _ONE in (left, right):
        return right if left == _ONE else left
    return -right if left == number(-1) else left * right


def _over(top: Expression, bottom: Expression) -> Expression:
    return _ZERO if top == _ZERO else top / bottom


_sin, _cos, _tan, _sinh, _cosh = (unary(head) for head in ("sin", "cos", "tan", "sinh", "cosh"))

_OUTER: dict[str, Callable[[Expression], Expression]] = {
    "negate": lambda _: number(-1),
    "abs": sign,
    "sign": lambda _: _ZERO,
    "step": lambda _: _ZERO,
    "exp": exp,
    "log": lambda u: 1 / u,
    "sqrt": lambda u: Fraction(1, 2) / sqrt(u),
    "sin": _cos,
    "cos": lambda u: -_sin(u),
    "tan": lambda u: 1 + _tan(u) ** 2,
    "tanh": lambda u: 1 - tanh(u) ** 2,
    "sinh": _cosh,
    "cosh": _sinh,
    "atan": lambda u: 1 / (1 + u**2),
    "asinh": lambda u: 1 / sqrt(1 + u**2),
    "erf": lambda u: 2 * exp(-(u**2)) / sqrt(PI),
    "erfc": lambda u: -(2 * exp(-(u**2)) / sqrt(PI)),
    "Phi": lambda u: exp(-(u**2) / 2) / sqrt(2 * PI),
    "sigmoid": lambda u: sigmoid(u) * (1 - sigmoid(u)),
    "softplus": sigmoid,
}
