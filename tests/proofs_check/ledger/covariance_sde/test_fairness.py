"""The fair-test rule: its inequality, the Edgeworth bias against exact laws, and bad input."""

from __future__ import annotations

import numpy as np
import pytest

from numerics.distribution_test import distance_radius
from proofs_check.ledger.covariance_sde.fairness import FALSE_ALARM, fair_law_samples, fair_mean_samples, log_norm_bias


@pytest.mark.parametrize("bias", [0.005, 0.02, 0.1])
def test_bias_and_noise_stay_below_the_radius(bias: float) -> None:
    samples = fair_law_samples(bias, 1e-8)
    assert distance_radius(1e-8, (samples,)) - bias >= distance_radius(FALSE_ALARM, (samples,))
    assert distance_radius(1e-8, (samples + 2,)) - bias < distance_radius(FALSE_ALARM, (samples + 2,)) + 1e-9


def test_published_bias_of_the_linear_network() -> None:
    """Exact Kolmogorov distances at n = d: n times them is .1798 (n = 25) to .1828 (n = 400)."""
    assert log_norm_bias(0.0, 1.0) == pytest.approx(400 * 0.000457, abs=1e-3)


def test_edgeworth_bias_against_many_samples() -> None:
    """(1, -1) at n = d = 50: .0396 over 40 000 samples in the document; radius at 1e-3 is .0097."""
    assert log_norm_bias(4.0, 1.0) / 50 == pytest.approx(0.0396, abs=0.0097 + 0.01)
    from scipy.special import ndtr

    from numerics.covariance_paths import log_norm_chain
    from theory.activation.shaping import ShapedRelu

    samples = np.sort(
        log_norm_chain(float(ShapedRelu(1, -1, 100).delta), 100, 100, np.random.default_rng(0), repeats=20_000)
    )
    distance = np.abs(ndtr((samples + 1) / np.sqrt(2)) - (np.arange(20_000) + 0.5) / 20_000).max()
    assert distance == pytest.approx(log_norm_bias(4.0, 1.0) / 100, abs=distance_radius(1e-6, (20_000,)))


def test_mean_rule_scales_with_the_signal() -> None:
    assert fair_mean_samples(0.01, 1.0, 1e-8) == pytest.approx(4 * fair_mean_samples(0.02, 1.0, 1e-8), rel=0.01)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: fair_law_samples(0.0, 1e-8), "bias > 0"),
        (lambda: fair_law_samples(0.1, 1e-3), "alpha < false_alarm"),
        (lambda: fair_mean_samples(-1.0, 1.0, 1e-8), "bias > 0"),
    ],
)
def test_bad_input(call: object, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        call()  # type: ignore[operator]
