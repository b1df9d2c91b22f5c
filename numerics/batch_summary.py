"""What a batch is before anything is claimed of it: its size, norms, correlations, near-duplicates, and how far from isometry.

Computed in double precision, in blocks of rows: 5,000 samples of 784 features take seconds and a fraction of a gigabyte. Exact
is only what is counted: samples, features, and that more samples than features make a singular Gram matrix.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["BatchSummary", "summarise"]

NEAR = 0.999
"""Absolute correlation from which two samples are called near-duplicates."""

_BLOCK = 512


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """A batch in a few numbers.

    Parameters
    ----------
    size, features, rank : int
        n, d, and the number of singular values above rounding.
    norms : tuple of float
        Least, median and greatest norm of a sample.
    largest : float
        Largest absolute correlation of two samples, and in `pair` whose, counted from 0.
    typical : float
        Root mean square of the correlations of pairs.
    gap : float
        -log isometry of the Gram matrix, nats; infinite if it is singular.
    near : tuple of (int, int)
        The first ten pairs of near-duplicates, counted from 0; `near_count` is how many there are.
    """

    size: int
    features: int
    rank: int
    norms: tuple[float, float, float]
    largest: float
    pair: tuple[int, int]
    typical: float
    gap: float
    near: tuple[tuple[int, int], ...]
    near_count: int

    @property
    def isometry(self) -> float:
        """Geometric over arithmetic mean of the eigenvalues, in [0, 1]."""
        return math.exp(-self.gap)


def summarise(batch: NDArray[np.float64]) -> BatchSummary:
    """Return what a batch is.

    Parameters
    ----------
    batch : ndarray, shape (n, d)
        Samples as rows, none of them zero; n >= 2.

    Raises
    ------
    ValueError
        If there are fewer than two samples, or one is zero.

    Examples
    --------
    >>> found = summarise(np.array([[3.0, 4.0], [4.0, 3.0]]))
    >>> found.rank, round(found.largest, 4), round(found.isometry, 4)
    (2, 0.96, 0.28)
    """
    largest_entry = np.abs(batch).max(axis=1, initial=0.0)
    if len(batch) < 2 or not largest_entry.all():
        raise ValueError(f"summarise needs two samples or more, none of them zero, got shape {batch.shape}.")
    lengths = largest_entry * np.linalg.norm(batch / largest_entry[:, None], axis=1)  # squares do not overflow
    units = batch / largest_entry[:, None]
    units = units / np.linalg.norm(units, axis=1)[:, None]
    pairs = _Pairs(units)
    singular = np.linalg.svd(batch / lengths.max(), compute_uv=False)
    rank = int((singular > singular[0] * max(batch.shape) * np.finfo(float).eps).sum())
    return BatchSummary(
        len(batch),
        batch.shape[1],
        rank,
        (float(lengths.min()), float(np.median(lengths)), float(lengths.max())),
        pairs.largest,
        pairs.pair,
        pairs.typical,
        _gap(singular, len(batch), rank),
        tuple(pairs.near),
        pairs.near_count,
    )


def _gap(singular: NDArray[np.float64], size: int, rank: int) -> float:
    if rank < size:
        return math.inf
    eigenvalues = (singular[:size] / singular[0]) ** 2
    return max(0.0, float(np.log(eigenvalues.mean()) - np.log(eigenvalues).mean()))


class _Pairs:
    """Correlations of all pairs of rows of unit length, a block of rows at a time."""

    def __init__(self, units: NDArray[np.float64]) -> None:
        size = len(units)
        self.largest, self.pair = -1.0, (0, 1)
        self.near: list[tuple[int, int]] = []
        self.near_count = 0
        squares = 0.0
        for start in range(0, size, _BLOCK):
            block = np.abs(units[start : start + _BLOCK] @ units[start:].T)
            block[np.tril_indices(len(block), 0, block.shape[1])] = -1.0  # each pair once
            here = block >= 0
            squares += float((block[here] ** 2).sum())
            row, column = np.unravel_index(int(block.argmax()), block.shape)
            if block[row, column] > self.largest:
                self.largest, self.pair = float(block[row, column]), (start + int(row), start + int(column))
            close = block > NEAR
            self.near_count += int(close.sum())
            if len(self.near) < 10:
                self.near += [(start + i, start + j) for i, j in np.argwhere(close)[: 10 - len(self.near)].tolist()]
        self.largest = min(self.largest, 1.0)
        self.typical = math.sqrt(squares / (size * (size - 1) / 2))
