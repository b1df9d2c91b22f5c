"""Sentences about every activation: what extreme laws affirm is true of every law, what is false they never affirm."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
import sympy as sp

from proofs_check.judge.instances import refute
from proofs_check.judge.strategy import Clock
from proofs_check.proof.pinned_slope import affirms
from theory.statement import parse
from theory.statement.law import Law
from theory.statement.value import holds

TRUE = [
    "for every activation s, r in [0, 1]: kappa(r) <= r",
    "for every nonlinear activation s, r in (0, 1): kappa(r) < r",
    "for every odd activation s with kappa'(0) >= 1/2, r in [0, 1): kappa(r)/(1-kappa(r)) <= kappa'(0) r/(1-r)",
    "for every activation s, r in [0, 1): kappa(r)/(1-kappa(r)) <= r/(1-r)/(2-kappa'(0))",
    "for every activation s: kappa'(1) >= 2 - kappa'(0)",
    "for every odd activation s: kappa'(1) >= 3 - 2 alpha",
    "for every activation s, r in [0, 1]: kappa(r) <= alpha r + (1-alpha) r^2",
    "for every even activation s, r in [-1, 1]: kappa(r) <= r^2 and kappa(r) >= 0",
    "for s = tanh, r in [0, 1]: kappa(r) >= r kappa'(0)",
    "for every activation s, r in [-1, 1]: |kappa(r)| <= |r|",
    "for every activation s, r in [0, 1]: rms(r) >= kappa(r)",
    "for every activation s, r in [-1, 1]: |raw(r)| <= raw(1)",
    "for every activation s, r in [0, 1): r kappa'(r) >= kappa(r)",
    "for every activation s: kappa''(1) >= 2 (kappa'(1) - 1)",
    "for every activation s: Var[s] <= E[s^2]",
    "for every centred activation s, r in [0, 1]: rms(r) = kappa(r)",
    "for every activation s: kappa(1) = 1 and kappa(0) = 0",
    "for every activation s, r in [-1, 1]: 1 - kappa(r) <= kappa'(1) (1-r)",
    "for every odd activation s, r in [0, 1]: 1 - kappa(r) <= kappa'(1) (1-r)",
    "for every activation s, r in [0, 1]: kappa(r) >= 1 - kappa'(1) (1-r)",
    "for every activation s, r in [0, 1]: rms(r) >= w[0]",
]
FALSE = [
    "for every activation s, r in [0, 1]: kappa(r) <= r^2",
    "for every activation s, r in (0, 1): kappa(r) < r",
    "for every odd activation s with kappa'(0) >= 1/4, r in [0, 1): kappa(r)/(1-kappa(r)) <= kappa'(0) r/(1-r)",
    "for every activation s, r in [0, 1): kappa(r)/(1-kappa(r)) <= r/(1-r)/(2.1-kappa'(0))",
    "for every activation s: kappa'(1) >= 2.01 - kappa'(0)",
    "for every odd activation s, r in [0, 1]: kappa(r) <= alpha r + (1-alpha) r^4",
    "for every activation s, r in [-1, 1]: kappa(r) >= -1/2",
    "for every activation s, r in [0, 1]: rms(r) <= r",
    "for every activation s, r in [0, 1]: rms(r) = kappa(r)",
    "for every even activation s, r in [0, 1]: kappa(r) = r^2",
    "for every activation s, r in [0, 1): kappa'(r) <= 1",
    "for every activation s, r in [0, 1]: 1 - kappa(r) <= 99/100 kappa'(1) (1-r)",
    "for every activation s: kappa''(1) >= 3 (kappa'(1) - 1)",
]


@pytest.mark.parametrize("line", TRUE)
def test_what_is_true_is_affirmed(line):
    assert affirms(parse(line))


@pytest.mark.parametrize("line", FALSE)
def test_what_is_false_is_not_affirmed_but_refuted(line):
    sentence = parse(line)
    assert not affirms(sentence)
    assert refute(sentence, Clock(5.0)) is not None


def test_random_bounds_are_affirmed_only_where_random_laws_meet_them():
    """Bounds a + b r + c r^2 + e alpha r of kappa at random: every affirmed one holds for laws drawn by another route."""
    dice = random.Random(7)
    affirmed = 0
    for _ in range(8):
        a, b, c, e = (Fraction(dice.randint(-4, 8), 4) for _ in range(4))
        sentence = parse(f"for every activation s, r in [0, 1]: kappa(r) <= {a} + ({b})*r + ({c})*r^2 + ({e})*alpha*r")
        if not affirms(sentence):
            continue
        affirmed += 1
        for _ in range(40):
            law = Law.of({k: Fraction(dice.randint(1, 9)) for k in dice.sample(range(1, 30), dice.randint(1, 4))})
            case = {sp.Symbol("s"): law, sp.Symbol("r", real=True): Fraction(dice.randint(0, 50), 50)}
            assert holds(sentence.body, case) is not False
    assert affirmed
