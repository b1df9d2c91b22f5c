"""Text and SymPy expressions to tapes and back."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs_check.interval.checker.statement import Claim
from proofs_check.interval.tape import FUNCTIONS, evaluate, tape_of, to_sympy

x, y = sympy.symbols("x y", real=True)

TEXTS = [
    "x",
    "1/3",
    "-x**2/3 + 2*x",
    "x*y - y/x",
    "sqrt(x)**3 - x**(-3/4)",
    "exp(x)*log(1 + y) + sin(x)/cos(y) - tan(x)",
    "Max(x, y, 1/2) + Min(x, -y)",
    "Abs(x - y) + sign(x)*Heaviside(y)",
    "erf(x) + erfc(y) + asin(x/4) + acos(y/4) + atan(x) + asinh(y)",
    "sinh(x) + cosh(x) + tanh(x)",
    "gamma(x) + loggamma(y) + polygamma(0, x) + polygamma(2, y)",
    "lowergamma(3/2, x) + uppergamma(5/3, y)",
    "pi**x + E*y",
    "(x + y)**3",
]


@pytest.mark.parametrize("text", TEXTS)
def test_the_tape_has_the_value_of_the_expression_it_was_made_from(text):
    """SymPy's own parser is the second route here (the text is ours)."""
    at = {x: sympy.Rational(3, 4), y: sympy.Rational(5, 7)}
    names = {"x": x, "y": y}
    expected = sympy.sympify(text, locals=names).subs(at).evalf(30)
    assert abs(to_sympy(tape_of(text, ["x", "y"]), [x, y]).subs(at).evalf(30) - expected) < 1e-25


@pytest.mark.parametrize("text", TEXTS)
def test_prover_and_checker_read_the_same_tape(text):
    claim = Claim(f"{text} >= 0 for x in [0, 1], y in [0, 1]")
    assert claim.tape == list(tape_of(text, ["x", "y"]).instructions)


def test_every_function_is_on_a_tape_above():
    used = {name for text in TEXTS for name, *_ in tape_of(text, ["x", "y"]).instructions}
    assert set(FUNCTIONS.values()) <= used


def test_equal_subexpressions_share_a_position():
    tape = tape_of("exp(x + y) + exp(x + y)**2", ["x", "y"])
    assert [name for name, *_ in tape.instructions].count("exp") == 1


@given(st.fractions(max_denominator=50), st.fractions(max_denominator=50))
@settings(deadline=None, max_examples=30)
def test_rational_functions_are_exact(a, b):
    import operator

    functions = {"add": operator.add, "mul": operator.mul, "sub": operator.sub, "powi": operator.pow}
    value = evaluate(tape_of("(x - y)**2 + 4*x*y", ["x", "y"]), [a, b], Fraction, functions)
    assert value == (a + b) ** 2


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("Phi(x)", "(1 + erf(x/sqrt(2)))/2"),
        ("sigmoid(x)", "1/(1 + exp(-x))"),
        ("softplus(x)", "log(1 + exp(x))"),
        ("digamma(x)", "polygamma(0, x)"),
        ("max(x, 0)", "Max(x, 0)"),
        ("step(x)", "Heaviside(x)"),
        ("0.25*x", "x/4"),
    ],
)
def test_spoken_functions_are_written_out(spoken, written):
    values = [to_sympy(tape_of(text, ["x"]), [x]).subs(x, sympy.Rational(1, 3)).evalf(25) for text in (spoken, written)]
    assert abs(values[0] - values[1]) <= 1e-22 * abs(values[1])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x.__class__", "needs"),
        ("__import__('os')", "needs"),
        ("x if x else x", "needs"),
        ("z + x", "got 'z'"),
        ("besselj(x)", "got 'besselj'"),
        ("sin(x, x)", "number of arguments"),
        ("exp()", "number of arguments"),
        ("x**100000", "exponents of at most 1000"),
        ("x**-100000", "exponents of at most 1000"),
        ("polygamma(x, x)", "polygamma of an order"),
        ("polygamma(99, x)", "polygamma of an order"),
        ("lowergamma(-1, x)", "rational 0 < s"),
        ("lowergamma(x, x)", "rational 0 < s"),
        ("", "needs an expression"),
        ("x +", "one expression"),
        ("(" * 300 + "x" + ")" * 300, "nesting"),
        ("x*" * 300 + "x", "nesting"),
        ("x == x", "'='"),
        ("lambda: x", "':'"),
        ("sin(*x)", "number of arguments"),
        ("x @ x", "'@'"),
    ],
)
def test_bad_text_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        tape_of(text, ["x"])


def test_only_text_and_expressions_make_tapes():
    with pytest.raises(TypeError, match="SymPy expression or text, got float"):
        tape_of(0.5, ["x"])
