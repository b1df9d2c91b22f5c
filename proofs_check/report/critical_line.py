"""Critical lines as a picture: sigma_w^2 against sigma_b^2, each cell of q with its certified box."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from proofs_check.evidence.plot import Plot, Series
from proofs_check.report.drawing import standalone_svg
from theory.activation.activation import Activation
from theory.signal_propagation.critical_line import CurveBox, critical_curve

_LARGEST_BIAS = 1.0
_LOW, _HIGH, _CELLS = Fraction(1, 64), Fraction(16), 96


def critical_picture(activations: Sequence[str | Activation]) -> str:
    """Return an SVG of the critical lines for q in [1/64, 16], as far as 0 <= sigma_b^2 <= 1.

    Parameters
    ----------
    activations : sequence of str or Activation

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If an activation jumps, or none of its critical networks lies in the picture.

    Examples
    --------
    >>> critical_picture(["tanh"]).count("<svg")
    1
    """
    chosen = [a if isinstance(a, Activation) else Activation.from_text(a) for a in activations]
    series = [_series(activation) for activation in chosen]
    return standalone_svg(
        Plot(
            "Critical lines: chi_1 = 1 at a fixed variance",
            "bias variance",
            "weight variance",
            series,
            caption="Bands are certified boxes, one for each of 96 cells of q in [1/64, 16].",
        )
    )


def _series(activation: Activation) -> Series:
    boxes = [box for box in critical_curve(activation, _LOW, _HIGH, _CELLS) if _is_seen(box)]
    if not boxes:
        raise ValueError(
            f"critical_picture needs a critical line with 0 <= sigma_b^2 <= 1 and q in [1/64, 16], got {activation.name!r}."
        )
    return Series(
        activation.name,
        [float(box.bias_variance.mid()) for box in boxes],
        [float(box.weight_variance.mid()) for box in boxes],
        [float(box.weight_variance.lower()) for box in boxes],
        [float(box.weight_variance.upper()) for box in boxes],
    )


def _is_seen(box: CurveBox) -> bool:
    return box.bias_variance.is_finite() and 0 <= float(box.bias_variance.mid()) <= _LARGEST_BIAS
