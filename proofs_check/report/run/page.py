"""A run as one page of HTML: what is claimed, whether it is true, how we know, how sharp it is, how to repeat it.

It opens with what is false in print, as pairs of formulas; then what is proved, certified and supported, each with its
scope; then conjectures, and what did not pass. The page needs no network: its formulas are native MathML, its plots inline
SVG, and the one script it holds filters claims and opens the one a link names; without it everything is still there. It
follows the reader's choice of dark or light, fits a phone, and on paper gives each claim a page of its own, unfolded.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from sympy.core.parameters import distribute

from proofs_check.claim.claim import Check, Claim, Paper
from proofs_check.claim.formula import formulas
from proofs_check.claim.sentence_claim import Stated
from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.report.drawing import svg
from proofs_check.report.formula.mathml import NAMESPACE, mathml
from proofs_check.report.formula.prose import typeset
from proofs_check.report.run.document import certificate_path
from proofs_check.report.run.recipe import Recipe
from proofs_check.report.run.terminal import sharpness
from proofs_check.run.errata import by_paper, errata_in
from proofs_check.run.installation import examine
from proofs_check.run.run_report import ClaimReport, Finding, RunReport

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"

_MATH_NAMESPACE = f' xmlns="{NAMESPACE}"'  # an HTML parser knows the element
_SVG_HEAD = r' xmlns="[^"]*"(.*?) style="[^"]*" fill="currentColor" font-family="[^"]*" font-size="[^"]*"'
"""What the page's style sheet and an HTML parser know of a picture."""

SHOWN_PLOTS = 1
"""Plots of a check that are drawn; the numbers of the others are in ``report.json``: drawn, they would double the page."""

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

EVERYTHING = "everything the sentence speaks of"

LONG_FORMULA = 1100
"""Characters of markup from which a formula is wider than half a page."""

SHOWN_CASES = 6
"""Cases that the scope of a claim names; more are counted."""

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
    found = errata_in(report.claims)
    with distribute(False):  # once for all formulas: SymPy empties its caches with each change
        return (
            environment()
            .get_template("page.html.j2")
            .render(
                report=report,
                recipe=recipe,
                chapters=chapters(report),
                counts=verdict_counts(report),
                errata=list(by_paper(found)),
                errata_count=len(found),
                groups=groups(report),
                conjectures=[claim for claim in report.claims if claim.claim.conjecture],
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
        "rows_of": rows_of,
        "formula_markup": formula_markup,
        "formulas_of": formulas_of,
        "is_long": is_long,
        "plots_of": plots_of,
        "reasons_of": reasons_of,
        "refuting_plots": refuting_plots,
        "scope": scope,
        "sharpness": sharpness,
        "statement_of": statement_paragraphs,
        "says": first_paragraph,
        "witnesses_of": witnesses_of,
        "seconds": lambda seconds: f"{seconds:.1f}" if seconds < 100 else f"{seconds:.0f}",
    }
    made.globals.update(helpers)
    made.filters["prose"] = typeset
    return made


def anchor(text: str) -> str:
    """Return text as a fragment identifier; different ids of claims stay different unless they differ in punctuation only.

    Examples
    --------
    >>> anchor("A'"), anchor("my claim: 2")
    ('A_', 'my_claim_2')
    """
    return re.sub(r"[^A-Za-z0-9-]+", "_", text)


def groups(report: RunReport) -> list[tuple[Verdict, list[ClaimReport]]]:
    """Return the positive verdicts with the claims that earned them, the firmest first; conjectures stand apart.

    Examples
    --------
    >>> from proofs_check.run.runner import run
    >>> groups(run([]))
    []
    """
    earned = [claim for claim in report.claims if claim.verdict.is_positive and not claim.claim.conjecture]
    grouped = [(verdict, [claim for claim in earned if claim.verdict is verdict]) for verdict in Verdict]
    return [(verdict, claims) for verdict, claims in grouped if claims]


def scope(report: ClaimReport) -> str:
    """Return of what a claim's verdict speaks: of everything its sentence speaks of, of instances, or of named cases."""
    verdict = report.verdict
    scopes = dict.fromkeys(part.scope for part in report.parts if part.verdict is verdict)
    if set(scopes) <= {""}:
        return EVERYTHING
    if any(text.endswith(("named case", "named cases")) for text in scopes):
        labels = dict.fromkeys(f.task.label for f in report.findings if f.task.label and f.evidence.verdict is verdict)
        if labels:
            return _listed(list(labels))
    return "; ".join(text for text in scopes if text)


def _listed(labels: list[str]) -> str:
    rest = f" and {len(labels) - SHOWN_CASES} more" if len(labels) > SHOWN_CASES + 1 else ""
    return "; ".join(labels[:SHOWN_CASES] if rest else labels) + rest


def witnesses_of(report: ClaimReport) -> list[tuple[str, str]]:
    """Return (case, witness) of every finding that refutes the claim."""
    return [(f.task.label, f.evidence.witness or "") for f in report.findings if f.evidence.refutes]


def reasons_of(report: ClaimReport) -> list[str]:
    """Return why a claim is open, each reason once."""
    undecided = [f for f in report.findings if f.evidence.verdict is Verdict.INCONCLUSIVE and not f.error]
    return list(dict.fromkeys(f.evidence.summary for f in undecided))


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


def rows_of(findings: list[Finding]) -> list[tuple[Finding, str, float]]:
    """Return (finding, its cases, seconds); cases of which a check found the same, in the same words and no number more, share a row."""
    rows: dict[object, list[Finding]] = {}
    for finding in findings:
        evidence = finding.evidence
        alone = (
            finding.error, evidence.witness, evidence.figures, evidence.sharpness, evidence.certificates, evidence.samples,
            evidence.cells, evidence.kernel,
        )  # fmt: skip
        same = (evidence.verdict, evidence.summary) if not any(alone) else finding.task.key
        rows.setdefault(same, []).append(finding)
    return [
        (group[0], ", ".join(f.task.label or "every case" for f in group), sum(f.seconds for f in group))
        for group in rows.values()
    ]


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
    """Return (mutant, plot) of what refutes statements in print; plots of the other mutants would double the page."""
    refuting = [(mutant, report.refuting(mutant)) for mutant in report.claim.mutants if mutant.erratum]
    return [(mutant.name, plot) for mutant, found in refuting if found for plot in found.evidence.plots[:1]]


def drawing(plot: Any) -> Any:
    """Return a plot as markup."""
    short = svg(replace(plot, caption=""))  # the caption stands below the picture
    return Markup(re.sub(_SVG_HEAD, r"\1", short, count=1))  # the drawing escapes every text it holds


def formulas_of(statement: Any) -> tuple[Any, ...]:
    """Return the formulas of a statement; none if it has none, or its `formula` raises."""
    try:
        return formulas(statement)
    except Exception:  # a user's formula may raise anything; the page then has the words
        return ()


def is_long(markup: list[Any]) -> bool:
    """Return whether formulas need the width of the page: two of them do not stand side by side."""
    return any(len(formula) > LONG_FORMULA for formula in markup)


def formula_markup(formulas: tuple[Any, ...], known: tuple[Any, ...] = ()) -> list[Any]:
    """Return formulas as markup, without those that `known`, the true statement's, has as well."""
    shown = [mathml(formula) for formula in formulas if formula not in known]
    return [Markup(text.replace(_MATH_NAMESPACE, "", 1)) for text in shown]  # the printer escapes
