"""`haarmite verify --device`: refused before any work where the device is not there; verdicts agree where it is."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from numerics.array_backend import array_backend
from proofs_check.cli import app
from proofs_check.run import verification as engine


@pytest.mark.parametrize(
    ("device", "message"),
    [
        ("cuda:4096", "needs a device that is there, got device='cuda:4096'"),
        ("gpu", "needs a device such as 'cpu', 'cuda'"),
        ("", "needs a device such as"),
    ],
)
def test_a_device_that_is_not_there_ends_it_before_any_work(
    device: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "run", lambda *_, **__: pytest.fail("work was started"))
    found = CliRunner().invoke(app, ["verify", "A29", "--device", device])
    assert found.exit_code == 2
    assert message in found.stderr
    assert len(found.stderr.splitlines()) == 1


@pytest.mark.slow
def test_verdicts_agree_across_devices() -> None:
    try:
        array_backend("torch:cpu")
    except ValueError as error:
        pytest.skip(str(error))
    reports = []
    for device in ("cpu", "torch:cpu"):
        found = CliRunner().invoke(app, ["verify", "A29", "--device", device, "--json"])
        assert found.exit_code == 0, found.stderr
        (claim,) = json.loads(found.stdout)["claims"]
        reports.append(claim)
    verdicts = [
        (
            claim["verdict"],
            [(part["rung"], part["verdict"]) for part in claim["evidence"]],
            [mutant["refuted"] for mutant in claim["mutants"]],
        )
        for claim in reports
    ]
    assert verdicts[0] == verdicts[1]
    figures = [[part["figures"] for part in claim["evidence"] if part["rung"] == "sampled"] for claim in reports]
    assert figures[0] != figures[1]  # other random numbers: it did compute elsewhere
