"""The best constant of a sentence: exact where an equality feels it, else between a value that holds and one that fails."""

from __future__ import annotations

from fractions import Fraction

import pytest

from proofs_check.judge.judge import judge


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("best C: kappa(r) <= C r for s = gelu, r in [0, 1]", "1"),
        ("best C: x (1-x) <= C for x in [0, 1]", "1/4"),
        ("best C: for d >= 2: E_O(d)[O[1,1]^4] <= C/d^2", ""),
    ],
)
def test_a_constant_with_an_equality_is_exact(line, value):
    found = judge(line, seconds=4)
    assert found.best is not None
    assert found.best["value"] == value
    assert found.verdict in ("proved", "certified")


def test_otherwise_it_lies_between_what_holds_and_what_fails():
    # the least C with x^3 >= x - C on [0, 1] is 2/(3 sqrt 3)
    found = judge("x^3 >= x - C for x in [0, 1]", best="C", seconds=6)
    assert found.best is not None
    truth = (Fraction(2) / 3) ** 2 / 3  # its square
    assert Fraction(found.best["fails"]) ** 2 < truth <= Fraction(found.best["holds"]) ** 2
    assert float(Fraction(found.best["holds"]) - Fraction(found.best["fails"])) < 1e-2


def test_a_claim_that_no_value_makes_true_is_open():
    found = judge("best C: x <= C - 1000 + x^2 - x^2 for x in [0, oo)", seconds=2)
    assert found.verdict == "inconclusive"
