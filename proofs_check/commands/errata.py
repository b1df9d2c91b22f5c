"""`haarmite errata`: what is false in print, with place, correction, witness and command; and what is open."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from proofs_check.commands.claims import Page, explanation
from proofs_check.commands.completion import claim_names
from proofs_check.commands.console import Json, console, fail, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofs_check.run.errata import Erratum
    from proofs_check.run.run_report import ClaimReport

Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[ID|PAPER]...",
        help="Claims or papers; the whole ledger if none.",
        autocompletion=claim_names,
    ),
]
Markdown = Annotated[bool, typer.Option("--markdown", help="Print Markdown, with formulas in LaTeX.")]
Bibtex = Annotated[bool, typer.Option("--bibtex", help="Print the BibTeX entries of the papers concerned.")]
Open = Annotated[bool, typer.Option("--open/--no-open", help="Judge and list the open conjectures as well.")]
Seed = Annotated[int, typer.Option(min=0, help="Root seed of every random stream.")]


def errata(
    names: Names = None,
    markdown: Markdown = False,
    bibtex: Bibtex = False,
    conjectures: Open = True,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """What is false in print: where it stands, what is true, the witness that is found anew here, and what is still open.

    Examples: haarmite errata; haarmite errata "A'"; haarmite errata A21; haarmite errata B --markdown; haarmite errata --bibtex
    """
    from proofs_check.run.errata import by_paper, errata_of
    from proofs_check.run.errata import conjectures as judged_conjectures
    from proofs_check.run.selection import select

    if sum((markdown, bibtex, json)) > 1:
        fail("errata needs one of --markdown, --bibtex and --json, got several.")
    try:
        chosen = select(names or [], "errata").claims
    except (ValueError, TypeError) as error:
        fail(str(error))
    found = errata_of(chosen)
    if bibtex:
        print("\n\n".join(paper.bibtex for paper, _ in by_paper(found) if paper.bibtex))
        return
    found = tuple(_judged(erratum, seed) for erratum in found)
    still_open = judged_conjectures(chosen, seed=seed) if conjectures else ()
    if json:
        open_entries = [
            {"claim": r.claim.id, "title": r.claim.title, "verdict": str(r.verdict), "evidence": _reach(r)}
            for r in still_open
        ]
        print_json({"schema": 1, "errata": [erratum.to_json() for erratum in found], "conjectures": open_entries})
    elif markdown:
        print(_markdown(found, still_open))
    else:
        _print(found, still_open)
    missed = [erratum.place for erratum in found if not erratum.witnesses]
    if missed:
        print(f"haarmite: not reproduced: {'; '.join(missed)}", file=sys.stderr)
        raise typer.Exit(3)


def _judged(erratum: Erratum, seed: int) -> Erratum:
    if sys.stderr.isatty():
        print(f"\r\033[K{erratum.place}", end="", file=sys.stderr, flush=True)
    found = erratum.judged(seed=seed)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    return found


def _print(found: Sequence[Erratum], still_open: Sequence[ClaimReport]) -> None:
    from proofs_check.run.errata import by_paper

    out = console()
    page = Page(out)
    first = True
    for paper, group in by_paper(found):
        page.heading(f"{paper.key}  {paper.citation}", first=first)
        first = False
        for erratum in group:
            out.print()
            page.text(f"{erratum.place} ({', '.join(erratum.claims)})", style="bold")
            page.text(erratum.remark)
            for title, formulas in zip(("as printed", "true"), erratum.formulas, strict=True):
                if formulas:
                    page.text(f"{title}:", style="dim")
                    page.formulas(formulas)
            for witness in erratum.witnesses:
                page.text(f"witness: {witness}")
            page.text(f"shown by: {erratum.command}", style="dim")
    if still_open:
        page.heading("Open", first=first)
        for report in still_open:
            out.print()
            page.text(f"{report.claim.id}  {report.claim.title}: {report.word}", style="bold")
            page.text(explanation(report.claim))
            for line in _reach(report):
                page.text(line, 4, style="dim")
    if first and not still_open:
        page.text("Nothing false in print is known of these claims, and none is a conjecture.", 0)


def _reach(report: ClaimReport) -> list[str]:
    """Return what each check of a conjecture tried and found, in a line each."""
    lines = []
    for finding in report.findings:
        evidence, label = finding.evidence, finding.task.label
        size = (
            f", {evidence.samples} samples"
            if evidence.samples
            else f", {evidence.cells} cells"
            if evidence.cells
            else ""
        )
        lines.append(f"{evidence.rung}{f' on {label}' if label else ''}: {evidence.verdict}{size}; {evidence.summary}")
    return lines


def _markdown(found: Sequence[Erratum], still_open: Sequence[ClaimReport]) -> str:
    from sympy import latex

    from proofs_check.run.errata import by_paper

    lines: list[str] = []
    for paper, group in by_paper(found):
        lines += [f"## {paper.key}: {paper.citation}", ""]
        for erratum in group:
            lines += [f"### {erratum.place} ({', '.join(erratum.claims)})", "", erratum.remark + ".", ""]
            for title, formulas in zip(("As printed", "True"), erratum.formulas, strict=True):
                lines += (
                    [f"{title}: " + ", ".join(f"${latex(formula)}$" for formula in formulas), ""] if formulas else []
                )
            lines += [f"- Witness: `{witness}`" for witness in erratum.witnesses]
            lines += [f"- Shown by: `{erratum.command}`", ""]
    if still_open:
        lines += ["## Open", ""]
        for report in still_open:
            lines += [
                f"### {report.claim.id}: {report.claim.title}",
                "",
                f"{report.word}. {explanation(report.claim)}",
                "",
            ]
            lines += [*(f"- {line}" for line in _reach(report)), ""]
    return "\n".join(lines).rstrip()
