"""The highest rung of trust: certificates and identities re-checked by the kernel of the proof assistant Coq (optional).

`translate` and `identities` write theorems, `run` hands them to coqc, `ledger_check` does it for a whole run.
"""

from __future__ import annotations

from proofs_check.kernel.outcome import KernelCheck
from proofs_check.kernel.source import Source, Theorem

__all__ = ["KernelCheck", "Source", "Theorem"]
