"""Evidence whose certificates name what they serve and have been accepted by the independent checker, before the word is said.

A check knows its statement but not under which id it runs; the run does. It writes claim, sentence, case and versions into every
certificate of a finding, has the checker derive the whole again, and takes the word *certified* away from what is refused.
"""

from __future__ import annotations

import json
import platform
from dataclasses import replace
from functools import cache
from importlib import metadata
from typing import TYPE_CHECKING, Any

from proofs_check.claim.claim import Claim
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.trial import PROFILES, Trial
from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.interval.certificate import Certificate, proposition
from proofs_check.interval.recheck import recheck
from theory.activation import Activation

if TYPE_CHECKING:
    from proofs_check.run.run_report import Task

EVERY_CASE = "every case"


def rechecked(evidence: Evidence, task: Task) -> Evidence:
    """Return evidence with its certificates bound to the task's claim and case, or inconclusive if one is refused.

    Parameters
    ----------
    evidence : Evidence
        What a check returned; without certificates it comes back as it is.
    task : Task

    Returns
    -------
    Evidence
    """
    if not evidence.certificates or not evidence.verdict.is_positive:
        return evidence
    bound = tuple(bind(certificate, task) for certificate in evidence.certificates)
    for certificate in bound:
        answer = recheck(certificate.text, claim=task.claim.id)
        if not answer.accepted:
            reason = f"{evidence.summary}; the independent checker refuses its certificate: {answer.reason}"
            return replace(evidence, verdict=Verdict.INCONCLUSIVE, summary=reason, certificates=())
    return replace(evidence, certificates=bound)


def bind(certificate: Certificate, task: Task) -> Certificate:
    """Return a certificate that names the claim it serves, the claim's sentence, the case and the versions."""
    return certificate.serving(
        claim=_printable(task.claim.id),
        sentence=_printable(task.claim.title),
        case=_printable(task.label) or EVERY_CASE,
        versions=versions(),
    )


def why_not_serving(text: str, claim: Claim) -> str:
    """Return why an accepted certificate is none of a claim's, or "" if the claim's own checks prove what it proves.

    The certified checks of the claim are run again on the case that the certificate names; one of them has to prove the very
    inequality that the certificate proves. So a certificate of something else is found out, whatever it says of itself.

    Parameters
    ----------
    text : str
        A certificate that `recheck` accepts for the claim's id.
    claim : Claim

    Returns
    -------
    str
    """
    document = json.loads(text)
    label = document["serves"]["case"]
    try:
        case = None if label == EVERY_CASE else _case(claim, label)
    except ValueError as unknown:
        return str(unknown)
    proved = proposition(document)
    for check in claim.checks:
        if check.rung is Rung.CERTIFIED and check.once == (case is None):
            key = (claim.id, "", "" if case is None else label, check.name)
            evidence = check.function(claim.statement, case, Trial(PROFILES["quick"], 0, key, 0.0))
            if any(proposition(certificate.document) == proved for certificate in evidence.certificates):
                return ""
    return f"no certified check of {claim.id} on {label} proves this inequality"


def _printable(text: str) -> str:
    """Return text with what no printer shows written out: a certificate's text is printable, a user's label may not be.

    Examples
    --------
    >>> _printable("a bell \\x07 rings")
    'a bell \\\\x07 rings'
    """
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def _case(claim: Claim, label: str) -> Any:
    pinned = next((case for case in claim.pinned if _printable(str(case)) == label), None)
    if pinned is not None:
        return pinned
    activation = Activation.from_text(label)
    reason = claim.why_not(activation)
    if reason is not None:
        raise ValueError(f"{claim.id} has no case {label}: {reason}")
    return activation


@cache
def versions() -> str:
    """Return the versions under which a proof was found, in one line."""
    names = ("haarmite", "sympy", "python-flint", "mpmath")
    found = (f"{name} {metadata.version(name)}" for name in names)
    return ", ".join([*found, f"Python {platform.python_version()}"])
