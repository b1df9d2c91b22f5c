"""Kernel maps against the printed closed forms, 2-D quadrature, the Mehler series and Price's theorem."""

from __future__ import annotations

import math

import flint
import pytest
import sympy as sp

from theory.activation.activation import Activation
from theory.activation.expression import X
from theory.exact.ball_evaluation import ball_evaluate
from theory.exact.bivariate_normal import BivariateNormalCDF
from theory.gaussian.bivariate import raw_kernel_map
from theory.gaussian.moments import second_moment

RHO = sp.Symbol("rho", real=True)
PI, ASIN, EXP, SQRT = sp.pi, sp.asin, sp.exp, sp.sqrt
HALF = sp.Rational(1, 2)

# Cho and Saul 2009 (arc-cosine kernels), Williams 1997 (erf), Rahimi and Recht 2007 (sin, cos), Tsuchida et al. 2021 (gelu).
ABS_KERNEL = 2 / PI * (SQRT(1 - RHO**2) + RHO * ASIN(RHO))
A, B = sp.Rational(3, 7), sp.Rational(2, 7)
ERF_C = 2 * A**2 / (1 + 2 * A**2)
PRINTED = {
    "identity": RHO,
    "relu": (SQRT(1 - RHO**2) + RHO * (PI / 2 + ASIN(RHO))) / (2 * PI),
    "leaky_relu": sp.Rational(101, 100) ** 2 * RHO / 4 + sp.Rational(99, 100) ** 2 * ABS_KERNEL / 4,
    "abs": ABS_KERNEL,
    "step": sp.Rational(1, 4) + ASIN(RHO) / (2 * PI),
    "sign": 2 / PI * ASIN(RHO),
    "erf(3*x/7)": 2 / PI * ASIN(ERF_C * RHO),
    "sin(3*x/7)": EXP(-(A**2)) * sp.sinh(A**2 * RHO),
    "cos(3*x/7)": EXP(-(A**2)) * sp.cosh(A**2 * RHO),
    "exp(3*x/7)": EXP(A**2 * (1 + RHO)),
    "x**2": 1 + 2 * RHO**2,
    "x**3": 9 * RHO + 6 * RHO**3,
    "He_7": RHO**7,
    "gelu": RHO * (sp.Rational(1, 4) + ASIN(RHO / 2) / (2 * PI)) + 1 / (2 * PI * SQRT(4 - RHO**2)),
    "exp(-2*x**2/7)": 1 / SQRT((1 + 2 * B) ** 2 - 4 * B**2 * RHO**2),
    "relu2": (3 * RHO * SQRT(1 - RHO**2) + (PI / 2 + ASIN(RHO)) * (1 + 2 * RHO**2)) / (2 * PI),
}
UNSEEN = [
    "relu(x-1/3)", "relu(1/3-x)", "min(max(x,-1),2)", "abs(x-3/2)", "relu(x)**3", "relu(x)**5", "x*erf(x)", "erf(2*x+1)",
    "x**2*exp(-x**2)", "exp(-x**2/2)*sin(x)", "exp(-abs(x))", "exp(-x**2)*relu(x)", "sin(x)+cos(2*x)", "sin(x)*cos(2*x)+x**2",
    "x*sin(2*x)", "sin(x)+relu(x)", "abs(x-1)*exp(-x**2/3)", "step(x-1)*exp(-x)", "abs(x**2-1)", "relu(x-pi/4)",
    "max(x,sqrt(2))", "x*Phi(2*x-1)", "exp(x/3)*cos(x)", "abs(x-1)+abs(x+1)", "1/(1+E)*sinh(x)", "relu(x-1)-relu(x+1)+sign(x)",
    "Phi(x)*exp(x/2)", "exp(x**2/9)", "sin(x)+relu(x-1)", "x**3*Phi(x)-x*erfc(x)", "2**(-x)*step(x)", "exp(-x**2/4)*cosh(x)",
]  # fmt: skip
PIECEWISE = ["elu", "selu", "hardtanh", "hardsigmoid"]


def kernel(text: str) -> sp.Expr:
    expression = raw_kernel_map(Activation.from_text(text), RHO)
    assert expression is not None, text
    return expression


