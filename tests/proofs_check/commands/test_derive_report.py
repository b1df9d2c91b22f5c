"""`derive --report`: written whole, never over another file unasked, and refused before the work."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from proofs_check.cli import app

runner = CliRunner()


def derive(*arguments: str) -> tuple[int, str, str]:
    outcome = runner.invoke(app, ["derive", *arguments])
    return outcome.exit_code, outcome.stdout, outcome.stderr


def test_a_card_is_written_and_not_overwritten_silently(tmp_path: Path) -> None:
    file = tmp_path / "card.html"
    sizes = ("--width", "32", "--depth", "3", "--batch", "4")
    code, out, err = derive("abs", "--report", str(file), *sizes)
    assert (code, out) == (0, "")
    assert str(file) in err
    first = file.read_text(encoding="utf-8")
    assert "Width 32, depth 3, batch 4" in first
    file.write_text("mine")
    code, _, err = derive("abs", "--report", str(file))
    assert code == 2
    assert "--force overwrites" in err
    assert file.read_text() == "mine"
    assert derive("abs", "--report", str(file), "--force", *sizes)[0] == 0
    assert file.read_text(encoding="utf-8") == first
    assert list(tmp_path.iterdir()) == [file]


def test_json_beside_the_card(tmp_path: Path) -> None:
    code, out, _ = derive("square", "--report", str(tmp_path / "c.html"), "--width", "8", "--depth", "2", "--json")
    assert code == 0
    assert json.loads(out)["activation"]["name"] == "square"


BAD = [
    (("relu", "--report", "missing/card.html"), "existing folder"),
    (("relu", "--report", "."), "a name, such as"),
    (("relu", "--width", "10"), "--report FILE with --width"),
    (("relu", "--force"), "--report FILE with --force"),
    (("relu", "--report", "c.html", "--width", "1"), "width in 2"),
    (("relu", "--report", "c.html", "--depth", "0"), "depth in 1"),
    (("relu", "--report", "c.html", "--digits", "0"), "digits"),
    (("3 + 0*x", "--report", "c.html"), "constant"),
    (("0", "--report", "c.html"), "constant"),
    (("exp(x**2)", "--report", "c.html"), "square-integrable"),
]


@pytest.mark.parametrize(("arguments", "reason"), BAD)
def test_bad_input_is_one_line_and_nothing_written(
    arguments: tuple[str, ...], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = derive(*arguments)
    assert (code, out) == (2, "")
    assert reason in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    code, _, err = derive("relu", "--report", str(tmp_path / "c.html"))
    tmp_path.chmod(0o700)
    assert code == 2
    assert "can write" in err
