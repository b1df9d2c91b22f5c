"""Random quantities of a network after a layer, and their means.

    gap_l  rho_l  norm_l        E[gap_20]  Var[rho_3]  P[gap_20 <= 1/10]

Arguments of a layer's quantity: (network, layer). `Expectation` and `RandomVariance` take a term made of them, `Probability`
two terms and the relation between them.
"""

from __future__ import annotations

from typing import Any

from sympy.core.symbol import Str

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


@register
class Probability(Quantity):
    """P[X <= t]: arguments (left side, right side, relation)."""

    word = "P"
    form = "mean"
    family = "network"
    nargs = 3
    latex_name = r"\mathbb P"
    meaning = "probability of a relation, over the random weights of the network"
    example = "network relu, layernorm; width 200, depth 5; P[gap_5 <= gap_0] >= 9/10"

    def __new__(cls, left: Any, right: Any, relation: Any, **options: Any) -> Any:
        """Keep the relation as a SymPy string."""
        relation = relation if isinstance(relation, Str) else Str(str(relation))
        return super().__new__(cls, left, right, relation, **options)

    @property
    def relation(self) -> str:
        """One of ``<``, ``<=``, ``>``, ``>=``."""
        return str(self.args[2].name)
