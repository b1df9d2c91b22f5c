"""Chains of finite networks against networks with weights, exact moments, and bad input."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from numerics.covariance_sde.chain import (
    correlations,
    covariance_chain,
    depth_of,
    final_covariances,
    norm_reaches,
    semidefinite_factor,
)
from numerics.covariance_sde.scalar_chain import log_norm_chain
from numerics.covariance_sde.shaped_activation import shaped_relu_map
from theory.activation.shaping import ShapedRelu

ALPHA = 1e-9
PAIR = [[1.0, 0.3], [0.3, 1.0]]


def within(samples: np.ndarray, mean: float, sigmas: float = 6.0) -> bool:
    """Six standard errors: a false alarm has probability 2e-9."""
    return bool(abs(samples.mean() - mean) < sigmas * samples.std() / np.sqrt(samples.size))


def test_factor_reproduces_singular_and_regular_matrices() -> None:
    rng = np.random.default_rng(0)
    batch = rng.standard_normal((50, 4, 3))
    for matrices in (batch @ batch.swapaxes(1, 2), np.ones((1, 3, 3)), np.diag([1.0, 0.0, 2.0])[None]):
        factor = semidefinite_factor(matrices)
        assert np.abs(factor @ factor.swapaxes(1, 2) - matrices).max() < 1e-7  # sqrt of rounding for rank 3 of 4


def test_chain_has_the_law_of_a_network_with_weights() -> None:
    """Second route: weight matrices drawn in full; two-sample Kolmogorov-Smirnov bound on rho after 5 layers."""
    from numerics.statistics.distribution_test import two_sample_law_test

    width, depth, count = 12, 5, 3_000
    phi, rng = shaped_relu_map(1.0, -1.0, width), np.random.default_rng(1)
    chain = correlations(final_covariances(phi, PAIR, width, depth, rng, repeats=count))
    x = np.zeros((count, width, 2))
    x[:, 0, 0] = 1
    x[:, :2, 1] = 0.3, np.sqrt(1 - 0.09)
    state = x * np.sqrt(width)
    for _ in range(depth):
        weights = rng.standard_normal((count, width, width)) / np.sqrt(width)
        state = phi(weights @ state)
    full = correlations(state.swapaxes(1, 2) @ state / width)
    assert two_sample_law_test(chain, full, ALPHA).verdict != "refuted"


def test_neurons_and_chi_squares_give_the_same_norms() -> None:
    """E R^2 = 1 + (2 + 3 delta^2)/n for both."""
    shape, rng = ShapedRelu(1, -1, 9), np.random.default_rng(4)
    expected = 1 + (2 + 3 * float(shape.delta) ** 2) / 9
    neurons = final_covariances(shaped_relu_map(1.0, -1.0, 9), [[1.0]], 9, 1, rng, repeats=40_000)[:, 0, 0]
    scalars = np.exp(log_norm_chain(float(shape.delta), 9, 1, rng, repeats=40_000))
    assert within(neurons**2, expected)
    assert within(scalars**2, expected)


BAD = [
    (lambda g: norm_reaches(np.tanh, 1.0, 5, g, level=1.0, floor=0.1, depth=5, repeats=5), "floor < start < level"),
    (lambda g: norm_reaches(np.tanh, 1.0, 5, g, level=2.0, floor=0.1, depth=0, repeats=5), "depth >= 1"),
    (lambda g: final_covariances(np.tanh, [[1.0, 2.0], [2.0, 1.0]], 5, 5, g), "positive semidefinite"),
    (lambda g: final_covariances(np.tanh, [[1.0, 0.2], [0.1, 1.0]], 5, 5, g), "symmetric"),
    (lambda g: final_covariances(np.tanh, [[0.0]], 5, 5, g), "positive variances"),
    (lambda g: next(covariance_chain(np.tanh, PAIR, 0, 5, g)), "width >= 1"),
    (lambda _: depth_of(10, Fraction(1, 3)), "whole number"),
]


@pytest.mark.parametrize(("call", "match"), BAD)
def test_bad_input(call: object, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        call(np.random.default_rng(0))  # type: ignore[operator]


def test_linear_norms_reach_a_level_like_a_martingale() -> None:
    """E V is conserved and V is followed to 0.01 or 8: P(reach) = (1 - E[V | low] P(low))/E[V | high], between the two bounds.

    The overshoot is at most a layer's ratio: at n = 60 below 2 except with probability 1e-6.
    """
    reached = norm_reaches(
        lambda x: x, 1.0, 60, np.random.default_rng(3), level=8.0, floor=0.01, depth=3_000, repeats=4_000
    )
    error = 6 * (reached.mean() / 4_000) ** 0.5
    assert (1 - 0.01) / 16 - error < reached.mean() < 1 / 8 + error


def test_reaching_agrees_with_the_chain() -> None:
    """Second route: the running maximum of V along the covariance chain, 4 standard errors of either."""
    phi, width = shaped_relu_map(1.0, -1.0, 20), 20
    rng = np.random.default_rng(4)
    path = np.array([v[:, 0, 0] for v in covariance_chain(phi, [[1.0]], width, 30, rng, repeats=4_000)])
    direct = norm_reaches(phi, 1.0, width, rng, level=3.0, floor=0.0, depth=30, repeats=4_000)
    share = (path.max(axis=0) >= 3).mean()
    assert abs(direct.mean() - share) < 4 * (2 * share / 4_000) ** 0.5
