"""Gradients through batch-normalised networks: log-norms at every layer, by reverse accumulation, at bounded memory.

Layer by layer, from `numerics.batch_norm.network.record_layer`: dL/dH = D^{-1/2} (G - diag(G X^T) X), dL/dW = dL/dH X^T and
dL/dX = W^T dL/dH. Norms are kept as logarithms and the gradient is scaled to norm 1 after every layer, so that depth
1000 neither overflows nor underflows. Only norms are returned; states are kept whole while they fit into `memory`, and
else at every ceil(sqrt L)-th layer, the others being computed twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.batch_norm.network import (
    BatchNormNetwork,
    RecordedLayer,
    checked_batch,
    is_thin,
    normalised_backward,
    record_layer,
)

__all__ = ["GradientPath", "gradient_path"]

Array = NDArray[np.float64]
_MEMORY = 2**30


@dataclass(frozen=True, slots=True)
class GradientPath:
    """Log-norms of gradients, for every layer; read-only arrays.

    Parameters
    ----------
    weights : ndarray, shape (..., L)
        log |dL/dW_l|_F.
    states : ndarray, shape (..., L+1)
        log |dL/dX_l|_F.
    smallest_row : ndarray, shape (..., L)
        log min_i a_i, a_i the squared norms of the rows of W_l X_l when X_l is scaled to |X_l|_F^2 = d.
    log_volume : ndarray, shape (..., L)
        eta_l = -sum_i log a_i; for a square batch, Haar weights and no activation d (phi_l - phi_{l+1}), nonnegative.
    """

    weights: Array
    states: Array
    smallest_row: Array
    log_volume: Array


def gradient_path(
    network: BatchNormNetwork,
    batch: ArrayLike,
    output_gradient: Callable[[Array], Array],
    rng: np.random.Generator,
    *,
    memory: int = _MEMORY,
) -> GradientPath:
    """Return the log-norms of dL/dW_l and dL/dX_l at every layer, by reverse accumulation.

    Parameters
    ----------
    network : BatchNormNetwork
    batch : array_like, shape (..., d, n)
        The input X_0; it is used as it is, not normalised.
    output_gradient : callable
        X_L -> dL/dX_L, of the same shape.
    rng : numpy.random.Generator
    memory : int
        Bytes that may be kept; beyond, only every ceil(sqrt L)-th state is kept and the layers between are computed a
        second time from the recorded state of the generator, with the same bits.

    Returns
    -------
    GradientPath

    Raises
    ------
    ValueError
        As `gap_path`; also if the output gradient has another shape, is zero or not finite.

    Examples
    --------
    Isometric inputs: gradients neither explode nor vanish.

    >>> rng = np.random.default_rng(0)
    >>> network = BatchNormNetwork(10, 300)
    >>> path = gradient_path(network, np.eye(10), lambda X: rng.standard_normal(X.shape), rng)
    >>> bool(np.ptp(path.weights[:200]) < 0.5)
    True
    """
    state = checked_batch(network, batch, "gradient_path")
    segment = network.depth
    if _bytes_per_layer(network, state) * network.depth > memory:
        segment = ceil(sqrt(network.depth))
    normals = _Normals(rng)
    checkpoints: list[tuple[Array, Any]] = []
    records: list[RecordedLayer] = []
    for layer in range(network.depth):
        if layer % segment == 0:
            checkpoints.append((state, rng.bit_generator.state))
            records = []
        records.append(record_layer(network, layer, state, normals))
        state = records[-1].after
    upstream = np.asarray(output_gradient(state), dtype=np.float64)
    if upstream.shape != state.shape or not np.all(np.isfinite(upstream)) or not np.all(_norm(upstream) > 0):
        raise ValueError(
            f"gradient_path needs a finite output gradient that is not zero, of shape {state.shape}, got shape={upstream.shape}."
        )
    return _backward(network, checkpoints, records, segment, upstream, normals)


class _Normals:
    """The generator that layers draw from, which can be changed.

    A layer that is computed a second time draws its forward numbers from the recorded state of the generator; what it draws on
    the way back must be new, so it asks this source and not the generator it was recorded with.
    """

    def __init__(self, generator: np.random.Generator) -> None:
        self.generator = generator

    def standard_normal(self, size: Any, dtype: Any = np.float64, /) -> Array:
        """Return independent N(0, 1) numbers."""
        return np.asarray(self.generator.standard_normal(size, dtype))


def _backward(
    network: BatchNormNetwork,
    checkpoints: list[tuple[Array, Any]],
    records: list[RecordedLayer],
    segment: int,
    upstream: Array,
    normals: _Normals,
) -> GradientPath:
    depth, lead, d = network.depth, upstream.shape[:-2], upstream.shape[-2]
    weights, smallest, volume = (np.empty((*lead, depth)) for _ in range(3))
    states = np.empty((*lead, depth + 1))
    log_scale = np.log(_norm(upstream))
    upstream = upstream / np.exp(log_scale)[..., None, None]
    states[..., depth] = log_scale
    for layer in reversed(range(depth)):
        if not records:
            records = _replayed(network, checkpoints[layer // segment], layer - segment + 1, segment, normals)
        record = records.pop()  # and its memory is free
        gradient = upstream if record.slope is None else upstream * record.slope
        gradient = normalised_backward(gradient, record.normalised, record.squares, centred=network.centred)
        weights[..., layer] = log_scale + np.log(_norm(gradient @ record.before.swapaxes(-1, -2)))
        squares = record.squares * (d / _norm(record.before) ** 2)[..., None]
        smallest[..., layer], volume[..., layer] = np.log(squares.min(axis=-1)), -np.log(squares).sum(axis=-1)
        upstream = record.transpose(gradient)
        norm = _norm(upstream)
        log_scale = log_scale + np.log(norm)
        upstream = upstream / norm[..., None, None]
        states[..., layer] = log_scale
    for array in (weights, states, smallest, volume):
        array.flags.writeable = False
    return GradientPath(weights, states, smallest, volume)


def _replayed(
    network: BatchNormNetwork, checkpoint: tuple[Array, Any], first: int, count: int, normals: _Normals
) -> list[RecordedLayer]:
    """Return the records of a segment again, from its first state and the generator's state there."""
    state, bits = checkpoint
    current = normals.generator
    normals.generator = np.random.Generator(getattr(np.random, bits["bit_generator"])())
    normals.generator.bit_generator.state = bits
    records = []
    for layer in range(first, first + count):
        records.append(record_layer(network, layer, state, normals))
        state = records[-1].after
    normals.generator = current
    return records


def _norm(array: Array) -> Array:
    return np.asarray(np.sqrt(np.einsum("...ij,...ij->...", array, array)))


def _bytes_per_layer(network: BatchNormNetwork, state: Array) -> int:
    d, n = state.shape[-2:]
    weight = 2 * d * n if is_thin(network, state) else d * d
    return 8 * (state.size // (d * n)) * (weight + (2 if network.activation is None else 4) * d * n)
