"""The engine on small claims of its own: verdicts, mutants, broken checks, exit codes, determinism."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pytest

from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import SAMPLED, SYMBOLIC, Claim, Mutant, Paper
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import MAY_SAY, Rung, Verdict
from proofs_check.report.run.document import document
from proofs_check.run.run_report import FALSE_ALARMS, RunReport
from proofs_check.run.runner import plan, run

PAPER = Paper("T", "a paper for tests")


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
