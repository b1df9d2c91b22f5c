"""Every claim of the ledger on drawn cases: no check may refute it. What may refute, refutes the mutants (`verify`)."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proofs_check.claim import Claim
from proofs_check.ledger import ledger
from proofs_check.runner import Task, perform
from proofs_check.trial import PROFILES, Trial
from proofs_check.verdict import Rung

CLAIMS = [claim for claim in ledger() if claim.cases is not None]
ALPHA = 1e-9
"""Per sampled check: about a hundred of them are drawn below, so all together alarm falsely at most once in 10^7."""


@pytest.mark.slow
@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_claim_is_not_refuted_on_drawn_cases(claim: Claim) -> None:
    assert claim.cases is not None
    examples = (
        settings().max_examples
        if claim.pinned and hasattr(claim.pinned[0], "entries")
        else settings().max_examples // 5
    )

    @settings(max_examples=max(examples, 3), suppress_health_check=list(HealthCheck), deadline=None)
    @given(claim.cases(), st.integers(0, 2**32))
    def not_refuted(case: object, seed: int) -> None:
        if claim.why_not(case) is not None:
            return
        for check in claim.checks:
            if check.once:
                continue
            task = Task(claim, check, case)
            finding = perform(task, Trial(PROFILES["quick"], seed, task.key, ALPHA))
            assert finding.error is None, finding.error
            assert not finding.evidence.refutes, finding.evidence.witness

    not_refuted()


def test_every_claim_that_quantifies_over_cases_draws_them() -> None:
    assert {claim.id for claim in CLAIMS} >= {"A1", "A2", "A3", "A4", "A7", "A10", "A27"}


def test_every_claim_has_a_check_of_each_rung_its_mutants_name() -> None:
    for claim in ledger():
        rungs: set[Rung] = {check.rung for check in claim.checks}
        assert {mutant.by for mutant in claim.mutants} <= rungs, claim.id
