"""Series in a second variable give mixed derivatives."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy

from proofs_check.interval.checker.forms import Forms
from proofs_check.interval.checker.intervals import NoBound, interval, point
from proofs_check.interval.checker.reading import Budget
from proofs_check.interval.checker.statement import Claim

x, y = sympy.symbols("x y")

TEXTS = [
    "exp(x*y) + x**3*y**2",
    "sin(x + 2*y)/(3 + y)",
    "sqrt(1 + x*y)*log(2 + y)",
    "atan(x*y) + erf(x - y)",
    "tanh(x)*cosh(y)",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("degree", [0, 1, 2])
def test_mixed_coefficients_are_mixed_derivatives(text, degree):
    forms = Forms(Claim(f"{text} >= 0 for x in [0, 1], y in [0, 1]"), Budget(10**7))
    terms = forms.coefficients([interval(x, x) for x in (Fraction(1, 4), Fraction(3, 4))], 0, 3, 1, degree)
    at = {x: sympy.Rational(1, 4), y: sympy.Rational(3, 4)}
    for k, term in enumerate(terms):
        exact = sympy.diff(sympy.sympify(text), x, k, y, degree).subs(at).evalf(30)
        exact = Fraction(str(exact / (sympy.factorial(k) * sympy.factorial(degree))))
        assert abs(exact - term.low) < Fraction(1, 10**20)
        assert term.high - term.low < Fraction(1, 10**20)


@pytest.mark.parametrize("text", ["Abs(x)", "Max(x, -x)", "sqrt(x)", "log(x)", "1/x", "x**(1/3)", "Abs(y - 1/2)*x"])
def test_there_is_no_series_over_a_kink_or_a_branch_point(text):
    forms = Forms(Claim(f"{text} >= 0 for x in [-1, 1], y in [0, 1]"), Budget(10**7))
    with pytest.raises(NoBound):
        forms.coefficients([interval(Fraction(-1), Fraction(1)), interval(Fraction(0), Fraction(1))], 0, 1, 1, 1)


def test_a_kink_away_from_the_cell_is_smooth():
    forms = Forms(Claim("Abs(x) + Max(x, 2*x) + Heaviside(x) + sign(x) >= 0 for x in [-1, 1]"), Budget(10**7))
    assert [term.low for term in forms.coefficients([point(1)], 0, 1)] == [5, 3]
    assert [term.high for term in forms.coefficients([point(-1)], 0, 1)] == [-1, 0]
