"""Work in forked copies: every result once, errors as they are, a dead copy is said in one line; claims come out the same."""

from __future__ import annotations

import os
import signal

import pytest

from numerics.campaign.executor import ExecutorError
from proofs_check.ledger import ledger
from proofs_check.run.run_report import RunReport
from proofs_check.run.runner import run
from proofs_check.run.workers import can_fork, side_by_side

pytestmark = pytest.mark.skipif(not can_fork(), reason="no fork on this system")


def test_results_come_once_each_from_other_processes() -> None:
    found = dict(side_by_side(lambda i: (i * i, os.getpid()), list(range(7)), 3))
    assert {i: square for i, (square, _) in found.items()} == {i: i * i for i in range(7)}
    assert os.getpid() not in {pid for _, pid in found.values()}


def test_an_exception_is_raised_as_it_is() -> None:
    def work(index: int) -> int:
        raise KeyError(index)

    with pytest.raises(KeyError, match="5"):
        list(side_by_side(work, [5], 1))


def test_a_copy_that_is_killed_is_said() -> None:
    with pytest.raises(ExecutorError, match=r"needs its processes to live .*--jobs 1"):
        list(side_by_side(lambda _: os.kill(os.getpid(), signal.SIGKILL), [0], 1))


def outcome(report: RunReport) -> list[tuple[object, ...]]:
    findings = [f for c in report.claims for f in (*c.findings, *c.mutant_findings, *c.audits)]
    return [(f.task.key, f.evidence.verdict, f.evidence.summary, f.evidence.witness, f.error) for f in findings]


def test_claims_judged_side_by_side_are_judged_the_same() -> None:
    chosen = [claim for claim in ledger() if claim.id in ("A2", "A22", "B1")]
    told: list[str] = []
    alone = run(chosen, seed=3)
    beside = run(chosen, seed=3, processes=2, on_finding=lambda finding: told.append(finding.task.claim.id))
    assert outcome(beside) == outcome(alone)
    assert [c.word for c in beside.claims] == [c.word for c in alone.claims]
    assert len(told) == sum(len(c.findings) + len(c.mutant_findings) for c in alone.claims)
    assert all(c.survivors == [] for c in beside.claims)  # mutants are the claim's own objects
