"""Networks X_{l+1} = s(alpha_l sqrt(n) BN(W_l X_l))/(alpha_l sqrt(n)) as arrays: isometry gaps, and a backward pass by hand.

**Conventions.** X_l has shape (..., d, n), features x samples; leading axes are independent networks. BN divides every row by its
norm, after removing its mean if `centred`; without an activation X_{l+1} = BN(W_l X_l). The factor sqrt(n) gives the
entries that the activation sees the mean square 1; dividing by the gain again changes no gradient of a weight.
Weights are Haar on O(d), or Gaussian of variance 1/d. Layer l = 0, ..., L-1 maps X_l to X_{l+1}.

**Thin weights.** W X depends on W only through F = W U, U an orthonormal basis of the columns of X: for 4 n <= d the d x n frame F
is drawn and not W. In the backward pass W^T h = U F^T h + (the part of the rows of h outside F, carried into the complement of U by what
is left of W), and what is left is Haar, or Gaussian, and independent of the forward pass: exact in law, at cost d n^2.

**Accuracy.** float64. A gap comes from the log-determinant of X itself, not of X^T X, which would square the condition number; below
1e-3 from log1p of the eigenvalues of X^T X n/tr - I, accurate to about 1e-16 / sqrt(gap) relative.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.haar_matrix import haar_frame, haar_orthogonal

__all__ = [
    "BatchNormNetwork",
    "GradientPath",
    "batch_norm",
    "gap_path",
    "gradient_path",
    "isometry_gap",
    "normalised_backward",
]

Array = NDArray[np.float64]
_NEAR = 1e-3
_MEMORY = 2**30


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


def isometry_gap(batch: ArrayLike) -> Array:
    """Return phi = log(tr(X^T X)/n) - log(det X^T X)/n, n the number of samples.

    Parameters
    ----------
    batch : array_like, shape (..., d, n)
        Finite, not zero.

    Returns
    -------
    ndarray, shape (...)
        In nats; inf for a singular Gram matrix, as for n > d.

    Raises
    ------
    ValueError
        If an entry is not finite, or the batch is zero.

    Examples
    --------
    >>> float(isometry_gap(np.diag([1.0, 1e-8]))) > 17
    True

    Singular values 1 and 1 + delta have the gap delta^2/2 to leading order:

    >>> bool(np.isclose(isometry_gap(np.diag([1.0, 1 + 1e-7])), 5e-15, rtol=1e-6))
    True
    """
    x = np.asarray(batch, dtype=np.float64)
    if x.ndim < 2 or not np.all(np.isfinite(x)):
        raise ValueError("isometry_gap needs a batch of finite entries, features x samples, got one that is not.")
    d, n = x.shape[-2:]
    trace = np.einsum("...ij,...ij->...", x, x)
    if not np.all(trace > 0):
        raise ValueError("isometry_gap needs a batch that is not zero, got the zero batch.")
    if n > d:
        return np.full(x.shape[:-2], np.inf)
    if n == d:
        log_determinant = 2 * np.linalg.slogdet(x)[1]
    else:
        diagonal = np.abs(np.diagonal(np.linalg.qr(x, mode="r"), axis1=-2, axis2=-1))
        log_determinant = 2 * np.sum(np.log(diagonal, where=diagonal > 0, out=np.full_like(diagonal, -np.inf)), axis=-1)
    gap = np.asarray(np.log(trace / n) - log_determinant / n)
    near = gap < _NEAR
    if np.any(near):
        scaled = x[near] * np.sqrt(n / trace[near])[..., None, None]
        deviation = np.linalg.eigvalsh(scaled.swapaxes(-1, -2) @ scaled - np.eye(n))
        gap[near] = np.mean(deviation - np.log1p(deviation), axis=-1)  # the deviations add up to 0
    return np.maximum(gap, 0.0)


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
    state = _checked_batch(network, batch, "gap_path")
    gaps = [isometry_gap(state)]
    for layer in range(network.depth):
        state = _forward(network, layer, state, rng).after
        gaps.append(isometry_gap(state))
    return np.stack(gaps, axis=-1)


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
    state = _checked_batch(network, batch, "gradient_path")
    segment = network.depth
    if _bytes_per_layer(network, state) * network.depth > memory:
        segment = int(np.ceil(np.sqrt(network.depth)))
    checkpoints: list[tuple[Array, Any]] = []
    records: list[_Record] = []
    for layer in range(network.depth):
        if layer % segment == 0:
            checkpoints.append((state, rng.bit_generator.state))
            records = []
        records.append(_forward(network, layer, state, rng))
        state = records[-1].after
    upstream = np.asarray(output_gradient(state), dtype=np.float64)
    if upstream.shape != state.shape or not np.all(np.isfinite(upstream)) or not np.all(_norm(upstream) > 0):
        raise ValueError(
            f"gradient_path needs a finite output gradient that is not zero, of shape {state.shape}, got shape={upstream.shape}."
        )
    return _backward(network, checkpoints, records, segment, upstream, rng)


@dataclass(frozen=True, slots=True)
class _Record:
    """What one layer leaves for the backward pass; `basis` is None for full weights."""

    before: Array
    weight: Array
    basis: Array | None
    normalised: Array
    squares: Array
    after: Array


def _forward(network: BatchNormNetwork, layer: int, state: Array, rng: np.random.Generator) -> _Record:
    lead, (d, n) = state.shape[:-2], state.shape[-2:]
    count = int(np.prod(lead)) if lead else None
    basis, factor = (None, state) if 4 * n > d else np.linalg.qr(state)
    columns = d if basis is None else n
    if network.weights == "gaussian":
        weight = rng.standard_normal((*lead, d, columns)) / np.sqrt(d)
    elif basis is None:
        weight = haar_orthogonal(rng, d, samples=count).reshape(*lead, d, d)
    else:
        weight = haar_frame(rng, d, n, samples=count).reshape(*lead, d, n)
    normalised, squares = batch_norm(weight @ factor, centred=network.centred)
    after = normalised
    if network.activation is not None:
        scale = _gain(network, layer) * np.sqrt(n)
        after = _functions(network.activation)[0](scale * normalised) / scale
    return _Record(state, weight, basis, normalised, squares, after)


def _backward(
    network: BatchNormNetwork,
    checkpoints: list[tuple[Array, Any]],
    records: list[_Record],
    segment: int,
    upstream: Array,
    rng: np.random.Generator,
) -> GradientPath:
    depth, lead, d = network.depth, upstream.shape[:-2], upstream.shape[-2]
    weights, smallest, volume = (np.empty((*lead, depth)) for _ in range(3))
    states = np.empty((*lead, depth + 1))
    log_scale = np.log(_norm(upstream))
    upstream = upstream / np.exp(log_scale)[..., None, None]
    states[..., depth] = log_scale
    for layer in reversed(range(depth)):
        if layer % segment == segment - 1 and layer != depth - 1:
            records = _replayed(network, checkpoints[layer // segment], layer - segment + 1, segment)
        record = records[layer % segment]
        gradient = _through_activation(network, layer, upstream, record)
        gradient = normalised_backward(gradient, record.normalised, record.squares, centred=network.centred)
        weights[..., layer] = log_scale + np.log(_norm(gradient @ record.before.swapaxes(-1, -2)))
        squares = record.squares * (d / _norm(record.before) ** 2)[..., None]
        smallest[..., layer], volume[..., layer] = np.log(squares.min(axis=-1)), -np.log(squares).sum(axis=-1)
        upstream = _transposed(network, record, gradient, rng)
        norm = _norm(upstream)
        log_scale = log_scale + np.log(norm)
        upstream = upstream / norm[..., None, None]
        states[..., layer] = log_scale
    for array in (weights, states, smallest, volume):
        array.flags.writeable = False
    return GradientPath(weights, states, smallest, volume)


def _replayed(network: BatchNormNetwork, checkpoint: tuple[Array, Any], first: int, count: int) -> list[_Record]:
    """Return the records of a segment again, from its first state and the generator's state there."""
    state, bits = checkpoint
    generator = np.random.Generator(getattr(np.random, bits["bit_generator"])())
    generator.bit_generator.state = bits
    records = []
    for layer in range(first, first + count):
        records.append(_forward(network, layer, state, generator))
        state = records[-1].after
    return records


