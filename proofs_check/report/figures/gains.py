"""Figures of "Which gain?": for each of six activations the factor V(q)/q of a variance through one layer, under each of its gains.

Where a curve crosses 1 the variance is fixed: falling it attracts, rising it repels. Values are certified at every point drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial

from proofs_check.evidence.plot import Plot, Series
from theory.number import Number
from theory.signal_propagation.gain import gains
from theory.signal_propagation.variance_map import QUICK_DIGITS, VarianceMap

__all__ = ["FIGURES", "factor_against_variance"]

_DEVIATIONS = tuple(Fraction(181 * 2**k, 2**12) * Fraction(share, 8) for k in range(8) for share in (8, 10, 12, 14))


def factor_against_variance(name: str) -> Plot:
    """Return V(q)/q against q without biases, for the forward RMS, forward std and backward gain of an activation.

    Parameters
    ----------
    name : str

    Returns
    -------
    Plot
        Abscissa: q from 0.002 to 100. Ordinate: g^2 E s(sqrt(q) Z)^2/q.
    """
    found = gains(name)
    layer = VarianceMap(found.activation, Number.of(1), Number.of(0))
    q = [float(d**2) for d in _DEVIATIONS]
    ratio = [float(layer.moment("W", d, QUICK_DIGITS).mid()) / float(d**2) for d in _DEVIATIONS]
    series = [Series("kept", [q[0], q[-1]], [1.0, 1.0], is_reference=True)]
    drawn: set[str] = set()
    for label, gain in (("forward RMS", found.forward_rms), ("std", found.forward_std), ("backward", found.backward)):
        text = gain.decimal(4)
        if text not in drawn:
            drawn.add(text)
            series.append(Series(f"{label} {text}", q, [float(gain) ** 2 * each for each in ratio]))
    return Plot(
        f"{name}: factor of the variance through one layer",
        "variance q",
        "V(q)/q",
        series,
        log_x=True,
        caption="Without biases; where a curve falls through 1 it attracts, where it rises through 1 it repels.",
    )


FIGURES: dict[str, Callable[[], Plot]] = {
    f"gain_{name}": partial(factor_against_variance, name) for name in ("relu", "gelu", "silu", "tanh", "selu", "mish")
}
