"""`haarmite claims`: list the ledger, or show single claims in full."""

from __future__ import annotations

import sys
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from proofs_check.commands.completion import claim_names
from proofs_check.commands.console import Json, console, fail, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from sympy import Basic

    from proofs_check.claim.claim import Check, Claim, Mutant

Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[ID|PAPER|FILE.py[::ID]]...",
        help="Claims to show in full; the list of the ledger if none.",
        autocompletion=claim_names,
    ),
]


def claims(names: Names = None, json: Json = False) -> None:
    """List the ledger, or show claims: the statement in words and as a formula, cases, checks, mutants.

    Examples: haarmite claims; haarmite claims A7 B7; haarmite claims my_claims.py::X1 --json
    """
    if names:
        _show(_selected(names), json)
    else:
        _list(json)


def _selected(names: Sequence[str]) -> Sequence[Claim]:
    from proofs_check.run.selection import select

    try:
        selection = select(names, "claims")
    except (ValueError, TypeError) as error:
        fail(str(error))
    for trouble in selection.troubles:
        print(f"haarmite: {trouble}", file=sys.stderr)
    if not selection.claims:
        raise typer.Exit(2)
    return selection.claims


def _list(json: bool) -> None:
    from proofs_check.ledger import ledger

    entries = [summary(claim) for claim in ledger()]
    if json:
        print_json({"schema": 1, "claims": entries})
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("id", "paper", "title", "rungs", "cases", "mutants"):
        table.add_column(column, overflow="fold")
    for entry in entries:
        sizes = (str(len(entry["cases"])), str(len(entry["mutants"])))
        paper = f"{entry['paper']}, restated" if entry["restated"] else entry["paper"]
        table.add_row(entry["id"], paper, entry["title"], ", ".join(entry["rungs"]), *sizes)
    console().print(table)


def summary(claim: Claim) -> dict[str, Any]:
    """Return what the list says of a claim, as JSON-able data."""
    return {
        "id": claim.id,
        "title": claim.title,
        "paper": claim.paper.key,
        "restated": claim.paper.restated,
        "statement": claim.words,
        "rungs": sorted({str(check.rung) for check in claim.checks}),
        "cases": [str(case) for case in claim.pinned],
        "mutants": [mutant.name for mutant in claim.mutants],
        "conjecture": claim.conjecture,
    }


def explanation(claim: Claim) -> str:
    """Return the statement's sentences, if it has any, and what explains it; else the statement in words."""
    sentences = claim.words if hasattr(claim.statement, "lines") else ""
    return "\n\n".join(part for part in (sentences, claim.explanation) if part) or claim.words


def details(claim: Claim) -> dict[str, Any]:
    """Return a claim in full, as JSON-able data.

    Returns
    -------
    dict
        `summary`, and ``explanation``, ``formulas`` (each as text and LaTeX), ``checks`` (name, rung, whether it covers every case at once,
        what it does), ``variants`` (each mutant with the case and the rung that must refute it, the print it stands in if
        any, and its formulas that the claim does not have).
    """
    stated, *others = _formulas(claim)
    return summary(claim) | {
        "explanation": explanation(claim),
        "formulas": [_typeset(formula) for formula in stated],
        "checks": [_check(check) for check in claim.checks],
        "variants": [
            _variant(mutant) | {"formulas": [_typeset(formula) for formula in other if formula not in stated]}
            for mutant, other in zip(claim.mutants, others, strict=True)
        ],
    }


def _formulas(claim: Claim) -> Sequence[tuple[Basic, ...]]:
    from proofs_check.claim.formula import claim_formulas

    try:
        return claim_formulas(claim)
    except Exception as error:  # a user's own method may raise anything; the rest of the claim can still be shown
        print(f"haarmite: {claim.id} has no formula: {type(error).__name__}: {error}", file=sys.stderr)
        return [()] * (1 + len(claim.mutants))


def _typeset(formula: Basic) -> dict[str, str]:
    from sympy import latex

    return {"text": str(formula), "latex": latex(formula)}


def _check(check: Check) -> dict[str, Any]:
    doc = (getattr(check.function, "says", None) or check.function.__doc__ or "").strip().split("\n", 1)[0]
    return {"name": check.name, "rung": str(check.rung), "every_case_at_once": check.once, "what": doc}


def _variant(mutant: Mutant) -> dict[str, Any]:
    return {"name": mutant.name, "on": mutant.on or None, "by": str(mutant.by), "erratum": mutant.erratum}


def _show(chosen: Sequence[Claim], json: bool) -> None:
    if json:
        print_json({"schema": 1, "claims": [details(claim) for claim in chosen]})
        return
    out = console()
    for position, claim in enumerate(chosen):
        if position:
            out.print()
        _print(claim, out)


def _print(claim: Claim, out: Console) -> None:
    """Print one claim as paragraphs under headings; formulas are never wrapped."""
    stated, *others = _formulas(claim)
    page = Page(out)
    page.heading(f"{claim.id}  {claim.title}", first=True)
    page.text(claim.paper.citation + (" (a conjecture)" if claim.conjecture else ""), style="dim")
    if claim.paper.restated:
        page.text("restated: the wording of the paper was not at hand", style="dim")
    page.heading("Statement")
    page.text(explanation(claim))
    if stated:
        page.heading("Formula")
        page.formulas(stated)
    page.heading("Cases")
    page.text(", ".join(str(case) for case in claim.pinned))
    page.heading("Checks")
    for check in map(_check, claim.checks):
        page.text(f"{check['rung']}{', every case at once' if check['every_case_at_once'] else ''}: {check['what']}")
    page.heading("Mutants, which the checks must refute")
    shown: list[tuple[Basic, ...]] = []
    for mutant, other in zip(claim.mutants, others, strict=True):
        page.text(f"{mutant.name} ({mutant.by}{f', on {mutant.on}' if mutant.on else ''})")
        if mutant.erratum:
            page.text(f"In print: {mutant.erratum}", 4, style="dim")
        wrong = tuple(formula for formula in other if formula not in stated)
        if wrong and wrong in shown:
            page.text("as above", 4)
        elif wrong:
            page.formulas(wrong)
        shown.append(wrong)


@dataclass(frozen=True, slots=True)
class Page:
    """Indented text on a console: wrapped on a terminal, one line per paragraph in a pipe."""

    out: Console

    def text(self, text: str, indent: int = 2, style: str | None = None) -> None:
        """Print lines, wrapped on a terminal."""
        margin = " " * indent
        for line in text.splitlines():
            wide = self.out.width - 1 if self.out.is_terminal else len(line) + indent + 1
            whole = textwrap.fill(line, wide, initial_indent=margin, subsequent_indent=margin)
            self.out.print(whole, style=style, markup=False, soft_wrap=True)

    def heading(self, text: str, *, first: bool = False) -> None:
        """Print a heading, after an empty line unless it is the first."""
        if not first:
            self.out.print()
        self.text(text, 0, "bold")

    def formulas(self, formulas: Sequence[Basic]) -> None:
        """Print formulas in two dimensions, never wrapped."""
        drawn = [_drawn(formula) for formula in formulas]
        gap = "\n\n" if any("\n" in text for text in drawn) else "\n"
        lines = gap.join(drawn).splitlines()
        self.out.print("\n".join(f"    {line}".rstrip() for line in lines), markup=False, soft_wrap=True)


def _drawn(formula: Basic) -> str:
    """Return a formula in two dimensions, or on one line where the terminal knows no mathematical signs."""
    from proofs_check.report.formula.formula_text import formula_text

    drawn = formula_text(formula)
    try:
        drawn.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return str(formula)
    return drawn
