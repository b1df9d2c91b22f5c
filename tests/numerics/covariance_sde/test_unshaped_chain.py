"""Gaps through unshaped relu: exact one-step moments, the surrogate's moments, and which extra drift networks show."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from numerics.covariance_sde.unshaped_chain import gap_chain, relative_moments, surrogate_chain
from numerics.statistics.distribution_test import two_sample_law_test
from theory.covariance_sde.relu_layer import gap_ratio_moments


def test_one_layer_has_the_exact_mean() -> None:
    ratio = gap_chain(1e-3, 60, 1, np.random.default_rng(0), repeats=20_000) / 1e-3
    mean = float(gap_ratio_moments(Fraction(1, 1000), 60, 6)[0])
    assert abs(ratio.mean() - mean) < 6 * ratio.std() / 20_000**0.5


def test_surrogate_step_has_the_stated_moments() -> None:
    kernel, bias, variance = (float(f(np.array([1e-3]))[0]) for f in relative_moments())
    ratio = surrogate_chain(1e-3, 100, 1, np.random.default_rng(1), repeats=40_000) / 1e-3
    assert abs(ratio.mean() - kernel - bias / 100) < 6 * ratio.std() / 200
    assert ratio.var() == pytest.approx(variance / 100, rel=0.1)  # 6 standard errors of a log-normal's variance: .05


def test_series_meet_the_closed_forms() -> None:
    """Both forms at u = 1/100, where one takes over: w^8 terms over w^4 leave a relative 1e-4 at most."""
    for moment in relative_moments():
        below, above = moment(np.array([0.01 - 1e-9, 0.01]))
        assert below == pytest.approx(above, rel=1e-4)


@pytest.mark.slow
def test_networks_show_the_extra_drift() -> None:
    """log u at n = d = 64: distance .094 from the surrogate with +2q over 4 000 networks, .22 without, .5 with -2q."""
    rng = np.random.default_rng(2)
    networks = np.log(gap_chain(0.7, 64, 64, rng, repeats=1_500))
    distances = [
        two_sample_law_test(
            networks, np.log(surrogate_chain(0.7, 64, 64, rng, repeats=6_000, extra=extra)), 1e-9
        ).distance
        for extra in (2.0, 0.0, -2.0)
    ]
    assert distances[0] < 0.15 < distances[1] < distances[2]


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda g: gap_chain(0.0, 50, 5, g, repeats=1), "0 < gap < 2"),
        (lambda g: gap_chain(0.5, 10, 5, g, repeats=1), "width >= 40"),
        (lambda g: surrogate_chain(0.5, 50, 5, g, repeats=1, squared_noise=0.0), "squared_noise > 0"),
    ],
)
def test_bad_input(call: object, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        call(np.random.default_rng(0))  # type: ignore[operator]
