"""Enclosures of the engine's expressions: exact values, end points, boxes, refusals."""

from __future__ import annotations

import flint
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.activation.activation import Activation
from theory.exact.ball_evaluation import ball_evaluate, integer_power
from theory.gaussian.bivariate import raw_kernel_map
from theory.gaussian.moments import second_moment

RHO = sp.Symbol("rho", real=True)
ARB = flint.arb


@pytest.mark.parametrize(
    "text", ["sqrt(2)/pi", "exp(-1)*sinh(1)", "erfc(sqrt(2))", "asin(2/3)", "erfi(1/3)", "log(3)**(1/3)", "atan(2)-asinh(1)", "2**pi", "cos(1)*tan(1)"]
)  # fmt: skip
def test_constants_against_sympy(text):
    constant = sp.parse_expr(text)
    ball = ball_evaluate(constant, {})
    assert ball.contains(ARB(str(constant.evalf(80)))) or abs(ball - ARB(str(constant.evalf(80)))) < ARB("1e-55")
    assert ball.rad() < ARB("1e-50")


def test_polynomial_roots():
    root = sp.CRootOf(sp.Symbol("x") ** 5 - sp.Symbol("x") - 1, 0)
    ball = ball_evaluate(root, {})
    assert (ball**5 - ball - 1).contains(0)
    assert ball.rad() < ARB("1e-50")


@pytest.mark.parametrize(
    "argument", [-1 / (1 - RHO), -(2 - RHO) / (2 - 2 * RHO**2), -sp.sqrt(1 + RHO) / sp.sqrt(1 - RHO)]
)
def test_essential_singularities_at_the_end_point(argument):
    expression = sp.exp(argument)
    assert ball_evaluate(expression, {RHO: ARB(1)}) == 0
    box = ball_evaluate(expression, {RHO: ARB("0.98").union(ARB(1))})
    for point in ("0.981", "0.99", "0.9999"):
        assert box.overlaps(ball_evaluate(expression, {RHO: ARB(point)}))
    assert box.upper() < ball_evaluate(expression, {RHO: ARB("0.9")})
    assert not ball_evaluate(sp.exp(-argument), {RHO: ARB(1)}).is_finite()


def test_erf_at_infinity():
    argument = (2 - RHO) / sp.sqrt(1 - RHO**2)
    for sign in (1, -1):
        assert ball_evaluate(sp.erf(sign * argument), {RHO: ARB(1)}) == sign
        assert ball_evaluate(sp.erfc(sign * argument), {RHO: ARB(-1)}) == 1 - sign
    box = ball_evaluate(sp.erf(argument), {RHO: ARB(1).union(ARB("0.9"))})
    assert box.contains(ball_evaluate(sp.erf(argument), {RHO: ARB("0.95")}))
    assert box.upper() < ARB("1.001")


@settings(deadline=None, max_examples=30)
@given(
    st.sampled_from(["relu", "hardtanh", "elu", "relu(x-1/3)", "exp(-abs(x))", "gelu"]),
    st.floats(-1, 1),
    st.floats(0, 0.2),
)
def test_boxes_enclose_their_points(text, centre, width):
    kernel = raw_kernel_map(Activation.from_text(text), RHO)
    ends = [max(-1.0, centre - width), min(1.0, centre + width)]
    box = ball_evaluate(kernel, {RHO: ARB(ends[0]).union(ARB(ends[1]))})
    for weight in (0.0, 0.3, 1.0):
        point = min(max(ends[0] + weight * (ends[1] - ends[0]), ends[0]), ends[1])
        assert box.overlaps(ball_evaluate(kernel, {RHO: ARB(point)}))


def test_boxes_at_the_end_point_shrink():
    """The box [1 - w, 1] has width O(sqrt w) and closes on E s^2."""
    activation = Activation.from_text("hardtanh")
    kernel, limit = raw_kernel_map(activation, RHO), ball_evaluate(second_moment(activation), {})
    for width in ("1e-4", "1e-12", "1e-40"):
        box = ball_evaluate(kernel, {RHO: ARB(1).union(1 - ARB(width))})
        assert box.contains(limit.mid())
        assert box.rad() < 10 * ARB(width).sqrt()


def test_complex_values():
    z = flint.acb("0.25", "0.5")
    value = ball_evaluate(sp.asin(RHO) * RHO + sp.sqrt(1 - RHO**2), {RHO: z})
    assert value.overlaps(z.asin() * z + (1 - z * z).sqrt())
    assert isinstance(ball_evaluate(RHO + 1, {RHO: flint.acb(1)}), flint.acb)


def test_integer_powers_around_zero():
    """arb's own power of a ball around 0 is nan."""
    ball = integer_power(ARB(0, 0.5), 3)
    assert ball.contains(ARB("0.1"))
    assert ball.rad() < 0.2


@pytest.mark.parametrize(
    ("expression", "message"),
    [(RHO + 1, "needs a value for every symbol .*, got none for rho"), (sp.gamma(sp.Rational(1, 3)), "got gamma"), (sp.zeta(3, evaluate=False), "got zeta")],
)  # fmt: skip
def test_refusals(expression, message):
    with pytest.raises(ValueError, match=message):
        ball_evaluate(expression, {})


@pytest.mark.parametrize(("low", "high"), [("-0.3", "0.5"), ("-1", "1"), ("0.25", "0.25"), ("0.9", "1")])
def test_the_arcsine_of_a_ball_holds_the_arcsines_of_its_ends(low: str, high: str) -> None:
    x = sp.Symbol("x")
    ball = flint.arb(low).union(flint.arb(high))
    found = ball_evaluate(sp.asin(x), {x: ball})
    for end in (low, high):
        assert found.overlaps(flint.arb(end).asin())
    assert float(found.rad()) >= (float(flint.arb(high).asin()) - float(flint.arb(low).asin())) / 2 * (1 - 1e-12)
