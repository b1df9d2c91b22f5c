"""Exact mathematics of deep networks at initialisation: expressions, rationals, proved enclosures, asked digits.

Nothing here draws a random number, opens a file or returns an array. Imports are late: `import theory` loads no
SymPy. Short names (`from theory import KernelMap, fixed_points`) and modules (`theory.convergence`) are found on first use;
a function that has the name of its module is imported from it: `from theory.convergence import convergence`.

>>> from theory import Activation, KernelMap, fixed_points
>>> fixed_points(KernelMap.normalised(Activation.from_text("relu"))).case
3
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from theory.activation.activation import Activation
    from theory.activation.catalogue import catalogue
    from theory.activation.shaping import ShapedRelu, SmoothShape
    from theory.comparison import comparison_table
    from theory.convergence import Convergence
    from theory.covariance_sde.card import sde_card
    from theory.covariance_sde.norm_diffusion import NormDiffusion
    from theory.depth_law import DepthLaw
    from theory.enclosure.ball import Number
    from theory.fixed_point import FixedPoint, FixedPoints, fixed_points
    from theory.haar.entry_expression import EntryPolynomial
    from theory.haar.monomial import haar_moment
    from theory.haar.rational_function import RationalFunction
    from theory.haar.trace import TracePolynomial, trace_moment
    from theory.haar.weingarten import weingarten
    from theory.hermite import HermiteExpansion
    from theory.isometry import GramMatrix
    from theory.kernel_map import KernelMap
    from theory.mean_field import CriticalPoint, MeanField, edge_of_chaos
    from theory.norm_fluctuation import NormFluctuation
    from theory.rate_table import RateTable
    from theory.residual import residual_map

_HOMES = {
    "Activation": "activation.activation",
    "Convergence": "convergence",
    "CriticalPoint": "mean_field",
    "DepthLaw": "depth_law",
    "EntryPolynomial": "haar.entry_expression",
    "FixedPoint": "fixed_point",
    "FixedPoints": "fixed_point",
    "GramMatrix": "isometry",
    "HermiteExpansion": "hermite",
    "KernelMap": "kernel_map",
    "MeanField": "mean_field",
    "NormDiffusion": "covariance_sde.norm_diffusion",
    "NormFluctuation": "norm_fluctuation",
    "Number": "enclosure.ball",
    "RateTable": "rate_table",
    "RationalFunction": "haar.rational_function",
    "ShapedRelu": "activation.shaping",
    "SmoothShape": "activation.shaping",
    "TracePolynomial": "haar.trace",
    "catalogue": "activation.catalogue",
    "comparison_table": "comparison",
    "edge_of_chaos": "mean_field",
    "fixed_points": "fixed_point",
    "haar_moment": "haar.monomial",
    "residual_map": "residual",
    "sde_card": "covariance_sde.card",
    "trace_moment": "haar.trace",
    "weingarten": "haar.weingarten",
}

__all__ = [
    "Activation",
    "Convergence",
    "CriticalPoint",
    "DepthLaw",
    "EntryPolynomial",
    "FixedPoint",
    "FixedPoints",
    "GramMatrix",
    "HermiteExpansion",
    "KernelMap",
    "MeanField",
    "NormDiffusion",
    "NormFluctuation",
    "Number",
    "RateTable",
    "RationalFunction",
    "ShapedRelu",
    "SmoothShape",
    "TracePolynomial",
    "catalogue",
    "comparison_table",
    "edge_of_chaos",
    "fixed_points",
    "haar_moment",
    "residual_map",
    "sde_card",
    "trace_moment",
    "weingarten",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"theory.{_HOMES[name]}"), name)
    if name in _modules():
        return import_module(f"theory.{name}")
    raise AttributeError(f"module 'theory' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*__all__, *_modules()})


def _modules() -> set[str]:
    """Return the modules of this package, so that they need no import statement of their own."""
    return {module.name for module in iter_modules(__path__)}
