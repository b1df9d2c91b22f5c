"""Claims about deep networks at initialisation, the evidence for and against them, verdicts and reports.

No mathematics of its own: formulas come from `theory`, samples from `numerics`. What a claim file needs is exported here
and imported on first use.
"""

from __future__ import annotations

from theory.face import lazy_face

_HOMES = {
    "CERTIFIED": "proofs_check.claim.claim",
    "Claim": "proofs_check.claim.claim",
    "Derivation": "proofs_check.evidence.symbolic",
    "Evidence": "proofs_check.evidence.evidence",
    "Figure": "proofs_check.evidence.evidence",
    "Mark": "proofs_check.evidence.plot",
    "MeanTest": "numerics.statistics.e_value",
    "Mutant": "proofs_check.claim.claim",
    "Paper": "proofs_check.claim.claim",
    "Plot": "proofs_check.evidence.plot",
    "RunReport": "proofs_check.run.run_report",
    "Rung": "proofs_check.evidence.verdict",
    "SAMPLED": "proofs_check.claim.claim",
    "SYMBOLIC": "proofs_check.claim.claim",
    "Series": "proofs_check.evidence.plot",
    "Trial": "proofs_check.evidence.trial",
    "Verdict": "proofs_check.evidence.verdict",
    "all_of": "proofs_check.evidence.sampled",
    "cannot_say": "proofs_check.evidence.symbolic",
    "exact_evidence": "proofs_check.evidence.symbolic",
    "from_monotone": "proofs_check.evidence.certified",
    "from_proof": "proofs_check.evidence.certified",
    "from_slack": "proofs_check.evidence.certified",
    "judge_law": "proofs_check.evidence.sampled",
    "judge_mean": "proofs_check.evidence.sampled",
    "prove_nonnegative": "proofs_check.interval.prover",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = lazy_face(__name__, _HOMES)
