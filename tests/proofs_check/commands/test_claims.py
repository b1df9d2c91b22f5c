"""`haarmite claims` lists the ledger and shows a claim in full: words, formulas, cases, checks, mutants."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from proofs_check.cli import app
from proofs_check.ledger import ledger

runner = CliRunner()

OWN = '''
"""Z1. A claim of one's own."""
from dataclasses import dataclass

from proofs_check.claim.claim import SYMBOLIC, Claim, Mutant, Paper
from proofs_check.evidence.symbolic import exact_evidence


@dataclass(frozen=True)
class Square:
    """n^2 = square(n)."""

    offset: int = 0

    def formula(self):
        {body}


claim = Claim(id="Z1", title="Squares", paper=Paper("Z", "Nobody"), statement=Square(), pinned=[2],
              mutants=[Mutant("one more", Square(1), on="2", by=SYMBOLIC)])


@claim.symbolic
def by_multiplication(statement, case, trial):
    """Multiply."""
    return exact_evidence(statement.offset == 0, "product", "product")
'''


def claims(*arguments: str) -> tuple[int, str, str]:
    outcome = runner.invoke(app, ["claims", *arguments])
    return outcome.exit_code, outcome.stdout, outcome.stderr


def own(folder: Path, body: str) -> str:
    path = folder / "own.py"
    path.write_text(OWN.replace("{body}", body), encoding="utf-8")
    return str(path)


def test_the_list_has_every_claim_and_no_formulas() -> None:
    code, out, _ = claims("--json")
    entries = json.loads(out)["claims"]
    assert code == 0
    assert [entry["id"] for entry in entries] == [claim.id for claim in ledger()]
    assert all("formulas" not in entry for entry in entries)


def test_one_claim_as_json() -> None:
    code, out, _ = claims("A7", "--json")
    (entry,) = json.loads(out)["claims"]
    assert code == 0
    assert entry["formulas"][0] == {
        "text": "kappa(rho)/(1 - kappa(rho)) <= rho/((1 - rho)*(2 - alpha))",
        "latex": r"\frac{\kappa{\left(\rho \right)}}{1 - \kappa{\left(\rho \right)}} \leq "
        r"\frac{\rho}{\left(1 - \rho\right) \left(2 - \alpha\right)}",
    }
    assert [(check["rung"], check["every_case_at_once"]) for check in entry["checks"]] == [
        ("symbolic", True),
        ("certified", False),
        ("sampled", False),
    ]
    variant = next(v for v in entry["variants"] if v["name"] == "rate 1/alpha")
    assert variant["on"] == "relu"
    assert variant["formulas"][0]["text"] == "kappa(rho)/(1 - kappa(rho)) <= alpha*rho/(1 - rho)"
    assert entry["explanation"].startswith("With layer norm")


def test_one_claim_as_text_shows_what_each_mutant_changes() -> None:
    code, out, _ = claims("D5")
    assert code == 0
    headings = [line for line in out.splitlines() if line and not line.startswith(" ")]
    assert headings[1:] == ["Statement", "Formula", "Cases", "Checks", "Mutants, which the checks must refute"]
    after = out.split("Mutants,")[1]
    assert "N(0, 2⋅T)" in after
    assert after.count("as above") == 4  # the same four laws, judged by another rung
    assert not any(line != line.rstrip() for line in out.splitlines())


def test_a_paper_is_all_its_claims() -> None:
    code, out, _ = claims("P", "--json")
    assert code == 0
    assert [entry["id"] for entry in json.loads(out)["claims"]] == ["P1"]


@pytest.mark.parametrize(
    ("name", "message"), [("A777", "haarmite: claims needs"), ("nowhere.py", "haarmite: nowhere.py")]
)
def test_what_is_no_claim_is_bad_usage(name: str, message: str) -> None:
    code, out, err = claims(name)
    assert (code, out) == (2, "")
    assert err.startswith(message)


def test_a_claim_of_ones_own(tmp_path: Path) -> None:
    body = "from proofs_check.claim.formula import equal; from sympy import Symbol; n = Symbol('n'); return equal(n * n, n**2 + self.offset)"
    code, out, _ = claims(own(tmp_path, body), "--json")
    (entry,) = json.loads(out)["claims"]
    assert code == 0
    assert entry["explanation"] == "A claim of one's own."
    assert [formula["text"] for formula in entry["formulas"]] == ["Eq(n**2, n**2)"]
    assert [formula["text"] for formula in entry["variants"][0]["formulas"]] == ["Eq(n**2, n**2 + 1)"]


@pytest.mark.parametrize(
    ("body", "what"), [("return 'n^2'", "TypeError: formulas needs"), ("return 1 / 0", "ZeroDivisionError")]
)
def test_a_formula_that_raises_costs_the_formula_only(tmp_path: Path, body: str, what: str) -> None:
    code, out, err = claims(own(tmp_path, body))
    assert code == 0
    assert f"Z1 has no formula: {what}" in err
    assert "Formula" not in out
    assert "one more" in out


@pytest.mark.parametrize(("name", "restated"), [("A1", True), ("A16", False), ("D24", True)])
def test_a_claim_says_whether_its_paper_was_at_hand(name, restated):
    found = runner.invoke(app, ["claims", name])
    assert found.exit_code == 0
    assert ("restated: the wording of the paper was not at hand" in found.stdout) is restated
    document = json.loads(runner.invoke(app, ["claims", name, "--json"]).stdout)
    assert document["claims"][0]["restated"] is restated
