"""Activations under the names that PyTorch, JAX and Flax, Keras, timm and Hugging Face give them, as exact expressions.

A name is read without regard to capitals, underscores and hyphens: ``ReLU``, ``hard_swish`` and ``Hardswish`` are one
name each. A family has parameters with the defaults of PyTorch; ``prelu(0.1)``, ``softplus(2)`` as a whole text set
them, and in text they follow the argument: ``leaky_relu(x, 0.2)``. Where frameworks mean different functions by one
name, `NOTES` says so.

References
----------
1. PyTorch 2.x, `torch.nn` activations; JAX, `jax.nn`; Keras 3, `keras.activations`; transformers, `ACT2FN`.
2. J. T. Barron, "Squareplus: a softplus-like algebraic rectifier", arXiv 2112.11687.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from theory.activation import expression as ex
from theory.activation.expression import FUNCTIONS, Expression, X, number


def _decimal(text: str) -> Expression:
    return number(Fraction(text))


def _times(factor: Expression, tree: Expression) -> Expression:
    """Return factor * tree, folded where the factor is 1."""
    return tree if factor == number(1) else factor * tree


def _leaky(u: Expression, slope: Expression) -> Expression:
    return ex.maximum(u, 0) + slope * ex.minimum(u, 0)


def _elu(u: Expression, alpha: Expression) -> Expression:
    return ex.maximum(u, 0) + _times(alpha, ex.exp(ex.minimum(u, 0)) - 1)


def _celu(u: Expression, alpha: Expression) -> Expression:
    return _elu(u, alpha) if alpha == number(1) else ex.maximum(u, 0) + alpha * (ex.exp(ex.minimum(u, 0) / alpha) - 1)


def _softplus(u: Expression, beta: Expression) -> Expression:
    return ex.softplus(beta * u) / beta


def _threshold(u: Expression, threshold: Expression, value: Expression) -> Expression:
    above = u * ex.step(u - threshold)
    return above if value == number(0) else above + _times(value, ex.step(threshold - u))


def _hardshrink(u: Expression, width: Expression) -> Expression:
    return u * ex.step(ex.absolute(u) - width)


def _softshrink(u: Expression, width: Expression) -> Expression:
    return ex.maximum(u - width, 0) + ex.minimum(u + width, 0)


def _clip(u: Expression, low: Expression, high: Expression) -> Expression:
    return ex.minimum(ex.maximum(u, low), high)


def _squareplus(u: Expression, b: Expression) -> Expression:
    return (u + ex.sqrt(u**2 + b)) / 2


@dataclass(frozen=True, slots=True)
class Family:
    """A function of one argument and parameters, with their names and PyTorch's defaults (JAX's where torch has none)."""

    function: Callable[..., Expression]
    parameters: tuple[tuple[str, Fraction], ...]

    def __call__(self, argument: Expression, *values: Expression) -> Expression:
        """Return the function of `argument`; parameters that are not given have their defaults."""
        defaults = [number(default) for _, default in self.parameters[len(values) :]]
        return self.function(argument, *values, *defaults)


def _family(function: Callable[..., Expression], **parameters: str) -> Family:
    return Family(function, tuple((name, Fraction(value)) for name, value in parameters.items()))


FAMILIES: dict[str, Family] = {
    "leaky_relu": _family(_leaky, negative_slope="0.01"),
    "prelu": _family(_leaky, slope="0.25"),
    "elu": _family(_elu, alpha="1"),
    "celu": _family(_celu, alpha="1"),
    "softplus": _family(_softplus, beta="1"),
    "threshold": _family(_threshold, threshold="1", value="0"),
    "hardshrink": _family(_hardshrink, lambd="0.5"),
    "softshrink": _family(_softshrink, lambd="0.5"),
    "hardtanh": _family(_clip, min_val="-1", max_val="1"),
    "squareplus": _family(_squareplus, b="4"),
}
"""Functions with parameters, in PyTorch's order."""

_HALF = number(Fraction(1, 2))
_RELU6 = ex.minimum(ex.maximum(X, 0), 6)
_GELU = ex.gelu(X)

