"""A run as a JSON document.

Everything but the entries named ``seconds`` depends only on the claims, the cases, the profile and the seed.
"""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Sequence
from typing import Any

from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.plot import Plot, Series
from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.run.run_report import ClaimReport, Finding, RunReport

SCHEMA = 1
"""Version of the document's shape; raised whenever an entry changes its meaning."""


def document(report: RunReport) -> dict[str, Any]:
    """Return a run as JSON-able data.

    Returns
    -------
    dict
        ``schema, version, seed, profile, verdict, exit_code, false_alarm_probability`` (the bound for the whole run and
        each sampled check's share), ``cases`` (a user's own, if any), ``unread`` (places in a
        user's claim files that could not be read, and why), ``not_covered`` (which claims do not speak of them, and why), ``claims`` (see `claim_entry`), ``errata``
        (statements in print that were refuted, with witness), ``seconds``.
    """
    return {
        "schema": SCHEMA,
        "version": importlib.metadata.version("haarmite"),
        "seed": report.seed,
        "profile": report.profile.name,
        "verdict": report.verdict,
        "exit_code": report.exit_code,
        "false_alarm_probability": {"run": report.false_alarms, "per_check": report.alpha},
        "cases": list(report.cases),
        "claims": [claim_entry(claim) for claim in report.claims],
        "unread": [{"where": where, "what": what} for where, what in report.unread],
        "not_covered": [{"claim": name, "case": case, "reason": why} for name, case, why in report.not_covered],
        "errata": errata(report),
        "seconds": report.seconds,
    }


def claim_entry(report: ClaimReport) -> dict[str, Any]:
    """Return one claim: its verdict, the evidence of every check on every case, and the fate of its mutants."""
    claim = report.claim
    return {
        "id": claim.id,
        "title": claim.title,
        "paper": {"key": claim.paper.key, "citation": claim.paper.citation},
        "statement": claim.words,
        "conjecture": claim.conjecture,
        "verdict": str(report.verdict),
        "word": report.word,
        "parts": [{"part": p.part, "verdict": str(p.verdict), "scope": p.scope} for p in report.parts],
        "voids": [{"check": f.task.check.name, "mutant": f.task.key[1], "case": f.task.label} for f in report.voids],
        "advice": report.verdict.advice,
        "by_rung": {str(rung): _rung_entry(found) for rung in Rung if (found := report.by_rung(rung)) is not None},
        "evidence": [_finding_entry(finding) for finding in report.findings],
        "mutants": [
            {
                "name": mutant.name,
                "on": mutant.on,
                "by": str(mutant.by),
                "erratum": mutant.erratum,
                "refuted": report.refuting(mutant) is not None,
                "evidence": [_finding_entry(f) for f in report.mutant_findings if f.task.mutant is mutant],
            }
            for mutant in claim.mutants
        ],
    }


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


def certificate_path(finding: Finding, part: int = 0) -> str:
    """Return where a finding's certificate of one part of its proof lies below the report's folder."""
    parts = [part for part in finding.task.key if part]
    return (
        "certificates/" + re.sub(r"[^A-Za-z0-9._-]+", "_", "-".join(parts)) + (f"-{part + 1}" if part else "") + ".json"
    )


def _finding_entry(finding: Finding) -> dict[str, Any]:
    evidence: Evidence = finding.evidence
    return {
        "case": finding.task.label,
        "check": finding.task.check.name,
        "rung": str(evidence.rung),
        "verdict": str(evidence.verdict),
        "summary": evidence.summary,
        "figures": [_figure_entry(figure) for figure in evidence.figures],
        "sharpness": None if evidence.sharpness is None else _figure_entry(evidence.sharpness),
        "witness": evidence.witness,
        "certificate": certificate_path(finding) if evidence.certificates else None,
        "certificates": [
            {"path": certificate_path(finding, part), "sha256": certificate.digest}
            for part, certificate in enumerate(evidence.certificates)
        ],
        "error_probability": evidence.error_probability,
        "samples": evidence.samples,
        "cells": evidence.cells,
        "plots": [_plot_entry(plot) for plot in evidence.plots],
        "kernel": [check.entry() for check in evidence.kernel],
        "error": finding.error,
        "seconds": finding.seconds,
    }


def _plot_entry(plot: Plot) -> dict[str, Any]:
    """Return a plot: labels, caption, and each series as lists of numbers; ``low`` and ``high`` are null without a band."""
    return {
        "title": plot.title,
        "x_label": plot.x_label,
        "y_label": plot.y_label,
        "log_x": plot.log_x,
        "log_y": plot.log_y,
        "caption": plot.caption,
        "series": [
            {
                "label": series.label,
                "mark": str(series.mark),
                "is_reference": series.is_reference,
                **{name: None if values is None else list(values) for name, values in _columns(series)},
            }
            for series in plot.series
        ],
    }


def _columns(series: Series) -> list[tuple[str, Sequence[float] | None]]:
    return [("x", series.x), ("y", series.y), ("low", series.low), ("high", series.high)]


def _rung_entry(found: tuple[Verdict, int, int]) -> dict[str, Any]:
    verdict, positive, total = found
    return {"verdict": str(verdict), "positive": positive, "of": total}


def _figure_entry(figure: Figure) -> dict[str, str]:
    return {"name": figure.name, "value": figure.value, "error": figure.error}
