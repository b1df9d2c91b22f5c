"""Exact-in-law chains against exact moments, a plain network with weights, and each other; Euler paths against laws."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from numerics.covariance_paths import (
    artanh_drift,
    correlations,
    covariance_chain,
    depth_of,
    euler_covariance,
    euler_log_norm,
    euler_unit_noise,
    final_covariances,
    linear_correlation_chain,
    log_norm_chain,
    neuron_products,
    semidefinite_factor,
    shaped_relu_map,
    smooth_map,
)
from numerics.distribution_test import law_test
from numerics.fokker_planck import transition_law
from theory.activation.shaping import ShapedRelu
from theory.covariance_sde.linear_network import mean_log_norm, variance_log_norm

ALPHA = 1e-9
PAIR = [[1.0, 0.3], [0.3, 1.0]]


def within(samples: np.ndarray, mean: float, sigmas: float = 6.0) -> bool:
    """Six standard errors: a false alarm has probability 2e-9."""
    return bool(abs(samples.mean() - mean) < sigmas * samples.std() / np.sqrt(samples.size))


def test_activations_are_normalised_by_quadrature() -> None:
    nodes, weights = np.polynomial.hermite_e.hermegauss(200)
    for phi in (smooth_map("tanh", 0.5, 4), smooth_map("x + x**2/2", 1.0, 9)):
        assert float(weights @ phi(nodes) ** 2) / np.sqrt(2 * np.pi) == pytest.approx(1, abs=1e-9)
    relu = shaped_relu_map(3.0, -2.0, 16)(nodes)  # even and odd part: 200 nodes integrate squares of each exactly
    assert float(weights @ relu**2) / np.sqrt(2 * np.pi) == pytest.approx(1, abs=1e-12)


def test_factor_reproduces_singular_and_regular_matrices() -> None:
    rng = np.random.default_rng(0)
    batch = rng.standard_normal((50, 4, 3))
    for matrices in (batch @ batch.swapaxes(1, 2), np.ones((1, 3, 3)), np.diag([1.0, 0.0, 2.0])[None]):
        factor = semidefinite_factor(matrices)
        assert np.abs(factor @ factor.swapaxes(1, 2) - matrices).max() < 1e-7  # sqrt of rounding for rank 3 of 4


def test_chain_has_the_law_of_a_network_with_weights() -> None:
    """Second route: weight matrices drawn in full; two-sample Kolmogorov-Smirnov bound on rho after 5 layers."""
    from numerics.distribution_test import two_sample_law_test

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


def test_log_norm_chain_has_the_chi_square_law() -> None:
    from scipy.stats import gamma

    width = 6
    samples = np.exp(log_norm_chain(0.0, width, 1, np.random.default_rng(2), repeats=20_000))
    assert law_test(samples, lambda x: gamma.cdf(x, width / 2, scale=2 / width), ALPHA).verdict != "refuted"
    deep = log_norm_chain(0.0, width, 7, np.random.default_rng(3), repeats=40_000)
    assert within(deep, 7 * float(mean_log_norm(width).value(15)))
    assert within((deep - deep.mean()) ** 2, 7 * float(variance_log_norm(width).value(15)))


def test_neurons_and_chi_squares_give_the_same_norms() -> None:
    """E R^2 = 1 + (2 + 3 delta^2)/n for both."""
    shape, rng = ShapedRelu(1, -1, 9), np.random.default_rng(4)
    expected = 1 + (2 + 3 * float(shape.delta) ** 2) / 9
    neurons = final_covariances(shaped_relu_map(1.0, -1.0, 9), [[1.0]], 9, 1, rng, repeats=40_000)[:, 0, 0]
    scalars = np.exp(log_norm_chain(float(shape.delta), 9, 1, rng, repeats=40_000))
    assert within(neurons**2, expected)
    assert within(scalars**2, expected)


def test_linear_correlations_by_scalars_and_by_neurons() -> None:
    from numerics.distribution_test import two_sample_law_test

    rng = np.random.default_rng(5)
    scalars = linear_correlation_chain(0.3, 7, 4, rng, repeats=4_000)
    rho = correlations(final_covariances(lambda x: x, PAIR, 7, 4, rng, repeats=4_000))
    assert two_sample_law_test(scalars, rho / np.sqrt(1 - rho**2), ALPHA).verdict != "refuted"


def test_variance_reduction_keeps_the_mean() -> None:
    """The reduced draws have mean kappa g(rho), and much less variance."""
    phi, rng = shaped_relu_map(1.0, -1.0, 100), np.random.default_rng(6)
    shape = ShapedRelu(1, -1, 100)
    expected = float(shape.kappa) * (np.sqrt(1 - 0.09) - 0.3 * np.arccos(0.3)) / np.pi
    plain = neuron_products(phi, 0.3, rng, 400_000, antithetic=False, control=False)
    reduced = neuron_products(phi, 0.3, rng, 400_000)
    assert within(plain, expected)
    assert within(reduced, expected)
    assert reduced.var() < plain.var() / 5_000


@pytest.mark.parametrize("strength", [0.0, 4.0])
def test_euler_and_fokker_planck_agree(strength: float) -> None:
    """4 000 paths: radius .05; the weak error at step 1/200 is a tenth of that."""
    drift = artanh_drift(strength)
    paths = euler_unit_noise(drift, 0.3, 1.0, 200, np.random.default_rng(7), paths=4_000)
    assert law_test(paths, transition_law(drift, 0.3, 1.0).distribution_function, ALPHA).verdict != "refuted"


def test_matrix_sde_of_the_linear_network_conserves_means_and_angles() -> None:
    end = euler_covariance(np.zeros_like, PAIR, 0.5, 100, np.random.default_rng(8), paths=20_000)
    assert within(end[:, 0, 1], 0.3)
    assert within(np.arcsin(correlations(end)), np.arcsin(0.3), sigmas=7)  # weak error of order 1/100 besides


def test_norm_paths_reach_the_stationary_gamma_law() -> None:
    from scipy.stats import gamma

    end, reached = euler_log_norm(-4.0, 0.75, 3.0, 600, np.random.default_rng(9), paths=4_000)
    assert not reached.any()
    assert law_test(end, lambda v: gamma.cdf(v, 3, scale=0.25), ALPHA).verdict != "refuted"


def test_drift_is_continuous_where_its_series_takes_over() -> None:
    below, above = artanh_drift(4.0)(np.array([6.0 - 1e-9, 6.0 + 1e-9]))
    assert abs(below - above) < 1e-9


BAD = [
    (lambda _: shaped_relu_map(-10.0, -10.0, 100), r"s_\+\^2"),
    (lambda _: shaped_relu_map(1.0, 0.0, 10, exponent=0.0), "exponent > 0"),
    (lambda _: smooth_map("sigmoid", 1.0, 10), r"phi\(0\) = 0"),
    (lambda _: smooth_map("tanh", -1.0, 10), "scale > 0"),
    (lambda g: final_covariances(np.tanh, [[1.0, 2.0], [2.0, 1.0]], 5, 5, g), "positive semidefinite"),
    (lambda g: final_covariances(np.tanh, [[1.0, 0.2], [0.1, 1.0]], 5, 5, g), "symmetric"),
    (lambda g: final_covariances(np.tanh, [[0.0]], 5, 5, g), "positive variances"),
    (lambda g: next(covariance_chain(np.tanh, PAIR, 0, 5, g)), "width >= 1"),
    (lambda g: neuron_products(np.tanh, 1.5, g, 5), r"rho in \[-1, 1\]"),
    (lambda g: log_norm_chain(2.0, 5, 5, g, repeats=1), r"delta in \[-1, 1\]"),
    (lambda g: linear_correlation_chain(1.0, 5, 5, g, repeats=1), r"rho in \(-1, 1\)"),
    (lambda g: euler_log_norm(1.0, 1.0, 1.0, 5, g, paths=1), "finite level"),
    (lambda g: euler_unit_noise(np.tanh, 0.0, 0.0, 5, g, paths=1), "time"),
    (lambda _: artanh_drift(-1.0), "strength >= 0"),
    (lambda _: depth_of(10, Fraction(1, 3)), "whole number"),
]


@pytest.mark.parametrize(("call", "match"), BAD)
def test_bad_input(call: object, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        call(np.random.default_rng(0))  # type: ignore[operator]
