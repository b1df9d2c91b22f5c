"""Networks X_{l+1} = s(alpha_l sqrt(n) BN(W_l X_l))/(alpha_l sqrt(n)) as arrays: their layers, forward and back, and isometry gaps.

**Conventions.** X_l has shape (..., d, n), features x samples; leading axes are independent networks. BN divides every row by its
norm, after removing its mean if `centred`; without an activation X_{l+1} = BN(W_l X_l). The factor sqrt(n) gives the
entries that the activation sees the mean square 1; dividing by the gain again changes no gradient of a weight.
Weights are Haar on O(d), or Gaussian of variance 1/d. Layer l = 0, ..., L-1 maps X_l to X_{l+1}.

**Thin weights.** For 4 n <= d no weight matrix is drawn: W X and W^T h come from n columns, exactly in law, at cost d n^2
(`numerics.network.weight_action`, whose rows are the samples). Gradients through all layers are in `numerics.batch_norm.gradient`.

**Accuracy.** float64; gaps as in `numerics.network.isometry_gap`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.array_backend import NormalSource
from numerics.network.activation_arrays import value_and_slope
from numerics.network.isometry_gap import isometry_gap
from numerics.network.weight_action import (
    gaussian_image,
    gaussian_matrix,
    haar_image,
    haar_weight,
    remembered_gaussian,
    remembered_haar,
)
from theory.activation import Activation

__all__ = [
    "BatchNormNetwork",
    "RecordedLayer",
    "batch_norm",
    "checked_batch",
    "gap_path",
    "normalised_backward",
    "record_layer",
]

Array = NDArray[np.float64]
_THIN = 4


@dataclass(frozen=True, slots=True)
class BatchNormNetwork:
    """A batch-normalised network at initialisation.

    Parameters
    ----------
    width, depth : int
        d >= 2 and L >= 1.
    weights : {"haar", "gaussian"}
    centred : bool
        Whether BN removes the mean of every feature over the batch.
    activation : str or None
        Catalogue name or expression text; None is the linear network.
    gains : tuple of float or None
        alpha_0, ..., alpha_{L-1} > 0; None is 1 everywhere.

    Raises
    ------
    TypeError, ValueError
        If a size is out of range, the weights have another name, there are gains without an activation, or not one
        positive finite gain per layer.
    """

    width: int
    depth: int
    weights: Literal["haar", "gaussian"] = "haar"
    centred: bool = False
    activation: str | None = None
    gains: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        for name, least in (("width", 2), ("depth", 1)):
            size = getattr(self, name)
            if isinstance(size, bool) or not isinstance(size, (int, np.integer)):
                raise TypeError(f"BatchNormNetwork needs an integer {name}, got {name}={size!r}.")
            if size < least:
                raise ValueError(f"BatchNormNetwork needs {name} >= {least}, got {name}={size!r}.")
        if self.weights not in ("haar", "gaussian"):
            raise ValueError(f"BatchNormNetwork needs weights 'haar' or 'gaussian', got weights={self.weights!r}.")
        if self.gains is not None:
            if self.activation is None:
                raise ValueError(
                    "BatchNormNetwork needs an activation for its gains (a linear network ignores them), got activation=None."
                )
            if len(self.gains) != self.depth or not all(0 < gain < np.inf for gain in self.gains):
                raise ValueError(
                    f"BatchNormNetwork needs one positive finite gain for each of its {self.depth} layers, got gains={self.gains!r}."
                )


def batch_norm(preactivation: Array, *, centred: bool = False) -> tuple[Array, Array]:
    """Return (X, a): rows scaled to norm 1, and their squared norms before.

    Parameters
    ----------
    preactivation : ndarray, shape (..., d, n)
    centred : bool
        Whether the mean of every row is removed first.

    Returns
    -------
    tuple of ndarray, shapes (..., d, n) and (..., d)

    Raises
    ------
    ValueError
        If a row is zero (constant, if centred): it has no direction.
    """
    rows = preactivation - preactivation.mean(axis=-1, keepdims=True) if centred else preactivation
    squares = np.einsum("...ij,...ij->...i", rows, rows)
    if not np.all(squares > 0):
        raise ValueError(
            "batch_norm needs rows that are not zero (a zero feature has no direction to keep), "
            f"got a smallest squared norm of {squares.min()!r}."
        )
    return rows / np.sqrt(squares)[..., None], squares


def normalised_backward(gradient: Array, normalised: Array, squares: Array, *, centred: bool = False) -> Array:
    """Return dL/dH = D^{-1/2} (G - diag(G X^T) X) for X = BN(H), D the squared norms of the rows.

    Rows of the result are orthogonal to the rows of X; if centred, they have mean 0 as well.
    """
    along = np.einsum("...ij,...ij->...i", gradient, normalised)
    result = (gradient - along[..., None] * normalised) / np.sqrt(squares)[..., None]
    return result - result.mean(axis=-1, keepdims=True) if centred else result


_TOGETHER = 1 << 16
"""Numbers in the states whose gaps `gap_path` takes together: half a megabyte."""


def gap_path(network: BatchNormNetwork, batch: ArrayLike, rng: np.random.Generator) -> Array:
    """Return phi(X_0), ..., phi(X_L); memory does not grow with depth.

    Parameters
    ----------
    network : BatchNormNetwork
    batch : array_like, shape (..., d, n)
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (..., L+1)

    Raises
    ------
    ValueError
        If the batch has another number of features than the network's width, an entry that is not finite, or a zero row
        or column.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> gaps = gap_path(BatchNormNetwork(5, 200), rng.standard_normal((5, 5)), rng)
    >>> bool(gaps[-1] < 1e-12 and np.all(np.diff(gaps) <= 1e-12))
    True
    """
    state = checked_batch(network, batch, "gap_path")
    gaps = [isometry_gap(state)[None]]
    waiting: list[Array] = []  # gaps of several layers at once: small matrices cost more in calls than in arithmetic
    for layer in range(network.depth):
        state = next_state(network, layer, state, rng)
        waiting.append(state)
        if len(waiting) * state.size >= _TOGETHER or layer == network.depth - 1:
            gaps.append(_gaps(waiting))
            waiting.clear()
    return np.moveaxis(np.concatenate(gaps), 0, -1)


def _gaps(states: list[Array]) -> Array:
    """Return the isometry gaps of states, copied along the lines in which they lie in memory."""
    if states[0].flags.c_contiguous:
        return isometry_gap(np.stack(states))
    return isometry_gap(np.stack([state.swapaxes(-1, -2) for state in states]).swapaxes(-1, -2))


def next_state(network: BatchNormNetwork, layer: int, state: Array, rng: NormalSource) -> Array:
    """Return X_{l+1}, from a fresh weight of layer l."""
    rows, d = state.swapaxes(-1, -2), network.width
    haar = network.weights == "haar"
    if is_thin(network, state):
        image = (haar_image(rows, rng) if haar else gaussian_image(rows, d, rng)).swapaxes(-1, -2)
    else:
        image = (haar_weight(rows, rng) if haar else gaussian_matrix(rows, d, rng)) @ state
    normalised = batch_norm(image, centred=network.centred)[0]
    return normalised if network.activation is None else _activated(network, layer, normalised)[0]


@dataclass(frozen=True, slots=True)
class RecordedLayer:
    """What one application of a layer leaves for the way back.

    Parameters
    ----------
    before, normalised, after : ndarray, shape (..., d, n)
        X_l, BN(W X_l) and X_{l+1}.
    squares : ndarray, shape (..., d)
        Squared norms of the rows of W X_l, centred if the network is.
    slope : ndarray or None
        The activation's derivative where it was applied; None for a linear network.
    transpose : callable
        h -> W^T h, to be called once: thin weights draw there.
    """

    before: Array
    normalised: Array
    squares: Array
    slope: Array | None
    after: Array
    transpose: Callable[[Array], Array]


def record_layer(network: BatchNormNetwork, layer: int, state: Array, rng: NormalSource) -> RecordedLayer:
    """Return X_{l+1} with all that the gradient needs, from a fresh weight of layer l."""
    image, transpose = _remembered(network, state, rng)
    normalised, squares = batch_norm(image, centred=network.centred)
    after, slope = (normalised, None) if network.activation is None else _activated(network, layer, normalised)
    return RecordedLayer(state, normalised, squares, slope, after, transpose)


def is_thin(network: BatchNormNetwork, state: Array) -> bool:
    """Return whether weights act through n columns: 4 n <= d."""
    return bool(_THIN * state.shape[-1] <= network.width)


def _remembered(network: BatchNormNetwork, state: Array, rng: NormalSource) -> tuple[Array, Callable[[Array], Array]]:
    """Return W X and h -> W^T h."""
    rows, d, haar = state.swapaxes(-1, -2), network.width, network.weights == "haar"
    if is_thin(network, state):
        image, back = remembered_haar(rows, rng) if haar else remembered_gaussian(rows, d, rng)
        return image.swapaxes(-1, -2), lambda h: back(h.swapaxes(-1, -2)).swapaxes(-1, -2)
    weight = haar_weight(rows, rng) if haar else gaussian_matrix(rows, d, rng)
    return weight @ state, lambda h: weight.swapaxes(-1, -2) @ h


def _activated(network: BatchNormNetwork, layer: int, normalised: Array) -> tuple[Array, Array]:
    """Return s(alpha sqrt(n) x)/(alpha sqrt(n)) and its derivative in x."""
    gain = 1.0 if network.gains is None else network.gains[layer]
    scale = gain * np.sqrt(normalised.shape[-1])
    value, slope = value_and_slope(_activation(network.activation), scale * normalised)
    return value / scale, slope


@lru_cache(maxsize=32)
def _activation(text: Any) -> Activation:
    return Activation.from_text(text)


def checked_batch(network: BatchNormNetwork, batch: ArrayLike, function: str) -> Array:
    """Return a batch as a float64 array, after checking it in the name of `function`.

    Raises
    ------
    ValueError
        If its number of features is not the network's width, an entry is not finite, or a row or column is zero.
    """
    x = np.asarray(batch, dtype=np.float64)
    if x.ndim < 2 or x.shape[-2] != network.width or x.shape[-1] < 1:
        raise ValueError(
            f"{function} needs a batch of {network.width} features x samples (the width of the network), got shape={x.shape}."
        )
    if not np.all(np.isfinite(x)):
        raise ValueError(
            f"{function} needs a batch of finite entries, got {int((~np.isfinite(x)).sum())} that are not."
        )
    for axis, name in ((-1, "row"), (-2, "column")):
        if np.any(~np.any(x != 0, axis=axis)):
            raise ValueError(
                f"{function} needs a batch without a zero {name} (it has no direction), got one; remove it."
            )
    return x
