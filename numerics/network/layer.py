"""Layers of a network at initialisation, acting on a batch whose rows are samples.

**Convention.** A state is an array of shape (repeats, n, width): independent draws of the same network applied to one batch
of n samples. Papers that write samples as columns have the transpose. Linear layers draw weights of their own, anew for
every repeat and every time they are applied, and independent of all before.

**The state is enough.** Hence each layer here, given the state, is independent of the past: the states form a Markov chain,
and no weight matrix need be kept (or drawn, `numerics.network.weight_action`). The Gram matrix X X^T *alone* is enough when the
next layer is `GaussianLinear` or `HaarLinear`, whose laws do not change under rotations of the rows. It is not enough
before an elementwise layer, a norm over features or batch, or a residual sum, which act on coordinates: there the state
goes on. Weights used twice (tied, recurrent, convolutional) would break both, and are not in this vocabulary.

**Backward.** `record` applies a layer and returns its pullback: gradient with respect to the output -> gradient with
respect to the input. Pullbacks of linear layers draw, so each is called once, last layer first; they append the squared
Frobenius norm of the gradient with respect to the weights to a list.

The norms, which belong to this vocabulary, stand in `numerics.network.normalisation`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np

from numerics.array_backend import Array, NormalSource
from numerics.network.activation_arrays import activation_values, value_and_slope
from numerics.network.weight_action import (
    Transpose,
    gaussian_columns,
    gaussian_image,
    gaussian_matrix,
    haar_columns,
    haar_image,
    haar_weight,
    remembered_gaussian,
    remembered_haar,
)
from theory.activation import Activation

__all__ = [
    "Elementwise",
    "Gain",
    "GaussianLinear",
    "HaarLinear",
    "Layer",
    "Linear",
    "Pullback",
    "Residual",
]

Pullback = Callable[[Array, list[Array]], Array]
"""(dL/d output, list of squared norms of weight gradients, appended to) -> dL/d input."""


@runtime_checkable
class Layer(Protocol):
    """What a state passes through."""

    def apply(self, state: Array, width: int, rng: NormalSource) -> Array:
        """Return the state after the layer; `width` is the width of linear layers."""
        ...

    def record(self, state: Array, width: int, rng: NormalSource) -> tuple[Array, Pullback]:
        """Return the state after the layer, and the pullback of this very application."""
        ...


@dataclass(frozen=True, slots=True)
class GaussianLinear:
    """Multiply by iid N(0, 1/fan_in) weights, drawn anew for every repeat; exact in law without the matrix.

    Parameters
    ----------
    full : bool
        Draw the matrices themselves: the definition, for comparison. They are drawn anyway for n > fan_in, where they are
        smaller than what replaces them.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> GaussianLinear().apply(np.eye(2)[None], 5, rng).shape
    (1, 2, 5)
    """

    full: bool = False

    def columns(self, gram: Array, width: int, rng: NormalSource) -> Array:
        """Return the image of a batch whose Gram matrix over its width is `gram`."""
        return gaussian_columns(gram, width, rng)

    def apply(self, state: Array, width: int, rng: NormalSource, product: Array | None = None) -> Array:
        """Return samples of shape (repeats, n, width); `product` is X X^T of the state, where it is known already."""
        if self.full or state.shape[-2] > state.shape[-1]:
            return state @ gaussian_matrix(state, width, rng)
        return gaussian_image(state, width, rng, product)

    def record(self, state: Array, width: int, rng: NormalSource) -> tuple[Array, Pullback]:
        """Return samples and a pullback, jointly exact in law (`numerics.network.weight_action`)."""
        if self.full or state.shape[-2] > state.shape[-1]:
            image, transpose = _matrix_action(state, gaussian_matrix(state, width, rng))
        else:
            image, transpose = remembered_gaussian(state, width, rng)
        return image, _linear_pullback(state, transpose)


@dataclass(frozen=True, slots=True)
class HaarLinear:
    """Multiply by a Haar orthogonal matrix, drawn anew for every repeat; by a frame of n columns where n < d.

    Parameters
    ----------
    full : bool
        Draw the matrices themselves. They are drawn anyway where no thin frame has the law: n >= d forward, 2 n > d when a
        gradient is to come back.

    Examples
    --------
    It keeps Gram matrices:

    >>> x = np.random.default_rng(0).standard_normal((1, 3, 8))
    >>> y = HaarLinear().apply(x, 8, np.random.default_rng(1))
    >>> bool(np.allclose(y @ y.swapaxes(1, 2), x @ x.swapaxes(1, 2)))
    True
    """

    full: bool = False

    def columns(self, gram: Array, width: int, rng: NormalSource) -> Array:
        """Return the image of a batch whose Gram matrix over its width is `gram`; n <= width."""
        return haar_columns(gram, width, rng)

    def apply(self, state: Array, width: int, rng: NormalSource, product: Array | None = None) -> Array:
        """Return samples of shape (repeats, n, width), the state's own width, else ValueError; `product` is X X^T."""
        _check_square(state, width)
        if self.full or state.shape[-2] >= width:
            return state @ haar_weight(state, rng)
        return haar_image(state, rng, product)

    def record(self, state: Array, width: int, rng: NormalSource) -> tuple[Array, Pullback]:
        """Return samples and a pullback, jointly exact in law (`numerics.network.weight_action`)."""
        _check_square(state, width)
        if self.full or 2 * state.shape[-2] > width:
            image, transpose = _matrix_action(state, haar_weight(state, rng))
        else:
            image, transpose = remembered_haar(state, rng)
        return image, _linear_pullback(state, transpose)


