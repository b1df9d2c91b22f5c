"""Fair games: a fortune is a product, and its expectation under the belief is at most 1."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp

from numerics.statistics.betting import Bet, log_mean_exp, stake_scale

UNIT = st.floats(0.01, 0.99)


def factors(bet: Bet, points: list[float]) -> np.ndarray:
    """exp(log fortune) after one sample, for each point: shape (points, 12)."""
    return np.exp([bet.log_capitals(np.array([point])) for point in points])


@settings(deadline=None, max_examples=100)
@given(p=UNIT, centre=UNIT, upward=st.booleans())
def test_a_bounded_game_has_the_expectation_one_plus_stake_times_advantage(p, centre, upward):
    bet = Bet(centre, stake_scale(centre, upward, (0.0, 1.0), None), upward)
    expected = np.array([1 - p, p]) @ factors(bet, [0.0, 1.0])
    sign = 1 if upward else -1
    # a factor is at most 1 + 0.75/0.01, its logarithm is rounded to 4e-16 of at most 5
    assert np.allclose(expected, 1 + sign * bet.stakes * (p - centre), rtol=1e-14, atol=1e-13)


@settings(deadline=None, max_examples=100)
@given(p=UNIT, low=st.floats(-5, 5), gap=st.floats(0.1, 30), shift=st.floats(0, 20), upward=st.booleans())
def test_a_catoni_game_is_never_favourable_when_mean_and_variance_are_as_believed(p, low, gap, shift, upward):
    points = [low, low + gap]
    mean, variance = low + p * gap, p * (1 - p) * gap**2
    centre = mean + shift if upward else mean - shift  # the mean lies on the believed side, by any distance
    bet = Bet(centre, math.sqrt(variance), upward, variance)
    assert (np.array([1 - p, p]) @ factors(bet, points) <= 1 + 1e-12).all()


def test_a_catoni_game_with_too_small_a_variance_bound_is_favourable():
    # the mutant of the test above: it can fail
    bet = Bet(0.0, 1.0, upward=True, variance=0.5)
    assert (np.array([0.5, 0.5]) @ factors(bet, [-1.0, 1.0])).max() > 1.01


@pytest.mark.parametrize("n", [1, 15, 16, 17, 1000])
@pytest.mark.parametrize("upward", [True, False])
def test_fortunes_agree_with_thirty_digits(n, upward):
    y = np.random.default_rng(n).beta(2, 5, n)
    bet = Bet(0.3, 0.3 if upward else 0.7, upward)
    catoni = Bet(0.3, 0.2, upward, 0.04)
    sign = 1 if upward else -1
    with mp.workdps(30):
        for k in (0, 5, 11):
            stake = mp.mpf(float(bet.stakes[k]))
            exact = mp.fsum(mp.log(1 + sign * stake * (mp.mpf(float(x)) - mp.mpf(bet.centre))) for x in y)
            # the proven bound of the module: 4e-16 nats a sample, and the rounding of the sum itself
            assert abs(exact - float(bet.log_capitals(y)[k])) < 4e-16 * n * max(1, abs(float(exact)))
            stake = mp.mpf(float(catoni.stakes[k]))
            wins = [sign * stake * (mp.mpf(float(x)) - mp.mpf(catoni.centre)) for x in y]
            exact = (
                mp.fsum(mp.sign(w) * mp.log(1 + abs(w) + w * w / 2) for w in wins) - n * stake**2 * mp.mpf("0.04") / 2
            )
            assert abs(exact - float(catoni.log_capitals(y)[k])) < 8e-16 * n * max(1, abs(float(exact)))


def test_products_that_overflow_fall_back_to_logarithms():
    y = np.full(40, 1e300)
    bet = Bet(1.0, 1.0, upward=True)
    assert np.allclose(bet.log_capitals(y), 40 * np.log(bet.stakes * 1e300), rtol=1e-14)
    catoni = Bet(0.0, 1.0, upward=True, variance=1.0)
    assert np.isfinite(catoni.log_capitals(np.array([1e308, -1e308, 1e200]))).all()


@settings(deadline=None, max_examples=50)
@given(logs=st.lists(st.floats(-700, 700), min_size=1, max_size=24))
def test_log_mean_exp_lies_between_mean_and_largest(logs):
    value = float(log_mean_exp(np.array(logs)))
    assert np.mean(logs) - 1e-9 <= value <= max(logs) + 1e-9  # Jensen; 1e-9 covers rounding at 700
    assert value >= max(logs) - math.log(len(logs)) - 1e-9
