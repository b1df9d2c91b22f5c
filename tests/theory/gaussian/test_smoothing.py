"""S(t) = E s(Z + t) against quadrature and the heat equation."""

from __future__ import annotations

import flint
import pytest
import sympy as sp

from theory.activation.activation import Activation
from theory.activation.expression import X
from theory.exact.ball_evaluation import ball_evaluate
from theory.gaussian.moments import hermite_coefficient
from theory.gaussian.smoothing import smoothed

T = sp.Symbol("t", real=True)
MEMBERS = [
    "relu", "abs", "step", "erf", "sin", "cube", "gelu", "gaussian", "elu", "selu", "hardtanh", "relu(x-1/3)", "exp(-abs(x))",
    "exp(-x**2/2)*sin(x)", "sin(max(x,0))", "relu(x)*erf(x)", "Phi(x)**2", "abs(x**2-x-1)", "erf(x)*sin(x)", "exp(x**2/9)*step(1-x)",
]  # fmt: skip


@pytest.mark.parametrize("text", MEMBERS)
def test_quadrature_of_the_shifted_activation(text, close):
    """E s(Z + t) = int s(x) phi(x - t) dx over the pieces, at t = 3/4."""
    from theory.activation.evaluation import to_ball
    from theory.exact.ball_evaluation import ball_of_expression

    activation, t = Activation.from_text(text), flint.arb(3) / 4
    total = flint.arb(0)
    for piece in activation.pieces:
        ends = [
            flint.acb(cut if end.is_infinite else ball_of_expression(end))
            for end, cut in ((piece.lower, -26), (piece.upper, 26))
        ]

        def integrand(x, analytic, tree=piece.expression):
            return to_ball(tree, x, analytic) * (-(x - t) * (x - t) / 2).exp()

        total += flint.acb.integral(integrand, *ends).real
    expected = total / (2 * flint.arb.pi()).sqrt()
    assert close(ball_evaluate(smoothed(activation, T), {T: t}), expected)


@pytest.mark.parametrize("text", MEMBERS)
def test_derivatives_at_zero_are_the_hermite_coefficients(text, close):
    """S^(k)(0) = sqrt(k!) c_k: SymPy's derivative of S against the recurrence."""
    activation = Activation.from_text(text)
    expression = smoothed(activation, T)
    for k in range(4):
        derivative = ball_evaluate(expression.diff(T, k), {T: flint.arb(0)})
        expected = ball_evaluate(hermite_coefficient(activation, k), {}) * flint.arb(k + 1).gamma().sqrt()
        assert close(derivative, expected)


def test_smoothing_commutes_with_multiplication_by_x(close):
    """E (Z + t) s(Z + t) = t S(t) + S'(t)."""
    for text in ("elu", "hardtanh", "exp(-x**2/2)*sin(x)"):
        activation = Activation.from_text(text)
        s = smoothed(activation, T)
        product = smoothed(X * activation.expression, T)
        point = {T: flint.arb(-2) / 3}
        assert close(ball_evaluate(product, point), ball_evaluate(T * s + s.diff(T), point))


@pytest.mark.parametrize(
    ("text", "printed"),
    [("sin", "exp(-1/2)*sin(t)"), ("erf", "erf(sqrt(3)*t/3)"), ("exp", "exp(t + 1/2)"), ("square", "t**2 + 1"), ("step", "erf(sqrt(2)*t/2)/2 + 1/2")],
)  # fmt: skip
def test_forms_are_short(text, printed):
    assert str(smoothed(Activation.from_text(text), T)) == printed


@pytest.mark.parametrize("text", ["tanh", "softplus", "abs(sin(x))", "Phi(x)**3", "relu(x)*erf(x)**2"])
def test_refusals(text):
    assert smoothed(Activation.from_text(text), T) is None


def test_the_internal_check_refuses_a_wrong_form(monkeypatch):
    from theory.gaussian import smoothing

    monkeypatch.setattr(smoothing, "to_expression", lambda _field, _total: sp.Symbol("t", real=True) ** 2)
    assert smoothed(Activation.from_text("relu(x-5/9)"), T) is None


def test_bad_symbol():
    with pytest.raises(TypeError, match="smoothed needs a symbol"):
        smoothed(Activation.from_text("relu"), 1)
