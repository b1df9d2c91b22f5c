"""The isometry gap of a batch as an array: phi = log(tr(X^T X)/n) - log(det X^T X)/n, n the number of samples.

**Two routes.** With E = X^T X n/tr - I, whose trace is 0,

    far:   phi = log(tr/n) - log(det X^T X)/n from the triangular factor of X itself, not of X^T X, which would square the
           condition number;
    near:  (|E|_F < 1/2, eigenvalues above 1/2) L L^T = I + E, pivots 1 + delta_i, delta_i = E_ii - sum_{j<i} L_ij^2, so that
           sum_i delta_i = -sum_{j<i} L_ij^2 and

               n phi = -sum_i log(1 + delta_i) = sum_i (delta_i - log1p delta_i) + sum_{j<i} L_ij^2,

           a sum of nonnegative numbers: nothing cancels, and the relative error is about 1e-16/sqrt(phi).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["isometry_gap"]

Array = NDArray[np.float64]
_NEAR = 0.25


def isometry_gap(batch: ArrayLike) -> Array:
    """Return phi = log(tr(X^T X)/n) - log(det X^T X)/n, n the number of samples.

    Parameters
    ----------
    batch : array_like, shape (..., d, n)
        Finite, not zero; features x samples.

    Returns
    -------
    ndarray, shape (...)
        In nats; inf for a singular Gram matrix, as for n > d.

    Raises
    ------
    ValueError
        If an entry or its square is not finite, or the batch is zero.

    Examples
    --------
    >>> float(isometry_gap(np.diag([1.0, 1e-8]))) > 17
    True

    Singular values 1 and 1 + delta have the gap delta^2/2 to leading order:

    >>> bool(np.isclose(isometry_gap(np.diag([1.0, 1 + 1e-7])), 5e-15, rtol=1e-6))
    True
    """
    x = np.asarray(batch, dtype=np.float64)
    if x.ndim < 2:
        raise ValueError(f"isometry_gap needs a batch, features x samples, got shape={x.shape}.")
    lead, (d, n) = x.shape[:-2], x.shape[-2:]
    trace = np.einsum("...ij,...ij->...", x, x)
    if not np.all(np.isfinite(trace)):
        raise ValueError("isometry_gap needs a batch of finite entries with finite squares, got one that is not.")
    if not np.all(trace > 0):
        raise ValueError("isometry_gap needs a batch that is not zero, got the zero batch.")
    if n > d:
        return np.full(lead, np.inf)
    stack, traces = x.reshape(-1, d, n), trace.reshape(-1)
    deviation = (stack.swapaxes(-1, -2) @ stack) * (n / traces)[:, None, None]
    flat = deviation.reshape(-1, n * n)
    flat[:, :: n + 1] -= 1
    near = np.einsum("ki,ki->k", flat, flat) < _NEAR
    gap = np.empty(len(stack))
    if near.any():
        gap[near] = _near(deviation if near.all() else deviation[near])
    if not near.all():
        far = ~near
        gap[far] = np.log(traces[far] / n) - _log_determinant(stack[far]) / n
    return np.maximum(gap, 0.0).reshape(lead)


def _near(deviation: Array) -> Array:
    """Return the gaps of Gram matrices I + E with tr E = 0 and |E|_F < 1/2."""
    n = deviation.shape[-1]
    lower = np.linalg.cholesky(np.eye(n) + deviation)
    squares = np.square(np.tril(lower, -1)).sum(axis=-1)
    delta = np.diagonal(deviation, axis1=-2, axis2=-1) - squares
    return np.asarray((delta - np.log1p(delta) + squares).mean(axis=-1))


def _log_determinant(stack: Array) -> Array:
    """Return log det X^T X, -inf where a column depends on those before it."""
    if stack.shape[-1] == stack.shape[-2]:
        return np.asarray(2 * np.linalg.slogdet(stack)[1])
    diagonal = np.abs(np.diagonal(np.linalg.qr(stack, mode="r"), axis1=-2, axis2=-1))
    return np.asarray(2 * np.log(diagonal, where=diagonal > 0, out=np.full_like(diagonal, -np.inf)).sum(axis=-1))
