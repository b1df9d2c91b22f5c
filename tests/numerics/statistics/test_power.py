"""Power: the two-point law has the moments it should, and predictions move the right way."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.statistics.betting import Bet
from numerics.statistics.power import Spread, least, log_fortune, samples_to_win, smallest_deviation

FREE = (-math.inf, math.inf)


@settings(deadline=None, max_examples=200)
@given(mean=st.floats(-10, 10), sd=st.floats(0.01, 10), skewness=st.floats(-20, 20))
def test_the_two_point_law_has_the_given_mean_variance_and_skewness(mean, sd, skewness):
    points, probabilities = Spread(sd, skewness, FREE).two_point_law(mean)
    centred = points - mean
    assert math.isclose(probabilities.sum(), 1, rel_tol=1e-12)
    # means up to 10 against deviations down to 0.01/20: 5 digits of 16 are lost, three times over in the cube
    assert abs(probabilities @ centred) < 1e-10 * max(1, sd)
    assert math.isclose(probabilities @ centred**2, sd**2, rel_tol=1e-9)
    assert math.isclose(probabilities @ centred**3 / sd**3, skewness, rel_tol=1e-8, abs_tol=1e-8)


@settings(deadline=None, max_examples=100)
@given(p=st.floats(0.01, 0.99))
def test_a_bernoulli_law_is_its_own_two_point_law(p):
    sd = math.sqrt(p * (1 - p))
    points, probabilities = Spread(sd, (1 - 2 * p) / sd, (0.0, 1.0)).two_point_law(p)
    assert np.allclose(points, [0, 1], atol=1e-13)
    assert np.allclose(probabilities, [1 - p, p], atol=1e-12)


def test_a_law_that_does_not_fit_keeps_its_mean():
    points, probabilities = Spread(0.5, 0.0, (0.0, 1.0)).two_point_law(0.7)
    assert (points >= 0).all()
    assert (points <= 1).all()
    assert probabilities @ points == pytest.approx(0.7, rel=1e-15)


def test_half_power_of_a_coin_against_the_exact_rate():
    # After n tosses at half power the best stake earns n KL(p || c); the grid costs between 0 and log 12 + a tenth.
    p, c, n = 0.6, 0.5, 5000
    rate = p * math.log(p / c) + (1 - p) * math.log((1 - p) / (1 - c))
    fortune = log_fortune(
        Bet(c, 0.5, upward=True), n, Spread(math.sqrt(0.24), -0.2 / math.sqrt(0.24), (0.0, 1.0)), p, 0.5
    )
    assert 0.88 * n * rate - math.log(12) < fortune < n * rate


@pytest.mark.parametrize("upward", [True, False])
def test_samples_and_deviation_are_inverse_and_monotone(upward):
    bet, spread = Bet(0.0, 1.0, upward, 1.0), Spread(1.0, 2.0, FREE)
    sign = 1 if upward else -1
    needed = [samples_to_win(bet, 20.0, spread, sign * d, 0.9) for d in (0.4, 0.2, 0.1, 0.05)]
    assert needed == sorted(needed)
    for deviation, n in zip((0.4, 0.2, 0.1, 0.05), needed, strict=True):
        # one sample more or less moves the deviation by half its share
        assert smallest_deviation(bet, 20.0, spread, n, 0.9) == pytest.approx(deviation, rel=1 / n + 1e-6)
    assert samples_to_win(bet, 20.0, spread, -sign * 0.1, 0.9) == math.inf
    assert smallest_deviation(Bet(0.5, 0.5, upward), 20.0, Spread(0.5, 0.0, (0.0, 1.0)), 5, 0.9) == math.inf


def test_least_finds_the_boundary():
    assert least(lambda x: x >= 3.7, 1e-6, 1e9) == pytest.approx(3.7, rel=1e-9)
    assert least(lambda x: x > 0, 0.5, 2.0) == 0.5
    assert least(lambda x: x < 0, 0.5, 2.0) == math.inf


@pytest.mark.parametrize("mean", [0.1, 0.7, 0.7000000000000001, 0.3])
def test_probabilities_of_the_two_point_law_stay_probabilities(mean: float) -> None:
    """A mean at the end of the support may round beyond it; its share was then -4e-17, and roots of it warned."""
    for deviation in (1e-9, 0.2, 0.4):
        _, probabilities = Spread(deviation, 0.0, (0.1, 0.7)).two_point_law(mean)
        assert np.all((probabilities >= 0) & (probabilities <= 1))
