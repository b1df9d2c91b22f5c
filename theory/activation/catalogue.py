"""Activations by name, each with its exact expression.

Where the literature has more than one definition under a name, the exact one has the plain name and the other says
what it is: `gelu` is x Phi(x), `gelu_tanh` its tanh approximation (Hendrycks and Gimpel 2016); `leaky_relu` has slope
1/100 (Maas et al. 2013); `hardsigmoid` is relu6(x + 3)/6 = clip(x/6 + 1/2, 0, 1). `named_expression` also knows the
names of `theory.activation.frameworks`, in any spelling.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from math import factorial

from theory.activation import expression as ex
from theory.activation.expression import FUNCTIONS, PI, Expression, X, number
from theory.activation.frameworks import FAMILIES, NAMED, SYNONYMS, key_of

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


_KNOWN: dict[str, tuple[str, Expression]] = {
    key_of(name): (name, tree) for name, tree in {**NAMED, **CATALOGUE, "Phi": ex.normal_cdf(X)}.items()
}
_KNOWN |= {key_of(other): _KNOWN[key_of(name)] for other, name in SYNONYMS.items()}
_FAMILIES = {key_of(name): name for name in FAMILIES}


def known_names() -> list[str]:
    """Return every name that text may call: functions, activations, their names in frameworks, families with parameters.

    Examples
    --------
    >>> {"tanh", "swish", "leaky_relu"} <= set(known_names())
    True
    """
    return sorted({*FUNCTIONS, *CATALOGUE, *NAMED, *SYNONYMS, *FAMILIES, "Phi"})


def named_expression(name: str) -> tuple[str, Expression] | None:
    """Return the plain name and the tree of a named activation, or None if there is none of this name.

    Parameters
    ----------
    name : str
        A name of `CATALOGUE` or of a framework, capitals and underscores aside; ``He_k``; or a family with its
        parameters, as ``prelu(0.1)``.

    Returns
    -------
    tuple of str and Expression, or None
        The name is the one in `CATALOGUE`: ``Swish`` is ``silu``.

    Raises
    ------
    ValueError
        If a family is given more parameters than it has.

    Examples
    --------
    >>> str(named_expression("He_2")[1])
    '(x**2 - 1)/sqrt(2)'
    >>> [(name, str(tree)) for name, tree in map(named_expression, ("Swish", "LeakyReLU(0.2)"))]
    [('silu', 'x*sigmoid(x)'), ('leaky_relu(1/5)', 'max(x, 0) + 1/5*min(x, 0)')]
    >>> named_expression("nothing") is None
    True
    """
    match = re.fullmatch(r"He_([1-9]\d?)", name)
    if match and int(match[1]) <= LARGEST_HERMITE_DEGREE:
        return name, hermite_polynomial(int(match[1]))
    member = _member(name)
    if member is not None:
        return member
    return _KNOWN.get(key_of(name)) if re.fullmatch(r"[A-Za-z]\w*([ -][A-Za-z]\w*)*", name) else None


def _member(text: str) -> tuple[str, Expression] | None:
    """Return name and tree of a family with numbers in brackets, or None; the numbers are exact decimals or fractions."""
    match = re.fullmatch(r"([A-Za-z]\w*) *\(([-+0-9./, ]{1,80})\)", text)
    name = _FAMILIES.get(key_of(match[1])) if match else None
    if match is None or name is None:
        return None
    try:
        values = [Fraction(part.replace(" ", "")) for part in match[2].split(",")]
    except (ValueError, ZeroDivisionError):
        return None
    if len(values) > len(FAMILIES[name].parameters):
        named = ", ".join(parameter for parameter, _ in FAMILIES[name].parameters)
        raise ValueError(f"{name} needs at most its parameters ({named}), got {len(values)} of them in {text!r}.")
    return f"{name}({', '.join(map(str, values))})", FAMILIES[name](X, *map(number, values))


def function_named(name: str) -> Callable[..., Expression] | None:
    """Return a function of trees for a name in text: of one argument, or a `Family` with its parameters; None if unknown."""
    key = key_of(name)
    if key in _FAMILIES:
        return FAMILIES[_FAMILIES[key]]
    known = _KNOWN.get(key)
    return None if known is None else lambda argument: known[1].replace(X, argument)


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
