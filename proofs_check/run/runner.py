"""Runs claims: every check on every case, every mutant through the checks of the rung that must refute it.

The outcome of a run depends on the claims, the cases, the profile and the seed, and on nothing else: each check draws
from streams addressed by its own key, and results are collected in the order of the plan.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proofs_check.claim.claim import Check, Claim, Mutant
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.trial import HERE, PROFILES, Profile, Trial, Workplace
from proofs_check.evidence.verdict import Rung, Verdict, strongest, weakest

if TYPE_CHECKING:
    import pandas

FALSE_ALARMS = 1e-6
"""Bound on the probability that a run's samples refute anything that is true."""


@dataclass(frozen=True, slots=True)
class Task:
    """One check of one statement (the true one, or a mutant's) on one case, or on all of them at once."""

    claim: Claim
    check: Check
    case: Any
    mutant: Mutant | None = None

    @property
    def label(self) -> str:
        """The case's label; empty for a check that covers every case."""
        return "" if self.check.once else str(self.case)

    @property
    def key(self) -> tuple[str, ...]:
        """The address of the task, and of its random streams."""
        return (self.claim.id, self.mutant.name if self.mutant else "", self.label, self.check.name)


@dataclass(frozen=True, slots=True)
class Finding:
    """A task with the evidence it produced, the time it took, and the error if its check broke."""

    task: Task
    evidence: Evidence
    seconds: float
    error: str | None = None


@dataclass(frozen=True)
class ClaimReport:
    """What a run found of one claim."""

    claim: Claim
    findings: tuple[Finding, ...]
    mutant_findings: tuple[Finding, ...]

    @property
    def by_case(self) -> dict[str, list[Finding]]:
        """Findings on the true statement by case label; "" holds those that cover every case."""
        grouped: dict[str, list[Finding]] = {}
        for finding in self.findings:
            grouped.setdefault(finding.task.label, []).append(finding)
        return grouped

    @property
    def verdict(self) -> Verdict:
        """Refuted if any rung refutes; proved for all cases at once if so shown; else the weakest over the cases."""
        if any(finding.evidence.refutes for finding in self.findings):
            return Verdict.REFUTED
        cases = self.by_case
        universal = strongest([f.evidence.verdict for f in cases.pop("", [])])
        single = weakest([strongest([f.evidence.verdict for f in found]) for found in cases.values()])
        verdict = strongest([universal, single])
        if self.claim.conjecture and verdict in (Verdict.PROVED, Verdict.CERTIFIED):
            return Verdict.SUPPORTED
        return verdict

    def by_rung(self, rung: Rung) -> tuple[Verdict, int, int] | None:
        """Return a rung's verdict, on how many of its findings it is positive, and how many there are.

        Refuted if any finding refutes, else the weakest positive verdict, else inconclusive; None without a check.
        """
        verdicts = [f.evidence.verdict for f in self.findings if f.task.check.rung is rung]
        if not verdicts:
            return None
        positive = [verdict for verdict in verdicts if verdict.is_positive]
        verdict = Verdict.REFUTED if Verdict.REFUTED in verdicts else weakest(positive)
        return verdict, len(positive), len(verdicts)

    def refuting(self, mutant: Mutant) -> Finding | None:
        """Return the finding by which the named rung refuted a mutant, or None if it survived."""
        return next((f for f in self.mutant_findings if f.task.mutant is mutant and f.evidence.refutes), None)

    @property
    def survivors(self) -> list[Mutant]:
        """The mutants that their rung did not refute."""
        return [mutant for mutant in self.claim.mutants if self.refuting(mutant) is None]

    @property
    def errors(self) -> list[Finding]:
        """Findings whose check broke."""
        return [f for f in (*self.findings, *self.mutant_findings) if f.error is not None]

    @property
    def passes(self) -> bool:
        """Whether the claim is positive (or an undecided conjecture), every mutant is refuted and no check broke."""
        positive = self.verdict.is_positive or (self.claim.conjecture and self.verdict is Verdict.INCONCLUSIVE)
        return positive and not self.survivors and not self.errors

    def _repr_html_(self) -> str:
        """Return the claim's row, for notebooks."""
        from proofs_check.report.run.notebook import claims_html

        return claims_html([self])


@dataclass(frozen=True)
class RunReport:
    """What a run found, and under which circumstances.

    `not_covered` holds (claim, case, reason) where a claim does not speak of a user's case; `unread` holds (place, what)
    for what could not be read in a user's claim file.
    """

    claims: tuple[ClaimReport, ...]
    profile: Profile
    seed: int
    alpha: float
    seconds: float
    cases: tuple[str, ...] = ()
    not_covered: tuple[tuple[str, str, str], ...] = ()
    false_alarms: float = FALSE_ALARMS
    unread: tuple[tuple[str, str], ...] = ()

    @property
    def verdict(self) -> str:
        """Return "refuted", "inconclusive" or "holds", of the claims that could be read."""
        if any(report.verdict is Verdict.REFUTED for report in self.claims):
            return "refuted"
        return "holds" if all(report.passes for report in self.claims) else "inconclusive"

    def to_frame(self) -> pandas.DataFrame:
        """Return every finding as a row of a pandas data frame; see `proofs_check.report.run.notebook`."""
        from proofs_check.report.run.notebook import findings_frame

        return findings_frame(self)

    def _repr_html_(self) -> str:
        """Return the table of claims, for notebooks."""
        from proofs_check.report.run.notebook import run_html

        return run_html(self)

    @property
    def exit_code(self) -> int:
        """0: it holds; 1: a claim is refuted; 2: a claim could not be read; 3: inconclusive, or a mutant survived."""
        return 2 if self.unread else {"holds": 0, "refuted": 1, "inconclusive": 3}[self.verdict]


