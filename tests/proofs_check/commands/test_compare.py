"""`compare`: every format, sorting, refusals."""

from __future__ import annotations

import csv
import io
import json

import pytest
from typer.testing import CliRunner

from proofs_check.cli import app

runner = CliRunner(env={"COLUMNS": "200"})


def compare(*arguments: str) -> tuple[int, str, str]:
    outcome = runner.invoke(app, ["compare", *arguments])
    return outcome.exit_code, outcome.stdout, outcome.stderr


def test_text_names_and_explains_every_column() -> None:
    code, out, err = compare("square", "x", "--sort", "-beta_0")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[1].split()[:5] == ["square", "2", "0", "1.33333", "4"]
    assert "rho*  correlation that attracts" in out


def test_csv_and_json_and_documents() -> None:
    _, out, _ = compare("square", "abs", "--format", "csv", "--digits", "12", "--sort", "slope_at_one")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(row["activation"], row["slope_at_one"]) for row in rows] == [("abs", "1"), ("square", "1.33333333333")]
    _, out, _ = compare("square", "--json")
    row = json.loads(out)["rows"][0]
    assert row["attractor"] == {"value": "0.5", "radius": "0", "method": "exact", "closed_form": "1/2"}
    assert compare("square", "--format", "latex")[1].startswith("\\begin{tabular}")
    assert compare("square", "--format", "markdown")[1].startswith("| activation | beta_0 |")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("relu", "--format", "html"), "format of text, csv"),
        (("relu", "--sort", "beauty"), "to sort by"),
        (("relu", "foo(x)"), "listed functions"),
        (("relu", "5"), "constant"),
        (("relu", "--digits", "0"), "digits"),
    ],
)
def test_bad_input(arguments: tuple[str, ...], reason: str) -> None:
    code, out, err = compare(*arguments)
    assert (code, out) == (2, "")
    assert reason in err
    assert err.count("\n") == 1


def test_a_narrow_terminal_gets_activations_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    outcome = CliRunner().invoke(app, ["compare", "relu", "erf", "abs", "sin"])
    assert outcome.exit_code == 0
    tables = outcome.stdout.split("\n\n")
    heads = [table.splitlines()[0].split() for table in tables if table.lstrip().startswith("activation")]
    assert len(heads) > 1
    assert [name for head in heads for name in head[1:]] == ["relu", "erf", "abs", "sin"]
    assert all(len(line) <= 60 for table in tables[: len(heads)] for line in table.splitlines())
    (slopes,) = [line.split() for line in tables[0].splitlines() if line.startswith("slope at 1")]
    assert slopes[3] == "1"  # relu: kappa'(1) = 1 exactly
