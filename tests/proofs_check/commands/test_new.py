"""`haarmite new`: the example it writes is judged as it says, and nothing is written over."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from proofs_check.cli import app
from proofs_check.evidence.verdict import Verdict
from proofs_check.run.verification import verify


def test_the_example_is_proved(tmp_path: Path) -> None:
    file = tmp_path / "my_claims.toml"
    assert CliRunner().invoke(app, ["new", str(file)]).exit_code == 0
    report = verify(str(file))
    assert report.unread == ()
    assert [claim.claim.id for claim in report.claims] == ["K1", "K2"]
    assert all(claim.verdict in (Verdict.PROVED, Verdict.CERTIFIED) for claim in report.claims)
    assert report.exit_code == 0


@pytest.mark.parametrize(
    ("name", "match"),
    [("there.toml", "not there yet"), ("claims.py", "ending in .toml"), ("no/folder.toml", "folder it can write")],
)
def test_bad_names_are_one_line_and_write_nothing(tmp_path: Path, name: str, match: str) -> None:
    (tmp_path / "there.toml").write_text("mine")
    outcome = CliRunner().invoke(app, ["new", str(tmp_path / name)])
    assert outcome.exit_code == 2
    assert match in outcome.output
    assert len(outcome.output.strip().splitlines()) == 1
    assert (tmp_path / "there.toml").read_text() == "mine"
    assert [file.name for file in tmp_path.iterdir()] == ["there.toml"]
