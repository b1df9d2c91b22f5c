"""The forms contain what they bound; the remainder at a zero belongs to the hull of zero and cell."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
import sympy
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs_check.interval.ball import arithmetic
from proofs_check.interval.cell_bound import SlackBounds, power_range, side
from proofs_check.interval.checker.forms import Forms, Zero
from proofs_check.interval.checker.intervals import NoBound
from proofs_check.interval.checker.reading import Budget
from proofs_check.interval.checker.statement import Claim
from proofs_check.interval.tape import tape_of
from proofs_check.interval.zeros import FaceZero, Slack, face_zeros

x, y = sympy.symbols("x y", real=True)


def slack_of(expression, *ranges):
    symbols = (x, y)[: len(ranges)]
    box = tuple((Fraction(a), Fraction(b)) for a, b in ranges)
    return Slack(expression, symbols, tape_of(expression, [s.name for s in symbols]), box)


@pytest.mark.parametrize("order", [3, 4, 5, 7])
@pytest.mark.parametrize("cell", [("0", "1/4"), ("1/2", "1"), ("7/8", "1")])
def test_quotient_of_a_cell_away_from_the_zero(order, cell):
    """(sinh x - x)/x^3 lies in cosh(xi)/6 with xi between 0 and x: taken over the cell alone the bound would be wrong."""
    forms = Forms(Claim("sinh(x) - x >= 0 for x in [0, 1]"), Budget(10**7))
    low, high = map(Fraction, cell)
    enclosure = forms.quotient([(low, high)], Zero(0, Fraction(0), 3), order)
    for k in range(6):
        at = mpmath.mpf((low + (high - low) * k / 5).numerator) / (low + (high - low) * k / 5).denominator
        if at:
            value = (mpmath.sinh(at) - at) / at**3
            assert float(enclosure.low) - 1e-12 <= value <= float(enclosure.high) + 1e-12


@pytest.mark.parametrize(
    ("low", "high", "order", "sign"), [(0, 1, 3, 1), (-1, 0, 3, -1), (-1, 1, 3, 0), (-1, 1, 2, 1), (-1, 0, 2, 1)]
)
def test_sides_of_a_zero(low, high, order, sign):
    assert side((Fraction(low), Fraction(high)), Fraction(0), order) == sign


def test_the_checker_has_no_quotient_where_the_sign_changes():
    forms = Forms(Claim("x**3 >= 0 for x in [-1, 1]"), Budget(10**7))
    with pytest.raises(NoBound):
        forms.quotient([(Fraction(-1), Fraction(1))], Zero(0, Fraction(0), 3), 3)


def test_an_odd_zero_inside_a_cell_bounds_nothing():
    slack = slack_of(x**3, (-1, 1))
    zero = face_zeros(slack, None)
    assert zero == ()
    with arithmetic(64):
        bounds = SlackBounds(slack, [FaceZero(0, Fraction(0), 3, "")], (), 4)
        assert not bounds.best(slack.box).value >= 0


def test_two_zeros_in_one_variable_are_no_edge():
    """x (1 - x) (x - 1/2)^2 has zeros at both ends; the quotient by one of them says nothing about the other."""
    slack = slack_of(x * (1 - x), (0, 1))
    zeros = face_zeros(slack, None)
    assert len(zeros) == 2
    with arithmetic(64):
        assert not SlackBounds(slack, zeros, (), 4).best(slack.box).value >= 0


@pytest.mark.parametrize("order", range(9))
@given(st.integers(-8, 7), st.integers(1, 8))
@settings(deadline=None, max_examples=10)
def test_ordinary_bounds_contain_the_slack(order, start, width):
    slack = slack_of(sympy.sin(3 * x) * sympy.exp(-x) + sympy.atan(x), (-2, 2))
    cell = ((Fraction(start, 8), Fraction(start + width, 8)),)
    with arithmetic(64):
        value = SlackBounds(slack, (), (), order).enclosure(cell)
        low, high = float(value.lower()), float(value.upper())
    for k in range(5):
        at = float(cell[0][0] + (cell[0][1] - cell[0][0]) * k / 4)
        exact = float(mpmath.sin(3 * at) * mpmath.exp(-at) + mpmath.atan(at))
        assert low - 1e-12 <= exact <= high + 1e-12


@pytest.mark.parametrize(("order", "expected"), [(0, 1), (1, 2), (4, 2)])
def test_bounds_converge_at_their_rate(order, expected):
    """exp(x) - e x is flat at 1: its range over width w is e w^2/2, which only the natural form (rate w) does not see."""
    slack = slack_of(sympy.exp(x) - sympy.E * x, (0, 2))
    radii = []
    for w in (Fraction(1, 8), Fraction(1, 64)):
        with arithmetic(64):
            radii.append(float(SlackBounds(slack, (), (), order).enclosure(((1 - w, 1 + w),)).rad()))
    rate = float(mpmath.log(radii[0] / radii[1], 8))
    assert abs(rate - expected) < 0.1  # the next term of the expansion is w times smaller


def test_mean_value_form_in_two_variables_contains_the_slack():
    slack = slack_of(sympy.exp(x * y) - x + y**2, (-1, 1), (-1, 1))
    cell = ((Fraction(1, 4), Fraction(3, 4)), (Fraction(-1, 2), Fraction(1, 4)))
    with arithmetic(64):
        value = SlackBounds(slack, (), (), 1).enclosure(cell)
    forms = Forms(Claim("exp(x*y) - x + y**2 >= 0 for x in [-1, 1], y in [-1, 1]"), Budget(10**7))
    other = forms.mean_value([*cell])
    for i in range(4):
        for j in range(4):
            a, b = 0.25 + 0.5 * i / 3, -0.5 + 0.75 * j / 3
            exact = float(mpmath.exp(a * b) - a + b**2)
            assert float(value.lower()) <= exact <= float(value.upper())
            assert other.low <= exact <= other.high


@pytest.mark.parametrize(
    ("low", "high", "n", "ends"),
    [
        (-1, 2, 2, (0, 4)),
        (-3, 2, 2, (0, 9)),
        (-1, 2, 3, (-1, 8)),
        (1, 2, 2, (1, 4)),
        (-2, -1, 2, (1, 4)),
        (-1, 1, 0, (1, 1)),
    ],
)
def test_powers_of_an_interval(low, high, n, ends):
    with arithmetic(64):
        ball = power_range(Fraction(low), Fraction(high), n)
        assert ball.contains(arb(ends[0]))
        assert ball.contains(arb(ends[1]))
        assert ball.lower() >= ends[0]
        assert not ball.upper() > ends[1] * (1 + arb(2) ** -20)
