"""Hypothesis strategies for the cases that claims quantify over. They shrink towards small integers and plain functions.

Everything drawn is exact: integers, fractions, activations as expressions. Hypothesis is imported when a strategy is built,
not with these modules.
"""

from proofs_check.strategies.gram import (
    gram_matrices,
    gram_matrices_far_from_isometry,
    gram_matrices_near_isometry,
    mean_field_steps,
    unit_gram_matrices,
)
from proofs_check.strategies.kernel import activations, polynomial_kernels
from proofs_check.strategies.network import networks
from proofs_check.strategies.number import correlation_gaps, correlations, depths, rationals, widths
from proofs_check.strategies.spectrum import partitions, spectra

__all__ = [
    "activations",
    "correlation_gaps",
    "correlations",
    "depths",
    "gram_matrices",
    "gram_matrices_far_from_isometry",
    "gram_matrices_near_isometry",
    "mean_field_steps",
    "networks",
    "partitions",
    "polynomial_kernels",
    "rationals",
    "spectra",
    "unit_gram_matrices",
    "widths",
]
