"""Chains of scalars: chi-square law, exact means and variances, agreement with neurons."""

from __future__ import annotations

import numpy as np
import pytest

from numerics.covariance_sde.chain import correlations, final_covariances
from numerics.covariance_sde.scalar_chain import linear_correlation_chain, log_norm_chain
from numerics.statistics.distribution_test import law_test
from theory.covariance_sde.linear_network import mean_log_norm, variance_log_norm

ALPHA = 1e-9
PAIR = [[1.0, 0.3], [0.3, 1.0]]


def within(samples: np.ndarray, mean: float, sigmas: float = 6.0) -> bool:
    """Six standard errors: a false alarm has probability 2e-9."""
    return bool(abs(samples.mean() - mean) < sigmas * samples.std() / np.sqrt(samples.size))


def test_log_norm_chain_has_the_chi_square_law() -> None:
    from scipy.stats import gamma

    width = 6
    samples = np.exp(log_norm_chain(0.0, width, 1, np.random.default_rng(2), repeats=20_000))
    assert law_test(samples, lambda x: gamma.cdf(x, width / 2, scale=2 / width), ALPHA).verdict != "refuted"
    deep = log_norm_chain(0.0, width, 7, np.random.default_rng(3), repeats=40_000)
    assert within(deep, 7 * float(mean_log_norm(width).value(15)))
    assert within((deep - deep.mean()) ** 2, 7 * float(variance_log_norm(width).value(15)))


def test_linear_correlations_by_scalars_and_by_neurons() -> None:
    from numerics.statistics.distribution_test import two_sample_law_test

    rng = np.random.default_rng(5)
    scalars = linear_correlation_chain(0.3, 7, 4, rng, repeats=4_000)
    rho = correlations(final_covariances(lambda x: x, PAIR, 7, 4, rng, repeats=4_000))
    assert two_sample_law_test(scalars, rho / np.sqrt(1 - rho**2), ALPHA).verdict != "refuted"


BAD = [
    (lambda g: log_norm_chain(2.0, 5, 5, g, repeats=1), r"delta in \[-1, 1\]"),
    (lambda g: linear_correlation_chain(1.0, 5, 5, g, repeats=1), r"rho in \(-1, 1\)"),
]


@pytest.mark.parametrize(("call", "match"), BAD)
def test_bad_input(call: object, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        call(np.random.default_rng(0))  # type: ignore[operator]
