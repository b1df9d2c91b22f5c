"""Which claims and which cases a run is about, from what a user typed."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proofs_check.ledger import ledger

if TYPE_CHECKING:
    from proofs_check.claim import Claim


def select_claims(names: Sequence[str]) -> list[Claim]:
    """Return the claims with these ids, or of these papers; the whole ledger if no name is given.

    Raises
    ------
    ValueError
        If a name is neither; the nearest one is suggested.

    Examples
    --------
    >>> [claim.id for claim in select_claims(["A2", "A1"])]
    ['A1', 'A2']
    """
    claims = ledger()
    ids, papers = {c.id for c in claims}, {c.paper.key for c in claims}
    for name in names:
        if name not in ids | papers:
            close = difflib.get_close_matches(name, sorted(ids | papers), n=1, cutoff=0.3)
            hint = f"; did you mean {close[0]!r}" if close else ""
            raise ValueError(f"verify needs claim ids or paper keys of the ledger, got {name!r}{hint}.")
    return [c for c in claims if not names or c.id in names or c.paper.key in names]


def user_cases(activations: Sequence[str], inputs: str | None) -> list[Any] | None:
    """Return a user's own cases: activations from text, and the Gram matrix of a batch; None if there are none.

    Raises
    ------
    ValueError
        If a text is no activation or the file is no batch; each message says why.
    """
    from theory.activation import Activation

    cases: list[Any] = [Activation.from_text(text) for text in activations]
    if inputs is not None:
        from numerics.batch_file import read_batch
        from theory.isometry import GramMatrix

        batch = read_batch(inputs)
        rows = [[Fraction(float(x)) for x in row] for row in batch]
        cases.append(GramMatrix.of_batch(Path(inputs).name, rows))
    return cases or None
