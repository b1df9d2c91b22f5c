"""Gains alpha_l = (l+1)^e that keep the log-gradient excess of a shaped, batch-normalised network under a target.

The rate of growth per layer is about c alpha^4 (measured; see `theory.batch_norm.shaping`). c is measured on sampled networks of the very
activation and width; the largest e with c sum alpha_l^4 <= target is tried on sampled networks of the full depth, and lowered until the
measured excess, plus two standard errors, keeps the target. Nothing here is a proof: the schedule is what samples support.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.batch_norm.gradient import gradient_path
from numerics.batch_norm.network import BatchNormNetwork
from theory.activation import Activation
from theory.batch_norm.shaping import cubic_coefficient

__all__ = ["GainSchedule", "gradient_excess", "measure_growth", "propose_gains"]

_PROBE = 0.5
_STEP = 0.05
_LOWEST = -2.0


@dataclass(frozen=True, slots=True)
class GainSchedule:
    """A schedule with what was predicted and what was measured.

    Parameters
    ----------
    exponent : float
        e of alpha_l = (l+1)^e, at most 0.
    gains : tuple of float
        One for each layer.
    growth_constant, growth_error : float
        c of the rate c alpha^4 per layer, with its standard error.
    predicted : float
        c sum alpha_l^4, nats.
    measured, standard_error : float
        Excess of sampled networks, nats.
    networks : int
    """

    exponent: float
    gains: tuple[float, ...]
    growth_constant: float
    growth_error: float
    predicted: float
    measured: float
    standard_error: float
    networks: int


def gradient_excess(network: BatchNormNetwork, rng: np.random.Generator, networks: int) -> NDArray[np.float64]:
    """Return max_l log|dL/dW_l| above the plateau (1/2) log((d-1)/(2d)) of a linear network, isometric inputs, |dL/dX_L| = 1.

    Parameters
    ----------
    network : BatchNormNetwork
    rng : numpy.random.Generator
    networks : int
        At least 1; independent draws.

    Returns
    -------
    ndarray, shape (networks,)
        The 5 layers next to the output, which still hold the symmetric part, are left out where there are more than 10.
    """
    weights = _log_gradients(network, rng, networks)
    below = weights[:, :-5] if network.depth > 10 else weights
    d = network.width
    return np.asarray(below.max(axis=-1) - 0.5 * np.log((d - 1) / (2 * d)))


def measure_growth(
    activation: str, width: int, rng: np.random.Generator, *, gain: float = _PROBE, depth: int = 60, networks: int = 8
) -> tuple[float, float]:
    """Return (c, its standard error): the rate of log|dL/dW| per layer at constant gain, divided by gain^4.

    Parameters
    ----------
    activation : str
        Smooth at 0, with s(0) = s''(0) = 0 and s'(0) != 0.
    width : int
    rng : numpy.random.Generator
    gain : float
        Positive.
    depth, networks : int
        At least 30 layers and 2 networks.

    Returns
    -------
    tuple of float

    Raises
    ------
    ValueError
        If the activation is not of that kind (no gain makes it linear), or a number is out of range.
    """
    _check_activation(activation)
    if not 0 < gain < np.inf or depth < 30 or networks < 2:
        raise ValueError(
            "measure_growth needs gain > 0, depth >= 30 (both ends are transient) and networks >= 2 (an error bar), "
            f"got gain={gain!r}, depth={depth!r}, networks={networks!r}."
        )
    network = BatchNormNetwork(width, depth, activation=activation, gains=(gain,) * depth)
    weights = _log_gradients(network, rng, networks)
    rates = (weights[:, 5] - weights[:, depth - 15]) / (depth - 20) / gain**4
    return float(rates.mean()), float(rates.std(ddof=1) / np.sqrt(networks))


def propose_gains(
    activation: str, width: int, depth: int, target: float, rng: np.random.Generator, *, networks: int = 8
) -> GainSchedule:
    """Return gains (l+1)^e with a measured log-gradient excess, plus two standard errors, of at most `target`.

    Parameters
    ----------
    activation : str
        Catalogue name or text; smooth at 0, with s(0) = s''(0) = 0 and s'(0) != 0.
    width, depth : int
    target : float
        In nats, positive.
    rng : numpy.random.Generator
    networks : int
        Sampled networks of each trial, at least 2.

    Returns
    -------
    GainSchedule
        With the largest exponent on a grid of steps 1/20 that passed.

    Raises
    ------
    ValueError
        If the activation is not of that kind, the target is not positive and finite, or no exponent down to -2 reaches it.

    Examples
    --------
    >>> schedule = propose_gains("tanh", 10, 40, 1.0, np.random.default_rng(0), networks=4)
    >>> schedule.measured + 2 * schedule.standard_error <= 1.0, len(schedule.gains)
    (True, 40)
    """
    if not 0 < target < np.inf:
        raise ValueError(f"propose_gains needs a finite target > 0 (nats of log-gradient), got target={target!r}.")
    constant, error = measure_growth(activation, width, rng, networks=networks)
    layers = np.arange(1, depth + 1, dtype=np.float64)
    exponent = 0.0
    while exponent >= _LOWEST:
        gains = layers**exponent
        predicted = float(constant * np.sum(gains**4))
        if predicted <= target:
            network = BatchNormNetwork(width, depth, activation=activation, gains=tuple(map(float, gains)))
            excess = gradient_excess(network, rng, networks)
            measured, spread = float(excess.mean()), float(excess.std(ddof=1) / np.sqrt(networks))
            if measured + 2 * spread <= target:
                return GainSchedule(
                    exponent, network.gains or (), constant, error, predicted, measured, spread, networks
                )
        exponent = round(exponent - _STEP, 10)
    raise ValueError(
        f"propose_gains needs a target that exponents down to {_LOWEST} reach (noise and the first layer remain), got target={target!r}; "
        "widen it or sample more networks."
    )


def _check_activation(activation: str) -> None:
    cubic_coefficient(Activation.from_text(activation))


def _log_gradients(network: BatchNormNetwork, rng: np.random.Generator, networks: int) -> NDArray[np.float64]:
    def direction(state: NDArray[np.float64]) -> NDArray[np.float64]:
        gradient: NDArray[Any] = rng.standard_normal(state.shape)
        return np.asarray(gradient / np.sqrt(np.sum(gradient**2, axis=(-1, -2), keepdims=True)))

    inputs = np.broadcast_to(np.eye(network.width), (networks, network.width, network.width))
    return gradient_path(network, inputs, direction, rng).weights