def _through_activation(network: BatchNormNetwork, layer: int, upstream: Array, record: _Record) -> Array:
    if network.activation is None:
        return upstream
    scale = _gain(network, layer) * np.sqrt(upstream.shape[-1])
    return upstream * _functions(network.activation)[1](scale * record.normalised)


def _transposed(network: BatchNormNetwork, record: _Record, gradient: Array, rng: np.random.Generator) -> Array:
    """Return W^T dL/dH; for thin weights the part outside the basis is drawn here."""
    inner = record.weight.swapaxes(-1, -2) @ gradient
    if record.basis is None:
        return inner
    basis, d = record.basis, gradient.shape[-2]
    fresh = rng.standard_normal(gradient.shape)
    fresh -= basis @ (basis.swapaxes(-1, -2) @ fresh)
    if network.weights == "gaussian":
        return basis @ inner + fresh @ np.linalg.qr(gradient, mode="r") / np.sqrt(d)
    q, r = np.linalg.qr(fresh)
    signs = np.where(np.diagonal(r, axis1=-2, axis2=-1) < 0, -1.0, 1.0)
    rest = gradient - record.weight @ inner
    return basis @ inner + (q * signs[..., None, :]) @ np.linalg.qr(rest, mode="r")


def _gain(network: BatchNormNetwork, layer: int) -> float:
    return 1.0 if network.gains is None else network.gains[layer]


@lru_cache(maxsize=32)
def _functions(text: str) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
    """Return an activation and its derivative; at a kink the derivative is the mean of both sides."""
    import sympy as sp

    from theory.activation import Activation

    activation = Activation.from_text(text)
    x = sp.Symbol("x", real=True)
    derivative = sp.diff(activation.sympy, x).replace(
        lambda e: isinstance(e, sp.Heaviside), lambda e: sp.Heaviside(e.args[0], sp.Rational(1, 2))
    )
    function = sp.lambdify(x, derivative, ["scipy", "numpy"])

    def slope(values: Array) -> Array:
        return np.broadcast_to(np.asarray(function(values), dtype=np.float64), values.shape)

    return activation, slope


def _norm(array: Array) -> Array:
    return np.sqrt(np.einsum("...ij,...ij->...", array, array))


def _bytes_per_layer(network: BatchNormNetwork, state: Array) -> int:
    d, n = state.shape[-2:]
    weight = d * d if 4 * n > d else 2 * d * n
    return 8 * (state.size // (d * n)) * (weight + (2 if network.activation is None else 3) * d * n)


def _checked_batch(network: BatchNormNetwork, batch: ArrayLike, function: str) -> Array:
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
