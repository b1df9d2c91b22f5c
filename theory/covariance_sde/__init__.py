"""The neural covariance SDE: coefficients derived for shaped relu and smooth activations, and what follows from them.

Names are found in the module that defines them, which loads SymPy: they are imported when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from theory.covariance_sde.card import sde_card
    from theory.covariance_sde.correlation import bracket, generator
    from theory.covariance_sde.log_norm import mean_log
    from theory.covariance_sde.norm_diffusion import NormDiffusion
    from theory.covariance_sde.shaped_relu import kernel_excess, one_step_covariances
    from theory.covariance_sde.smooth import drift_series, limit_drift

_HOMES = {
    "NormDiffusion": "norm_diffusion",
    "bracket": "correlation",
    "drift_series": "smooth",
    "generator": "correlation",
    "kernel_excess": "shaped_relu",
    "limit_drift": "smooth",
    "mean_log": "log_norm",
    "one_step_covariances": "shaped_relu",
    "sde_card": "card",
}

__all__ = [
    "NormDiffusion",
    "bracket",
    "drift_series",
    "generator",
    "kernel_excess",
    "limit_drift",
    "mean_log",
    "one_step_covariances",
    "sde_card",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"theory.covariance_sde.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'theory.covariance_sde' has no attribute {name!r}")
