"""Drawings: what is drawn where, that nothing overlaps, that two fit on one page."""

from __future__ import annotations

import itertools
import math
import re
from xml.etree import ElementTree

import pytest

from proofs_check.evidence.plot import Mark, Plot, Series
from proofs_check.report.drawing import FONT, PALETTE, Axis, svg

SVG = "{http://www.w3.org/2000/svg}"


def drawn(plot: Plot) -> ElementTree.Element:
    return ElementTree.fromstring(svg(plot))


def line(x: list[float], y: list[float], **options: object) -> Plot:
    return Plot("title", "x", "y", [Series("one", x, y)], **options)  # type: ignore[arg-type]


WIDE = line([0, 1e-7], [1e12, 1.5e12])
NARROW = line([0, 1], [0.49996, 0.50004])
LOG = Plot("t", "x", "y", [Series("s", [1, 1e6], [1e-12, 3])], log_x=True, log_y=True)
FLAT = line([0, 1], [0.25, 0.25])
POINT = line([3], [4])
NEGATIVE = line([-5, 5], [-1, 0])
LOG_NARROW = Plot("t", "x", "y", [Series("s", [2, 3], [2, 3])], log_x=True, log_y=True)
MANY = Plot("t", "x", "y", [Series(f"a series with a long name, number {k}", [0, 1], [k, k + 1]) for k in range(5)])
PLOTS = [WIDE, NARROW, LOG, FLAT, POINT, NEGATIVE, LOG_NARROW, MANY]


def test_a_line_passes_through_its_points_in_order() -> None:
    path = next(p for p in drawn(line([0, 1, 3], [0, 2, 1])).iter(f"{SVG}path") if p.get("stroke") == PALETTE[0])
    found = re.fullmatch(r"M([\d.]+) ([\d.]+)l(\S+) (\S+?)l(\S+) (\S+)", path.get("d") or "")
    assert found is not None
    _, _, x1, y1, x2, y2 = map(float, found.groups())  # a place, then two ways
    assert x2 / x1 == pytest.approx(2, abs=0.01)
    assert y2 / y1 == pytest.approx(-0.5, abs=0.01)
    assert y1 < 0  # upwards on the page


def test_the_ways_between_points_do_not_add_up_their_roundings() -> None:
    xs = [k / 7 for k in range(1000)]
    path = next(p for p in drawn(line(xs, xs)).iter(f"{SVG}path") if p.get("stroke") == PALETTE[0])
    start, *ways = re.findall(r"[Ml](\S+?) (-?[\d.]+)", path.get("d") or "")
    ends = [
        p for p in drawn(line([xs[0], xs[-1]], [xs[0], xs[-1]])).iter(f"{SVG}path") if p.get("stroke") == PALETTE[0]
    ]
    first, last = re.findall(r"[Ml](\S+?) (-?[\d.]+)", ends[0].get("d") or "")
    for axis in (0, 1):
        assert sum(float(way[axis]) for way in ways) == pytest.approx(float(last[axis]), abs=1e-6)
        assert start[axis] == first[axis]


def test_logarithms_are_to_scale() -> None:
    axis = Axis(1, 1000, 0, 300, True)
    assert [axis.place(value) for value in (1, 10, 100, 1000)] == pytest.approx([0, 100, 200, 300])
    assert axis.ticks(6) == [1, 10, 100, 1000]


@pytest.mark.parametrize("plot", PLOTS)
def test_ticks_tell_values_apart_and_stand_within_the_picture(plot: Plot) -> None:
    root = drawn(plot)
    _, _, width, height = map(float, (root.get("viewBox") or "").split())
    for group, ends in (("middle", width), ("end", height)):
        node = next(g for g in root.iter(f"{SVG}g") if g.get("text-anchor") == group)
        labels = [text.text for text in node]
        assert len(labels) >= 2
        assert len(set(labels)) == len(labels)
        places = [float(text.get("x" if group == "middle" else "y") or 0) for text in node]
        assert all(0 <= place <= ends for place in places)


def boxes(root: ElementTree.Element) -> list[tuple[float, float, float, float]]:
    """Return the box of every text, at 0.56 em a character: DejaVu Sans, a wide font, has 0.6 on average, Helvetica 0.5."""
    found = []
    anchors = {child: group.get("text-anchor") for group in root.iter(f"{SVG}g") for child in group}
    for text in root.iter(f"{SVG}text"):
        x, y, length = float(text.get("x") or 0), float(text.get("y") or 0), len(text.text or "") * 0.56 * FONT
        anchor = text.get("text-anchor") or anchors.get(text) or "start"
        start = {"start": 0.0, "middle": -length / 2, "end": -length}[anchor]
        if text.get("transform"):
            found.append((x - FONT, y - length / 2, x + 0.2 * FONT, y + length / 2))
        else:
            found.append((x + start, y - 0.8 * FONT, x + start + length, y + 0.2 * FONT))
    return found


@pytest.mark.parametrize("plot", PLOTS)
def test_texts_do_not_overlap(plot: Plot) -> None:
    for (a, b, c, d), (e, f, g, h) in itertools.combinations(boxes(drawn(plot)), 2):
        assert not (a < g - 1 and e < c - 1 and b < h - 1 and f < d - 1), svg(plot)


@pytest.mark.parametrize("plot", PLOTS)
def test_a_drawing_is_small_has_no_identifier_and_stands_alone(plot: Plot) -> None:
    picture = svg(plot)
    assert len(picture) <= 15_000
    assert " id=" not in picture
    assert "href" not in picture
    assert "<style" not in picture
    assert not re.search(r"nan|inf[^o]", picture)


def test_bands_steps_points_and_references() -> None:
    band = Plot("t", "x", "y", [Series("b", [0, 1], [1, 1], [0, 0], [2, 2])])
    assert any(p.get("fill-opacity") for p in drawn(band).iter(f"{SVG}path"))
    steps = Plot("t", "x", "y", [Series("s", [0, 1, 2], [0, 1, 2], [0, 0, 1], [1, 2, 3], Mark.STEPS)])
    assert any(re.search(r"H[\d.]+V", p.get("d") or "") for p in drawn(steps).iter(f"{SVG}path"))
    points = Plot("t", "x", "y", [Series("p", [0, 1], [0, 1], [-1, 0], [1, 2], Mark.POINTS)])
    assert len(list(drawn(points).iter(f"{SVG}circle"))) == 2
    reference = Plot("t", "x", "y", [Series("r", [0, 1], [0, 1], is_reference=True)])
    assert any(p.get("stroke-dasharray") for p in drawn(reference).iter(f"{SVG}path"))


def test_hostile_text_is_escaped_and_described() -> None:
    label = '<script>"&'
    root = drawn(Plot(label, label, label, [Series(label, [0, 1], [0, 1]), Series("b", [0, 1], [1, 0])], caption=label))
    assert root.get("aria-label") == f"{label}. {label}"
    assert not list(root.iter(f"{SVG}script"))
    assert [text.text for text in root.iter(f"{SVG}text")].count(label) == 4


def test_numbers_keep_their_size() -> None:
    texts = [text.text or "" for text in drawn(WIDE).iter(f"{SVG}text")]
    assert "y (×10¹²)" in texts
    assert "x (×10⁻⁷)" in texts or "x (×10⁻⁸)" in texts
    assert math.isclose(float(texts[1]), 0.0)
