"""The mean-field recursion of recentring and a positively homogeneous activation, for many Gram matrices at once.

G = H K H, K' = norms x kappa(cosines), in float64: an update costs one arccosine per pair. Gram matrices are meant up to scale, which a
homogeneous activation does not notice; for others see `numerics.recentering.gaussian_recursion`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from numerics.recentering.batch import checked_recentred
from theory.kernel_map.homogeneous import RELU, HomogeneousKernel

__all__ = ["MeanField"]

_BLOCK = 2**15  # entries per pass of an update: they stay in the second-level cache


@dataclass(frozen=True, slots=True)
class MeanField:
    """The infinite-width recursion for the Gram matrices of many batches.

    Parameters
    ----------
    kernel : HomogeneousKernel

    Notes
    -----
    **Accuracy**: float64; the relative spread of a cluster is resolved down to about 1e-8 in angle.
    """

    kernel: HomogeneousKernel = RELU

    def layer(self, gram: np.ndarray) -> np.ndarray:
        """Return the Gram matrices after one layer, scaled to trace n.

        Parameters
        ----------
        gram : ndarray, shape (starts, n, n)

        Raises
        ------
        ValueError
            If n < 2, an entry is not finite, or the samples of some start are all equal.
        """
        return self.iterate(gram, 1)

    def iterate(self, gram: np.ndarray, layers: int) -> np.ndarray:
        """Return the Gram matrices after `layers` layers, scaled to trace n; parameters as for `layer`.

        Examples
        --------
        The attractor of five generic samples has equal angles of 78.27 degrees:

        >>> x = np.random.default_rng(0).standard_normal((1, 5, 10))
        >>> end = MeanField().iterate(x @ x.swapaxes(1, 2), 400)[0]
        >>> np.degrees(np.arccos(end[0, 1:] / end[0, 0])).round(2).tolist()
        [78.27, 78.27, 78.27, 78.27]
        """
        gram = checked_recentred("MeanField", gram).copy()
        starts, n, _ = gram.shape
        kink, pairs = float(self.kernel.kink) / np.pi, _Pairs.of(n)
        per_block = max(1, _BLOCK // (n * n))
        for start in range(0, starts, per_block):
            block = gram[start : start + per_block]
            for _ in range(layers):
                _update(block, kink, pairs)
        return gram * (n / np.einsum("rii->r", gram))[:, None, None]

    def trajectory(self, gram: np.ndarray, layers: int) -> Iterator[np.ndarray]:
        """Yield the Gram matrices after 1, ..., `layers` layers, each scaled to trace n."""
        for _ in range(layers):
            gram = self.layer(gram)
            yield gram


def _update(gram: np.ndarray, kink: float, pairs: _Pairs) -> None:
    """Replace a contiguous block of Gram matrices by those one layer on."""
    starts, n, _ = gram.shape
    means = gram.mean(axis=-1)
    gram -= means[:, :, None]
    gram -= (means - means.mean(axis=-1, keepdims=True))[:, None, :]
    flat = gram.reshape(starts, n * n)
    squares = flat[:, :: n + 1].copy()
    total = squares.sum(axis=1)
    if not np.all(total > 0):
        raise ValueError(
            "MeanField needs samples that are not all equal (recentring maps equal samples to zero), got a batch of equal samples."
        )
    flat *= (n / total)[:, None]
    norms = np.sqrt(np.maximum(squares * (n / total)[:, None], 0.0))
    products = flat.take(pairs.lower, axis=1)
    scale = norms.take(pairs.rows, axis=1)
    scale *= norms.take(pairs.columns, axis=1)
    cosine = products / np.where(scale > 0, scale, 1.0)
    np.clip(cosine, -1.0, 1.0, out=cosine)
    # norms kappa = product + kink scale (sin t - t cos t)/pi
    bent = np.sqrt(1.0 - cosine * cosine)
    bent -= np.arccos(cosine) * cosine
    bent *= scale
    bent *= kink
    products += bent
    flat[:, pairs.lower] = products
    flat[:, pairs.upper] = products


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Rows and columns of the pairs i > j, and their places in a flattened matrix."""

    rows: np.ndarray
    columns: np.ndarray
    lower: np.ndarray
    upper: np.ndarray

    @classmethod
    def of(cls, size: int) -> _Pairs:
        """Return the pairs of an n x n matrix."""
        rows, columns = np.tril_indices(size, -1)
        return cls(rows, columns, rows * size + columns, columns * size + rows)