def plan(claims: Sequence[Claim], cases: Sequence[Any] | None = None) -> list[Task]:
    """Return the tasks of a run, in order.

    Parameters
    ----------
    claims : sequence of Claim
    cases : sequence or None
        A user's own cases, judged instead of the pinned ones by every claim that covers them; mutants and checks that
        cover every case run as always.
    """
    tasks: list[Task] = []
    for claim in claims:
        judged = claim.pinned if cases is None else [case for case in cases if claim.why_not(case) is None]
        for check in claim.checks:
            tasks += [Task(claim, check, case) for case in ([None] if check.once else judged)]
        for mutant in claim.mutants:
            case = claim.case(mutant.on) if mutant.on else None
            tasks += [
                Task(claim, check, None if check.once else case, mutant)
                for check in claim.checks
                if check.rung is mutant.by and check.once == (not mutant.on)
            ]
    return tasks


def run(
    claims: Sequence[Claim],
    *,
    cases: Sequence[Any] | None = None,
    profile: str = "quick",
    seed: int = 0,
    on_finding: Callable[[Finding], None] | None = None,
    on_start: Callable[[Task], None] | None = None,
    workplace: Workplace = HERE,
) -> RunReport:
    """Judge claims and return the report.

    Parameters
    ----------
    claims : sequence of Claim
    cases : sequence or None
        A user's own cases instead of the pinned ones; claims that cover none of them are left out, with the reason.
    profile : {"quick", "full", "deep"}
    seed : int
        Root of every random stream.
    on_start, on_finding : callable or None
        Called before and after each task, for progress.
    workplace : Workplace
        Where the samples of sampled checks are computed and kept; the outcome does not depend on it.

    Returns
    -------
    RunReport

    Raises
    ------
    ValueError
        If the profile is not known.
    ExecutorError, StoreError
        If the workers or the store cannot do their work; what was stored is intact.
    """
    if profile not in PROFILES:
        raise ValueError(f"run needs a profile of {', '.join(PROFILES)}, got profile={profile!r}.")
    not_covered = tuple(
        (claim.id, str(case), reason) for claim in claims for case in cases or () if (reason := claim.why_not(case))
    )
    if cases is not None:
        claims = [claim for claim in claims if any(claim.why_not(case) is None for case in cases)]
    tasks = plan(claims, cases)
    sampled = sum(task.check.rung is Rung.SAMPLED for task in tasks)
    alpha = FALSE_ALARMS / max(sampled, 1)
    started = time.perf_counter()
    findings = []
    for task in tasks:
        if on_start is not None:
            on_start(task)
        findings.append(perform(task, Trial(PROFILES[profile], seed, task.key, alpha, workplace)))
        if on_finding is not None:
            on_finding(findings[-1])
    reports = tuple(_collect(claim, findings) for claim in claims)
    labels = tuple(str(case) for case in cases or ())
    return RunReport(reports, PROFILES[profile], seed, alpha, time.perf_counter() - started, labels, not_covered)


def perform(task: Task, trial: Trial) -> Finding:
    """Run one task; a check that raises is a finding of its own, and the others go on.

    Raises
    ------
    ExecutorError, StoreError
        Trouble of the workers or the store is no finding about the claim.
    """
    from numerics.campaign.executor import ExecutorError
    from numerics.campaign.result_store import StoreError

    statement = task.claim.statement if task.mutant is None else task.mutant.statement
    started = time.perf_counter()
    error = None
    try:
        evidence = task.check.function(statement, task.case, trial)
        if not isinstance(evidence, Evidence):
            raise TypeError(f"{task.check.name} needs to return Evidence, got {_shortened(evidence)}.")
        if evidence.rung is not task.check.rung:
            raise TypeError(f"{task.check.name} needs to return {task.check.rung} evidence, got {evidence.rung}.")
    except (ExecutorError, StoreError):
        raise
    except Exception as caught:  # a user's check may raise anything; the report names it
        error = _where(caught, task.check)
        evidence = Evidence(Verdict.INCONCLUSIVE, task.check.rung, f"the check broke: {error}")
    return Finding(task, evidence, time.perf_counter() - started, error)


def _where(caught: Exception, check: Check) -> str:
    """Return an exception in one line: the last line of the check's own file, and where it was raised if elsewhere."""
    frames = [(Path(frame.filename), frame.lineno) for frame in traceback.extract_tb(caught.__traceback__)]
    code = getattr(check.function, "__code__", None)
    home = (Path(code.co_filename), code.co_firstlineno) if code is not None else frames[-1]
    raised = home if frames[-1][0] == Path(__file__) else frames[-1]  # what `perform` itself found wrong
    own = next((place for place in reversed(frames) if place[0] == home[0]), home)
    shown = f"{own[0].name}:{own[1]}" + ("" if own == raised else f", raised in {raised[0].name}:{raised[1]}")
    return f"{type(caught).__name__}: {' '.join(str(caught).split())} ({shown})"


def _shortened(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _collect(claim: Claim, findings: Sequence[Finding]) -> ClaimReport:
    own = [finding for finding in findings if finding.task.claim is claim]
    return ClaimReport(
        claim,
        tuple(f for f in own if f.task.mutant is None),
        tuple(f for f in own if f.task.mutant is not None),
    )
