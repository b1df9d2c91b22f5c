from __future__ import annotations

import importlib

import pytest

from proofs_check.claim.claim import Claim
from proofs_check.evidence.verdict import Verdict
from proofs_check.run.runner import run

EXPECTED = {
    "invariant_configuration": ("C1", Verdict.PROVED),
    "cluster_growth": ("C2", Verdict.PROVED),
    "symmetric_stability": ("C3a", Verdict.PROVED),
    "fixed_points": ("C3b", Verdict.CERTIFIED),
    "cluster_size": ("C3c", Verdict.CERTIFIED),
    "kink_independence": ("C3d", Verdict.CERTIFIED),
    "rescaling": ("C5", Verdict.PROVED),
    "rescaled_growth": ("C5b", Verdict.CERTIFIED),
    "arc_cosine_gram": ("C6c", Verdict.CERTIFIED),
    "limit_rank": ("C6", Verdict.PROVED),
    "rank_of_two": ("C6b", Verdict.PROVED),
    "orthogonality_gap": ("P1", Verdict.PROVED),
}
MEASURED = {"basin": ("C3e", Verdict.SUPPORTED), "finite_width": ("C4", Verdict.SUPPORTED)}


def claim_of(module: str) -> Claim:
    return importlib.import_module(f"proofs_check.ledger.recentering.{module}").claim


def check(module: str, identifier: str, verdict: Verdict) -> None:
    claim = claim_of(module)
    assert claim.id == identifier
    report = run([claim]).claims[0]
    assert report.verdict is verdict
    assert not report.survivors
    assert not report.errors


@pytest.mark.parametrize("module", EXPECTED)
def test_claims_hold_and_their_mutants_are_refuted(module: str) -> None:
    check(module, *EXPECTED[module])


@pytest.mark.slow
@pytest.mark.parametrize("module", MEASURED)
def test_measured_claims_hold_and_their_mutants_are_refuted(module: str) -> None:
    check(module, *MEASURED[module])


def test_no_claim_is_left_out() -> None:
    import pkgutil

    import proofs_check.ledger.recentering as package

    modules = {m.name for m in pkgutil.iter_modules(package.__path__)} - {"cases", "certain"}
    assert modules == {*EXPECTED, *MEASURED}
