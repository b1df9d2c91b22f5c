"""The tutorial's claim file, taken from the page as a reader would copy it, gets the verdicts the page promises."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from proofs_check.cli import app

PAGE = Path(__file__).parents[2] / "docs" / "own_claim.md"


@pytest.fixture
def claim_text() -> str:
    return re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL).group(1)


def verify(path: Path) -> int:
    return CliRunner().invoke(app, ["verify", str(path), "--quiet"]).exit_code


def test_claim_as_printed_holds(tmp_path, claim_text):
    path = tmp_path / "layer_claim.py"
    path.write_text(claim_text, encoding="utf-8")
    assert verify(path) == 0


def test_changed_as_the_page_says_it_is_refuted(tmp_path, claim_text):
    path = tmp_path / "layer_claim.py"
    path.write_text(claim_text.replace("statement=PowerBound(1)", "statement=PowerBound(2)"), encoding="utf-8")
    assert verify(path) == 1


def test_a_claim_whose_mutant_is_true_does_not_pass(tmp_path, claim_text):
    path = tmp_path / "layer_claim.py"
    path.write_text(claim_text.replace('PowerBound(2), on="relu"', 'PowerBound(1), on="relu"'), encoding="utf-8")
    assert verify(path) == 3


def test_it_is_short(claim_text):
    assert len([line for line in claim_text.splitlines() if line.strip()]) < 40
