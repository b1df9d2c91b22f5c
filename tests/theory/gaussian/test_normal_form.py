"""Sums of shapes: what is in the class, how pieces become half-lines, what is refused."""

from __future__ import annotations

import pytest
import sympy as sp

from theory.activation.parser import parse_expression
from theory.gaussian import normal_form as module
from theory.gaussian.moments import mean
from theory.gaussian.normal_form import normal_form
from theory.gaussian.shape import HalfSpace, OutsideClassError, Shape, multiply, times_half_space

ONE = sp.Integer(1)


def form(text):
    return normal_form(parse_expression(text))


def test_jumps_from_the_left():
    """clip(x, -1, 1) = -1 + (x + 1) 1{x > -1} + (1 - x) 1{x > 1}."""
    low, high = (HalfSpace(1, sp.Integer(p)) for p in (-1, 1))
    assert form("min(max(x,-1),1)") == {
        Shape(): -1,
        Shape(half_spaces=(low,)): 1,
        Shape(power=1, half_spaces=(low,)): 1,
        Shape(half_spaces=(high,)): 1,
        Shape(power=1, half_spaces=(high,)): -1,
    }


def test_a_growing_factor_keeps_to_its_side():
    (shape,) = form("exp(x)*step(-x)")
    assert shape == Shape(linear=ONE, half_spaces=(HalfSpace(-1, sp.Integer(0)),))


def test_kinks_that_cancel_leave_no_half_line():
    assert form("max(x,0)+min(x,0)") == {Shape(power=1): 1}
    assert form("abs(x)**2") == {Shape(power=2): 1}


def test_error_functions_are_smooth_half_spaces():
    (shape,) = form("Phi(2*x-1)")
    assert shape.half_spaces == (HalfSpace(1, sp.Rational(1, 2), sp.Rational(1, 4)),)
    assert form("erf(-x)") == {s: -w for s, w in form("erf(x)").items()}
    assert form("erfc(x)") == form("2*Phi(-x*sqrt(2))")


def test_trigonometric_identity():
    assert mean(parse_expression("sin(x+1)**2+cos(x+1)**2")) == 1
    assert form("sin(x)**2+cos(x)**2") == {Shape(): 1}


def test_indicators_of_one_variable_merge():
    base = Shape()
    right, left = HalfSpace(1, sp.Integer(0)), HalfSpace(-1, sp.Integer(2))
    ((inside, _),) = times_half_space(base, right)
    assert dict(times_half_space(inside, HalfSpace(1, ONE))) == {Shape(half_spaces=(HalfSpace(1, ONE),)): 1}
    assert dict(times_half_space(inside, left)) == {inside: 1, Shape(half_spaces=(HalfSpace(1, sp.Integer(2)),)): -1}
    assert times_half_space(inside, HalfSpace(-1, sp.Integer(-1))) == []


@pytest.mark.parametrize(
    "text",
    ["tanh(x)", "sin(x**2)", "erf(x**2)", "exp(x**3)", "1/x", "sqrt(x)", "sqrt(1+exp(x))", "1/(exp(x)+1)", "log(x)", "tan(x)",
     "abs(sin(x))", "exp(x**2/4)", "exp(x**2)*step(1-x**2)", "x**(1/2)", "(1+erf(x))**(-1)", "1/sin(x)"],
)  # fmt: skip
def test_outside_the_class(text):
    assert normal_form(parse_expression(text)) is None


def test_too_many_terms():
    many = {Shape(power=p): ONE for p in range(15)}
    spread = {Shape(linear=sp.Integer(b)): ONE for b in range(15)}
    with pytest.raises(OutsideClassError):
        multiply(many, spread)


def test_a_wrong_form_is_not_handed_out(monkeypatch):
    monkeypatch.setattr(module, "smooth_form", lambda _tree: {Shape(power=1): sp.Rational(999999, 1000000)})
    assert normal_form(parse_expression("x*1.0+0*x")) is None
