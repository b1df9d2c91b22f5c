"""Random networks and processes as arrays, exact-in-law samplers, error bars, tests with stated error probability.

Short names (`from numerics import Network`) and modules (`numerics.layer`) are found on first use; a function that has the
name of its module is imported from it: `from numerics.gram_chain import gram_chain`.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numerics.batch_file import read_batch
    from numerics.batch_norm.gain_schedule import GainSchedule, propose_gains
    from numerics.batch_norm.network import BatchNormNetwork
    from numerics.correlation_band import CorrelationBand, one_block_noise
    from numerics.gram_chain import gram_matrix, state_chain
    from numerics.haar_matrix import haar_orthogonal, haar_symplectic, haar_unitary
    from numerics.network import Network, layer_normalised_mlp, network_in_order
    from numerics.statistics.distribution_test import law_test
    from numerics.statistics.e_value import MeanTest

_HOMES = {
    "BatchNormNetwork": "batch_norm.network",
    "CorrelationBand": "correlation_band",
    "GainSchedule": "batch_norm.gain_schedule",
    "MeanTest": "statistics.e_value",
    "Network": "network",
    "gram_matrix": "gram_chain",
    "haar_orthogonal": "haar_matrix",
    "haar_symplectic": "haar_matrix",
    "haar_unitary": "haar_matrix",
    "law_test": "statistics.distribution_test",
    "layer_normalised_mlp": "network",
    "network_in_order": "network",
    "one_block_noise": "correlation_band",
    "propose_gains": "batch_norm.gain_schedule",
    "read_batch": "batch_file",
    "state_chain": "gram_chain",
}

__all__ = [
    "BatchNormNetwork",
    "CorrelationBand",
    "GainSchedule",
    "MeanTest",
    "Network",
    "gram_matrix",
    "haar_orthogonal",
    "haar_symplectic",
    "haar_unitary",
    "law_test",
    "layer_normalised_mlp",
    "network_in_order",
    "one_block_noise",
    "propose_gains",
    "read_batch",
    "state_chain",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"numerics.{_HOMES[name]}"), name)
    if name in _modules():
        return import_module(f"numerics.{name}")
    raise AttributeError(f"module 'numerics' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*__all__, *_modules()})


def _modules() -> set[str]:
    """Return the modules of this package, so that they need no import statement of their own."""
    return {module.name for module in iter_modules(__path__)}
