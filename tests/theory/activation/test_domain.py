"""Growth bounds hold, ranges enclose."""

from __future__ import annotations

from fractions import Fraction

import flint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.activation import CATALOGUE, Activation, catalogue
from theory.activation.evaluation import ball_of_constant
from theory.activation.expression import X, number
from theory.activation.parser import parse_expression
from theory.activation.real_range import Range, range_of

UNSEEN = ["x/(1+abs(x))", "exp(-x**2)*x**3", "sinh(x)", "log(cosh(x))", "exp(x**2/5)", "sqrt(1+x**2)", "1/(x**2+x+1)", "asinh(x)**3", "x/exp(x)", "softplus(x**3)", "(1+x**2)**(1/3)", "tan(tanh(x))"]  # fmt: skip


@pytest.mark.parametrize("text", [*sorted(CATALOGUE), *UNSEEN])
def test_growth_bound_holds_far_out_and_near(text: str) -> None:
    activation = Activation.from_text(text)
    bound = activation.growth
    for t in (0, Fraction(1, 10), 1, 3, 10, 30, 100):
        size = flint.arb(flint.fmpq(Fraction(t).numerator, Fraction(t).denominator))
        polynomial = sum(
            (flint.arb(flint.fmpq(c.numerator, c.denominator)) * size**k for k, c in enumerate(bound.polynomial)),
            flint.arb(0),
        )
        exponent = flint.arb(flint.fmpq(bound.linear.numerator, bound.linear.denominator)) * size
        exponent += flint.arb(flint.fmpq(bound.quadratic.numerator, bound.quadratic.denominator)) * size**2
        for sign in (-1, 1):
            value = ball_of_constant(activation.expression.replace(X, number(sign * Fraction(t))))
            assert not abs(value) > polynomial * exponent.exp()


@given(
    st.sampled_from(sorted(CATALOGUE)), st.fractions(-6, 6, max_denominator=30), st.fractions(0, 3, max_denominator=30)
)
def test_range_contains_the_values(name: str, low: Fraction, width: Fraction) -> None:
    (activation,) = catalogue(name)
    ends = [flint.arb(flint.fmpq(q.numerator, q.denominator)) for q in (low, low + width)]
    found = range_of(activation.expression, Range(ends[0].lower(), ends[1].upper()))
    assert found is not None
    for k in range(5):
        value = ball_of_constant(activation.expression.replace(X, number(low + width * k / 4)))
        assert not value < found.lower
        assert not value > found.upper


@pytest.mark.parametrize(("text", "lower", "upper"), [("tanh(x)", -1, 1), ("1/(1+exp(-x))", 0, 1), ("cos(x)", -1, 1), ("x**2", 0, "inf"), ("exp(-x**2)", 0, 1), ("abs(x)+1", 1, "inf"), ("erfc(x)", 0, 2)])  # fmt: skip
def test_range_on_the_whole_line(text: str, lower: object, upper: object) -> None:
    line = Range(flint.arb("-inf"), flint.arb("inf"))
    found = range_of(parse_expression(text), line)
    assert found is not None
    assert found.lower >= flint.arb(lower) - 1e-9
    assert found.upper <= flint.arb(upper) + 1e-9


def test_a_division_that_may_fail_has_no_range() -> None:
    assert range_of(parse_expression("1/x"), Range(flint.arb(-1), flint.arb(1))) is None
    assert range_of(parse_expression("1/x"), Range(flint.arb(1), flint.arb(2))) is not None
