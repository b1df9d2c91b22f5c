"""Bad usage: one line on standard error, exit code 2, nothing on standard output."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from proofs_check.cli import app

BAD_USAGE = [
    (["frobnicate"], "No such command 'frobnicate'; haarmite --help"),
    (["--frobnicate"], "No such option: --frobnicate; haarmite --help"),
    (["verify", "A2", "--jobs", "0"], "Invalid value for '--jobs'"),
    (["verify", "A2", "--jobs", "many"], "Invalid value for '--jobs'"),
    (["verify", "A2", "--seed", "-1"], "Invalid value for '--seed'"),
    (["verify", "A2", "--report", ""], "verify needs a folder for the report"),
    (["verify", "a77"], "did you mean 'A7'"),
    (["derive"], "Missing argument 'EXPR'; haarmite derive --help"),
    (["derive", "-x"], "text that begins with a minus goes after --"),
    (["table", "rates", "--terms", "0"], "Invalid value for '--terms'"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD_USAGE)
def test_bad_usage_is_one_line(arguments: list[str], message: str) -> None:
    outcome = CliRunner().invoke(app, arguments)
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert outcome.stderr.startswith("haarmite: ")
    assert outcome.stderr.count("\n") == 1
    assert message in outcome.stderr


def test_no_command_shows_the_help() -> None:
    outcome = CliRunner().invoke(app, [])
    assert outcome.exit_code == 2
    assert "Usage: haarmite" in outcome.output or "Usage: root" in outcome.output
    assert "recheck" in outcome.output


def test_version() -> None:
    outcome = CliRunner().invoke(app, ["--version"])
    assert (outcome.exit_code, outcome.stdout) == (0, f"haarmite {importlib.metadata.version('haarmite')}\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_behind_the_output_is_one_line_and_costs_no_report(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "proofs_check.cli", "verify", "A2", "--report", str(tmp_path / "r")]
    with open("/dev/full", "w") as full:
        child = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert child.returncode == 2
    assert child.stderr.startswith("haarmite: No space left on device")
    assert child.stderr.count("\n") == 1
    assert (tmp_path / "r" / "index.html").exists()


@pytest.mark.parametrize(("raised", "code"), [(RuntimeError("a surprise\nin two lines"), 2), (BrokenPipeError(), 2)])
def test_what_no_command_expects_is_one_line_and_never_says_refuted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], raised: Exception, code: int
) -> None:
    def surprise(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.delenv("HAARMITE_TRACEBACK", raising=False)
    monkeypatch.setattr("proofs_check.run.verification.Verification.of", surprise)
    monkeypatch.setattr("proofs_check.commands.usage._silence_output", lambda: None)
    with pytest.raises(SystemExit) as ended:
        app(["verify", "A2"], prog_name="haarmite")
    assert ended.value.code == code
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == (1 if isinstance(raised, RuntimeError) else 0)
    assert all("RuntimeError: a surprise in two lines (test_usage.py:" in line for line in lines)


def test_ids_are_found_in_any_case() -> None:
    outcome = CliRunner().invoke(app, ["verify", "a2", "--json"])
    assert (outcome.exit_code, '"id": "A2"' in outcome.stdout) == (0, True)
