from __future__ import annotations

import flint
import pytest

from theory.activation.activation import Activation
from theory.activation.catalogue import CATALOGUE
from theory.activation.parser import parse_expression
from theory.enclosure.ball_function import ball_function


@pytest.mark.parametrize("name", sorted(CATALOGUE))
@pytest.mark.parametrize("place", ["-2.25", "0", "0.5", "3"])
def test_agrees_with_the_tree_walk(name: str, place: str) -> None:
    z = flint.acb(place)
    expression = CATALOGUE[name]
    assert ball_function(expression)(z, False).overlaps(Activation(name, expression).ball(z))


@pytest.mark.parametrize(
    ("text", "centre"),
    [
        ("tanh(x)", flint.acb(0, 1.5707)),
        ("sigmoid(x)", flint.acb(0, 3.1415)),
        ("softplus(x)", flint.acb(0, 3.1415)),
        ("softplus(x)", flint.acb(1, 4)),  # right of the branch point i pi and above it: another branch
        ("softplus(x)", flint.acb(0.3, 3.3)),
        ("sqrt(1 + x**2)", flint.acb(0, 1)),
        ("log(1 + x**2)", flint.acb(0, 1)),
        ("atan(x)", flint.acb(0, 1)),
        ("asinh(x)", flint.acb(0, 1)),
        ("max(x, 0)", flint.acb(0)),
        ("abs(x)", flint.acb(0)),
        ("step(x)", flint.acb(0)),
        ("sign(x)", flint.acb(0)),
        ("(1 + x**2)**(1/3)", flint.acb(0, 1)),
    ],
)
def test_no_analytic_ball_across_a_singularity(text: str, centre: flint.acb) -> None:
    ball = centre + flint.acb(flint.arb(0, 0.25), flint.arb(0, 0.25))
    assert not ball_function(parse_expression(text))(ball, True).is_finite()


def test_roots_of_nonnegative_arguments_reach_zero() -> None:
    around_zero = flint.acb(flint.arb(0, 0.25))
    for text in ("sqrt(x**2)", "abs(x)**(1/3)"):
        value = ball_function(parse_expression(text))(around_zero, False)
        assert value.is_finite()
        assert value.real.contains(0)


def test_constants_are_refined_with_the_precision() -> None:
    f = ball_function(parse_expression("x*pi"))
    assert f(flint.acb(1), False).real.rad() > 0
    flint.ctx.prec = 200
    try:
        assert f(flint.acb(1), False).real.rad() < flint.arb("1e-50")
    finally:
        flint.ctx.prec = 53
