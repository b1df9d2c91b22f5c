"""The report in a real browser: nothing overflows, every formula has a box, nothing complains, paper opens what is folded.

A small script is put into a copy of the page; it writes what it measures into the document, which the browser then dumps.
Screenshots are kept beside the copy, in pytest's folder of the test.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest
import sympy as sp

from proofs_check.claim.claim import SYMBOLIC, Claim, Mutant, Paper
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.symbolic import exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.report.run.page import SHOWN_PLOTS, page
from proofs_check.report.run.recipe import Recipe
from proofs_check.run.runner import run
from proofs_check.run.selection import select_claims

pytestmark = pytest.mark.slow

Browse = Callable[..., str]

# Errors are caught from the start of the page; measurements are taken once it is laid out, with everything unfolded.
CATCH = """<script>
window.complaints = [];
window.addEventListener("error", e => complaints.push("error: " + (e.message || e.target.outerHTML)), true);
for (const kind of ["error", "warn"]) console[kind] = (...args) => complaints.push(kind + ": " + args.join(" "));
</script>"""
MEASURE = """<script>
window.addEventListener("load", () => {
  const dark = DARK;
  const findings = {};
  for (const state of ["folded", "unfolded"]) {
    if (state === "unfolded") document.querySelectorAll("details").forEach(d => d.open = true);
    const width = document.documentElement.clientWidth;
    const boxed = e => e.closest(".wide, .formula, .skip, nav, thead") !== null;
    const outside = [...document.querySelectorAll("body *")].filter(
      e => !boxed(e) && e.getBoundingClientRect().right > width + 0.5);
    findings[state] = {
      width,
      scroll: document.documentElement.scrollWidth,
      outside: outside.slice(0, 5).map(e => e.tagName + " " + e.className + " " + e.textContent.slice(0, 60)),
    };
  }
  const flat = [...document.querySelectorAll("math")].filter(m => {
    const box = m.getBoundingClientRect();
    return box.width < 1 || box.height < 1;
  });
  const blank = [...document.querySelectorAll("svg")].filter(s => s.getBoundingClientRect().height < 50);
  const paint = getComputedStyle(document.body);
  Object.assign(findings, {
    formulas: document.querySelectorAll("math").length, flat: flat.map(m => m.textContent),
    plots: document.querySelectorAll("svg").length, blank: blank.length,
    ink: paint.color, paper: paint.backgroundColor, complaints: window.complaints,
  });
  const place = document.createElement("pre");
  place.id = "findings";
  place.textContent = JSON.stringify(findings);
  document.body.append(place);
});
</script>"""


@dataclass(frozen=True)
class Wide:
    """A statement whose formula is wider than a telephone."""

    shift: int = 0

    def formula(self) -> sp.Basic:
        return sp.Ge(sum(sp.symbols("x_:60")), self.shift, evaluate=False)


def wide_claim() -> Claim:
    claim = Claim(
        "X1", "Wide" * 30, Paper("X", "x" * 300), Wide(), ["case" * 50], [Mutant("m" * 200, Wide(1), "", SYMBOLIC)]
    )

    @claim.for_all(SYMBOLIC)
    def long_words(statement: Wide, _: None, __: Trial) -> Evidence:
        """Say something without a space."""
        return exact_evidence(not statement.shift, "y" * 300, "w" * 300, figure="1" * 300)

    return claim


@pytest.fixture(scope="module")
def report_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a cheap run with formulas, plots, certificates, several papers."""
    report = run([*select_claims(["A3", "B9", "W8", "W9"]), wide_claim()])
    folder = tmp_path_factory.mktemp("report")
    file = folder / "index.html"
    file.write_text(page(report, Recipe()), encoding="utf-8")
    return file


def measure(browse: Browse, file: Path, folder: Path, width: int, dark: bool) -> dict[str, object]:
    """Return what the script finds in a copy of the page at this width, framed so that narrow windows are honoured."""
    text = file.read_text(encoding="utf-8").replace("<head>", f"<head>{CATCH}", 1)
    copy = folder / "copy.html"
    copy.write_text(text.replace("</body>", MEASURE.replace("DARK", str(dark).lower()) + "</body>"), encoding="utf-8")
    scheme = ["--blink-settings=preferredColorScheme=0"] if dark else ["--blink-settings=preferredColorScheme=1"]
    # A browser's window has a least width of about 500 px; a frame has none.
    frame = folder / "frame.html"
    frame.write_text(
        f'<!DOCTYPE html><body style="margin:0"><iframe id="f" src="copy.html" style="border:0;width:{width}px;height:2000px">'
        '</iframe><script>addEventListener("load", () => { document.body.append(Object.assign(document.createElement("pre"), '
        '{id: "copied", textContent: f.contentDocument.getElementById("findings").textContent})); });</script>'
    )
    dumped = browse(
        folder,
        f"--window-size={max(width, 600)},2000",
        *scheme,
        "--dump-dom",
        frame.as_uri(),
    )
    found = re.search(r'<pre id="copied">(.*?)</pre>', dumped, re.DOTALL)
    assert found, dumped[-2000:]
    browse(folder, f"--window-size={max(width, 600)},2000", *scheme,
           f"--screenshot={folder / f'{width}-{dark}.png'}", frame.as_uri())  # fmt: skip
    assert (folder / f"{width}-{dark}.png").stat().st_size > 10_000
    return dict(json.loads(unescape(found[1])))


