"""Haar-distributed matrices as arrays: O(d), U(d), Sp(d) and frames of n columns, by QR with the phases fixed.

A Gaussian matrix has a law that is invariant under the group on both sides. Its QR factor Q inherits that only if the factorisation
is unique, that is if the diagonal of R is positive; LAPACK leaves signs (phases) that depend on the algorithm, and Q as it
comes is not Haar. Every function here multiplies the columns of Q by the phases of the diagonal of R [1].

**Conventions.** Matrices are the last two axes; `samples` adds a leading axis. Haar on O(d) is the full group (half of the draws have
determinant -1). A symplectic matrix S has even size d = 2n, is unitary and satisfies S J S^T = J with J = [[0, I], [-I, 0]],
which means S = [[A, B], [-conj(B), conj(A)]].

References
----------
[1] F. Mezzadri, How to generate random matrices from the classical compact groups, Notices AMS 54 (2007), 592-604.
"""

from __future__ import annotations

from operator import index
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

__all__ = ["haar_frame", "haar_orthogonal", "haar_symplectic", "haar_unitary"]

_COMPLEX = {np.dtype(np.float32): np.complex64, np.dtype(np.float64): np.complex128}
# Cholesky of the Gram matrix loses twice the digits of the condition number; at d >= 8 n it is below 2.1 with
# overwhelming probability, and a second pass brings the orthogonality to rounding.
_THIN = 8


def haar_orthogonal(
    generator: np.random.Generator, dimension: int, *, samples: int | None = None, dtype: DTypeLike = np.float64
) -> NDArray[np.floating[Any]]:
    """Return Haar matrices of O(d): the sign-fixed Q of a Gaussian matrix.

    Parameters
    ----------
    generator : numpy.random.Generator
        Source of the Gaussian entries.
    dimension : int
        d >= 1.
    samples : int, optional
        Number of matrices; None (default) is one matrix without a leading axis.
    dtype : float64 or float32
        Precision of the drawing and of the factorisation.

    Returns
    -------
    ndarray, shape (d, d) or (samples, d, d)

    Raises
    ------
    TypeError
        `generator` is no Generator; `dimension` or `samples` no integer; another dtype.
    ValueError
        `dimension` or `samples` below 1.

    Examples
    --------
    >>> W = haar_orthogonal(np.random.default_rng(1), 5)
    >>> bool(np.abs(W @ W.T - np.eye(5)).max() < 1e-14)
    True
    """
    shape, real = _checked(generator, (dimension, dimension), samples, dtype, "haar_orthogonal")
    return _fixed_q(generator.standard_normal(shape, dtype=real.type))


def haar_unitary(
    generator: np.random.Generator, dimension: int, *, samples: int | None = None, dtype: DTypeLike = np.float64
) -> NDArray[np.complexfloating[Any, Any]]:
    """Return Haar matrices of U(d): the phase-fixed Q of a complex Gaussian matrix.

    Parameters
    ----------
    generator, dimension, samples, dtype
        As `haar_orthogonal`; `dtype` is the precision of real and imaginary part.

    Returns
    -------
    ndarray of complex128 or complex64, shape (d, d) or (samples, d, d)

    Raises
    ------
    TypeError, ValueError
        As `haar_orthogonal`.

    Examples
    --------
    >>> U = haar_unitary(np.random.default_rng(1), 4, samples=3)
    >>> U.shape, bool(np.abs(U @ U.conj().swapaxes(-1, -2) - np.eye(4)).max() < 1e-14)
    ((3, 4, 4), True)
    """
    shape, real = _checked(generator, (dimension, dimension), samples, dtype, "haar_unitary")
    return _fixed_q(_complex_normal(generator, shape, real))


def haar_symplectic(
    generator: np.random.Generator, dimension: int, *, samples: int | None = None, dtype: DTypeLike = np.float64
) -> NDArray[np.complexfloating[Any, Any]]:
    """Return Haar matrices of Sp(d), d = 2n: the phase-fixed Q of a quaternionic Gaussian matrix.

    Parameters
    ----------
    generator, samples, dtype
        As `haar_unitary`.
    dimension : int
        d = 2n, even.

    Returns
    -------
    ndarray of complex128 or complex64, shape (d, d) or (samples, d, d)
        Exactly of the form [[A, B], [-conj(B), conj(A)]].

    Raises
    ------
    TypeError, ValueError
        As `haar_orthogonal`; an odd dimension.

    Notes
    -----
    Gram-Schmidt keeps the quaternionic structure when every column is followed by its partner (a column c and J conj(c) are
    orthogonal), so the columns are interleaved before the factorisation.

    Examples
    --------
    >>> S = haar_symplectic(np.random.default_rng(1), 4)
    >>> J = np.block([[np.zeros((2, 2)), np.eye(2)], [-np.eye(2), np.zeros((2, 2))]])
    >>> bool(np.abs(S @ J @ S.T - J).max() < 1e-14)
    True
    """
    shape, real = _checked(generator, (dimension, dimension), samples, dtype, "haar_symplectic")
    if shape[-1] % 2:
        raise ValueError(f"haar_symplectic needs an even dimension (d = 2n), got dimension={dimension!r}.")
    n = shape[-1] // 2
    half = _complex_normal(generator, (*shape[:-1], n), real)
    interleaved = np.stack([half, _partner(half, n)], axis=-1).reshape(shape)
    half = _fixed_q(interleaved)[..., 0::2]
    return np.concatenate([half, _partner(half, n)], axis=-1)


