"""Figures of paper [B]: gaps against depth with the proved bound, gradients of Haar and Gaussian networks, and how sharp both theorems are.

Every function returns plain data; sizes are arguments, so that the pictures of the documentation and quick looks come from the same code.
Seeds are fixed: the same arguments give the same numbers on one machine type.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from numerics.batch_norm.gradient import gradient_path
from numerics.batch_norm.network import BatchNormNetwork, gap_path
from numerics.batch_norm.prescribed_spectrum import batch_with_spectrum, one_large, one_small
from proofs_check.evidence.plot import Mark, Plot, Series
from theory.batch_norm.gradient import gradient_bound
from theory.batch_norm.one_step import isometry_gap
from theory.batch_norm.time_scale import necessary_constant, sharpness_of_time_scale, time_scale
from theory.batch_norm.worst_spectrum import small_spike_gap, worst_decrease
from theory.number import Number

__all__ = [
    "FIGURES",
    "excess_against_gap",
    "gap_against_depth",
    "gradients_against_depth",
    "sharpness_of_time_scale_plot",
]


def gap_against_depth(
    width: int = 10, eps: Fraction = Fraction(1, 1000), depth: int = 100, networks: int = 400, seed: int = 0
) -> Plot:
    """Return E phi(X_l) of sampled Haar networks with the bound phi_0 (1 - 1/K)^l, the printed form and the exact one-step law.

    Parameters
    ----------
    width, depth, networks, seed : int
    eps : Fraction
        Smallest eigenvalue of the input, the others equal: the worst start.

    Returns
    -------
    Plot
    """
    rng = np.random.default_rng(seed)
    batch = batch_with_spectrum(rng, one_small(width, float(eps)), samples=networks)
    gaps = gap_path(BatchNormNetwork(width, depth), batch, rng)
    low, high = np.quantile(gaps, (0.1, 0.9), axis=0)
    layers, start = np.arange(depth + 1), float(small_spike_gap(width, eps).value(12))
    scale = float(time_scale(width, start))
    printed = float(necessary_constant()) * width**2 * (1 + width * start)
    proved, stated = start * (1 - 1 / scale) ** layers, start * np.exp(-layers / printed)
    worst, x = worst_chain(width, eps, depth), layers.tolist()
    return Plot(
        f"Isometry gap, d = {width}, smallest eigenvalue {eps}",
        "layer l",
        "isometry gap (nats)",
        [
            Series(f"mean of {networks} networks", x, gaps.mean(axis=0).tolist(), low.tolist(), high.tolist()),
            Series("exact one-step law, worst case in every layer", x, worst.tolist(), is_reference=True),
            Series("proved: phi_0 (1 - 1/K)^l", x, proved.tolist(), is_reference=True),
            Series("printed form, best C", x, stated.tolist(), is_reference=True),
        ],
        "Band: from the 10th to the 90th percentile of the networks. The two bounds are the theorem with its explicit scale K and as "
        "printed with the best constant C = 1/(4 log 2); the dashed law subtracts the smallest expected decrease at the gap reached.",
        log_y=True,
    )


def worst_chain(width: int, eps: Fraction, depth: int) -> np.ndarray:
    """Return phi_0 = phi(eps), phi_{l+1} = phi_l - g_d(phi_l): g_d/phi interpolated between 40 exact values, 2/(d+2) below them."""
    first, last = np.log(float(eps) / (1 - float(eps))), np.log(1e4)
    grid = [eps, *(Fraction(1 / (1 + np.exp(-x))).limit_denominator(10**6) for x in np.linspace(first, last, 40)[1:])]
    gaps = np.array([float(small_spike_gap(width, e).value(12)) for e in grid])
    shares = np.array([float(worst_decrease(width, e).value(12)) for e in grid]) / gaps
    chain = [gaps[0]]
    for _ in range(depth):
        inside = np.interp(np.log(chain[-1]), np.log(gaps[::-1]), shares[::-1])
        chain.append(chain[-1] * (1 - (inside if chain[-1] > gaps[-1] else 2 / (width + 2))))
    return np.array(chain)


def gradients_against_depth(
    width: int = 100,
    depths: Sequence[int] = (5, 10, 20, 50, 100, 200, 500, 1000),
    networks: int = 4,
    seed: int = 0,
) -> Plot:
    """Return log|dL/dW_1| against depth for Haar and for Gaussian weights, on Gaussian square batches.

    Parameters
    ----------
    width, networks, seed : int
    depths : sequence of int

    Returns
    -------
    Plot
        Loss <G, X_L>, |G| = 1 in a uniform direction.
    """
    series = []
    for name, weights in (("Haar weights", "haar"), ("Gaussian weights", "gaussian")):
        found = np.array([_first_gradients(width, depth, weights, networks, seed) for depth in depths])
        ends = found.min(axis=1).tolist(), found.max(axis=1).tolist()
        series.append(Series(name, depths, found.mean(axis=1).tolist(), *ends))
    plateau = float(np.log((width - 1) / (2 * width)) / 2)
    series.append(Series("isometric plateau, exact", depths, [plateau] * len(depths), is_reference=True))
    return Plot(
        f"First-layer gradient against depth, d = n = {width}",
        "depth L",
        "log |dL/dW_1|",
        series,
        f"Mean of {networks} networks, band from the smallest to the largest; linear networks with batch normalisation.",
        log_x=True,
    )


def _first_gradients(width: int, depth: int, weights: str, networks: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng((seed, depth))
    batch = rng.standard_normal((networks, width, width))

    def uniform(state: np.ndarray) -> np.ndarray:
        direction = rng.standard_normal(state.shape)
        return direction / np.linalg.norm(direction, axis=(-1, -2), keepdims=True)

    network = BatchNormNetwork(width, depth, weights=weights)  # type: ignore[arg-type]
    return gradient_path(network, batch, uniform, rng).weights[:, 0]


def sharpness_of_time_scale_plot(widths: Sequence[int] = (2, 10, 100), points: int = 24) -> Plot:
    """Return [phi/g_d(phi)]/K(d, phi) against phi: 1 where the depth scale of the theorem cannot be improved.

    Parameters
    ----------
    widths : sequence of int
    points : int
        Certified values for each width, from eps = 0.999 down to 1e-30, half of them above 0.001.
    """
    near, far = (points + 1) // 2, points // 2
    logits = [7 - 14 * k / (near - 1) for k in range(near)] + [-7 - 62 * (k + 1) / far for k in range(far)]
    grid = [Fraction(1 / (1 + math.exp(-logit))).limit_denominator(10**32) for logit in logits]
    series = []
    for width in widths:
        gaps = [float(small_spike_gap(width, eps).value(10)) for eps in grid]
        shares = [float(sharpness_of_time_scale(width, eps).value(10)) for eps in grid]
        series.append(Series(f"d = {width}", gaps, shares))
    return Plot(
        "How sharp the depth scale K is",
        "isometry gap phi (nats)",
        "phi / g_d(phi) / K",
        series,
        "g_d is the exact smallest expected decrease at a gap; 1 means that K is attained. Certified values, joined.",
        log_x=True,
    )


def excess_against_gap(width: int = 10, decades: int = 10, networks: int = 20, seed: int = 0) -> Plot:
    """Return the measured log-gradient excess over the plateau against phi_0, with the proved bound and phi_0/2 + 1.

    Parameters
    ----------
    width, networks, seed : int
    decades : int
        Batches (d - (d-1) t, t, ..., t) with t = 10^-1, ..., 10^-decades.
    """
    rng, gaps, excesses = np.random.default_rng(seed), [], []
    plateau = np.log((width - 1) / (2 * width)) / 2

    def uniform(state: np.ndarray) -> np.ndarray:
        direction = rng.standard_normal(state.shape)
        return direction / np.linalg.norm(direction, axis=(-1, -2), keepdims=True)

    for k in range(1, decades + 1):
        tail = Fraction(1, 10**k)
        gaps.append(float(isometry_gap((width - (width - 1) * tail, *[tail] * (width - 1))).value(10)))
        batch = batch_with_spectrum(rng, one_large(width, float(tail)), samples=networks)
        path = gradient_path(BatchNormNetwork(width, 60), batch, uniform, rng)
        excesses.append(path.weights[:, :-5].max(axis=1) - plateau)
    found = np.array(excesses)
    bounds = [float(gradient_bound(width, Number.of(Fraction(gap).limit_denominator(10**9))).value(10)) for gap in gaps]
    law = [gap / 2 + 1 for gap in gaps]
    ends = found.min(axis=1).tolist(), found.max(axis=1).tolist()
    return Plot(
        f"Largest log-gradient above the plateau, d = {width}",
        "isometry gap of the input (nats)",
        "excess (nats)",
        [
            Series(f"mean of {networks} networks", gaps, found.mean(axis=1).tolist(), *ends, mark=Mark.POINTS),
            Series("measured law phi_0/2 + 1", gaps, law, is_reference=True),
            Series("proved bound", gaps, bounds, is_reference=True),
        ],
        "Bars: from the smallest to the largest network, depth 60, inputs of rank one plus a tail. The law is a conjecture that "
        "samples support, the bound is proved.",
        log_y=True,
    )


FIGURES: dict[str, Callable[[], Plot]] = {
    "paper_b_gap": gap_against_depth,
    "paper_b_gradients": gradients_against_depth,
    "paper_b_sharpness": sharpness_of_time_scale_plot,
    "paper_b_excess": excess_against_gap,
}
"""File name in the documentation, without its ending -> the figure at its default size."""
