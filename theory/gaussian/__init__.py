"""Exact Gaussian expectations of activations: S(t) = E s(Z + t), moments, Hermite coefficients and kernel maps."""

from theory.gaussian.ball_evaluation import ball_evaluate
from theory.gaussian.bivariate import raw_kernel_map
from theory.gaussian.bivariate_normal import BivariateNormalCDF
from theory.gaussian.moments import (
    hermite_coefficient,
    hermite_coefficient_balls,
    hermite_coefficients,
    mean,
    second_moment,
)
from theory.gaussian.smoothing import smoothed

__all__ = [
    "BivariateNormalCDF",
    "ball_evaluate",
    "hermite_coefficient",
    "hermite_coefficient_balls",
    "hermite_coefficients",
    "mean",
    "raw_kernel_map",
    "second_moment",
    "smoothed",
]
