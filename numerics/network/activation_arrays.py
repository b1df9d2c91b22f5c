"""An activation and its derivative at arrays of any back end, by forward-mode differentiation of its tree.

Every node carries the pair (value, derivative); a constant subtree is folded to one float first. Where a kinked operation
switches, the derivative is the mean of its two sides, as for ``step(0) = 1/2``: relu'(0) = 1/2. Such points have
probability 0 under a continuous law.

**Accuracy**: each node costs a few roundings of the array's type; the derivative of ``x**q`` is q x**(q-1) as written.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import lru_cache
from math import pi, sqrt
from types import ModuleType
from typing import Any

import flint
import numpy as np

from numerics.array_backend import Array, array_namespace
from theory.activation import Activation
from theory.activation.evaluation import ball_of_constant
from theory.activation.expression import Expression

__all__ = ["activation_values", "value_and_slope"]

Pair = tuple[Any, Any]


def activation_values(activation: Activation, x: Array) -> Array:
    """Return s(x) elementwise, in the float type and on the device of `x`."""
    if array_namespace(x).__name__ != "numpy":
        return value_and_slope(activation, x)[0]
    bend = _bend(activation.expression)
    if bend is None or x.ndim == 0:
        return activation(x)
    function, constant = bend
    # NumPy compares with a row of constants over twice as fast as with one number: only then its loop is vectorised.
    return function(x, np.full(x.shape[-1], constant, x.dtype))


def value_and_slope(activation: Activation, x: Array) -> tuple[Array, Array]:
    """Return s(x) and s'(x) elementwise.

    Parameters
    ----------
    activation : Activation
    x : array, any shape

    Returns
    -------
    tuple of two arrays of the shape, type and device of `x`

    Examples
    --------
    tanh' = 1 - tanh^2:

    >>> import numpy as np
    >>> from theory.activation import Activation
    >>> value, slope = value_and_slope(Activation.from_text("tanh"), np.linspace(-3, 3, 7))
    >>> bool(np.allclose(slope, 1 - value**2, rtol=0, atol=1e-15))
    True
    """
    xp = array_namespace(x)
    nodes, constants = _folded(activation.expression)
    pairs: dict[Expression, Pair] = {}
    for node in nodes:
        if node in constants:
            pairs[node] = constants[node], 0.0
        elif node.head == "x":
            pairs[node] = x, 1.0
        elif node.head == "power":
            pairs[node] = _power(*pairs[node.operands[0]], node.value)
        elif len(node.operands) == 2:
            pairs[node] = _binary(xp, node.head, *pairs[node.operands[0]], *pairs[node.operands[1]])
        else:
            (u, du) = pairs[node.operands[0]]
            value, slope = _unary(xp, node.head, u)
            pairs[node] = value, slope * du
    value, slope = pairs[activation.expression]
    return value, slope + xp.zeros_like(x)


@lru_cache(maxsize=256)
def _bend(expression: Expression) -> tuple[Callable[..., np.ndarray], float] | None:
    """Return NumPy's function and c where s is max(x, c) or min(x, c), else None."""
    if expression.head not in ("max", "min"):
        return None
    _, constants = _folded(expression)
    number = next((constants[node] for node in expression.operands if node in constants), None)
    if number is None or all(node.head != "x" for node in expression.operands):
        return None
    return (np.maximum if expression.head == "max" else np.minimum), number


@lru_cache(maxsize=256)
def _folded(expression: Expression) -> tuple[tuple[Expression, ...], dict[Expression, float]]:
    """Return the nodes, operands first, and the values of the constant ones, each correctly rounded but for one unit."""
    nodes = tuple(expression.nodes())
    with flint.ctx.workprec(120):
        return nodes, {node: float(ball_of_constant(node)) for node in nodes if node.is_constant}


def _power(u: Array, du: Array, exponent: Any) -> Pair:
    q: Any = int(exponent) if exponent.denominator == 1 else float(exponent)
    return u**q, q * u ** (q - 1) * du if q != 1 else du


def _binary(xp: ModuleType, head: str, u: Any, du: Any, v: Any, dv: Any) -> Pair:
    """Return the pair of u o v; at most one of u and v is a plain number."""
    if head == "add":
        return u + v, du + dv
    if head == "subtract":
        return u - v, du - dv
    if head == "multiply":
        return u * v, u * dv + v * du
    if head == "divide":
        quotient = u / v
        return quotient, (du - quotient * dv) / v
    sign = 1 if head == "max" else -1
    left = (xp.sign(sign * (u - v)) + 1) / 2  # 1 where u is taken, 1/2 at a tie
    return xp.where(left > 0, u, v), left * du + (1 - left) * dv


def _unary(xp: ModuleType, head: str, u: Array) -> Pair:
    """Return f(u) and f'(u)."""
    if head in _SMOOTH:
        return _SMOOTH[head](xp, u)
    special = _special(xp)
    if head == "erf":
        return special.erf(u), 2 / sqrt(pi) * xp.exp(-u * u)
    if head == "erfc":
        return special.erfc(u), -2 / sqrt(pi) * xp.exp(-u * u)
    if head == "Phi":
        return special.ndtr(u), xp.exp(-u * u / 2) / sqrt(2 * pi)
    sigmoid = special.expit(u)
    if head == "sigmoid":
        return sigmoid, sigmoid * special.expit(-u)
    return xp.logaddexp(u, xp.zeros_like(u)), sigmoid  # softplus


def _tanh(xp: ModuleType, u: Array) -> Pair:
    cosh = xp.cosh(xp.where(xp.abs(u) < 40, u, 40 * xp.ones_like(u)))  # 1 - tanh^2 has no digits left there
    return xp.tanh(u), 1 / (cosh * cosh)


def _sqrt(xp: ModuleType, u: Array) -> Pair:
    root = xp.sqrt(u)
    return root, 1 / (2 * root)


def _tan(xp: ModuleType, u: Array) -> Pair:
    tangent = xp.tan(u)
    return tangent, 1 + tangent * tangent


def _exp(xp: ModuleType, u: Array) -> Pair:
    value = xp.exp(u)
    return value, value


_SMOOTH: dict[str, Callable[[ModuleType, Array], Pair]] = {
    "negate": lambda _, u: (-u, -1.0),
    "abs": lambda xp, u: (xp.abs(u), xp.sign(u)),
    "sign": lambda xp, u: (xp.sign(u), 0.0),
    "step": lambda xp, u: ((xp.sign(u) + 1) / 2, 0.0),
    "exp": _exp,
    "log": lambda xp, u: (xp.log(u), 1 / u),
    "sqrt": _sqrt,
    "sin": lambda xp, u: (xp.sin(u), xp.cos(u)),
    "cos": lambda xp, u: (xp.cos(u), -xp.sin(u)),
    "tan": _tan,
    "tanh": _tanh,
    "sinh": lambda xp, u: (xp.sinh(u), xp.cosh(u)),
    "cosh": lambda xp, u: (xp.cosh(u), xp.sinh(u)),
    "atan": lambda xp, u: (xp.arctan(u), 1 / (1 + u * u)),
    "asinh": lambda xp, u: (xp.arcsinh(u), 1 / xp.sqrt(1 + u * u)),
}


def _special(xp: ModuleType) -> Any:
    """Return the module with erf, erfc, ndtr and expit that belongs to an array module."""
    names = {"numpy": "scipy.special", "torch": "torch.special"}
    return importlib.import_module(names[xp.__name__])
