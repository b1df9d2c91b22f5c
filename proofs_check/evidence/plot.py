"""A plot as data: what a check saw, kept as numbers so that evidence stays light and drawing happens late.

Evidence and the papers' figures carry `Plot` values; `proofs_check.report.drawing` turns one into an SVG.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """How a series is drawn: a line, separate points, or the steps of a distribution function."""

    LINE = "line"
    POINTS = "points"
    STEPS = "steps"


@dataclass(frozen=True, slots=True)
class Series:
    """One curve of a plot: points (x, y), and the band [low, high] around them where there is one.

    Parameters
    ----------
    label : str
        What the curve is, in the words of the claim ("mean of 64 networks", "prediction").
    x, y : sequence of float, shape (points,)
        Finite numbers.
    low, high : sequence of float or None, shape (points,)
        Ends of the error band; the plot's caption says what the band is (standard errors, an enclosure, a confidence band).
    mark : Mark
    is_reference : bool
        Drawn dashed: the prediction or the bound that the other series are compared with.

    Raises
    ------
    ValueError
        If lengths differ, a series is empty, a number is not finite, or only one end of the band is given.

    Examples
    --------
    >>> Series("slack", [0, 1, 2], [1.0, 0.5, 0.25]).y
    (1.0, 0.5, 0.25)
    """

    label: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] | None = None
    high: Sequence[float] | None = None
    mark: Mark = Mark.LINE
    is_reference: bool = False

    def __post_init__(self) -> None:
        if (self.low is None) != (self.high is None):
            raise ValueError(f"Series {self.label!r} needs both ends of its band or none, got one.")
        for name in ("x", "y", "low", "high"):
            values = getattr(self, name)
            if values is None:
                continue
            numbers = tuple(float(value) for value in values)
            if len(numbers) != len(self.x) or not numbers:
                raise ValueError(f"Series {self.label!r} needs as many {name} as x, at least one, got {len(numbers)}.")
            if not all(map(math.isfinite, numbers)):
                raise ValueError(f"Series {self.label!r} needs finite numbers, got {name}={numbers!r}.")
            object.__setattr__(self, name, numbers)


@dataclass(frozen=True, slots=True)
class Plot:
    """Curves on common axes, with a caption that says what is seen.

    Parameters
    ----------
    title : str
        What is plotted, in a few words.
    x_label, y_label : str
        Quantity and unit or normalisation.
    series : sequence of Series
        At least one.
    caption : str
        What the bands are and what a reader should compare.
    log_x, log_y : bool
        Logarithmic axes; every number on such an axis must be positive.

    Raises
    ------
    ValueError
        If there is no series, or a number on a logarithmic axis is not positive.
    """

    title: str
    x_label: str
    y_label: str
    series: Sequence[Series]
    caption: str = ""
    log_x: bool = False
    log_y: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "series", tuple(self.series))
        if not self.series:
            raise ValueError(f"Plot {self.title!r} needs a series, got none.")
        for one in self.series:
            ordinates = (*one.y, *(one.low or ()), *(one.high or ()))
            if (self.log_x and min(one.x) <= 0) or (self.log_y and min(ordinates) <= 0):
                raise ValueError(
                    f"Plot {self.title!r} needs positive numbers on a logarithmic axis, got {one.label!r}."
                )
