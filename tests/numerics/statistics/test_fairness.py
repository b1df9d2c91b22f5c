"""The fair-test rule: its inequality, the test that grants a bias, and bad input."""

from __future__ import annotations

import math

import numpy as np
import pytest

from numerics.statistics.distribution_test import distance_radius, law_test
from numerics.statistics.fairness import FALSE_ALARM, fair_law_samples, fair_mean_samples, limit_law_test


def uniform(x: np.ndarray) -> np.ndarray:
    return np.clip(x, 0, 1)


@pytest.mark.parametrize("bias", [0.005, 0.02, 0.1])
def test_bias_and_noise_stay_below_the_radius(bias: float) -> None:
    samples = fair_law_samples(bias, 1e-8)
    assert distance_radius(1e-8, (samples,)) - bias >= distance_radius(FALSE_ALARM, (samples,))
    assert distance_radius(1e-8, (samples + 2,)) - bias < distance_radius(FALSE_ALARM, (samples + 2,)) + 1e-9


def test_mean_rule_scales_with_the_signal() -> None:
    assert fair_mean_samples(0.01, 1.0, 1e-8) == pytest.approx(4 * fair_mean_samples(0.02, 1.0, 1e-8), rel=0.01)


def test_mean_rule_is_the_gap_of_two_gaussian_tails() -> None:
    """S where the threshold of alpha minus the bias is the threshold of false_alarm, in standard errors."""
    samples = fair_mean_samples(0.05, 2.0, 1e-8)
    standard_error = 2.0 / samples**0.5
    room = (math.sqrt(2 * math.log(1e8)) - math.sqrt(2 * math.log(1e4))) * standard_error
    assert room == pytest.approx(0.05, rel=0.01)


def test_a_granted_bias_is_never_refuted() -> None:
    """Uniform to the power 1 + e lies within e/exp(1) + O(e^2) of uniform; half a million samples see it, and grant it."""
    y = np.random.default_rng(0).random(500_000) ** 1.02
    assert law_test(y, uniform, 1e-8).verdict == "refuted"
    granted = limit_law_test(y, uniform, 1e-8, bias=0.0075, delta=0.02)
    assert granted.verdict == "supported"
    assert limit_law_test(y, uniform, 1e-8, bias=0.001).verdict == "refuted"


def test_without_bias_it_is_the_law_test() -> None:
    y = np.random.default_rng(1).random(2_000) ** 1.3
    plain, granted = law_test(y, uniform, 1e-8), limit_law_test(y, uniform, 1e-8, bias=0.0)
    assert granted.verdict == plain.verdict == "refuted"
    assert granted.log_p == pytest.approx(plain.log_p)
    assert granted.resolution == plain.resolution


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: fair_law_samples(0.0, 1e-8), "bias > 0"),
        (lambda: fair_law_samples(0.1, 1e-3), "alpha < false_alarm"),
        (lambda: fair_mean_samples(-1.0, 1.0, 1e-8), "bias > 0"),
        (lambda: fair_mean_samples(1.0, 0.0, 1e-8), "deviation > 0"),
        (lambda: limit_law_test([0.5], uniform, 1e-8, bias=-0.1), "bias >= 0"),
    ],
)
def test_bad_input(call: object, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        call()  # type: ignore[operator]
