r"""What a random weight matrix does to few vectors, forward and backward, exactly in law without the matrix.

X is a batch, n rows in R^d, and W a d x m matrix, Gaussian (iid N(0, 1/d)) or Haar on O(d) (m = d).

**Forward.** The law of X W depends on X X^T alone: with X X^T = L L^T,

    X W = L N / sqrt(d)      N iid N(0, 1), n x m          (Gaussian)
    X W = L F^T              F a Haar frame, d x n, n <= d (Haar)

because both laws are invariant under W -> O W, O orthogonal. The n x n factor and n m numbers replace d m of them.

**Backward.** The gradient G, n x m, that comes back needs G W^T for *the same* W. Given all that happened, W is known on the
row space of X only. Let X = R^T Q^T with Q^T Q = I (Q is d x n) and let A = Q^T W, which the forward pass drew. Then
W = Q A + (I - Q Q^T) W, and given A (so given X W and, as later layers have weights of their own, given G):

    Gaussian: (I - Q Q^T) W is independent of A. Hence G W^T = (G A^T) Q^T + G V^T (I - Q Q^T), V a fresh copy of W, and the
              columns of G V^T are iid N(0, G G^T / d).
    Haar:     W maps the complement of the rows of A to the complement of Q by a Haar isometry. Hence, with
              G - G A^T A = R_2^T B^T (B orthonormal columns),  G W^T = (G A^T) Q^T + R_2^T E^T,
              E a uniform n-frame in the complement of Q, which has room for it when 2 n <= d.

So n^2 d operations per layer in each direction, no approximation, and the identity X (G W^T)^T = (X W) G^T holds path by
path. Replacing G W^T by an independent draw, the "gradient independence assumption", is another law.

**Accuracy.** L is the Cholesky factor of X X^T while its pivots stay within 1e5 of each other, and else comes from a QR
factorisation of X, which does not square the condition number. Backward passes always factor X itself.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np

from numerics.array_backend import Array, NormalSource, array_namespace

__all__ = [
    "gaussian_columns",
    "gaussian_image",
    "gaussian_matrix",
    "haar_columns",
    "haar_image",
    "haar_weight",
    "remembered_gaussian",
    "remembered_haar",
    "row_factor",
]

Transpose = Callable[[Array], Array]
"""G -> G W^T, for the W of one forward pass."""

# Below this ratio of pivots the Gram matrix has lost half of the digits of the smallest direction.
_PIVOT_RATIO = 1e-5
# From d = 8 n on, the Gram matrix of n Gaussian vectors in R^d is well conditioned (overwhelmingly: below 5).
_THIN = 8


def gaussian_columns(gram: Array, columns: int, rng: NormalSource) -> Array:
    """Return arrays whose columns are iid N(0, gram).

    Parameters
    ----------
    gram : array, shape (..., n, n)
        Positive semidefinite; singular matrices are allowed.
    columns : int
        Number of columns drawn.
    rng : numpy.random.Generator or another source of the same back end

    Returns
    -------
    array, shape (..., n, columns), of the type of `gram`

    Raises
    ------
    ValueError
        If a matrix is not finite or has an eigenvalue below -sqrt(eps) times its trace (1.5e-8 in float64).
    """
    return gram_factor(gram) @ rng.standard_normal((*gram.shape[:-1], columns), gram.dtype)


def haar_columns(gram: Array, width: int, rng: NormalSource) -> Array:
    """Return sqrt(width) L F^T, L L^T = gram, F a Haar frame: a batch of this Gram matrix (over width) times a Haar matrix.

    Parameters
    ----------
    gram : array, shape (..., n, n)
        X X^T / width, n <= width.
    width : int
    rng : numpy.random.Generator or another source of the same back end

    Returns
    -------
    array, shape (..., n, width)

    Raises
    ------
    ValueError
        As `gaussian_columns`, or for n > width.
    """
    return _frame_rows(gram, width, rng, sqrt(width) * gram_factor(gram))


def gaussian_image(state: Array, width: int, rng: NormalSource, product: Array | None = None) -> Array:
    """Return X W for a fresh Gaussian W, shape (..., n, width), from X X^T (`product`, where known) of X (..., n, fan_in)."""
    normals = rng.standard_normal((*state.shape[:-1], width), state.dtype)
    return (row_factor(state, product) / sqrt(state.shape[-1])) @ normals


def haar_image(state: Array, rng: NormalSource, product: Array | None = None) -> Array:
    """Return X W for a fresh Haar W, by a frame of n columns; n <= d, else ValueError."""
    return _frame_rows(state, state.shape[-1], rng, row_factor(state, product))


def gaussian_matrix(state: Array, width: int, rng: NormalSource) -> Array:
    """Return weight matrices for X, shape (..., fan_in, width), iid N(0, 1/fan_in)."""
    fan_in = state.shape[-1]
    return rng.standard_normal((*state.shape[:-2], fan_in, width), state.dtype) / sqrt(fan_in)


def haar_weight(state: Array, rng: NormalSource) -> Array:
    """Return Haar matrices for X, shape (..., d, d)."""
    d = state.shape[-1]
    return _signed_q(rng.standard_normal((*state.shape[:-2], d, d), state.dtype))


def remembered_gaussian(state: Array, width: int, rng: NormalSource) -> tuple[Array, Transpose]:
    """Return X W and G -> G W^T for a fresh Gaussian W, jointly exact in law; n <= fan_in.

    Parameters
    ----------
    state : array, shape (..., n, fan_in)
    width : int
    rng : numpy.random.Generator or another source of the same back end

    Returns
    -------
    (array of shape (..., n, width), callable)
        The callable draws; it is to be called once.

    Examples
    --------
    X (G W^T)^T = (X W) G^T for every G:

    >>> rng = np.random.default_rng(0)
    >>> x, g = rng.standard_normal((1, 2, 9)), rng.standard_normal((1, 2, 7))
    >>> image, transpose = remembered_gaussian(x, 7, rng)
    >>> bool(np.allclose(x @ transpose(g).swapaxes(1, 2), image @ g.swapaxes(1, 2)))
    True
    """
    fan_in = state.shape[-1]
    basis, triangle = _qr_of_rows(state)
    action = rng.standard_normal((*state.shape[:-1], width), state.dtype) / sqrt(fan_in)

    def transpose(gradient: Array) -> Array:
        fresh = gaussian_image(gradient, fan_in, rng) * sqrt(width / fan_in)  # columns iid N(0, G G^T / fan_in)
        return (gradient @ _t(action) - fresh @ basis) @ _t(basis) + fresh

    return _t(triangle) @ action, transpose


def remembered_haar(state: Array, rng: NormalSource) -> tuple[Array, Transpose]:
    """Return X W and G -> G W^T for a fresh Haar W, jointly exact in law; 2 n <= d.

    Parameters
    ----------
    state : array, shape (..., n, d)
    rng : numpy.random.Generator or another source of the same back end

    Returns
    -------
    (array of shape (..., n, d), callable)
        The callable draws; it is to be called once.

    Examples
    --------
    A Haar matrix keeps Gram matrices in both directions:

    >>> rng = np.random.default_rng(0)
    >>> x, g = rng.standard_normal((2, 1, 3, 9))
    >>> image, transpose = remembered_haar(x, rng)
    >>> back = transpose(g)
    >>> bool(np.allclose(back @ back.swapaxes(1, 2), g @ g.swapaxes(1, 2)))
    True
    """
    n, d = state.shape[-2:]
    basis, triangle = _qr_of_rows(state)
    action = _frame_rows(state, d, rng)

    def transpose(gradient: Array) -> Array:
        inside = gradient @ _t(action)
        _, rest = _qr_of_rows(gradient - inside @ action)
        fresh = rng.standard_normal((*state.shape[:-2], d, n), state.dtype)
        fresh = _signed_q(fresh - basis @ (_t(basis) @ fresh))
        fresh = _signed_q(fresh - basis @ (_t(basis) @ fresh))  # twice is enough: orthogonal to the basis to rounding
        return inside @ _t(basis) + _t(rest) @ _t(fresh)

    return _t(triangle) @ action, transpose


def gram_factor(gram: Array) -> Array:
    """Return L with L L^T = gram: Cholesky's, or the symmetric root of a singular matrix; raises as `gaussian_columns`."""
    xp = array_namespace(gram)
    factor = _cholesky(gram)
    if factor is not None and bool(xp.all(xp.isfinite(factor))):
        return factor
    if not bool(xp.all(xp.isfinite(gram))):
        raise ValueError(
            "gaussian_columns needs finite matrices (they are covariances), got an infinite or undefined entry."
        )
    values, vectors = xp.linalg.eigh(gram)
    trace = xp.sum(values, axis=-1)
    lowest = float(xp.min(values[..., 0] / xp.where(trace > 0, trace, xp.ones_like(trace))))
    if lowest < -sqrt(float(xp.finfo(gram.dtype).eps)):
        raise ValueError(
            f"gaussian_columns needs positive semidefinite matrices (they are covariances), "
            f"got an eigenvalue of {lowest:.3g} times the trace."
        )
    return vectors * xp.sqrt(xp.where(values > 0, values, xp.zeros_like(values)))[..., None, :]


