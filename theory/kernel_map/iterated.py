"""A kernel map iterated over many layers, by composing interpolants: layer 2^j costs j compositions, not 2^j evaluations.

With delta = 1 - rho and t = log delta, one layer is t -> t + r(t), r(t) = log((1 - kappa)/delta), smooth at unit scale in
t whatever the depth: near 0 it tends to log kappa'(1), and iterates only shift its front. So n layers are

    r_{2n}(t) = r_n(t) + r_n(t + r_n(t)),

each a Chebyshev interpolant from log 1e-40 (constant below) to the largest gap that follows a layer. An odd map is
iterated on |rho|.

Accuracy: relative error of delta about 1e-13 at 1e6 layers when it decays algebraically, and depth times rounding when
it decays geometrically (the slope's own rounding, to the power of the depth). Measured in the tests, not proved.
"""

from __future__ import annotations

from functools import cache
from math import log
from typing import TYPE_CHECKING

import numpy as np

from theory.kernel_map.chebyshev import ArrayMap, clenshaw
from theory.kernel_map.double_precision import gap_map

if TYPE_CHECKING:
    from theory.kernel_map.kernel_map import KernelMap

_LOW = log(1e-40)
_POINTS = 768
LARGEST_DEPTH = 10**7


def gap_after(kernel: KernelMap, delta: np.ndarray, layers: int) -> np.ndarray:
    """Return 1 - rho_L after L layers rho -> kappa(rho), from 1 - rho_0 = delta.

    Parameters
    ----------
    kernel : KernelMap
        Normalised or centred.
    delta : ndarray of float, any shape
        In [0, 2].
    layers : int
        0 <= layers <= 10^7.

    Returns
    -------
    ndarray of float64, the shape of `delta`

    Raises
    ------
    ValueError
        If `layers` is out of range, the map is raw, or some delta is outside [0, 2].

    Examples
    --------
    >>> import numpy as np
    >>> from theory.activation.activation import Activation
    >>> from theory.kernel_map.kernel_map import KernelMap
    >>> relu = KernelMap.normalised(Activation.from_text("relu"))
    >>> depth = 10**7
    >>> law = gap_after(relu, np.array([0.5]), depth) * depth**2 / (9 * np.pi**2 / 2)  # tends to 1
    >>> bool(abs(law[0] - 1) < 1e-4)
    True
    """
    if isinstance(layers, bool) or not isinstance(layers, int) or not 0 <= layers <= LARGEST_DEPTH:
        raise ValueError(f"gap_after needs layers in 0..10^7, got layers={layers!r}.")
    if kernel.kind == "raw":
        raise ValueError("gap_after needs a normalised or centred map (value 1 at rho = 1), got kind='raw'.")
    first = gap_map(kernel)
    now = np.asarray(delta, dtype=np.float64)
    direct = min(layers, 2)  # into the range of the map, away from the end delta = 2
    for _ in range(direct):
        now = first(now)
    if layers == direct:
        return now if layers else first(now) * 0 + now
    odd = _is_odd(kernel)
    folded = np.minimum(now, 2 - now) if odd else now
    with np.errstate(divide="ignore", under="ignore"):
        for power, bit in enumerate(reversed(bin(layers - direct)[2:])):
            if bit == "1":
                step = _doubled(kernel, power)
                folded = np.where(folded > 0, folded * np.exp(step(np.log(folded))), 0.0)
    return np.where(now > 1, 2 - folded, folded) if odd else folded


@cache
def _is_odd(kernel: KernelMap) -> bool:
    """Whether the map is odd to rounding, as the centred map of a sigmoid is although the sigmoid is not."""
    delta = np.linspace(0, 1, 33)
    gap = gap_map(kernel)
    return bool(np.abs(gap(delta) + gap(2 - delta) - 2).max() < 4e-15)


@cache
def _highest(kernel: KernelMap) -> float:
    """Return log of the largest gap that follows a layer (1 for an odd map, which is folded)."""
    return 0.0 if _is_odd(kernel) else log(float(gap_map(kernel)(np.linspace(0, 2, 4097)).max()) * (1 + 1e-6))


@cache
def _doubled(kernel: KernelMap, power: int) -> ArrayMap:
    """Return r_n for n = 2^power."""
    high = _highest(kernel)
    angles = np.pi * np.arange(_POINTS + 1) / _POINTS
    nodes = (np.cos(angles) + 1) / 2 * (high - _LOW) + _LOW
    if power == 0:
        delta = np.minimum(np.exp(nodes), 2.0)
        values = np.log(gap_map(kernel)(delta) / delta)
    else:
        half = _doubled(kernel, power - 1)
        first = half(nodes)
        values = first + half(nodes + first)
    return _on_logarithms(values, high)


def _on_logarithms(values: np.ndarray, high: float) -> ArrayMap:
    """Return the interpolant of values at the Chebyshev points of [log 1e-40, high], constant outside.

    Raises
    ------
    ValueError
        If the points do not resolve the values.
    """
    coefficients = np.fft.rfft(np.concatenate([values, values[-2:0:-1]])).real / _POINTS
    coefficients[[0, -1]] /= 2
    size = max(float(np.abs(coefficients).max()), 1e-300)
    if np.abs(coefficients[-8:]).max() > 1e-11 * size + 1e-11:
        raise ValueError(
            "gap_after needs a map that is smooth in log(1 - rho) (no repelling point near rho = -1), "
            f"got coefficients of {np.abs(coefficients[-8:]).max():.1e}; iterate KernelMap.gap instead."
        )
    kept = np.nonzero(np.abs(coefficients) > 1e-17 * size)[0]
    evaluate = clenshaw([float(c) for c in coefficients[: (kept[-1] if kept.size else 0) + 1]])

    def function(t: np.ndarray) -> np.ndarray:
        flat = np.clip(t.reshape(-1), _LOW, high)
        return evaluate((flat - _LOW) * (2 / (high - _LOW)) - 1).reshape(t.shape)

    return function
