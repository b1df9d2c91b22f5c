r"""Batch normalisation taken apart, as arrays: finite-width networks exactly in law, and the mean-field recursion.

Layers. Recentring (RC) subtracts a neuron's mean over the batch, rescaling (RS) divides by its standard deviation (biased,
without epsilon): `numerics.layer`. Both act on one neuron at a time, along the batch, and the pre-activations of different
neurons are iid N(0, X X^T/d) given the input X: so a network with them is still simulated exactly in law by columns drawn
from the n x n Gram matrix; no weight matrix is needed. `UnitBatch` divides a whole state by one number, which no homogeneous
activation notices and which keeps deep networks from underflow.

Mean field. `MeanField` iterates G = H K H, K' = norms x kappa(cosines) for many starts at once in float64; an update costs
one arccosine per pair.

Convention: arrays of shape (repeats, n, width) or (starts, n, n); Gram matrices are meant up to scale.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from numerics.array_backend import Array, NormalSource, array_namespace
from numerics.gram_chain import gram_chain
from numerics.layer import Elementwise, GaussianLinear, Layer, Pullback, Recentre, Rescale
from numerics.network import Network
from theory.activation.activation import Activation
from theory.recentering.homogeneous_kernel import RELU, HomogeneousKernel

_ALL_EQUAL = (
    "needs samples that are not all equal (recentring maps equal samples to zero), got a batch of equal samples."
)
_BLOCK = 2**15  # entries per pass of the mean-field update: they stay in the second-level cache


@dataclass(frozen=True, slots=True)
class UnitBatch:
    """Divide a state by the root mean square of all its entries: one number per repeat."""

    def apply(self, state: Array, width: int, rng: NormalSource) -> Array:
        """Return the state with mean square 1.

        Raises
        ------
        ValueError
            If a state is zero or not finite.
        """
        return self.record(state, width, rng)[0]

    def record(self, state: Array, width: int, rng: NormalSource) -> tuple[Array, Pullback]:  # noqa: ARG002
        """Return the state with mean square 1, and the pullback G -> (G - y mean(G y))/rms."""
        xp = array_namespace(state)
        square = xp.mean(state * state, axis=(-2, -1), keepdims=True)
        if not bool(((square > 0) & xp.isfinite(square)).all()):
            raise ValueError(
                "UnitBatch needs states with a direction (samples that are all equal are zero once recentred), got a state "
                "that is zero or not finite."
            )
        inverse = 1 / xp.sqrt(square)
        unit = state * inverse
        return (
            unit,
            lambda gradient, _: (gradient - unit * xp.mean(gradient * unit, axis=(-2, -1), keepdims=True)) * inverse,
        )


def recentred_network(
    width: int, depth: int, *, rescaled: bool = False, activation: Activation | None = None, linear: bool = False
) -> Network:
    """Return the network of depth blocks W, RC, RS (if `rescaled`), activation (none if `linear`).

    Parameters
    ----------
    width, depth : int
        Width at least 2: a single neuron gives all samples one direction.
    rescaled, linear : bool
    activation : Activation or None
        Positively homogeneous; ReLU if None.

    Raises
    ------
    ValueError
        If the width is below 2, or the activation is not positively homogeneous.

    Examples
    --------
    >>> [type(layer).__name__ for layer in recentred_network(8, 2, rescaled=True).block]
    ['GaussianLinear', 'Recentre', 'BatchNorm', 'Elementwise', 'UnitBatch']
    """
    if width < 2:
        raise ValueError(f"recentred_network needs width >= 2 (one neuron gives no angles), got width={width!r}.")
    block: tuple[Layer, ...] = (GaussianLinear(), Recentre(), *((Rescale(),) if rescaled else ()))
    if not linear:
        chosen = Activation.from_text("relu") if activation is None else activation
        HomogeneousKernel.of(chosen)  # refuses what is not positively homogeneous
        block += (Elementwise(chosen),)
    return Network((*block, UnitBatch()), width, depth)


@dataclass(frozen=True, slots=True)
class OddState:
    """What singles out the longest sample of each batch; arrays of shape (repeats,).

    Parameters
    ----------
    odd : ndarray of int
        Index of the longest sample.
    norm_ratio : ndarray
        Its norm over the root mean square norm of the others.
    cosine : ndarray
        The largest cosine between it and another sample.
    cluster_angle : ndarray
        Mean angle between the others, in degrees; nan for n = 2.
    is_odd : ndarray of bool
        norm_ratio > n/2 and cosine < 1/10.
    """

    odd: np.ndarray
    norm_ratio: np.ndarray
    cosine: np.ndarray
    cluster_angle: np.ndarray
    is_odd: np.ndarray


def odd_state(gram: np.ndarray) -> OddState:
    """Return how far Gram matrices are from one cluster and one long, orthogonal sample.

    Parameters
    ----------
    gram : ndarray, shape (repeats, n, n)
        Uncentred Gram matrices after the activation, n >= 2.

    Raises
    ------
    ValueError
        If the shape is another, an entry is not finite, or a matrix is zero.

    Examples
    --------
    >>> state = odd_state(np.diag([1.0, 1.0, 1.0, 9.0])[None] + np.pad(np.ones((3, 3)), (0, 1))[None])
    >>> int(state.odd[0]), float(state.norm_ratio[0].round(3)), bool(state.is_odd[0])
    (3, 2.121, True)
    """
    gram = _checked_grams("odd_state", gram)
    repeats, n, _ = gram.shape
    rows = np.arange(repeats)
    squares = np.einsum("rii->ri", gram)
    odd = squares.argmax(axis=1)
    longest = squares[rows, odd]
    others = np.maximum(squares.sum(axis=1) - longest, np.finfo(float).tiny) / (n - 1)
    norms = np.sqrt(np.maximum(squares, np.finfo(float).tiny))
    cosines = np.clip(gram / (norms[:, :, None] * norms[:, None, :]), -1.0, 1.0)
    beside = np.ones((repeats, n), dtype=bool)
    beside[rows, odd] = False
    largest = np.where(beside, cosines[rows, odd], -1.0).max(axis=1)
    pairs = beside[:, :, None] & beside[:, None, :] & ~np.eye(n, dtype=bool)
    count = (n - 1) * (n - 2)
    angles = np.where(pairs, np.degrees(np.arccos(cosines)), 0.0).sum(axis=(1, 2))
    angle = angles / count if count else np.full(repeats, np.nan)
    ratio = np.sqrt(longest / others)
    return OddState(odd, ratio, largest, angle, (ratio > n / 2) & (largest < 0.1))


def first_hit(states: Iterator[np.ndarray]) -> np.ndarray:
    """Return the depth (from 1) at which each repeat's Gram matrix is first in the odd state, 0 if it never is."""
    found: np.ndarray | None = None
    for depth, gram in enumerate(states, start=1):
        hits = odd_state(gram).is_odd
        found = np.zeros(hits.shape, dtype=int) if found is None else found
        found[(found == 0) & hits] = depth
        if found.all():
            break
    if found is None:
        raise ValueError("first_hit needs at least one layer, got none.")
    return found


