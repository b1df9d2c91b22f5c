"""The text of a claim, its box and its slack."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs_check.interval.checker.reading import Refused
from proofs_check.interval.checker.statement import Claim
from proofs_check.interval.statement import exact_end, parse_statement, statement_of

x, y = sympy.symbols("x y")


@pytest.mark.parametrize("relation", [">=", ">", "<=", "<"])
@pytest.mark.parametrize("right", ["0", "x/2"])
def test_the_slack_is_what_has_to_be_nonnegative(relation, right):
    statement = parse_statement(f"sin(x) {relation} {right} for x in [0, 1]")
    sign = 1 if relation[0] == ">" else -1
    symbol = sympy.Symbol("x", real=True)
    assert sympy.expand(statement.slack() - sign * (sympy.sin(symbol) - sympy.sympify(right, {"x": symbol}))) == 0
    assert statement.strict == (len(relation) == 1)


@given(
    st.sampled_from([">=", ">", "<=", "<"]),
    st.fractions(min_value=-9, max_value=0, max_denominator=40),
    st.fractions(min_value=1, max_value=9, max_denominator=40),
)
@settings(deadline=None, max_examples=30)
def test_text_reads_back_to_the_same_statement_and_the_checker_agrees(relation, low, high):
    text = f"x*y {relation} exp(y) for x in [{low}, {high}], y in [-1, oo]"
    statement = parse_statement(text)
    assert statement.text == text
    assert parse_statement(statement.text) == statement
    claim = Claim(text)
    assert claim.tape == list(statement.tape().instructions)
    assert [tuple(ends) for ends in claim.box] == list(statement.box)
    assert claim.strict == statement.strict


def test_a_sympy_inequality_keeps_its_sides():
    statement = statement_of(sympy.Le(sympy.tanh(x), x), {x: (0, sympy.Rational(7, 2))})
    assert statement.text == "tanh(x) <= x for x in [0, 7/2]"
    assert statement_of(sympy.Ge(x, 0, evaluate=False), {x: (0, sympy.oo)}).box == ((0, None),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x >= 0", "left >= right for"),
        ("x = 0 for x in [0, 1]", "left >= right for"),
        ("x >= 0 >= 1 for x in [0, 1]", "left >= right for"),
        ("x >= 0 for x in [0; 1]", "ranges"),
        ("x >= 0 for x in [0, 0.5]", "rational ends"),
        ("x >= 0 for x in [0, nan]", "rational ends"),
        ("x >= 0 for x in [0, 1/0]", "rational ends"),
        ("x >= 0 for x in [1, 0]", "low < high"),
        ("x >= 0 for x in [0, 1], x in [0, 1]", "different variables"),
        ("x >= 0 for x in [0, 1], y in [0, 1], z in [0, 1], w in [0, 1]", "1 to 3 variables"),
        ("pi >= 0 for pi in [0, 1]", "got 'pi'"),
    ],
)
def test_bad_claims_are_refused_by_both_readers(text, message):
    with pytest.raises(ValueError, match=message):
        parse_statement(text)
    with pytest.raises(Refused):
        Claim(text)


@pytest.mark.parametrize("end", [0.5, True, None, sympy.pi, float("nan")])
def test_inexact_ends_are_refused(end):
    with pytest.raises(TypeError, match="exact rational ends"):
        exact_end(end)


@pytest.mark.parametrize("end", [1, Fraction(1, 3), sympy.Rational(1, 3), "-7/4"])
def test_exact_ends(end):
    assert exact_end(end) == Fraction(str(end))


def test_an_inequality_needs_a_range_for_every_variable():
    with pytest.raises(ValueError, match=r"got none for \['y'\]"):
        statement_of(sympy.Ge(x, y), {x: (0, 1)})
    with pytest.raises(TypeError, match="needs an inequality"):
        statement_of(sympy.true, {x: (0, 1)})
    with pytest.raises(TypeError, match="needs an inequality"):
        statement_of(sympy.Eq(x, y), {x: (0, 1), y: (0, 1)})