def luminance(colour: str) -> float:
    """Return the relative luminance of an ``rgb(r, g, b)``, by WCAG 2."""
    channels = [int(number) / 255 for number in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_the_page_fits_its_window(browse: Browse, report_page: Path, tmp_path: Path, width: int, dark: bool) -> None:
    found = measure(browse, report_page, tmp_path, width, dark)
    for state in ("folded", "unfolded"):
        at = found[state]
        assert isinstance(at, dict)
        assert at["width"] == width
        assert at["scroll"] <= width, at
        assert at["outside"] == []
    assert found["complaints"] == []
    assert found["flat"] == []
    assert found["blank"] == 0
    assert int(str(found["formulas"])) >= 5
    assert int(str(found["plots"])) >= SHOWN_PLOTS
    ink, paper = luminance(str(found["ink"])), luminance(str(found["paper"]))
    assert (paper < ink) == dark
    brighter, darker = max(ink, paper) + 0.05, min(ink, paper) + 0.05
    assert brighter / darker >= 7  # WCAG 2.2, AAA for body text


def test_the_measurement_sees_a_page_that_is_too_wide(browse: Browse, report_page: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.html"
    text = report_page.read_text(encoding="utf-8")
    wide = '<p style="width:700px">too wide</p><math></math><script>console.error("complaint")</script><main>'
    broken.write_text(text.replace("<main>", wide, 1), encoding="utf-8")
    found = measure(browse, broken, tmp_path, 360, False)
    assert found["folded"]["scroll"] > 360  # type: ignore[index]
    assert "too wide" in found["folded"]["outside"][0]  # type: ignore[index]
    assert found["flat"] == [""]
    assert found["complaints"] == ["error: complaint"]


def test_paper_shows_what_is_folded(browse: Browse, report_page: Path, tmp_path: Path) -> None:
    """The PDF is as long as that of the page with everything unfolded, and longer than without the folded parts."""
    text = report_page.read_text(encoding="utf-8")
    assert "<details" in text
    pages = []
    unfolded = re.sub(r"<details\b(?! open)", "<details open", text)
    hidden = text.replace("</style>", "@media print { details { display: none } }</style>", 1)
    for name, content in (("folded", text), ("unfolded", unfolded), ("hidden", hidden)):
        file, target = tmp_path / f"{name}.html", tmp_path / f"{name}.pdf"
        file.write_text(content, encoding="utf-8")
        browse(tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={target}", file.as_uri())
        data = target.read_bytes()
        assert data.startswith(b"%PDF")
        pages.append(len(re.findall(rb"/Type\s*/Page\b", data)))
    assert pages[0] == pages[1] > pages[2] >= 1


ASK = """<script>
addEventListener("load", () => {
  const shown = () => [...document.querySelectorAll("article")].filter(a => a.getBoundingClientRect().height > 0).map(a => a.id);
  const ask = (name, value) => {
    document.getElementById(name).value = value;
    document.getElementById("filter").dispatchEvent(new Event("input"));
  };
  const found = {every: shown()};
  ask("find", "catalan"); found.word = shown(); ask("find", "");
  ask("in-paper", "B"); found.paper = shown(); found.lists = document.querySelectorAll("section:not([hidden]) li:not([hidden])[data-paper]").length;
  location.hash = "#claim-W9";
  setTimeout(() => {
    found.linked = shown();
    found.open = [...document.querySelectorAll("article details.evidence[open]")].map(d => d.closest("article").id);
    document.body.append(Object.assign(document.createElement("pre"), {id: "answers", textContent: JSON.stringify(found)}));
  }, 300);
});
</script>"""


def test_claims_are_filtered_searched_and_opened_by_a_link(browse: Browse, report_page: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.html"
    copy.write_text(report_page.read_text(encoding="utf-8").replace("</body>", f"{ASK}</body>"), encoding="utf-8")
    dumped = browse(tmp_path, "--virtual-time-budget=3000", "--dump-dom", copy.as_uri())
    answers = re.search(r'<pre id="answers">(.*?)</pre>', dumped, re.DOTALL)
    assert answers, dumped[-1000:]
    found = json.loads(unescape(answers[1]))
    assert found["every"] == [f"claim-{name}" for name in ("A3", "B9", "W8", "W9", "X1")]
    assert found["word"] == ["claim-W8"]  # Catalan numbers
    assert found["paper"] == ["claim-B9"]
    assert found["lists"] == 1
    assert found["linked"] == found["every"]  # a link beyond the filter clears it
    assert found["open"] == ["claim-W9"]


def test_on_paper_each_claim_begins_a_page(browse: Browse, report_page: Path, tmp_path: Path) -> None:
    text = report_page.read_text(encoding="utf-8")
    pages = []
    for name, content in (("all", text), ("few", text.replace("</style>", "article { display: none }</style>", 1))):
        file, target = tmp_path / f"{name}.html", tmp_path / f"{name}.pdf"
        file.write_text(content, encoding="utf-8")
        browse(tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={target}", file.as_uri())
        pages.append(len(re.findall(rb"/Type\s*/Page\b", target.read_bytes())))
    assert pages[0] - pages[1] >= 5  # as many as claims
