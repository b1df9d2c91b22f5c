"""Evidence from a comparison that balls have decided."""

from __future__ import annotations

from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.verdict import Rung, Verdict


def certain(
    holds: bool | None, what: str, witness: str, *figures: Figure, sharpness: Figure | None = None, cells: int = 0
) -> Evidence:
    """Return certified, refuted by the witness, or inconclusive where balls cannot tell (None)."""
    if holds is None:
        return Evidence(Verdict.INCONCLUSIVE, Rung.CERTIFIED, f"{what}: balls cannot tell", figures)
    if holds:
        return Evidence(Verdict.CERTIFIED, Rung.CERTIFIED, what, figures, sharpness, cells=cells)
    return Evidence(Verdict.REFUTED, Rung.CERTIFIED, f"{what}: fails", figures, witness=witness)
