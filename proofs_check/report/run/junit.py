"""A run as JUnit XML: a test suite for each paper, a test case for each claim and for each of its mutants.

A claim that is refuted or not decided is a failure, one with a check that broke an error, an open conjecture is skipped; a
mutant that survived is a failure. So continuous integration shows red exactly when the exit code is not 0.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from proofs_check.claim.claim import Mutant
from proofs_check.evidence.verdict import Verdict
from proofs_check.report.run.page import chapters
from proofs_check.run.run_report import ClaimReport, RunReport

# What XML 1.0 cannot hold at all, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(report: RunReport) -> str:
    """Return a run as a JUnit XML document.

    Examples
    --------
    >>> from proofs_check.run.runner import run
    >>> junit(run([])).splitlines()[1]
    '<testsuites name="haarmite" tests="0" failures="0" errors="0" skipped="0" time="0.000" />'
    """
    root = ElementTree.Element("testsuites", name="haarmite")
    for chapter in chapters(report):
        suite = ElementTree.SubElement(
            root, "testsuite", name=_clean(f"[{chapter.paper.key}] {chapter.paper.citation}")
        )
        for claim in chapter.reports:
            _add_claim(suite, claim)
            for mutant in claim.claim.mutants:
                _add_mutant(suite, claim, mutant)
        _count(suite)
    if report.unread:
        suite = ElementTree.SubElement(root, "testsuite", name="claim files")
        for where, what in report.unread:
            case = ElementTree.SubElement(suite, "testcase", classname="haarmite", name=_clean(where), time="0.000")
            _outcome(case, "error", "unread", what)
        _count(suite)
    _count(root)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _add_claim(suite: ElementTree.Element, report: ClaimReport) -> None:
    claim = report.claim
    case = _case(suite, report, f"{claim.id} {claim.title}", sum(finding.seconds for finding in report.findings))
    broken = [finding.error for finding in report.findings if finding.error]
    if report.verdict is Verdict.REFUTED:
        witnesses = [f"{f.task.label}: {f.evidence.witness}" for f in report.findings if f.evidence.refutes]
        _outcome(case, "failure", "refuted", "\n".join(witnesses))
    elif broken:
        _outcome(case, "error", "broken", "\n".join(broken))
    elif report.verdict is Verdict.INCONCLUSIVE:
        reasons = [f"{f.task.check.name} finds the mutant {f.task.key[1]!r} true too" for f in report.voids]
        reasons += [f.evidence.summary for f in report.findings if f.evidence.verdict is Verdict.INCONCLUSIVE]
        _outcome(case, "skipped" if claim.conjecture else "failure", "inconclusive", "\n".join(reasons))


def _add_mutant(suite: ElementTree.Element, report: ClaimReport, mutant: Mutant) -> None:
    findings = [finding for finding in report.mutant_findings if finding.task.mutant is mutant]
    name = f"{report.claim.id} mutant: {mutant.name}"
    case = _case(suite, report, name, sum(finding.seconds for finding in findings))
    broken = [finding.error for finding in findings if finding.error]
    if broken:
        _outcome(case, "error", "broken", "\n".join(broken))
    elif report.refuting(mutant) is None:
        found = "\n".join(finding.evidence.summary for finding in findings)
        _outcome(case, "failure", "survived", f"not refuted by the {mutant.by} rung: {found}")


def _case(suite: ElementTree.Element, report: ClaimReport, name: str, seconds: float) -> ElementTree.Element:
    where = _clean(f"haarmite.{report.claim.paper.key}")
    return ElementTree.SubElement(suite, "testcase", classname=where, name=_clean(name), time=f"{seconds:.3f}")


def _outcome(case: ElementTree.Element, tag: str, kind: str, text: str) -> None:
    message = _clean(text.splitlines()[0][:200] if text else kind)
    attributes = {"message": message} if tag == "skipped" else {"type": kind, "message": message}
    ElementTree.SubElement(case, tag, attributes).text = _clean(text)


def _count(element: ElementTree.Element) -> None:
    """Write how many cases an element holds, of which kind, and their time, as JUnit wants it."""
    cases = list(element.iter("testcase"))
    element.set("tests", str(len(cases)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(attribute, str(sum(case.find(tag) is not None for case in cases)))
    element.set("time", f"{sum(float(case.get('time', '0')) for case in cases):.3f}")


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
