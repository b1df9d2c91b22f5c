"""The shipped claim file: its true claim holds on three rungs, its false one is refuted, each in under 40 lines of code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from proofs_check.cli import app

FILE = Path(__file__).parent.parent / "examples" / "my_claim.py"


def test_the_true_claim_is_checked_and_the_false_one_refuted() -> None:
    outcome = CliRunner().invoke(app, ["verify", str(FILE), "--json"])
    assert outcome.exit_code == 1
    report = json.loads(outcome.stdout)
    true, false = report["claims"]
    assert (true["verdict"], false["verdict"]) == ("checked", "refuted")
    assert {rung: found["verdict"] for rung, found in true["by_rung"].items()} == {
        "symbolic": "checked",
        "certified": "checked",
        "sampled": "checked",
    }
    assert all(mutant["refuted"] for claim in report["claims"] for mutant in claim["mutants"])
    assert {mutant["by"] for mutant in true["mutants"]} == {"symbolic", "certified", "sampled"}
    assert not any(e["error"] for claim in report["claims"] for e in claim["evidence"])


def test_the_bound_of_the_true_claim_holds_and_that_of_the_false_one_fails_for_relu_by_hand() -> None:
    # arc-cosine kernel of degree 1 [Cho, Saul 2009], mean removed: kappa(r) = (sqrt(1-r^2) + r(pi - acos r) - 1)/(pi - 1)
    import math

    for r in (0.25, 0.5, 0.75, 0.9):
        kappa = (math.sqrt(1 - r * r) + r * (math.pi - math.acos(r)) - 1) / (math.pi - 1)
        assert r**2 < kappa < r


@pytest.mark.parametrize(("first", "last"), [("# --- X1", "# --- X2"), ("# --- X2", None)])
def test_a_claim_takes_less_than_forty_lines_of_code(first: str, last: str | None) -> None:
    text = FILE.read_text(encoding="utf-8")
    begin, end = text.index(first), text.index(last) if last else len(text)
    code = [line for line in text[begin:end].splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert len(code) < 40
