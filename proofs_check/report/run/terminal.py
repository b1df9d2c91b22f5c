"""A run on the terminal: one line per claim, then what went wrong, then one line for the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from proofs_check.evidence.evidence import Figure
from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.report.run.document import errata
from proofs_check.run.run_report import ClaimReport, RunReport

if TYPE_CHECKING:
    from rich.console import Console

_COLOURS = {
    Verdict.PROVED: "bold green",
    Verdict.CERTIFIED: "green",
    Verdict.SUPPORTED: "cyan",
    Verdict.CHECKED: "blue",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.REFUTED: "bold red",
}


NARROW = 120
"""Columns below which the table of claims would fold its cells into shreds."""


def print_report(report: RunReport, console: Console, *, verbose: bool = False) -> None:
    """Print the table of claims, refutations, survivors and errata of a run; if asked, also every check and mutant."""
    console.print(claims_table(report.claims) if console.width >= NARROW else claims_list(report.claims))
    if verbose:
        console.print(findings_table(report.claims))
    for claim in report.claims:
        _print_trouble(claim, console)
    for erratum in errata(report):
        console.print(
            f"[yellow]refuted as printed[/] {erratum['claim']}: {escape(erratum['where'])}\n"
            f"    {escape(erratum['printed'])}: {escape(erratum['witness'])}",
        )
    for name, case, reason in report.not_covered:
        if not reason.startswith("it is about"):
            console.print(f"[dim]not covered[/] {name} on {escape(case)}: {escape(reason)}")
    silent = claims_of_other_kinds(report)
    if silent:
        console.print(f"[dim]not about these cases[/] {escape(', '.join(silent))}")
    console.print(last_line(report))


def claims_of_other_kinds(report: RunReport) -> list[str]:
    """Return the claims that speak of none of the user's cases because they are about other things, in their order."""
    judged = {claim.claim.id for claim in report.claims}
    told = {name for name, _, reason in report.not_covered if not reason.startswith("it is about")}
    return [name for name in dict.fromkeys(name for name, *_ in report.not_covered) if name not in judged | told]


def claims_table(claims: tuple[ClaimReport, ...]) -> Table:
    """Return one row per claim: verdict by rung, how sharp, mutants refuted of all."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("claim", "verdict", "symbolic", "certified", "sampled", "mutants", "how sharp"):
        table.add_column(name, justify="right" if name == "mutants" else "left", overflow="fold")
    for report in claims:
        refuted = len(report.claim.mutants) - len(report.survivors)
        table.add_row(
            f"{report.claim.id} {escape(report.claim.title)}",
            _word(report),
            *(_by_rung(report, rung) for rung in Rung),
            f"{refuted}/{len(report.claim.mutants)}",
            escape(str(sharpness(report) or "")),
        )
    return table


def claims_list(claims: tuple[ClaimReport, ...]) -> Table:
    """Return what `claims_table` says, for a narrow terminal: verdict and title, and the rest below them."""
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for report in claims:
        refuted = len(report.claim.mutants) - len(report.survivors)
        shown = Text.assemble((f"{report.claim.id} ", "bold"), report.claim.title, "\n")
        if report.word != str(report.verdict):
            shown.append(f"{report.word}; ")
        for rung in Rung:
            if report.by_rung(rung) is not None:
                shown.append(f"{rung}: ", "dim").append_text(_by_rung(report, rung)).append("; ")
        shown.append("mutants: ", "dim").append(f"{refuted}/{len(report.claim.mutants)}")
        figure = sharpness(report)
        table.add_row(_coloured(report.verdict), shown.append(f"; {figure}" if figure else ""))
    return table


def findings_table(claims: tuple[ClaimReport, ...]) -> Table:
    """Return one row per finding: statement or mutant, case, check, verdict, and what it took."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("claim", "statement", "case", "check", "verdict", "samples", "cells", "seconds", "found"):
        table.add_column(name, justify="right" if name in {"samples", "cells", "seconds"} else "left", overflow="fold")
    for report in claims:
        for finding in (*report.findings, *report.mutant_findings):
            evidence, mutant = finding.evidence, finding.task.mutant
            table.add_row(
                report.claim.id,
                "as claimed" if mutant is None else f"mutant: {escape(mutant.name)}",
                escape(finding.task.label or "every case"),
                finding.task.check.name,
                _coloured(evidence.verdict),
                str(evidence.samples or "-"),
                str(evidence.cells or "-"),
                f"{finding.seconds:.2f}",
                escape(evidence.witness or evidence.summary),
            )
    return table


def sharpness(report: ClaimReport) -> Figure | None:
    """Return the sharpness figure of the strongest rung that has one."""
    for rung in Rung:
        for finding in report.findings:
            if finding.task.check.rung is rung and finding.evidence.sharpness is not None:
                return finding.evidence.sharpness
    return None


def last_line(report: RunReport) -> str:
    """Return the verdict of a run in one line."""
    positive = sum(claim.verdict.is_positive for claim in report.claims)
    mutants = sum(len(claim.claim.mutants) for claim in report.claims)
    survivors = sum(len(claim.survivors) for claim in report.claims)
    colour = {"holds": "green", "refuted": "red", "inconclusive": "yellow"}[report.verdict]
    unread = f"; {len(report.unread)} places in claim files could not be read" if report.unread else ""
    return (
        f"[bold {colour}]{report.verdict}[/]: {positive} of {len(report.claims)} claims positive, "
        f"{mutants - survivors} of {mutants} mutants refuted{unread}; false-alarm probability of the run at most "
        f"{report.false_alarms:g}; seed {report.seed}, profile {report.profile.name}, {report.seconds:.1f} s"
    )


def _by_rung(report: ClaimReport, rung: Rung) -> Text:
    found = report.by_rung(rung)
    if found is None:
        return Text("-")
    verdict, positive, total = found
    shown = _coloured(verdict)
    return shown if positive in (0, total) else shown.append(f" {positive}/{total}")


def _coloured(verdict: Verdict) -> Text:
    return Text(str(verdict), style=_COLOURS[verdict])


def _word(report: ClaimReport) -> Text:
    return Text(report.word, style=_COLOURS[report.verdict])


def _print_trouble(report: ClaimReport, console: Console) -> None:
    claim = report.claim
    for finding in report.findings:
        if finding.evidence.refutes:
            where = f" on {finding.task.label}" if finding.task.label else ""
            console.print(f"[red]refuted[/] {claim.id}{escape(where)}: {escape(finding.evidence.witness or '')}")
    for mutant in report.survivors:
        console.print(f"[yellow]survived[/] {claim.id}: mutant {escape(mutant.name)!r} was not refuted by {mutant.by}")
    for void in report.voids:
        console.print(f"[yellow]void[/] {claim.id}: {void.task.check.name} finds {escape(void.task.key[1])!r} true too")
    # One check breaks in the same way on every case and mutant.
    for check, error in dict.fromkeys((finding.task.check.name, finding.error or "") for finding in report.errors):
        console.print(f"[red]broke[/] {claim.id} {check}: {escape(error)}")
    if report.verdict is Verdict.INCONCLUSIVE:
        undecided = [f for f in report.findings if f.evidence.verdict is Verdict.INCONCLUSIVE and f.error is None]
        reasons = {finding.evidence.summary for finding in undecided}
        for reason in sorted(reasons):
            console.print(f"[yellow]open[/] {claim.id}: {escape(reason)}")
