"""SymPy to Coq: precedence, signs, denominators, natural exponents, names."""

from __future__ import annotations

import pytest
import sympy as sp

from proofs_check.coq.expression import Printer, UnsupportedError, coq_name

x, y = sp.symbols("x y")
k = sp.Symbol("k", integer=True, nonnegative=True)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (-x, "- x"),
        (x - y, "x - y"),
        (2 * x / (3 * y), "2 * x / (3 * y)"),
        ((x + 1) * (x - 1), "(x - 1) * (x + 1)"),
        (-((x + 1) ** 2) / 2, "- (x + 1) ^ 2 / 2"),
        (1 / x**2, "/ x ^ 2"),
        (sp.Rational(-1, 3) * x, "- x / 3"),
        (sp.log(1 + x) ** 2, "(ln (x + 1)) ^ 2"),
        (sp.sqrt(2) * sp.pi, "sqrt 2 * PI"),
        (x ** (k + 2), "x ^ (k + 2)"),
        (k * x**k, "INR k * x ^ k"),
    ],
)
def test_terms(expression: sp.Expr, text: str) -> None:
    assert Printer([expression])(expression) == text


def test_denominators_are_collected() -> None:
    expression = x / (x - y) + 1 / y**3
    printer = Printer([expression])
    printer(expression)
    assert set(printer.denominators) == {x - y, y}


def test_symbols_of_one_name_and_other_assumptions_stay_apart() -> None:
    other = sp.Symbol("x", positive=True)
    printer = Printer([x + other])
    assert len(set(printer.names.values())) == 2


@pytest.mark.parametrize("name", ["R", "PI", "exp", "forall", "match", "ln"])
def test_names_hide_nothing(name: str) -> None:
    assert coq_name(name) != name


@pytest.mark.parametrize("expression", [sp.Symbol("a") ** sp.Symbol("b"), sp.gamma(x), x ** sp.Rational(1, 3)])
def test_what_coq_has_no_form_of_is_named(expression: sp.Expr) -> None:
    with pytest.raises(UnsupportedError, match=r"form|function"):
        Printer([expression])(expression)
