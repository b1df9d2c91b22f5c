"""Gradients of random networks on a batch, exactly in law at n << d without d x d matrices.

Weights W_l act in the forward pass and W_l^T in the backward pass. Given the forward pass, W_l is known on the n rows of its
input and, being Gaussian or Haar, fresh on their complement; so the backward pass draws only what the gradient meets there
(`numerics.network.weight_action` has the proof). The joint law of all states and gradients is that of back-propagation through full
matrices, at n^2 d operations per layer. A test compares the laws; drawing independent matrices for the way back (the
"gradient independence assumption") fails it.

**Convention.** Rows of X are samples; Z = X W, so dL/dX = dL/dZ W^T and dL/dW = X^T dL/dZ. Norms are Frobenius and
squared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from numerics.array_backend import Array, ArrayBackend, NormalSource, array_namespace, current_backend, to_host
from numerics.network.layer import record_all
from numerics.network.network import Network
from numerics.network.sampler import MEMORY, Choice, bytes_per_network, chunk_sizes, keep_freed_memory, prepared

__all__ = ["GradientNorms", "LossGradient", "backpropagate", "gaussian_loss"]

LossGradient = Callable[[Array, NormalSource], Array]
"""(last states of shape (k, n, width), source of random numbers) -> dL/d state, of the same shape."""


@dataclass(frozen=True, slots=True)
class GradientNorms:
    """Squared Frobenius norms of gradients, one row per network.

    Parameters
    ----------
    weights : ndarray, shape (repeats, number of linear layers)
        ||dL/dW||^2 in the order in which a batch meets the layers (inside a residual layer: branch, then skip).
    states : ndarray, shape (repeats, depth + 1)
        ||dL/dX_l||^2; X_0 is the batch, X_l the state after block l.
    """

    weights: np.ndarray
    states: np.ndarray


def gaussian_loss(state: Array, rng: NormalSource) -> Array:
    """Return iid Gaussian gradients with E ||G||^2 = 1: the loss <G, X_L> with a random G."""
    return rng.standard_normal(tuple(state.shape), state.dtype) / float(state.shape[-1] * state.shape[-2]) ** 0.5


def backpropagate(
    network: Network,
    batch: np.ndarray,
    rng: np.random.Generator,
    *,
    loss_gradient: LossGradient = gaussian_loss,
    repeats: int = 1,
    sampler: Choice = "auto",
    memory: int = MEMORY,
    dtype: Literal["float64", "float32"] = "float64",
    backend: ArrayBackend | None = None,
) -> GradientNorms:
    """Return the squared norms of all weight and state gradients, for independent draws of the network.

    Parameters
    ----------
    network : Network
    batch : ndarray, shape (n, fan_in)
        Rows are samples; `fan_in` is the network's width unless its first layer is Gaussian linear.
    rng : numpy.random.Generator
    loss_gradient : callable
        dL/dX_L from X_L; `gaussian_loss` by default.
    repeats, sampler, memory, dtype, backend
        As for `numerics.network.sampler.sample`.

    Returns
    -------
    GradientNorms

    Raises
    ------
    ValueError
        As `numerics.network.sampler.sample`; if the loss gradient has another shape than the state.

    Examples
    --------
    Haar layers alone keep the norm of every gradient:

    >>> from numerics.network.network import network_in_order
    >>> net = network_in_order(("haar",), width=12, depth=3)
    >>> norms = backpropagate(net, np.eye(2, 12), np.random.default_rng(0), repeats=4)
    >>> bool(np.allclose(norms.states, norms.states[:, :1]))
    True
    """
    network, start = prepared("backpropagate", network, batch, sampler, dtype, backward=True)
    each = bytes_per_network(network, start.shape, start.itemsize, backward=True)
    backend = current_backend() if backend is None else backend
    device_start, normals = backend.asarray(start, dtype), backend.normals(rng)
    sizes = chunk_sizes("backpropagate", repeats, each, memory)
    keep_freed_memory(each * sizes[0])
    weights, states = [], []
    for size in sizes:
        chunk = _one_chunk(network, device_start, loss_gradient, normals, size)
        weights.append(chunk.weights)
        states.append(chunk.states)
    result = GradientNorms(np.concatenate(weights), np.concatenate(states))
    for array in (result.weights, result.states):
        array.flags.writeable = False
    return result


def _one_chunk(
    network: Network, start: Array, loss_gradient: LossGradient, rng: NormalSource, repeats: int
) -> GradientNorms:
    state = array_namespace(start).broadcast_to(start, (repeats, *start.shape))
    pullbacks = []
    for index in range(network.depth):
        state, pullback = record_all(network.layers(index), state, network.width, rng)
        pullbacks.append(pullback)
    gradient = loss_gradient(state, rng)
    if tuple(gradient.shape) != tuple(state.shape):
        raise ValueError(
            f"backpropagate needs a loss gradient of the state's shape {tuple(state.shape)}, got {tuple(gradient.shape)}."
        )
    norms: list[Array] = []
    squares = [_square(gradient)]
    while pullbacks:  # what a layer remembers is freed as soon as its gradient went through
        gradient = pullbacks.pop()(gradient, norms)
        squares.append(_square(gradient))
    weights = [to_host(norm) for norm in reversed(norms)]
    return GradientNorms(
        np.stack(weights, axis=1) if weights else np.empty((repeats, 0)),
        np.stack([to_host(square) for square in reversed(squares)], axis=1),
    )


def _square(gradient: Array) -> Array:
    return (gradient * gradient).sum((-2, -1))
