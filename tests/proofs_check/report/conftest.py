"""A run of made-up claims in every state a claim can be in, with text that would break a careless page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
import sympy as sp

from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import CERTIFIED, SAMPLED, SYMBOLIC, Claim, Mutant, Paper
from proofs_check.evidence.certified import from_proof
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import cannot_say, exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung
from proofs_check.interval.prover import prove_nonnegative
from proofs_check.run.run_report import RunReport
from proofs_check.run.runner import run

HOSTILE = "</script><script>alert(1)</script> & \"quoted\" 'text' | `code` \x07"
PAPER = Paper("T", "Author: A paper with <tags> & ampersands. 2026")
OTHER = Paper("O'", "Another paper")


@dataclass(frozen=True)
class Statement:
    """x^2 >= shift, or a mean equal to value."""

    value: float = 0.5
    shift: int = 0
    rate: Callable[[sp.Symbol], sp.Expr] = lambda x: x**2

    def formula(self) -> sp.Basic:
        return sp.Ge(self.rate(sp.Symbol("x")), self.shift, evaluate=False)


class Unsettable:
    """A statement whose formula raises."""

    def formula(self) -> sp.Basic:
        raise ZeroDivisionError("no formula")


def coins(rng: np.random.Generator, size: int) -> np.ndarray:
    return rng.integers(0, 2, size).astype(float)


def good() -> Claim:
    claim = Claim(
        "T1",
        "A square is nonnegative, x^2 >= 0",
        PAPER,
        Statement(),
        ["one", HOSTILE],
        [
            Mutant("shifted", Statement(shift=1), "", SYMBOLIC, erratum="the paper, eq. (1)", part="sign"),
            Mutant("x - 1/2", Statement(rate=lambda x: x - sp.Rational(1, 2)), "one", CERTIFIED, part="rate"),
            Mutant("biased", Statement(0.6), "one", SAMPLED, part="mean"),
        ],
        parts=("sign", "rate", "mean"),
    )

    @claim.for_all(SYMBOLIC, part="sign")
    def by_algebra(statement: Statement, _: None, __: Trial) -> Evidence:
        """Look at the sign."""
        return exact_evidence(statement.shift <= 0, "squares", f"x = 0: 0 < {statement.shift}", at="x = 0")

    @claim.on_cases(CERTIFIED, part="rate")
    def on_an_interval(statement: Statement, _: str, __: Trial) -> Evidence:
        """Enclose it."""
        x = sp.Symbol("x")
        return from_proof(prove_nonnegative(statement.rate(x), {x: (0, 1)}), "x^2")

    @claim.on_cases(SAMPLED, part="mean")
    def by_coins(statement: Statement, _: str, trial: Trial) -> Evidence:
        test = MeanTest.equal(statement.value, support=(0.0, 1.0), delta=0.05)
        return judge_mean(trial, test, coins, {"size": 100}, shards=200, what="mean of coins")

    return claim


def refuted() -> Claim:
    claim = Claim("T2", "False <b>claim</b>", PAPER, Statement(), [1], [Mutant("same", Statement(), "1", SYMBOLIC)])

    @claim.symbolic
    def counterexample(_: Statement, __: int, ___: Trial) -> Evidence:
        return exact_evidence(False, "", f"x = 1 < 2 {HOSTILE}")

    return claim


def broken() -> Claim:
    claim = Claim("my claim: 3", "A broken check", OTHER, Unsettable(), [1], [Mutant("m", Unsettable(), "1", SYMBOLIC)])

    @claim.symbolic
    def raises(_: Unsettable, __: int, ___: Trial) -> Evidence:
        raise ValueError(HOSTILE)

    return claim


def conjecture() -> Claim:
    claim = Claim(
        "T4",
        "Nobody knows",
        OTHER,
        Statement(),
        [1],
        [Mutant("wrong", Statement(shift=5), "1", SYMBOLIC)],
        conjecture=True,
    )

    @claim.symbolic
    def unknown(statement: Statement, _: int, __: Trial) -> Evidence:
        if statement.shift:
            return exact_evidence(False, "", "known to be wrong")
        return cannot_say(Rung.SYMBOLIC, "a proof would decide")

    return claim


@pytest.fixture(scope="session")
def mixed_run() -> RunReport:
    """Refuted, broken, open and proved claims, a surviving mutant, hostile text."""
    return run([good(), refuted(), broken(), conjecture()])


@pytest.fixture(scope="session")
def good_run() -> RunReport:
    """One claim that holds, with plots, a certificate and an erratum."""
    return run([good()])
