"""Layers of a word that `numerics.network.layer` has not: biases, other laws, gates, dropout, convolution, attention, pooling.

Conventions as there: states have shape (repeats, rows, width); rows are samples, or samples times positions, sample by
sample. A convolution is a Gaussian linear layer of the shifted states put side by side, and a gated unit two such layers of
one state: so both are drawn exactly in law from n x n factors, without their matrices. Weights of other laws have no
such form and are drawn; attention draws queries and keys of the state's width by the same factors.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from numerics.array_backend import Array, NormalSource, array_namespace
from numerics.network.activation_arrays import value_and_slope
from numerics.network.layer import Elementwise, Gain, GaussianLinear, HaarLinear, Layer, Pullback, Residual, record_all
from numerics.network.network import Network
from numerics.network.normalisation import BatchNorm, LayerNorm
from theory.activation.activation import Activation
from theory.network.block import (
    Act,
    Attention,
    Bias,
    Block,
    Conv,
    Dropout,
    Glu,
    Linear,
    MeanPool,
    Norm,
)
from theory.network.block import Gain as GainBlock
from theory.network.block import Residual as ResidualBlock
from theory.network.word import Word

__all__ = [
    "AtWidth",
    "Convolution",
    "DrawnBias",
    "DrawnLinear",
    "Gated",
    "Masked",
    "Mixing",
    "Pooling",
    "empirical_kernels",
    "sampled_kernel",
    "word_network",
]


@dataclass(frozen=True, slots=True)
class AtWidth:
    """A layer whose linear maps go to `ratio` times the network's width."""

    layer: Layer
    ratio: float

    def apply(self, state: Array, width: int, rng: NormalSource) -> Array:
        """Return the layer's state at its own width."""
        return self.layer.apply(state, self._own(width), rng)

    def record(self, state: Array, width: int, rng: NormalSource) -> tuple[Array, Pullback]:
        """Return the state and pullback of the layer at its own width."""
        return self.layer.record(state, self._own(width), rng)

    def _own(self, width: int) -> int:
        own = round(width * self.ratio)
        if own < 1:
            raise ValueError(f"network needs layers of at least one feature, got width {width} times {self.ratio}.")
        return own


@dataclass(frozen=True, slots=True)
class DrawnBias:
    """Add one N(0, variance) number per feature to all rows."""

    variance: float

    def apply(self, state: Array, width: int, rng: NormalSource) -> Array:  # noqa: ARG002
        """Return the state plus the bias."""
        shape = (*state.shape[:-2], 1, state.shape[-1])
        return state + sqrt(self.variance) * rng.standard_normal(shape, state.dtype)

    def record(self, state: Array, width: int, rng: NormalSource) -> tuple[Array, Pullback]:
        """Return the state plus the bias; the gradient passes."""
        return self.apply(state, width, rng), lambda gradient, _: gradient


@dataclass(frozen=True, slots=True)
class DrawnLinear:
    """Multiply by iid weights of mean 0 and variance 1/fan_in: uniform, or +-1 (rademacher)."""

    law: str

    def apply(self, state: Array, width: int, rng: NormalSource) -> Array:
        """Return the image under matrices that are drawn."""
        return state @ self._weights(state, width, rng)

    def record(self, state: Array, width: int, rng: NormalSource) -> tuple[Array, Pullback]:
        """Return the image and the product with the transpose."""
        weights = self._weights(state, width, rng)

        def pullback(gradient: Array, norms: list[Array]) -> Array:
            product = (state @ state.swapaxes(-1, -2)) * (gradient @ gradient.swapaxes(-1, -2))
            norms.append(product.sum((-2, -1)))
            return gradient @ weights.swapaxes(-1, -2)

        return state @ weights, pullback

    def _weights(self, state: Array, width: int, rng: NormalSource) -> Array:
        xp = array_namespace(state)
        shape = (*state.shape[:-2], state.shape[-1], width)
        normals = rng.standard_normal(shape, state.dtype)
        if self.law == "rademacher":
            return xp.where(normals < 0, -xp.ones_like(normals), xp.ones_like(normals)) / sqrt(shape[-2])
        # Phi(Z) is uniform; the quotient of two squares of normals would need a second draw
        from scipy.special import ndtr

        return (2 * ndtr(normals) - 1) * sqrt(3.0 / shape[-2])


