r"""The covariance SDE for two samples by Ito's formula: generator, correlation, and functions that it conserves.

dV^{ab} = b^{ab} dt + (Sigma^{1/2} dB)^{ab} with Sigma^{ab,cd} = V^ac V^bd + V^ad V^bc. For f of (V11, V22, V12)
    L f = sum_i b_i f_i + (1/2) sum_ij Sigma_ij f_ij,     Gamma(f, h) = sum_ij Sigma_ij f_i h_j  (d<f, h>/dt).

Shaped relu: b = (0, 0, nu(rho) sqrt(V11 V22)), and rho = V12/sqrt(V11 V22) is a diffusion by itself,
    d rho = [nu(rho) - rho (1-rho^2)/2] dt + (1-rho^2) dB;  artanh rho has unit noise, drift nu/(1-rho^2) + rho/2.

Convention: coordinates (V11, V22, rho), so that V12 = rho sqrt(V11 V22).
Reference: B. Oksendal, "Stochastic Differential Equations", theorem 4.2.1 (Ito's formula).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import sympy as sp
from sympy import Expr, Symbol

from theory.covariance_sde.shaped_relu import wishart_covariance


@cache
def coordinates() -> tuple[Symbol, Symbol, Symbol]:
    """Return the symbols (V11, V22, V12)."""
    return (*sp.symbols("V11 V22", positive=True), sp.Symbol("V12", real=True))


def diffusion_matrix() -> list[list[Expr]]:
    """Return Sigma for (V11, V22, V12)."""
    v11, v22, v12 = coordinates()
    sigma, swapped = wishart_covariance(v11, v22, v12), wishart_covariance(v22, v11, v12)
    cross = [sigma["11,12"], swapped["11,12"]]
    return [
        [sigma["11,11"], sigma["11,22"], cross[0]],
        [sigma["11,22"], swapped["11,11"], cross[1]],
        [cross[0], cross[1], sigma["12,12"]],
    ]


def generator(function: Expr, drift: Sequence[Expr]) -> Expr:
    """Return L f for f of (V11, V22, V12) and the drift (b11, b22, b12).

    Examples
    --------
    E det V decays like e^-t in the linear network:

    >>> import sympy as sp
    >>> A, B, C = coordinates()
    >>> sp.factor(generator(A * B - C**2, (0, 0, 0)) / (A * B - C**2))
    -1
    """
    variables, sigma = coordinates(), diffusion_matrix()
    gradient = [sp.diff(function, v) for v in variables]
    first = sum((b * g for b, g in zip(drift, gradient, strict=True)), sp.Integer(0))
    second = sum((sigma[i][j] * sp.diff(gradient[i], variables[j]) for i in range(3) for j in range(3)), sp.Integer(0))
    return first + second / 2


def bracket(left: Expr, right: Expr) -> Expr:
    """Return Gamma(f, h) = d<f, h>/dt for functions of (V11, V22, V12)."""
    variables, sigma = coordinates(), diffusion_matrix()
    return sum(
        (sigma[i][j] * sp.diff(left, variables[i]) * sp.diff(right, variables[j]) for i in range(3) for j in range(3)),
        sp.Integer(0),
    )


def correlation() -> Expr:
    """Return rho = V12/sqrt(V11 V22)."""
    v11, v22, v12 = coordinates()
    return v12 / sp.sqrt(v11 * v22)


def in_terms_of_correlation(expression: Expr, rho: Symbol) -> Expr:
    """Return an expression in (V11, V22, V12) rewritten by V11 = p^2, V22 = q^2, V12 = rho p q, and cancelled.

    Notes
    -----
    p and q are positive symbols of these names.

    Examples
    --------
    >>> import sympy as sp
    >>> r = sp.Symbol("rho", real=True)
    >>> sp.factor(in_terms_of_correlation(generator(correlation(), (0, 0, 0)), r))
    rho*(rho - 1)*(rho + 1)/2
    """
    p, q = sp.symbols("p q", positive=True)
    v11, v22, v12 = coordinates()
    named = expression.subs({v11: p**2, v22: q**2, v12: rho * p * q}, simultaneous=True)
    return sp.cancel(sp.powdenest(named, force=True))


def noise_drift(rho: Expr) -> Expr:
    """Return mu(rho) = -rho (1-rho^2)/2, the drift that the noise alone gives to rho."""
    return -rho * (1 - rho**2) / 2


def smooth_drift(rho: Expr, v11: Expr, v22: Expr, second: Expr, scale: Expr) -> Expr:
    """Return the drift of rho for smooth shaping: mu + (f2^2/8a^2)[sqrt(V11 V22)(4 rho^2 + 2) - 3 rho (V11 + V22)].

    Notes
    -----
    phi'''(0) cancels; for phi''(0) = 0 the correlation has the law of the linear network.
    """
    shape = second**2 / (8 * scale**2) * (sp.sqrt(v11 * v22) * (4 * rho**2 + 2) - 3 * rho * (v11 + v22))
    return noise_drift(rho) + shape


def one_dimensional_generator(function: Expr, variable: Symbol, drift: Expr, squared_noise: Expr) -> Expr:
    """Return drift f' + squared_noise f''/2.

    Examples
    --------
    arcsin rho is conserved by the linear network:

    >>> import sympy as sp
    >>> r = sp.Symbol("rho", real=True)
    >>> sp.simplify(one_dimensional_generator(sp.asin(r), r, noise_drift(r), (1 - r**2) ** 2))
    0
    """
    return drift * sp.diff(function, variable) + squared_noise * sp.diff(function, variable, 2) / 2
