"""Exact means of the linear network against Wishart theory, series and quadrature."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
import sympy as sp

from theory.covariance_sde.linear_network import (
    mean_correlation_layer,
    mean_log_determinant,
    mean_log_norm,
    second_moment_matrix,
    sinh_moment_factors,
    squared_norm_moment,
    variance_log_norm,
)
from theory.covariance_sde.log_norm import mean_log

N = sp.Symbol("n", positive=True)


def test_eigenfunctions_of_the_second_moments() -> None:
    """2 V12^2 + V11 V22 has eigenvalue 1 + 2/n, the determinant 1 - 1/n."""
    matrix = sp.Matrix(second_moment_matrix(N))
    assert sp.simplify(sp.Matrix([[1, 2]]) * matrix - (1 + 2 / N) * sp.Matrix([[1, 2]])) == sp.zeros(1, 2)
    assert sp.simplify(sp.Matrix([[1, -1]]) * matrix - (1 - 1 / N) * sp.Matrix([[1, -1]])) == sp.zeros(1, 2)


def test_moments_of_chi_square() -> None:
    """E (chi2_n/n)^k = n (n+2) ... (n+2k-2)/n^k."""
    for k in range(1, 5):
        expected = sp.prod([N + 2 * j for j in range(k)]) / N**k
        assert sp.cancel(squared_norm_moment(k, N, sp.Integer(1)) - expected) == 0


@pytest.mark.parametrize("n", [2, 3, 10, 100])
def test_log_norm_by_two_routes(n: int) -> None:
    """digamma against the Frullani integral of the mixture at delta = 0."""
    assert mean_log_norm(n).ball(20).overlaps(mean_log(0, n).ball(20))


def test_log_determinant_of_one_sample_is_the_log_norm() -> None:
    assert mean_log_determinant(7, 1).decimal(15) == mean_log_norm(7).decimal(15)
    with pytest.raises(ValueError, match="n >= samples"):
        mean_log_determinant(1, 2)


def test_variance_expansion() -> None:
    """trigamma(n/2) = 2/n + 2/n^2 + 4/(3 n^3) - ... (DLMF 5.15.8)."""
    assert abs(variance_log_norm(1000).value(20) * 1000 - (2 + mpmath.mpf(2) / 1000 + mpmath.mpf(4) / 3e6)) < 1e-11


@pytest.mark.parametrize("n", [2, 5, 50])
def test_mean_correlation_by_quadrature(n: int) -> None:
    """Second route: rho' from chi variables, (sh |x| + u)/|w|, averaged over angles for n = 2 by the density of rho'.

    For rho = 1 the correlation stays 1; for small rho its slope is (2/n) (Gamma((n+1)/2)/Gamma(n/2))^2.
    """
    assert (
        mean_correlation_layer(Fraction(1), n).ball(15).contains(1)
        or abs(mean_correlation_layer(Fraction(999999, 10**6), n).value(15) - 1) < 1e-5
    )
    slope = 2 / mpmath.mpf(n) * (mpmath.gamma(mpmath.mpf(n + 1) / 2) / mpmath.gamma(mpmath.mpf(n) / 2)) ** 2
    assert abs(mean_correlation_layer(Fraction(1, 10**6), n).value(20) * 10**6 - slope) < 1e-11


def test_sinh_factors_against_the_gamma_functions_at_one_width() -> None:
    first, second = (f.subs(N, 7) for f in sinh_moment_factors(N))
    chi = lambda k, p: 2 ** (mpmath.mpf(p) / 2) * mpmath.gamma(mpmath.mpf(k + p) / 2) / mpmath.gamma(mpmath.mpf(k) / 2)  # noqa: E731
    assert abs(chi(7, 1) * chi(6, -1) - mpmath.mpf(first.p) / first.q) < 1e-14
    assert abs(chi(7, 2) * chi(6, -2) - mpmath.mpf(second.p) / second.q) < 1e-14


@pytest.mark.slow
@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: mean_correlation_layer(Fraction(3, 2), 5), r"rho in \[-1, 1\]"),
        (lambda: mean_correlation_layer(Fraction(1, 2), 1), "n >= 2"),
    ],
)
def test_bad_input(call: object, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        call()  # type: ignore[operator]
