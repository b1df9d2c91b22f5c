"""`haarmite prove`: plain inequalities on a box, through the command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from proofs_check.cli import app
from proofs_check.interval.recheck import recheck


def prove(*arguments: str) -> tuple[int, str]:
    outcome = CliRunner().invoke(app, ["prove", *arguments])
    return outcome.exit_code, outcome.output


@pytest.mark.parametrize(
    ("inequality", "ranges", "code"),
    [
        ("sin(x) <= x", ["x in [0, 3]"], 0),
        ("-x^2 <= 0", ["x in [-1, 3]"], 0),
        ("exp(x) >= 1 + x*y", ["x in [1, 2]", "y in [0, 1/2]"], 0),
        ("sin(x) <= x/2", ["x in [0, 3]"], 1),
        ("1 - 1e-30 >= cos(x)", ["x in [0, 1]"], 1),
    ],
)
def test_the_exit_code_says_what_was_found(inequality: str, ranges: list[str], code: int) -> None:
    assert prove(inequality, *(part for text in ranges for part in ("--for", text)))[0] == code


def test_a_witness_is_a_point_where_it_fails() -> None:
    code, text = prove("x^2 <= x", "--for", "x in [0, 2]", "--json")
    assert code == 1
    assert json.loads(text)["witness"]["point"]["x"] in {"3/2", "2", "7/4"}


def test_the_certificate_is_accepted_and_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    assert prove("sin(x) <= x", "--for", "x in [0, 3]", "--certificate", str(file))[0] == 0
    assert recheck(file.read_text()).accepted
    code, text = prove("sin(x) <= x", "--for", "x in [0, 3]", "--certificate", str(file))
    assert (code, "needs a new file" in text) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (["sin(x) <= y", "--for", "x in [0, 3]"], "got 'y'"),
        (["sin(x) <= x"], "for"),
        (["import os", "--for", "x in [0, 1]"], "haarmite: "),
    ],
    ids=["unknown variable", "no range", "no inequality"],
)
def test_bad_input_is_one_line(arguments: list[str], match: str) -> None:
    code, text = prove(*arguments)
    assert code == 2
    assert match in text
    assert len(text.strip().splitlines()) == 1
