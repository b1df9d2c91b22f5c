"""A network at initialisation: a block of layers, repeated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from numerics.layer import Elementwise, GaussianLinear, Layer, LayerNorm

if TYPE_CHECKING:
    from theory.activation import Activation


@dataclass(frozen=True, slots=True)
class Network:
    """A block of layers repeated `depth` times, every linear layer of the same width.

    Parameters
    ----------
    block : tuple of Layer
    width, depth : int
        At least 1.

    Raises
    ------
    ValueError
        If the block is empty or a size is below 1.
    """

    block: tuple[Layer, ...]
    width: int
    depth: int

    def __post_init__(self) -> None:
        if not self.block:
            raise ValueError("Network needs a block of at least one layer, got none.")
        for name in ("width", "depth"):
            size = getattr(self, name)
            if not isinstance(size, int) or size < 1:
                raise ValueError(f"Network needs {name} >= 1 (a network has units and layers), got {name}={size!r}.")


def layer_normalised_mlp(activation: Activation, width: int, depth: int, *, centred: bool = True) -> Network:
    """Return the network x -> norm(activation(W x)) of paper [A], layer norm (or RMS norm) after the activation.

    Examples
    --------
    >>> from theory.activation import catalogue
    >>> len(layer_normalised_mlp(catalogue("relu")[0], width=8, depth=2).block)
    3
    """
    return Network((GaussianLinear(), Elementwise(activation), LayerNorm(centred)), width, depth)
