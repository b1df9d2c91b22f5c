"""A batch in numbers, against exact arithmetic on its Gram matrix, and what scale and order must not change."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from numerics.batch_summary import summarise
from theory.isometry.gram_matrix import GramMatrix

BATCHES = arrays.arrays(np.int64, st.tuples(st.integers(2, 5), st.integers(2, 6)), elements=st.integers(-9, 9)).filter(
    lambda batch: bool(batch.any(axis=1).all())
)


@given(BATCHES)
def test_the_numbers_are_those_of_exact_arithmetic(batch: np.ndarray) -> None:
    found = summarise(batch.astype(float))
    matrix = GramMatrix.of_batch("batch", batch.tolist())
    assert found.rank == matrix.matrix.rank()
    if matrix.determinant:
        assert found.gap == pytest.approx(float(matrix.isometry_gap()), abs=1e-7)
    else:
        assert math.isinf(found.gap)
        assert found.isometry == 0
    pairs = [
        float(Fraction(row[j]) ** 2 / (matrix.diagonal[i] * matrix.diagonal[j]))
        for i, row in enumerate(matrix.entries)
        for j in range(i)
    ]
    assert found.largest**2 == pytest.approx(max(pairs))
    assert found.typical**2 == pytest.approx(sum(pairs) / len(pairs), abs=1e-12)
    assert found.norms[2] ** 2 == pytest.approx(float(max(matrix.diagonal)))


@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200], ids=["tiny", "one", "huge"])
def test_scale_changes_the_norms_only(scale: float) -> None:
    batch = np.random.default_rng(1).normal(size=(20, 30))
    found, scaled = summarise(batch), summarise(batch * scale)
    assert scaled.rank == found.rank == 20
    assert scaled.gap == pytest.approx(found.gap)
    assert scaled.norms[1] == pytest.approx(found.norms[1] * scale)


def test_pairs_are_found_across_blocks_of_rows() -> None:
    batch = np.random.default_rng(2).normal(size=(1300, 40))
    batch[1290] = -2 * batch[3]
    batch[700] = batch[699] + 1e-4
    found = summarise(batch)
    assert found.pair == (3, 1290)
    assert set(found.near) == {(3, 1290), (699, 700)}
    assert found.near_count == 2


@pytest.mark.parametrize("batch", [np.ones((1, 3)), np.array([[1.0, 0.0], [0.0, 0.0]])], ids=["one", "zero"])
def test_samples_need_company_and_a_direction(batch: np.ndarray) -> None:
    with pytest.raises(ValueError, match="two samples or more, none of them zero"):
        summarise(batch)
