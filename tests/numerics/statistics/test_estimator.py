"""Estimates against known laws: bias and spread of many repetitions, in standard errors."""

from __future__ import annotations

import math

import numpy as np
import pytest

from numerics.campaign.random_streams import stream
from numerics.statistics.e_value import MeanTest
from numerics.statistics.estimator import (
    antithetic_mean,
    controlled_mean,
    geometric_mean,
    log_mean,
    mean,
    pooled_deviation,
)

REPEATS, N = 400, 500


def plain(rng):
    return mean(rng.lognormal(0, 0.5, N))


def mirrored(rng):
    z = rng.standard_normal(N)
    return antithetic_mean(np.exp(z / 2), np.exp(-z / 2))


def controlled(rng):
    z = rng.standard_normal(N)
    return controlled_mean(np.exp(z / 2), np.column_stack([z, z * z]), [0.0, 1.0])


def geometric(rng):
    return geometric_mean(np.exp(0.3 + rng.standard_normal(N) / 2))


def logarithmic(rng):
    return log_mean(700 + rng.standard_normal(N) / 2)


@pytest.mark.parametrize(
    ("estimate", "truth"),
    [
        (plain, math.exp(1 / 8)),
        (mirrored, math.exp(1 / 8)),
        (controlled, math.exp(1 / 8)),
        (geometric, math.exp(0.3)),
        (logarithmic, 700 + 1 / 8),
    ],
)
def test_estimates_hit_the_truth_and_know_their_error(estimate, truth):
    estimates = [estimate(stream(0, estimate.__name__, k)) for k in range(REPEATS)]
    values = np.array([e.value for e in estimates])
    errors = np.array([e.standard_error for e in estimates])
    spread = values.std(ddof=1)
    # bias of delta method and fitted controls: of relative order 1/N, a few percent of a standard error
    assert abs(values.mean() - truth) < 4.5 * spread / math.sqrt(REPEATS) + 0.1 * spread
    # the spread of 400 repetitions is known to 1/sqrt(800) = 3.5 %; 4.5 of these, and 3 % for its own bias
    assert math.sqrt((errors**2).mean()) == pytest.approx(spread, rel=0.19)
    assert {e.samples for e in estimates} == {N}


def test_pairs_and_controls_reduce_the_error():
    # exp(Z/2): the antithetic pair's variance is (Var + Cov)/2, relative (e^(1/4) - 1 + e^(-1/4) - 1)/2 = 0.0314
    rng = stream(1, "reduction")
    plain_error, pair_error, controlled_error = (
        estimate(rng).standard_error for estimate in (plain, mirrored, controlled)
    )
    relative = math.sqrt((math.expm1(0.25) + math.expm1(-0.25)) / 2 / math.expm1(0.25))
    assert pair_error / plain_error == pytest.approx(relative, rel=0.3)
    assert controlled_error < pair_error / 2


def test_the_standard_error_of_a_controlled_mean_is_that_of_the_regression():
    # against the textbook formula for one control, residual variance times (1/n + (mean C - c)**2 / S_cc)
    rng = stream(2, "regression")
    c = rng.standard_normal(30)
    y = 2 * c + rng.standard_normal(30)
    estimate = controlled_mean(y, c, 0.25)
    s_cc = ((c - c.mean()) ** 2).sum()
    slope = ((c - c.mean()) * y).sum() / s_cc
    value = y.mean() - slope * (c.mean() - 0.25)
    residual = y - value - slope * (c - 0.25)
    expected = math.sqrt((residual**2).sum() / 28 * (1 / 30 + (c.mean() - 0.25) ** 2 / s_cc))
    assert (estimate.value, estimate.standard_error) == (
        pytest.approx(value, rel=1e-12),
        pytest.approx(expected, rel=1e-12),
    )


def autoregression(rng, steps):
    """Y_k given the past: mean 0.9 Y_(k-1), variance 1 + Y_(k-1)**2 / 10."""
    path = [0.0]
    for _ in range(steps):
        path.append(0.9 * path[-1] + math.sqrt(1 + path[-1] ** 2 / 10) * rng.standard_normal())
    y = np.array(path)
    return y[1:], 0.9 * y[:-1], 1 + y[:-1] ** 2 / 10


def test_pooled_one_step_deviations_are_standard_although_the_path_is_dependent():
    deviations = [pooled_deviation(*autoregression(stream(3, "ar", k), 200)).z for k in range(400)]
    assert abs(np.mean(deviations)) < 4.5 / math.sqrt(400)
    assert np.var(deviations) == pytest.approx(1, abs=4.5 * math.sqrt(2 / 400))
    # a mutant: mean 0.88 in place of 0.9 shows, and its e-value refutes it without a limit theorem
    y, m, v = autoregression(stream(3, "long"), 8000)
    assert abs(pooled_deviation(y, m, v).z) < 5
    test = MeanTest.equal(0, variance=1.0)
    assert test.judge([test.tally((y - m) / np.sqrt(v))], 1e-6).verdict == "inconclusive"
    drifted = (y - m - 0.1) / np.sqrt(v)
    assert test.judge([test.tally(drifted)], 1e-6).verdict == "refuted"


def test_pooled_deviation_reports_a_dominating_step():
    pooled = pooled_deviation([3.0, 0.0], [0.0, 0.0], [8.0, 1.0])
    assert (pooled.z, pooled.steps, pooled.largest_share) == (1.0, 2, pytest.approx(8 / 9))
    assert "limit" in pooled.assumption


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mean([]), r"mean needs at least one sample"),
        (lambda: mean([math.nan]), r"finite samples"),
        (lambda: antithetic_mean([1.0, 2.0], [1.0]), r"halves of one size .* got 2, 1"),
        (lambda: controlled_mean([1.0, 2.0, 3.0], [1.0, 2.0], 0.0), r"controls of shape \(n, q\)"),
        (lambda: controlled_mean([1.0, 2.0, 3.0], [[1.0], [2.0], [math.inf]], 0.0), r"finite controls"),
        (lambda: controlled_mean([1.0, 2.0], [1.0, 2.0], 0.0), r"n > q \+ 1 .* got n=2 samples, q=1"),
        (lambda: controlled_mean([1.0, 2.0, 3.0], [1.0, 1.0, 1.0], 0.0), r"independent, varying controls"),
        (lambda: geometric_mean([1.0, 0.0]), r"positive samples .* got 0\.0"),
        (lambda: log_mean([math.inf]), r"log_mean needs finite samples"),
        (lambda: pooled_deviation([1.0], [0.0, 0.0], [1.0]), r"one mean and variance per step, got 1, 2, 1"),
        (lambda: pooled_deviation([1.0], [0.0], [0.0]), r"variances >= 0, not all zero"),
        (lambda: pooled_deviation([1.0], [0.0], [-1.0]), r"got a smallest of -1\.0"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
