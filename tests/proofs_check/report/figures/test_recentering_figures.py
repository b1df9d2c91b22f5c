"""Figures of paper [C] at small sizes: coordinates that are cosines, certified ends, exact intervals, the same every time."""

from __future__ import annotations

import numpy as np

from proofs_check.report.drawing import svg
from proofs_check.report.figures.recentering import (
    FIGURES,
    _coordinates,
    angle_against_depth,
    basin_against_batch_size,
    embedding,
    norm_ratio_against_depth,
)


def test_coordinates_are_cosines_in_an_orthonormal_frame() -> None:
    """Against the samples themselves: three vectors of R^3, the last the odd one."""
    samples = np.array([[1.0, 2.0, 0.5], [0.3, 1.0, -1.0], [2.0, 0.1, 0.4]])
    x, y = _coordinates(samples @ samples.T, 2)
    odd = samples[2] / np.linalg.norm(samples[2])
    mean = samples[:2].mean(axis=0)
    mean -= odd * (odd @ mean)
    mean /= np.linalg.norm(mean)
    directions = samples / np.linalg.norm(samples, axis=1, keepdims=True)
    assert np.allclose(x, directions @ odd, atol=1e-14)
    assert np.allclose(y, directions @ mean, atol=1e-14)


def test_the_batch_ends_as_a_cluster_across_from_the_odd_sample() -> None:
    """n = 16 at layer 120: cosines with the odd sample are below 1/10 (the definition of the state), but for the odd one."""
    first, *_, last = embedding(width=200, layers=(0, 10, 120)).series
    assert sorted(last.x)[-1] > 0.999
    assert sorted(last.x)[-2] < 0.1
    assert np.median(last.y) > 0.8 > np.median(first.y)


def test_infinite_width_ends_at_the_certified_direction() -> None:
    """n = 16: 30.0016 degrees and ratio 13.8961, at rate 0.943 a layer from the basin; 400 layers."""
    for figure, value in ((angle_against_depth, 30.0016), (norm_ratio_against_depth, 13.8961)):
        plot = figure(16, 50, 400, networks=1)
        limit = next(series for series in plot.series if series.label == "infinite width")
        odd = next(series for series in plot.series if series.label.startswith("cluster and odd"))
        assert abs(odd.y[0] - value) < 1e-3
        assert abs(limit.y[-1] - odd.y[-1]) < 1e-3


def test_basin_is_empty_for_six_and_full_for_many() -> None:
    (shares,) = basin_against_batch_size((6, 20), starts=12, layers=500).series
    assert shares.y[0] == 0
    assert shares.y[1] > 0.7
    assert shares.low is not None
    assert shares.high is not None
    assert abs((1 - shares.high[0]) ** 12 - 0.005) < 1e-9  # the exact interval of no hit in 12


def test_the_same_call_draws_the_same_picture() -> None:
    assert svg(embedding(width=50, layers=(0, 3))) == svg(embedding(width=50, layers=(0, 3)))
    assert all(name.startswith("paper_c_") for name in FIGURES)
