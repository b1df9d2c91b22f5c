"""Euler paths against laws and invariants of the SDE."""

from __future__ import annotations

import numpy as np
import pytest

from numerics.covariance_sde.chain import correlations
from numerics.covariance_sde.fokker_planck import transition_law
from numerics.covariance_sde.paths import artanh_drift, euler_covariance, euler_log_norm, euler_unit_noise
from numerics.statistics.distribution_test import law_test

ALPHA = 1e-9
PAIR = [[1.0, 0.3], [0.3, 1.0]]


def within(samples: np.ndarray, mean: float, sigmas: float = 6.0) -> bool:
    """Six standard errors: a false alarm has probability 2e-9."""
    return bool(abs(samples.mean() - mean) < sigmas * samples.std() / np.sqrt(samples.size))


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
    (lambda g: euler_covariance(np.zeros_like, [[1.0, 2.0], [2.0, 1.0]], 1.0, 5, g, paths=1), "positive semidefinite"),
    (lambda g: euler_log_norm(-1.0, 0.0, 1.0, 5, g, paths=1), "0 < start"),
    (lambda g: euler_log_norm(1.0, 1.0, 1.0, 5, g, paths=1), "finite level"),
    (lambda g: euler_unit_noise(np.tanh, 0.0, 0.0, 5, g, paths=1), "time"),
    (lambda _: artanh_drift(-1.0), "strength >= 0"),
]


@pytest.mark.parametrize(("call", "match"), BAD)
def test_bad_input(call: object, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        call(np.random.default_rng(0))  # type: ignore[operator]
