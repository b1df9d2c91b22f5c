"""The Gram matrices of a batch through a random network, exactly in law at finite width.

The chain needs no weight matrix: given the state X, a Gaussian linear layer has output columns iid N(0, X X^T/width), so
a layer costs n^2 width operations and n width normals instead of width^2 of both; Haar layers cost a frame of n columns
(`numerics.network.weight_action`). Networks that do not begin with a linear layer start from a batch: `numerics.network.sampler`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from numerics.array_backend import Array, ArrayBackend, array_namespace, current_backend, to_host
from numerics.network.layer import HaarLinear, Linear
from numerics.network.network import Network
from numerics.network.sampler import bytes_per_network, keep_freed_memory


def gram_chain(
    network: Network,
    gram: np.ndarray,
    rng: np.random.Generator,
    *,
    repeats: int = 1,
    backend: ArrayBackend | None = None,
) -> Iterator[np.ndarray]:
    """Yield the Gram matrices X X^T / width after each block, for independent draws of the network.

    Parameters
    ----------
    network : Network
        Its block begins with a Gaussian or Haar linear layer.
    gram : ndarray, shape (n, n)
        Gram matrix of the input batch divided by the input width (for a Haar layer the network's), float64.
    rng : numpy.random.Generator
    repeats : int
        Independent draws, propagated together.
    backend : ArrayBackend, optional
        Where states are computed, as for `numerics.network.sampler.sample`.

    Yields
    ------
    ndarray, shape (repeats, n, n), read-only
        One per block, `network.depth` in all.

    Raises
    ------
    ValueError
        If the matrix is not square, symmetric and finite, `repeats` is below 1, or the block begins otherwise; if the
        block begins with a Haar layer and n exceeds the width.

    Examples
    --------
    >>> from numerics.network.network import layer_normalised_mlp
    >>> from theory.activation import catalogue
    >>> net = layer_normalised_mlp(catalogue("tanh")[0], width=100, depth=3)
    >>> grams = list(gram_chain(net, np.eye(2), np.random.default_rng(0), repeats=4))
    >>> len(grams), grams[0].shape, bool(np.allclose(np.einsum("rii->ri", grams[-1]), 1))
    (3, (4, 2, 2), True)
    """
    for _, product in _chain(network, gram, rng, repeats, backend):
        yield _read_only(product / network.width)


def gram_matrix(state: np.ndarray) -> np.ndarray:
    """Return X X^T / width of states, shape (repeats, n, n), read-only; on the host whatever the back end.

    Examples
    --------
    >>> gram_matrix(np.array([[[1.0, 1.0], [1.0, -1.0]]]))
    array([[[1., 0.], [0., 1.]]])
    """
    return _read_only(state @ state.swapaxes(-1, -2) / state.shape[-1])


def _read_only(array: Array) -> np.ndarray:
    result = to_host(array)
    result.flags.writeable = False
    return result


def state_chain(
    network: Network,
    gram: np.ndarray,
    rng: np.random.Generator,
    *,
    repeats: int = 1,
    backend: ArrayBackend | None = None,
) -> Iterator[Array]:
    """Yield the states of shape (repeats, n, width) after each block, on their device; parameters as for `gram_chain`."""
    for state, _ in _chain(network, gram, rng, repeats, backend):
        yield state


def _chain(
    network: Network, gram: np.ndarray, rng: np.random.Generator, repeats: int, backend: ArrayBackend | None
) -> Iterator[tuple[Array, Array]]:
    """Yield X and X X^T after each block; the next linear layer needs the product as well, and it is computed once."""
    matrix = np.asarray(gram, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not np.isfinite(matrix).all():
        raise ValueError(f"gram_chain needs a finite n x n Gram matrix, got shape {matrix.shape}.")
    if not np.array_equal(matrix, matrix.T):
        raise ValueError(
            "gram_chain needs a symmetric Gram matrix (inner products are symmetric), got one that is not."
        )
    if repeats < 1:
        raise ValueError(f"gram_chain needs repeats >= 1, got repeats={repeats!r}.")
    first = network.layers(0)[0]
    if not isinstance(first, Linear):
        raise ValueError(
            f"gram_chain needs a block that begins with a linear layer (else a Gram matrix says too little), "
            f"got {first!r}; start from a batch (numerics.network.sampler.sample)."
        )
    if isinstance(first, HaarLinear) and len(matrix) > network.width:
        raise ValueError(
            f"gram_chain needs n <= width before a Haar layer (a thin frame has n orthonormal vectors), "
            f"got n={len(matrix)}, width={network.width}; start from a batch (numerics.network.sampler.sample)."
        )
    keep_freed_memory(repeats * bytes_per_network(network, (len(matrix), network.width), matrix.itemsize))
    backend = current_backend() if backend is None else backend
    start, normals = backend.asarray(matrix, "float64"), backend.normals(rng)
    start = array_namespace(start).broadcast_to(start, (repeats, *matrix.shape))
    state = first.columns(start, network.width, normals)
    product = None
    for index in range(network.depth):
        linear, *rest = network.layers(index)
        if product is not None and isinstance(linear, Linear):  # as is every first layer
            state = linear.apply(state, network.width, normals, product)
        for layer in rest:
            state = layer.apply(state, network.width, normals)
        product = state @ state.swapaxes(-1, -2)
        yield state, product


def isometry_gap(gram: np.ndarray) -> np.ndarray:
    """Return -log(det^(1/n) / (tr/n)) of Gram matrices, in nats.

    Parameters
    ----------
    gram : ndarray, shape (..., n, n)

    Returns
    -------
    ndarray, shape (...)
        Infinite for a matrix that is singular to rounding.

    Notes
    -----
    **Accuracy**: by `slogdet`, about 1e-15 times the condition number for well-conditioned matrices.

    Examples
    --------
    >>> bool(abs(isometry_gap(np.array([[1.0, 0.6], [0.6, 1.0]])) + np.log(0.64) / 2) < 1e-15)
    True
    """
    size = gram.shape[-1]
    sign, logdet = np.linalg.slogdet(gram)
    trace = np.trace(gram, axis1=-2, axis2=-1)
    return np.where(sign > 0, np.log(trace / size) - logdet / size, np.inf)


def correlation_potential(gram: np.ndarray) -> np.ndarray:
    """Return gamma = max over pairs of |rho|/(1 - |rho|) for Gram matrices, shape (...).

    Raises
    ------
    ValueError
        If a diagonal entry is not positive.
    """
    diagonal = np.diagonal(gram, axis1=-2, axis2=-1)
    if np.any(diagonal <= 0):
        raise ValueError(
            "correlation_potential needs positive diagonal entries (samples with a direction), got others."
        )
    scale = 1 / np.sqrt(diagonal)
    rho = np.abs(gram * (scale[..., :, None] * scale[..., None, :]))
    np.einsum("...ii->...i", rho)[...] = 0  # pairs only
    largest = np.minimum(rho.max(axis=(-2, -1)), 1.0)
    with np.errstate(divide="ignore"):
        return largest / (1.0 - largest)
