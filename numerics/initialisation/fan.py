"""Fans of a weight array: how many inputs one output sums over, and back.

| layout | linear | convolution | transposed convolution |
|---|---|---|---|
| torch | (out, in) | (out, in/groups, *window) | (in, out/groups, *window) |
| jax (also Keras, TensorFlow) | (in, out) | (*window, in/groups, out) | |

fan_in = inputs per group times the window, fan_out = outputs per group times the window: both are of **one group**. Frameworks do otherwise:
`torch.nn.init` reads shape[0] times the window as fan_out, groups or not, and takes the axes of a transposed convolution the wrong way round.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import index
from typing import Literal

Layout = Literal["torch", "jax"]
Mode = Literal["fan_in", "fan_out", "fan_avg"]


@dataclass(frozen=True, slots=True)
class Fans:
    """Fan-in and fan-out of one group.

    Parameters
    ----------
    fan_in, fan_out : float
        Positive.
    """

    fan_in: float
    fan_out: float

    def of(self, mode: Mode) -> float:
        """Return the fan of a mode; fan_avg is the mean of both."""
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError(f"a fan needs fan_in, fan_out or fan_avg as mode, got mode={mode!r}.")
        return {"fan_in": self.fan_in, "fan_out": self.fan_out, "fan_avg": (self.fan_in + self.fan_out) / 2}[mode]


def fans(shape: Sequence[int], *, layout: Layout = "torch", groups: int = 1, transposed: bool = False) -> Fans:
    """Return fan_in = (inputs of a group) |window| and fan_out = (outputs of a group) |window|.

    Parameters
    ----------
    shape : sequence of int
        Of the weight; at least two axes.
    layout : {"torch", "jax"}, optional
        Which axis is which, see the module.
    groups : int, optional
        Groups of a convolution.
    transposed : bool, optional
        A transposed convolution of torch.

    Raises
    ------
    TypeError
        When groups is no integer.
    ValueError
        When there are fewer than two axes or an empty one, the layout is unknown, or groups do not divide the outputs.

    Examples
    --------
    >>> fans((64, 16, 3, 3), groups=4)
    Fans(fan_in=144.0, fan_out=144.0)
    >>> fans((3, 3, 16, 64), layout="jax", groups=4) == fans((64, 16, 3, 3), groups=4)
    True
    """
    sizes, parts = tuple(shape), index(groups)
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(f"fans needs a shape of at least two axes, none of them empty, got shape={sizes!r}.")
    if layout not in ("torch", "jax"):
        raise ValueError(f"fans needs layout torch or jax, got layout={layout!r}.")
    if layout == "jax":
        window, ins, outs = math.prod(sizes[:-2]), sizes[-2] * parts, sizes[-1]
    elif transposed:
        window, ins, outs = math.prod(sizes[2:]), sizes[0], sizes[1] * parts
    else:
        window, ins, outs = math.prod(sizes[2:]), sizes[1] * parts, sizes[0]
    if parts < 1 or ins % parts or outs % parts:
        raise ValueError(f"fans needs groups >= 1 that divide inputs and outputs, got groups={parts}, shape={sizes!r}.")
    return Fans(window * ins / parts, window * outs / parts)
