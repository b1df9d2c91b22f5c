r"""Batch normalisation taken apart, as networks of finite width, exactly in law.

Layers. Recentring (RC) subtracts a neuron's mean over the batch, rescaling (RS) divides by its standard deviation (biased,
without epsilon): `numerics.network.layer`. Both act on one neuron at a time, along the batch, and the pre-activations of different
neurons are iid N(0, X X^T/d) given the input X: so a network with them is still simulated exactly in law by columns drawn
from the n x n Gram matrix; no weight matrix is needed. `UnitBatch` divides a whole state by one number, which neither a
homogeneous activation nor rescaling notices and which keeps deep networks from underflow; another activation without rescaling
sees the scale and needs a weight variance.

Convention: arrays of shape (repeats, n, width). Infinite width: `numerics.recentering.angle_recursion`, `numerics.recentering.gaussian_recursion`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from numerics.array_backend import Array, NormalSource, array_namespace
from numerics.network.gram_chain import gram_chain
from numerics.network.layer import Elementwise, Gain, GaussianLinear, Layer, Pullback
from numerics.network.network import Network
from numerics.network.normalisation import Recentre, Rescale
from numerics.recentering.batch import checked_recentred
from theory.activation.activation import Activation
from theory.kernel_map.homogeneous import HomogeneousKernel

__all__ = ["UnitBatch", "recentred_chain", "recentred_network"]


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
    width: int,
    depth: int,
    *,
    rescaled: bool = False,
    activation: Activation | None = None,
    linear: bool = False,
    weight_variance: float | None = None,
) -> Network:
    """Return the network of depth blocks W, RC, RS (if `rescaled`), activation (none if `linear`).

    Parameters
    ----------
    width, depth : int
        Width at least 2: a single neuron gives all samples one direction.
    rescaled, linear : bool
    activation : Activation or None
        ReLU if None. Any, if rescaled; positively homogeneous without rescaling, or else with a weight variance.
    weight_variance : float or None
        Variance of a weight times the fan-in, without rescaling: only then does an activation notice it. The states keep
        their scale; with None they are divided by it.

    Raises
    ------
    ValueError
        If the width is below 2; if an activation that is not positively homogeneous has neither rescaling nor a weight variance; if
        the weight variance is not positive and finite, or given with rescaling, which takes it away again.

    Examples
    --------
    >>> [type(layer).__name__ for layer in recentred_network(8, 2, rescaled=True).block]
    ['GaussianLinear', 'Recentre', 'BatchNorm', 'Elementwise', 'UnitBatch']
    """
    if width < 2:
        raise ValueError(f"recentred_network needs width >= 2 (one neuron gives no angles), got width={width!r}.")
    chosen = None if linear else Activation.from_text("relu") if activation is None else activation
    block: tuple[Layer, ...] = (GaussianLinear(), *_scale(rescaled, weight_variance), Recentre())
    block += (Rescale(),) if rescaled else ()
    if chosen is not None:
        if not rescaled and weight_variance is None:
            _check_homogeneous(chosen)
        block += (Elementwise(chosen),)
    return Network((*block, *((UnitBatch(),) if weight_variance is None else ())), width, depth)


def _scale(rescaled: bool, weight_variance: float | None) -> tuple[Layer, ...]:
    """Return the layer that gives weights their variance, none for variance one."""
    if weight_variance is None:
        return ()
    if rescaled or not 0 < weight_variance < np.inf:
        raise ValueError(
            "recentred_network needs a positive finite weight variance, and only without rescaling (which divides it out), "
            f"got weight_variance={weight_variance!r}, rescaled={rescaled!r}."
        )
    return (Gain(float(np.sqrt(weight_variance))),)


def _check_homogeneous(activation: Activation) -> None:
    try:
        HomogeneousKernel.of(activation)
    except ValueError as error:
        raise ValueError(
            "recentred_network needs a positively homogeneous activation without rescaling (recentring leaves the norms free, and any "
            f"other activation sees them), got {activation}; give a weight_variance, or rescale."
        ) from error


def recentred_chain(
    gram: np.ndarray,
    width: int,
    depth: int,
    rng: np.random.Generator,
    *,
    repeats: int = 1,
    rescaled: bool = False,
    activation: Activation | None = None,
    weight_variance: float | None = None,
) -> Iterator[np.ndarray]:
    """Yield the Gram matrices of a batch through `recentred_network`, exactly in law, for independent draws.

    Parameters
    ----------
    gram : ndarray, shape (n, n)
        Gram matrix of the input, n >= 2; its scale matters only with a weight variance (then X X^T over the input width).
    width, depth, rescaled, activation, weight_variance
        As for `recentred_network`.
    rng : numpy.random.Generator
    repeats : int

    Yields
    ------
    ndarray, shape (repeats, n, n), read-only
        Each with trace n, unless there is a weight variance.

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
    matrix = checked_recentred("recentred_chain", np.asarray(gram, dtype=np.float64)[None])[0]
    network = recentred_network(width, depth, rescaled=rescaled, activation=activation, weight_variance=weight_variance)
    yield from gram_chain(network, (matrix + matrix.T) / 2, rng, repeats=repeats)
