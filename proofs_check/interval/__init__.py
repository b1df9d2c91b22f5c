"""The certified rung: inequalities on boxes proved by interval arithmetic, with certificates and a separate checker.

`prove` (and `prove_nonnegative`, `prove_positive`) judge a claim; the module `recheck` judges the written proof and loads nothing
of the prover: names are imported when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from proofs_check.interval.certificate import Certificate
    from proofs_check.interval.infimum import Infimum
    from proofs_check.interval.monotone import MonotoneProof, prove_by_monotonicity, prove_kernel_contraction
    from proofs_check.interval.prover import Proof, Witness, prove, prove_nonnegative, prove_positive
    from proofs_check.interval.recheck import Recheck
    from proofs_check.interval.substitution import Substitution
    from proofs_check.interval.zeros import Zero

_HOMES = {
    "Certificate": "certificate",
    "Infimum": "infimum",
    "MonotoneProof": "monotone",
    "Proof": "prover",
    "Recheck": "recheck",
    "Substitution": "substitution",
    "Witness": "prover",
    "Zero": "zeros",
    "prove": "prover",
    "prove_by_monotonicity": "monotone",
    "prove_kernel_contraction": "monotone",
    "prove_nonnegative": "prover",
    "prove_positive": "prover",
}

__all__ = [
    "Certificate",
    "Infimum",
    "MonotoneProof",
    "Proof",
    "Recheck",
    "Substitution",
    "Witness",
    "Zero",
    "prove",
    "prove_by_monotonicity",
    "prove_kernel_contraction",
    "prove_nonnegative",
    "prove_positive",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"proofs_check.interval.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'proofs_check.interval' has no attribute {name!r}")
