"""Statistics of random networks on a batch, sampled by what their description allows, within a bound on memory.

| sampler | when (n samples, width d) | per layer and network |
|---|---|---|
| gram chain | every linear layer Gaussian, n <= d | n^2 d operations, n d normals |
| thin frame | a Haar layer, n < d (2 n <= d where gradients come back) | n^2 d operations, n d normals |
| full matrix | else | d^2 normals and n d^2 (Haar: d^3) operations |

All three have the same law, exactly (`numerics.network.weight_action`); `sampler="full"` forces the third, the definition.

Repeats are computed in chunks that fit the bound, one after the other from one stream: the numbers depend on the seed and
the bound, not on who computes. Processes and clusters divide repeats among streams of their own (`numerics.campaign.campaign`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import numpy as np

from numerics.array_backend import Array, ArrayBackend, NormalSource, array_namespace, current_backend, to_host
from numerics.network.layer import Elementwise, Gain, GaussianLinear, HaarLinear, Layer, Linear, Residual
from numerics.network.network import Network
from numerics.network.normalisation import BatchNorm, Recentre
from numerics.network.weight_action import gram_factor

__all__ = ["MEMORY", "Sampler", "batch_of_gram", "choose_sampler", "sample"]

Sampler = Literal["gram chain", "thin frame", "full matrix"]
Choice = Literal["auto", "thin", "full"]

MEMORY = 2**28
"""Default bound on the arrays of a chunk: 256 MiB."""


def sample(
    network: Network,
    batch: np.ndarray,
    statistic: Callable[[Array], Array],
    rng: np.random.Generator,
    *,
    repeats: int = 1,
    sampler: Choice = "auto",
    memory: int = MEMORY,
    dtype: Literal["float64", "float32"] = "float64",
    backend: ArrayBackend | None = None,
) -> np.ndarray:
    """Return a statistic of the state after every block, for independent draws of the network.

    Parameters
    ----------
    network : Network
    batch : ndarray, shape (n, fan_in)
        Rows are samples; `fan_in` is the network's width unless its first layer is Gaussian linear.
    statistic : callable
        From states of shape (k, n, width) to an array of shape (k, ...), for instance `numerics.network.gram_chain.gram_matrix`.
    rng : numpy.random.Generator
    repeats : int
        Independent networks.
    sampler : {"auto", "thin", "full"}
        "full" draws the weight matrices; "thin" refuses to.
    memory : int
        Bytes that the arrays of a chunk may take, apart from what the statistic makes.
    dtype : {"float64", "float32"}
    backend : ArrayBackend, optional
        From `numerics.array_backend.array_backend`; by default `numerics.array_backend.current_backend`, which is NumPy
        unless a run says otherwise.

    Returns
    -------
    ndarray, shape (repeats, depth, ...)

    Raises
    ------
    ValueError
        If the batch is not finite or does not fit the network, the sampler has not its law, or the memory is too little for
        one network; before anything is drawn.

    Examples
    --------
    >>> from numerics.network.gram_chain import gram_matrix
    >>> from numerics.network.network import network_in_order
    >>> net = network_in_order(("haar", "rescale"), width=16, depth=3)
    >>> grams = sample(net, np.eye(4, 16), gram_matrix, np.random.default_rng(0), repeats=5)
    >>> grams.shape
    (5, 3, 4, 4)
    """
    network, start = prepared("sample", network, batch, sampler, dtype)
    each = bytes_per_network(network, start.shape, start.itemsize)
    backend = current_backend() if backend is None else backend
    device_start, normals = backend.asarray(start, dtype), backend.normals(rng)
    sizes = chunk_sizes("sample", repeats, each, memory)
    keep_freed_memory(each * sizes[0])
    chunks = []
    for size in sizes:
        found = [to_host(statistic(state)) for state in states(network, device_start, normals, repeats=size)]
        chunks.append(np.stack(found, axis=1))
    return np.concatenate(chunks)


def states(network: Network, start: Array, rng: NormalSource, *, repeats: int) -> Iterator[Array]:
    """Yield the states of shape (repeats, n, width) after each block, from a batch on the device of `rng`."""
    state = array_namespace(start).broadcast_to(start, (repeats, *start.shape))
    for index in range(network.depth):
        for layer in network.layers(index):
            state = layer.apply(state, network.width, rng)
        yield state


def choose_sampler(network: Network, samples: int, *, backward: bool = False) -> Sampler:
    """Return the cheapest sampler with the law of a network on a batch of n samples.

    Parameters
    ----------
    network : Network
    samples : int
        n
    backward : bool
        Whether gradients are to come back.

    Examples
    --------
    >>> from numerics.network.network import network_in_order
    >>> [choose_sampler(network_in_order((law,), 100, 2), n) for law in ("linear", "haar") for n in (10, 200)]
    ['gram chain', 'full matrix', 'thin frame', 'full matrix']
    """
    linear = [layer for layer in network.elements() if isinstance(layer, Linear)]
    haar = any(isinstance(layer, HaarLinear) for layer in linear)
    if any(layer.full for layer in linear) or samples > network.width:
        return "full matrix"
    if not haar:
        return "gram chain"
    too_many = 2 * samples > network.width if backward else samples >= network.width
    return "full matrix" if too_many else "thin frame"


def batch_of_gram(gram: np.ndarray, width: int) -> np.ndarray:
    """Return a batch of n rows in R^width with X X^T / width = gram: [L, 0] sqrt(width).

    Raises
    ------
    ValueError
        If the matrix is not square, finite and positive semidefinite, or n > width.

    Examples
    --------
    >>> x = batch_of_gram(np.array([[1.0, 0.5], [0.5, 1.0]]), 6)
    >>> bool(np.allclose(x @ x.T / 6, [[1.0, 0.5], [0.5, 1.0]]))
    True
    """
    matrix = np.asarray(gram, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not np.isfinite(matrix).all():
        raise ValueError(f"batch_of_gram needs a finite n x n Gram matrix, got shape {matrix.shape}.")
    if len(matrix) > width:
        raise ValueError(f"batch_of_gram needs n <= width (n independent rows), got n={len(matrix)}, width={width}.")
    batch = np.zeros((len(matrix), width))
    batch[:, : len(matrix)] = gram_factor(matrix) * np.sqrt(width)
    return batch


def prepared(
    function: str, network: Network, batch: np.ndarray, sampler: Choice, dtype: str, *, backward: bool = False
) -> tuple[Network, np.ndarray]:
    """Return the network with the sampler's layers and the batch in its type, both checked against each other."""
    if sampler not in ("auto", "thin", "full"):
        raise ValueError(f"{function} needs sampler 'auto', 'thin' or 'full', got sampler={sampler!r}.")
    if dtype not in ("float64", "float32"):
        raise ValueError(f"{function} needs dtype 'float64' or 'float32', got dtype={dtype!r}.")
    start = np.asarray(batch, dtype=dtype)
    if start.ndim != 2 or 0 in start.shape or not np.isfinite(start).all():
        raise ValueError(f"{function} needs a finite batch of shape (n, fan_in), got shape {start.shape}.")
    samples, fan_in = start.shape
    if fan_in != network.width and not _takes_any_width(network.block[0]):
        raise ValueError(
            f"{function} needs a batch of the network's width (only a Gaussian linear layer takes another), "
            f"got width={network.width}, batch of width {fan_in}."
        )
    if samples == 1 and any(
        isinstance(la, Recentre) or (isinstance(la, BatchNorm) and la.centred) for la in network.elements()
    ):
        raise ValueError(f"{function} needs n >= 2 (recentring one sample leaves 0), got n=1.")
    if sampler == "thin" and choose_sampler(network, max(samples, 1), backward=backward) == "full matrix":
        raise ValueError(
            f"{function} needs n <= d for a thin sampler (a frame has n orthonormal vectors; n < d for Haar layers, "
            f"2 n <= d with gradients), got n={samples}, d={network.width}; use sampler='auto'."
        )
    return network.with_full_matrices() if sampler == "full" else network, start


