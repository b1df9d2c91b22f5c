"""Isserlis expansion of a layer: against elementary kernels, published structure and the diagonal's known corrections."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp

from theory.activation import Activation
from theory.activation.shaping import SmoothShape, derivatives_at_zero
from theory.covariance_sde.shaped_relu import wishart_covariance
from theory.covariance_sde.smooth import (
    ClosedForm,
    covariance_limit,
    drift_series,
    error_function_form,
    exponential_form,
    gaussian_moment,
    limit_drift,
    quadratic_form,
    sine_form,
    symbols,
    variance_series,
)

FORMS = [quadratic_form(Fraction(3, 2)), sine_form(Fraction(2)), exponential_form(), error_function_form()]


def test_gaussian_moments_of_one_variable_are_double_factorials() -> None:
    a = sp.Symbol("a")
    assert [gaussian_moment(k, 0, a, a, a) for k in (2, 4, 6, 8)] == [a, 3 * a**2, 15 * a**3, 105 * a**4]


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_taylor_expansion_against_elementary_kernels(form: ClosedForm) -> None:
    """Second route: n times the exact difference at n = 10^9 and 10^10, whose 1/n term is Richardson-removed."""
    A, B, C, a, *f = symbols()
    place = {A: sp.Rational(3, 2), B: sp.Rational(2, 3), C: sp.Rational(-1, 5), a: sp.Rational(4, 3)}
    derivatives = derivatives_at_zero(Activation.from_text(form.text), 5)
    limit, odd, correction = (term.subs(dict(zip(f, derivatives, strict=True))).subs(place) for term in drift_series(1))
    values = [
        sp.N(form.drift(sp.Integer(10) ** k, place[a], place[A], place[B], place[C]), 40, maxn=300) for k in (9, 10)
    ]
    first = (values[0] - limit) * 10**9
    second = (values[1] - limit) * 10**10
    assert odd == 0
    assert abs(sp.N(10 * second / 9 - first / 9 - correction, 30)) < sp.Rational(1, 10**14)


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_limit_drift_reads_two_derivatives(form: ClosedForm) -> None:
    A, B, C, a, *f = symbols()
    shape = SmoothShape(form.derivatives, 1)
    expected = drift_series(0)[0].subs({f[0]: shape.second, f[1]: shape.third, a: 1})
    assert sp.expand(limit_drift(A, B, C, shape) - expected) == 0


def test_noise_is_wishart_in_the_limit() -> None:
    A, B, C, *_ = symbols()
    limit, wishart = covariance_limit(), wishart_covariance(A, B, C)
    assert all(sp.expand(limit[key] - wishart[key]) == 0 for key in wishart)


def test_variance_of_the_linear_network_is_exact() -> None:
    A, _, _, _a, *f = symbols()
    linear = dict.fromkeys(f, 0)
    assert [term.subs(linear) for term in variance_series()] == [2 * A**2, 0, 0]


def test_unit_variance_is_kept_at_every_order() -> None:
    """c = 1/E phi_s(Z)^2 makes V = 1 a fixed point of the mean, not only in the limit."""
    A, B, C, *_ = symbols()
    assert all(sp.expand(term.subs({A: 1, B: 1, C: 1})) == 0 for term in drift_series(1))


def test_more_corrections_than_derivatives_are_refused() -> None:
    with pytest.raises(ValueError, match="corrections"):
        drift_series(2)
