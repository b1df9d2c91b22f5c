"""A plot as data refuses what cannot be drawn, and keeps what it is given."""

from __future__ import annotations

import math

import pytest

from proofs_check.evidence.plot import Mark, Plot, Series


def test_a_series_keeps_its_numbers_as_floats() -> None:
    series = Series("s", [0, 1], [2, 3], [1, 2], [3, 4], Mark.POINTS, is_reference=True)
    assert (series.x, series.y, series.low, series.high) == ((0.0, 1.0), (2.0, 3.0), (1.0, 2.0), (3.0, 4.0))
    assert all(isinstance(number, float) for number in series.y)
    assert series == Series("s", (0.0, 1.0), (2.0, 3.0), (1.0, 2.0), (3.0, 4.0), Mark.POINTS, True)


BAD_SERIES = [
    ({"x": [], "y": []}, "at least one"),
    ({"x": [0, 1], "y": [0]}, "as many y as x"),
    ({"x": [0], "y": [math.nan]}, "finite numbers, got y"),
    ({"x": [math.inf], "y": [0]}, "finite numbers, got x"),
    ({"x": [0], "y": [0], "low": [0]}, "both ends of its band"),
    ({"x": [0], "y": [0], "high": [0]}, "both ends of its band"),
    ({"x": [0], "y": [0], "low": [0, 1], "high": [0]}, "as many low as x"),
    ({"x": [0], "y": [0], "low": [0], "high": [math.inf]}, "finite numbers, got high"),
]


@pytest.mark.parametrize(("columns", "reason"), BAD_SERIES)
def test_a_series_that_cannot_be_drawn(columns: dict[str, list[float]], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Series("s", **columns)


def test_a_plot_needs_a_series() -> None:
    with pytest.raises(ValueError, match="needs a series"):
        Plot("p", "x", "y", [])


@pytest.mark.parametrize(
    ("log", "series"),
    [
        ({"log_x": True}, Series("s", [0, 1], [1, 1])),
        ({"log_y": True}, Series("s", [1, 2], [0, 1])),
        ({"log_y": True}, Series("s", [1, 2], [1, 1], [-1, 1], [2, 2])),
    ],
)
def test_a_logarithmic_axis_takes_positive_numbers_only(log: dict[str, bool], series: Series) -> None:
    with pytest.raises(ValueError, match="positive numbers on a logarithmic axis"):
        Plot("p", "x", "y", [series], **log)
    assert Plot("p", "x", "y", [series]).series == (series,)
