"""What the writer makes of sums of atoms: the canonical form of the answers."""

from __future__ import annotations

import flint
import pytest
import sympy as sp

from theory.activation.parser import parse_expression
from theory.exact.ball_evaluation import ball_evaluate
from theory.exact.bivariate_normal import BivariateNormalCDF
from theory.gaussian.bivariate import raw_kernel_map
from theory.gaussian.moments import second_moment
from theory.gaussian.smoothing import smoothed

RHO, T = sp.Symbol("rho", real=True), sp.Symbol("t", real=True)


def kernel(text):
    return raw_kernel_map(parse_expression(text), RHO)


def test_radicals_are_squarefree_and_stay_on_their_side():
    assert kernel("x**2*exp(-x**2)") == (4 * RHO**4 - 10 * RHO**2 + 9) / (9 - 4 * RHO**2) ** sp.Rational(5, 2)
    assert kernel("exp(-x**2)") == 1 / sp.sqrt(9 - 4 * RHO**2)


def test_conjugate_pairs_become_circular_and_mirrored_pairs_hyperbolic():
    assert kernel("sinh(x)") == sp.E * sp.sinh(RHO)
    assert kernel("sin(x)+cos(2*x)") == sp.exp(-1) * sp.sinh(RHO) + sp.exp(-4) * sp.cosh(4 * RHO)
    assert smoothed(parse_expression("x*cos(x)"), T) == T * sp.exp(-sp.Rational(1, 2)) * sp.cos(T) - sp.exp(
        -sp.Rational(1, 2)
    ) * sp.sin(T)


def test_no_hyperbolic_function_where_the_end_point_would_be_infinite_times_zero():
    assert not kernel("min(max(x,-1),1)").has(sp.sinh, sp.cosh)


def test_tails_use_erfc():
    assert second_moment(parse_expression("exp(-abs(x))")) == sp.exp(2) * sp.erfc(sp.sqrt(2))
    assert not smoothed(parse_expression("exp(min(x,0))*step(-x)"), T).has(sp.erf)


def test_reflected_bivariate_cdfs_are_joined():
    """abs(x - 1) meets Phi_2(-1, -1; rho) only, abs(x - 1) + abs(x + 1) also Phi_2(1, 1; rho): one is kept."""
    for text in ("abs(x-1)+abs(x+1)", "step(x-1)+step(-x-1)"):
        same_sign = {f.args[:2] for f in kernel(text).atoms(BivariateNormalCDF) if f.args[0] == f.args[1]}
        assert len(same_sign) == 1


def test_common_irrational_factors_are_taken_out():
    assert kernel("sqrt(1+pi)*relu(x)") == (1 + sp.pi) * kernel("relu(x)") or (
        sp.expand(kernel("sqrt(1+pi)*relu(x)") / kernel("relu(x)")) == 1 + sp.pi
    )


@pytest.mark.parametrize(
    "text", ["sin(x)", "cos(2*x-1)", "exp(x/2)*sin(x)", "sin(x)**4", "x*cos(3*x+1)", "sin(x)+relu(x)"]
)
def test_smooth_oscillating_answers_are_free_of_the_imaginary_unit(text):
    assert not kernel(text).has(sp.I)
    assert not smoothed(parse_expression(text), T).has(sp.I)


def test_answers_with_conjugate_pairs_of_erf_are_real():
    expression = smoothed(parse_expression("sin(max(x-1,0))"), T)
    assert expression.has(sp.I)
    assert isinstance(ball_evaluate(expression, {T: flint.arb(1)}), flint.arb)
    assert abs(sp.im(expression.subs(T, sp.Rational(1, 3)).evalf(30))) < sp.Rational(1, 10**28)


@pytest.mark.parametrize("text", ["relu(x)", "elu(x)", "min(max(x,-1),2)", "exp(-abs(x))", "exp(-x**2/2)*sin(x)"])
def test_latex_is_written(text):
    latex = sp.latex(kernel(text))
    assert r"\rho" in latex
    assert "BivariateNormalCDF" not in latex
