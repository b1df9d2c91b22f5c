r"""Covariance matrices of finite networks, exactly in law: m n normals per layer instead of the n^2 of its weights.

Given the covariance V of the layer before, the n rows of pre-activations are iid N(0, V), whatever the activation; so
V' = (1/n) phi(Z) phi(Z)^T with Z = L G, V = L L^T. Activations come normalised (`numerics.covariance_sde.shaped_activation`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.covariance_sde.counts import check_count

if TYPE_CHECKING:
    Array = NDArray[np.float64]
    Map = Callable[[Array], Array]

_BLOCK = 2**16  # doubles of pre-activations held at once: with their images and a temporary, 1.5 MB stay in the cache


def covariance_chain(
    activation: Map, gram: ArrayLike, width: int, depth: int, rng: np.random.Generator, *, repeats: int = 1
) -> Iterator[Array]:
    """Yield V_1, ..., V_depth for independent networks: V' = (1/n) phi(Z) phi(Z)^T, columns of Z iid N(0, V).

    Parameters
    ----------
    activation : callable
        Normalised, elementwise.
    gram : array_like, shape (m, m)
        V_0, symmetric positive semidefinite.
    width, depth : int
    rng : numpy.random.Generator
    repeats : int
        Independent networks.

    Yields
    ------
    ndarray, shape (repeats, m, m)

    Raises
    ------
    ValueError
        If the matrix is not a covariance, or a count is below 1.

    Examples
    --------
    >>> from numerics.covariance_sde.shaped_activation import shaped_relu_map
    >>> phi = shaped_relu_map(1.0, -1.0, 100)
    >>> last = list(covariance_chain(phi, [[1, 0.3], [0.3, 1]], 100, 5, np.random.default_rng(0), repeats=7))[-1]
    >>> last.shape, bool((np.linalg.eigvalsh(last) > 0).all())
    ((7, 2, 2), True)
    """
    matrix = check_covariance("covariance_chain", gram)
    for name, count in (("width", width), ("depth", depth), ("repeats", repeats)):
        check_count("covariance_chain", name, count)
    state = np.broadcast_to(matrix, (repeats, *matrix.shape))
    # drawing into one buffer per chain: fresh arrays per layer cost a fifth of the time
    noise, hidden = (np.empty((repeats, matrix.shape[0], width)) for _ in range(2))
    for _ in range(depth):
        rng.standard_normal(out=noise)
        np.matmul(semidefinite_factor(state), noise, out=hidden)
        state = _gram(activation(hidden))
        yield state


def final_covariances(
    activation: Map, gram: ArrayLike, width: int, depth: int, rng: np.random.Generator, *, repeats: int = 1
) -> Array:
    """Return V_depth of independent networks, shape (repeats, m, m), in blocks that stay in the cache.

    Parameters and exceptions are those of `covariance_chain`.
    """
    matrix = check_covariance("final_covariances", gram)
    block = max(1, _BLOCK // (matrix.shape[0] * max(width, 1)))
    parts = []
    for start in range(0, repeats, block):
        chain = covariance_chain(activation, matrix, width, depth, rng, repeats=min(block, repeats - start))
        parts.append(deque(chain, maxlen=1)[0])
    if not parts:
        raise ValueError(f"final_covariances needs repeats >= 1, got repeats={repeats!r}.")
    return np.concatenate(parts)


def norm_reaches(
    activation: Map,
    start: float,
    width: int,
    rng: np.random.Generator,
    *,
    level: float,
    floor: float,
    depth: int,
    repeats: int,
) -> NDArray[np.bool_]:
    """Return whether V = |phi|^2/n of one sample reaches `level` before it falls to `floor`, over independent networks.

    Parameters
    ----------
    activation : callable
        Normalised, elementwise.
    start : float
        V_0.
    width : int
    rng : numpy.random.Generator
    level, floor : float
        0 <= floor < start < level; a network is followed until it passes one of them.
    depth : int
        At most so many layers; a network that is still between the two then has not reached the level.
    repeats : int
        Independent networks.

    Returns
    -------
    ndarray of bool, shape (repeats,)

    Raises
    ------
    ValueError
        If the three norms are out of order or a count is below 1.

    Examples
    --------
    A linear network conserves E V, so from 1 it reaches 10 with probability about 1/10:

    >>> reached = norm_reaches(
    ...     lambda x: x, 1.0, 40, np.random.default_rng(0), level=10.0, floor=0.01, depth=400, repeats=4000
    ... )
    >>> bool(abs(reached.mean() - 0.1) < 0.03)
    True
    """
    if not 0 <= floor < start < level < np.inf:
        raise ValueError(
            f"norm_reaches needs 0 <= floor < start < level < oo, got floor={floor!r}, start={start!r}, level={level!r}."
        )
    for name, count in (("width", width), ("depth", depth), ("repeats", repeats)):
        check_count("norm_reaches", name, count)
    reached = np.zeros(repeats, dtype=bool)
    block = max(1, _BLOCK // width)
    for first in range(0, repeats, block):
        running = np.arange(first, min(first + block, repeats))
        state = np.full(running.size, float(start))
        for _ in range(depth):
            hidden = activation(np.sqrt(state)[:, None] * rng.standard_normal((running.size, width)))
            state = np.einsum("rn,rn->r", hidden, hidden) / width
            reached[running[state >= level]] = True
            between = (state > floor) & (state < level)
            running, state = running[between], state[between]
            if not running.size:
                break
    return reached


def _gram(hidden: Array) -> Array:
    """Return (1/n) phi phi^T of each network, shape (repeats, m, m)."""
    gram: Array = hidden @ hidden.swapaxes(-1, -2)
    gram /= hidden.shape[-1]
    return gram


def semidefinite_factor(matrices: Array) -> Array:
    """Return the lower triangular L with L L^T = V for positive semidefinite V of shape (..., m, m).

    Notes
    -----
    Cholesky's algorithm, vectorised over the leading axes; a pivot that is 0 (or negative by rounding) has a zero column.

    Examples
    --------
    >>> semidefinite_factor(np.ones((2, 2))).tolist()
    [[1.0, 0.0], [1.0, 0.0]]
    """
    size = matrices.shape[-1]
    factor = np.zeros(matrices.shape)
    for j in range(size):
        row = factor[..., j, :j]
        pivot = np.sqrt(np.maximum(matrices[..., j, j] - np.einsum("...k,...k->...", row, row), 0.0))
        factor[..., j, j] = pivot
        inverse = np.divide(1.0, pivot, out=np.zeros_like(pivot), where=pivot > 0)
        for i in range(j + 1, size):
            known = np.einsum("...k,...k->...", factor[..., i, :j], row)
            factor[..., i, j] = (matrices[..., i, j] - known) * inverse
    return factor


def correlations(covariances: Array) -> Array:
    """Return rho = V12/sqrt(V11 V22) of the first two samples, shape (...)."""
    scale = np.sqrt(covariances[..., 0, 0] * covariances[..., 1, 1])
    return np.clip(covariances[..., 0, 1] / scale, -1.0, 1.0)


def check_covariance(function: str, gram: ArrayLike) -> Array:
    """Return the matrix as float64 if it is symmetric positive semidefinite.

    Raises
    ------
    ValueError
        In the name of `function`.
    """
    matrix = np.asarray(gram, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not np.isfinite(matrix).all():
        raise ValueError(f"{function} needs a finite m x m covariance, got shape {matrix.shape}.")
    if not np.array_equal(matrix, matrix.T):
        raise ValueError(f"{function} needs a symmetric covariance, got gram={matrix.tolist()!r}.")
    least = float(np.linalg.eigvalsh(matrix)[0])
    if least < -1e-12 * max(1.0, float(np.abs(matrix).max())) or (np.diag(matrix) <= 0).any():
        raise ValueError(
            f"{function} needs a positive semidefinite covariance with positive variances (every correlation in [-1, 1]), "
            f"got least eigenvalue {least:.3g} for gram={matrix.tolist()!r}."
        )
    return matrix


def depth_of(width: int, time: Fraction) -> int:
    """Return the number of layers d = width time, which must be whole.

    Raises
    ------
    ValueError
        If it is not.

    Examples
    --------
    >>> depth_of(100, Fraction(1, 2))
    50
    """
    depth = width * Fraction(time)
    if depth.denominator != 1 or depth < 1:
        raise ValueError(f"depth_of needs a whole number of layers, got width={width!r}, time={time!r}.")
    return int(depth)