NAMED: dict[str, Expression] = {
    "relu6": _RELU6,
    "prelu": FAMILIES["prelu"](X),
    "rrelu": _leaky(X, number(Fraction(11, 48))),
    "threshold": FAMILIES["threshold"](X),
    "celu": FAMILIES["celu"](X),
    "softsign": X / (1 + ex.absolute(X)),
    "log_sigmoid": -ex.softplus(-X),
    "tanhshrink": X - ex.tanh(X),
    "softshrink": FAMILIES["softshrink"](X),
    "hardshrink": FAMILIES["hardshrink"](X),
    "hardswish": X * ex.minimum(ex.maximum(X + 3, 0), 6) / 6,
    "hard_mish": X * ex.minimum(ex.maximum(X + 2, 0), 2) / 2,
    "squareplus": FAMILIES["squareplus"](X),
    "quick_gelu": X * ex.sigmoid(_decimal("1.702") * X),
    "gelu_fast": X * (1 + ex.tanh(_decimal("0.7978845608") * X * (1 + _decimal("0.044715") * X * X))) / 2,
    "gelu_10": _clip(_GELU, number(-10), number(10)),
    "laplace": (1 + ex.erf((X - _decimal("0.707107")) / (_decimal("0.282095") * ex.sqrt(number(2))))) / 2,
    "sparse_plus": ex.maximum(X - 1, 0) + _clip((X + 1) / 2, number(0), number(1)) ** 2,
    "sparse_sigmoid": _clip((X + 1) / 2, number(0), number(1)),
    "hardsigmoid_keras2": _clip(X / 5 + _HALF, number(0), number(1)),
    "lecun_tanh": _decimal("1.7159") * ex.tanh(2 * X / 3),
    "star_relu": _decimal("0.8944") * ex.relu(X) ** 2 - _decimal("0.4472"),
    "snake": X + FUNCTIONS["sin"](X) ** 2,
    "serf": X * ex.erf(ex.softplus(X)),
    "spike": ex.step(X - 1),
    "atan": FUNCTIONS["atan"](X),
}
"""Names of frameworks that the catalogue has no name of its own for."""

SYNONYMS: dict[str, str] = {
    "linear": "identity",
    "swish": "silu",
    "gelu_new": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh",
    "gelu_accurate": "gelu_tanh",
    "gelu_approximate": "gelu_tanh",
    "gelu_python": "gelu",
    "gelu_exact": "gelu",
    "gelu_erf": "gelu",
    "hard_silu": "hardswish",
    "relu_squared": "relu2",
    "squared_relu": "relu2",
    "heaviside": "step",
    "exponential": "exp",
    "arctan": "atan",
    "sine": "sin",
    "soft_sign": "softsign",
    "tanh_shrink": "tanhshrink",
    "soft_shrink": "softshrink",
    "hard_shrink": "hardshrink",
    "hard_tanh": "hardtanh",
    "hard_sigmoid": "hardsigmoid",
    "hard_swish": "hardswish",
    "normal_cdf": "phi",
    "logistic": "sigmoid",
}
"""Other names of one function."""

NOTES: dict[str, str] = {
    "gelu": "x Phi(x): default of PyTorch and Keras; jax.nn.gelu and flax default to the tanh form, gelu_tanh",
    "gelu_tanh": "tanh form of x Phi(x): default of jax.nn.gelu and flax; GPT-2's gelu_new",
    "gelu_fast": "gelu_tanh with sqrt(2/pi) cut to 0.7978845608",
    "quick_gelu": "x sigmoid(1.702 x), of CLIP: not gelu",
    "leaky_relu": "slope 0.01 (PyTorch, JAX, timm); keras.activations 0.2, keras.layers.LeakyReLU 0.3, tf.nn 0.2",
    "prelu": "learned slope at its start: 0.25 in PyTorch and flax, 0 in Keras",
    "rrelu": "as evaluated: slope (1/8 + 1/3)/2 = 11/48",
    "softplus": "beta 1; PyTorch is linear above beta x = 20, which no digit below the 9th sees",
    "hardsigmoid": "relu6(x + 3)/6 (PyTorch, JAX, Keras 3); Keras 2 and TensorFlow 1: clip(x/5 + 1/2, 0, 1)",
    "hardsigmoid_keras2": "clip(x/5 + 1/2, 0, 1), Keras 2; PyTorch, JAX and Keras 3: relu6(x + 3)/6",
    "hardswish": "x relu6(x + 3)/6",
    "threshold": "x above the threshold, else the value: threshold(threshold, value), here (1, 0), keras.ThresholdedReLU",
    "celu": "alpha 1 is elu",
    "squareplus": "(x + sqrt(x^2 + b))/2; b = 4 in JAX and Keras",
    "relu6": "min(max(x, 0), 6)",
    "spike": "1 for x > 1, else 0: a spiking unit with threshold 1",
    "lecun_tanh": "1.7159 tanh(2 x/3) (LeCun 1998); PyTorch's gain 5/3 for tanh is another number",
    "laplace": "mean 0.707107, deviation 0.282095: the smooth stand-in of relu2 in transformers",
}
"""What to know of a name: by the name that the activation bears here."""


def key_of(name: str) -> str:
    """Return a name without capitals, underscores, hyphens and spaces.

    Examples
    --------
    >>> key_of("Hard_Swish"), key_of("LeakyReLU")
    ('hardswish', 'leakyrelu')
    """
    return "".join(character for character in name.lower() if character.isalnum())
