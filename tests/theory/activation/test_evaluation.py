"""Four arithmetics of one tree agree wherever they are defined."""

from __future__ import annotations

from fractions import Fraction

import flint
import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given
from hypothesis import strategies as st

from theory.activation import CATALOGUE, Expression, catalogue
from theory.activation.evaluation import ball_of_constant, to_ball, to_mpmath, to_numpy
from theory.activation.expression import FUNCTIONS, X, maximum, minimum, number
from theory.activation.parser import parse_expression

rationals = st.fractions(min_value=-3, max_value=3, max_denominator=20)


def trees() -> st.SearchStrategy[Expression]:
    """Trees over all operations whose values stay moderate on [-3, 3]."""
    bounded = [
        FUNCTIONS[name] for name in ("sin", "cos", "tanh", "atan", "asinh", "erf", "erfc", "Phi", "sigmoid", "abs")
    ]
    others = [FUNCTIONS[name] for name in ("relu", "gelu", "silu", "softplus", "elu", "sign", "step", "mish")]
    leaves = st.just(X) | rationals.map(number)

    def extend(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        pairs = st.tuples(inner, inner)
        return (
            st.tuples(st.sampled_from(bounded + others), inner).map(lambda t: t[0](t[1]))
            | pairs.map(lambda t: t[0] + t[1])
            | pairs.map(lambda t: t[0] - t[1])
            | pairs.map(lambda t: t[0] * t[1])
            | pairs.map(lambda t: maximum(*t))
            | pairs.map(lambda t: minimum(*t))
            | inner.map(lambda u: u**2)
        )

    return st.recursive(leaves, extend, max_leaves=8)


@given(trees(), rationals)
def test_balls_contain_the_mpmath_value(tree: Expression, at: Fraction) -> None:
    ball = ball_of_constant(tree.replace(X, number(at)))
    assume(ball.is_finite())  # a step of a number that no finite precision tells from 0 is nan, never wrong
    with mpmath.workdps(40):
        value = to_mpmath(tree, mpmath.mpf(at.numerator) / at.denominator)
        outer = mpmath.mpf(str(ball.mid().str(30, radius=False))) - value
        assert abs(outer) <= mpmath.mpf(str(ball.rad().str(30, radius=False))) * 2 + mpmath.mpf(10) ** -20 * (
            1 + abs(value)
        )


@given(trees(), rationals)
def test_numpy_agrees_with_balls(tree: Expression, at: Fraction) -> None:
    ball = ball_of_constant(tree.replace(X, number(at)))
    assume(ball.is_finite())
    got = to_numpy(tree)(np.array([float(at)]))
    # Operations lose a few ulp each; steps and signs of computed zeros may differ, so those are compared off zero only.
    if not any(node.head in {"sign", "step"} for node in tree.nodes()):
        assert got[0] == pytest.approx(float(ball), rel=1e-11, abs=1e-11)


@given(trees())
def test_printing_and_reading_back_is_the_identity(tree: Expression) -> None:
    text = str(tree)
    assume(len(text) <= 400)
    try:
        again = parse_expression(text)
    except ValueError:
        assume(False)  # hypothesis may draw degrees and constants that the parser bounds
    assert str(again) == text


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_sympy_form_has_the_same_values(name: str) -> None:
    (activation,) = catalogue(name)
    x = sp.Symbol("x", real=True)
    for at in (Fraction(-7, 5), Fraction(1, 3), Fraction(9, 4)):
        symbolic = activation.sympy.subs(x, sp.Rational(at.numerator, at.denominator))
        ball = ball_of_constant(activation.expression.replace(X, number(at)))
        assert abs(float(sp.N(symbolic, 25)) - float(ball)) <= 1e-14 * (1 + abs(float(ball)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float_types_are_kept(dtype: type) -> None:
    x = np.linspace(-2, 2, 7, dtype=dtype)
    for activation in catalogue():
        assert activation(x).dtype == dtype, activation.name


def test_constant_times_zero_keeps_the_shape() -> None:
    assert to_numpy(number(2))(np.zeros((2, 3))).shape == (2, 3)


def test_analytic_flag_returns_nan_across_a_kink_and_a_value_beside_it() -> None:
    across = flint.acb(flint.arb(0, 1), flint.arb(0, 1))
    beside = flint.acb(flint.arb(2, 1), flint.arb(0, 1))
    for text in ("max(x,0)", "abs(x)", "sign(x)", "step(x)", "min(x,0)"):
        expression = parse_expression(text)
        assert not to_ball(expression, across, analytic=True).is_finite(), text
        assert to_ball(expression, beside, analytic=True).is_finite(), text


@pytest.mark.parametrize("text", ["atan(x)", "asinh(x)"])
def test_cuts_on_the_imaginary_axis_are_seen(text: str) -> None:
    expression = parse_expression(text)
    on_cut = flint.acb(flint.arb(0, 0.1), flint.arb(2, 0.1))
    assert not to_ball(expression, on_cut, analytic=True).is_finite()
    assert to_ball(expression, flint.acb(flint.arb(0, 0.1), flint.arb(0.5, 0.1)), analytic=True).is_finite()


def test_softplus_refuses_around_its_branch_point_off_the_axis() -> None:
    """Two forms of log(1 + exp(u)) differ by 2 pi i beyond i pi: neighbouring balls must not hide the jump."""
    softplus = parse_expression("softplus(x)")
    beyond = [to_ball(softplus, flint.acb(side, 4), analytic=True) for side in (flint.arb("0.01"), flint.arb("-0.01"))]
    assert not beyond[0].is_finite() or not beyond[1].is_finite()
    assert to_ball(softplus, flint.acb(0, 3), analytic=True).is_finite()


def test_roots_and_logarithms_of_negative_reals_are_undefined() -> None:
    assert not to_ball(parse_expression("sqrt(1+x)"), flint.acb(-2)).is_finite()
    assert to_ball(parse_expression("sqrt(1+x)"), flint.acb(3)).contains(2)
