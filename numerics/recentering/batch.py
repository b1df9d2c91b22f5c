"""Gram matrices of recentred batches: starts, checks, and how far one is from a cluster and an odd sample.

Convention: arrays of shape (starts, n, n), uncentred; what is measured here does not depend on their scale.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

__all__ = [
    "OddState",
    "binomial_interval",
    "checked_recentred",
    "clustered_grams",
    "first_hit",
    "generic_grams",
    "odd_state",
]


@dataclass(frozen=True, slots=True)
class OddState:
    """What singles out the longest sample of each batch; arrays of shape (repeats,).

    Parameters
    ----------
    odd : ndarray of int
        Index of the longest sample.
    norm_ratio : ndarray
        Its norm over the root mean square norm of the others.
    cosine : ndarray
        The largest cosine between it and another sample.
    cluster_angle : ndarray
        Mean angle between the others, in degrees; nan for n = 2.
    is_odd : ndarray of bool
        norm_ratio > n/2 and cosine < 1/10.
    """

    odd: np.ndarray
    norm_ratio: np.ndarray
    cosine: np.ndarray
    cluster_angle: np.ndarray
    is_odd: np.ndarray


def odd_state(gram: np.ndarray) -> OddState:
    """Return how far Gram matrices are from one cluster and one long, orthogonal sample.

    Parameters
    ----------
    gram : ndarray, shape (repeats, n, n)
        Uncentred Gram matrices after the activation, n >= 2.

    Raises
    ------
    ValueError
        If the shape is another, an entry is not finite, or a matrix is zero.

    Examples
    --------
    >>> state = odd_state(np.diag([1.0, 1.0, 1.0, 9.0])[None] + np.pad(np.ones((3, 3)), (0, 1))[None])
    >>> int(state.odd[0]), float(state.norm_ratio[0].round(3)), bool(state.is_odd[0])
    (3, 2.121, True)
    """
    gram = _checked_grams("odd_state", gram)
    repeats, n, _ = gram.shape
    rows = np.arange(repeats)
    squares = np.einsum("rii->ri", gram)
    odd = squares.argmax(axis=1)
    longest = squares[rows, odd]
    others = np.maximum(squares.sum(axis=1) - longest, np.finfo(float).tiny) / (n - 1)
    norms = np.sqrt(np.maximum(squares, np.finfo(float).tiny))
    cosines = np.clip(gram / (norms[:, :, None] * norms[:, None, :]), -1.0, 1.0)
    beside = np.ones((repeats, n), dtype=bool)
    beside[rows, odd] = False
    largest = np.where(beside, cosines[rows, odd], -1.0).max(axis=1)
    pairs = beside[:, :, None] & beside[:, None, :] & ~np.eye(n, dtype=bool)
    count = (n - 1) * (n - 2)
    angles = np.where(pairs, np.degrees(np.arccos(cosines)), 0.0).sum(axis=(1, 2))
    angle = angles / count if count else np.full(repeats, np.nan)
    ratio = np.sqrt(longest / others)
    return OddState(odd, ratio, largest, angle, (ratio > n / 2) & (largest < 0.1))


def first_hit(states: Iterator[np.ndarray]) -> np.ndarray:
    """Return the depth (from 1) at which each repeat's Gram matrix is first in the odd state, 0 if it never is."""
    found: np.ndarray | None = None
    for depth, gram in enumerate(states, start=1):
        hits = odd_state(gram).is_odd
        found = np.zeros(hits.shape, dtype=int) if found is None else found
        found[(found == 0) & hits] = depth
        if found.all():
            break
    if found is None:
        raise ValueError("first_hit needs at least one layer, got none.")
    return found


def generic_grams(starts: int, batch_size: int, dimension: int, rng: np.random.Generator) -> np.ndarray:
    """Return Gram matrices of iid standard normal samples, shape (starts, n, n)."""
    samples = rng.standard_normal((starts, batch_size, dimension))
    return samples @ samples.swapaxes(1, 2)


def clustered_grams(batch_size: int, spread: float, rng: np.random.Generator, starts: int = 1) -> np.ndarray:
    """Return Gram matrices of n - 1 samples within `spread` of a unit vector, and an odd unit vector orthogonal to it.

    Raises
    ------
    ValueError
        If the batch size is below 3.
    """
    if batch_size < 3:
        raise ValueError(
            f"clustered_grams needs at least three samples (a cluster has two beside the odd one), got batch_size={batch_size!r}."
        )
    n = batch_size
    samples = np.zeros((starts, n, n + 1))
    samples[:, :-1, 0] = 1.0
    samples[:, :-1, 2:] = spread / np.sqrt(n - 1) * rng.standard_normal((starts, n - 1, n - 1))
    samples[:, -1, 1] = 1.0
    return samples @ samples.swapaxes(1, 2)


def binomial_interval(hits: int, trials: int, error: float = 0.01) -> tuple[float, float]:
    """Return the exact (Clopper-Pearson) interval of a fraction, of error probability at most `error`.

    Raises
    ------
    ValueError
        If hits is not in 0..trials, or trials below 1.

    Examples
    --------
    No hit in 40 trials still allows a fraction of 12 percent:

    >>> low, high = binomial_interval(0, 40)
    >>> low, bool(abs((1 - high) ** 40 - 0.005) < 1e-12)
    (0.0, True)
    """
    from scipy.stats import beta

    if trials < 1 or not 0 <= hits <= trials:
        raise ValueError(f"binomial_interval needs 0 <= hits <= trials >= 1, got hits={hits!r}, trials={trials!r}.")
    low = 0.0 if hits == 0 else float(beta.ppf(error / 2, hits, trials - hits + 1))
    high = 1.0 if hits == trials else float(beta.isf(error / 2, hits + 1, trials - hits))
    return low, high


def checked_recentred(function: str, gram: np.ndarray) -> np.ndarray:
    """Return Gram matrices whose samples are not all equal, up to the rounding of their entries.

    Raises
    ------
    ValueError
        In the name of `function`: if the shape is not (starts, n, n), n < 2, an entry is not finite, a batch is zero, or all
        samples of a batch are equal.
    """
    array = _checked_grams(function, gram)
    trace = np.einsum("rii->r", array)
    if not np.all(trace - array.sum(axis=(1, 2)) / array.shape[1] > 1e-14 * trace):
        raise ValueError(
            f"{function} needs samples that are not all equal (recentring maps equal samples to zero), got a batch of equal samples."
        )
    return array


def _checked_grams(function: str, gram: np.ndarray) -> np.ndarray:
    array = np.asarray(gram, dtype=np.float64)
    if array.ndim != 3 or array.shape[1] != array.shape[2] or array.shape[0] < 1:
        raise ValueError(f"{function} needs Gram matrices of shape (starts, n, n), got shape {array.shape}.")
    if array.shape[1] < 2:
        raise ValueError(f"{function} needs at least two samples (one sample recentred is zero), got n=1.")
    if not np.isfinite(array).all():
        raise ValueError(f"{function} needs finite Gram matrices, got entries that are not.")
    if not np.all(np.einsum("rii->r", array) > 0):
        raise ValueError(f"{function} needs samples with a direction, got a batch that is zero.")
    return array
