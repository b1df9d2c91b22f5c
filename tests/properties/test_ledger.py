"""Every claim of the ledger is hunted on drawn cases: none may be refuted, and no check may break.

Profiles (`tests/conftest.py`; choose by HYPOTHESIS_PROFILE or --hypothesis-profile): `quick` draws the same few cases every
time and gives up on a case after two seconds; `deep` draws forty times as many, other ones every time, and is patient.
That the checks refute what is false is shown by the mutants (`haarmite verify`), here only for a few of them.
"""

from __future__ import annotations

import secrets

import pytest
from hypothesis import settings

from proofs_check.claim.claim import Claim
from proofs_check.evidence.verdict import Rung
from proofs_check.ledger import ledger
from proofs_check.run.hunt import hunt
from proofs_check.run.run_report import FALSE_ALARMS

CLAIMS = [claim for claim in ledger() if claim.cases is not None]
QUICK_PATIENCE, DEEP_PATIENCE = 2.0, 120.0
"""Seconds for one check on one case. One that is stopped says nothing; it cannot fail the test."""


@pytest.mark.slow
@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_claim_survives_a_hunt(claim: Claim) -> None:
    profile = settings()
    examples = max(profile.max_examples // 8, 3)
    seed = 0 if profile.derandomize else secrets.randbelow(2**32)
    patience = QUICK_PATIENCE if profile.derandomize else DEEP_PATIENCE
    # A hunt's samples alarm falsely with at most this probability; over the claims that draw any that is at most 1 in 10^4.
    assert FALSE_ALARMS * sum(any(check.rung is Rung.SAMPLED for check in one.checks) for one in CLAIMS) < 1e-4
    found = hunt(claim, examples=examples, patience=patience, seed=seed)
    assert not found.breaks, [f"{f.task.check.name} on {f.task.label}: {f.error} (seed {seed})" for f in found.broken]
    if found.counterexample is not None:
        witness = found.counterexample.best.evidence.witness
        pytest.fail(f"{claim.id} is refuted on {found.counterexample.label}: {witness} (seed {seed})", pytrace=False)


@pytest.mark.parametrize(
    ("identifier", "mutant"),
    [("A1", "trace not divided by n"), ("A7", "rate 1/alpha")],
)
def test_a_hunt_finds_what_is_false(identifier: str, mutant: str) -> None:
    claim = next(claim for claim in CLAIMS if claim.id == identifier)
    wrong = next(one for one in claim.mutants if one.name == mutant)
    found = hunt(claim, mutant=wrong, examples=25, patience=QUICK_PATIENCE)
    assert found.counterexample is not None
    assert found.counterexample.is_exact


def test_every_claim_that_quantifies_over_cases_draws_them() -> None:
    assert {claim.id for claim in CLAIMS} >= {"A1", "A2", "A3", "A4", "A7", "A10", "A27"}


def test_every_claim_has_a_check_of_each_rung_its_mutants_name() -> None:
    for claim in ledger():
        rungs: set[Rung] = {check.rung for check in claim.checks}
        assert {mutant.by for mutant in claim.mutants} <= rungs, claim.id
