"""Finite-size biases: Edgeworth against exact and published distances, derived means against networks, bad input."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from scipy.special import ndtr

from numerics.covariance_sde.finite_size import correlation_size, explosion_size, log_norm_size, stationary_mean_size
from numerics.covariance_sde.scalar_chain import log_norm_chain
from numerics.statistics.distribution_test import distance_radius
from theory.activation import catalogue
from theory.activation.shaping import ShapedRelu, SmoothShape


def test_published_bias_of_the_linear_network() -> None:
    """Exact Kolmogorov distances at n = d: n times them is .1798 (n = 25) to .1828 (n = 400)."""
    assert log_norm_size(0.0, 1.0).coefficient == pytest.approx(400 * 0.000457, abs=1e-3)


def test_edgeworth_bias_against_many_samples() -> None:
    """(1, -1) at n = d = 50: .0396 over 40 000 samples in the document; radius at 1e-3 is .0097."""
    assert log_norm_size(4.0, 1.0).bias(50) == pytest.approx(0.0396, abs=0.0097 + 0.01)
    delta, rng = float(ShapedRelu(1, -1, 100).delta), np.random.default_rng(0)
    samples = np.sort(log_norm_chain(delta, 100, 100, rng, repeats=20_000))
    distance = np.abs(ndtr((samples + 1) / np.sqrt(2)) - (np.arange(20_000) + 0.5) / 20_000).max()
    assert distance == pytest.approx(log_norm_size(4.0, 1.0).bias(100), abs=distance_radius(1e-6, (20_000,)))


@pytest.mark.parametrize("width", [50, 200])
def test_fair_size_grows_with_the_square_of_the_width(width: int) -> None:
    size = correlation_size(4.0, 0.3)
    assert size.fair_samples(2 * width, 1e-8) == pytest.approx(4 * size.fair_samples(width, 1e-8), rel=0.01)


def test_means_carry_their_deviation() -> None:
    tanh = SmoothShape.of(catalogue("tanh")[0], 1 / sp.sqrt(2), order=5)
    size = stationary_mean_size(tanh)
    assert (size.coefficient, size.deviation) == (0.5, pytest.approx(3**0.5 / 4))
    cubic = explosion_size(SmoothShape((0, 1, 0, 0)))
    chance = 1 - 2 / np.e  # P(Poisson(1) > 1)
    assert cubic.deviation == pytest.approx((chance * (1 - chance)) ** 0.5)
    assert cubic.coefficient < 0


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: log_norm_size(-1.0, 1.0), ValueError, "strength >= 0"),
        (lambda: log_norm_size(1.0, 0.0), ValueError, "time"),
        (lambda: correlation_size(9.0, 0.3), ValueError, "measured"),
        (lambda: correlation_size(1.0, 1.0), ValueError, "rho in"),
        (lambda: correlation_size(1.0, 0.0).bias(0), ValueError, "width >= 1"),
        (lambda: correlation_size(1.0, 0.0).bias(2.5), TypeError, "integer width"),
        (lambda: correlation_size(1.0, 0.0).fair_samples(9, 0.5), ValueError, "alpha < false_alarm"),
        (lambda: explosion_size(SmoothShape((0, -1, 0, 0))), ValueError, "b > 0"),
        (lambda: stationary_mean_size(SmoothShape((0, 1, 0, 0))), ValueError, "b < -1"),
    ],
)
def test_bad_input(call: object, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        call()  # type: ignore[operator]
