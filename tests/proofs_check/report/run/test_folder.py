"""The report's folder: chosen before the run, never overwritten silently, complete afterwards."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from proofs_check.cli import app
from proofs_check.report.run.document import document
from proofs_check.report.run.folder import FILES, prepare_folder, write_report
from proofs_check.report.run.markdown import escaped, markdown
from proofs_check.report.run.recipe import Recipe
from proofs_check.run.run_report import RunReport

RECIPE = Recipe(("T1",), ("--seed", "0"))


def test_a_new_or_empty_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    assert prepare_folder(tmp_path / "a" / "b") == tmp_path / "a" / "b"
    assert prepare_folder(tmp_path / "a" / "b") == tmp_path / "a" / "b"
    (tmp_path / "notes.txt").write_text("mine")
    assert prepare_folder(tmp_path) == tmp_path


@pytest.mark.parametrize("name", [*FILES, "certificates"])
def test_a_report_that_is_there_stays(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "report"
    (folder / name).mkdir(parents=True)
    chosen = {prepare_folder(folder), prepare_folder(folder), prepare_folder(folder)}
    assert len(chosen) == 3  # each made, so that two runs within a second have their own
    assert all(place.parent == tmp_path and re.fullmatch(r"report-\d{8}T\d{6}(-\d)?", place.name) for place in chosen)
    assert prepare_folder(folder, force=True) == folder


def test_a_file_in_the_way_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(ValueError, match=r"folder it can write for the report, got .*file"):
            prepare_folder(place)
    assert (tmp_path / "file").read_text() == "mine"


def test_the_folder_has_every_file_and_force_leaves_no_old_certificate(tmp_path: Path, good_run: RunReport) -> None:
    (tmp_path / "certificates").mkdir()
    (tmp_path / "certificates" / "old.json").write_text("{}")
    page = write_report(good_run, tmp_path, RECIPE)
    assert page == tmp_path / "index.html"
    assert {path.name for path in tmp_path.iterdir()} == {*FILES, "certificates"}
    links = re.findall(r'href="(certificates/[^"]+)"', page.read_text())
    assert {f"certificates/{path.name}" for path in (tmp_path / "certificates").iterdir()} == set(links)


def test_json_carries_the_plots(good_run: RunReport) -> None:
    entries = [e for e in document(good_run)["claims"][0]["evidence"] if e["plots"]]
    assert {entry["rung"] for entry in entries} == {"certified", "sampled"}
    for entry in json.loads(json.dumps(entries)):
        for plot in entry["plots"]:
            assert {"title", "x_label", "y_label", "log_x", "log_y", "caption", "series"} == set(plot)
            for series in plot["series"]:
                assert len(series["x"]) == len(series["y"])
                assert (series["low"] is None) == (series["high"] is None)


def test_markdown_has_summary_claims_errata_and_no_markup_of_its_own_making(mixed_run: RunReport) -> None:
    text = markdown(mixed_run, RECIPE)
    assert text.startswith("# haarmite: refuted\n")
    assert "| T1 | A square is nonnegative, x^2 &gt;= 0 | **checked** | checked | checked | checked | 3/3 |" in text
    assert "```math\nx^{2} \\geq 0\n```" in text
    assert "## Errata" in text
    assert "<script>" not in text
    assert text.count("<details>") == text.count("</details>") == 4
    tables = [line for line in text.splitlines() if line.startswith("| ")]
    # a bar in a cell is escaped: every row of a table has as many cells as its head
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in tables} == {9, 5}


def test_markdown_escapes_what_it_shows() -> None:
    assert escaped("a*b_c [d](e) `f` <g> & |h|\nnext") == (r"a\*b\_c \[d\](e) \`f\` &lt;g&gt; &amp; \|h\| next")


def counts(element: ElementTree.Element) -> tuple[int, ...]:
    return tuple(int(element.get(name) or -1) for name in ("tests", "failures", "errors", "skipped"))


def test_junit_has_a_suite_per_paper_and_counts_what_is_wrong(tmp_path: Path, mixed_run: RunReport) -> None:
    write_report(mixed_run, tmp_path, RECIPE)
    root = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert root.tag == "testsuites"
    assert [suite.tag for suite in root] == ["testsuite", "testsuite"]
    assert [suite.get("name", "")[:4] for suite in root] == ["[T] ", "[O'] "[:4]]
    # [T]: T1 and its 3 mutants pass, T2 is refuted and its mutant, the same statement, with it;
    # [O']: the broken check is an error for the claim and its mutant, the open conjecture is skipped, its mutant passes
    assert [counts(suite) for suite in root] == [(6, 1, 0, 0), (4, 0, 2, 1)]
    assert counts(root) == (10, 1, 2, 1)
    for case in root.iter("testcase"):
        assert {"name", "classname", "time"} <= set(case.attrib)
        assert float(case.get("time", "nan")) >= 0
        assert {child.tag for child in case} <= {"failure", "error", "skipped"}
    failure = next(root.iter("failure"))
    assert failure.get("type") == "refuted"
    assert "alert(1)" in (failure.text or "")


def test_junit_names_a_surviving_mutant(tmp_path: Path) -> None:
    from proofs_check.claim.claim import SYMBOLIC, Claim, Mutant, Paper
    from proofs_check.evidence.symbolic import exact_evidence
    from proofs_check.report.run.junit import junit
    from proofs_check.run.runner import run

    claim = Claim("S1", "true", Paper("S", "s"), 1, ["a"], [Mutant("not wrong", 1, "a", SYMBOLIC)])
    claim.symbolic(lambda *_: exact_evidence(True, "fine", ""))
    root = ElementTree.fromstring(junit(run([claim])))
    assert counts(root) == (2, 2, 0, 0)  # the claim too: what finds its mutant true is void
    claims, failure = root.iter("failure")
    assert claims.get("type") == "inconclusive"
    assert failure.get("type") == "survived"
    assert "not refuted by the symbolic rung: fine" in (failure.text or "")


def test_recipe_of_a_claim_in_a_file_of_ones_own() -> None:
    recipe = Recipe(("my claims.py", "A1"), ("--seed", "3"))
    assert recipe.whole == "haarmite verify 'my claims.py' A1 --seed 3"
    assert recipe.of("A1") == "haarmite verify A1 --seed 3"
    assert recipe.of("M1") == "haarmite verify 'my claims.py::M1' --seed 3"
    assert Recipe(("a.py", "b.py"), ()).of("M1") == "haarmite verify a.py b.py"
    assert Recipe(("a.py::M1", "b.py::M2"), ()).of("M1") == "haarmite verify a.py::M1"


def test_verify_keeps_an_older_report_unless_forced(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    command = ["verify", "A1", "--report", str(folder)]
    assert CliRunner().invoke(app, command).exit_code == 0
    (folder / "report.json").write_text("mine")
    second = CliRunner().invoke(app, command)
    assert second.exit_code == 0
    assert "--force overwrites" in second.stderr
    assert (folder / "report.json").read_text() == "mine"
    (sibling,) = (place for place in tmp_path.iterdir() if place != folder)
    assert json.loads((sibling / "report.json").read_text())["verdict"] == "holds"
    assert CliRunner().invoke(app, [*command, "--force"]).exit_code == 0
    assert json.loads((folder / "report.json").read_text())["verdict"] == "holds"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_that_cannot_be_written_is_told_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")

    def never(*_: object, **__: object) -> None:
        raise AssertionError("the run started")

    monkeypatch.setattr("proofs_check.run.verification.run", never)
    outcome = CliRunner().invoke(app, ["verify", "A1", "--report", str(tmp_path / "file")])
    assert outcome.exit_code == 2
    assert outcome.stderr.count("\n") == 1
    assert "folder it can write" in outcome.stderr
