"""A network at initialisation: a block of layers, repeated; the one description that all samplers take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from numerics.network.layer import Elementwise, Gain, GaussianLinear, HaarLinear, Layer, Residual
from numerics.network.normalisation import BatchNorm, LayerNorm, Recentre
from theory.activation import Activation

__all__ = ["ORDER_WORDS", "Network", "layer_normalised_mlp", "network_in_order", "power_gains"]


@dataclass(frozen=True, slots=True)
class Network:
    """A block of layers repeated `depth` times, every linear layer of the same width.

    Parameters
    ----------
    block : tuple of Layer
        A `Gain` in it may have one factor per repetition.
    width, depth : int
        At least 1.

    Raises
    ------
    TypeError
        If something in the block is no layer.
    ValueError
        If the block is empty, a size is below 1, or a `Gain` has another number of factors than `depth`.

    Examples
    --------
    >>> net = Network((GaussianLinear(), Gain((1.0, 0.5))), width=8, depth=2)
    >>> net.layers(1)[1]
    Gain(factor=0.5)
    """

    block: tuple[Layer, ...]
    width: int
    depth: int

    def __post_init__(self) -> None:
        if not self.block:
            raise ValueError("Network needs a block of at least one layer, got none.")
        for name in ("width", "depth"):
            size = getattr(self, name)
            if isinstance(size, bool) or not isinstance(size, int) or size < 1:
                raise ValueError(f"Network needs {name} >= 1 (a network has units and layers), got {name}={size!r}.")
        for layer in _flat(self.block):
            if isinstance(layer, type) or not isinstance(layer, Layer):
                raise TypeError(f"Network needs layers (numerics.network.layer) in its block, got layer={layer!r}.")
            if isinstance(layer, Gain) and isinstance(layer.factor, tuple) and len(layer.factor) != self.depth:
                raise ValueError(
                    f"Network needs one factor per block in a Gain that has several, "
                    f"got {len(layer.factor)} factors, depth={self.depth}."
                )

    def layers(self, index: int) -> tuple[Layer, ...]:
        """Return the block at its repetition `index` = 0, ..., depth - 1, with the gains of that repetition."""
        return tuple(_at(layer, index) for layer in self.block)

    def elements(self) -> Iterator[Layer]:
        """Yield the layers of the block, those inside residual layers included."""
        yield from _flat(self.block)

    def with_full_matrices(self) -> Network:
        """Return the network of the same law whose linear layers draw their matrices."""
        return replace(self, block=tuple(_full(layer) for layer in self.block))


ORDER_WORDS = (
    "linear",
    "haar",
    "activation",
    "layer_norm",
    "rms_norm",
    "batch_norm",
    "rescale",
    "recentre",
)
"""What `network_in_order` understands."""


def network_in_order(order: Sequence[str], width: int, depth: int, activation: Activation | None = None) -> Network:
    """Return the network whose block is written as words, in the order in which a batch meets them.

    Parameters
    ----------
    order : sequence of str
        Words of `ORDER_WORDS`, for instance ``("linear", "batch_norm", "activation")``.
    width, depth : int
        At least 1.
    activation : Activation, optional
        Needed where the order says so.

    Returns
    -------
    Network

    Raises
    ------
    ValueError
        If a word is unknown, the order is empty, has no linear layer, or an activation and its word do not come together.

    Examples
    --------
    >>> network_in_order(("haar", "rescale"), width=8, depth=2).block
    (HaarLinear(full=False), BatchNorm(centred=False))
    """
    words: dict[str, Layer] = {
        "linear": GaussianLinear(),
        "haar": HaarLinear(),
        "layer_norm": LayerNorm(),
        "rms_norm": LayerNorm(centred=False),
        "batch_norm": BatchNorm(),
        "rescale": BatchNorm(centred=False),
        "recentre": Recentre(),
    }
    if activation is not None:
        words["activation"] = Elementwise(activation)
    unknown = [word for word in order if word not in ORDER_WORDS]
    if unknown:
        raise ValueError(
            f"network_in_order needs words of {', '.join(ORDER_WORDS)}, got {unknown[0]!r} in order={order!r}."
        )
    if not {"linear", "haar"} & set(order):
        raise ValueError(f"network_in_order needs a linear layer (nothing else is random), got order={order!r}.")
    if ("activation" in order) != (activation is not None):
        raise ValueError(
            f"network_in_order needs an activation exactly where the order names one, "
            f"got order={order!r}, activation={None if activation is None else activation.name!r}."
        )
    return Network(tuple(words[word] for word in order), width, depth)


def layer_normalised_mlp(activation: Activation, width: int, depth: int, *, centred: bool = True) -> Network:
    """Return the network x -> norm(activation(W x)) of paper [A], layer norm (or RMS norm) after the activation.

    Examples
    --------
    >>> from theory.activation import catalogue
    >>> len(layer_normalised_mlp(catalogue("relu")[0], width=8, depth=2).block)
    3
    """
    return Network((GaussianLinear(), Elementwise(activation), LayerNorm(centred)), width, depth)


def power_gains(depth: int, exponent: float) -> Gain:
    """Return the gains (l + 1)^exponent, l = 0, ..., depth - 1, of activation shaping in paper [B].

    Examples
    --------
    >>> power_gains(3, -1).factor
    (1.0, 0.5, 0.3333333333333333)
    """
    return Gain(tuple(float(index) ** exponent for index in range(1, depth + 1)))


def _flat(layers: Sequence[Layer]) -> Iterator[Layer]:
    for layer in layers:
        yield layer
        if isinstance(layer, Residual):
            yield from _flat(layer.branch)
            yield from _flat(layer.skip)


def _at(layer: Layer, index: int) -> Layer:
    """Return the layer at one repetition of the block."""
    if isinstance(layer, Residual):
        branch, skip = (tuple(_at(inner, index) for inner in part) for part in (layer.branch, layer.skip))
        return replace(layer, branch=branch, skip=skip)
    if isinstance(layer, Gain) and isinstance(layer.factor, tuple):
        return Gain(layer.factor[index])
    return layer


def _full(layer: Layer) -> Layer:
    """Return the layer with its weight matrices drawn."""
    if isinstance(layer, Residual):
        branch, skip = (tuple(_full(inner) for inner in part) for part in (layer.branch, layer.skip))
        return replace(layer, branch=branch, skip=skip)
    if isinstance(layer, GaussianLinear | HaarLinear):
        return replace(layer, full=True)
    return layer
