"""A run as Markdown, for places that show it (a pull request, a wiki): summary, tables of claims, errata, and each claim folded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sympy import latex

from proofs_check.claim.formula import formulas
from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.report.run.document import certificate_path, errata
from proofs_check.report.run.page import EXITS, chapters, statement_paragraphs, verdict_counts
from proofs_check.report.run.recipe import Recipe
from proofs_check.report.run.terminal import sharpness
from proofs_check.run.run_report import ClaimReport, Finding, RunReport


def markdown(report: RunReport, recipe: Recipe) -> str:
    """Return a run as GitHub-flavoured Markdown; formulas are in ``math`` blocks.

    Parameters
    ----------
    report : RunReport
    recipe : Recipe
        How the run was asked for.
    """
    lines = [*_summary(report, recipe)]
    for chapter in chapters(report):
        lines += [f"## [{escaped(chapter.paper.key)}]", "", escaped(chapter.paper.citation), ""]
        lines += [*_claims_table(chapter.reports), ""]
        for claim in chapter.reports:
            lines += [*_claim(claim, recipe), ""]
    return "\n".join([*lines, *_errata(report)]).rstrip() + "\n"


def escaped(text: object) -> str:
    """Return text in which nothing is markup, on one line.

    Examples
    --------
    >>> escaped("|rho| < 1 and a_b*c")
    '\\\\|rho\\\\| &lt; 1 and a\\\\_b\\\\*c'
    """
    flat = " ".join(str(text).split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]|#~$])", r"\\\1", flat)


def _summary(report: RunReport, recipe: Recipe) -> Iterator[str]:
    mutants = sum(len(claim.claim.mutants) for claim in report.claims)
    survivors = sum(len(claim.survivors) for claim in report.claims)
    counts = ", ".join(f"{count} {verdict}" for verdict, count in verdict_counts(report))
    yield f"# haarmite: {report.verdict}"
    yield ""
    yield f"- {len(report.claims)} claims: {counts or 'none'}"
    yield f"- {mutants - survivors} of {mutants} deliberately wrong variants refuted"
    yield f"- exit code {report.exit_code}: {EXITS[report.exit_code]}"
    yield f"- the samples refute anything true with probability at most {report.false_alarms:g} in total"
    yield f"- seed {report.seed}, profile {report.profile.name}, {report.seconds:.0f} s"
    yield f"- repeat: {_code(recipe.whole)}"
    yield ""
    for verdict in (verdict for verdict, _ in verdict_counts(report)):
        yield f"- **{verdict}**: {escaped(verdict.advice)}"
    yield ""
    troubles = [claim for claim in report.claims if not claim.passes]
    if troubles or report.unread:
        yield "## What did not pass"
        yield ""
        for where, what in report.unread:
            yield f"- {_code(where)}: {escaped(what)}"
        for claim in troubles:
            names = "; ".join(escaped(mutant.name) for mutant in claim.survivors)
            survived = f"; mutants not refuted: {names}" if names else ""
            untold = dict.fromkeys(void.task.key[1] for void in claim.voids)
            survived += f"; found true though wrong: {'; '.join(map(escaped, untold))}" if untold else ""
            broke = f"; {len(claim.errors)} checks broke" if claim.errors else ""
            yield f"- {escaped(claim.claim.id)}: {claim.verdict}{survived}{broke}"
        yield ""


def _claims_table(reports: tuple[ClaimReport, ...]) -> Iterator[str]:
    yield "| claim | | verdict | symbolic | certified | sampled | mutants | how sharp |"
    yield "|---|---|---|---|---|---|---|---|"
    for report in reports:
        claim = report.claim
        rungs = " | ".join(_by_rung(report, rung) for rung in Rung)
        refuted = f"{len(claim.mutants) - len(report.survivors)}/{len(claim.mutants)}"
        sharp = escaped(sharpness(report) or "")
        yield f"| {escaped(claim.id)} | {escaped(claim.title)} | **{report.word}** | {rungs} | {refuted} | {sharp} |"


def _by_rung(report: ClaimReport, rung: Rung) -> str:
    found = report.by_rung(rung)
    if found is None:
        return "-"
    verdict, positive, total = found
    return str(verdict) if positive in (0, total) else f"{verdict} {positive}/{total}"


def _claim(report: ClaimReport, recipe: Recipe) -> Iterator[str]:
    """Yield one claim, folded: statement, evidence, mutants, how to repeat."""
    claim = report.claim
    conjecture = ", a conjecture" if claim.conjecture else ""
    yield f"<details><summary>{escaped(claim.id)} {escaped(claim.title)}: {report.word}{conjecture}</summary>"
    yield ""
    yield from _formulas(claim.statement)
    for paragraph in statement_paragraphs(claim):
        yield escaped(paragraph)
        yield ""
    for finding in report.findings:
        yield f"- {_finding(finding)}"
    yield ""
    for mutant in claim.mutants:
        refuting = report.refuting(mutant)
        printed = f" (in print: {escaped(mutant.erratum)})" if mutant.erratum else ""
        outcome = (
            f"refuted by the {mutant.by} rung: {escaped(refuting.evidence.witness)}"
            if refuting
            else f"**survived** the {mutant.by} rung"
        )
        yield f"- mutant *{escaped(mutant.name)}*{printed}: {outcome}"
    yield ""
    yield f"Repeat: {_code(recipe.of(claim.id))}"
    yield ""
    yield "</details>"


def _finding(finding: Finding) -> str:
    evidence = finding.evidence
    case = finding.task.label or "every case"
    figures = "; ".join(escaped(figure) for figure in evidence.figures)
    parts = [escaped(finding.error or evidence.witness or evidence.summary), figures]
    parts += [
        f"[certificate]({certificate_path(finding, part)}) {certificate.digest[:12]}"
        for part, certificate in enumerate(evidence.certificates)
    ]
    parts += [f"[kernel-checked](kernel/{check.file})" for check in evidence.kernel if check.checked]
    text = "; ".join(part for part in parts if part)
    verdict = (
        f"**{evidence.verdict}**" if evidence.verdict in (Verdict.REFUTED, Verdict.INCONCLUSIVE) else evidence.verdict
    )
    return f"{evidence.rung}, {escaped(case)}: {verdict}; {text}"


def _formulas(statement: Any) -> Iterator[str]:
    try:
        shown = [latex(formula) for formula in formulas(statement)]
    except Exception:  # a user's formula may raise anything; the words stand
        return
    for text in shown:
        yield "```math"
        yield text
        yield "```"
        yield ""


def _errata(report: RunReport) -> Iterator[str]:
    found = errata(report)
    if not found:
        return
    yield "## Errata: refuted as printed"
    yield ""
    yield "| claim | where it stands | as printed | witness |"
    yield "|---|---|---|---|"
    for entry in found:
        yield "| " + " | ".join(escaped(entry[key]) for key in ("claim", "where", "printed", "witness")) + " |"


def _code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}"
