"""Activations by name, each with its exact expression.

Where the literature has more than one definition under a name, the exact one has the plain name and the other says
what it is: `gelu` is x Phi(x), `gelu_tanh` its tanh approximation (Hendrycks and Gimpel 2016); `leaky_relu` has slope
1/100 (Maas et al. 2013); `hardsigmoid` is relu6(x + 3)/6 = clip(x/6 + 1/2, 0, 1).
"""

from __future__ import annotations

import re
from fractions import Fraction
from math import factorial

from theory.activation import expression as ex
from theory.activation.expression import FUNCTIONS, PI, Expression, X, number

LARGEST_HERMITE_DEGREE = 60

CATALOGUE: dict[str, Expression] = {
    "identity": X,
    "relu": ex.relu(X),
    "leaky_relu": ex.maximum(X, 0) + ex.minimum(X, 0) / 100,
    "abs": ex.absolute(X),
    "step": ex.step(X),
    "sign": ex.sign(X),
    "erf": ex.erf(X),
    "sin": FUNCTIONS["sin"](X),
    "cos": FUNCTIONS["cos"](X),
    "exp": ex.exp(X),
    "square": X**2,
    "cube": X**3,
    "relu2": ex.relu(X) ** 2,
    "gelu": ex.gelu(X),
    "gelu_tanh": X * (1 + ex.tanh(ex.sqrt(2 / PI) * (X + number(Fraction(44715, 10**6)) * X**3))) / 2,
    "gaussian": ex.exp(-(X**2)),
    "elu": ex.elu(X),
    "selu": ex.selu(X),
    "hardtanh": ex.minimum(ex.maximum(X, -1), 1),
    "hardsigmoid": ex.minimum(ex.maximum(X / 6 + Fraction(1, 2), 0), 1),
    "tanh": ex.tanh(X),
    "sigmoid": ex.sigmoid(X),
    "silu": ex.silu(X),
    "softplus": ex.softplus(X),
    "mish": ex.mish(X),
}
"""Every named activation; ``He_k`` for k = 1..60 is the orthonormal Hermite polynomial he_k besides."""


def named_expression(name: str) -> Expression | None:
    """Return the tree of a named activation, or None if the catalogue has none of this name.

    Examples
    --------
    >>> str(named_expression("He_2"))
    '(x**2 - 1)/sqrt(2)'
    >>> named_expression("nothing") is None
    True
    """
    if name in CATALOGUE:
        return CATALOGUE[name]
    match = re.fullmatch(r"He_([1-9]\d?)", name)
    return hermite_polynomial(int(match[1])) if match and int(match[1]) <= LARGEST_HERMITE_DEGREE else None


def hermite_polynomial(degree: int) -> Expression:
    """Return he_k = He_k/sqrt(k!), the probabilists' Hermite polynomial of unit variance, expanded.

    Notes
    -----
    He_k = sum_j (-1)^j k!/(j! (k-2j)! 2^j) x^(k-2j) [DLMF 18.5.13 rescaled].
    """
    total: Expression | None = None
    for j in range(degree // 2 + 1):
        coefficient = Fraction((-1) ** j * factorial(degree), factorial(j) * factorial(degree - 2 * j) * 2**j)
        power = X ** (degree - 2 * j) if degree > 2 * j else number(1)
        term = power if abs(coefficient) == 1 and degree > 2 * j else abs(coefficient) * power
        total = term if total is None else total - term if coefficient < 0 else total + term
    assert total is not None
    norm = factorial(degree)
    return total if norm == 1 else total / ex.sqrt(number(norm))
