"""The hunt: false claims shrink to the simplest counterexample, true ones survive, and what is found is judged by every rung."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import flint
import pytest
from hypothesis import strategies as st
from typer.testing import CliRunner

from numerics.statistics.e_value import MeanTest
from proofs_check import strategies
from proofs_check.claim.claim import CERTIFIED, SAMPLED, SYMBOLIC, Claim, Mutant, Paper
from proofs_check.cli import app
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import cannot_say, exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung
from proofs_check.run.hunt import hunt

EXAMPLE = str(Path(__file__).parents[3] / "examples" / "my_claim.py")
PAPER = Paper("T", "a paper for tests")


@dataclass(frozen=True)
class Below:
    """f(case) < bound."""

    bound: Fraction


def make(bound: Any, cases: Callable[[], Any], pinned: list[Any], **more: Any) -> Claim:
    return Claim(
        "T1",
        "It stays below",
        PAPER,
        Below(bound),
        pinned,
        [Mutant("0", Below(Fraction(0)), "", SYMBOLIC)],
        cases,
        **more,
    )


def below(statement: Below, case: Any, _: Trial) -> Evidence:
    return exact_evidence(case < statement.bound, "below", f"{case} >= {statement.bound}")


@pytest.mark.parametrize(
    ("cases", "pinned", "bound", "simplest"),
    [
        # the least integer, the fraction of least denominator, the float nearest to an integer, that are not below
        (lambda: st.integers(0, 10**6), [0], 1000, "1000"),
        (lambda: strategies.rationals(0, 1), [Fraction(0)], Fraction(1, 3), "1"),
        (lambda: strategies.rationals(0, Fraction(99, 100)), [Fraction(0)], Fraction(1, 2), "1/2"),
        (lambda: strategies.rationals(0, Fraction(49, 100)), [Fraction(0)], Fraction(3, 10), "1/3"),
        (lambda: st.floats(0, 1e6, allow_nan=False), [0.0], 2.5, "3.0"),
        (lambda: st.lists(st.integers(), max_size=9).map(tuple), [()], (0, 0), "(1,)"),
    ],
)
def test_a_false_inequality_shrinks_to_the_simplest_case(
    cases: Callable[[], Any], pinned: list[Any], bound: Any, simplest: str
) -> None:
    claim = make(bound, cases, pinned)
    claim.symbolic(below)
    # hypothesis mixes numbers of the modules that happen to be loaded into what it draws, and shrinks to a local minimum:
    # every seed finds a violation, and of three one at least ends at the simplest
    found = [hunt(claim, seed=seed).counterexample for seed in range(3)]
    assert all(one is not None and one.is_exact for one in found)
    witnesses = {one.label: one.best.evidence.witness for one in found if one is not None}
    assert witnesses[simplest] == f"{simplest} >= {bound}"


def test_a_true_claim_has_no_counterexample_and_says_how_many_cases_were_tried() -> None:
    claim = make(Fraction(2), lambda: strategies.rationals(0, 1), [Fraction(0)])
    claim.symbolic(below)
    found = hunt(claim, examples=50)
    assert (found.exit_code, found.counterexample, found.breaks) == (0, None, 0)
    assert 25 < found.tried <= 50  # drawn cases may repeat


def test_the_same_seed_hunts_the_same_cases() -> None:
    def tried(seed: int) -> list[str]:
        seen: list[str] = []
        claim = make(Fraction(2), lambda: strategies.rationals(0, 1), [Fraction(0)])

        @claim.symbolic
        def noting(_: Below, case: Fraction, __: Trial) -> Evidence:
            seen.append(str(case))
            return cannot_say(Rung.SYMBOLIC, "open")

        hunt(claim, seed=seed, examples=20)
        return seen

    assert tried(1) == tried(1) != tried(2)


def draw(rng: Any, mean: float, size: int) -> Any:
    return rng.random(size) < mean


def biased(claim: Claim) -> None:
    """Add a sampled check of: a coin of bias `case` has bias below the bound."""

    @claim.sampled
    def coins(statement: Below, case: Fraction, trial: Trial) -> Evidence:
        test = MeanTest.at_most(float(statement.bound), support=(0.0, 1.0))
        return judge_mean(trial, test, draw, {"mean": float(case), "size": 2000}, shards=2, what="bias")


def test_samples_decide_only_where_nothing_else_does_and_then_it_is_said() -> None:
    claim = make(Fraction(1, 2), lambda: strategies.rationals(0, 1, largest_denominator=3), [Fraction(0)])
    biased(claim)
    found = hunt(claim, examples=100)
    assert found.counterexample is not None
    assert found.counterexample.label in {"1", "2/3"}
    assert not found.counterexample.is_exact
    assert 0 < found.counterexample.best.evidence.error_probability <= 1e-6


def test_a_witness_found_by_samples_is_certified_where_a_rung_can() -> None:
    claim = make(Fraction(1, 2), lambda: strategies.rationals(0, 1, largest_denominator=3), [Fraction(0)])
    biased(claim)
    calls = []

    @claim.certified
    def only_when_asked_again(statement: Below, case: Fraction, _: Trial) -> Evidence:
        # Says nothing while hypothesis draws (a slow check may give up), and decides the case that samples refuted.
        calls.append(case)
        if not sampled_saw:
            return cannot_say(Rung.CERTIFIED, "no time")
        return from_slack(flint.arb(1) / 2 - flint.arb(int(case * 6)) / 6, "the bias", f"bias {case}")

    sampled_saw: list[Fraction] = []
    coins = claim.checks[0].function
    claim.checks.clear()
    claim.certified(only_when_asked_again)

    @claim.sampled
    def watched(statement: Below, case: Fraction, trial: Trial) -> Evidence:
        sampled_saw.append(case)
        return coins(statement, case, trial)

    found = hunt(claim, examples=30, seed=3)
    assert found.counterexample is not None
    assert {f.task.check.rung for f in found.counterexample.findings} == {SAMPLED, CERTIFIED}


def test_every_sampled_test_of_a_hunt_gets_a_share_and_they_sum_to_the_run() -> None:
    shares: list[float] = []
    claim = make(Fraction(2), lambda: strategies.rationals(0, 1), [Fraction(0)])

    @claim.sampled
    def noting(_: Below, __: Fraction, trial: Trial) -> Evidence:
        shares.append(trial.alpha)
        return cannot_say(Rung.SAMPLED, "open")

    hunt(claim, examples=300)
    assert len(shares) > 10
    # sum 6/(pi j)^2 = 1 over all j: what n terms leave is between 6/(pi^2 (n+1)) and 6/(pi^2 n)
    left = 1 - sum(shares) / 1e-6
    assert 6 / 9.8697 / (len(shares) + 1) < left < 6 / 9.8696 / len(shares)


def test_a_check_that_breaks_is_named_and_the_hunt_goes_on() -> None:
    claim = make(Fraction(1, 2), lambda: strategies.rationals(0, 1), [Fraction(0)])

    @claim.symbolic
    def fragile(_: Below, case: Fraction, __: Trial) -> Evidence:
        return exact_evidence(1 / case > 0, "positive", "")

    found = hunt(claim, examples=100)
    assert found.exit_code == 3
    assert found.breaks == 1
    assert found.broken[0].task.label == "0"
    assert "ZeroDivisionError" in (found.broken[0].error or "")


def test_cases_that_the_claim_does_not_cover_are_left_out() -> None:
    claim = make(
        Fraction(1, 2),
        lambda: strategies.rationals(0, 1),
        [Fraction(0)],
        covers=lambda q: "large" if q > Fraction(1, 4) else None,
    )
    claim.symbolic(below)
    assert hunt(claim, examples=50).exit_code == 0
    nothing = make(Fraction(1, 2), lambda: strategies.rationals(0, 1), [Fraction(0)], covers=lambda _: "never")
    nothing.symbolic(below)
    with pytest.raises(ValueError, match="cases that the claim covers"):
        hunt(nothing, examples=20)


def test_time_ends_a_hunt_and_what_was_found_stays() -> None:
    import time

    claim = make(Fraction(1, 2), lambda: strategies.rationals(0, 1), [Fraction(0)])

    @claim.symbolic
    def slow(statement: Below, case: Fraction, trial: Trial) -> Evidence:
        time.sleep(0.05)
        return below(statement, case, trial)

    found = hunt(claim, examples=10_000, seconds=0.7)
    assert found.stopped in {"", "time"}  # shrinking may be done before
    assert found.counterexample is not None
    never = make(Fraction(2), lambda: strategies.rationals(0, 1), [Fraction(0)])
    never.symbolic(slow)
    ended = hunt(never, examples=10_000, seconds=0.3)
    assert (ended.stopped, ended.counterexample) == ("time", None)
    assert ended.tried <= 6


def test_a_slow_case_costs_no_more_than_the_patience() -> None:
    claim = make(Fraction(2), lambda: strategies.rationals(0, 1), [Fraction(0)])

    @claim.symbolic
    def endless_on_a_half(statement: Below, case: Fraction, trial: Trial) -> Evidence:
        while case == Fraction(1, 2):
            pass
        return below(statement, case, trial)

    found = hunt(claim, examples=300, patience=0.2)
    assert (found.exit_code, found.slow, found.stopped) == (0, 1, "")
    assert found.tried > 50


def test_interruption_gives_what_was_found_so_far() -> None:
    claim = make(500, lambda: st.integers(0, 10**6), [0])
    seen: list[int] = []

    @claim.symbolic
    def interrupted(statement: Below, case: int, trial: Trial) -> Evidence:
        if len([n for n in seen if n >= 500]) == 3:
            raise KeyboardInterrupt
        seen.append(case)
        return below(statement, case, trial)

    found = hunt(claim)
    assert found.stopped == "interrupted"
    assert found.exit_code == 1
    assert found.counterexample is not None
    assert found.counterexample.case == [n for n in seen if n >= 500][-1]
    claim.checks.clear()

    @claim.symbolic
    def at_once(*_: object) -> Evidence:
        raise KeyboardInterrupt

    assert hunt(claim).exit_code == 130


def test_a_refutation_for_every_case_needs_none() -> None:
    claim = make(Fraction(1), lambda: strategies.rationals(0, 1), [Fraction(0)])

    @claim.for_all(SYMBOLIC)
    def largest(statement: Below, case: None, _: Trial) -> Evidence:
        return exact_evidence(statement.bound > 1, "the largest is 1", "1")

    found = hunt(claim)
    assert found.counterexample is not None
    assert (found.counterexample.label, found.tried) == ("", 0)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"examples": 0}, "examples >= 1"),
        ({"seconds": 0.0}, "positive time"),
        ({"seconds": float("nan")}, "positive time"),
        ({"profile": "fast"}, "profile of quick, full, deep"),
    ],
)
def test_bad_arguments(arguments: dict[str, Any], reason: str) -> None:
    claim = make(Fraction(1), lambda: strategies.rationals(0, 1), [Fraction(0)])
    with pytest.raises(ValueError, match=reason):
        hunt(claim, **arguments)


def test_a_claim_without_a_strategy() -> None:
    claim = make(Fraction(1), lambda: strategies.rationals(0, 1), [Fraction(0)])
    object.__setattr__(claim, "cases", None)
    with pytest.raises(ValueError, match="needs a claim with a strategy"):
        hunt(claim)


def command(*arguments: str) -> tuple[int, str, str]:
    outcome = CliRunner().invoke(app, ["hunt", *arguments])
    return outcome.exit_code, outcome.stdout, outcome.stderr


def test_the_shipped_false_claim_is_refuted_on_the_simplest_activation_by_a_ball() -> None:
    code, out, err = command(f"{EXAMPLE}::X2", "--examples", "30", "--json")
    assert (code, err) == (1, "")
    found = json.loads(out)
    # relu shrinks first among the drawn activations; kappa(1/2) - 1/4 of the centred arc-cosine kernel, by hand:
    # kappa_raw(r) = (sqrt(1-r^2) + r(pi - acos r))/pi, centred (kappa_raw - 1/pi)/(1 - 1/pi); r = 1/2
    import math

    raw = (math.sqrt(3) / 2 + (math.pi - math.acos(0.5)) / 2) / math.pi
    slack = 0.25 - (raw - 1 / math.pi) / (1 - 1 / math.pi)
    example = found["counterexample"]
    assert (example["case"], example["rung"], example["exact"]) == ("max(x, 0)", "certified", True)
    assert float(example["witness"].split("[")[1].split(" ")[0]) == pytest.approx(slack, abs=1e-9)
    assert found["reproduce"].startswith("haarmite hunt ")


def test_text_says_case_violation_and_how_to_reproduce() -> None:
    code, out, _ = command(f"{EXAMPLE}::X2", "--examples", "30")
    assert code == 1
    for part in ("refuted X2", "max(x, 0)", "slack", "an enclosure contradicts", "haarmite hunt", "--seed=0"):
        assert part in out
    code, out, _ = command("A1", "--examples", "5")
    assert code == 0
    assert "this is no proof" in out


def test_a_mutant_is_hunted() -> None:
    code, out, _ = command("A1", "--mutant", "trace not divided by n", "--json")
    assert code == 1
    assert json.loads(out)["mutant"] == "trace not divided by n"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("A",), "needs one claim"),
        (("A99",), "did you mean"),
        (("A7", "--mutant", "none"), "needs a mutant of A7 ('rate 1/alpha'"),
        (("absent.py::X",), "no such file"),
        ((f"{EXAMPLE}::X3",), "did you mean"),
        (("A1", "--seconds", "-1"), "positive time"),
    ],
)
def test_bad_input_is_one_line_with_exit_code_two(arguments: tuple[str, ...], reason: str) -> None:
    code, out, err = command(*arguments)
    assert (code, out) == (2, "")
    assert reason in err
    assert err.count("\n") == 1
