"""One expression tree, four arithmetics: SymPy, mpmath, Arb balls, NumPy float64.

Each arithmetic is a table from operation to function; the interpreter is shared.

Accuracy: SymPy exact; balls enclose; mpmath and NumPy evaluate as written, at their working precision.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import flint
import mpmath
import mpmath as mp
import numpy as np
import sympy
import sympy as sp

from theory.activation.ball_operations import OPERATIONS, power
from theory.activation.expression import Expression

Table = Mapping[str, Callable[..., Any]]


def interpret(expression: Expression, table: Table, x: Any, constant: Callable[[Expression], Any]) -> Any:
    """Return the value of a tree in the arithmetic of `table`; `constant` gives numbers, pi and E.

    Shared subtrees are evaluated once.
    """
    values: dict[Expression, Any] = {}
    for node in expression.nodes():
        if node.head == "x":
            values[node] = x
        elif not node.operands:
            values[node] = constant(node)
        elif node.head == "power":
            values[node] = table["power"](values[node.operands[0]], node.value)
        else:
            values[node] = table[node.head](*(values[o] for o in node.operands))
    return values[expression]


def _ratio(node: Expression) -> tuple[int, int]:
    """Return numerator and denominator of a number node."""
    value = node.value or Fraction(0)
    return value.numerator, value.denominator


_ARITHMETIC: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "negate": lambda a: -a,
}

# Functions that SymPy, mpmath and NumPy know by these names, and those that NumPy knows by others or not at all.
_ELEMENTARY = ("exp", "log", "sqrt", "sin", "cos", "tan", "tanh", "sinh", "cosh")
_INVERSE_AND_ERROR = ("atan", "asinh", "erf", "erfc")


def to_sympy(expression: Expression, x: sympy.Expr | None = None) -> sympy.Expr:
    """Return the tree as a SymPy expression in `x` (a real symbol named x if none is given).

    Notes
    -----
    ``Max`` and ``Min`` are built unevaluated: their constructors compare all arguments and can take seconds.

    Examples
    --------
    >>> from theory.activation.parser import parse_expression
    >>> to_sympy(parse_expression("x*Phi(x)"))
    x*(erf(sqrt(2)*x/2)/2 + 1/2)
    """
    half = sp.Rational(1, 2)
    table: dict[str, Callable[..., Any]] = {
        **_ARITHMETIC,
        "power": lambda base, q: sp.Pow(base, sp.Rational(q.numerator, q.denominator)),
        "max": lambda a, b: sp.Max(a, b, evaluate=False),
        "min": lambda a, b: sp.Min(a, b, evaluate=False),
        "abs": sp.Abs,
        "sign": sp.sign,
        "step": lambda u: sp.Heaviside(u, half),
        "Phi": lambda u: half + sp.erf(u / sp.sqrt(2)) / 2,
        "sigmoid": lambda u: 1 / (1 + sp.exp(-u)),
        "softplus": lambda u: sp.log(1 + sp.exp(u)),
        **{name: getattr(sp, name) for name in (*_ELEMENTARY, *_INVERSE_AND_ERROR)},
    }
    constants = {"pi": sp.pi, "E": sp.E}
    symbol = sp.Symbol("x", real=True) if x is None else x
    return interpret(expression, table, symbol, lambda n: constants.get(n.head) or sp.Rational(*_ratio(n)))


def to_mpmath(expression: Expression, x: Any) -> mpmath.mpf:
    """Return the value at `x` at mpmath's current precision (guard digits are the caller's).

    Examples
    --------
    >>> import mpmath
    >>> from theory.activation.parser import parse_expression
    >>> with mpmath.workdps(30):
    ...     mpmath.almosteq(to_mpmath(parse_expression("sigmoid(x)"), mpmath.mpf(0)), 0.5, abs_eps=0)
    True
    """

    def rational_power(base: Any, q: Fraction) -> Any:
        return base**q.numerator if q.denominator == 1 else mp.power(base, mp.mpf(q.numerator) / q.denominator)

    def sigmoid(u: Any) -> Any:
        return 1 / (1 + mp.exp(-u))

    table: dict[str, Callable[..., Any]] = {
        **_ARITHMETIC,
        "power": rational_power,
        "max": max,
        "min": min,
        "abs": abs,
        "sign": mp.sign,
        "step": lambda u: (1 + mp.sign(u)) / 2,
        "Phi": mp.ncdf,
        "sigmoid": sigmoid,
        "softplus": lambda u: (u + mp.log1p(mp.exp(-u))) if mp.re(u) > 0 else mp.log1p(mp.exp(u)),
        **{name: getattr(mp, name) for name in (*_ELEMENTARY, *_INVERSE_AND_ERROR)},
    }
    constants: dict[str, Any] = {"pi": mp.pi, "E": mp.e}
    return interpret(
        expression,
        table,
        x,
        lambda n: +constants[n.head] if n.head in constants else mp.fraction(*_ratio(n)) + 0,
    )


def to_ball(expression: Expression, z: flint.acb, analytic: bool = False) -> flint.acb:
    """Return an enclosure of the value on the complex ball `z` at Arb's current precision.

    Parameters
    ----------
    expression : Expression
        Any tree: on the real line a root of a ball with negative numbers is nan, as nothing is known of its argument.
    z : flint.acb
        A real argument is a ball with imaginary part exactly 0.
    analytic : bool
        As `acb.integral` passes it; see `theory.activation.ball_operations`.

    Returns
    -------
    flint.acb
        nan where the operation is undefined on part of `z`; never a wrong enclosure.
    """

    def strict(head: str) -> Callable[..., Any]:
        operation = OPERATIONS[head]
        if head != "sqrt":
            return lambda *operands: operation(analytic, *operands)
        return lambda u: operation(analytic, u) if _may_be_rooted(u, analytic) else flint.acb("nan")

    def strict_power(base: flint.acb, q: Fraction) -> flint.acb:
        return power(q)(analytic, base) if q.denominator == 1 or _may_be_rooted(base, analytic) else flint.acb("nan")

    table: dict[str, Callable[..., Any]] = {head: strict(head) for head in OPERATIONS} | {"power": strict_power}
    constants = {"pi": flint.acb.pi(), "E": flint.acb(1).exp()}
    return interpret(
        expression, table, z, lambda n: constants[n.head] if n.head in constants else flint.acb(flint.fmpq(*_ratio(n)))
    )


def _may_be_rooted(u: flint.acb, analytic: bool) -> bool:
    return bool(analytic or u.imag != 0 or u.real >= 0)


def ball_of_constant(expression: Expression) -> flint.arb:
    """Return a real ball enclosing a tree without the variable; nan where it is undefined."""
    value = to_ball(expression, flint.acb("nan"))
    return value.real if value.imag.contains(0) else flint.arb("nan")


def to_numpy(expression: Expression) -> Callable[[np.ndarray], np.ndarray]:
    """Return a vectorised function; it keeps the float type of its argument.

    Examples
    --------
    >>> import numpy as np
    >>> from theory.activation.parser import parse_expression
    >>> to_numpy(parse_expression("max(x, 0)"))(np.array([-1.0, 2.0]))
    array([0., 2.])
    """

    def rational_power(base: Any, q: Fraction) -> Any:
        return base ** int(q) if q.denominator == 1 else np.power(base, float(q))

    def special(name: str) -> Callable[[Any], Any]:
        def call(u: Any) -> Any:
            import scipy.special  # half a second: only activations that need it pay

            return getattr(scipy.special, name)(u)

        return call

    table: dict[str, Callable[..., Any]] = {
        **_ARITHMETIC,
        "power": rational_power,
        "max": np.maximum,
        "min": np.minimum,
        "abs": np.abs,
        "sign": np.sign,
        "step": lambda u: np.heaviside(u, np.asarray(u).dtype.type(0.5)),
        "atan": np.arctan,
        "asinh": np.arcsinh,
        "erf": special("erf"),
        "erfc": special("erfc"),
        "Phi": special("ndtr"),
        "sigmoid": special("expit"),
        "softplus": lambda u: np.logaddexp(u, np.asarray(u).dtype.type(0)),
        **{name: getattr(np, name) for name in _ELEMENTARY},
    }
    # Constant subtrees are folded in balls at 120 bits first, so each costs one rounding to the argument's type.
    with flint.ctx.workprec(120):
        folded = {node: float(ball_of_constant(node)) for node in expression.nodes() if node.is_constant}

    nodes = list(expression.nodes())

    def function(x: np.ndarray) -> np.ndarray:
        kind = x.dtype.type
        values: dict[Expression, Any] = {}
        for node in nodes:
            if node in folded:
                values[node] = kind(folded[node])
            elif node.head == "x":
                values[node] = x
            elif node.head == "power":
                values[node] = rational_power(values[node.operands[0]], node.value)  # type: ignore[arg-type]
            else:
                values[node] = table[node.head](*(values[o] for o in node.operands))
        return values[expression] + np.zeros_like(x) if expression.is_constant else values[expression]

    return function
