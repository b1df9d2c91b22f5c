"""Runs claims: every check on every case, every mutant through the checks of the rung that must refute it.

The outcome of a run depends on the claims, the cases, the profile and the seed, and on nothing else: each check draws
from streams addressed by its own key, and results are collected in the order of the plan.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from numerics.campaign.executor import ExecutorError
from numerics.campaign.result_store import StoreError
from proofs_check.claim.claim import Check, Claim
from proofs_check.claim.sentence_claim import is_extra_route, judges_its_sentence, own_sentence_only
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.symbolic import cannot_say
from proofs_check.evidence.trial import HERE, PROFILES, Trial, Workplace
from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.ledger import is_of_the_ledger
from proofs_check.run.patience import within
from proofs_check.run.rechecked import rechecked
from proofs_check.run.run_report import FALSE_ALARMS, ClaimReport, Finding, RunReport, Task
from proofs_check.run.workers import can_fork, side_by_side

PATIENCE = 20.0
"""Seconds that profile quick gives one check on one of a user's own cases; the others have as many times more as shards."""


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


def audits(claim: Claim) -> list[Task]:
    """Return the tasks that try each exact check on the mutants that it need not refute: on every case, or on theirs.

    A check that finds a false statement true proves nothing of the true one, for example one that does not read the
    parameter which is wrong. Of samples this is not asked: they tell apart only what is further off than their width.
    """
    tasks = [
        Task(claim, check, None if check.once else claim.case(mutant.on), mutant)
        for check in claim.checks
        if check.rung is not Rung.SAMPLED
        for mutant in claim.mutants
        if check.covers(mutant.part) and (check.once or mutant.on)
    ]
    return [task for task in tasks if task.is_audit]