@dataclass(frozen=True, slots=True)
class Gated:
    """s(W x) * (V x) with independent Gaussian W and V, both drawn from one factor of the state's Gram matrix."""

    activation: Activation

    def apply(self, state: Array, width: int, rng: NormalSource) -> Array:
        """Return the gated state."""
        both = GaussianLinear().apply(state, 2 * width, rng)
        return Elementwise(self.activation).apply(both[..., :width], width, rng) * both[..., width:]

    def record(self, state: Array, width: int, rng: NormalSource) -> tuple[Array, Pullback]:
        """Return the gated state and its pullback."""
        both, back = GaussianLinear().record(state, 2 * width, rng)
        value, slope = value_and_slope(self.activation, both[..., :width])
        other = both[..., width:]

        def pullback(gradient: Array, norms: list[Array]) -> Array:
            inner = array_namespace(state).concatenate([gradient * other * slope, gradient * value], -1)
            return back(inner, norms)

        return value * other, pullback


@dataclass(frozen=True, slots=True)
class Masked:
    """Dropout: keep entries with probability 1 - rate, over that, independently."""

    rate: float

    def apply(self, state: Array, width: int, rng: NormalSource) -> Array:
        """Return the masked state."""
        return self.record(state, width, rng)[0]

    def record(self, state: Array, width: int, rng: NormalSource) -> tuple[Array, Pullback]:  # noqa: ARG002
        """Return the masked state; the same mask for its gradient."""
        from scipy.special import ndtri

        xp = array_namespace(state)
        kept = rng.standard_normal(tuple(state.shape), state.dtype) >= float(ndtri(self.rate))
        mask = xp.where(kept, xp.ones_like(state), xp.zeros_like(state)) / (1 - self.rate)
        return state * mask, lambda gradient, _: gradient * mask


