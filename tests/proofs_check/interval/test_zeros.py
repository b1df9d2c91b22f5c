"""Orders of zeros, proved."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy

from proofs_check.interval.tape import tape_of
from proofs_check.interval.zeros import Slack, Zero, corners, face_zeros, is_proved_zero, order_of_zero

x, t = sympy.symbols("x t", real=True)
UNIT = (Fraction(0), Fraction(1))


def slack_of(expression, *symbols):
    return Slack(expression, symbols, tape_of(expression, [s.name for s in symbols]), (UNIT,) * len(symbols))


@pytest.mark.parametrize("order", range(1, 9))
def test_order_is_that_of_the_first_term(order):
    """sinh(x) minus its Taylor polynomial vanishes to the next odd order; x^p e^x to order p."""
    assert order_of_zero(slack_of(x**order * sympy.exp(x), x), 0, Fraction(0)) == order
    assert order_of_zero(slack_of((x - sympy.Rational(1, 3)) ** order * sympy.cos(x), x), 0, Fraction(1, 3)) == order


def test_odd_remainder_of_sinh():
    assert order_of_zero(slack_of(sympy.sinh(x) - x - x**3 / 6, x), 0, Fraction(0)) == 5


def test_a_limit_stops_the_search_and_no_zero_has_order_zero():
    assert order_of_zero(slack_of(x**5, x), 0, Fraction(0), limit=2) == 2
    assert order_of_zero(slack_of(x + sympy.Rational(1, 10**20), x), 0, Fraction(0)) == 0
    assert order_of_zero(slack_of(sympy.sqrt(x), x), 0, Fraction(0)) == 0  # no Taylor series


def test_a_face_zero_holds_for_all_values_of_the_other_variable():
    slack = slack_of(t**2 * (1 + x), x, t)
    assert [(z.variable, z.at, z.order) for z in face_zeros(slack, None)] == [(1, 0, 2)]
    assert face_zeros(slack, [Zero("x", 0)]) == ()


def test_corners_of_the_quotient():
    slack = slack_of(t * (x + t), x, t)
    zeros = face_zeros(slack, None)
    assert [(c.at, c.zero) for c in corners(slack, zeros)] == [((0, 0), 0)]
    assert [c.zero for c in corners(slack_of(t + x, x, t), ())] == [None]
    assert corners(slack_of(t, t), ()) == ()


def test_only_a_proof_counts():
    assert is_proved_zero(sympy.sin(x) ** 2 + sympy.cos(x) ** 2 - 1)
    assert not is_proved_zero(sympy.Rational(1, 10**50) * sympy.exp(x))
    assert not is_proved_zero(sympy.zoo)


def test_a_value_too_small_for_the_ball_to_see_is_no_zero():
    """sin(1)^2 + cos(1)^2 - 1 - 10^-50: the ball around it contains 0 at 128 bits, and yet it is not 0."""
    tiny = sympy.sin(1) ** 2 + sympy.cos(1) ** 2 - 1
    assert order_of_zero(slack_of(x + tiny, x), 0, Fraction(0)) == 1
    assert order_of_zero(slack_of(x + tiny - sympy.Rational(1, 10**50), x), 0, Fraction(0)) == 0


@pytest.mark.parametrize("at", [Fraction(-1, 2), Fraction(3, 2), sympy.oo], ids=["below", "above", "infinite"])
def test_zeros_outside_the_box_are_refused(at):
    with pytest.raises(ValueError, match="needs zeros inside the box"):
        face_zeros(slack_of(x**2, x), [Zero("x", at)])


@pytest.mark.parametrize(("order", "found"), [(11, 11), (12, 12), (13, 12)])
def test_orders_are_counted_up_to_twelve(order, found):
    assert order_of_zero(slack_of(x**order, x), 0, Fraction(0)) == found