def run(
    claims: Sequence[Claim],
    *,
    cases: Sequence[Any] | None = None,
    profile: str = "quick",
    seed: int = 0,
    on_finding: Callable[[Finding], None] | None = None,
    on_start: Callable[[Task], None] | None = None,
    workplace: Workplace = HERE,
    processes: int = 1,
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
    processes : int
        How many claims are judged side by side, each in one process; the outcome does not depend on it.

    Returns
    -------
    RunReport

    Raises
    ------
    ValueError
        If the profile is not known.
    ExecutorError, StoreError
        If the workers or the store cannot do their work; what was stored is intact.
    KeyboardInterrupt
        If it is interrupted before the first claim was judged; later, the report says so and holds what was judged.
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
    own = [[task for task in tasks if task.claim is claim] for claim in claims]

    def judged(position: int, listener: _Listener) -> ClaimReport:
        findings = []
        for task in own[position]:
            listener.start(task)
            trial = Trial(PROFILES[profile], seed, task.key, alpha, workplace)
            users = cases is not None and task.mutant is None and not task.check.once
            findings.append(_patiently(task, trial) if users else perform(task, trial))
            listener.found(findings[-1])
        return _collect(claims[position], findings, _audited(claims[position], profile, seed))

    listener = _Listener(on_start or (lambda _: None), on_finding or (lambda _: None))
    reports: dict[int, ClaimReport] = {}
    interrupted = False
    try:
        if processes > 1 and len(claims) > 1 and can_fork():
            for position, report in _side_by_side(claims, own, judged, processes, listener):
                reports[position] = report
        else:
            for position in range(len(claims)):
                reports[position] = judged(position, listener)
    except KeyboardInterrupt:  # what was judged in whole is worth keeping
        if not reports:
            raise
        interrupted = True
    labels = tuple(str(case) for case in cases or ())
    seconds = time.perf_counter() - started
    in_order = tuple(reports[position] for position in sorted(reports))
    return RunReport(in_order, PROFILES[profile], seed, alpha, seconds, labels, not_covered, interrupted=interrupted)


@dataclass(frozen=True, slots=True)
class _Listener:
    """Who is told of a task before and after it."""

    start: Callable[[Task], None] = lambda _: None
    found: Callable[[Finding], None] = lambda _: None


def _side_by_side(
    claims: Sequence[Claim],
    tasks: Sequence[Sequence[Task]],
    judged: Callable[[int, _Listener], ClaimReport],
    processes: int,
    listener: _Listener,
) -> Iterator[tuple[int, ClaimReport]]:
    """Yield the reports of claims judged in other processes, sampled claims first; evidence comes back, tasks are ours."""

    def address(task: Task) -> tuple[str, ...]:
        return (*task.key, task.check.part)  # checks of several parts bear one name

    def outcomes(position: int) -> list[list[tuple[tuple[str, ...], Evidence, float, str | None]]]:
        report = judged(position, _Listener())
        kinds = (report.findings, report.mutant_findings, report.audits)
        return [[(address(f.task), f.evidence, f.seconds, f.error) for f in kind] for kind in kinds]

    order = sorted(range(len(claims)), key=lambda i: -sum(task.check.rung is Rung.SAMPLED for task in tasks[i]))
    for position, kinds in side_by_side(outcomes, order, processes):
        known = {address(task): task for task in (*tasks[position], *audits(claims[position]))}
        rebuilt = [tuple(Finding(known[key], found, took, error) for key, found, took, error in kind) for kind in kinds]
        for finding in (*rebuilt[0], *rebuilt[1]):
            listener.start(finding.task)
            listener.found(finding)
        yield position, ClaimReport(claims[position], *rebuilt)


def perform(task: Task, trial: Trial) -> Finding:
    """Run one task; a check that raises is a finding of its own, and the others go on.

    Of a claim that is not of the ledger the positive verdict is *checked*, unless the claim is a sentence that the judge judges:
    a check may return any evidence, with any certificate, and nothing else says that it is about the claim's sentence.

    Raises
    ------
    ExecutorError, StoreError
        Trouble of the workers or the store is no finding about the claim.
    """
    statement = task.claim.statement if task.mutant is None else task.mutant.statement
    started = time.perf_counter()
    error = None
    if task.mutant is not None and is_extra_route(task.check, task.claim):
        return Finding(task, cannot_say(task.check.rung, "an extra route judges the true sentence only"), 0.0)
    try:
        evidence = task.check.function(statement, task.case, trial)
        if not isinstance(evidence, Evidence):
            raise TypeError(f"{task.check.name} needs to return Evidence, got {_shortened(evidence)}.")
        if evidence.rung is not task.check.rung:
            raise TypeError(f"{task.check.name} needs to return {task.check.rung} evidence, got {evidence.rung}.")
        evidence = rechecked(evidence, task)
        vouched = is_of_the_ledger(task.claim) or judges_its_sentence(task.check, task.claim, statement)
        if evidence.verdict.is_positive and not vouched:
            evidence = replace(evidence, verdict=Verdict.CHECKED)
        evidence = own_sentence_only(evidence, task.check, task.claim)
    except (ExecutorError, StoreError):
        raise
    except Exception as caught:  # a user's check may raise anything; the report names it
        error = _where(caught, task.check)
        evidence = Evidence(Verdict.INCONCLUSIVE, task.check.rung, f"the check broke: {error}")
    return Finding(task, evidence, time.perf_counter() - started, error)


def _patiently(task: Task, trial: Trial) -> Finding:
    """Run a task on a user's own case, for which an engine may need hours: stopped then, and said so."""
    limit = PATIENCE * trial.profile.shards
    found = within(limit, lambda: perform(task, trial))
    if found is None:
        gave_up = cannot_say(
            task.check.rung, f"stopped after {limit:g} s on this case; a larger profile has more patience"
        )
        return Finding(task, gave_up, limit)
    return found


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


def _audited(claim: Claim, profile: str, seed: int) -> tuple[Finding, ...]:
    return tuple(perform(task, Trial(PROFILES[profile], seed, task.key, FALSE_ALARMS)) for task in audits(claim))


def _collect(claim: Claim, findings: Sequence[Finding], audited: tuple[Finding, ...]) -> ClaimReport:
    return ClaimReport(
        claim,
        tuple(f for f in findings if f.task.mutant is None),
        tuple(f for f in findings if f.task.mutant is not None),
        audited,
    )