@dataclass(frozen=True, slots=True)
class Convolution:
    """Circular convolution over positions with `size` taps of Gaussian weights of variance 1/(size fan_in)."""

    size: int
    positions: int

    def apply(self, state: Array, width: int, rng: NormalSource) -> Array:
        """Return the Gaussian image of the shifted states side by side."""
        return GaussianLinear().apply(self._shifted(state), width, rng)

    def record(self, state: Array, width: int, rng: NormalSource) -> tuple[Array, Pullback]:
        """Return the image, and the pullback that adds up the shifts."""
        image, back = GaussianLinear().record(self._shifted(state), width, rng)
        fan_in = state.shape[-1]

        def pullback(gradient: Array, norms: list[Array]) -> Array:
            wide = back(gradient, norms)
            parts = [wide[..., k * fan_in : (k + 1) * fan_in] for k in range(self.size)]
            shifts = range(self.size // 2, -(self.size // 2) - 1, -1)
            return sum(self._roll(part, shift) for part, shift in zip(parts, shifts, strict=True))

        return image, pullback

    def _shifted(self, state: Array) -> Array:
        shifts = range(-(self.size // 2), self.size // 2 + 1)
        return array_namespace(state).concatenate([self._roll(state, shift) for shift in shifts], -1)

    def _roll(self, state: Array, shift: int) -> Array:
        shape = tuple(state.shape)
        split = state.reshape((*shape[:-2], shape[-2] // self.positions, self.positions, shape[-1]))
        return array_namespace(state).roll(split, shift, -2).reshape(shape)


@dataclass(frozen=True, slots=True)
class Mixing:
    """Attention weights at initialisation, applied to the positions of every sample.

    Scores are q_i . k_j/(width^power) of Gaussian queries and keys of the state: power 1/2 for softmax, 1 for uniform and
    shaped, where they vanish with the width. Backward through values only: the scores are held fixed.
    """

    kind: str
    positions: int

    def apply(self, state: Array, width: int, rng: NormalSource) -> Array:
        """Return the mixed state."""
        return self.record(state, width, rng)[0]

    def record(self, state: Array, width: int, rng: NormalSource) -> tuple[Array, Pullback]:  # noqa: ARG002
        """Return the mixed state and the product with the transpose of the weights."""
        xp = array_namespace(state)
        own = state.shape[-1]
        both = GaussianLinear().apply(state, 2 * own, rng)
        query, key = (self._split(part) for part in (both[..., :own], both[..., own:]))
        scores = query @ key.swapaxes(-1, -2) / own ** (0.5 if self.kind == "softmax" else 1.0)
        weights = xp.exp(scores - xp.amax(scores, -1)[..., None])
        weights = weights / weights.sum(-1)[..., None]
        if self.kind == "shaped":
            weights = weights - 1 / self.positions + xp.eye(self.positions, dtype=state.dtype)
        shape = tuple(state.shape)
        mixed = (weights @ self._split(state)).reshape(shape)
        return mixed, lambda gradient, _: (weights.swapaxes(-1, -2) @ self._split(gradient)).reshape(
            tuple(gradient.shape)
        )

    def _split(self, state: Array) -> Array:
        shape = tuple(state.shape)
        return state.reshape((*shape[:-2], shape[-2] // self.positions, self.positions, shape[-1]))


@dataclass(frozen=True, slots=True)
class Pooling:
    """The mean over positions: rows become samples."""

    positions: int

    def apply(self, state: Array, width: int, rng: NormalSource) -> Array:  # noqa: ARG002
        """Return one row per sample."""
        shape = tuple(state.shape)
        return state.reshape((*shape[:-2], shape[-2] // self.positions, self.positions, shape[-1])).mean(-2)

    def record(self, state: Array, width: int, rng: NormalSource) -> tuple[Array, Pullback]:
        """Return one row per sample; the gradient is shared by the positions."""
        xp = array_namespace(state)
        return self.apply(
            state, width, rng
        ), lambda gradient, _: xp.repeat(gradient, self.positions, -2) / self.positions


def word_network(word: Word, width: int, depth: int, positions: int = 1) -> Network:
    """Return the network of a word as one block of layers, for `numerics.network.sampler.sample` and `backpropagate`.

    Parameters
    ----------
    word : Word
    width, depth, positions : int
        A block of ratio r goes to r times the current width.

    Raises
    ------
    ValueError
        If a size is below 1.

    Examples
    --------
    >>> from theory.network.grammar import parse_word
    >>> net = word_network(parse_word("residual(1/2: rmsnorm | gauss | relu | gauss)"), width=8, depth=3)
    >>> len(net.block), net.depth
    (3, 1)
    """
    return Network(tuple(_layers(tuple(word.unfolded(depth)), positions, 1.0)), width, 1)


def _layers(blocks: tuple[Block, ...], positions: int, ratio: float) -> list[Layer]:
    layers: list[Layer] = []
    for block in blocks:
        ratio = ratio * float(block.ratio) if isinstance(block, Linear) else ratio
        if isinstance(block, Glu) and block.shared:
            layers += [_at(GaussianLinear(), ratio), _Product(block.activation)]
        elif isinstance(block, Linear):
            layers += [_at(_linear(block.law), ratio)] + ([Gain(float(block.variance) ** 0.5)] * (block.variance != 1))
        elif isinstance(block, Conv):
            layers += [_at(HaarLinear() if block.delta else Convolution(block.size, positions), ratio)]
        elif isinstance(block, ResidualBlock):
            branch = tuple(_layers(block.branch.blocks, positions, ratio))
            scale, skip = (float(s.expression) for s in (block.scale, block.skip))
            layers += [Residual(branch, weight=scale, skip_weight=skip)]
        elif isinstance(block, Glu):
            layers += [_at(Gated(block.activation), ratio)]
        else:
            layers += [_plain(block, positions)]
        if isinstance(block, MeanPool):
            positions = 1
    return layers


def _at(layer: Layer, ratio: float) -> Layer:
    return layer if ratio == 1 else AtWidth(layer, ratio)


def _linear(law: str) -> Layer:
    if law == "gauss":
        return GaussianLinear()
    return HaarLinear() if law == "haar" else DrawnLinear(law)


def _plain(block: Block, positions: int) -> Layer:
    if isinstance(block, Act):
        return Elementwise(block.activation)
    if isinstance(block, Bias):
        return DrawnBias(float(block.variance))
    if isinstance(block, GainBlock):
        return Gain(float(block.factor.expression))
    if isinstance(block, Norm):
        return BatchNorm() if block.kind == "batchnorm" else LayerNorm(centred=block.kind == "layernorm")
    if isinstance(block, Dropout):
        return Masked(float(block.rate))
    if isinstance(block, Attention):
        return Mixing(block.kind, positions)
    assert isinstance(block, MeanPool)
    return Pooling(positions)


@dataclass(frozen=True, slots=True)
class _Product:
    """u s(u), entry by entry."""

    activation: Activation

    def apply(self, state: Array, width: int, rng: NormalSource) -> Array:  # noqa: ARG002
        return state * value_and_slope(self.activation, state)[0]

    def record(self, state: Array, width: int, rng: NormalSource) -> tuple[Array, Pullback]:  # noqa: ARG002
        value, slope = value_and_slope(self.activation, state)
        return state * value, lambda gradient, _: gradient * (value + state * slope)


def sampled_kernel(network: Network, batch: np.ndarray, rng: np.random.Generator, repeats: int) -> np.ndarray:
    """Return X_L X_L^T/width of independent networks, shape (repeats, rows, rows)."""
    state = np.broadcast_to(batch, (repeats, *batch.shape))
    for layer in network.block:
        state = layer.apply(state, network.width, rng)
    return state @ state.swapaxes(-1, -2) / state.shape[-1]


def empirical_kernels(
    network: Network, batch: np.ndarray, rng: np.random.Generator, repeats: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return sampled kernels K, tangent kernels and Jacobian products, one of each per network, shape (repeats, rows, rows).

    The tangent kernel is that of a random output coordinate, f = sum_i g_i x_i/sqrt(width) with Gaussian g: its mean over g
    is the mean over coordinates. Weights are N(0, 1/fan_in) multiples of N(0, 1) parameters ("ntk"); biases count.

    Raises
    ------
    ValueError
        If the network mixes rows (batch norm, convolution, attention, pooling): a tangent kernel then is no product of rows.
    """
    for layer in network.elements():
        if isinstance(layer, BatchNorm | Pooling | Mixing | Convolution):
            raise ValueError(f"empirical_kernels needs layers that act on rows one by one, got {layer}.")
    sink: list[np.ndarray] = []
    watched = tuple(_watch(layer, sink) for layer in network.block)
    start = np.broadcast_to(batch, (repeats, *batch.shape))
    state, back = record_all(watched, start, network.width, rng)
    gradient = rng.standard_normal((repeats, 1, state.shape[-1])) / sqrt(state.shape[-1])
    first = back(np.broadcast_to(gradient, state.shape), [])
    tangent = np.sum(sink, axis=0) if sink else np.zeros((repeats, len(batch), len(batch)))
    kernel = state @ state.swapaxes(-1, -2) / state.shape[-1]
    return kernel, tangent, first @ first.swapaxes(-1, -2)


@dataclass(frozen=True, slots=True)
class _Watched:
    """A layer with weights that also notes its part of the tangent kernel."""

    layer: Layer
    sink: list[np.ndarray]

    def apply(self, state: Array, width: int, rng: NormalSource) -> Array:
        return self.layer.apply(state, width, rng)

    def record(self, state: Array, width: int, rng: NormalSource) -> tuple[Array, Pullback]:
        self.layer._shifted(state) if isinstance(self.layer, Convolution) else state
        image, back = self.layer.record(state, width, rng)

        def pullback(gradient: Array, norms: list[Array]) -> Array:
            if isinstance(self.layer, DrawnBias):
                factor = self.layer.variance
            else:
                factor = state @ state.swapaxes(-1, -2) / state.shape[-1]
            self.sink.append(factor * (gradient @ gradient.swapaxes(-1, -2)))
            return back(gradient, norms)

        return image, pullback


def _watch(layer: Layer, sink: list[np.ndarray]) -> Layer:
    if isinstance(layer, Residual):
        return Residual(tuple(_watch(inner, sink) for inner in layer.branch), (), layer.weight, layer.skip_weight)
    if isinstance(layer, AtWidth):
        return AtWidth(_watch(layer.layer, sink), layer.ratio)
    if isinstance(layer, Gated):
        return _WatchedGate(layer, sink)
    weights = GaussianLinear | HaarLinear | DrawnLinear | DrawnBias
    return _Watched(layer, sink) if isinstance(layer, weights) else layer


@dataclass(frozen=True, slots=True)
class _WatchedGate:
    """A gated unit: its two matrices see the gradients of their own halves, which add up in the product."""

    layer: Gated
    sink: list[np.ndarray]

    def apply(self, state: Array, width: int, rng: NormalSource) -> Array:
        return self.layer.apply(state, width, rng)

    def record(self, state: Array, width: int, rng: NormalSource) -> tuple[Array, Pullback]:
        inner = _Watched(GaussianLinear(), self.sink)
        both, back = inner.record(state, 2 * width, rng)
        value, slope = value_and_slope(self.layer.activation, both[..., :width])
        other = both[..., width:]

        def pullback(gradient: Array, norms: list[Array]) -> Array:
            return back(np.concatenate([gradient * other * slope, gradient * value], -1), norms)

        return value * other, pullback
