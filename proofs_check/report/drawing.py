"""Draws a `Plot` as an SVG that stands in a page by itself: no script, no style sheet, no network, no identifiers.

The same plot gives the same bytes, a few kilobytes of them: a page holds hundreds. (Matplotlib was measured first: 0.2 s
and 16 KB a plot, with identifiers that clash within a page.) Text and axes take ``currentColor``, so that one drawing
serves light and dark pages; curves use the palette of Okabe and Ito (2008), which colour-blind readers can tell apart and
which reads on both. Text is placed by the measured width of its longest label, so that nothing overlaps.
"""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from proofs_check.evidence.plot import Mark, Plot, Series
from proofs_check.report.formula.prose import svg_prose

PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
FONT = 12.0
"""Font size in the units of the picture."""

INK = "#1f2328"
"""Colour of text and axes in a file of its own."""

_LETTER = 0.56 * FONT  # mean width of a character of a sans-serif font, a little generous
_GAP = 6.0
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale from numbers to places, with its ticks.

    Parameters
    ----------
    low, high : float
        Ends in the plotted quantity, low < high.
    start, end : float
        Places of these ends.
    is_log : bool
    """

    low: float
    high: float
    start: float
    end: float
    is_log: bool

    def place(self, value: float) -> float:
        """Return where a value lies."""
        low, high, x = map(math.log10, (self.low, self.high, value)) if self.is_log else (self.low, self.high, value)
        return self.start + (x - low) / (high - low) * (self.end - self.start)

    def ticks(self, most: int) -> list[float]:
        """Return at most about `most` round numbers within the axis."""
        return _log_ticks(self.low, self.high, most) if self.is_log else _round_ticks(self.low, self.high, most)


def svg(plot: Plot, *, width: float = 400.0, height: float = 260.0) -> str:
    """Draw a plot as SVG text.

    Parameters
    ----------
    plot : Plot
    width, height : float
        Size in pixels; the picture shrinks with its box and grows taller by a line for each row of its legend.

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
    legend = _legend_rows(plot.series, width - 2 * _GAP) if len(plot.series) > 1 else []
    bottom = height - _GAP - len(legend) * 1.6 * FONT
    floor = bottom - 3.2 * FONT  # ticks and the label of the horizontal axis stand below
    vertical = _axis(plot, "y", floor, 2.4 * FONT)
    marks, factor = _tick_labels(vertical, vertical.ticks(6))
    left = 2.2 * FONT + max(len(text) for _, text in marks) * _LETTER
    horizontal = _axis(plot, "x", left, width - 2 * _GAP)
    columns, scale = _tick_labels(horizontal, horizontal.ticks(6))
    parts = [
        _text(plot.title, width / 2, 1.3 * FONT, width, "middle", weight="600"),
        _grid(horizontal, vertical, columns, marks, left, floor, width),
        *(_curve(one, PALETTE[k % len(PALETTE)], horizontal, vertical) for k, one in enumerate(plot.series)),
        _text(plot.x_label + scale, (left + width) / 2, floor + 2.9 * FONT, width - left, "middle"),
        _text(plot.y_label + factor, 1.1 * FONT, (floor + 2.4 * FONT) / 2, floor, "middle", rotate=True),
        *_legend(legend, bottom),
    ]
    described = html.escape(f"{plot.title}. {plot.caption}".strip(), quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{described}" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" style="max-width:100%;height:auto" fill="currentColor" '
        f'font-family="system-ui,sans-serif" font-size="{FONT:g}">{"".join(parts)}</svg>'
    )


def standalone_svg(plot: Plot, *, width: float = 480.0, height: float = 300.0) -> str:
    """Draw a plot as the text of an SVG file, dark on white: an image file has no page whose colour it could take.

    Examples
    --------
    >>> "currentColor" in standalone_svg(Plot("relu", "input", "output", [Series("relu", [0, 1], [0, 1])]))
    False
    """
    picture = svg(plot, width=width, height=height).replace("currentColor", INK)
    start = picture.index(">") + 1
    return f'{picture[:start]}<rect width="100%" height="100%" fill="#fff" stroke="none"/>{picture[start:]}\n'


