"""The built-in ledger: one module per claim, each holding one object named `claim`."""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import cache

from proofs_check.claim.claim import Claim


@cache
def ledger() -> tuple[Claim, ...]:
    """Return every claim of the ledger, ordered by id.

    Raises
    ------
    ValueError
        If two modules define the same id.
    """
    claims: dict[str, Claim] = {}
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        claim = getattr(importlib.import_module(module.name), "claim", None) if not module.ispkg else None
        if claim is None:
            continue
        if claim.id in claims:
            raise ValueError(f"ledger needs one module per claim, got {claim.id} again in {module.name}.")
        claims[claim.id] = claim
    return tuple(sorted(claims.values(), key=lambda claim: natural_order(claim.id)))


def is_of_the_ledger(claim: Claim) -> bool:
    """Return whether a claim's checks were reviewed with its sentence; of any other a positive word is its author's."""
    return any(claim is known for known in ledger())


def natural_order(identifier: str) -> tuple[str, int, str]:
    """Return a sort key that puts A2 before A10.

    Examples
    --------
    >>> sorted(["A10", "A2", "A2b"], key=natural_order)
    ['A2', 'A2b', 'A10']
    """
    match = re.fullmatch(r"(\D*)(\d*)(.*)", identifier)
    assert match is not None  # the pattern accepts every string without a newline
    return match[1], int(match[2] or 0), match[3]
