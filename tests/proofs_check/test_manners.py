"""Manners of the command line: help with examples, completion, colours, width, and where progress goes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from proofs_check.cli import EXIT_CODES, app
from proofs_check.commands import completion

DOCS = Path(__file__).parents[2] / "docs" / "command_line.md"
COMMANDS = sorted(get_command(app).commands)  # type: ignore[attr-defined]


def haarmite(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "proofs_check.cli", *arguments]
    inherited = {key: value for key, value in os.environ.items() if key not in {"COLUMNS", "NO_COLOR", "FORCE_COLOR"}}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=120, env=inherited | environment
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shows_examples_that_call_it(command: str) -> None:
    outcome = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"})
    assert outcome.exit_code == 0
    help_text, _, examples = outcome.stdout.partition("Examples:")
    lines = [line.strip() for line in examples.splitlines() if line.strip()]
    assert lines
    assert all(line.startswith(f"haarmite {command}") for line in lines)
    assert help_text.strip()


def test_exit_codes_stand_in_the_help_and_in_the_documentation() -> None:
    shown = " ".join(CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).stdout.split())
    page = DOCS.read_text(encoding="utf-8")
    for line in EXIT_CODES:
        assert line in shown
        assert re.search(rf"^\| {line.partition(':')[0]} \|", page, flags=re.MULTILINE)


def test_every_command_stands_in_the_documentation() -> None:
    page = DOCS.read_text(encoding="utf-8")
    assert [command for command in COMMANDS if f"`{command}" not in page] == []


def test_documented_entries_of_verify_and_hunt_are_there() -> None:
    page = DOCS.read_text(encoding="utf-8").partition("## JSON")[2]
    example = str(Path(__file__).parents[2] / "examples" / "my_claim.py")
    for command, arguments in (("verify", ["A2"]), ("hunt", [f"{example}::X2", "--examples", "5"])):
        block = page.partition(f"`{command}`:")[2].split("\n\n")[1]
        documented = set(re.findall(r'"(\w+)"', block))
        found = json.loads(CliRunner().invoke(app, [command, *arguments, "--json"]).stdout)
        assert set(found) <= documented, set(found) - documented


def test_completion_offers_commands_claims_papers_and_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").touch()
    (tmp_path / "notes.txt").touch()
    assert [name for name, _ in completion.claim_names("A2")][:2] == ["A2", "A20"]
    assert ("B", "every claim of the paper") in completion.claim_names("B")
    assert completion.claim_names("mi") == [("mine.py", "")]
    assert completion.claim_names("nowhere/x") == []
    assert "tanh" in completion.activation_names("ta")


@pytest.mark.slow
def test_the_shell_completes() -> None:
    answer = haarmite(_HAARMITE_COMPLETE="complete_bash", COMP_WORDS="haarmite ver", COMP_CWORD="1")
    assert answer.stdout.split() == ["verify"]
    script = haarmite("--show-completion", "bash", _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert "_HAARMITE_COMPLETE" in script.stdout


@pytest.mark.slow
def test_a_pipe_gets_neither_colours_nor_progress() -> None:
    answer = haarmite("verify", "A2")
    assert answer.returncode == 0
    assert "\x1b" not in answer.stdout + answer.stderr
    assert answer.stderr == ""


@pytest.mark.parametrize("columns", [20, 40, 80, 300])
def test_any_width(columns: int) -> None:
    outcome = CliRunner().invoke(app, ["verify", "A2"], env={"COLUMNS": str(columns)})
    assert outcome.exit_code == 0
    table = outcome.stdout.partition("holds")[0]
    assert max(map(len, table.splitlines())) <= columns
    words = re.sub(r"\s", "", outcome.stdout)
    assert "A2" in words
    assert "proved" in words
