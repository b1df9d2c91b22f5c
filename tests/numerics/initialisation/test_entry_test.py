"""Tests of entries: right arrays pass, each kind of wrong array is found by a test that is meant for it, and the stated power holds."""

import math

import numpy as np
import pytest
from scipy import stats

from numerics.initialisation.entry_law import EntryLaw
from numerics.initialisation.entry_test import EntrySummary, judge_entries

SHAPE = (48, 64)


def draw(law, rng, shape=SHAPE):
    if law.family == "uniform":
        y = rng.uniform(-law.bound, law.bound, shape)
    elif law.family == "normal":
        y = rng.standard_normal(shape)
    else:
        y = stats.truncnorm.ppf(rng.random(shape), -law.cut, law.cut) * law.parent
    return law.mean + law.std * y


LAWS = {family: EntryLaw(family, 0.3) for family in ("normal", "truncated", "uniform")}


@pytest.mark.parametrize("drawn", LAWS)
@pytest.mark.parametrize("claimed", LAWS)
def test_families_are_told_apart(drawn, claimed):
    array = draw(LAWS[drawn], np.random.default_rng(3))
    assert judge_entries(array, LAWS[claimed]).refuted == (drawn != claimed)


@pytest.mark.slow
@pytest.mark.parametrize("family", LAWS)
def test_p_values_are_no_smaller_than_stated(family):
    """At alpha 0.1 about the bound of 300 seeds may alarm: 30 expected at most, 60 has probability below 1e-6."""
    alarms = sum(
        judge_entries(draw(LAWS[family], np.random.default_rng(s), (12, 10)), LAWS[family], 0.1).refuted
        for s in range(300)
    )
    assert alarms < 60


WRONG = {
    "scale": lambda w: w * 1.2,
    "mean": lambda w: w + 0.08,
    "row scale": lambda w: w * np.where(np.arange(SHAPE[0]) == 5, 0.0, 1.0)[:, None],
    "column scale": lambda w: w * np.where(np.arange(SHAPE[1]) == 5, 0.0, 1.0)[None],
    "row mean": lambda w: np.repeat(w[:, :1], SHAPE[1], axis=1),
    "column mean": lambda w: np.repeat(w[:1], SHAPE[0], axis=0),
    "extreme": lambda w: np.where(np.arange(w.size).reshape(w.shape) == 77, 4.0, w),
    "shape": lambda w: np.sign(w) * 0.3,
}


@pytest.mark.parametrize("name", WRONG)
def test_each_deviation_is_found_by_its_own_test(name):
    rng = np.random.default_rng(4)
    evidence = judge_entries(WRONG[name](draw(LAWS["normal"], rng)), LAWS["normal"])
    figure = next(figure for figure in evidence.figures if figure.name == name)
    assert figure.log_p < math.log(1e-6 / 8)


@pytest.mark.parametrize("family", LAWS)
def test_stated_power_holds(family):
    """At the stated ratio at least 99 % are found: 40 draws at 1.01 times the ratio miss at most 6 (probability below 1e-6)."""
    law = LAWS[family]
    low, high = judge_entries(draw(law, np.random.default_rng(0), (16, 16)), law).resolution()
    assert 0.5 < low < 1 < high < 1.6
    for ratio in (low / 1.01, high * 1.01):
        found = [judge_entries(ratio * draw(law, np.random.default_rng(s), (16, 16)), law).refuted for s in range(40)]
        assert sum(found) >= 34


def test_power_of_the_normal_law_is_exact():
    low, high = judge_entries(np.zeros(1000) + 1.0, EntryLaw("normal", 1.0), 1e-6).resolution(0.9)
    chi = stats.chi2(1000)
    # the share of alpha is an eighth, one-sided at each end
    assert chi.cdf(chi.isf(1e-6 / 8) / high**2) == pytest.approx(0.1, rel=1e-3)
    assert chi.sf(chi.ppf(1e-6 / 8) / low**2) == pytest.approx(0.1, rel=1e-3)


def test_few_entries_are_never_found_small():
    assert judge_entries(np.array([0.0]), EntryLaw("normal", 1.0)).resolution()[0] == 0.0


def test_half_precision_is_allowed_its_rounding():
    law = EntryLaw("uniform", 0.02)
    array = draw(law, np.random.default_rng(1), (512, 512)).astype(np.float16)
    assert not judge_entries(array, law).refuted
    coarse = np.round(draw(law, np.random.default_rng(1), (512, 512)) * 2**11) / 2**11
    assert not judge_entries(EntrySummary.of(coarse, unit=2**-7), law).refuted


def test_mean_is_taken_off():
    law = EntryLaw("normal", 0.3, mean=2.0)
    assert not judge_entries(draw(law, np.random.default_rng(2)), law).refuted
    assert judge_entries(draw(LAWS["normal"], np.random.default_rng(2)), law).refuted


@pytest.mark.parametrize(
    ("array", "law", "alpha", "error", "match"),
    [
        (np.array([]), LAWS["normal"], 1e-6, ValueError, r"shape=\(0,\)"),
        (np.array([1.0, np.nan]), LAWS["normal"], 1e-6, ValueError, "1 NaN or infinite of 2"),
        (np.array([1.0, np.inf]), LAWS["normal"], 1e-6, ValueError, "1 NaN or infinite of 2"),
        (np.array(["a"]), LAWS["normal"], 1e-6, TypeError, "real numbers"),
        (np.array([1j]), LAWS["normal"], 1e-6, TypeError, "real numbers"),
        (np.array([1.0]), LAWS["normal"], 0.0, ValueError, r"alpha=0\.0"),
        (EntrySummary.of([1.0]), EntryLaw("normal", 1.0, 1.0), 1e-6, ValueError, r"mean=1\.0"),
    ],
    ids=["empty", "nan", "inf", "text", "complex", "alpha", "summary with a mean"],
)
def test_bad_input(array, law, alpha, error, match):
    with pytest.raises(error, match=match):
        judge_entries(array, law, alpha)


def test_bad_power():
    with pytest.raises(ValueError, match="power"):
        judge_entries([1.0], LAWS["normal"]).resolution(1.0)