def row_factor(state: Array, product: Array | None = None) -> Array:
    """Return an n x n matrix L with L L^T = X X^T for X of shape (..., n, d), n <= d, accurate for nearly dependent rows.

    `product` is X X^T where the caller has it already; it takes as long as all the rest.
    """
    xp = array_namespace(state)
    factor = _cholesky(state @ _t(state) if product is None else product)
    if factor is not None:
        pivots = xp.diagonal(factor, 0, -2, -1)
        # False for nan, too.
        if bool((pivots > _PIVOT_RATIO * xp.amax(pivots, -1)[..., None]).all()):
            return factor
    return _t(_qr_of_rows(state)[1])


def _cholesky(gram: Array) -> Array | None:
    """Return the Cholesky factor, or None where a matrix is not positive definite."""
    try:
        return array_namespace(gram).linalg.cholesky(gram)
    except (np.linalg.LinAlgError, RuntimeError):  # torch raises a RuntimeError
        return None


def _frame_rows(like: Array, d: int, rng: NormalSource, factor: Array | None = None) -> Array:
    """Return transposed Haar frames, shape (..., n, d), for arrays of shape (..., n, *); from the left times a factor."""
    lead, n = tuple(like.shape[:-2]), like.shape[-2]
    if n > d:
        raise ValueError(
            f"a thin Haar frame needs n <= d (n orthonormal vectors of R^d), got n={n}, d={d}; use sampler='full'."
        )
    if d < _THIN * n:
        frames = _t(_signed_q(rng.standard_normal((*lead, d, n), like.dtype)))
        return frames if factor is None else factor @ frames
    # Rows of C^-1 Z with Z Z^T = C C^T: the frame of the QR factorisation (C has a positive diagonal), at the cost of a
    # product. Z Z^T / d is within a factor 2 of I, so nothing is lost.
    xp = array_namespace(like)
    normals = rng.standard_normal((*lead, n, d), like.dtype)
    whitening = xp.linalg.inv(xp.linalg.cholesky(normals @ _t(normals)))
    return (whitening if factor is None else factor @ whitening) @ normals


def _signed_q(matrix: Array) -> Array:
    """Return the Q of the QR factorisation whose R has a positive diagonal: Haar for a Gaussian matrix."""
    xp = array_namespace(matrix)
    q, r = xp.linalg.qr(matrix)
    diagonal = xp.diagonal(r, 0, -2, -1)
    return q * xp.where(diagonal < 0, -xp.ones_like(diagonal), xp.ones_like(diagonal))[..., None, :]


def _qr_of_rows(state: Array) -> tuple[Array, Array]:
    """Return Q, R with X = R^T Q^T: the columns of Q are orthonormal even where rows of X depend on each other."""
    q, r = array_namespace(state).linalg.qr(_t(state))
    return q, r


def _t(matrix: Array) -> Array:
    return matrix.swapaxes(-1, -2)
