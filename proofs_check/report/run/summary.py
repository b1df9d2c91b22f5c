"""What every printed form of a run says, worked out once: chapters, counts, errata, sharpness, statements in words, exit codes."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from proofs_check.claim.claim import Claim, Paper
from proofs_check.claim.formula import formulas
from proofs_check.evidence.evidence import Figure
from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.run.run_report import ClaimReport, Finding, RunReport

if TYPE_CHECKING:
    pass
if TYPE_CHECKING:
    pass


EXITS = {
    0: "every claim positive, every mutant refuted",
    1: "a claim was refuted",
    2: "a claim could not be read",
    3: "a claim is inconclusive, or a mutant survived",
}


@dataclass(frozen=True, slots=True)
class Chapter:
    """The claims of one paper."""

    paper: Paper
    anchor: str
    reports: tuple[ClaimReport, ...]


def chapters(report: RunReport) -> list[Chapter]:
    """Return the claims by paper, papers in the order of their first claim.

    Examples
    --------
    >>> from proofs_check.run.runner import run
    >>> chapters(run([]))
    []
    """
    grouped: dict[Paper, list[ClaimReport]] = {}
    for claim in report.claims:
        grouped.setdefault(claim.claim.paper, []).append(claim)
    return [Chapter(paper, f"paper-{anchor(paper.key)}", tuple(reports)) for paper, reports in grouped.items()]


def verdict_counts(report: RunReport) -> list[tuple[Verdict, int]]:
    """Return each verdict with the number of claims that have it; verdicts that no claim has are left out."""
    found = [claim.verdict for claim in report.claims]
    return [(verdict, found.count(verdict)) for verdict in Verdict if verdict in found]


def anchor(text: str) -> str:
    """Return text as a fragment identifier; different ids of claims stay different unless they differ in punctuation only.

    Examples
    --------
    >>> anchor("A'"), anchor("my claim: 2")
    ('A_', 'my_claim_2')
    """
    return re.sub(r"[^A-Za-z0-9-]+", "_", text)


def statement_paragraphs(claim: Claim) -> list[str]:
    """Return the statement in words: the docstring of the module with the checks, else that of the statement's class."""
    sources = [getattr(check.function, "__globals__", {}).get("__doc__") for check in claim.checks]
    text = next((source for source in sources if source), None) or type(claim.statement).__doc__ or claim.title
    paragraphs = [" ".join(block.split()) for block in re.split(r"\n\s*\n", inspect.cleandoc(text))]
    paragraphs[0] = paragraphs[0].removeprefix(f"{claim.id}.").lstrip()
    return paragraphs


def formulas_of(statement: Any) -> tuple[Any, ...]:
    """Return the formulas of a statement; none if it has none, or its `formula` raises."""
    try:
        return formulas(statement)
    except Exception:  # a user's formula may raise anything; the page then has the words
        return ()


def sharpness(report: ClaimReport) -> Figure | None:
    """Return the sharpness figure of the strongest rung that has one."""
    for rung in Rung:
        for finding in report.findings:
            if finding.task.check.rung is rung and finding.evidence.sharpness is not None:
                return finding.evidence.sharpness
    return None


def errata(report: RunReport) -> list[dict[str, str]]:
    """Return statements that stand in print and were refuted, each with where it stands and the witness."""
    found = []
    for claim in report.claims:
        for mutant in claim.claim.mutants:
            refuting = claim.refuting(mutant)
            if mutant.erratum and refuting is not None and refuting.evidence.witness is not None:
                found.append(
                    {
                        "claim": claim.claim.id,
                        "printed": mutant.name,
                        "where": mutant.erratum,
                        "witness": refuting.evidence.witness,
                        "corrected": claim.claim.title,
                    }
                )
    return found


def certificate_path(finding: Finding) -> str:
    """Return where a finding's certificate lies below the report's folder."""
    parts = [part for part in finding.task.key if part]
    return "certificates/" + re.sub(r"[^A-Za-z0-9._-]+", "_", "-".join(parts)) + ".json"
