"""Blocks of layers, one for each kind of layer, that the tests of samplers and of back-propagation share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from numerics.network.layer import Elementwise, Gain, GaussianLinear, HaarLinear, Layer, Residual
from numerics.network.network import power_gains
from numerics.network.normalisation import BatchNorm, LayerNorm, Recentre
from theory.activation import catalogue

Blocks = Callable[[str, int], tuple[Layer, ...]]
"""(name, depth) -> the block of a network of this depth."""


@pytest.fixture(scope="session")
def block_of() -> Blocks:
    tanh, relu, gelu = (Elementwise(a) for a in catalogue("tanh", "relu", "gelu"))
    linear, haar = GaussianLinear(), HaarLinear()

    def block(name: str, depth: int) -> tuple[Layer, ...]:
        blocks: dict[str, tuple[Layer, ...]] = {
            "linear": (linear,),
            "haar": (haar,),
            "activation": (linear, tanh),
            "haar activation": (haar, tanh),
            "layer norm": (linear, gelu, LayerNorm()),
            "tanh layer norm": (linear, tanh, LayerNorm()),
            "RMS norm": (haar, gelu, LayerNorm(centred=False)),
            "batch norm": (linear, BatchNorm(), relu),
            "rescale": (haar, BatchNorm(centred=False)),
            "recentre": (linear, Recentre(), relu, Gain(2**0.5)),
            "haar batch norm": (haar, BatchNorm(), tanh),
            "gains": (linear, power_gains(depth, -0.4), tanh, LayerNorm()),
            "identity skip": (LayerNorm(), Residual((linear, tanh), weight=0.6, skip_weight=0.8)),
            "independent skip": (Residual((linear, gelu, LayerNorm()), (linear,), weight=0.6, skip_weight=0.8),),
            "two skips": (Residual((haar, tanh), weight=0.6, skip_weight=0.8), Residual((linear, tanh), (linear,))),
        }
        return blocks[name]

    return block
