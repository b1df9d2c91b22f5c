"""Claims whose checks cheat: none is called proved, certified or supported, and those that every mutant betrays are void."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import flint
import numpy as np
import pytest
import sympy as sp

from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import CERTIFIED, SAMPLED, SYMBOLIC, Claim, Mutant, Paper
from proofs_check.evidence.certified import from_proof, from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import Derivation, exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.interval.certificate import Certificate
from proofs_check.interval.prover import prove_nonnegative
from proofs_check.run.run_report import ClaimReport
from proofs_check.run.runner import run

X = sp.Symbol("x")


@dataclass(frozen=True)
class Square:
    """x^2 >= shift on [0, 1], which is false for the shift of the statement."""

    shift: int = 1
    tag: str = ""

    def formula(self) -> sp.Basic:
        return sp.Ge(X**2, self.shift, evaluate=False)


Check = Callable[[Square, object, Trial], Evidence]


def cheat(rung: Rung, check: Check, *, wrong: Square | None = None, once: bool = False) -> ClaimReport:
    mutants = [Mutant("wrong", wrong or Square(2, "wrong"), "" if once else "1", rung)]
    claim = Claim("Z9", "x^2 >= 1 on [0, 1]", Paper("Z", "z"), Square(), ["1"], mutants)
    claim.checks.clear()
    (
        claim.for_all(rung)
        if once
        else {SYMBOLIC: claim.symbolic, CERTIFIED: claim.certified, SAMPLED: claim.sampled}[rung]
    )(check)
    (report,) = run([claim]).claims
    return report


def refuted(rung: Rung, witness: str = "w") -> Evidence:
    return Evidence(Verdict.REFUTED, rung, "refuted", witness=witness)


def keyed_on_the_field(statement: Square, _: object, __: Trial) -> Evidence:
    return exact_evidence(statement.tag != "wrong", "by the field", "the field says so")


def keyed_on_the_address(_: Square, __: object, trial: Trial) -> Evidence:
    return exact_evidence(trial.key[1] == "", "by the address", "it is a mutant")


def keyed_on_the_shift(statement: Square, _: object, __: Trial) -> Evidence:
    return exact_evidence(statement.shift == 1, "the number is mine", "another number")


def holds_true(statement: Square, _: object, __: Trial) -> Evidence:
    return refuted(SYMBOLIC) if statement.tag else Derivation().holds("it is obvious", True).evidence("obvious")


def one_is_one(statement: Square, _: object, __: Trial) -> Evidence:
    return (
        refuted(SYMBOLIC) if statement.tag else Derivation().equal("1 = 1", sp.Integer(1), sp.Integer(1)).evidence("!")
    )


def another_identity(statement: Square, _: object, __: Trial) -> Evidence:
    proof = Derivation().nonnegative("x >= 0", X, {X: "unit"})
    return refuted(SYMBOLIC) if statement.tag else proof.evidence("something true")


def an_empty_witness(statement: Square, _: object, __: Trial) -> Evidence:
    return refuted(SYMBOLIC, "") if statement.tag else exact_evidence(True, "fine", "")


def a_bare_word(statement: Square, _: object, __: Trial) -> Evidence:
    return refuted(SYMBOLIC) if statement.tag else Evidence(Verdict.PROVED, Rung.SYMBOLIC, "trust me")


def a_rounded_figure(statement: Square, _: object, __: Trial) -> Evidence:
    figure = Figure("x^2 - 1", "0.0000")
    return refuted(SYMBOLIC) if statement.tag else exact_evidence(True, "equal", "", sharpness=figure)


def without_certificate(statement: Square, _: object, __: Trial) -> Evidence:
    return refuted(CERTIFIED) if statement.tag else Evidence(Verdict.CERTIFIED, Rung.CERTIFIED, "8 cells", cells=8)


def certificate_of_something_else(statement: Square, _: object, __: Trial) -> Evidence:
    found = from_proof(prove_nonnegative(X**2 + 1, {X: (0, 1)}), "x^2 + 1")
    return refuted(CERTIFIED) if statement.tag else found


def an_empty_certificate(statement: Square, _: object, __: Trial) -> Evidence:
    empty = Evidence(Verdict.CERTIFIED, Rung.CERTIFIED, "see the certificate", certificates=(Certificate({}),))
    return refuted(CERTIFIED) if statement.tag else empty


def another_slack(statement: Square, _: object, __: Trial) -> Evidence:
    return from_slack(flint.arb(-1 if statement.tag else 1), "some slack", "x = 0")


def zero_samples(statement: Square, _: object, __: Trial) -> Evidence:
    return refuted(SAMPLED) if statement.tag else Evidence(Verdict.SUPPORTED, Rung.SAMPLED, "no samples", samples=0)


def fair(rng: np.random.Generator) -> np.ndarray:
    return rng.random(1000)


def samples_of_something_else(statement: Square, _: object, trial: Trial) -> Evidence:
    test = MeanTest.equal(0.9 if statement.tag else 0.5, support=(0.0, 1.0), delta=0.05)
    return judge_mean(trial, test, fair, {}, shards=50, what="a mean that is in no sentence")


CHEATS: list[tuple[Rung, Check]] = [
    (SYMBOLIC, keyed_on_the_field),
    (SYMBOLIC, keyed_on_the_address),
    (SYMBOLIC, keyed_on_the_shift),
    (SYMBOLIC, holds_true),
    (SYMBOLIC, one_is_one),
    (SYMBOLIC, another_identity),
    (SYMBOLIC, an_empty_witness),
    (SYMBOLIC, a_bare_word),
    (SYMBOLIC, a_rounded_figure),
    (CERTIFIED, without_certificate),
    (CERTIFIED, certificate_of_something_else),
    (CERTIFIED, an_empty_certificate),
    (CERTIFIED, another_slack),
    (SAMPLED, zero_samples),
    (SAMPLED, samples_of_something_else),
]


@pytest.mark.parametrize("once", [False, True], ids=["on a case", "on every case"])
@pytest.mark.parametrize(("rung", "check"), CHEATS, ids=lambda value: getattr(value, "__name__", str(value)))
def test_no_cheat_earns_a_word(rung: Rung, check: Check, once: bool) -> None:
    report = cheat(rung, check, once=once)
    assert report.word in {"checked", "inconclusive", "refuted"}
    assert all(
        f.evidence.verdict not in (Verdict.PROVED, Verdict.CERTIFIED, Verdict.SUPPORTED) for f in report.findings
    )
    assert "author" in report.verdict.advice or not report.passes


def test_half_of_a_statement_is_not_the_statement() -> None:
    halves = ("first half", "second half")
    wrong = Mutant("wrong", Square(2, "wrong"), "1", SYMBOLIC, part="first half")
    claim = Claim("Z9", "two halves", Paper("Z", "z"), Square(), ["1"], [wrong], parts=halves)
    claim.on_cases(SYMBOLIC, part="first half")(keyed_on_the_field)
    (report,) = run([claim]).claims
    assert report.word == "inconclusive"


def test_a_mutant_equal_to_the_statement_survives_or_voids() -> None:
    report = cheat(SYMBOLIC, lambda statement, *_: exact_evidence(True, str(statement), ""), wrong=Square())
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.survivors
    assert report.voids


def test_of_a_reviewed_claim_a_check_that_reads_nothing_is_void(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proofs_check.run.runner.is_of_the_ledger", lambda _: True)
    claim = Claim("Z9", "t", Paper("Z", "z"), Square(), ["1"], [Mutant("wrong", Square(2, "wrong"), "1", SYMBOLIC)])
    claim.symbolic(keyed_on_the_field)
    claim.for_all(CERTIFIED)(lambda *_: Evidence(Verdict.CERTIFIED, Rung.CERTIFIED, "of something else"))
    (report,) = run([claim]).claims
    assert [void.task.check.rung for void in report.voids] == [CERTIFIED]
    assert report.verdict is Verdict.INCONCLUSIVE


def test_an_empty_witness_refutes_nothing() -> None:
    with pytest.raises(ValueError, match="witness exactly when it refutes"):
        refuted(SYMBOLIC, "")
