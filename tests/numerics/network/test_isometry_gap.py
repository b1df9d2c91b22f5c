"""Isometry gaps of batches against exact spectra, on both routes, and at their seam."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from numerics.batch_norm.prescribed_spectrum import batch_with_spectrum, duplicate_columns, one_large, one_small
from numerics.network.isometry_gap import isometry_gap


@pytest.mark.parametrize("spectrum", [one_small(8, 1e-12), one_large(8, 1e-3), one_small(8, 1 - 1e-6)])
def test_gaps_of_prescribed_spectra(spectrum: np.ndarray) -> None:
    """Rounding of X moves a singular value by 1e-16 of the largest: relative 1e-9 for lambda = 1e-12 with a margin."""
    batch = batch_with_spectrum(np.random.default_rng(0), spectrum)
    deviation = spectrum - 1
    near = np.abs(deviation).max() < 1e-3
    exact = float(np.mean(deviation - np.log1p(deviation))) if near else -float(np.mean(np.log(spectrum)))
    assert np.isclose(isometry_gap(batch), exact, rtol=1e-8, atol=0)


def test_singular_batches_have_infinite_gaps() -> None:
    rng = np.random.default_rng(0)
    assert isometry_gap(duplicate_columns(rng, 6)) > 10
    assert np.isinf(isometry_gap(rng.standard_normal((3, 5))))
    assert isometry_gap(np.eye(7, 4)) == 0


def exact_gap(batch: np.ndarray) -> float:
    """By 60-digit arithmetic on the very entries."""
    with mpmath.workdps(60):
        x = mpmath.matrix(batch.tolist())
        gram, n = x.T * x, batch.shape[1]
        return float(mpmath.log(sum(gram[i, i] for i in range(n)) / n) - mpmath.log(mpmath.det(gram)) / n)


@pytest.mark.parametrize("distance", [1e-6, 1e-3, 0.05, 0.2, 1.0])
@pytest.mark.parametrize("shape", [(6, 6), (9, 6)])
def test_gaps_at_every_distance_from_isometry(distance: float, shape: tuple[int, int]) -> None:
    """The stated relative accuracy 1e-16/sqrt(phi), with a factor 100 for sums of 36 terms; far ones to 1e-13."""
    rng = np.random.default_rng(0)
    frame = np.linalg.qr(rng.standard_normal(shape))[0]
    batch = frame + distance / 6 * rng.standard_normal(shape)
    exact = exact_gap(batch)
    assert abs(float(isometry_gap(batch)) - exact) <= (1e-14 / np.sqrt(exact) + 1e-13) * exact


def test_a_stack_of_near_and_far_batches_is_taken_apart() -> None:
    rng = np.random.default_rng(1)
    frames = np.linalg.qr(rng.standard_normal((2, 3, 5, 5)))[0]
    stack = frames + np.array([1e-4, 0.02, 1.0])[:, None, None] * rng.standard_normal((2, 3, 5, 5))
    together = isometry_gap(stack)
    assert together.shape == (2, 3)
    assert np.array_equal(together, [[isometry_gap(x) for x in row] for row in stack])


@pytest.mark.parametrize(
    ("batch", "match"),
    [
        (np.zeros((2, 2)), "not zero"),
        (np.full((2, 2), np.inf), "finite"),
        (np.full((2, 2), 1e200), "finite squares"),
        (np.ones(3), "features x samples"),
    ],
)
def test_bad_batches_are_refused(batch: np.ndarray, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        isometry_gap(batch)
