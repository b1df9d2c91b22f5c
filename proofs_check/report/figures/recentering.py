"""Figures of paper [C]: a batch through the layers, its approach to the cluster and odd state, and who ends there, against n.

All of recentring and ReLU without rescaling. Networks are exact in law at finite width; fixed directions are certified. Every function
returns plain data; seeds are fixed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from numerics.recentering.angle_recursion import MeanField
from numerics.recentering.batch import binomial_interval, generic_grams, odd_state
from numerics.recentering.network import recentred_chain
from proofs_check.evidence.plot import Mark, Plot, Series
from theory.kernel_map.homogeneous import RELU
from theory.recentering.family_fixed_point import family_fixed_points

__all__ = ["FIGURES", "angle_against_depth", "basin_against_batch_size", "embedding", "norm_ratio_against_depth"]


def embedding(
    batch_size: int = 16, width: int = 400, layers: Sequence[int] = (0, 5, 20, 60, 120), seed: int = 1
) -> Plot:
    """Return the directions of a batch at some layers, seen along the sample that ends odd and along the others' mean.

    Parameters
    ----------
    batch_size, width, seed : int
    layers : sequence of int
        Ascending; 0 is the input.

    Returns
    -------
    Plot
        Abscissa: cosine with the odd sample. Ordinate: cosine with the mean of the others, made orthogonal to it.
    """
    rng = np.random.default_rng(seed)
    start = generic_grams(1, batch_size, 2 * batch_size, rng)[0]
    grams = [start, *(gram[0] for gram in recentred_chain(start, width, max(layers), rng))]
    odd = int(odd_state(grams[-1][None]).odd[0])
    series = []
    for layer in layers:
        x, y = _coordinates(grams[layer], odd)
        series.append(Series("input" if layer == 0 else f"layer {layer}", x.tolist(), y.tolist(), mark=Mark.POINTS))
    return Plot(
        f"One batch of n = {batch_size} through a network of width {width}",
        "cosine with the odd sample",
        "cosine with their mean",
        series,
        "Each sample as a direction. The second axis is the mean of the others, made orthogonal to the odd sample, which is at (1, 0) "
        "throughout. Recentring and ReLU, one draw.",
    )


def _coordinates(gram: np.ndarray, odd: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the cosines of all samples with the odd one and with the rest's mean, orthogonalised."""
    norms = np.sqrt(np.diag(gram))
    along = gram[:, odd] / norms[odd]
    others = np.arange(len(gram)) != odd
    mean = gram[:, others].mean(axis=1) - along * along[others].mean()
    length = np.sqrt(max(float(mean[others].mean() - along[others].mean() * mean[odd] / norms[odd]), 1e-300))
    return along / norms, mean / length / norms


def angle_against_depth(
    batch_size: int = 16, width: int = 200, depth: int = 200, networks: int = 3, seed: int = 2
) -> Plot:
    """Return the mean angle inside the cluster against depth: networks, infinite width, and both certified fixed directions."""
    return _trajectories("cluster_angle", "cluster angle (deg)", batch_size, width, depth, networks, seed)


def norm_ratio_against_depth(
    batch_size: int = 16, width: int = 200, depth: int = 200, networks: int = 3, seed: int = 2
) -> Plot:
    """Return the norm of the longest sample over the others' against depth: networks, infinite width, fixed directions."""
    return _trajectories("norm_ratio", "longest norm / others", batch_size, width, depth, networks, seed)


def _trajectories(quantity: str, label: str, batch_size: int, width: int, depth: int, networks: int, seed: int) -> Plot:
    rng = np.random.default_rng(seed)
    start = generic_grams(1, batch_size, 2 * batch_size, rng)
    chain = recentred_chain(start[0], width, depth, rng, repeats=networks)
    found = np.array([getattr(odd_state(gram), quantity) for gram in chain])
    limit = [float(getattr(odd_state(gram), quantity)[0]) for gram in MeanField().trajectory(start, depth)]
    layers = list(range(1, depth + 1))
    series = [Series(f"network {k + 1}", layers, found[:, k].tolist()) for k in range(networks)]
    series.append(Series("infinite width", layers, limit))
    for kind, value in _fixed(quantity, batch_size):
        series.append(Series(f"{kind}, certified", [1, depth], [value, value], is_reference=True))
    return Plot(
        f"Approach to the fixed directions, n = {batch_size}",
        "layer",
        label,
        series,
        f"One Gaussian batch in dimension {2 * batch_size}; {networks} networks of width {width} and the recursion of infinite width. Cluster: all but the "
        "longest sample.",
    )


def _fixed(quantity: str, batch_size: int) -> list[tuple[str, float]]:
    """Return the certified values at the attracting fixed directions."""
    found: list[tuple[str, float]] = []
    for point in family_fixed_points(batch_size):
        if point.kind == "saddle":
            continue
        tilt = point.tilt.ball(20)
        angle = math.degrees(float(point.family.cluster_angle(tilt, RELU)))
        found.append((point.kind, angle if quantity == "cluster_angle" else float(point.family.norm_ratio(tilt))))
    return found


def basin_against_batch_size(
    sizes: Sequence[int] = (3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 20, 24, 32),
    starts: int = 200,
    layers: int = 800,
    seed: int = 3,
) -> Plot:
    """Return the share of generic starts that end as a cluster and an odd sample against n, with exact binomial intervals.

    Parameters
    ----------
    sizes : sequence of int
    starts, layers, seed : int
        Gaussian batches in dimension 2n, through this many layers of infinite width.
    """
    rng, shares, ends = np.random.default_rng(seed), [], []
    for n in sizes:
        last = MeanField().iterate(generic_grams(starts, n, 2 * n, rng), layers)
        hits = int(odd_state(last).is_odd.sum())
        shares.append(hits / starts)
        ends.append(binomial_interval(hits, starts))
    low, high = zip(*ends, strict=True)
    return Plot(
        "Which batches end as a cluster and an odd sample",
        "batch size n",
        "share of generic starts",
        [Series(f"{starts} Gaussian starts each", sizes, shares, low=low, high=high, mark=Mark.POINTS)],
        f"Recentring and ReLU at infinite width, {layers} layers; bars are exact binomial intervals of error probability 1 percent. "
        "For n <= 6 there is no such fixed direction (proved).",
    )


FIGURES: dict[str, Callable[[], Plot]] = {
    "paper_c_embedding": embedding,
    "paper_c_angle": angle_against_depth,
    "paper_c_norm_ratio": norm_ratio_against_depth,
    "paper_c_basin": basin_against_batch_size,
}
"""File name in the documentation, without its ending -> the figure at its default size."""
