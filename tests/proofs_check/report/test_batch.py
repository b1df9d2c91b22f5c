"""A batch in words, and the claims that are judged on it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from numerics.batch_file import open_batch
from proofs_check.report.batch import batch_lines
from proofs_check.run.selection import EXACT_SAMPLES, user_cases


def test_the_batch_is_described_before_any_claim(tmp_path: Path) -> None:
    rows = np.random.default_rng(1).normal(size=(40, 60))
    rows[4], rows[9], rows[30] = 0, rows[2], rows[5] * 3 + 1e-6
    np.save(tmp_path / "b.npy", rows)
    batch = open_batch(tmp_path / "b.npy")
    text = "\n".join(batch_lines(batch, ["tanh"]))
    for words in (
        "38 samples of 60 features",
        "1 pair beyond 0.999: rows 6 and 31",
        "rows of zeros only: 5",
        "duplicates: 10 = 3",
        "through          tanh + layer norm",
        "subtracting the mean sample",
        f"judged on the first {EXACT_SAMPLES} samples",
    ):
        assert words in text
    (case,) = user_cases([], batch, "b.npy") or ()
    assert case.size == EXACT_SAMPLES
    assert str(case) == "b.npy, 12 samples of rows 1 to 14"


def test_more_samples_than_features_are_singular(tmp_path: Path) -> None:
    np.save(tmp_path / "b.npy", np.random.default_rng(1).normal(size=(5, 3)))
    assert "more samples than features" in "\n".join(batch_lines(open_batch(tmp_path / "b.npy"), ["relu"]))
