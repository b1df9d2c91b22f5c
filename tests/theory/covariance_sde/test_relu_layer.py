"""Exact moments of one relu layer at finite width: digits, the delta method's limit, sampling, and bad input."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from theory.covariance_sde.relu_layer import gap_ratio_moments
from theory.covariance_sde.shaped_relu import mean_correlation
from theory.covariance_sde.unshaped import delta_method_bias, delta_method_variance

ONE = sp.Integer(1)


def test_two_accuracies_agree() -> None:
    low, high = (gap_ratio_moments(Fraction(1, 1000), 100, digits) for digits in (6, 12))
    assert abs(low[0] - high[0]) < 1e-8
    assert abs(low[1] - high[1]) < 1e-6


def test_delta_method_is_the_limit() -> None:
    """n (E u'/u - (1-K)/u) = bias/u + c/n + O(n^-2): Richardson over n = 100, 200 leaves O(n^-2), and likewise the variance."""
    gap = Fraction(1, 10)
    rho = 1 - sp.Rational(1, 10)
    kernel = float((1 - mean_correlation(rho, ONE)) * 10)
    means, variances = zip(*(gap_ratio_moments(gap, n) for n in (100, 200)), strict=True)
    found = [n * (float(mean) - kernel) for n, mean in zip((100, 200), means, strict=True)]
    assert 2 * found[1] - found[0] == pytest.approx(float(-delta_method_bias(rho, ONE) * 10), abs=20 / 100**2)
    spread = [n * float(variance) for n, variance in zip((100, 200), variances, strict=True)]
    assert 2 * spread[1] - spread[0] == pytest.approx(float(delta_method_variance(rho, ONE) * 100), abs=200 / 100**2)
    assert abs(found[1] - found[0]) > 0.01  # the order 1/n that Richardson removes is there


def test_against_layers() -> None:
    """Six standard errors over 20 000 layers of width 50 from rho = 1/2."""
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((2, 20_000, 50))
    a, b = np.maximum(x, 0), np.maximum(x / 2 + np.sqrt(0.75) * w, 0)
    rho = (a * b).sum(axis=1) / np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    ratio = (1 - rho) * 2
    mean, variance = (float(moment) for moment in gap_ratio_moments(Fraction(1, 2), 50))
    assert abs(ratio.mean() - mean) < 6 * ratio.std() / 20_000**0.5
    squares = (ratio - mean) ** 2
    assert abs(squares.mean() - variance) < 6 * squares.std() / 20_000**0.5


@pytest.mark.parametrize(
    ("gap", "width", "match"), [(Fraction(0), 100, "gap"), (Fraction(2), 100, "gap"), (Fraction(1, 2), 12, "width")]
)
def test_bad_input(gap: Fraction, width: int, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        gap_ratio_moments(gap, width)
