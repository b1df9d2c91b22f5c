"""Draws a `Plot` as an SVG that stands in a page by itself: no script, no network, the page's own text colour.

The same plot gives the same bytes. Text and axes take ``currentColor``, so that one drawing serves light and dark pages;
curves use the palette of Okabe and Ito (2008), which colour-blind readers can tell apart and which reads on both.
"""

from __future__ import annotations

import hashlib
import html
import io
from typing import TYPE_CHECKING, Any

from proofs_check.plot import Mark, Plot, Series

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
# A grey that occurs nowhere else: it marks what takes the page's own colour.
PAGE_COLOUR = "#123456"

STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": PAGE_COLOUR,
    "axes.labelcolor": PAGE_COLOUR,
    "axes.titlesize": 11,
    "text.color": PAGE_COLOUR,
    "xtick.color": PAGE_COLOUR,
    "ytick.color": PAGE_COLOUR,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "axes.formatter.use_mathtext": False,
}


def svg(plot: Plot, *, width: float = 6.0, height: float = 3.4) -> str:
    """Draw a plot as SVG text.

    Parameters
    ----------
    plot : Plot
    width, height : float
        Size in inches of 72 points.

    Returns
    -------
    str
        One ``<svg>`` element without XML prologue, with ``role="img"`` and the title and caption as its description.

    Examples
    --------
    >>> picture = svg(Plot("relu", "input", "output", [Series("relu", [-1, 0, 1], [0, 0, 1])]))
    >>> picture.startswith("<svg") and picture == svg(Plot("relu", "input", "output", [Series("relu", [-1, 0, 1], [0, 0, 1])]))
    True
    """
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    salt = hashlib.sha256(repr(plot).encode()).hexdigest()[:16]
    settings: Any = STYLE | {"svg.hashsalt": salt}
    with matplotlib.rc_context(settings):
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasSVG(figure)
        figure.patch.set_alpha(0)
        axes = figure.add_subplot()
        axes.patch.set_alpha(0)
        _fill(axes, plot)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return _embeddable(buffer.getvalue(), plot)


def _fill(axes: Axes, plot: Plot) -> None:
    """Draw every series, the labels and the legend."""
    for index, series in enumerate(plot.series):
        _curve(axes, series, PALETTE[index % len(PALETTE)])
    axes.set_title(plot.title)
    axes.set_xlabel(plot.x_label)
    axes.set_ylabel(plot.y_label)
    if plot.log_x:
        axes.set_xscale("log")
    if plot.log_y:
        axes.set_yscale("log")
    if len(plot.series) > 1:
        axes.legend()


def _curve(axes: Axes, series: Series, colour: str) -> None:
    """Draw one series with its band."""
    dashes = "--" if series.is_reference else "-"
    if series.mark is Mark.POINTS:
        if series.low is not None and series.high is not None:
            below = [max(0.0, y - low) for y, low in zip(series.y, series.low, strict=True)]
            above = [max(0.0, high - y) for y, high in zip(series.y, series.high, strict=True)]
            axes.errorbar(series.x, series.y, (below, above), fmt="o", ms=3.5, lw=1, color=colour, label=series.label)
        else:
            axes.plot(series.x, series.y, "o", ms=3, color=colour, label=series.label)
        return
    style = "steps-post" if series.mark is Mark.STEPS else "default"
    axes.plot(series.x, series.y, dashes, drawstyle=style, color=colour, label=series.label)
    if series.low is not None and series.high is not None:
        step: Any = "post" if series.mark is Mark.STEPS else None
        axes.fill_between(series.x, series.low, series.high, step=step, color=colour, alpha=0.2, linewidth=0)


def _embeddable(text: str, plot: Plot) -> str:
    """Strip the XML prologue, take the page's colour, let the picture shrink, and describe it for those who cannot see it."""
    body = text[text.index("<svg") :].replace(PAGE_COLOUR, "currentColor").strip()
    described = html.escape(f"{plot.title}. {plot.caption}".strip(), quote=True)
    return body.replace("<svg ", f'<svg role="img" aria-label="{described}" style="max-width:100%;height:auto" ', 1)
