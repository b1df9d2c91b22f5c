"""What measured laws share: a share of independent networks inside a stated range, judged without any assumption on tails.

A log-norm of gradients has no bound and no variance known from theory, so its mean cannot be tested; that it falls outside a range is
an event, and the share of such events can.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from numerics.statistics.e_value import MeanTest
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.trial import Trial

SHARE, DELTA = 0.2, 0.3
"""Claimed is that at most a share of 0.2 lies outside; supported means at most 0.5."""


def judge_range(
    trial: Trial,
    draw: Callable[..., np.ndarray],
    config: dict[str, Any],
    bounds: tuple[float, float],
    *,
    shards: int,
    what: str,
    share: float = 1.0,
) -> Evidence:
    """Return what samples say of: at most a fifth of the draws lies outside the bounds; `share` as for `judge_mean`."""
    test = MeanTest.at_most(SHARE, support=(0.0, 1.0), delta=DELTA)
    return judge_mean(
        trial,
        test,
        outside,
        {"draw": draw, "config": config, "bounds": bounds},
        shards=shards,
        what=f"share of {what} outside",
        share=share,
    )


def outside(
    rng: np.random.Generator, draw: Callable[..., np.ndarray], config: dict[str, Any], bounds: tuple[float, float]
) -> np.ndarray:
    """Return 1 where a draw lies outside the bounds, else 0."""
    values = draw(rng, **config)
    return ((values < bounds[0]) | (values > bounds[1])).astype(np.float64)


def unit_gradient(rng: np.random.Generator) -> Callable[[np.ndarray], np.ndarray]:
    """Return the output gradient of L = <G, X_L>, G uniform of norm 1."""

    def gradient(state: np.ndarray) -> np.ndarray:
        direction = rng.standard_normal(state.shape)
        return direction / np.sqrt(np.sum(direction**2, axis=(-1, -2), keepdims=True))

    return gradient
