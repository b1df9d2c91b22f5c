"""An activation as source code of NumPy, PyTorch or jax: one function of an array, in double precision or the array's own.

Accuracy: constants are printed with 17 digits; the code evaluates as written.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Literal, get_args

from theory.activation.evaluation import to_sympy
from theory.activation.expression import Expression

Library = Literal["numpy", "torch", "jax"]

_NAMES: dict[Library, dict[str, str]] = {
    "numpy": {
        "module": "np",
        "max": "np.maximum({}, {})",
        "min": "np.minimum({}, {})",
        "step": "np.heaviside({}, 0.5)",
        "atan": "np.arctan({})",
        "asinh": "np.arcsinh({})",
        "erf": "erf({})",
        "erfc": "erfc({})",
        "Phi": "ndtr({})",
        "sigmoid": "expit({})",
        "softplus": "np.logaddexp({}, 0.0)",
    },
    "torch": {
        "module": "torch",
        "max": "torch.maximum(torch.as_tensor({}, dtype=x.dtype), torch.as_tensor({}, dtype=x.dtype))",
        "min": "torch.minimum(torch.as_tensor({}, dtype=x.dtype), torch.as_tensor({}, dtype=x.dtype))",
        "step": "torch.heaviside({}, torch.tensor(0.5, dtype=x.dtype))",
        "atan": "torch.atan({})",
        "asinh": "torch.asinh({})",
        "erf": "torch.erf({})",
        "erfc": "torch.erfc({})",
        "Phi": "torch.special.ndtr({})",
        "sigmoid": "torch.sigmoid({})",
        "softplus": "torch.logaddexp({0}, torch.zeros_like({0}))",
    },
    "jax": {
        "module": "jnp",
        "max": "jnp.maximum({}, {})",
        "min": "jnp.minimum({}, {})",
        "step": "jnp.heaviside({}, 0.5)",
        "atan": "jnp.arctan({})",
        "asinh": "jnp.arcsinh({})",
        "erf": "jax.scipy.special.erf({})",
        "erfc": "jax.scipy.special.erfc({})",
        "Phi": "jax.scipy.stats.norm.cdf({})",
        "sigmoid": "jax.nn.sigmoid({})",
        "softplus": "jax.nn.softplus({})",
    },
}
_IMPORTS: dict[Library, str] = {
    "numpy": "import numpy as np\nfrom scipy.special import erf, erfc, expit, ndtr\n",
    "torch": "import torch\n",
    "jax": "import jax\nimport jax.numpy as jnp\n",
}
_SAME = ("abs", "sign", "sqrt", "log", "exp", "sin", "cos", "tan", "tanh", "sinh", "cosh")
_ARITHMETIC = {
    "add": "({} + {})",
    "subtract": "({} - {})",
    "multiply": "({} * {})",
    "divide": "({} / {})",
    "negate": "(-{})",
}


def source_code(expression: Expression, library: Library, name: str = "activation") -> str:
    """Return the source of ``def name(x)`` for an array x.

    Parameters
    ----------
    expression : Expression
    library : {"numpy", "torch", "jax"}
    name : str
        An identifier.

    Raises
    ------
    ValueError
        If the library is not known or the name is no identifier.

    Examples
    --------
    >>> from theory.activation.parser import parse_expression
    >>> print(source_code(parse_expression("tanh(x/2)"), "numpy", "half_tanh").splitlines()[-1].strip())
    return np.tanh((x / 2.0))
    """
    if library not in get_args(Library):
        raise ValueError(f"source_code needs one of {', '.join(get_args(Library))}, got library={library!r}.")
    if not name.isidentifier():
        raise ValueError(f"source_code needs an identifier, got name={name!r}.")
    names = _NAMES[library]
    module = names["module"]
    shapes = _ARITHMETIC | {head: f"{module}.{head}({{}})" for head in _SAME} | names

    def written(shape: str) -> Callable[..., str]:
        return lambda *operands: shape.format(*operands)

    table: dict[str, Callable[..., Any]] = {head: written(shape) for head, shape in shapes.items() if head != "module"}
    table["power"] = lambda base, exponent: f"({base} ** {_number(exponent)})"
    body = _written(expression, table)
    if expression.is_constant:
        body = f"{body} + 0.0 * x"
    return f"{_IMPORTS[library]}\n\ndef {name}(x):\n    return {body}\n"


def _written(expression: Expression, table: dict[str, Callable[..., Any]]) -> str:
    """Return the text of a tree; constant subtrees become one number, which libraries take where they want arrays."""
    texts: dict[Expression, str] = {}
    for node in expression.nodes():
        if node.head == "x":
            texts[node] = "x"
        elif node.is_constant:
            texts[node] = _constant(node)
        elif node.head == "power":
            texts[node] = table["power"](texts[node.operands[0]], node.value)
        else:
            texts[node] = table[node.head](*(texts[o] for o in node.operands))
    return texts[expression]


def _constant(node: Expression) -> str:
    if node.head == "number":
        return _number(node.value or Fraction(0))
    text = str(to_sympy(node).evalf(17))
    return f"({text})" if text.startswith("-") else text


def _number(value: Fraction) -> str:
    """Return the nearest double as Python writes it."""
    text = repr(value.numerator / value.denominator)
    return f"({text})" if value < 0 else text
