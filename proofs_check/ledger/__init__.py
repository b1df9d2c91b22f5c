"""The built-in ledger: one module per claim, each holding one object named `claim`.

Its modules take seconds to import. What needs a claim or two asks for them by id, and their modules alone are imported.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import cache
from pathlib import Path

from proofs_check.claim.claim import Claim

_HEADER = re.compile(r'^claim = \w+\(\s*(?:id=)?"([^"]+)",\s*(?:title=)?((?:\s*"[^"]*")+)', re.MULTILINE)


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


def find(identifier: str) -> Claim | None:
    """Return the ledger's claim of an id, or None; no other claim is imported.

    Examples
    --------
    >>> find("A1").id, find("Z1")
    ('A1', None)
    """
    known = headers().get(identifier)
    return getattr(importlib.import_module(known[0]), "claim", None) if known else None


@cache
def headers() -> dict[str, tuple[str, str]]:
    """Return the module and the title of every claim by its id, in the order of the ledger, read without importing them."""
    folder = Path(__file__).parent
    found: dict[str, tuple[str, str]] = {}
    for path in folder.rglob("*.py"):
        match = _HEADER.search(path.read_text(encoding="utf-8"))
        if match:
            module = ".".join((__name__, *path.relative_to(folder).with_suffix("").parts))
            found[match[1]] = (module, "".join(re.findall('"([^"]*)"', match[2])))
    return {identifier: found[identifier] for identifier in sorted(found, key=natural_order)}


def is_of_the_ledger(claim: Claim) -> bool:
    """Return whether a claim's checks were reviewed with its sentence; of any other a positive word is its author's."""
    return isinstance(claim.id, str) and find(claim.id) is claim


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
