"""The activation card in a real browser: nothing overflows at phone or desktop width, every formula and plot has a box.

A small script is put into a copy of the page; it writes what it measures into the document, which the browser then dumps.
Screenshots are kept beside the copy, in pytest's folder of the test.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from proofs_check.report.profile.card import card_of
from proofs_check.report.profile.page import card_page
from proofs_check.report.profile.subject import Subject
from theory.activation import Activation

pytestmark = pytest.mark.slow

Browse = Callable[..., str]

MEASURE = """<script>
window.complaints = [];
window.addEventListener("error", e => complaints.push(String(e.message)), true);
window.addEventListener("load", () => {
  const width = document.documentElement.clientWidth;
  const outside = [...document.querySelectorAll("main *, header *")].filter(
    e => e.closest(".scroll, pre, svg") === null && e.getBoundingClientRect().right > width + 0.5);
  const box = e => e.getBoundingClientRect();
  const place = document.createElement("pre");
  place.id = "findings";
  place.textContent = JSON.stringify({
    width, scroll: document.documentElement.scrollWidth,
    outside: outside.slice(0, 5).map(e => e.tagName + " " + e.className + " " + e.textContent.slice(0, 60)),
    formulas: document.querySelectorAll("math").length,
    flat: [...document.querySelectorAll("math")].filter(m => box(m).width < 1 || box(m).height < 1).length,
    plots: document.querySelectorAll("svg").length,
    blank: [...document.querySelectorAll("svg")].filter(s => box(s).height < 100).length,
    paper: getComputedStyle(document.body).backgroundColor, complaints: window.complaints,
  });
  document.body.append(place);
});
</script>"""


def measured(browse: Browse, page: str, folder: Path, width: int, *flags: str) -> dict[str, Any]:
    file = folder / f"card-{width}.html"
    file.write_text(page.replace("</head>", MEASURE + "</head>", 1), encoding="utf-8")
    # a headless window is at least 500 wide: a phone is a frame of that width in it
    frame = folder / f"frame-{width}.html"
    frame.write_text(f'<!DOCTYPE html><body style="margin:0"><iframe src="{file.name}" style="border:0;width:{width}px;height:6000px"></iframe><script>window.addEventListener("load", () => {{ document.body.append(document.adoptNode(document.querySelector("iframe").contentDocument.querySelector("#findings").cloneNode(true))); }});</script>', encoding="utf-8")  # fmt: skip
    picture = folder / f"card-{width}.png"
    size = f"--window-size={max(width, 500)},6000"
    wanted = [size, "--virtual-time-budget=10000", f"--screenshot={picture}", "--dump-dom", frame.as_uri()]
    dumped = browse(folder, *flags, *wanted)
    assert picture.stat().st_size > 10_000
    found = re.search(r'<pre id="findings">(.*?)</pre>', dumped, flags=re.DOTALL)
    assert found is not None
    findings: dict[str, Any] = json.loads(unescape(found[1]))
    return findings


@pytest.mark.parametrize(("text", "width"), [("gelu", 390), ("max(x,0)+0.1*min(x,0)", 1200)])
def test_the_card_fits_and_shows_everything(browse: Browse, text: str, width: int, tmp_path: Path) -> None:
    page = card_page(card_of(Subject(Activation.from_text(text), width=64, depth=6)))
    flags = ("--force-dark-mode", "--blink-settings=preferredColorScheme=0") if width == 1200 else ()
    found = measured(browse, page, tmp_path, width, *flags)
    assert found["width"] == width
    assert found["scroll"] <= width
    assert found["outside"] == []
    assert found["formulas"] == page.count("<math")
    assert found["plots"] == page.count("<svg") >= 8
    assert (found["flat"], found["blank"], found["complaints"]) == (0, 0, [])
