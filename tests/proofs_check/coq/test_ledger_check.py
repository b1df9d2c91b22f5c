"""Claims of the ledger before the kernel, and the mutants of the certified rung, which must not get through."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import sympy as sp

from proofs_check.coq.expression import UnsupportedError
from proofs_check.coq.folder import write_kernel_folder
from proofs_check.coq.ledger_check import is_kernel_checked, kernel_checked, source_of_steps
from proofs_check.coq.run import Workshop
from proofs_check.coq.source import Source, identifier
from proofs_check.coq.translate import source_of_certificate
from proofs_check.coq.weingarten import product_steps
from proofs_check.evidence.certified import from_proof
from proofs_check.evidence.step import Refutation
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import PROFILES, Trial
from proofs_check.evidence.verdict import Rung
from proofs_check.interval.statement import parse_statement
from proofs_check.ledger import ledger
from proofs_check.report.run.document import document
from proofs_check.run.run_report import RunReport
from proofs_check.run.runner import perform, plan, run

CLAIMS = {claim.id: claim for claim in ledger()}


def _exact(claim_id: str) -> RunReport:
    """Run a claim without its samples."""
    claim = CLAIMS[claim_id]
    checks = [check for check in claim.checks if check.rung is not Rung.SAMPLED]
    mutants = [mutant for mutant in claim.mutants if mutant.by is not Rung.SAMPLED]
    return run([replace(claim, checks=checks, mutants=mutants)])


@pytest.mark.slow
def test_b3_is_kernel_checked_and_its_folder_is_complete(workshop: Workshop, tmp_path: Path) -> None:
    report = kernel_checked(_exact("B3"))
    assert is_kernel_checked(report.claims[0])
    entries = [e for finding in document(report)["claims"][0]["evidence"] for e in finding["kernel"]]
    assert all(entry["checked"] for entry in entries)
    assert {"B3_elementary_inequality", "B3_by_cauchy_schwarz_1"} <= {t for e in entries for t in e["theorems"]}
    assert write_kernel_folder(report, tmp_path / "kernel")
    for entry in entries:
        assert (tmp_path / entry["file"]).exists()
    project = (tmp_path / "kernel" / "_CoqProject").read_text().split()
    assert {"lemmas.v", "B3_theorems.v", "assumptions.v"} <= set(project)


def test_a_step_decided_elsewhere_is_named() -> None:
    x = sp.Symbol("x")
    steps = Derivation().equal("same", x, x).holds("counted", True).steps
    source = source_of_steps(steps, "mixed", "", ["a theorem"])
    assert source.outside == ("cited: a theorem", "step not in the file, decided by exact code: counted")
    with pytest.raises(UnsupportedError, match="counted"):
        source_of_steps(steps[1:], "none", "")


def test_a_run_without_kernel_has_no_folder(tmp_path: Path) -> None:
    assert not write_kernel_folder(_exact("B14"), tmp_path / "kernel")
    assert not (tmp_path / "kernel").exists()


@pytest.mark.slow
def test_every_wrong_weingarten_table_is_refused(workshop: Workshop) -> None:
    """Each mutant of W1, on its case: some entry of the product with the Gram matrix is wrong."""
    claim = CLAIMS["W1"]
    sources = [
        source_of_steps(product_steps(mutant.statement, claim.case(mutant.on)), f"wrong_table_{k}", mutant.name)
        for k, mutant in enumerate(claim.mutants)
    ]
    assert [check.checked for check in workshop.check_all(sources, jobs=2)] == [False] * len(sources)


def _mutant_sources() -> list[Source]:
    """Return, for two mutants of every claim that the certified rung refutes by a point of a box, their claims as files."""
    sources = []
    met: Counter[str] = Counter()
    for task in plan(ledger()):
        if task.mutant is None or task.check.rung is not Rung.CERTIFIED or met[task.claim.id] == 2:
            continue
        # `from_proof` alone names a point of a box; checks that do not know it need not run
        if from_proof not in getattr(task.check.function, "__globals__", {}).values():
            continue
        evidence = perform(task, Trial(PROFILES["quick"], 0, task.key, 1e-8)).evidence
        for step in evidence.steps:
            if isinstance(step.obligation, Refutation):
                statement = parse_statement(step.obligation.claim)
                document = {"kind": "cells", "claim": statement.text, "zeros": []}
                sources.append(source_of_certificate(document, identifier(["wrong", *task.key]), ""))
                met[task.claim.id] += 1
    return sources


@pytest.mark.slow
def test_mutants_refuted_by_a_point_are_refused(workshop: Workshop) -> None:
    sources = _mutant_sources()
    assert len({source.name for source in sources}) >= 8
    checks = workshop.check_all(sources, jobs=2)
    assert [check.file for check in checks if check.checked] == []
    assert all("Syntax" not in check.reason and "not found" not in check.reason for check in checks)
