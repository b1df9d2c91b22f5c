"""Shaped activations as array functions, normalised: x -> sqrt(c) phi_s(x), c = 1/E phi_s(Z)^2.

Both families tend to the identity as the width n grows: shaped relu with slopes 1 + c_pm n^-p, and s phi(x/s), s = a n^p.
Their exact counterparts are in `theory.activation.shaping`. Configurations are plain numbers and text, so that a campaign
can name them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from numerics.covariance_sde.counts import check_count
from theory.activation import Activation
from theory.activation.shaping import derivatives_at_zero

if TYPE_CHECKING:
    Array = NDArray[np.float64]
    Map = Callable[[Array], Array]


def shaped_relu_map(c_plus: float, c_minus: float, width: int, *, exponent: float = 0.5) -> Map:
    """Return x -> sqrt(c) (s_+ max(x, 0) + s_- min(x, 0)), s_pm = 1 + c_pm width^-exponent.

    Parameters
    ----------
    c_plus, c_minus : float
    width : int
    exponent : float
        Positive.

    Returns
    -------
    callable
        Works in place on a fresh copy of its argument; E of its square at Z ~ N(0, 1) is 1.

    Raises
    ------
    ValueError
        If width < 1, exponent <= 0 or both slopes are 0.

    Examples
    --------
    >>> shaped_relu_map(9.0, -10.0, 100)(np.array([-1.0, 1.0])).tolist() == [0.0, 2**0.5]
    True
    """
    check_count("shaped_relu_map", "width", width)
    if not exponent > 0:
        raise ValueError(f"shaped_relu_map needs exponent > 0 (shaping fades with width), got exponent={exponent!r}.")
    up, down = 1 + c_plus * width**-exponent, 1 + c_minus * width**-exponent
    if not up**2 + down**2 > 0:
        raise ValueError(f"shaped_relu_map needs s_+^2 + s_-^2 > 0, got c_plus={c_plus!r}, c_minus={c_minus!r}.")
    scale = np.sqrt(2 / (up**2 + down**2))
    even, odd = scale * (up - down) / 2, scale * (up + down) / 2

    def shaped(x: Array) -> Array:
        result = np.abs(x)
        result *= even
        result += odd * x
        return result

    return shaped


def smooth_map(text: str, scale: float, width: int, *, exponent: float = 0.5) -> Map:
    """Return x -> sqrt(c) s phi(x/s), s = scale width^exponent, for the activation this text names.

    Parameters
    ----------
    text : str
        An activation with phi(0) = 0 and phi'(0) != 0 (`theory.activation.shaping.derivatives_at_zero` checks it).
    scale : float
        a > 0.
    width : int
    exponent : float
        Positive.

    Raises
    ------
    ValueError
        If a number is out of range, or the activation is not fit for smooth shaping.

    Notes
    -----
    **Accuracy**: c by Gauss-Hermite quadrature of 80 nodes; phi_s is nearly linear there, so the error is rounding.

    Examples
    --------
    >>> bool(abs(smooth_map("tanh", 1.0, 10**10)(np.array([0.5]))[0] - 0.5) < 1e-9)
    True
    """
    check_count("smooth_map", "width", width)
    if not (scale > 0 and exponent > 0):
        raise ValueError(f"smooth_map needs scale > 0 and exponent > 0, got scale={scale!r}, exponent={exponent!r}.")
    activation = Activation.from_text(text)
    derivatives_at_zero(activation)
    s = scale * width**exponent
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    second = float(weights @ (s * activation(nodes / s)) ** 2) / np.sqrt(2 * np.pi)
    factor = s / np.sqrt(second)

    def shaped(x: Array) -> Array:
        result: Array = factor * activation(x / s)
        return result

    return shaped
