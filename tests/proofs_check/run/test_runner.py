"""The engine on small claims of its own: verdicts, mutants, broken checks, exit codes, determinism."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import SAMPLED, SYMBOLIC, Claim, Mutant, Paper
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import cannot_say, exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import MAY_SAY, Rung, Verdict
from proofs_check.report.run.document import document
from proofs_check.run.run_report import FALSE_ALARMS, ClaimReport, RunReport
from proofs_check.run.runner import plan, run

PAPER = Paper("T", "a paper for tests")


@pytest.fixture(autouse=True)
def reviewed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judge the claims of this file as those of the ledger: of others every positive word is "checked"."""
    monkeypatch.setattr("proofs_check.run.runner.is_of_the_ledger", lambda _: True)


@dataclass(frozen=True)
class Mean:
    """The mean of n fair coins is `value`."""

    value: float = 0.5


def coins(rng: np.random.Generator, size: int) -> np.ndarray:
    return rng.integers(0, 2, size).astype(float)


def make_claim(statement: Mean | None = None, conjecture: bool = False, mutant: float = 0.6) -> Claim:
    claim = Claim(
        id="T1",
        title="Coins are fair",
        paper=PAPER,
        statement=statement or Mean(),
        pinned=[100, 200],
        mutants=[Mutant("biased", Mean(mutant), on="100", by=SAMPLED)],
        conjecture=conjecture,
    )

    @claim.sampled
    def by_coins(statement: Mean, case: int, trial: Trial) -> Evidence:
        test = MeanTest.equal(statement.value, support=(0.0, 1.0), delta=0.05)
        return judge_mean(trial, test, coins, {"size": case}, shards=200, what="mean")

    return claim


def test_a_true_claim_holds_and_its_mutant_is_refuted() -> None:
    report = run([make_claim()])
    assert report.exit_code == 0
    assert report.verdict == "holds"
    assert report.claims[0].verdict is Verdict.SUPPORTED
    assert report.claims[0].survivors == []


def test_a_false_claim_is_refuted_with_exit_code_one() -> None:
    report = run([make_claim(Mean(0.6), mutant=0.9)])
    assert report.exit_code == 1
    assert report.claims[0].verdict is Verdict.REFUTED


def test_a_surviving_mutant_fails_the_run() -> None:
    report = run([make_claim(mutant=0.5000001)])
    assert report.exit_code == 3
    assert [m.name for m in report.claims[0].survivors] == ["biased"]


def test_error_probability_is_split_over_every_sampled_check() -> None:
    report = run([make_claim()])
    assert report.alpha == pytest.approx(FALSE_ALARMS / 3)  # two cases and a mutant
    total = sum(f.evidence.error_probability for c in report.claims for f in (*c.findings, *c.mutant_findings))
    assert total <= FALSE_ALARMS * (1 + 1e-12)


def test_same_seed_same_report_apart_from_times_and_another_seed_differs() -> None:
    def frozen(report: RunReport) -> str:
        entries = json.loads(json.dumps(document(report)))

        def strip(node: object) -> object:
            if isinstance(node, dict):
                return {k: strip(v) for k, v in node.items() if k != "seconds"}
            return [strip(v) for v in node] if isinstance(node, list) else node

        return json.dumps(strip(entries))

    first, second, other = (frozen(run([make_claim()], seed=s)) for s in (4, 4, 5))
    assert first == second
    assert first != other


def test_a_check_that_raises_is_named_and_the_others_go_on() -> None:
    claim = make_claim()

    @claim.symbolic
    def broken(_: Mean, case: int, __: Trial) -> Evidence:
        raise ZeroDivisionError(f"case {case}")

    report = run([claim])
    assert report.exit_code == 3
    errors = report.claims[0].errors
    assert len(errors) == 2
    assert "ZeroDivisionError: case 100 (test_runner.py:" in (errors[0].error or "")
    assert report.claims[0].verdict is Verdict.SUPPORTED


def test_a_check_of_the_wrong_rung_is_an_error() -> None:
    claim = make_claim()

    @claim.certified
    def symbolic_in_disguise(_: Mean, __: int, ___: Trial) -> Evidence:
        return exact_evidence(True, "fine", "")

    assert "needs to return certified evidence" in (run([claim]).claims[0].errors[0].error or "")


def test_a_proof_of_every_case_outranks_the_cases() -> None:
    claim = make_claim()

    @claim.for_all(SYMBOLIC)
    def proof(statement: Mean, case: None, _: Trial) -> Evidence:
        assert case is None
        return exact_evidence(statement.value == 0.5, "by symmetry", "not symmetric")

    report = run([claim])
    assert report.claims[0].verdict is Verdict.PROVED
    assert report.claims[0].by_rung(Rung.SAMPLED) == (Verdict.SUPPORTED, 2, 2)