Linear = GaussianLinear | HaarLinear
"""The layers with weights."""


@dataclass(frozen=True, slots=True)
class Elementwise:
    """Apply an activation to every entry."""

    activation: Activation

    def apply(self, state: Array, width: int, rng: NormalSource) -> Array:  # noqa: ARG002
        """Return the activation of the state."""
        return activation_values(self.activation, state)

    def record(self, state: Array, width: int, rng: NormalSource) -> tuple[Array, Pullback]:  # noqa: ARG002
        """Return the activation of the state, and the product with its derivative."""
        value, slope = value_and_slope(self.activation, state)
        return value, lambda gradient, _: gradient * slope


@dataclass(frozen=True, slots=True)
class Gain:
    """Multiply by a number, or by one number per repetition of the block (activation shaping).

    Parameters
    ----------
    factor : float or tuple of float
        A tuple has one entry per block of the network, `Network.layers` picks it.

    Raises
    ------
    ValueError
        If a factor is not finite, or a tuple of factors is applied outside a network.
    """

    factor: float | tuple[float, ...]

    def __post_init__(self) -> None:
        if not np.all(np.isfinite(self.factor)):
            raise ValueError(f"Gain needs finite factors, got factor={self.factor!r}.")

    def apply(self, state: Array, width: int, rng: NormalSource) -> Array:  # noqa: ARG002
        """Return the multiple."""
        return state * self._number()

    def record(self, state: Array, width: int, rng: NormalSource) -> tuple[Array, Pullback]:  # noqa: ARG002
        """Return the multiple, twice over."""
        number = self._number()
        return state * number, lambda gradient, _: gradient * number

    def _number(self) -> float:
        if isinstance(self.factor, tuple):
            raise ValueError(f"Gain needs to know its block to choose a factor, got {self!r} outside a network.")
        return float(self.factor)


@dataclass(frozen=True, slots=True)
class Residual:
    """Add a branch and a skip: ``weight * branch(x) + skip_weight * skip(x)``.

    Parameters
    ----------
    branch : tuple of Layer
    skip : tuple of Layer
        Empty (default) is the identity; ``(GaussianLinear(),)`` an independent linear skip.
    weight, skip_weight : float

    Raises
    ------
    ValueError
        If the branch is empty or a weight is not finite.

    Examples
    --------
    >>> from numerics.network.normalisation import LayerNorm
    >>> block = Residual((GaussianLinear(), LayerNorm()), (GaussianLinear(),), weight=0.8, skip_weight=0.6)
    >>> block.apply(np.eye(2)[None], 2, np.random.default_rng(0)).shape
    (1, 2, 2)
    """

    branch: tuple[Layer, ...]
    skip: tuple[Layer, ...] = field(default=())
    weight: float = 1.0
    skip_weight: float = 1.0

    def __post_init__(self) -> None:
        if not self.branch:
            raise ValueError("Residual needs a branch of at least one layer, got none.")
        for name in ("weight", "skip_weight"):
            if not np.isfinite(getattr(self, name)):
                raise ValueError(f"Residual needs a finite {name}, got {name}={getattr(self, name)!r}.")

    def apply(self, state: Array, width: int, rng: NormalSource) -> Array:
        """Return the sum."""
        left = right = state
        for layer in self.branch:
            left = layer.apply(left, width, rng)
        for layer in self.skip:
            right = layer.apply(right, width, rng)
        return self.weight * left + self.skip_weight * right

    def record(self, state: Array, width: int, rng: NormalSource) -> tuple[Array, Pullback]:
        """Return the sum, and the sum of the pullbacks."""
        left, branch_back = record_all(self.branch, state, width, rng)
        right, skip_back = record_all(self.skip, state, width, rng)

        def pullback(gradient: Array, norms: list[Array]) -> Array:
            through_skip = skip_back(self.skip_weight * gradient, norms)
            return through_skip + branch_back(self.weight * gradient, norms)

        return self.weight * left + self.skip_weight * right, pullback


def record_all(layers: tuple[Layer, ...], state: Array, width: int, rng: NormalSource) -> tuple[Array, Pullback]:
    """Return the state after some layers, and the pullback of all of them."""
    pullbacks = []
    for layer in layers:
        state, pullback = layer.record(state, width, rng)
        pullbacks.append(pullback)

    def back(gradient: Array, norms: list[Array]) -> Array:
        for pullback in reversed(pullbacks):
            gradient = pullback(gradient, norms)
        return gradient

    return state, back


def _linear_pullback(state: Array, transpose: Transpose) -> Pullback:
    def pullback(gradient: Array, norms: list[Array]) -> Array:
        # dL/dW = X^T G, and its squared norm is <X X^T, G G^T>: n x n again
        product = (state @ state.swapaxes(-1, -2)) * (gradient @ gradient.swapaxes(-1, -2))
        norms.append(product.sum((-2, -1)))
        return transpose(gradient)

    return pullback


def _matrix_action(state: Array, weights: Array) -> tuple[Array, Transpose]:
    return state @ weights, lambda gradient: gradient @ weights.swapaxes(-1, -2)


def _check_square(state: Array, width: int) -> None:
    if state.shape[-1] != width:
        raise ValueError(
            f"HaarLinear needs a state of the network's width (a rotation keeps the dimension), "
            f"got width={width}, state of width {state.shape[-1]}."
        )
