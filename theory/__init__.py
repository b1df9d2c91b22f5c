"""Exact mathematics of deep networks at initialisation: expressions, rationals, proved enclosures, asked digits.

Nothing here draws a random number, opens a file or returns an array. Imports are late: `import theory` loads no
SymPy. Short names (`from theory import KernelMap, fixed_points`) and modules (`theory.signal_propagation.rate`) are found on first use;
a function that has the name of its module is imported from it: `from theory.signal_propagation.rate import convergence`.

>>> from theory import Activation, KernelMap, fixed_points
>>> fixed_points(KernelMap.normalised(Activation.from_text("relu"))).case
3
"""

from __future__ import annotations

from theory.face import lazy_face

_HOMES = {
    "Activation": "theory.activation.activation",
    "Convergence": "theory.signal_propagation.rate",
    "CriticalPoint": "theory.signal_propagation.mean_field",
    "DepthLaw": "theory.signal_propagation.depth_law",
    "EntryPolynomial": "theory.haar.entry_expression",
    "FixedPoint": "theory.signal_propagation.fixed_point",
    "FixedPoints": "theory.signal_propagation.fixed_point",
    "GramMatrix": "theory.isometry.gram_matrix",
    "HermiteExpansion": "theory.kernel_map.hermite",
    "KernelMap": "theory.kernel_map.kernel_map",
    "MeanField": "theory.signal_propagation.mean_field",
    "NormDiffusion": "theory.covariance_sde.norm_diffusion",
    "NormFluctuation": "theory.signal_propagation.norm_fluctuation",
    "Number": "theory.number",
    "RateTable": "theory.tables.table",
    "RationalFunction": "theory.haar.rational_function",
    "ShapedRelu": "theory.activation.shaping",
    "SmoothShape": "theory.activation.shaping",
    "TracePolynomial": "theory.haar.trace",
    "Word": "theory.network.word",
    "catalogue": "theory.activation.activation",
    "comparison_table": "theory.tables.comparison",
    "edge_of_chaos": "theory.signal_propagation.mean_field",
    "fixed_points": "theory.signal_propagation.fixed_point",
    "haar_moment": "theory.haar.monomial",
    "jacobian_moment": "theory.haar.jacobian",
    "network_kernels": "theory.network.tangent_kernel",
    "parse_word": "theory.network.grammar",
    "relu_mask": "theory.haar.jacobian",
    "residual_map": "theory.signal_propagation.residual",
    "sde_card": "theory.covariance_sde.card",
    "tensor_moment": "theory.haar.matrix_moment",
    "trace_moment": "theory.haar.trace",
    "weingarten": "theory.haar.weingarten",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = lazy_face(__name__, _HOMES)
