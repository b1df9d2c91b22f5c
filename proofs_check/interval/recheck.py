"""The independent checker of certificates: ``python recheck.py certificate.json ...``.

The way in to the folder `checker`, which needs the standard library only and knows nothing of the prover: whoever distrusts a proof takes this file and that folder, anywhere. Run as a file or imported as a module, it loads no
other part of the project. What it does with a document, which it takes to be hostile:

1. reads it (no floats, no repeated keys, bounded sizes) and compares the digest;
2. parses the claim's text by a walk of its own and builds tape and box, which have to be those in the document;
3. checks in rationals that the cells cover the box exactly, or walks a bisection tree, which covers by construction;
4. derives by exact algebra that the slack vanishes where the document says so, that a change of variable leaves it alone,
   that a text is its derivative;
5. derives the bound on every cell again, by the form that the document names, in interval arithmetic of its own; a cell
   whose bound is too weak is halved up to 8 times, and once more in 288 instead of 96 bits.

What is taken on trust nevertheless is named in the answer, `Recheck.relies_on`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

if __package__:
    from proofs_check.interval.checker.document import Binding, Checker
    from proofs_check.interval.checker.reading import LARGEST_DOCUMENT, Budget, Refused, read_document
else:  # run as a file: the folder beside it is found by its own name
    from checker.document import Binding, Checker  # type: ignore[import-not-found, no-redef]
    from checker.reading import (  # type: ignore[import-not-found, no-redef]
        LARGEST_DOCUMENT,
        Budget,
        Refused,
        read_document,
    )

WORK_LIMIT = 10_000_000
__all__ = ["Recheck", "main", "read_text", "recheck"]


@dataclass(frozen=True, slots=True)
class Recheck:
    """The checker's answer.

    Attributes
    ----------
    accepted : bool
    reason : str
        Why not, or a summary.
    cells : int
        Bounds that were derived, those of further bisection included.
    relies_on : tuple of str
        What the acceptance rests on beyond interval arithmetic.
    claim : str
        The text that was checked ("" if it could not be read).
    serves : Binding or None
        The ledger's claim that the certificate names, with its sentence and the case.
    """

    accepted: bool
    reason: str
    cells: int = 0
    relies_on: tuple[str, ...] = ()
    claim: str = ""
    serves: Binding | None = None


def recheck(text: str, *, claim: str | None = None, work_limit: int = WORK_LIMIT) -> Recheck:
    """Check a certificate on its own merits.

    Parameters
    ----------
    text : str
        The JSON document.
    claim : str, optional
        The id of a claim; a certificate that does not say it serves that claim is refused.
    work_limit : int
        Interval operations after which a document is refused as too expensive (a million take about ten seconds).

    Returns
    -------
    Recheck
        Whatever the text is, an answer comes back; no exception does.

    Examples
    --------
    >>> recheck('{"schema": 1.5}').reason
    'a certificate holds no floats, got 1.5'
    """
    checker = Checker(Budget(work_limit))
    relies_on: tuple[str, ...] = ()
    try:
        relies_on = tuple(checker.check(read_document(text), claim))
        accepted, reason = True, f"{checker.cells} bounds derived again"
    except Refused as refusal:
        accepted, reason = False, str(refusal)
    except (RecursionError, MemoryError):
        accepted, reason = False, "the document is too deep or too large"
    except Exception as error:  # whatever a hostile document provokes: it has not been checked, so it is refused
        accepted, reason = False, f"the check broke off ({type(error).__name__})"
    return Recheck(accepted, reason, checker.cells, relies_on, checker.claim, checker.serves)


def read_text(path: str | os.PathLike[str]) -> str:
    """Return what a file holds, at most one character more than a certificate may have; what is not ASCII is replaced.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    with open(path, "rb") as file:
        return file.read(LARGEST_DOCUMENT + 1).decode("ascii", errors="replace")


def main(arguments: Sequence[str]) -> int:
    """Check the files named; print a line for each. 0: all accepted, 1: one refused, 2: none named or not readable."""
    if not arguments:
        print("usage: recheck.py CERTIFICATE.json ...", file=sys.stderr)
        return 2
    code = 0
    for path in arguments:
        try:
            text = read_text(path)
        except OSError as error:
            print(f"{path}: cannot be read ({error})", file=sys.stderr)
            code = 2
            continue
        answer = recheck(text)
        print(f"{path}: {'accepted' if answer.accepted else 'REFUSED'}: {answer.claim[:200]} ({answer.reason})")
        if answer.serves is not None:
            print(f"  serves: {answer.serves.claim}, {answer.serves.case}: {answer.serves.sentence}")
        for reliance in answer.relies_on:
            print(f"  on trust: {reliance}")
        code = max(code, 0 if answer.accepted else 1)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