def _axis(plot: Plot, which: str, start: float, end: float) -> Axis:
    """Return the axis that holds every number of the plot, with a little room; a single value gets room around it."""
    values = [
        value
        for one in plot.series
        for name in (("x",) if which == "x" else ("y", "low", "high"))
        for value in getattr(one, name) or ()
    ]
    is_log = plot.log_x if which == "x" else plot.log_y
    low, high = min(values), max(values)
    if is_log:
        stretch = (high / low) ** 0.04 if high > low else 2.0
        return Axis(low / stretch, high * stretch, start, end, True)
    room = 0.04 * (high - low) or 0.5 * abs(high) or 1.0
    if which == "x" and high > low:
        room = 0.02 * (high - low)
    return Axis(low - room, high + room, start, end, False)


def _round_ticks(low: float, high: float, most: int) -> list[float]:
    """Return multiples of 1, 2 or 5 times a power of ten.

    Examples
    --------
    >>> _round_ticks(-0.1, 1.1, 6)
    [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]
    """
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * (1 - 1e-9))
    return [k * step for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _log_ticks(low: float, high: float, most: int) -> list[float]:
    """Return powers of ten, every second or third if they are many; 1, 2, 5 times such if they are few."""
    first, last = math.ceil(math.log10(low)), math.floor(math.log10(high))
    if last - first >= 1:
        stride = math.ceil((last - first + 1) / most)
        return [10.0**k for k in range(first, last + 1, stride)]
    fine = [m * 10.0**k for k in range(first - 1, last + 2) for m in (1, 2, 5) if low <= m * 10.0**k <= high]
    return fine if len(fine) > 1 else [low, high]


def _tick_labels(axis: Axis, ticks: Sequence[float]) -> tuple[list[tuple[float, str]], str]:
    """Return (place, text) of each tick, and the power of ten that was taken out of them all, as text for the label."""
    if axis.is_log:
        return [(axis.place(tick), _short(tick)) for tick in ticks], ""
    largest = max((abs(tick) for tick in ticks), default=1.0) or 1.0
    power = math.floor(math.log10(largest))
    power = 0 if -3 <= power <= 4 else power
    step = (ticks[1] - ticks[0] if len(ticks) > 1 else largest) / 10.0**power
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    shown = [(axis.place(tick), _minus(f"{tick / 10.0**power + 0.0:.{digits}f}")) for tick in ticks]
    return shown, f" (\N{MULTIPLICATION SIGN}10{str(power).translate(_RAISED)})" if power else ""


def _short(value: float) -> str:
    text = (
        f"{value:.6g}" if 1e-3 <= value < 1e5 else f"{value:.0e}" if value == float(f"{value:.0e}") else f"{value:.2e}"
    )
    return _minus(text.replace("e-0", "e-").replace("e+0", "e"))


def _minus(text: str) -> str:
    return text.replace("-", "\N{MINUS SIGN}", 1) if text.startswith("-") and float(text) != 0 else text.lstrip("-")


def _grid(
    horizontal: Axis,
    vertical: Axis,
    columns: Sequence[tuple[float, str]],
    rows: Sequence[tuple[float, str]],
    left: float,
    floor: float,
    width: float,
) -> str:
    """Return faint lines at the ticks, and their labels."""
    lines = "".join(f"M{left:.1f} {y:.1f}H{width - 2 * _GAP:.1f}" for y, _ in rows)
    lines += "".join(f"M{x:.1f} {floor:.1f}v4" for x, _ in columns)
    frame = f"M{left:.1f} {vertical.end:.1f}V{floor:.1f}H{horizontal.end:.1f}"
    below = "".join(f'<text x="{x:.1f}" y="{floor + 1.4 * FONT:.1f}">{text}</text>' for x, text in columns)
    beside = "".join(f'<text x="{left - _GAP:.1f}" y="{y + 0.35 * FONT:.1f}">{text}</text>' for y, text in rows)
    return (
        f'<path d="{lines}" fill="none" stroke="currentColor" stroke-opacity=".18"/>'
        f'<path d="{frame}" fill="none" stroke="currentColor" stroke-opacity=".6"/>'
        f'<g text-anchor="middle" font-size="11">{below}</g><g text-anchor="end" font-size="11">{beside}</g>'
    )


def _curve(series: Series, colour: str, horizontal: Axis, vertical: Axis) -> str:
    """Draw one series with its band."""
    xs = [horizontal.place(x) for x in series.x]
    ys = [vertical.place(y) for y in series.y]
    bounded = series.low is not None and series.high is not None
    lows, highs = ([vertical.place(y) for y in (ends or ())] for ends in (series.low, series.high))
    if series.mark is Mark.POINTS:
        bars = "".join(f"M{x:.1f} {a:.1f}V{b:.1f}" for x, a, b in zip(xs, lows, highs, strict=True)) if bounded else ""
        drawn = f'<path d="{bars}" fill="none" stroke="{colour}"/>' if bars else ""
        dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in zip(xs, ys, strict=True))
        return f'{drawn}<g fill="{colour}">{dots}</g>'
    steps = series.mark is Mark.STEPS
    band = ""
    if bounded:
        edge = _path(xs, lows, steps) + "L" + _path(xs[::-1], highs[::-1], steps, backwards=True)[1:] + "Z"
        band = f'<path d="{edge}" fill="{colour}" fill-opacity=".18"/>'
    dashes = ' stroke-dasharray="6 4"' if series.is_reference else ""
    if len(xs) == 1:
        return f'{band}<circle cx="{xs[0]:.1f}" cy="{ys[0]:.1f}" r="3" fill="{colour}"/>'
    line = f'<path d="{_path(xs, ys, steps)}" fill="none" stroke="{colour}" stroke-width="1.8" stroke-linejoin="round"{dashes}/>'
    return band + line


