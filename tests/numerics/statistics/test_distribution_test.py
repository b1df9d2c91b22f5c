"""Law tests against exact laws of the statistic, brute force, and simulation."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.campaign.random_streams import stream
from numerics.statistics.distribution_test import (
    distance_radius,
    law_test,
    log_p_bound,
    samples_to_refute_law,
    two_sample_law_test,
)


def uniform(x: np.ndarray) -> np.ndarray:
    return np.clip(x, 0.0, 1.0)


@pytest.mark.parametrize("n", [1, 3, 5])
def test_two_sample_bound_against_every_arrangement(n):
    # Under equality all C(2n, n) orders are equally likely: the exact law of D by counting.
    largest = []
    for chosen in itertools.combinations(range(2 * n), n):
        steps = np.full(2 * n, -1)
        steps[list(chosen)] = 1
        largest.append(abs(np.cumsum(steps)).max())
    for k in range(1, n + 1):
        exact = np.mean(np.array(largest) >= k)
        bound = math.exp(log_p_bound(k / n, (n, n)))
        assert exact <= bound + 1e-12
        if 2 * k > n:
            assert bound == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize(("n", "distance"), [(10, 0.5), (100, 0.2), (1000, 0.05), (1000, 0.1)])
def test_one_sample_bound_against_the_exact_law(n, distance):
    from scipy.stats import kstwo

    exact = kstwo.logsf(distance, n)
    # A bound, and with 1 in place of Massart's constant 2 it would be none.
    assert log_p_bound(distance, (n,)) - math.log(2) < exact <= log_p_bound(distance, (n,))


@pytest.mark.parametrize(("n", "m"), [(20, 30), (50, 50), (100, 300)])
def test_two_sample_bound_against_an_exact_p_value(n, m):
    from scipy.stats import ks_2samp

    y, z = stream(0, "p", n).random(n), stream(0, "q", m).random(m) ** 1.8
    reference = ks_2samp(y, z, method="exact")
    evidence = two_sample_law_test(y, z, 0.01)
    assert evidence.distance == pytest.approx(reference.statistic, rel=1e-12)
    assert math.log(reference.pvalue) <= evidence.log_p + 1e-9


@settings(deadline=None, max_examples=60)
@given(values=st.lists(st.integers(-3, 3), min_size=1, max_size=30), p=st.floats(0.1, 0.9))
def test_distance_to_a_law_with_atoms_is_the_supremum(values, p):
    def cdf(x: np.ndarray) -> np.ndarray:  # atoms of p at -1 and 1 - p at 2
        return np.where(x < -1, 0.0, np.where(x < 2, p, 1.0))

    y = np.array(values, dtype=float)
    grid = np.arange(-4, 4.25, 0.25)  # between the atoms nothing changes
    brute = max(abs((y <= x).mean() - cdf(x)) for x in grid)
    assert law_test(y, cdf, 0.5).distance == pytest.approx(brute, abs=1e-12)


@settings(deadline=None, max_examples=60)
@given(
    first=st.lists(st.integers(0, 6), min_size=1, max_size=20),
    second=st.lists(st.integers(0, 6), min_size=1, max_size=20),
)
def test_distance_of_two_samples_with_ties_is_the_supremum(first, second):
    y, z = np.array(first), np.array(second)
    brute = max(abs((y <= x).mean() - (z <= x).mean()) for x in range(7))
    evidence = two_sample_law_test(y, z, 0.5)
    assert evidence.distance == pytest.approx(brute, abs=1e-12)
    assert two_sample_law_test(z, y, 0.5).distance == evidence.distance


def test_a_true_law_is_supported_and_mutants_refuted():
    y = stream(3, "law").exponential(size=50_000)
    radius = distance_radius(1e-8, (y.size,))
    true = law_test(y, lambda x: -np.expm1(-np.maximum(x, 0)), 1e-8, delta=2 * radius)
    assert true.verdict == "supported"
    assert true.distance + true.radius <= 2 * radius
    assert law_test(y, lambda x: -np.expm1(-np.maximum(x, 0)), 1e-8, delta=radius / 2).verdict == "inconclusive"
    # sup |exp(-x) - exp(-1.1 x)| = 0.035 at x = 10 log 1.1, above the resolution
    mutant = law_test(y, lambda x: -np.expm1(-1.1 * np.maximum(x, 0)), 1e-8)
    assert (mutant.verdict, mutant.resolution < 0.035) == ("refuted", True)
    assert abs(mutant.where - 10 * math.log(1.1)) < 0.5


def test_poisson_counts_against_their_law():
    y = stream(3, "poisson").poisson(2.0, 20_000)

    def cdf(rate: float):
        steps = np.cumsum([math.exp(-rate) * rate**k / math.factorial(k) for k in range(40)])
        return lambda x: np.where(x < 0, 0.0, steps[np.clip(np.floor(x), 0, 39).astype(int)])

    assert law_test(y, cdf(2.0), 1e-6, delta=0.05).verdict == "supported"
    assert law_test(y, cdf(2.2), 1e-6).verdict == "refuted"


def test_false_alarms_and_power_are_as_stated():
    alpha, n, runs = 0.05, 200, 4000
    samples = stream(8, "alarms").random((runs, n))
    false = np.mean([law_test(y, uniform, alpha).verdict == "refuted" for y in samples[:2000]])
    assert false <= alpha + 4 * math.sqrt(alpha * (1 - alpha) / 2000)
    resolution = law_test(samples[0], uniform, alpha).resolution
    # a uniform law shifted by r lies at Kolmogorov distance r
    found = np.mean([law_test(y + resolution, uniform, alpha).verdict == "refuted" for y in samples[2000:3000]])
    assert found >= 0.9
    pairs = [
        two_sample_law_test(a, b, alpha).verdict == "refuted"
        for a, b in zip(samples[:2000], samples[2000:], strict=True)
    ]
    assert np.mean(pairs) <= alpha + 4 * math.sqrt(alpha * (1 - alpha) / 2000)
    resolution = two_sample_law_test(samples[0], samples[1], alpha).resolution
    pairs = [
        two_sample_law_test(a, b + resolution, alpha).verdict == "refuted"
        for a, b in zip(samples[:500], samples[500:1000], strict=True)
    ]
    assert np.mean(pairs) >= 0.9


@pytest.mark.parametrize(("distance", "half"), [(0.1, 956), (0.05, 3823), (0.02, 23_890), (0.01, 95_570)])
def test_samples_needed_are_those_of_the_inequality(distance, half):
    # 50 % power by the formula 2 exp(-2 n D**2) = 1e-8; ours adds what guarantees the power
    n = samples_to_refute_law(distance, 1e-8, power=0.5)
    assert half <= n == math.ceil((math.sqrt(math.log(2e8) / 2) + math.sqrt(math.log(2) / 2)) ** 2 / distance**2)
    two = samples_to_refute_law(distance, 1e-8, two_samples=True, power=0.5)
    assert two == pytest.approx(2 * n, rel=0.01)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: law_test([], uniform, 0.1), r"at least one sample"),
        (lambda: law_test([math.inf], uniform, 0.1), r"finite samples"),
        (lambda: law_test([0.5], uniform, 1.0), r"0 < alpha < 1 .* got alpha=1\.0"),
        (lambda: law_test([0.5], uniform, 0.1, delta=1.0), r"got delta=1\.0"),
        (lambda: law_test([0.5], uniform, 0.1, power=0.0), r"got power=0\.0"),
        (lambda: law_test([0.5], lambda x: x + 1, 0.1), r"values in \[0, 1\]"),
        (lambda: law_test([0.5], lambda x: x * math.nan, 0.1), r"values in \[0, 1\]"),
        (lambda: law_test([0.1, 0.9], lambda x: 1 - x, 0.1), r"increasing distribution function"),
        (lambda: law_test([0.1, 0.9], np.mean, 0.1), r"got shape \(\) for \(2,\)"),
        (lambda: two_sample_law_test([0.5], [math.nan], 0.1), r"two_sample_law_test needs finite samples"),
        (lambda: samples_to_refute_law(0.0, 0.1), r"0 < distance <= 1"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("sizes", [(400,), (400, 900), (50, 50)])
def test_each_of_two_samples_may_fail_with_half_of_alpha(sizes):
    """Massart: P(sup |F_n - F| > r) <= 2 exp(-2 n r^2), for each sample with its part of alpha; the radii add."""
    alpha = 1e-6
    radii = [math.sqrt(math.log(2 * len(sizes) / alpha) / (2 * n)) for n in sizes]
    assert distance_radius(alpha, sizes) == pytest.approx(sum(radii), rel=1e-14)
