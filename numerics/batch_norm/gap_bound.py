"""The proved bound phi_0 (1 - 1/K)^l on the expected isometry gap, from an actual batch; and which batches it speaks of.

The theorem is about square invertible batches under Haar weights without mean subtraction (`theory.batch_norm.time_scale`). A
singular batch keeps an infinite gap at every layer, and its gradients do grow: that experiment is
`numerics.batch_norm.gradient.gradient_path` on, say, `numerics.batch_norm.prescribed_spectrum.duplicate_columns`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.network.isometry_gap import isometry_gap
from theory.batch_norm.time_scale import checked_depth, time_scale

__all__ = ["covered_gap", "gap_bound"]


def covered_gap(batch: ArrayLike) -> float:
    """Return phi(X_0) of a batch that the contraction theorem covers.

    Parameters
    ----------
    batch : array_like, shape (d, d)
        Features x samples.

    Returns
    -------
    float
        In nats, finite.

    Raises
    ------
    ValueError
        If the batch is not square, smaller than 2 x 2, not finite, has a zero row or column, or is singular to float64.

    Examples
    --------
    >>> covered_gap(np.eye(3))
    0.0
    """
    x = np.asarray(batch, dtype=np.float64)
    if x.ndim != 2 or x.shape[0] != x.shape[1]:
        raise ValueError(
            "covered_gap needs as many samples as features (X X^T can become a multiple of I only then; for n < d gradients "
            f"grow, see claim B13), got shape={x.shape}."
        )
    if x.shape[0] < 2:
        raise ValueError(f"covered_gap needs d >= 2 (one row is always isometric), got shape={x.shape}.")
    if not np.all(np.isfinite(x)):
        raise ValueError(
            f"covered_gap needs a batch of finite entries, got {int((~np.isfinite(x)).sum())} that are not."
        )
    for axis, name in ((1, "row"), (0, "column")):
        if not np.all(np.any(x != 0, axis=axis)):
            raise ValueError(
                f"covered_gap needs a batch without a zero {name} (it has no direction); remove it, got one."
            )
    values = np.linalg.svd(x, compute_uv=False)
    if values[-1] <= x.shape[0] * np.finfo(np.float64).eps * values[0]:
        raise ValueError(
            "covered_gap needs an invertible batch (a singular one has an infinite gap at every layer, of which the theorem says "
            f"nothing), got singular values from {values[0]:.3g} to {values[-1]:.3g}; measure its gradients by "
            "numerics.batch_norm.gradient.gradient_path."
        )
    return float(isometry_gap(x))


def gap_bound(batch: ArrayLike, depth: Any) -> NDArray[np.float64]:
    """Return phi_0 (1 - 1/K)^l for l = 0, ..., depth, K = ((d-1)(d+2)/d)(1 + d phi_0): at least E phi(X_l).

    Parameters
    ----------
    batch : array_like, shape (d, d)
    depth : int
        L >= 1.

    Returns
    -------
    ndarray, shape (L+1,)
        In nats.

    Raises
    ------
    TypeError
        If the depth is no integer.
    ValueError
        As `covered_gap`; also if the depth is below 1.

    Examples
    --------
    >>> bound = gap_bound(np.diag([1.0, 2.0]), 3)
    >>> bool(np.all(np.diff(bound) < 0))
    True
    """
    layers = checked_depth(depth, "gap_bound")
    phi = covered_gap(batch)
    scale = float(time_scale(len(np.asarray(batch)), phi))
    return np.asarray(phi * (1 - 1 / scale) ** np.arange(layers + 1))