@dataclass(frozen=True, slots=True)
class MeanField:
    """The infinite-width recursion for the Gram matrices of many batches.

    Parameters
    ----------
    kernel : HomogeneousKernel

    Notes
    -----
    **Accuracy**: float64; the relative spread of a cluster is resolved down to about 1e-8 in angle.
    """

    kernel: HomogeneousKernel = RELU

    def layer(self, gram: np.ndarray) -> np.ndarray:
        """Return the Gram matrices after one layer, scaled to trace n.

        Parameters
        ----------
        gram : ndarray, shape (starts, n, n)

        Raises
        ------
        ValueError
            If n < 2, an entry is not finite, or the samples of some start are all equal.
        """
        return self.iterate(gram, 1)

    def iterate(self, gram: np.ndarray, layers: int) -> np.ndarray:
        """Return the Gram matrices after `layers` layers, scaled to trace n; parameters as for `layer`.

        Examples
        --------
        The attractor of five generic samples has equal angles of 78.27 degrees:

        >>> x = np.random.default_rng(0).standard_normal((1, 5, 10))
        >>> end = MeanField().iterate(x @ x.swapaxes(1, 2), 400)[0]
        >>> np.degrees(np.arccos(end[0, 1:] / end[0, 0])).round(2).tolist()
        [78.27, 78.27, 78.27, 78.27]
        """
        gram = _checked_recentred("MeanField", gram).copy()
        starts, n, _ = gram.shape
        kink, pairs = float(self.kernel.kink) / np.pi, _Pairs.of(n)
        per_block = max(1, _BLOCK // (n * n))
        for start in range(0, starts, per_block):
            block = gram[start : start + per_block]
            for _ in range(layers):
                _update(block, kink, pairs)
        return gram * (n / np.einsum("rii->r", gram))[:, None, None]

    def trajectory(self, gram: np.ndarray, layers: int) -> Iterator[np.ndarray]:
        """Yield the Gram matrices after 1, ..., `layers` layers, each scaled to trace n."""
        for _ in range(layers):
            gram = self.layer(gram)
            yield gram


def _update(gram: np.ndarray, kink: float, pairs: _Pairs) -> None:
    """Replace a contiguous block of Gram matrices by those one layer on."""
    starts, n, _ = gram.shape
    means = gram.mean(axis=-1)
    gram -= means[:, :, None]
    gram -= (means - means.mean(axis=-1, keepdims=True))[:, None, :]
    flat = gram.reshape(starts, n * n)
    squares = flat[:, :: n + 1].copy()
    total = squares.sum(axis=1)
    if not np.all(total > 0):
        raise ValueError(f"MeanField {_ALL_EQUAL}")
    flat *= (n / total)[:, None]
    norms = np.sqrt(np.maximum(squares * (n / total)[:, None], 0.0))
    products = flat.take(pairs.lower, axis=1)
    scale = norms.take(pairs.rows, axis=1)
    scale *= norms.take(pairs.columns, axis=1)
    cosine = products / np.where(scale > 0, scale, 1.0)
    np.clip(cosine, -1.0, 1.0, out=cosine)
    # norms kappa = product + kink scale (sin t - t cos t)/pi
    bent = np.sqrt(1.0 - cosine * cosine)
    bent -= np.arccos(cosine) * cosine
    bent *= scale
    bent *= kink
    products += bent
    flat[:, pairs.lower] = products
    flat[:, pairs.upper] = products


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Rows and columns of the pairs i > j, and their places in a flattened matrix."""

    rows: np.ndarray
    columns: np.ndarray
    lower: np.ndarray
    upper: np.ndarray

    @classmethod
    def of(cls, size: int) -> _Pairs:
        """Return the pairs of an n x n matrix."""
        rows, columns = np.tril_indices(size, -1)
        return cls(rows, columns, rows * size + columns, columns * size + rows)


def recentred_chain(
    gram: np.ndarray,
    width: int,
    depth: int,
    rng: np.random.Generator,
    *,
    repeats: int = 1,
    rescaled: bool = False,
    activation: Activation | None = None,
) -> Iterator[np.ndarray]:
    """Yield the Gram matrices of a batch through `recentred_network`, exactly in law, for independent draws.

    Parameters
    ----------
    gram : ndarray, shape (n, n)
        Gram matrix of the input, n >= 2; its scale does not matter.
    width, depth, rescaled, activation
        As for `recentred_network`.
    rng : numpy.random.Generator
    repeats : int

    Yields
    ------
    ndarray, shape (repeats, n, n), read-only
        Each with trace n.

    Raises
    ------
    ValueError
        If there is one sample, the batch is zero or not finite, or all samples are equal; as for `recentred_network`.

    Examples
    --------
    Two samples are orthogonal after one layer, at every draw:

    >>> one_layer = recentred_chain(np.array([[2.0, 1.0], [1.0, 1.0]]), 50, 1, np.random.default_rng(0))
    >>> float(next(one_layer)[0, 0, 1])
    0.0
    """
    matrix = _checked_recentred("recentred_chain", np.asarray(gram, dtype=np.float64)[None])[0]
    network = recentred_network(width, depth, rescaled=rescaled, activation=activation)
    yield from gram_chain(network, (matrix + matrix.T) / 2, rng, repeats=repeats)


def generic_grams(starts: int, batch_size: int, dimension: int, rng: np.random.Generator) -> np.ndarray:
    """Return Gram matrices of iid standard normal samples, shape (starts, n, n)."""
    samples = rng.standard_normal((starts, batch_size, dimension))
    return samples @ samples.swapaxes(1, 2)


def clustered_grams(batch_size: int, spread: float, rng: np.random.Generator, starts: int = 1) -> np.ndarray:
    """Return Gram matrices of n - 1 samples within `spread` of a unit vector, and an odd unit vector orthogonal to it.

    Raises
    ------
    ValueError
        If the batch size is below 3.
    """
    if batch_size < 3:
        raise ValueError(
            f"clustered_grams needs at least three samples (a cluster has two beside the odd one), got batch_size={batch_size!r}."
        )
    n = batch_size
    samples = np.zeros((starts, n, n + 1))
    samples[:, :-1, 0] = 1.0
    samples[:, :-1, 2:] = spread / np.sqrt(n - 1) * rng.standard_normal((starts, n - 1, n - 1))
    samples[:, -1, 1] = 1.0
    return samples @ samples.swapaxes(1, 2)


def binomial_interval(hits: int, trials: int, error: float = 0.01) -> tuple[float, float]:
    """Return the exact (Clopper-Pearson) interval of a fraction, of error probability at most `error`.

    Raises
    ------
    ValueError
        If hits is not in 0..trials, or trials below 1.

    Examples
    --------
    No hit in 40 trials still allows a fraction of 12 percent:

    >>> low, high = binomial_interval(0, 40)
    >>> low, bool(abs((1 - high) ** 40 - 0.005) < 1e-12)
    (0.0, True)
    """
    from scipy.stats import beta

    if trials < 1 or not 0 <= hits <= trials:
        raise ValueError(f"binomial_interval needs 0 <= hits <= trials >= 1, got hits={hits!r}, trials={trials!r}.")
    low = 0.0 if hits == 0 else float(beta.ppf(error / 2, hits, trials - hits + 1))
    high = 1.0 if hits == trials else float(beta.isf(error / 2, hits + 1, trials - hits))
    return low, high


def _checked_grams(function: str, gram: np.ndarray) -> np.ndarray:
    array = np.asarray(gram, dtype=np.float64)
    if array.ndim != 3 or array.shape[1] != array.shape[2] or array.shape[0] < 1:
        raise ValueError(f"{function} needs Gram matrices of shape (starts, n, n), got shape {array.shape}.")
    if array.shape[1] < 2:
        raise ValueError(f"{function} needs at least two samples (one sample recentred is zero), got n=1.")
    if not np.isfinite(array).all():
        raise ValueError(f"{function} needs finite Gram matrices, got entries that are not.")
    if not np.all(np.einsum("rii->r", array) > 0):
        raise ValueError(f"{function} needs samples with a direction, got a batch that is zero.")
    return array


def _checked_recentred(function: str, gram: np.ndarray) -> np.ndarray:
    """Return Gram matrices whose samples are not all equal, up to the rounding of their entries."""
    array = _checked_grams(function, gram)
    trace = np.einsum("rii->r", array)
    if not np.all(trace - array.sum(axis=(1, 2)) / array.shape[1] > 1e-14 * trace):
        raise ValueError(f"{function} {_ALL_EQUAL}")
    return array
