"""Random networks and processes as arrays, exact-in-law samplers, error bars, tests with stated error probability.

Short names (`from numerics import Network`) and modules (`numerics.network.layer`) are found on first use; a function that has the
name of its module is imported from it: `from numerics.network.gram_chain import gram_chain`.
"""

from __future__ import annotations

from theory.face import lazy_face

_HOMES = {
    "BatchNormNetwork": "numerics.batch_norm.network",
    "CorrelationBand": "numerics.correlation_band",
    "GainSchedule": "numerics.batch_norm.gain_schedule",
    "MeanTest": "numerics.statistics.e_value",
    "Network": "numerics.network.network",
    "gram_matrix": "numerics.network.gram_chain",
    "haar_orthogonal": "numerics.network.haar_matrix",
    "haar_symplectic": "numerics.network.haar_matrix",
    "haar_unitary": "numerics.network.haar_matrix",
    "law_test": "numerics.statistics.distribution_test",
    "layer_normalised_mlp": "numerics.network.network",
    "network_field": "numerics.network.float_arithmetic",
    "network_in_order": "numerics.network.network",
    "one_block_noise": "numerics.correlation_band",
    "propose_gains": "numerics.batch_norm.gain_schedule",
    "read_batch": "numerics.batch_file",
    "state_chain": "numerics.network.gram_chain",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = lazy_face(__name__, _HOMES)
