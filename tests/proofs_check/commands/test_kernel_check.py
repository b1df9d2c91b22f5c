"""`--kernel coq` on the command line: what is missing is said before any work; certificates fail one by one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from proofs_check.cli import app
from proofs_check.coq.run import CoqUnavailableError, find_coq
from proofs_check.interval.prover import prove

RUNNER = CliRunner()


@pytest.mark.parametrize("command", [["verify", "B14"], ["recheck", "none.json"]])
def test_an_unknown_kernel_is_bad_usage(command: list[str]) -> None:
    result = RUNNER.invoke(app, [*command, "--kernel", "lean"])
    assert result.exit_code == 2
    assert "needs a proof assistant that is known here (coq), got 'lean'" in " ".join(result.output.split())


@pytest.mark.parametrize("command", [["verify", "B14"], ["recheck", "none.json"]])
def test_without_coqc_the_remedy_is_said(command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    result = RUNNER.invoke(app, [*command, "--kernel", "coq"])
    assert result.exit_code == 2
    assert "apt-get install coq libcoq-interval" in " ".join(result.output.split())


def test_certificates_fail_one_by_one(tmp_path: Path) -> None:
    try:
        find_coq()
    except CoqUnavailableError as error:
        pytest.skip(str(error))
    good = prove("exp(x) >= 1 + x/2 for x in [0, 1]").certificate
    assert good is not None
    good.write(tmp_path / "good.json")
    wrong = {**good.document, "claim": "exp(x) >= 1 + 2*x for x in [0, 1]"}
    (tmp_path / "wrong.json").write_text(json.dumps(wrong))
    (tmp_path / "broken.json").write_text("[1")
    (tmp_path / "other.json").write_text('{"kind": "cells"}')
    names = [str(tmp_path / f"{name}.json") for name in ("broken", "wrong", "other", "good")]
    result = RUNNER.invoke(app, ["recheck", "--kernel", "coq", "--json", *names])
    assert result.exit_code == 1
    entries = json.loads(result.stdout)["certificates"]
    assert [entry["checked"] for entry in entries] == [False, False, False, True]
    assert "no certificate" in entries[0]["reason"]
    assert entries[3]["theorems"] == ["certificate_good"]
    assert "Theorem certificate_good" in entries[3]["text"]
