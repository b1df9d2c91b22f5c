r"""Correlation of two samples through a normalised network of finite width: its mean and its spread, layer by layer.

A block is Gaussian weights, activation, normalisation (layer norm for the centred kernel map, RMS norm for the normalised
one). The correlation of a pair is then a Markov chain; one block at width d moves it to kappa(rho) + b(rho)/d on average,
with variance v(rho)/d, up to O(d^-2). With S, T the activations, standardised (E S^2 = 1), P = S^2 + T^2, D = (S - T)^2 and
g = 1 - kappa, the delta method (`theory.signal_propagation.finite_width`) gives, in a form that does not cancel as rho -> 1,

    v = E (g P - D)^2/4,        b = E [ P D/2 - g P^2/4 - D^2/8 - g (P D/4 - D^2/8) ].

The spread of earlier layers passes through kappa by the three-point Gauss-Hermite rule, which needs no derivative.

Accuracy: leading order in 1/width; b and v by a trapezoidal rule in double precision (about 1 percent). Not for layers
where the spread is as large as the gap 1 - rho itself: there the law is far from normal.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import ceil, exp, floor, log, sqrt

import numpy as np
from numpy.typing import NDArray

from theory.activation import Activation
from theory.kernel_map.kernel_map import KernelMap

__all__ = ["CorrelationBand", "correlation_band", "one_block_noise"]

_STEP = 0.1
"""Of the trapezoidal rule, in standard deviations."""
_LARGEST_REACH = 40.0
_BINS_PER_UNIT = 32
"""b and v are computed at this many values of log(1 - rho) per unit, and interpolated."""


@dataclass(frozen=True, slots=True)
class CorrelationBand:
    """Mean and standard deviation of a correlation after 0, 1, ..., depth blocks.

    Parameters
    ----------
    mean, standard_deviation : ndarray, shape (depth + 1,), read-only
    """

    mean: NDArray[np.float64]
    standard_deviation: NDArray[np.float64]

    def __post_init__(self) -> None:
        self.mean.flags.writeable = False
        self.standard_deviation.flags.writeable = False


def correlation_band(kernel: KernelMap, start: float, width: int, depth: int) -> CorrelationBand:
    """Return mean and standard deviation of the correlation of a pair through a network of this width.

    Parameters
    ----------
    kernel : KernelMap
        Centred (layer norm after the activation) or normalised (RMS norm after it).
    start : float
        Correlation of the inputs, in [-1, 1].
    width : int
        At least 2.
    depth : int
        At least 1.

    Returns
    -------
    CorrelationBand

    Raises
    ------
    ValueError
        If the map is raw, a size is out of range, or E s^4 is not known to be finite.

    Examples
    --------
    A wide network keeps to the kernel map:

    >>> from theory.activation import catalogue
    >>> from theory.kernel_map.kernel_map import KernelMap
    >>> tanh = KernelMap.centred(catalogue("tanh")[0])
    >>> band = correlation_band(tanh, 0.5, 10**9, 1)
    >>> bool(abs(band.mean[1] - float(tanh.at(0.5, 15))) < 1e-8), bool(band.standard_deviation[1] < 1e-4)
    (True, True)
    """
    if kernel.kind == "raw":
        raise ValueError(
            "correlation_band needs a normalised or centred map (the block ends in a norm), got kind='raw'."
        )
    if not -1 <= start <= 1:
        raise ValueError(f"correlation_band needs a correlation in [-1, 1], got start={start!r}.")
    for name, size, least in (("width", width, 2), ("depth", depth, 1)):
        if isinstance(size, bool) or not isinstance(size, int) or size < least:
            raise ValueError(f"correlation_band needs an integer {name} >= {least}, got {name}={size!r}.")
    gap, variance = 1.0 - start, 0.0
    gaps, variances = [gap], [variance]
    for _ in range(depth):
        bias, noise = _interpolated_noise(kernel, gap)
        nodes = np.clip(gap + np.array([-1.0, 0.0, 1.0]) * sqrt(3 * variance), 0.0, 2.0)
        images = kernel.gap(nodes)
        weights = np.array([1.0, 4.0, 1.0]) / 6
        centre = float(weights @ images)
        variance = float(weights @ (images - centre) ** 2) + noise / width
        gap = min(max(centre - bias / width, 0.0), 2.0)
        gaps.append(gap)
        variances.append(variance)
    return CorrelationBand(1 - np.array(gaps), np.sqrt(np.array(variances)))


def _interpolated_noise(kernel: KernelMap, gap: float) -> tuple[float, float]:
    """Return (b, v) at 1 - rho = gap, between neighbouring values of log(gap)."""
    if gap < 1e-15:
        return 0.0, 0.0
    place = log(gap) * _BINS_PER_UNIT
    below = floor(place)
    low, high = (one_block_noise(kernel, min(exp(k / _BINS_PER_UNIT), 2.0)) for k in (below, below + 1))
    share = place - below
    return low[0] + share * (high[0] - low[0]), low[1] + share * (high[1] - low[1])


@cache
def one_block_noise(kernel: KernelMap, gap: float) -> tuple[float, float]:
    """Return (b, v): width times the bias and the variance of the correlation after one block from 1 - rho = gap.

    Parameters
    ----------
    kernel : KernelMap
        Centred or normalised.
    gap : float
        In [0, 2].

    Raises
    ------
    ValueError
        If E s^4 is not known to be finite.

    Examples
    --------
    A linear network has the classical values -rho (1 - rho^2)/2 and (1 - rho^2)^2:

    >>> from theory.activation import catalogue
    >>> from theory.kernel_map.kernel_map import KernelMap
    >>> b, v = one_block_noise(KernelMap.centred(catalogue("identity")[0]), 0.5)
    >>> round(b, 6), round(v, 6)
    (-0.1875, 0.5625)
    """
    activation = kernel.activation
    nodes = _nodes(activation)
    weights = np.exp(-(nodes**2) / 2)
    weights /= weights.sum()
    first = nodes[:, None]
    second = (1 - gap) * first + sqrt(gap * (2 - gap)) * nodes[None, :]
    offset = float(kernel.hermite.mean.value(17)) if kernel.kind == "centred" else 0.0
    scale = float(kernel.scale.value(17)) ** 0.5
    s = (activation(first) - offset) / scale
    t = (activation(second) - offset) / scale
    total, difference = s**2 + t**2, (s - t) ** 2
    # its own quadrature, so that the moments of one rule fit each other
    g = float(weights @ difference @ weights) / float(weights @ total @ weights)

    def mean(values: NDArray[np.float64]) -> float:
        return float(weights @ values @ weights)

    variance = mean((g * total - difference) ** 2) / 4
    product = total * difference
    bias = mean(product / 2 - g * total**2 / 4 - difference**2 / 8 - g * (product / 4 - difference**2 / 8))
    return bias, variance


def _nodes(activation: Activation) -> NDArray[np.float64]:
    """Return the nodes of the trapezoidal rule, as far out as E s^4 asks for."""
    growth = activation.growth
    if growth.quadratic * 8 >= 1:
        raise ValueError(
            "correlation_band needs E s(Z)^4 < oo (it is the spread of one layer), "
            f"got {activation.text!r}, bounded by exp({growth.quadratic} x^2)."
        )
    spread = 1 / sqrt(1 - 8 * float(growth.quadratic))
    reach = (8.5 + 4 * float(growth.linear) * spread) * spread
    if reach > _LARGEST_REACH:
        raise ValueError(
            f"correlation_band needs an activation of moderate growth (its fourth moment sits within {_LARGEST_REACH:g} "
            f"standard deviations), got {activation.text!r}."
        )
    half = ceil(reach / _STEP)
    # no node on a kink or a jump at 0
    return np.asarray((np.arange(-half, half) + 0.5) * _STEP, dtype=np.float64)
