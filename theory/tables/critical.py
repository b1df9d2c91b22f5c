"""The critical-line table: for each activation and bias variance, the weight variance with chi_1 = 1, and the variance it is critical at.

One row a point; a bias variance without any has a row with empty cells. Where the search left an interval of q open the row
says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from theory.activation.activation import Activation
from theory.number import Number
from theory.signal_propagation.critical_line import CriticalPoints, critical_points
from theory.tables.table import Cell, Column

__all__ = ["CRITICAL_COLUMNS", "critical_rows"]

CRITICAL_COLUMNS = (
    Column("activation", "activation", "activation"),
    Column("bias_variance", "sigma_b^2", r"$\sigma_b^2$"),
    Column("weight_variance", "sigma_w^2", r"$\sigma_w^2$"),
    Column("variance", "q", "$q$"),
    Column("slope", "slope of V", "$V'(q)$"),
    Column("stable", "stable", "stable"),
    Column("complete", "all", "all"),
)
"""The last column: whether there is certainly no other point with q up to 256."""


def critical_rows(activations: Sequence[Activation], biases: Sequence[Fraction]) -> tuple[tuple[Cell, ...], ...]:
    """Return the rows of several activations.

    Parameters
    ----------
    activations : sequence of Activation
    biases : sequence of Fraction
        sigma_b^2 >= 0.

    Raises
    ------
    ValueError
        As `critical_points`; also without any bias variance.
    """
    if not biases:
        raise ValueError("critical_rows needs at least one bias variance, got none.")
    return tuple(
        row
        for activation in activations
        for bias in biases
        for row in _rows(activation, critical_points(activation, bias), bias)
    )


def _rows(activation: Activation, found: CriticalPoints, bias: Fraction) -> list[tuple[Cell, ...]]:
    complete = not found.undecided
    if not found.points:
        return [(activation.name, Number.of(bias), None, None, None, None, complete)]
    return [
        (
            activation.name,
            point.bias_variance,
            point.weight_variance,
            "every" if point.variance is None else point.variance,
            point.slope,
            point.stable,
            complete,
        )
        for point in found.points
    ]
