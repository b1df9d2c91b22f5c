"""Batches X (features x samples) whose Gram matrix has a prescribed spectrum, in directions that are Haar.

Spectra are arrays of d eigenvalues of X X^T at trace d. Their names say what is special: `one_small` is the worst case for the
contraction of the isometry gap, `one_large` (rank one plus a tail) the one that the authors of [1] start from.

References
----------
[1] A. Meterez et al., Towards training without depth limits: batch normalization without gradient explosion, ICLR 2024.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.network.haar_matrix import haar_orthogonal

__all__ = ["batch_with_spectrum", "duplicate_columns", "lognormal_spectrum", "one_large", "one_small"]

Array = NDArray[np.float64]


def one_small(width: int, eps: float) -> Array:
    """Return (eps, b, ..., b), b = (d - eps)/(d - 1).

    Raises
    ------
    ValueError
        If d < 2 or eps is outside (0, 1].

    Examples
    --------
    >>> one_small(3, 0.5)
    array([0.5 , 1.25, 1.25])
    """
    _check("one_small", width, eps)
    return np.array([eps, *[(width - eps) / (width - 1)] * (width - 1)])


def one_large(width: int, tail: float) -> Array:
    """Return (d - (d-1) tail, tail, ..., tail): rank one plus a tail.

    Raises
    ------
    ValueError
        If d < 2 or the tail is outside (0, 1].

    Examples
    --------
    >>> one_large(3, 0.5)
    array([2. , 0.5, 0.5])
    """
    _check("one_large", width, tail)
    return np.array([width - (width - 1) * tail, *[tail] * (width - 1)])


def lognormal_spectrum(rng: np.random.Generator, width: int, spread: float) -> Array:
    """Return d independent exp(spread * normal), scaled to trace d.

    Raises
    ------
    ValueError
        If d < 2 or the spread is not positive and finite.
    """
    if width < 2 or not 0 < spread < np.inf:
        raise ValueError(
            f"lognormal_spectrum needs d >= 2 and 0 < spread < inf, got width={width!r}, spread={spread!r}."
        )
    values = np.exp(spread * rng.standard_normal(width))
    return width * values / values.sum()


def batch_with_spectrum(
    rng: np.random.Generator, eigenvalues: ArrayLike, *, samples: int | None = None
) -> NDArray[np.float64]:
    """Return X = U diag(sqrt lambda) V^T, U and V independent Haar matrices of O(d).

    Parameters
    ----------
    rng : numpy.random.Generator
    eigenvalues : array_like, shape (d,)
        Nonnegative, finite, of sum d >= 2.
    samples : int, optional
        Number of independent batches; None is one without a leading axis.

    Returns
    -------
    ndarray, shape (d, d) or (samples, d, d)

    Raises
    ------
    ValueError
        If there are fewer than two eigenvalues, one is negative or not finite, or their sum is not d.

    Examples
    --------
    >>> X = batch_with_spectrum(np.random.default_rng(0), one_small(4, 1e-3))
    >>> bool(np.allclose(np.linalg.eigvalsh(X @ X.T)[0], 1e-3))
    True
    """
    values = np.asarray(eigenvalues, dtype=np.float64)
    if values.ndim != 1 or values.size < 2:
        raise ValueError(f"batch_with_spectrum needs d >= 2 eigenvalues in a row, got shape={values.shape}.")
    if not np.all(np.isfinite(values)) or values.min() < 0:
        raise ValueError(
            f"batch_with_spectrum needs finite eigenvalues >= 0 (of X X^T), got a smallest of {values.min()!r}."
        )
    d = values.size
    if abs(values.sum() - d) > 1e-9 * d:
        raise ValueError(
            f"batch_with_spectrum needs eigenvalues of sum d (batch norm keeps the trace), got sum={values.sum()!r} for d={d}."
        )
    left, right = (haar_orthogonal(rng, d, samples=samples) for _ in range(2))
    return (left * np.sqrt(values)) @ right


def duplicate_columns(rng: np.random.Generator, width: int) -> Array:
    """Return a Gaussian d x d batch whose last sample repeats the first: rank d - 1, an infinite isometry gap.

    Raises
    ------
    ValueError
        If d < 2.
    """
    if width < 2:
        raise ValueError(f"duplicate_columns needs d >= 2, got width={width!r}.")
    batch = rng.standard_normal((width, width))
    batch[:, -1] = batch[:, 0]
    return batch


def _check(function: str, width: Any, smallest: float) -> None:
    if width < 2 or not 0 < smallest <= 1:
        raise ValueError(
            f"{function} needs d >= 2 and a small eigenvalue in (0, 1] (at trace d), got width={width!r}, eigenvalue={smallest!r}."
        )