@pytest.mark.parametrize("text", PRINTED)
def test_the_printed_closed_forms(text, close):
    for point in (flint.arb(0), flint.arb(2) / 3, -flint.arb(3).sqrt() / 2, flint.arb(1), flint.arb(-1)):
        assert close(ball_evaluate(kernel(text), {RHO: point}), ball_evaluate(PRINTED[text], {RHO: point}))


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("relu", "(rho*(asin(rho) + pi/2) + sqrt(1 - rho**2))/(2*pi)"),
        ("gelu", "(rho*(asin(rho/2) + pi/2) + 1/sqrt(4 - rho**2))/(2*pi)"),
        ("abs", "2*(rho*asin(rho) + sqrt(1 - rho**2))/pi"),
        ("erf", "2*asin(2*rho/3)/pi"),
        ("sin", "exp(-1)*sinh(rho)"),
        ("gaussian", "1/sqrt(9 - 4*rho**2)"),
    ],
)
def test_forms_are_short(text, printed):
    assert str(kernel(text)) == printed


@pytest.mark.parametrize("text", ["relu", *PIECEWISE, *UNSEEN])
def test_two_dimensional_quadrature(text, double_integral):
    """The panels' truncation at 14 and their rule are below 1e-12 of E s^2; sums of 7e5 products round below that too."""
    activation = Activation.from_text(text)
    size = 1 + float(ball_evaluate(second_moment(activation), {}))
    for rho in (0.6, -0.35, 0.85):
        exact = float(ball_evaluate(kernel(text), {RHO: flint.arb(rho)}))
        assert abs(exact - double_integral(activation, rho)) < 2e-12 * size


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", ["relu", "gelu", "elu", "hardtanh", "exp(-abs(x))", "x**2*exp(-x**2)", "exp(-x**2/2)*sin(x)"]
)
def test_mehler_series_with_quadrature_coefficients(text, expectation):
    """|kappa(rho) - sum_{k<K} c_k^2 rho^k| <= (E s^2 - sum c_k^2) |rho|^K; K = 24 and rho = 1/5 leave 6e-17."""
    activation = Activation.from_text(text)
    flint.ctx.prec = 120
    coefficients = [expectation(activation, k) for k in range(24)]
    squares = [c * c for c in coefficients]  # arb ** 2 is nan around 0
    rest = expectation(activation, 0, power=2) - sum(squares)
    rho = flint.arb(1) / 5
    partial = sum(c * rho**k for k, c in enumerate(squares))
    difference = ball_evaluate(kernel(text), {RHO: rho}) - partial
    assert abs(difference) < rest * rho**24 + flint.arb(10) ** -25


@pytest.mark.parametrize("text", [*PRINTED, *PIECEWISE, *UNSEEN])
def test_end_points_are_the_limits(text, close):
    """kappa(1) = E s(Z)^2, and kappa(-1) = E s(Z) s(-Z): (kappa(1) + kappa(-1))/2 is E of the even part squared."""
    activation = Activation.from_text(text)
    assert close(ball_evaluate(kernel(text), {RHO: flint.arb(1)}), ball_evaluate(second_moment(activation), {}))
    even = (activation.expression + activation.expression.replace(X, -X)) / 2
    at_minus_one = ball_evaluate(kernel(text), {RHO: flint.arb(-1)})
    mean_square = second_moment(even)
    assert mean_square is not None
    expected = 2 * ball_evaluate(mean_square, {}) - ball_evaluate(second_moment(activation), {})
    assert close(at_minus_one, expected, digits=25)


@pytest.mark.parametrize(
    ("text", "derivative"),
    [
        ("relu(x-1/3)", "step(x-1/3)"),
        ("gelu", "Phi(x)+x*exp(-x**2/2)/sqrt(2*pi)"),
        ("hardtanh", "step(x+1)-step(x-1)"),
        ("elu", "step(x)+exp(min(x,0))*step(-x)"),
        ("exp(-x**2/2)*sin(x)", "exp(-x**2/2)*cos(x)-x*exp(-x**2/2)*sin(x)"),
        ("x*erf(x)", "erf(x)+2*x*exp(-x**2)/sqrt(pi)"),
        ("relu(x)**3", "3*relu(x)**2"),
    ],
)
def test_price_theorem(text, derivative, close):
    """d kappa/d rho = E s'(U) s'(V)."""
    slope = kernel(text).diff(RHO)
    for point in (flint.arb(1) / 7, -flint.arb(2).sqrt() / 2):
        assert close(ball_evaluate(slope, {RHO: point}), ball_evaluate(kernel(derivative), {RHO: point}))


