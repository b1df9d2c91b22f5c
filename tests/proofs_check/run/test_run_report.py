"""A run draws how many claims of each paper have which word."""

import pytest

from proofs_check.run.selection import select
from proofs_check.run.verification import run


def test_bars_of_a_run_count_its_claims():
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("Agg")
    report = run(select(["A1", "G7"]).claims)
    axes = report.plot()
    assert sum(bar.get_width() for bars in axes.containers for bar in bars) == 2
    assert {label.get_text() for label in axes.get_yticklabels()} == {"A", "G"}
    assert {text.get_text() for text in axes.get_legend().get_texts()} == {
        str(found.verdict) for found in report.claims
    }
    assert report.plot(axes) is axes
    pyplot.close("all")