def test_the_weakest_case_decides() -> None:
    claim = make_claim()

    @claim.symbolic
    def only_one_hundred(statement: Mean, case: int, _: Trial) -> Evidence:
        if case == 100:
            return exact_evidence(statement.value == 0.5, "known", "not fair")
        return Evidence(Verdict.INCONCLUSIVE, Rung.SYMBOLIC, "not known")

    assert run([claim]).claims[0].verdict is Verdict.SUPPORTED


def test_a_conjecture_is_at_most_supported_and_may_stay_open() -> None:
    claim = make_claim(conjecture=True)
    claim.checks.clear()

    @claim.symbolic
    def proof(statement: Mean, _: int, __: Trial) -> Evidence:
        return exact_evidence(statement.value == 0.5, "fine", "wrong")

    assert run([claim]).claims[0].verdict is Verdict.SUPPORTED


def test_user_cases_replace_the_pinned_ones_but_not_the_mutants() -> None:
    claim = make_claim()
    tasks = plan([claim], cases=[300, "not a case"])
    assert [(t.label, t.mutant is not None) for t in tasks] == [("300", False), ("100", True)]
    report = run([claim], cases=[300, "not a case"])
    assert report.not_covered == (("T1", "not a case", "it is about int"),)


def test_the_profile_multiplies_the_budget_and_is_checked() -> None:
    with pytest.raises(ValueError, match="profile of quick, full, deep"):
        run([make_claim()], profile="fast")


@pytest.mark.parametrize("rung", list(Rung))
@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_rung_says_only_what_it_may(rung: Rung, verdict: Verdict) -> None:
    witness = "w" if verdict is Verdict.REFUTED else None
    if verdict in MAY_SAY[rung]:
        assert Evidence(verdict, rung, "s", witness=witness).verdict is verdict
    else:
        with pytest.raises(ValueError, match="verdict its rung may give"):
            Evidence(verdict, rung, "s", witness=witness)


def test_refutations_need_witnesses() -> None:
    with pytest.raises(ValueError, match="witness exactly when"):
        Evidence(Verdict.REFUTED, Rung.SAMPLED, "s")
    with pytest.raises(ValueError, match="witness exactly when"):
        Evidence(Verdict.PROVED, Rung.SYMBOLIC, "s", witness="w")


def test_claims_check_their_own_consistency() -> None:
    with pytest.raises(ValueError, match="needs a mutant"):
        Claim("X", "t", PAPER, Mean(), [1], [])
    with pytest.raises(ValueError, match="distinct labels"):
        Claim("X", "t", PAPER, Mean(), [1, 1], [Mutant("m", Mean(), "1", SYMBOLIC)])
    with pytest.raises(ValueError, match="pinned case, got on='2'"):
        Claim("X", "t", PAPER, Mean(), [1], [Mutant("m", Mean(), "2", SYMBOLIC)])


def test_figures_carry_their_error() -> None:
    assert str(Figure("mean", "0.5", "0.01")) == "mean 0.5 +- 0.01"
    assert str(Figure("rate", "2/3")) == "rate 2/3"


# Parts, scope, silence and voids: on statements "a and b" of two truth values.


@dataclass(frozen=True)
class Two:
    """a is even and b is even."""

    a: int = 0
    b: int = 0


FIRST, SECOND = PARTS = ("a is even", "b is even")


def two_parts(*, on: str = "1", by: Rung = SYMBOLIC, part: str = SECOND, parts: tuple[str, ...] = PARTS) -> Claim:
    wrong = Mutant("b odd", Two(b=1), on=on, by=by, part=part)
    return Claim("T2", "both are even", PAPER, Two(), [1, 2], [wrong], parts=parts)


def says(verdict: Verdict, rung: Rung = Rung.SYMBOLIC) -> Callable[..., Evidence]:
    def check(*_: object) -> Evidence:
        return Evidence(verdict, rung, "as told")

    return check


def even_b(statement: Two, *_: object) -> Evidence:
    return exact_evidence(statement.b % 2 == 0, "even", f"b = {statement.b}")


def report_of(claim: Claim) -> ClaimReport:
    (report,) = run([claim]).claims
    return report


@pytest.mark.parametrize(
    ("second", "word"),
    [
        (says(Verdict.INCONCLUSIVE), "inconclusive"),
        (says(Verdict.SUPPORTED, Rung.SAMPLED), "supported"),
        (even_b, "proved for 2 named cases"),
    ],
)
def test_a_claim_is_as_firm_as_its_least_firm_part(second: Callable[..., Evidence], word: str) -> None:
    claim = two_parts()
    claim.for_all(SYMBOLIC, part=FIRST)(says(Verdict.PROVED))
    claim.on_cases(SAMPLED if word == "supported" else SYMBOLIC, part=SECOND)(second)
    report = report_of(claim)
    assert report.word == word
    assert [part.verdict for part in report.parts] == [Verdict.PROVED, report.verdict]
    assert report.voids == []


def test_a_part_that_no_check_shows_is_open() -> None:
    claim = two_parts()
    claim.for_all(SYMBOLIC, part=FIRST)(says(Verdict.PROVED))
    assert report_of(claim).verdict is Verdict.INCONCLUSIVE


