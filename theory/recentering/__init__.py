"""Batch normalisation taken apart: recentring, rescaling and an activation acting on the Gram matrix of a batch."""

from theory.recentering.cluster_growth import rescaled_growth, saturation_angle, spread_growth
from theory.recentering.cluster_odd_family import ClusterOddFamily
from theory.recentering.family_fixed_point import FamilyFixedPoint, family_fixed_points
from theory.recentering.gram_recursion import mean_field_layer, recentred
from theory.recentering.homogeneous_kernel import HomogeneousKernel
from theory.recentering.invariant_configuration import InvariantConfiguration, degenerate_probability
from theory.recentering.linearisation import Spectrum, spectrum_at
from theory.recentering.orthogonality_gap import gap_contraction, gap_innovation, stationary_gap
from theory.recentering.rank import RankedBatch, rank_two_probability
from theory.recentering.symmetric_point import rescaling_factor, symmetric_cosine, symmetric_eigenvalues

__all__ = [
    "ClusterOddFamily",
    "FamilyFixedPoint",
    "HomogeneousKernel",
    "InvariantConfiguration",
    "RankedBatch",
    "Spectrum",
    "degenerate_probability",
    "family_fixed_points",
    "gap_contraction",
    "gap_innovation",
    "mean_field_layer",
    "rank_two_probability",
    "recentred",
    "rescaled_growth",
    "rescaling_factor",
    "saturation_angle",
    "spectrum_at",
    "spread_growth",
    "stationary_gap",
    "symmetric_cosine",
    "symmetric_eigenvalues",
]
