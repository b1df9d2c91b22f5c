"""Moments and Hermite coefficients against the printed formulas, ball quadrature and the identities between activations."""

from __future__ import annotations

import flint
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.activation.activation import Activation
from theory.activation.parser import parse_expression
from theory.exact.ball_evaluation import ball_evaluate
from theory.gaussian.moments import (
    hermite_coefficient,
    hermite_coefficient_balls,
    hermite_coefficients,
    mean,
    second_moment,
)

SQRT, EXP, PI, ERF = sp.sqrt, sp.exp, sp.pi, sp.erf
HALF, ZERO = sp.Rational(1, 2), sp.Integer(0)
E_ROOT = SQRT(sp.E)


def phi_derivative(j: int, x: sp.Expr = ZERO) -> sp.Expr:
    """phi^(j)(x) = (-1)^j He_j(x) phi(x), He_j by its recurrence."""
    before, he = sp.Integer(0), sp.Integer(1)
    for i in range(j):
        before, he = he, sp.expand(x * he - i * before)
    return (-1) ** j * he * EXP(-(x**2) / 2) / SQRT(2 * PI)


def relu_coefficient(k: int) -> sp.Expr:
    return [1 / SQRT(2 * PI), HALF][k] if k < 2 else phi_derivative(k - 2) / SQRT(sp.factorial(k))


