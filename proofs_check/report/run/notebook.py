"""A run in a notebook: its claims as an HTML table, its findings as a pandas data frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from proofs_check.evidence.verdict import Rung
from theory.notebook import html_table
from theory.tables.data_frame import data_frame

if TYPE_CHECKING:
    import pandas

    from proofs_check.run.runner import ClaimReport, Finding, RunReport

FINDING_COLUMNS = (
    "claim", "title", "paper", "mutant", "case", "check", "rung", "verdict", "summary", "witness",
    "error_probability", "samples", "cells", "seconds",
)  # fmt: skip
"""Columns of `findings_frame`; ``mutant`` is empty for the true statement."""


def claims_html(reports: Sequence[ClaimReport], caption: str = "") -> str:
    """Return one row per claim: verdict, verdict by rung, mutants refuted of all."""
    header = ["claim", "title", "verdict", *(str(rung) for rung in Rung), "mutants"]
    return html_table(header, [_claim_row(report) for report in reports], caption)


def run_html(report: RunReport) -> str:
    """Return the table of a run, and under which circumstances it ran."""
    circumstances = f"{report.verdict}; profile {report.profile.name}, seed {report.seed}, {report.seconds:.1f} s"
    return claims_html(report.claims, circumstances)


def findings_frame(report: RunReport) -> pandas.DataFrame:
    """Return one row for every check of every statement on every case, mutants included.

    Raises
    ------
    ImportError
        If pandas is not installed; it is no dependency.
    """
    found = [f for claim in report.claims for f in (*claim.findings, *claim.mutant_findings)]
    return data_frame(FINDING_COLUMNS, [_finding_row(finding) for finding in found], "RunReport.to_frame")


def _claim_row(report: ClaimReport) -> list[str]:
    rungs = [report.by_rung(rung) for rung in Rung]
    shown = ["–" if found is None else f"{found[0]} {found[1]}/{found[2]}" for found in rungs]
    refuted = len(report.claim.mutants) - len(report.survivors)
    return [report.claim.id, report.claim.title, str(report.verdict), *shown, f"{refuted}/{len(report.claim.mutants)}"]


def _finding_row(finding: Finding) -> list[Any]:
    task, evidence = finding.task, finding.evidence
    return [
        task.claim.id,
        task.claim.title,
        task.claim.paper.key,
        "" if task.mutant is None else task.mutant.name,
        task.label,
        task.check.name,
        str(evidence.rung),
        str(evidence.verdict),
        evidence.summary,
        evidence.witness,
        evidence.error_probability,
        evidence.samples,
        evidence.cells,
        finding.seconds,
    ]
