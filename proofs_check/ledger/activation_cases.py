"""What claims about activations share: which ones they cover, rational rates, and draws of correlated neurons."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import sympy as sp

from theory.activation import CATALOGUE, Activation
from theory.enclosure.quadrature import Integrand, expectation
from theory.kernel_map.kernel_map import KernelMap
from theory.number import Number

ACTIVATIONS = (
    *(name for name in CATALOGUE if name != "identity"),
    "tanh(2*x)", "tanh(x/10)", "sin(3*x)", "cos(2*x)", "exp(x/2)", "exp(2*x)", "erf(x/3)", "max(x - 1, 0)", "max(x + 1, 0)",
    "max(x, 0) - 1/sqrt(2*pi)", "x**3 - 3*x", "x**2 - 1", "x**2 + x", "x**3 + x", "1 + x/2 + x**2/8", "x**4 - x", "abs(x - 1)",
    "x*exp(-x**2)", "min(max(x, -1), 2)", "He_4", "x + x**5/10",
)  # fmt: skip
"""Activations on which a claim about every activation is judged besides: the catalogue, gains, shifts, polynomials."""


def nonlinear(activation: Activation) -> str | None:
    """Return why a claim about nonlinear activations does not cover this one, or None."""
    return "it is affine: alpha = 1, and nothing contracts" if activation.is_affine else None


def rational_above(rate: Callable[[sp.Expr], sp.Expr], kernel: KernelMap) -> sp.Rational:
    """Return a rational at most 1e-12 above rate(alpha): a bound with the larger rate is the stronger one."""
    alpha = sp.Symbol("alpha")
    form = sp.Integer(0) + rate(alpha)
    if kernel.slope_at_zero.exact is not None or not form.has(alpha):
        number = Number.of(form.subs(alpha, kernel.slope_at_zero.exact or 0))
    else:
        number = Number.combine(rate, kernel.slope_at_zero)
    upper = number.ball(20) * 10**13
    return sp.Rational(int(upper.upper().ceil().unique_fmpz()), 10**13)


@cache
def fourth_moment(activation: Activation) -> float | None:
    """Return an upper bound of E (s(Z) - c_0)^4, or None where the growth bound does not give one."""
    try:
        m1, m2, m3, m4 = (expectation(Integrand.of_expression(activation.expression**k), 15) for k in (1, 2, 3, 4))
    except ValueError:
        return None
    return float((m4 - 4 * m1 * m3 + 6 * m1**2 * m2 - 3 * m1**4).upper())


@cache
def _activation(expression: str) -> Activation:
    return Activation.from_text(expression)


def draw_pairs(
    rng: np.random.Generator, expression: str, rho: float, shape: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Return s(U) and s(V), two arrays of this shape, for iid standard normal pairs of correlation rho."""
    u = rng.standard_normal(shape)
    v = rho * u + np.sqrt(1 - rho**2) * rng.standard_normal(shape)
    activation = _activation(expression)
    return activation(u), activation(v)


def correlated_products(
    rng: np.random.Generator, expression: str, rho: float, size: int, mean: float, variance: float
) -> np.ndarray:
    """Return (s(U) - mean) (s(V) - mean)/variance for `size` iid standard normal pairs of correlation rho."""
    s, t = draw_pairs(rng, expression, rho, (size,))
    return (s - mean) * (t - mean) / variance
