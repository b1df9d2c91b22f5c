from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from theory.activation.evaluation import ball_of_constant
from theory.activation.expression import X, number
from theory.activation.parser import parse_expression
from theory.activation.pieces import break_points, smooth_pieces

CASES = [
    ("max(x,0)", [0]),
    ("tanh(x)", []),
    ("abs(abs(x)-1)", [-1, 0, 1]),
    ("min(max(x,-1),2)", [-1, 2]),
    ("sign(x**2-2)", [-sp.sqrt(2), sp.sqrt(2)]),
    ("min(max(x,-pi),pi)", [-sp.pi, sp.pi]),
    ("step(x-1/3)", [sp.Rational(1, 3)]),
    ("max(x**3-x,0)", [-1, 0, 1]),
    ("relu(x)-relu(-x)", []),
    ("exp(-abs(x))", [0]),
    ("abs(x)*abs(x)", [0]),
    ("max(tanh(x),1/2)", [sp.log(3) / 2]),
    ("step(exp(x)-2)", [sp.log(2)]),
    ("max(x,0)+min(0,exp(x)-1)", [0]),
    ("max(x,0)+min(0,2*(exp(x/2)-1))", [0]),
    ("max(0,tanh(x))", [0]),
    ("max(0,erf(x))", [0]),
    ("abs(x*exp(x)/(1+x**2))", [0]),
    ("max(sigmoid(x),1/4)", [-sp.log(3)]),
    ("max(exp(x)+1,0)", []),
    ("sign((x-1)*(x-1-1e-45))", [1, 1 + sp.Rational(1, 10**45)]),
    ("abs(x-pi)*sign(x-355/113)", [sp.pi, sp.Rational(355, 113)]),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_break_points_are_exact(text: str, expected: list[sp.Expr]) -> None:
    assert list(break_points(parse_expression(text)) or ()) == [sp.sympify(e) for e in expected]


@pytest.mark.parametrize("text", ["abs(sin(x))", "max(x,cos(x))", "max(x+exp(x),0)", "abs(pi*x**2-x-1)"])
def test_kinks_at_inexact_places_are_not_claimed(text: str) -> None:
    assert break_points(parse_expression(text)) is None


@given(st.sampled_from([text for text, _ in CASES]), st.fractions(-4, 4, max_denominator=50))
def test_each_piece_equals_the_whole_inside_its_interval(text: str, at: Fraction) -> None:
    whole = parse_expression(text)
    point = sp.Rational(at.numerator, at.denominator)
    for piece in smooth_pieces(whole) or ():
        if piece.lower < point < piece.upper:
            left, right = (ball_of_constant(e.replace(X, number(at))) for e in (whole, piece.expression))
            assert left.overlaps(right)
            break
    else:
        assert point in [sp.sympify(e) for e in dict(CASES)[text]]


def test_a_kink_that_cancels_is_no_break_point() -> None:
    assert break_points(parse_expression("max(x,0)+min(x,0)")) == ()
