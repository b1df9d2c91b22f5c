"""The gap u = 1 - rho of two inputs through relu layers without shaping: exactly in law, and by a Markov surrogate.

Relu is homogeneous, so the next gap depends on the last one alone: with unit vectors a = relu(x)/|relu(x)| and b likewise,
u' = |a - b|^2/2, which loses no digits for small gaps. The surrogate keeps two moments of one layer to order 1/n,
    E u' = (1 - K)(u) + bias(u)/n,   Var u' = variance(u)/n,
as a log-normal step; it tells which terms of the moments decide the law of a deep network (`theory.covariance_sde.unshaped`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.covariance_sde.counts import check_count
from theory.covariance_sde.shaped_relu import mean_correlation
from theory.covariance_sde.unshaped import delta_method_bias, delta_method_variance, gap_series

if TYPE_CHECKING:
    Array = NDArray[np.float64]

_BLOCK = 2**16  # doubles of pre-activations held at once
_SERIES_BELOW = 1e-2
"""Gaps below which bias and variance are taken from their series: the closed forms cancel like 10^-16/u^2 there."""


def gap_chain(gap: float, width: int, depth: int, rng: np.random.Generator, *, repeats: int) -> Array:
    """Return u after `depth` relu layers of independent networks, exactly in law.

    Parameters
    ----------
    gap : float
        1 - rho_0, in (0, 2).
    width : int
        At least 40, so that no layer dies (probability below 2^-39 each).
    depth, repeats : int
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (repeats,)

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    One wide layer follows the kernel 1 - K = u - (2 sqrt2/3pi) u^{3/2} + ...:

    >>> u = gap_chain(0.01, 4000, 1, np.random.default_rng(0), repeats=400)
    >>> bool(abs(u.mean() / (0.01 - 0.3001 * 0.01**1.5) - 1) < 0.01)
    True
    """
    _check_chain("gap_chain", gap, width, depth, repeats)
    parts = []
    block = max(1, _BLOCK // width)
    for start in range(0, repeats, block):
        state = np.full(min(block, repeats - start), float(gap))
        for _ in range(depth):
            state = _layer(state, width, rng)
        parts.append(state)
    return np.concatenate(parts)


def _layer(gaps: Array, width: int, rng: np.random.Generator) -> Array:
    u = gaps[:, None]
    x, w = rng.standard_normal((2, gaps.size, width))
    y = x - u * x + np.sqrt(u * (2 - u)) * w
    a, b = np.maximum(x, 0), np.maximum(y, 0)
    a /= np.sqrt(np.einsum("rn,rn->r", a, a))[:, None]
    b /= np.sqrt(np.einsum("rn,rn->r", b, b))[:, None]
    a -= b
    result: Array = np.einsum("rn,rn->r", a, a) / 2
    return result


def surrogate_chain(
    gap: float,
    width: int,
    depth: int,
    rng: np.random.Generator,
    *,
    repeats: int,
    extra: float = 2.0,
    squared_noise: float = 8.0,
) -> Array:
    """Return u after `depth` steps of the Markov surrogate of relu layers.

    Parameters
    ----------
    gap, width, depth, rng, repeats
        As for `gap_chain`.
    extra, squared_noise : float
        Leading terms of n (E u' - (1 - K))/u and n Var u'/u^2 as u -> 0, in place of their true values 2 and 8.

    Returns
    -------
    ndarray, shape (repeats,)

    Raises
    ------
    ValueError
        If a number is out of range, or squared_noise <= 0.
    """
    _check_chain("surrogate_chain", gap, width, depth, repeats)
    if not squared_noise > 0:
        raise ValueError(f"surrogate_chain needs squared_noise > 0, got squared_noise={squared_noise!r}.")
    kernel, bias, variance = relative_moments()
    state = np.full(repeats, float(gap))
    for _ in range(depth):
        mean = kernel(state) + (bias(state) + extra - 2) / width
        spread = np.log1p(variance(state) * (squared_noise / 8) / (width * mean**2))
        state = state * mean * np.exp(np.sqrt(spread) * rng.standard_normal(repeats) - spread / 2)
        np.minimum(state, 2.0, out=state)  # rho >= -1; only the first steps from large gaps come near
    return state


@cache
def relative_moments() -> tuple[Callable[[Array], Array], ...]:
    """Return u -> (1 - K)/u, n (E u' - (1 - K))/u and n Var u'/u^2 of one relu layer to order 1/n, as array functions.

    Notes
    -----
    **Accuracy**: relative error below 10^-4 (the series' next term at u = 1/100); closed forms above.

    Examples
    --------
    >>> [float(np.round(f(np.array([1e-12]))[0], 4)) for f in relative_moments()]
    [1.0, 2.0, 8.0]
    """
    rho, one = sp.Symbol("rho", real=True), sp.Integer(1)
    w, gap, bias, variance = gap_series(8)
    exact = (1 - mean_correlation(rho, one), -delta_method_bias(rho, one), delta_method_variance(rho, one))
    pairs = zip((gap, -bias, variance), exact, (2, 2, 4), strict=True)
    return tuple(
        _joined(sp.lambdify(w, sp.expand(series / w**power)), sp.lambdify(rho, closed), power // 2)
        for series, closed, power in pairs
    )


def _joined(series: Callable[[Array], Array], closed: Callable[[Array], Array], power: int) -> Callable[[Array], Array]:
    """Return the series of sqrt(u) for small u, and closed(1 - u)/u^power elsewhere."""

    def value(u: Array) -> Array:
        small = np.minimum(u, _SERIES_BELOW)
        large = np.maximum(u, _SERIES_BELOW)
        return np.where(u < _SERIES_BELOW, series(np.sqrt(small)), closed(1 - large) / large**power)

    return value


def _check_chain(function: str, gap: float, width: int, depth: int, repeats: int) -> None:
    if not 0 < gap < 2:
        raise ValueError(f"{function} needs 0 < gap < 2 (gap = 1 - rho), got gap={gap!r}.")
    check_count(function, "width", width, least=40)
    check_count(function, "depth", depth)
    check_count(function, "repeats", repeats)
