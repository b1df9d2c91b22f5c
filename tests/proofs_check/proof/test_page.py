"""The page on proofs is what the code says."""

from __future__ import annotations

from pathlib import Path

from proofs_check.proof.page import page


def test_the_page_is_up_to_date():
    written = Path(__file__).parents[3] / "docs" / "proof.md"
    assert written.read_text(encoding="utf-8") == page()
