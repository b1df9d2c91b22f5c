"""Random quantities of a network after a layer, and their means.

    gap_l  rho_l  norm_l        E[gap_20]  Var[rho_3]  P[gap_20 <= 1/10]

Arguments of a layer's quantity: (network, layer). `Expectation` and its companions take a term made of them.
"""

from __future__ import annotations

from theory.statement.quantity import Quantity, register


class _OfLayer(Quantity):
    form = "layer"
    family = "network"
    nargs = 2


@register
class LayerGap(_OfLayer):
    """gap_l."""

    word = "gap_l"
    latex_name = r"\phi"
    meaning = "isometry gap of the batch after layer l, in nats"
    example = "network relu, layernorm; width 200, depth 20; E[gap_20] <= gap_0"


@register
class LayerCorrelation(_OfLayer):
    """rho_l."""

    word = "rho_l"
    latex_name = r"\rho"
    meaning = "correlation of the first two samples after layer l"
    example = "network relu, layernorm; width 200, depth 5; E[rho_5] <= 1/2"


@register
class LayerNorm(_OfLayer):
    """norm_l."""

    word = "norm_l"
    latex_name = r"\nu"
    meaning = "mean square of the first sample's coordinates after layer l"
    example = "network gauss, relu; width 100, depth 3; E[norm_3] <= 2"


class _Random(Quantity):
    form = "mean"
    family = "network"
    nargs = 1


@register
class Expectation(_Random):
    """E[X]."""

    word = "E"
    latex_name = r"\mathbb E"
    meaning = "mean over the random weights of the network"
    example = "network relu, layernorm; width 200, depth 20; E[gap_20] <= gap_0"


@register
class RandomVariance(_Random):
    """Var[X]."""

    word = "Var"
    latex_name = r"\operatorname{Var}"
    meaning = "variance over the random weights of the network"
    example = "network relu, layernorm; width 200, depth 3; Var[rho_3] <= 1/10"
