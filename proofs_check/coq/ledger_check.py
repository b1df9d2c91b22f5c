"""A whole run before the kernel: every derivation and certificate as a file, coqc on each, the answers in the evidence.

Three kinds of files: the steps of a derivation (`identities`), a certificate (`translate`), and theorems written by hand
for a claim (`theorems/*.v`). A mutant that a ball refutes gets a theorem too: the counterexample, as an inequality at
a rational point. What coqc does not accept is named with its reason, and the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from proofs_check.coq.expression import UnsupportedError
from proofs_check.coq.identities import theorem_of
from proofs_check.coq.run import Workshop
from proofs_check.coq.source import Source, Theorem, Written, identifier
from proofs_check.coq.translate import source_of_certificate, source_of_refutation
from proofs_check.coq.weingarten import product_steps
from proofs_check.evidence.coq_outcome import KernelCheck
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.step import Refutation, Step
from proofs_check.run.run_report import ClaimReport, Finding, RunReport

MOST_JOBS = 2
THEOREMS = Path(__file__).parent / "theorems"


@dataclass(frozen=True, slots=True)
class Job:
    """A file to be checked, or why there is none; `finding` is the index of what it belongs to."""

    finding: int
    source: Source | Written | None
    unwritten: KernelCheck | None = None


def kernel_checked(
    report: RunReport, *, jobs: int = 1, on_check: Callable[[KernelCheck], None] | None = None
) -> RunReport:
    """Return the run with the kernel's answers in its evidence.

    Parameters
    ----------
    report : RunReport
    jobs : int
        Processes of coqc at once; at most 2 are used.
    on_check : callable or None
        Called with each answer, for progress.

    Raises
    ------
    CoqUnavailableError
        If coqc or its libraries are missing or too old.
    """
    findings = [f for claim in report.claims for f in (*claim.findings, *claim.mutant_findings)]
    planned = list(_jobs(findings))
    written = [job.source for job in planned if job.source is not None]
    with Workshop() as workshop:
        said = iter(workshop.check_all(written, jobs=max(1, min(jobs, MOST_JOBS)), on_check=on_check))
    answers = [next(said) if job.source is not None else job.unwritten for job in planned]
    by_finding: dict[int, list[KernelCheck]] = {}
    for job, check in zip(planned, answers, strict=True):
        assert check is not None  # a job has a file or the reason why there is none
        by_finding.setdefault(job.finding, []).append(check)
    marked = {
        id(finding): replace(finding, evidence=replace(finding.evidence, kernel=tuple(by_finding[index])))
        for index, finding in enumerate(findings)
        if index in by_finding
    }

    def renewed(found: Sequence[Finding]) -> tuple[Finding, ...]:
        return tuple(marked.get(id(finding), finding) for finding in found)

    claims = tuple(
        ClaimReport(claim.claim, renewed(claim.findings), renewed(claim.mutant_findings)) for claim in report.claims
    )
    return replace(report, claims=claims)


def is_kernel_checked(claim: ClaimReport) -> bool:
    """Return whether all steps of some positive evidence, or a certificate, or theorems of its own, went through.

    Steps that exact code decided outside the file count against it; cited textbook theorems do not, for the report
    names them with the verdict.
    """
    return any(
        check.checked and not any(item.startswith(STEP_OUTSIDE) for item in check.outside)
        for finding in claim.findings
        if finding.evidence.verdict.is_positive
        for check in finding.evidence.kernel
    )


STEP_OUTSIDE = "step not in the file"


def source_of_steps(steps: Sequence[Step], name: str, heading: str, cited: Sequence[str] = ()) -> Source:
    """Return the file of a derivation's steps; those that cannot be written are listed as outside.

    Raises
    ------
    UnsupportedError
        If no step can be written.
    """
    theorems: list[Theorem] = []
    outside = [f"cited: {theorem}" for theorem in cited]
    for number, step in enumerate(steps, start=1):
        if step.obligation is None:
            outside.append(f"{STEP_OUTSIDE}, decided by exact code: {step.text}")
            continue
        try:
            theorems.append(theorem_of(step.obligation, f"{name}_{number}", step.text))
        except UnsupportedError as reason:
            outside.append(f"{STEP_OUTSIDE}, {reason}: {step.text}")
    if not theorems:
        raise UnsupportedError("; ".join(outside) or "no step")
    return Source(name, heading, "algebra", tuple(theorems), tuple(outside))


def sources_of(finding: Finding, name: str) -> list[Source]:
    """Return the files that a finding gives rise to; none for samples and for balls at single points.

    Raises
    ------
    UnsupportedError
        If its statement cannot be written.
    """
    evidence, heading = finding.evidence, _heading(finding)
    sources = []
    for part, certificate in enumerate(evidence.certificates if evidence.verdict.is_positive else ()):
        sources.append(source_of_certificate(certificate.document, f"{name}_{part + 1}" if part else name, heading))
    if evidence.verdict.is_positive and (steps := _steps(finding)):
        cited = [figure.value for figure in evidence.figures if figure.name == "uses"]
        sources.append(source_of_steps(steps, name if not sources else f"{name}_steps", heading, cited))
    for step in evidence.steps if evidence.refutes else ():
        if isinstance(step.obligation, Refutation):
            sources.append(source_of_refutation(step.obligation, name, heading))
    return sources


def _steps(finding: Finding) -> tuple[Step, ...]:
    """Return a finding's derivation; W1 has its own, for its check compares in a field and keeps no steps."""
    if finding.evidence.steps:
        return finding.evidence.steps
    if finding.task.claim.id == "W1" and finding.task.mutant is None and finding.task.case.order in (2, 3, 4):
        return product_steps(finding.task.claim.statement, finding.task.case)
    return ()


def _jobs(findings: Sequence[Finding]) -> Iterator[Job]:
    names: set[str] = set()
    by_hand = {path.stem for path in THEOREMS.glob("*.v")}
    for index, finding in enumerate(findings):
        claim = finding.task.claim.id
        if claim in by_hand and finding.evidence.verdict.is_positive and finding.task.mutant is None:
            by_hand.discard(claim)
            yield Job(index, Written(f"{claim}_theorems", (THEOREMS / f"{claim}.v").read_text(encoding="utf-8")))
        name = identifier([part for part in finding.task.key if part])
        while name in names:
            name += "_"
        names.add(name)
        try:
            sources = sources_of(finding, name)
        except UnsupportedError as reason:
            yield Job(index, None, KernelCheck(False, f"{name}.v", f"not written: {reason}"))
            continue
        for source in sources:
            yield Job(index, source)


def _heading(finding: Finding) -> str:
    task = finding.task
    statement = task.claim.statement if task.mutant is None else task.mutant.statement
    lines = [f"{task.claim.id}. {task.claim.title}", " ".join((type(statement).__doc__ or "").split())]
    if task.mutant is not None:
        lines.append(f"A wrong variant, contradicted: {task.mutant.name}.")
    if task.label:
        lines.append(f"Case: {task.label}.")
    lines.append(f"Evidence: {_evidence_line(finding.evidence)}")
    return "\n".join(line for line in lines if line)


def _evidence_line(evidence: Evidence) -> str:
    return f"{evidence.verdict}, {evidence.summary}."
