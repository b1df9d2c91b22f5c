"""A run as one page of HTML: what is claimed, whether it is true, how we know, how sharp it is, how to repeat it.

The page needs no network and no script; its formulas are native MathML, its plots inline SVG. It follows the reader's
choice of dark or light, fits a phone, and opens its folded parts on paper.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from proofs_check.claim.claim import Check, Claim, Paper
from proofs_check.claim.formula import formulas
from proofs_check.claim.sentence_claim import Stated
from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.report.drawing import svg
from proofs_check.report.formula.mathml import mathml
from proofs_check.report.run.document import certificate_path, errata
from proofs_check.report.run.recipe import Recipe
from proofs_check.report.run.terminal import sharpness
from proofs_check.run.installation import examine
from proofs_check.run.run_report import ClaimReport, Finding, RunReport

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"

SHOWN_PLOTS = 2
"""Plots of a check that stand open; the others are folded away."""

NOT_MEANT = {
    Verdict.PROVED: "Not that the cited textbook theorems were proved too: what a chain of steps rests on is listed under “uses”.",
    Verdict.CERTIFIED: "Not that it holds beyond the cases and domains named; nor that the prover is beyond doubt, which is why "
    "each certificate can be re-checked by separate code.",
    Verdict.SUPPORTED: "Not that it is proved, and not that it is exactly true: only that a deviation larger than the stated width "
    "would have been found out, apart from the stated error probability.",
    Verdict.CHECKED: "Not that the sentence was proved, certified or tested by this program: whatever code its author wrote agreed. "
    "That the code is about the sentence, only reading it can tell.",
    Verdict.INCONCLUSIVE: "Not that it is false: failing to prove is not disproving.",
    Verdict.REFUTED: "Not that nothing like it is true: the witness contradicts the statement as it stands here.",
}

EXITS = {
    0: "every claim positive, every mutant refuted",
    1: "a claim was refuted",
    2: "a claim could not be read",
    3: "a claim is inconclusive, or a mutant survived",
    130: "interrupted: only the claims that were judged in whole are here",
}


@dataclass(frozen=True, slots=True)
class Chapter:
    """The claims of one paper."""

    paper: Paper
    anchor: str
    reports: tuple[ClaimReport, ...]


def page(report: RunReport, recipe: Recipe) -> str:
    """Return the page of a run.

    Parameters
    ----------
    report : RunReport
    recipe : Recipe
        How the run was asked for.

    Returns
    -------
    str
        A whole HTML document. Links to certificates are relative to the report's folder.
    """
    return (
        environment()
        .get_template("page.html.j2")
        .render(
            report=report,
            recipe=recipe,
            chapters=chapters(report),
            counts=verdict_counts(report),
            errata=errata(report),
            facts=examine()["facts"],
            troubles=[claim for claim in report.claims if not claim.passes],
            exits=EXITS,
            not_meant=NOT_MEANT,
            verdicts=list(Verdict),
            rungs=list(Rung),
            shown_plots=SHOWN_PLOTS,
        )
    )


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


@cache
def environment() -> Environment:
    """Return the templates with everything they call; all text is escaped unless it is markup made here."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    helpers: dict[str, Callable[..., Any]] = {
        "anchor": anchor,
        "certificate_path": certificate_path,
        "drawing": drawing,
        "findings_of": findings_of,
        "formula_markup": formula_markup,
        "formulas_of": formulas_of,
        "plots_of": plots_of,
        "refuting_plots": refuting_plots,
        "sharpness": sharpness,
        "statement_of": statement_paragraphs,
        "says": first_paragraph,
        "seconds": lambda seconds: f"{seconds:.1f}" if seconds < 100 else f"{seconds:.0f}",
    }
    made.globals.update(helpers)
    made.filters["prose"] = prose
    return made


def anchor(text: str) -> str:
    """Return text as a fragment identifier; different ids of claims stay different unless they differ in punctuation only.

    Examples
    --------
    >>> anchor("A'"), anchor("my claim: 2")
    ('A_', 'my_claim_2')
    """
    return re.sub(r"[^A-Za-z0-9-]+", "_", text)


def prose(text: str) -> str:
    """Return text with the signs of mathematics that ASCII spells out.

    Examples
    --------
    >>> prose("x >= 0 and |x - y| <= 1")
    'x ≥ 0 and |x - y| ≤ 1'
    """
    for spelled, sign in (("<=", "≤"), (">=", "≥"), ("->", "→"), ("+-", "±")):
        text = text.replace(spelled, sign)
    return text


def statement_paragraphs(claim: Claim) -> list[str]:
    """Return the statement in words: its own if it is a sentence, the docstring of the module with the checks, or of its class."""
    sentences = list(claim.statement.lines) if isinstance(claim.statement, Stated) else []
    text = claim.explanation or ("" if sentences else claim.words or claim.title)
    return sentences + [" ".join(block.split()) for block in re.split(r"\n\s*\n", text) if block]


def first_paragraph(check: Check) -> str:
    """Return what a check does, in the words of its docstring; its name if it has none."""
    text = getattr(check.function, "says", None) or inspect.getdoc(check.function) or check.name.replace("_", " ")
    return " ".join(text.split("\n\n")[0].split())


def findings_of(report: ClaimReport, check: Check) -> list[Finding]:
    """Return what one check found of the true statement."""
    return [finding for finding in report.findings if finding.task.check is check]


def plots_of(findings: list[Finding]) -> list[tuple[str, Any]]:
    """Return (case, plot) of every plot, one of each case before the second of any."""
    most = max((len(finding.evidence.plots) for finding in findings), default=0)
    return [
        (finding.task.label, finding.evidence.plots[place])
        for place in range(most)
        for finding in findings
        if place < len(finding.evidence.plots)
    ]


def refuting_plots(report: ClaimReport) -> list[tuple[str, Any]]:
    """Return (mutant, plot) of the refutations of mutants."""
    refuting = [(mutant, report.refuting(mutant)) for mutant in report.claim.mutants]
    return [(mutant.name, plot) for mutant, found in refuting if found for plot in found.evidence.plots[:1]]


def drawing(plot: Any) -> Any:
    """Return a plot as markup."""
    return Markup(svg(plot))  # the drawing escapes every text it holds


def formulas_of(statement: Any) -> tuple[Any, ...]:
    """Return the formulas of a statement; none if it has none, or its `formula` raises."""
    try:
        return formulas(statement)
    except Exception:  # a user's formula may raise anything; the page then has the words
        return ()


def formula_markup(formulas: tuple[Any, ...], known: tuple[Any, ...] = ()) -> list[Any]:
    """Return formulas as markup, without those that `known`, the true statement's, has as well."""
    return [Markup(mathml(formula)) for formula in formulas if formula not in known]  # the printer escapes