def haar_frame(
    generator: np.random.Generator,
    dimension: int,
    columns: int,
    *,
    samples: int | None = None,
    dtype: DTypeLike = np.float64,
) -> NDArray[np.floating[Any]]:
    """Return n columns of a Haar matrix of O(d), F^T F = I_n, at cost d n^2 in place of d^3.

    Parameters
    ----------
    generator, dimension, samples, dtype
        As `haar_orthogonal`.
    columns : int
        n, 1 <= n <= d.

    Returns
    -------
    ndarray, shape (d, n) or (samples, d, n)

    Raises
    ------
    TypeError, ValueError
        As `haar_orthogonal`; more columns than the dimension.

    Notes
    -----
    For d >= 8 n by two passes of Cholesky QR, which is one matrix product each and well conditioned there; otherwise by
    Householder QR. The triangular factor of either has a positive diagonal, so the law is the same.

    Examples
    --------
    >>> F = haar_frame(np.random.default_rng(1), 1000, 3)
    >>> bool(np.abs(F.T @ F - np.eye(3)).max() < 1e-14)
    True
    """
    shape, real = _checked(generator, (dimension, columns), samples, dtype, "haar_frame")
    d, n = shape[-2:]
    if n > d:
        raise ValueError(f"haar_frame needs at most d columns, got columns={n}, dimension={d}.")
    gaussian = generator.standard_normal(shape, dtype=real.type)
    if d < _THIN * n:
        return _fixed_q(gaussian)
    return _cholesky_q(_cholesky_q(gaussian))


def _cholesky_q(matrix: NDArray[Any]) -> NDArray[Any]:
    """Return the Q of one pass of Cholesky QR: M L^{-T} with M^T M = L L^T."""
    transposed = matrix.swapaxes(-1, -2)
    lower = np.linalg.cholesky(transposed @ matrix)
    return np.linalg.solve(lower, transposed).swapaxes(-1, -2)


def _fixed_q(matrix: NDArray[Any]) -> NDArray[Any]:
    """Return the Q of the QR factorisation whose R has a positive diagonal."""
    q, r = np.linalg.qr(matrix)
    diagonal = np.diagonal(r, axis1=-2, axis2=-1)
    phases = np.where(diagonal == 0, 1, diagonal / np.where(diagonal == 0, 1, np.abs(diagonal)))
    return (q * phases[..., None, :]).astype(q.dtype, copy=False)


def _partner(columns: NDArray[Any], n: int) -> NDArray[Any]:
    """Return the last n columns of [[A, B], [-conj(B), conj(A)]] from its first n."""
    upper, lower = columns[..., :n, :], columns[..., n:, :]
    return np.concatenate([-lower.conj(), upper.conj()], axis=-2)


def _complex_normal(generator: np.random.Generator, shape: tuple[int, ...], real: np.dtype[Any]) -> NDArray[Any]:
    result: NDArray[Any] = np.empty(shape, dtype=_COMPLEX[real])
    result.real = generator.standard_normal(shape, dtype=real.type)
    result.imag = generator.standard_normal(shape, dtype=real.type)
    return result


def _checked(
    generator: Any, sizes: tuple[Any, Any], samples: Any, dtype: DTypeLike, function: str
) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Return the shape of the Gaussian matrix and its dtype."""
    if not isinstance(generator, np.random.Generator):
        raise TypeError(
            f"{function} needs a numpy.random.Generator (numpy.random.default_rng(seed)), got generator={generator!r}."
        )
    real = np.dtype(dtype)
    if real not in _COMPLEX:
        raise TypeError(f"{function} needs dtype float64 or float32, got dtype={dtype!r}.")
    names = ("dimension", "dimension" if function != "haar_frame" else "columns")
    shape = tuple(_positive(size, function, name) for size, name in zip(sizes, names, strict=True))
    return shape if samples is None else (_positive(samples, function, "samples"), *shape), real


def _positive(value: Any, function: str, name: str) -> int:
    try:
        number = index(value) if not isinstance(value, bool) else None
    except TypeError:
        number = None
    if number is None:
        raise TypeError(f"{function} needs an integer {name}, got {name}={value!r}.")
    if number < 1:
        raise ValueError(f"{function} needs {name} >= 1, got {name}={number}.")
    return number
