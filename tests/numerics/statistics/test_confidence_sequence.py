"""Confidence sequences: the mixture integrated anew, scale, and how often a band is left."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from numerics.statistics.confidence_sequence import half_width


@pytest.mark.parametrize("samples", [1, 30, 1000, 50_000])
@pytest.mark.parametrize("alpha", [0.05, 1e-9], ids=["wide", "narrow"])
def test_at_the_edge_the_mixed_fortune_is_one_over_alpha(samples: int, alpha: float) -> None:
    width, sharpest = 3.0, 1000
    nats = 2 * math.log(1 / alpha)
    precision = sharpest * width**2 / 4 / (nats + math.log1p(nats))
    excess = samples * float(half_width([samples], width, alpha, sharpest)[0])
    variance = samples * width**2 / 4
    peak = excess / (variance + precision)
    spread = 1 / math.sqrt(variance + precision)

    def fortune(bet: mpmath.mpf) -> mpmath.mpf:
        weight = mpmath.sqrt(precision / (2 * mpmath.pi)) * mpmath.exp(-precision * bet**2 / 2)
        return weight * mpmath.exp(bet * excess - bet**2 * variance / 2)

    places = [peak + k * spread for k in range(-12, 13, 3)]
    assert float(mpmath.quad(fortune, places) * alpha) == pytest.approx(1, abs=1e-6)


def test_the_width_scales_and_shrinks() -> None:
    sizes = [10, 100, 1000, 10_000]
    narrow, wide = (half_width(sizes, width, 0.01, 1000) for width in (1.0, 2.5))
    assert wide == pytest.approx(2.5 * narrow)
    assert (np.diff(narrow) < 0).all()


def test_it_is_left_anywhere_no_more_often_than_it_says() -> None:
    rng, runs, alpha, length = np.random.default_rng(7), 2000, 0.05, 400
    sizes = np.arange(1, length + 1)
    means = np.cumsum(rng.integers(0, 2, (runs, length)), axis=1) / sizes
    left = (np.abs(means - 0.5) >= half_width(sizes, 1.0, alpha, length)).any(axis=1).sum()
    # Chernoff: Binomial(2000, 0.05) exceeds 190 with probability below 1e-9
    assert left <= 190


@pytest.mark.parametrize(
    ("samples", "width", "alpha", "sharpest", "match"),
    [
        ([1], 0.0, 0.1, 1, "bounded interval"),
        ([1], math.inf, 0.1, 1, "bounded interval"),
        ([0], 1.0, 0.1, 1, "at least 1"),
        ([1], 1.0, 0.1, 0, "at least 1"),
        ([1], 1.0, 1.0, 1, "probability"),
    ],
)
def test_bad_input(samples: list[int], width: float, alpha: float, sharpest: int, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        half_width(samples, width, alpha, sharpest)
