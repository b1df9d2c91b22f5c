"""Figures of "Which gain?": where the curves cross 1, and that the files in the documentation are what is drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from proofs_check.report.drawing import standalone_svg
from proofs_check.report.figures.gains import FIGURES, factor_against_variance

DOCS = Path(__file__).resolve().parents[4] / "docs"


def test_a_relu_multiplies_every_variance_alike() -> None:
    # V(q) = g^2 q/2: 1 at sqrt(2), 1.4669... = pi/(pi - 1) at the std gain
    plot = factor_against_variance("relu")
    assert [series.label for series in plot.series] == ["kept", "forward RMS 1.414", "std 1.713"]
    assert plot.series[1].y == pytest.approx([1] * len(plot.series[1].y), rel=1e-9)
    assert plot.series[2].y == pytest.approx([np.pi / (np.pi - 1)] * len(plot.series[2].y), rel=1e-9)


def test_the_forward_gain_of_gelu_keeps_one_and_repels() -> None:
    series = factor_against_variance("gelu").series[1]
    q, factor = np.array(series.x), np.array(series.y)
    assert np.interp(0.0, np.log(q), factor) == pytest.approx(1, abs=5e-3)
    assert np.all(np.diff(factor) > 0)


@pytest.mark.parametrize("name", ["gain_relu", "gain_tanh"])
def test_files_are_as_drawn(name: str) -> None:
    assert (DOCS / "figures" / f"{name}.svg").read_text(encoding="utf-8") == standalone_svg(FIGURES[name]())
