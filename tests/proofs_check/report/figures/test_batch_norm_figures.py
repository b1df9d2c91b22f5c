"""Figures of paper [B] at small sizes: what they must show, and that they are the same every time."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from proofs_check.evidence.plot import Plot
from proofs_check.report.drawing import svg
from proofs_check.report.figures.batch_norm import (
    FIGURES,
    excess_against_gap,
    gap_against_depth,
    gradients_against_depth,
    sharpness_of_time_scale_plot,
    worst_chain,
)


@pytest.fixture(scope="module")
def gap() -> Plot:
    return gap_against_depth(4, Fraction(1, 100), depth=40, networks=200)


def test_the_mean_gap_is_below_the_one_step_law_and_that_below_the_bounds(gap: Plot) -> None:
    """The order is the theorem's; 200 networks leave the mean below the worst case by far more than its error."""
    mean, law, proved, printed = (np.array(series.y) for series in gap.series)
    assert np.all(mean[1:] < law[1:] * 1.3)
    assert np.all(law[1:] < proved[1:])
    assert np.all(proved[1:] < printed[1:])
    assert all(abs(series.y[0] - proved[0]) < 1e-6 for series in gap.series)


def test_the_worst_chain_of_width_two_is_the_closed_form() -> None:
    """d = 2: phi -> phi + log((1 + e^{-phi})/2); interpolation of g/phi between 40 points costs below one per cent per layer."""
    chain = worst_chain(2, Fraction(1, 1000), 12)
    for before, after in pairwise(chain):
        assert abs(after - (before + np.log((1 + np.exp(-before)) / 2))) < 0.01 * before


def test_gaussian_gradients_grow_and_haar_gradients_do_not() -> None:
    """d = 8, depth 10 to 300: the square Gaussian chain grows by 0.01 or more a layer (measured), Haar by nothing."""
    haar, gaussian, plateau = gradients_against_depth(8, (10, 300), networks=6).series
    assert gaussian.y[1] - gaussian.y[0] > 1
    assert abs(haar.y[1] - plateau.y[1]) < 1
    assert haar.low is not None
    assert haar.low[0] < haar.y[0]


def test_sharpness_is_at_most_one_and_nearly_attained_at_width_two() -> None:
    two, ten = sharpness_of_time_scale_plot((2, 10), points=8).series
    assert max(*two.y, *ten.y) <= 1
    assert max(two.y) > 0.99


def test_excess_is_below_the_bound() -> None:
    found, law, bound = excess_against_gap(6, decades=3, networks=4).series
    assert found.high is not None
    assert all(a < b for a, b in zip(found.high, bound.y, strict=True))
    assert all(a < b for a, b in zip(law.y, bound.y, strict=True))


def test_the_same_call_draws_the_same_picture(gap: Plot) -> None:
    assert svg(gap) == svg(gap_against_depth(4, Fraction(1, 100), depth=40, networks=200))


def test_registry_names_files() -> None:
    assert all(name.startswith("paper_b_") and name.islower() for name in FIGURES)
