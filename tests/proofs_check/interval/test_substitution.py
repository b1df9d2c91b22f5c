"""Changes of variable keep the slack's values and never lose a part of the domain."""

from __future__ import annotations

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs_check.interval.statement import parse_statement
from proofs_check.interval.substitution import Substitution, suggest_substitution

rho, t = sympy.symbols("rho t")

CLAIMS = [
    "sqrt(1 - rho**2) + rho*asin(rho) >= rho for rho in [0, 1]",
    "acos(-rho) + (1 - rho**2)**(3/2) >= 0 for rho in [-1, 1]",
    "1/sqrt(4 - 4*rho**2) + asin(-rho) >= 0 for rho in [-1/2, 1/2]",
    "sqrt(1 - rho**2)*x >= acos(rho) for rho in [-1, 0], x in [0, 2]",
]


@pytest.mark.parametrize("text", CLAIMS)
@given(st.fractions(min_value=0, max_value=1, max_denominator=30))
@settings(deadline=None, max_examples=8)
def test_the_slack_keeps_its_values(text, share):
    original = parse_statement(text)
    change = suggest_substitution(original)
    statement = change.apply(original)
    place = original.variables.index("rho")
    low, high = statement.box[place]
    at = {"x": sympy.Rational(3, 4), "t": sympy.Rational(str(low + (high - low) * (share + 1) / 3))}
    value = statement.slack().subs({sympy.Symbol(k, real=True): v for k, v in at.items()}).evalf(25)
    at["rho"] = change.by.subs(change.new, at["t"])
    expected = original.slack().subs({sympy.Symbol(k, real=True): v for k, v in at.items()}).evalf(25)
    assert abs(value - expected) < 1e-20
    assert not statement.slack().has(sympy.asin, sympy.acos)


@pytest.mark.parametrize(
    "text",
    [
        "rho**2 >= 0 for rho in [0, 1]",
        "sqrt(2 - rho**2) >= 0 for rho in [0, 1]",
        "asin(rho/2) >= 0 for rho in [0, 1]",
        "asin(rho) >= 0 for rho in [0, 9/10]",
        "asinh(rho) >= 0 for rho in [0, oo]",
    ],
)
def test_nothing_is_suggested_where_there_is_no_branch_point_to_remove(text):
    assert suggest_substitution(parse_statement(text)) is None


def test_a_taken_name_is_not_used_twice():
    assert suggest_substitution(parse_statement("acos(rho) >= t - 9 for rho in [0, 1], t in [0, 1]")).new.name == "t_"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (Substitution(rho, sympy.cos(sympy.pi * t), t, sympy.Rational(1, 4), sympy.Rational(1, 2)), "map the ends"),
        (Substitution(rho, sympy.sign(t), t, 0, 1), "continuous"),
        (Substitution(rho, 1 / t, t, 0, 1), "continuous"),
        (Substitution(rho, t**2, t, 1, 0), "low < high"),
        (Substitution(t, t**2, t, 0, 1), "needs a variable of"),
    ],
)
def test_a_change_that_is_not_onto_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        change.apply(parse_statement("acos(rho) >= 0 for rho in [0, 1]"))


def test_sine_is_not_taken_for_its_absolute_value():
    """Over a full turn sqrt(1 - cos^2) is |sin|, not sin: no rewriting there."""
    change = Substitution(rho, sympy.cos(sympy.pi * t), t, -1, 0)
    statement = change.apply(parse_statement("sqrt(1 - rho**2) >= 0 for rho in [-1, 1]"))
    assert statement.slack().subs(sympy.Symbol("t", real=True), sympy.Rational(-1, 2)) == 1