def test_within_a_rung_every_check_must_hold_and_between_rungs_one() -> None:
    claim = two_parts(parts=(), part="")
    claim.for_all(SYMBOLIC)(even_b)
    claim.for_all(SYMBOLIC)(says(Verdict.INCONCLUSIVE))
    assert report_of(claim).verdict is Verdict.INCONCLUSIVE
    claim.sampled(says(Verdict.SUPPORTED, Rung.SAMPLED))
    assert report_of(claim).verdict is Verdict.SUPPORTED


def test_a_proof_of_instances_says_so() -> None:
    claim = two_parts(parts=(), part="", on="")
    claim.for_all(SYMBOLIC, scope="n = 2, 3")(even_b)
    assert report_of(claim).word == "proved for n = 2, 3"


def test_a_case_of_which_the_statement_does_not_speak_does_not_count() -> None:
    claim = two_parts(parts=(), part="")

    @claim.symbolic
    def odd_cases(statement: Two, case: int, _: Trial) -> Evidence:
        return even_b(statement) if case == 1 else cannot_say(Rung.SYMBOLIC, "about 1 only", silent=True)

    assert report_of(claim).word == "proved for 1 named case"
    with pytest.raises(ValueError, match="inconclusive where the statement is silent, got proved"):
        Evidence(Verdict.PROVED, Rung.SYMBOLIC, "s", silent=True)


@pytest.mark.parametrize("by", [SYMBOLIC, SAMPLED])
@pytest.mark.parametrize("rung", [Rung.SYMBOLIC, Rung.CERTIFIED])
def test_an_exact_check_that_finds_a_mutant_true_voids_the_claim(rung: Rung, by: Rung) -> None:
    claim = two_parts(parts=(), part="", by=by)
    claim.for_all(rung)(says(Verdict.PROVED if rung is Rung.SYMBOLIC else Verdict.CERTIFIED, rung))
    if by is SYMBOLIC:
        claim.symbolic(even_b)
    else:

        @claim.sampled
        def samples(statement: Two, _: int, __: Trial) -> Evidence:
            if statement.b:
                return Evidence(Verdict.REFUTED, Rung.SAMPLED, "odd", witness="b")
            return Evidence(Verdict.SUPPORTED, Rung.SAMPLED, "even")

    report = report_of(claim)
    assert report.survivors == []
    assert [(f.task.check.rung, f.task.key[1]) for f in report.voids] == [(rung, "b odd")]
    assert report.verdict is Verdict.INCONCLUSIVE
    assert not report.passes


def test_a_check_of_another_part_may_find_a_mutant_true() -> None:
    claim = two_parts()
    claim.for_all(SYMBOLIC, part=FIRST)(says(Verdict.PROVED))
    claim.symbolic(even_b)
    assert report_of(claim).voids == []


@pytest.mark.parametrize(
    ("build", "match"),
    [
        (lambda: two_parts(part=""), "needs a part of the statement"),
        (lambda: two_parts(part="c is even"), "got part='c is even'"),
        (lambda: two_parts(parts=()), "none: the statement is one"),
        (lambda: two_parts().for_all(SYMBOLIC, part="c")(even_b), "check even_b of T2 needs a part"),
        (lambda: two_parts().on_cases(SYMBOLIC, part="c")(even_b), "got part='c'"),
    ],
)
def test_parts_are_those_of_the_statement(build: Callable[[], object], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        build()


def test_an_interrupted_run_keeps_the_claims_it_had_judged() -> None:
    second = make_claim()

    @second.symbolic
    def interrupted(*_: object) -> Evidence:
        raise KeyboardInterrupt

    report = run([make_claim(), second])
    assert report.interrupted
    assert report.exit_code == 130
    assert [claim.verdict for claim in report.claims] == [Verdict.SUPPORTED]
    with pytest.raises(KeyboardInterrupt):
        run([second])


def test_a_weaker_universal_word_does_not_hide_a_stronger_one_on_the_cases() -> None:
    claim = two_parts(parts=(), part="")
    claim.for_all(SAMPLED)(says(Verdict.SUPPORTED, Rung.SAMPLED))
    claim.symbolic(even_b)
    assert report_of(claim).word == "proved for 2 named cases"


def test_a_check_that_takes_too_long_on_a_users_case_is_stopped_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proofs_check.run.runner.PATIENCE", 0.05)
    claim = make_claim()

    @claim.symbolic
    def endless(statement: Mean, case: int, _: Trial) -> Evidence:
        while case == 300:
            time.sleep(0.001)
        return exact_evidence(statement.value == 0.5, "quick elsewhere", "unfair")

    (report,) = run([claim], cases=[300]).claims
    (stopped,) = [f.evidence for f in report.findings if f.task.check.name == "endless"]
    assert stopped.verdict is Verdict.INCONCLUSIVE
    assert "stopped after 0.05 s on this case" in stopped.summary
    assert run([claim]).claims[0].passes  # the pinned cases are not timed
