"""Claims about deep networks at initialisation, the evidence for and against them, verdicts and reports.

No mathematics of its own: formulas come from `theory`, samples from `numerics`. What a claim file needs is exported here
and imported on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numerics.statistics.e_value import MeanTest
    from proofs_check import strategies
    from proofs_check.certified import from_monotone, from_proof, from_slack
    from proofs_check.claim import CERTIFIED, SAMPLED, SYMBOLIC, Claim, Mutant, Paper
    from proofs_check.evidence import Evidence, Figure
    from proofs_check.interval import prove_nonnegative
    from proofs_check.plot import Mark, Plot, Series
    from proofs_check.runner import RunReport, run
    from proofs_check.sampled import all_of, judge_law, judge_mean
    from proofs_check.symbolic import Derivation, cannot_say, exact_evidence
    from proofs_check.trial import Trial
    from proofs_check.verdict import Rung, Verdict

_HOMES = {
    "CERTIFIED": "proofs_check.claim",
    "Claim": "proofs_check.claim",
    "Derivation": "proofs_check.symbolic",
    "Evidence": "proofs_check.evidence",
    "Figure": "proofs_check.evidence",
    "Mark": "proofs_check.plot",
    "MeanTest": "numerics.statistics.e_value",
    "Mutant": "proofs_check.claim",
    "Paper": "proofs_check.claim",
    "Plot": "proofs_check.plot",
    "RunReport": "proofs_check.runner",
    "Rung": "proofs_check.verdict",
    "SAMPLED": "proofs_check.claim",
    "SYMBOLIC": "proofs_check.claim",
    "Series": "proofs_check.plot",
    "Trial": "proofs_check.trial",
    "Verdict": "proofs_check.verdict",
    "all_of": "proofs_check.sampled",
    "cannot_say": "proofs_check.symbolic",
    "exact_evidence": "proofs_check.symbolic",
    "from_monotone": "proofs_check.certified",
    "from_proof": "proofs_check.certified",
    "from_slack": "proofs_check.certified",
    "judge_law": "proofs_check.sampled",
    "judge_mean": "proofs_check.sampled",
    "prove_nonnegative": "proofs_check.interval",
    "run": "proofs_check.runner",
}

__all__ = [
    "CERTIFIED",
    "SAMPLED",
    "SYMBOLIC",
    "Claim",
    "Derivation",
    "Evidence",
    "Figure",
    "Mark",
    "MeanTest",
    "Mutant",
    "Paper",
    "Plot",
    "RunReport",
    "Rung",
    "Series",
    "Trial",
    "Verdict",
    "all_of",
    "cannot_say",
    "exact_evidence",
    "from_monotone",
    "from_proof",
    "from_slack",
    "judge_law",
    "judge_mean",
    "prove_nonnegative",
    "run",
    "strategies",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
