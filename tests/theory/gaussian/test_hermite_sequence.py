"""The recurrence in k against derivatives of the generating function and the multiplication rule."""

from __future__ import annotations

import pytest
import sympy as sp

from theory.exact.field import ExactField
from theory.gaussian.closed_form import to_expression
from theory.gaussian.hermite_sequence import derivatives_at_zero, polynomial_times, smoothed_exponential

T = sp.Symbol("t", real=True)


def values(quadratic, linear, half_spaces, count, weights=(1,)):
    """E f He_k for f = polynomial * exp(A x^2 + B x) * half-spaces, k < count."""
    field = ExactField([])
    convert = lambda v: field.convert(sp.Rational(v))  # noqa: E731
    halves = tuple((d, convert(p), convert(v)) for d, p, v in half_spaces)
    start = smoothed_exponential(field, convert(quadratic), convert(linear), halves)
    sequences = derivatives_at_zero(field, start, count + len(weights) - 1)
    sequences = polynomial_times(field, [convert(w) for w in weights], sequences, count)
    return [to_expression(field, {atom: h[k] for atom, h in sequences.items() if h[k]}) for k in range(count)]


def generating_function(quadratic, linear, half_spaces):
    """E exp(A (Z+t)^2 + B (Z+t)) Phi((m + n t)/sd), for at most one half-space, written out by hand."""
    a, b = sp.Rational(quadratic), sp.Rational(linear)
    d = 1 - 2 * a
    result = sp.exp((b**2 + 2 * b * T + 2 * a * T**2) / (2 * d)) / sp.sqrt(d)
    for direction, point, variance in half_spaces:
        mean = direction * ((T + b) / d - sp.Rational(point))
        result *= sp.erfc(-mean / sp.sqrt(2 * (1 / d + sp.Rational(variance)))) / 2
    return result


@pytest.mark.parametrize(
    ("quadratic", "linear", "half_spaces"),
    [(0, "1/2", ()), ("-1/3", "1/4", ()), (0, 0, ((1, "1/3", 0),)), ("-1", "-1/2", ((-1, 2, 0),)), ("1/5", 0, ((1, 0, "1/2"),)), (0, 1, ((-1, "-1/2", 2),))],
)  # fmt: skip
def test_derivatives_of_the_generating_function(quadratic, linear, half_spaces):
    function = generating_function(quadratic, linear, half_spaces)
    for k, value in enumerate(values(quadratic, linear, half_spaces, 7)):
        expected = function.diff(T, k).subs(T, 0)
        assert abs((value - expected).evalf(40)) < sp.Rational(1, 10**35)


def test_pure_hermite_polynomials():
    """E x^4 He_k = 3, 0, 12, 0, 24 (x^4 = He_4 + 6 He_2 + 3)."""
    assert values(0, 0, (), 6, weights=(0, 0, 0, 0, 1)) == [3, 0, 12, 0, 24, 0]


def test_two_half_spaces():
    """E Phi(Z)^2 He_k: mean 1/3, and E Phi(Z)^2 Z = E 2 Phi phi = 1/(2 sqrt pi)."""
    squared = values(0, 0, ((1, 0, 1), (1, 0, 1)), 2)
    assert squared[0] == sp.Rational(1, 3)
    assert abs((squared[1] - 1 / (2 * sp.sqrt(sp.pi))).evalf(30)) < sp.Rational(1, 10**28)
