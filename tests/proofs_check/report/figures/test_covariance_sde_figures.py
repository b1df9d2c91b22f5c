"""Paper [D]'s figures at small sizes: networks lie on their predictions, and every registered figure can be drawn."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from proofs_check.evidence.plot import Series
from proofs_check.report.drawing import svg
from proofs_check.report.figures import covariance_sde
from proofs_check.report.figures.covariance_sde import FIGURES


def within_bars(points: Series, line: Series, slack: float) -> bool:
    """Whether a line passes within `slack` and three error bars of every point (6 standard errors)."""
    assert points.low is not None
    predicted = np.interp(points.x, line.x, line.y)
    bars = np.array(points.y) - np.array(points.low)
    return bool((np.abs(np.array(points.y) - predicted) <= 3 * bars + slack).all())


def test_density_integrates_to_one_and_matches_networks() -> None:
    networks, law = covariance_sde.correlation_density(widths=(50,), networks=2_000, bins=10).series
    assert sum(networks.y) * 0.2 == pytest.approx(1)
    # a bin of width 1/5 averages the density; beyond .8 it rises too fast for its middle to stand for it
    inner = Series("inner", networks.x[:8], networks.y[:8], networks.low[:8], networks.high[:8])  # type: ignore[index]
    assert within_bars(inner, law, slack=0.1)


def test_explosion_against_width_follows_the_derived_slope() -> None:
    points, line = covariance_sde.explosion_against_width((Fraction(2),), widths=(24, 60), networks=1_000).series
    assert within_bars(points, line, slack=12 / 24**2)
    assert line.y[0] == pytest.approx(0.323324, abs=1e-6)  # P(3, 2) = 1 - 5 e^-2


def test_explosion_against_start_grows_with_it() -> None:
    starts = (Fraction(1, 2), Fraction(2))
    points, line = covariance_sde.explosion_against_start((Fraction(1),), starts, width=40, networks=500).series
    assert within_bars(points, line, slack=3 / 40)
    assert points.y[0] < points.y[1]


def test_stationary_law_has_its_mean() -> None:
    points, law = covariance_sde.stationary_law(networks=400, width=40).series
    middles = np.array(law.x)
    assert np.trapezoid(middles * law.y, middles) == pytest.approx(0.75, abs=0.02)
    assert within_bars(points, law, slack=0.35)


def test_unshaped_networks_follow_the_extra_drift() -> None:
    networks, plus, none, minus = covariance_sde.unshaped_gap(width=50, networks=300).series
    medians = [series.x[30] for series in (networks, plus, none, minus)]
    distances = np.abs(np.array(medians[1:]) - medians[0])
    assert distances[0] < distances[1] < distances[2]


def test_registry_names_the_files_of_the_page() -> None:
    assert all(name.startswith("paper_d_") and name.islower() for name in FIGURES)
    assert svg(covariance_sde.unshaped_gap(width=40, networks=50)).startswith("<svg")
