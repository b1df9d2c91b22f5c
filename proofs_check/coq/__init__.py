"""The highest rung of trust: certificates and identities re-checked by the kernel of the proof assistant Coq (optional).

`translate` and `identities` write theorems, `run` hands them to coqc, `ledger_check` does it for a whole run.
"""

from __future__ import annotations

from proofs_check.coq.source import Source, Theorem
from proofs_check.evidence.coq_outcome import KernelCheck

__all__ = ["KernelCheck", "Source", "Theorem"]
