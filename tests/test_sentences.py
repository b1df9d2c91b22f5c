"""The ledger's claims as sentences: proved without an author, their wrong variants refuted."""

from __future__ import annotations

from pathlib import Path

import pytest

from proofs_check.run.verification import verify


@pytest.mark.slow
def test_the_sentences_are_proved_and_their_wrong_variants_refuted():
    report = verify(str(Path(__file__).parents[1] / "examples" / "sentences.toml"))
    assert {found.claim.id: str(found.verdict) for found in report.claims} == dict.fromkeys(
        ("S-A7", "S-A9", "S-A16", "S-A17", "S-W4"), "proved"
    )
    assert report.exit_code == 0