def test_elu_slope_is_the_printed_one(close):
    """kappa'(rho) = 1/4 + asin/(2 pi) + 2 sqrt(e) Phi_2(rho, -1; -rho) + e^(1+rho) Phi_2(-1-rho, -1-rho; rho)."""
    printed = (
        sp.Rational(1, 4)
        + ASIN(RHO) / (2 * PI)
        + 2 * SQRT(sp.E) * BivariateNormalCDF(RHO, -1, -RHO)
        + EXP(1 + RHO) * BivariateNormalCDF(-1 - RHO, -1 - RHO, RHO)
    )
    for point in (flint.arb(0), flint.arb(5) / 8, -flint.arb(5) / 8):
        assert close(ball_evaluate(kernel("elu").diff(RHO), {RHO: point}), ball_evaluate(printed, {RHO: point}))


def test_clip_curvature_is_the_printed_one(close):
    """kappa'' = 2 [phi_2(b, b; rho) - phi_2(b, -b; rho)] for clip(x, -b, b)."""
    b = sp.Rational(3, 2)
    both = [EXP(-(b**2) / (1 + s * RHO)) / (2 * PI * SQRT(1 - RHO**2)) for s in (1, -1)]
    curvature = kernel("min(max(x,-3/2),3/2)").diff(RHO, 2)
    for point in (flint.arb(1) / 3, -flint.arb(4) / 5):
        assert close(ball_evaluate(curvature, {RHO: point}), ball_evaluate(2 * (both[0] - both[1]), {RHO: point}))


@pytest.mark.parametrize("text", ["relu", "gelu", "elu", "x*erf(x)"])
def test_scaling_and_adding_a_line(text, close):
    """kappa of 3 s + x/2 is 9 kappa + 3 c_1 rho + rho/4, with c_1 = sqrt(kappa'(0)) > 0 for these."""
    other = kernel(f"3*({Activation.from_text(text).text})+x/2")
    point = flint.arb(2) / 7
    first = ball_evaluate(kernel(text).diff(RHO), {RHO: flint.arb(0)})
    slope = first.sqrt() if not first.contains(0) else flint.arb(0)
    expected = 9 * ball_evaluate(kernel(text), {RHO: point}) + 3 * slope * point + point / 4
    assert close(ball_evaluate(other, {RHO: point}), expected)


@pytest.mark.parametrize(
    "text",
    ["tanh", "sigmoid", "silu", "softplus", "mish", "gelu_tanh", "abs(sin(x))", "max(tanh(x),1/2)", "atan(x)", "sqrt(1+x**2)",
     "sin(x**2)", "sin(max(x,0))", "erf(x**2)", "x/(1+x**2)", "Phi(x)**2", "relu(x)*erf(x)", "exp(-abs(x)**3)"],
)  # fmt: skip
def test_refusals(text):
    assert raw_kernel_map(Activation.from_text(text), RHO) is None


def test_the_internal_check_refuses_a_wrong_form(monkeypatch):
    from theory.gaussian import bivariate

    activation = Activation.from_text("relu(x-7/9)")
    right = bivariate._kernel(activation.expression)
    monkeypatch.setattr(bivariate, "_kernel", lambda _tree: right + RHO**40 / 10**4)  # 5e-29 at 1/sqrt(17)
    assert raw_kernel_map(activation, RHO) is None


def test_the_symbol_is_the_callers():
    r = sp.Symbol("r")
    assert raw_kernel_map(Activation.from_text("sign"), r) == 2 * sp.asin(r) / sp.pi


def test_bad_symbol():
    with pytest.raises(TypeError, match="raw_kernel_map needs a symbol"):
        raw_kernel_map(Activation.from_text("relu"), 0.5)


def test_beta_is_the_printed_one_for_relu():
    """beta_0 = 2 - c_1^2/(E s^2 - c_0^2) = 2 - pi/(2 (pi - 1))."""
    expression = kernel("relu")
    c0_squared, second = expression.subs(RHO, 0), expression.subs(RHO, 1)
    slope = expression.diff(RHO).subs(RHO, 0)
    assert sp.simplify(2 - slope / (second - c0_squared) - (2 - PI / (2 * (PI - 1)))) == 0
    assert math.isclose(float(2 - slope / (second - c0_squared)), 1.26653, abs_tol=5e-6)
