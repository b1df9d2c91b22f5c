"""Mistakes: the arithmetic of each, and the one that is named."""

import math

import numpy as np
import pytest

from numerics.initialisation.deviation import log_p_same_scale, mistakes, name_mistake, scale_agrees
from numerics.initialisation.entry_law import EntryLaw
from numerics.initialisation.entry_test import EntrySummary
from numerics.initialisation.fan import Fans

POSSIBLE = list(mistakes(0.1, "He", Fans(200, 800), groups=4, truncated=True, branches=24))


@pytest.mark.parametrize(
    ("key", "std"),
    [
        ("grouped_fan", 0.05),
        ("residual_scale", 0.1 * 24**0.5),
        ("swapped_fans", 0.05),
        ("uncorrected_cut", 0.0879625661),
        ("variance_as_std", 0.01),
        ("std_as_variance", 0.1**0.5),
        ("std_as_bound", 0.1 / 3**0.5),
        ("gain", 0.1 / 2**0.5),
    ],
)
def test_arithmetic(key, std):
    assert next(mistake.std for mistake in POSSIBLE if mistake.key == key) == pytest.approx(std, rel=1e-8)


def test_the_mistake_that_was_made_is_named():
    """Where two mistakes make one value (here 1/sqrt(L) for 1/sqrt(2L), and a gain sqrt(2) too many) the first is named."""
    law, possible = EntryLaw("normal", 0.07), list(mistakes(0.07, "He", Fans(200, 700), groups=5, branches=10))
    for mistake in possible:
        made = EntrySummary.of(np.random.default_rng(1).standard_normal((200, 200)) * mistake.std)
        first = next(one for one in possible if one.std == pytest.approx(mistake.std))
        assert name_mistake(made, law, possible, 1e-3) == first
    right = EntrySummary.of(np.random.default_rng(1).standard_normal((200, 200)) * 0.07)
    assert scale_agrees(right, law, 1e-3)
    assert name_mistake(right, law, mistakes(0.07, "He", Fans(200, 700)), 1e-3) is None


@pytest.mark.parametrize("family", ["normal", "truncated", "uniform"])
def test_two_draws_of_one_law_are_told_apart_as_often_as_the_p_value_says(family):
    """P(p <= u) <= u: below 1/20 in at most 1/20 of draws (120 draws, 6 standard deviations allowed), sizes as unequal as may be."""
    rng = np.random.default_rng(3)
    law = EntryLaw(family, 1.0)

    def draw(size):
        z = rng.standard_normal(20 * size) if family != "uniform" else rng.uniform(-1, 1, size)
        return EntrySummary.of((z[np.abs(z) <= 2] if family == "truncated" else z)[:size])

    few = sum(log_p_same_scale(draw(40), draw(400), law) <= math.log(0.05) for _ in range(120))
    assert few <= 120 * 0.05 + 6 * math.sqrt(120 * 0.05 * 0.95)
    assert log_p_same_scale(draw(4000), draw(4000), law, ratio=1.5) < math.log(1e-9)
