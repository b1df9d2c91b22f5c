"""A run that is killed goes on from its store; workers, schedulers and stores that fail end it with a clear line."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from proofs_check.cli import app

VERIFY = [sys.executable, "-m", "proofs_check.cli", "verify", "A30", "--json"]


def without_times(text: str) -> Any:
    def strip(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: strip(value) for key, value in node.items() if key != "seconds"}
        return [strip(value) for value in node] if isinstance(node, list) else node

    return strip(json.loads(text))


@pytest.fixture(scope="module")
def undisturbed() -> Any:
    return without_times(subprocess.run(VERIFY, capture_output=True, text=True, check=True).stdout)


@pytest.mark.slow
@pytest.mark.fault
@pytest.mark.parametrize("jobs", [1, 2])
def test_killed_runs_resume_to_the_same_report(tmp_path: Path, undisturbed: Any, jobs: int) -> None:
    store = tmp_path / "shards.sqlite"
    command = [*VERIFY, "--store", str(store), "--jobs", str(jobs)]
    for patience in (1.5, 2.5):
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(patience)
        child.kill()
        child.wait()
    resumed = subprocess.run(command, capture_output=True, text=True, check=True)
    assert without_times(resumed.stdout) == undisturbed
    with sqlite3.connect(store) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def failing(*arguments: str) -> str:
    outcome = CliRunner().invoke(app, ["verify", "A30", *arguments])
    assert outcome.exit_code == 2
    assert outcome.stdout == ""
    assert outcome.stderr.count("\n") == 1
    return outcome.stderr


def test_a_scheduler_that_does_not_answer() -> None:
    assert "scheduler" in failing("--scheduler", "tcp://127.0.0.1:1")


def test_a_store_that_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database, but long enough to be mistaken for one " * 20)
    assert "notes.txt" in failing("--store", str(tmp_path / "notes.txt"))


def test_a_store_in_use_by_another_run(tmp_path: Path) -> None:
    from numerics.campaign.result_store import ResultStore

    with ResultStore(tmp_path / "s.sqlite"):
        program = f"from proofs_check.cli import app; app(['verify', 'A30', '--store', {str(tmp_path / 's.sqlite')!r}])"
        child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert child.returncode == 2
    assert "s.sqlite" in child.stderr


def test_ctrl_c_says_how_to_resume(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("proofs_check.run.verification.run", interrupted)
    outcome = CliRunner().invoke(app, ["verify", "A30", "--store", str(tmp_path / "s.sqlite")])
    assert outcome.exit_code == 130
    assert "resumes from" in outcome.stderr
