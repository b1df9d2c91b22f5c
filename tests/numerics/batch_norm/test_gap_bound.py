"""The proved bound from a batch: its values, and the batches that the theorem does not cover."""

from __future__ import annotations

import numpy as np
import pytest

from numerics.batch_norm.gap_bound import covered_gap, gap_bound
from numerics.batch_norm.network import BatchNormNetwork, gap_path
from numerics.batch_norm.prescribed_spectrum import batch_with_spectrum, duplicate_columns, one_small


def test_bound_is_the_theorem_of_paper_b_with_explicit_constants() -> None:
    """diag(1, 2) has eigenvalues 2/5, 8/5 at trace 2: phi_0 = -log(16/25)/2 and K = 2 (1 + 2 phi_0)."""
    phi = -np.log(16 / 25) / 2
    expected = phi * (1 - 1 / (2 * (1 + 2 * phi))) ** np.arange(4)
    assert np.allclose(gap_bound(np.diag([1.0, 2.0]), 3), expected, rtol=1e-14, atol=0)


def test_mean_of_sampled_gaps_stays_below() -> None:
    """Mean of 200 networks plus five standard errors, at every layer (d = 6, from one small eigenvalue)."""
    rng = np.random.default_rng(0)
    batch = batch_with_spectrum(rng, one_small(6, 1e-4))
    gaps = gap_path(BatchNormNetwork(6, 30), np.broadcast_to(batch, (200, 6, 6)), rng)
    low = gaps.mean(axis=0) - 5 * gaps.std(axis=0) / np.sqrt(200)
    bound = gap_bound(batch, 30)
    assert np.isclose(low[0], bound[0], rtol=200 * np.finfo(float).eps, atol=0)  # the same number, summed 200 times
    assert np.all(low[1:] <= bound[1:])


RNG = np.random.default_rng(2)


@pytest.mark.parametrize(
    ("batch", "match"),
    [
        (duplicate_columns(RNG, 6), "invertible"),
        (np.ones((3, 3)), "invertible"),
        (np.zeros((3, 3)), "zero row"),
        (RNG.standard_normal((5, 3)), "as many samples as features"),
        (RNG.standard_normal((3, 5)), "as many samples as features"),
        (np.ones((1, 1)), "d >= 2"),
        (np.full((3, 3), np.nan), "finite entries"),
        (np.array([[1.0, 2.0], [0.0, 0.0]]), "zero row"),
        (np.array([[1.0, 0.0], [2.0, 0.0]]), "zero column"),
    ],
)
def test_batches_that_the_theorem_does_not_cover(batch: np.ndarray, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        covered_gap(batch)
    with pytest.raises(ValueError, match=match):
        gap_bound(batch, 3)


def test_depth_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="depth"):
        gap_bound(np.eye(3), 0)
    with pytest.raises(TypeError, match="depth"):
        gap_bound(np.eye(3), 1.5)
