"""Shares never exceed the total, at any depth."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.statistics.error_budget import ErrorBudget

WEIGHTS = st.dictionaries(st.text(max_size=3), st.floats(1e-6, 1e6), min_size=1, max_size=12)


@settings(deadline=None, max_examples=200)
@given(weights=WEIGHTS, total=st.floats(1e-12, 0.5))
def test_shares_add_up_to_at_most_the_total_exactly(weights, total):
    budget = ErrorBudget.split(weights, total)
    spent = sum(map(Fraction, budget.shares.values()))
    assert Fraction(total) * (1 - Fraction(1, 2**49)) <= spent <= Fraction(total)
    first = next(iter(weights))
    for name, weight in weights.items():
        assert budget.alpha(name) / budget.alpha(first) == pytest.approx(weight / weights[first], rel=1e-14)


@settings(deadline=None, max_examples=50)
@given(outer=st.integers(1, 40), inner=st.integers(1, 40))
def test_the_parts_of_a_part_stay_within_it(outer, inner):
    budget = ErrorBudget.split([f"claim {k}" for k in range(outer)])
    leaves = [budget.part(name, [f"case {k}" for k in range(inner)]) for name in budget.shares]
    assert sum(Fraction(share) for leaf in leaves for share in leaf.shares.values()) <= Fraction(1e-6)


def test_the_record_cannot_be_changed():
    shares = {"A1": 1e-7}
    budget = ErrorBudget(shares)
    shares["A1"] = 0.5
    assert budget.alpha("A1") == 1e-7
    with pytest.raises(TypeError):
        budget.shares["A1"] = 0.5


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: ErrorBudget({"a": 6e-7, "b": 6e-7}), ValueError, r"at most the total .* got a sum of 1\.2e-06"),
        (lambda: ErrorBudget({}), ValueError, r"at least one test"),
        (lambda: ErrorBudget({"a": 0.0}), ValueError, r"shares\['a'\]=0\.0"),
        (lambda: ErrorBudget({"a": 1e-7}, total=1.5), ValueError, r"got total=1\.5"),
        (lambda: ErrorBudget.split(["a", "b", "a"]), ValueError, r"got 'a' twice"),
        (lambda: ErrorBudget.split([]), ValueError, r"at least one test"),
        (lambda: ErrorBudget.split({"a": 1.0, "b": -1.0}), ValueError, r"positive finite weights"),
        (lambda: ErrorBudget.split(["a"]).alpha("b"), KeyError, r"got test='b'"),
        (lambda: ErrorBudget.split(["a"]).part("b", ["c"]), KeyError, r"got test='b'"),
    ],
)
def test_bad_input(build, error, message):
    with pytest.raises(error, match=message):
        build()
