"""The 24 claims of the covariance SDE: every one positive, every mutant refuted by the rung it names."""

from __future__ import annotations

import pytest

from proofs_check.claim.claim import Claim
from proofs_check.ledger import ledger
from proofs_check.run.runner import run

CLAIMS = [claim for claim in ledger() if claim.paper.key == "D"]


def test_all_claims_of_the_document_are_there() -> None:
    assert [claim.id for claim in CLAIMS] == [f"D{k}" for k in range(1, 25)]


@pytest.mark.slow
@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_claim_holds_and_its_mutants_fall(claim: Claim) -> None:
    (report,) = run([claim], seed=1).claims
    assert [finding.error for finding in report.errors] == []
    assert report.verdict.is_positive
    assert [mutant.name for mutant in report.survivors] == []
