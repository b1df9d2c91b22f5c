"""Series in a second variable give mixed derivatives."""

from __future__ import annotations

import pytest
import sympy
from mpmath import iv

from proofs_check.interval.checker.forms import Forms
from proofs_check.interval.checker.intervals import NoBound
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
    terms = forms.coefficients([iv.mpf(1) / 4, iv.mpf(3) / 4], 0, 3, 1, degree)
    at = {x: sympy.Rational(1, 4), y: sympy.Rational(3, 4)}
    for k, term in enumerate(terms):
        exact = sympy.diff(sympy.sympify(text), x, k, y, degree).subs(at).evalf(30)
        exact = iv.mpf(str(exact / (sympy.factorial(k) * sympy.factorial(degree))))
        assert term.a <= exact.b
        assert term.b >= exact.a
        assert term.delta < 1e-12


@pytest.mark.parametrize("text", ["Abs(x)", "Max(x, -x)", "sqrt(x)", "log(x)", "1/x", "x**(1/3)", "Abs(y - 1/2)*x"])
def test_there_is_no_series_over_a_kink_or_a_branch_point(text):
    forms = Forms(Claim(f"{text} >= 0 for x in [-1, 1], y in [0, 1]"), Budget(10**7))
    with pytest.raises(NoBound):
        forms.coefficients([iv.mpf([-1, 1]), iv.mpf([0, 1])], 0, 1, 1, 1)


def test_a_kink_away_from_the_cell_is_smooth():
    forms = Forms(Claim("Abs(x) + Max(x, 2*x) + Heaviside(x) + sign(x) >= 0 for x in [-1, 1]"), Budget(10**7))
    assert [int(term.mid) for term in forms.coefficients([iv.mpf([1, 1])], 0, 1)] == [5, 3]
    assert [int(term.mid) for term in forms.coefficients([iv.mpf([-1, -1])], 0, 1)] == [-1, 0]
