"""Which claims and which cases a run is about, from what a user typed."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from numerics.batch_file import BatchFile
from proofs_check.claim.claim import Claim
from proofs_check.ledger import find, headers, ledger
from proofs_check.ledger.papers import KEYS
from proofs_check.run.claim_file import ClaimFile, Trouble, is_claim_file, read_claim_file
from theory.activation import Activation
from theory.isometry.gram_matrix import GramMatrix


@dataclass(frozen=True)
class Selection:
    """The claims a user named, in a fixed order, and what could not be read in a user's files."""

    claims: tuple[Claim, ...]
    troubles: tuple[Trouble, ...] = ()


def select(names: Sequence[str], purpose: str = "verify") -> Selection:
    """Return the claims of ``ID``, ``PAPER``, ``FILE.py`` and ``FILE.py::ID``; the whole ledger if no name is given.

    Parameters
    ----------
    names : sequence of str
    purpose : str
        The command that asks, for the wording of errors.

    Returns
    -------
    Selection
        Ledger claims in the order of the ledger, then those of the files in the order given.

    Raises
    ------
    ValueError
        If a name is neither a claim, a paper nor a file, or a file does not hold the claim asked of it; the nearest name is
        suggested. What is wrong inside a file is a trouble and stops nothing else.

    Examples
    --------
    >>> [claim.id for claim in select(["A2", "A1"]).claims]
    ['A1', 'A2']
    """
    known = {*headers(), *KEYS}
    names = [_in_its_case(name, known) for name in names]
    files = [name for name in names if name not in known and is_claim_file(name)]
    own = [name for name in names if name not in files]
    claims = list(select_claims(own, purpose)) if own or not files else []
    troubles: list[Trouble] = []
    read: dict[Path, ClaimFile] = {}
    for name in files:
        path, _, wanted = name.partition("::")
        place = Path(path).resolve()
        if place not in read:
            read[place] = read_claim_file(Path(path))
            troubles += read[place].troubles
        chosen = _chosen(read[place], wanted, purpose)
        if wanted and not chosen and read[place].claims:
            troubles.append(Trouble(path, f"no claim {wanted} among what could be read of it"))
        for claim in chosen:
            twin = next((other for other in claims if other.id == claim.id), None)
            if twin is None:
                claims.append(claim)
            elif twin is not claim:
                what = f"claim {claim.id} is in another file too; this one is left out, give it an id of its own"
                troubles.append(Trouble(path, what))
    return Selection(tuple(claims), tuple(troubles))


def _chosen(file: ClaimFile, wanted: str, purpose: str) -> Sequence[Claim]:
    """Return the claims of a file, or the one asked for; none if that one may be among what could not be read."""
    found = [claim for claim in file.claims if not wanted or claim.id == wanted]
    if found or file.troubles:
        return found
    hint = _hint(wanted, {claim.id for claim in file.claims})
    raise ValueError(
        f"{purpose} needs a claim of {file.name} ({', '.join(claim.id for claim in file.claims)}), got {wanted!r}{hint}."
    )


def select_claims(names: Sequence[str], purpose: str = "verify") -> list[Claim]:
    """Return the ledger's claims with these ids, or of these papers; the whole ledger if no name is given.

    Raises
    ------
    ValueError
        If a name is neither; the nearest one is suggested.

    Examples
    --------
    >>> [claim.id for claim in select_claims(["A2", "a1"])]
    ['A1', 'A2']
    """
    known = {*headers(), *KEYS}
    names = [_in_its_case(name, known) for name in names]
    for name in names:
        if name not in known:
            hint = _hint(name, known) or "; haarmite claims lists them"
            raise ValueError(
                f"{purpose} needs claim ids or paper keys of the ledger, or claim files (FILE.py), got {name!r}{hint}."
            )
    if names and not KEYS & set(names):
        found = [find(identifier) for identifier in headers() if identifier in names]
        return [claim for claim in found if claim is not None]
    return [c for c in ledger() if not names or c.id in names or c.paper.key in names]


def _in_its_case(name: str, known: set[str]) -> str:
    """Return the id or key that differs from a name in capital letters only, if there is exactly one and no such file."""
    found = [key for key in known if key.lower() == name.lower()]
    return found[0] if len(found) == 1 and name not in known and not Path(name).exists() else name


def _hint(name: str, known: set[str]) -> str:
    lower = {key.lower(): key for key in sorted(known)}
    close = difflib.get_close_matches(name.lower(), lower, n=1, cutoff=0.3)
    return f"; did you mean {lower[close[0]]!r}" if close else ""


EXACT_SAMPLES = 12
"""Samples of a batch on which claims are judged: exact determinants of more take hours and thousands of digits."""


def user_cases(activations: Sequence[str], batch: BatchFile | None, name: str = "batch") -> list[Any] | None:
    """Return a user's own cases: activations from text, and the Gram matrix of a batch; None if there are none.

    Parameters
    ----------
    activations : sequence of str
    batch : BatchFile or None
        Its first `EXACT_SAMPLES` samples are the case: what holds of a batch is claimed of every part of it.
    name : str
        What the case is called; the rows are named with it if some are left out.

    Raises
    ------
    ValueError
        If a text is no activation; the message says why.
    """
    cases: list[Any] = [Activation.from_text(text) for text in activations]
    if batch is not None:
        rows = batch.rows[:EXACT_SAMPLES]
        whole = len(batch.rows) <= EXACT_SAMPLES
        label = name if whole else f"{name}, {EXACT_SAMPLES} samples of rows {rows[0]} to {rows[-1]}"
        samples = [[Fraction(float(x)) for x in row] for row in batch.samples[:EXACT_SAMPLES]]
        cases.append(GramMatrix.of_batch(label, samples))
    return cases or None