def _takes_any_width(layer: Layer) -> bool:
    if isinstance(layer, Residual):
        return bool(layer.skip) and _takes_any_width(layer.branch[0]) and _takes_any_width(layer.skip[0])
    return isinstance(layer, GaussianLinear)


def chunk_sizes(function: str, repeats: int, each: int, memory: int) -> list[int]:
    """Return the numbers of networks computed together, equal but for the last."""
    if isinstance(repeats, bool) or not isinstance(repeats, int) or repeats < 1:
        raise ValueError(f"{function} needs repeats >= 1 (networks to draw), got repeats={repeats!r}.")
    if each > memory:
        raise ValueError(f"{function} needs memory >= {each} bytes (one network on this batch), got memory={memory!r}.")
    size = min(repeats, int(memory) // each)
    return [min(size, repeats - done) for done in range(0, repeats, size)]


def keep_freed_memory(size: int) -> None:
    """Make the C library keep freed blocks of this size for the next layer instead of returning them to the system.

    glibc learns from the largest block it was asked to free; a block never written to costs nothing. Without it every layer
    has its pages mapped anew, a tenth of the time of a chain of 10 x 10 x 1000 arrays.
    """
    np.empty(min(size, 31 * 2**20), dtype=np.uint8)


def bytes_per_network(network: Network, shape: Sequence[int], itemsize: int, *, backward: bool = False) -> int:
    """Return a bound on the bytes of the arrays that one network needs at a time (measured per kind of layer).

    Parameters
    ----------
    network : Network
    shape : (n, fan_in)
    itemsize : int
        8 or 4.
    backward : bool
        Whether every application is remembered until its gradient comes.
    """
    samples, fan_in = shape
    widest = max(network.width, fan_in)
    numbers = 0
    for layer in network.elements():
        working, kept = _states_of(layer)
        numbers = max(numbers, working * samples * widest + _matrix_numbers(layer, samples, widest, backward))
    if backward:
        for layer in network.elements():
            _, kept = _states_of(layer)
            matrix = _matrix_numbers(layer, samples, widest, backward) and widest * widest
            numbers += network.depth * (kept * samples * widest + matrix)
    return itemsize * (numbers + 8 * samples * samples)


def _states_of(layer: Layer) -> tuple[int, int]:
    """Return how many arrays of the size of a state a layer works with, and how many it keeps for its gradient."""
    if isinstance(layer, Elementwise):
        nodes = len(list(layer.activation.expression.nodes()))
        return 3 + 2 * nodes, 2
    if isinstance(layer, Gain | Recentre):
        return 4, 1
    return 8, 4


def _matrix_numbers(layer: Layer, samples: int, width: int, backward: bool) -> int:
    """Return how many numbers the weight matrices of a layer take while they are drawn."""
    if not isinstance(layer, Linear):
        return 0
    haar = isinstance(layer, HaarLinear)
    full = layer.full or samples > width or (haar and (2 * samples > width if backward else samples >= width))
    return (5 if haar else 2) * width * width if full else 0
