"""Moments that add over shards, against exact rational arithmetic."""

from __future__ import annotations

import itertools
import math
import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.statistics.moments import Moments, checked_samples

SAMPLES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)


def exact(samples):
    values = [Fraction(x) for x in samples]
    mean = sum(values) / len(values)
    return mean, sum((x - mean) ** 2 for x in values), sum((x - mean) ** 3 for x in values)


@settings(deadline=None, max_examples=100)
@given(samples=SAMPLES, cuts=st.lists(st.integers(0, 40), max_size=3))
def test_any_grouping_gives_the_exact_moments(samples, cuts):
    edges = [0, *sorted(min(cut, len(samples)) for cut in cuts), len(samples)]
    parts = [samples[a:b] for a, b in itertools.pairwise(edges) if b > a]
    merged = Moments.merge(Moments.of(part) for part in parts)
    mean, squares, cubes = exact(samples)
    largest = max(abs(x) for x in samples)
    # 40 samples, some ten roundings each, relative to the largest possible terms
    assert merged.samples == len(samples)
    assert abs(merged.mean - mean) <= 1e-15 * largest
    assert abs(merged.squares - squares) <= 1e-13 * len(samples) * largest**2
    assert abs(merged.cubes - cubes) <= 1e-13 * len(samples) * largest**3


def test_digits_survive_a_large_offset():
    # The textbook formula sum(x**2) - n mean**2 loses everything here; ours keeps what means rounded to 1.2e-7 allow.
    samples = 1e9 + np.array([0.0, 1.0, 2.0, 4.0])
    moments = Moments.merge([Moments.of(samples[:1]), Moments.of(samples[1:])])
    _, squares, cubes = exact(samples)
    assert (moments.squares, moments.cubes) == (
        pytest.approx(float(squares), rel=1e-6),
        pytest.approx(float(cubes), rel=1e-6),
    )


def test_the_order_of_parts_does_not_change_a_bit():
    rng = np.random.default_rng(0)
    parts = [Moments.of(rng.lognormal(0, 3, 50)) for _ in range(200)]
    shuffled = parts.copy()
    random.Random(1).shuffle(shuffled)
    assert Moments.merge(parts) == Moments.merge(shuffled)


def test_variance_skewness_and_standard_error_of_a_known_sample():
    # 0, 0, 0, 1: mean 1/4, sum of squares 3/4, of cubes 27/64 - 3/64 = 3/8
    moments = Moments.of([0, 0, 0, 1])
    assert (moments.mean, moments.squares, moments.cubes) == (0.25, 0.75, 0.375)
    assert moments.variance == 0.25
    assert moments.standard_error == 0.25
    assert moments.skewness == pytest.approx(2 / math.sqrt(3), rel=1e-15)  # (1 - 2p)/sqrt(pq) at p = 1/4
    assert Moments.of([2.0]).variance == math.inf
    assert Moments.of([2.0, 2.0]).skewness == 0.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Moments.of([]), r"Moments\.of needs at least one sample"),
        (lambda: Moments.of([1.0, math.inf]), r"finite samples, got samples\[1\]=inf"),
        (lambda: Moments.merge([]), r"at least one part"),
        (lambda: checked_samples("f", [[1.0], [math.nan]]), r"f needs finite samples, got samples\[1\]=nan"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