def odd_power_series(a: sp.Rational, k: int, factor: sp.Expr) -> sp.Expr:
    return (-1) ** (k // 2) * a**k * factor / SQRT(sp.factorial(k))


A = sp.Rational(3, 7)
ERF_B = A / SQRT(1 + 2 * A**2)
GAUSS_B = A / (1 + 2 * A)
U = E_ROOT * sp.erfc(1 / SQRT(2)) / 2


def gelu_coefficient(k: int) -> sp.Expr:
    if k % 2:
        return HALF if k == 1 else sp.Integer(0)
    m = k // 2
    double = {0: -1, 1: 1}.get(m) or sp.factorial2(2 * m - 3)
    return (-1) ** (m + 1) * sp.Integer(2) ** -m * (2 * m + 1) * double / (2 * SQRT(PI) * SQRT(sp.factorial(k)))


def elu_coefficient(k: int) -> sp.Expr:
    start = [phi_derivative(0) + U - HALF, HALF + U]
    value = start[k] if k < 2 else phi_derivative(k - 2) + U - sum(phi_derivative(j) for j in range(k - 1))
    return value / SQRT(sp.factorial(k))


def clip_coefficient(b: sp.Expr, k: int) -> sp.Expr:
    if k % 2 == 0:
        return sp.Integer(0)
    return ERF(b / SQRT(2)) if k == 1 else 2 * phi_derivative(k - 2, b) / SQRT(sp.factorial(k))


PRINTED = {
    "identity": lambda k: sp.Integer(int(k == 1)),
    "relu": relu_coefficient,
    "leaky_relu": lambda k: sp.Rational(101, 200) if k == 1 else sp.Rational(99, 100) * relu_coefficient(k),
    "abs": lambda k: 2 * relu_coefficient(k) if k % 2 == 0 else sp.Integer(0),
    "step": lambda k: HALF if k == 0 else phi_derivative(k - 1) / SQRT(sp.factorial(k)),
    "erf(3*x/7)": lambda k: (
        2
        / SQRT(PI)
        * ERF_B**k
        * (-1) ** (k // 2)
        * sp.factorial(k - 1)
        / (sp.factorial(k // 2) * SQRT(sp.factorial(k)))
        if k % 2
        else sp.Integer(0)
    ),
    "sin(3*x/7)": lambda k: odd_power_series(A, k, EXP(-(A**2) / 2)) if k % 2 else sp.Integer(0),
    "cos(3*x/7)": lambda k: sp.Integer(0) if k % 2 else odd_power_series(A, k, EXP(-(A**2) / 2)),
    "exp(3*x/7)": lambda k: A**k * EXP(A**2 / 2) / SQRT(sp.factorial(k)),
    "x**9": lambda k: (
        sp.factorial(9) / (2 ** ((9 - k) // 2) * sp.factorial((9 - k) // 2) * SQRT(sp.factorial(k)))
        if k % 2 and k <= 9
        else sp.Integer(0)
    ),
    "He_5": lambda k: sp.Integer(int(k == 5)),
    "gelu": gelu_coefficient,
    "exp(-3*x**2/7)": lambda k: (
        sp.Integer(0)
        if k % 2
        else (-GAUSS_B) ** (k // 2) * SQRT(sp.factorial(k)) / (sp.factorial(k // 2) * SQRT(1 + 2 * A))
    ),
    "relu2": lambda k: (
        [HALF, SQRT(2 / PI), 1 / SQRT(2)][k] if k < 3 else 2 * phi_derivative(k - 3) / SQRT(sp.factorial(k))
    ),
    "elu": elu_coefficient,
    "min(max(x,-3/2),3/2)": lambda k: clip_coefficient(sp.Rational(3, 2), k),
    "hardsigmoid": lambda k: HALF if k == 0 else clip_coefficient(sp.Integer(3), k) / 6,
}
SECOND_MOMENTS = {
    "relu": HALF,
    "leaky_relu": (1 + sp.Rational(1, 100) ** 2) / 2,
    "abs": sp.Integer(1),
    "step": HALF,
    "erf(3*x/7)": 2 / PI * sp.asin(2 * A**2 / (1 + 2 * A**2)),
    "sin(3*x/7)": EXP(-(A**2)) * sp.sinh(A**2),
    "cos(3*x/7)": EXP(-(A**2)) * sp.cosh(A**2),
    "exp(3*x/7)": EXP(2 * A**2),
    "gelu": sp.Rational(1, 3) + 1 / (2 * PI * SQRT(3)),
    "exp(-3*x**2/7)": (1 + 4 * A) ** -HALF,
    "relu2": sp.Rational(3, 2),
    "elu": HALF + sp.E**2 * sp.erfc(SQRT(2)) / 2 - E_ROOT * sp.erfc(1 / SQRT(2)) + HALF,
    "selu": sp.Integer(1),
    "He_60": sp.Integer(1),
}
UNSEEN = [
    "relu(x-1/3)", "min(max(x,-1),2)", "abs(x-3/2)", "relu(x)**5", "x*erf(x)", "erf(2*x+1)", "x**2*exp(-x**2)", "exp(-x**2/2)*sin(x)",
    "exp(-abs(x))", "exp(-x**2)*relu(x)", "sin(x)*cos(2*x)+x**2", "sin(max(x,0))", "erf(x)*sin(x)", "sin(max(x-1,0))",
    "step(x-1)*exp(-x)", "abs(x**2-x-1)", "abs(x**3-x-1)", "exp(x**2/9)", "x*Phi(2*x-1)", "x**2*Phi(x)**2", "relu(x-1)*erf(x)",
]  # fmt: skip


def balls_of(text: str, count: int) -> list[flint.arb]:
    coefficients = hermite_coefficients(Activation.from_text(text), count)
    assert coefficients is not None, text
    return [ball_evaluate(c, {}) for c in coefficients]


@pytest.mark.parametrize("text", PRINTED)
def test_printed_coefficients(text, close):
    for k, ball in enumerate(balls_of(text, 13)):
        assert close(ball, ball_evaluate(PRINTED[text](k), {})), k


@pytest.mark.parametrize("text", SECOND_MOMENTS)
def test_printed_second_moments(text, close):
    exact = second_moment(Activation.from_text(text))
    assert close(ball_evaluate(exact, {}), ball_evaluate(SECOND_MOMENTS[text], {}))


@pytest.mark.parametrize("text", UNSEEN)
def test_quadrature(text, expectation, close):
    activation = Activation.from_text(text)
    flint.ctx.prec = 140
    for k in (0, 1, 2, 5):
        assert close(balls_of(text, 6)[k], expectation(activation, k), digits=30), k
    exact = second_moment(activation)
    if exact is not None:
        assert close(ball_evaluate(exact, {}), expectation(activation, 0, power=2), digits=30)


@pytest.mark.parametrize("text", ["x**2*Phi(x)**2", "relu(x-1)*erf(x)", "erf(x)*sin(x)"])
def test_second_moments_that_need_four_half_spaces_are_refused(text):
    assert second_moment(Activation.from_text(text)) is None


@pytest.mark.parametrize(
    "text", ["tanh", "sigmoid", "silu", "softplus", "mish", "gelu_tanh", "abs(sin(x))", "sin(x**2)"]
)
def test_refusals(text):
    activation = Activation.from_text(text)
    assert mean(activation) is None
    assert second_moment(activation) is None
    assert hermite_coefficients(activation, 3) is None
    assert hermite_coefficient_balls(activation, 3) is None


def test_not_square_integrable_is_refused():
    tree = parse_expression("exp(x**2/4)")  # E exp(Z^2/4) is finite, E exp(Z^2/2) is not
    assert mean(tree) is None


def test_rational_values_are_recognised_with_proof():
    """The constants of selu are defined by E s = 0 and E s^2 = 1 (Klambauer et al. 2017)."""
    selu = Activation.from_text("selu")
    assert mean(selu) == 0
    assert second_moment(selu) == 1


@pytest.mark.parametrize(
    "text", ["relu", "gelu", "x*Phi(3*x)", "max(x,0)*Phi(x)+min(x,0)*Phi(x)", "(x+abs(x-1)+abs(x+1))/2"]
)
def test_linear_odd_part(text):
    """s(x) - s(-x) = x implies c_1 = 1/2 and c_k = 0 for odd k >= 3, exactly."""
    coefficients = hermite_coefficients(Activation.from_text(text), 12)
    assert coefficients is not None
    assert coefficients[1] == HALF
    assert all(c == 0 for c in coefficients[3::2])


@pytest.mark.parametrize(
    ("text", "derivative"),
    [("relu", "step"), ("relu2", "2*relu(x)"), ("elu", "step(x)+exp(min(x,0))*step(-x)"), ("hardtanh", "step(x+1)-step(x-1)"),
     ("sin", "cos"), ("gelu", "Phi(x)+x*exp(-x**2/2)/sqrt(2*pi)"), ("gaussian", "-2*x*exp(-x**2)"), ("exp(-abs(x))", "-sign(x)*exp(-abs(x))")],
)  # fmt: skip
def test_coefficients_of_the_derivative(text, derivative, close):
    """c_k(s) = c_{k-1}(s')/sqrt(k) for absolutely continuous s."""
    own, slope = balls_of(text, 12), balls_of(derivative, 11)
    for k in range(1, 12):
        assert close(own[k], slope[k - 1] / flint.arb(k).sqrt())


@pytest.mark.parametrize("text", ["relu", "erf", "sin", "step(x-1)*exp(-x)", "elu", "exp(-x**2/2)*sin(x)", "Phi(x)**2"])
def test_multiplication_by_x(text, close):
    """c_k(x s) = sqrt(k) c_{k-1}(s) + sqrt(k+1) c_{k+1}(s)."""
    inner, product = balls_of(text, 12), balls_of(f"x*({Activation.from_text(text).text})", 11)
    for k in range(1, 11):
        expected = flint.arb(k).sqrt() * inner[k - 1] + flint.arb(k + 1).sqrt() * inner[k + 1]
        assert close(product[k], expected)


def test_the_same_function_written_differently(close):
    """Phi = (1 + erf(x/sqrt 2))/2, and relu6(x + 3)/6 = 1/2 + clip(x, -3, 3)/6."""
    for one, other in (("Phi(x)", "(1+erf(x/sqrt(2)))/2"), ("hardsigmoid", "1/2+min(max(x,-3),3)/6")):
        for left, right in zip(balls_of(one, 10), balls_of(other, 10), strict=True):
            assert close(left, right)


@pytest.mark.parametrize("text", ["relu", "erf(3*x/7)", "gelu", "exp(-3*x**2/7)", "min(max(x,-3/2),3/2)"])
def test_far_coefficients_by_the_recurrence(text, close):
    flint.ctx.prec = 400
    balls = hermite_coefficient_balls(Activation.from_text(text), 202)
    for k in (150, 199, 200, 201):
        assert close(balls[k], ball_evaluate(PRINTED[text](k), {}))


@pytest.mark.parametrize("text", ["relu(x-1/3)", "elu", "sin(max(x,0))", "x**2*exp(-x**2)", "abs(x**3-x-1)", "selu"])
def test_balls_equal_the_exact_values(text, close):
    balls = hermite_coefficient_balls(Activation.from_text(text), 20)
    for ball, exact in zip(balls, balls_of(text, 20), strict=True):
        assert close(ball, exact)


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.integers(-3, 3), min_size=1, max_size=4),
    st.fractions(-2, 2, max_denominator=7),
    st.sampled_from(["", "*exp(-x**2/3)", "*exp(x/2)", "*sin(x)", "*erf(x)"]),
)
def test_bessel_inequality(weights, point, factor):
    """sum_{k < 40} c_k^2 <= E s^2 for polynomials on a half-line times a factor of the class."""
    polynomial = "+".join(f"({w})*x**{p}" if p else f"({w})" for p, w in enumerate(weights))
    tree = parse_expression(f"step(x-({point}))*({polynomial}){factor}")
    exact = second_moment(tree)
    if exact is None or all(w == 0 for w in weights):
        return
    with flint.ctx.workprec(200):
        partial = sum((c * c for c in hermite_coefficient_balls(tree, 40)), flint.arb(0))
        rest = ball_evaluate(exact, {}) - partial
        assert rest > -(flint.arb(10) ** -40)


@pytest.mark.parametrize("k", [-1, -5])
def test_negative_degree(k):
    with pytest.raises(ValueError, match=f"hermite_coefficient needs k >= 0 .*, got k={k}"):
        hermite_coefficient(Activation.from_text("relu"), k)


@pytest.mark.parametrize("count", [2.0, True, None, "3"])
def test_degree_of_wrong_type(count):
    for function in (hermite_coefficients, hermite_coefficient_balls):
        with pytest.raises(TypeError, match="needs an integer count"):
            function(Activation.from_text("relu"), count)


def test_no_coefficients_asked():
    assert hermite_coefficients(Activation.from_text("relu"), 0) == ()