def _path(xs: Sequence[float], ys: Sequence[float], steps: bool, *, backwards: bool = False) -> str:
    """Return the path through points; as steps, a value holds until the next point to its right."""
    path = [f"M{xs[0]:.1f} {ys[0]:.1f}"]
    if steps:
        path += [f"V{y:.1f}H{x:.1f}" if backwards else f"H{x:.1f}V{y:.1f}" for x, y in zip(xs[1:], ys[1:], strict=True)]
    return "".join(path) if steps else path[0] + _strides(xs, ys)


def _strides(xs: Sequence[float], ys: Sequence[float]) -> str:
    """Return the straight lines through points, each as the way from the last one in tenths of a unit: errors do not add up."""
    tenths = [(round(10 * x), round(10 * y)) for x, y in zip(xs, ys, strict=True)]
    ways = ((x - before[0], y - before[1]) for before, (x, y) in pairwise(tenths))
    return "".join(f"l{dx / 10:g} {dy / 10:g}" for dx, dy in ways)


def _text(text: str, x: float, y: float, room: float, anchor: str, *, weight: str = "", rotate: bool = False) -> str:
    most = max(4, int(room / _LETTER))
    shown = text if len(text) <= most else f"{text[: most - 1]}\N{HORIZONTAL ELLIPSIS}"
    bold = f' font-weight="{weight}"' if weight else ""
    turn = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if rotate else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{bold}{turn}>{svg_prose(shown)}</text>'


def _legend_rows(series: Sequence[Series], room: float) -> list[list[tuple[float, Series, str]]]:
    """Return rows of (place, series, colour): as many entries a row as fit."""
    rows: list[list[tuple[float, Series, str]]] = [[]]
    x = _GAP
    for k, one in enumerate(series):
        needed = 3 * FONT + len(one.label) * _LETTER
        if rows[-1] and x + needed > room:
            rows.append([])
            x = _GAP
        rows[-1].append((x, one, PALETTE[k % len(PALETTE)]))
        x += needed + FONT
    return rows


def _legend(rows: Sequence[Sequence[tuple[float, Series, str]]], top: float) -> list[str]:
    drawn = []
    for line, row in enumerate(rows):
        y = top + (line + 1) * 1.6 * FONT
        for x, series, colour in row:
            middle = y - 0.35 * FONT
            dashes = ' stroke-dasharray="6 4"' if series.is_reference else ""
            key = (
                f'<circle cx="{x + FONT:.1f}" cy="{middle:.1f}" r="3" fill="{colour}"/>'
                if series.mark is Mark.POINTS
                else f'<path d="M{x:.1f} {middle:.1f}h{2 * FONT:.1f}" stroke="{colour}" stroke-width="2"{dashes}/>'
            )
            drawn.append(f'{key}<text x="{x + 2.5 * FONT:.1f}" y="{y:.1f}">{svg_prose(series.label)}</text>')
    return drawn
