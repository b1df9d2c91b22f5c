"""Finite-width law of log V: cumulants against the certified integral, mixtures over the binomial, the relu atom."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
import sympy as sp

from theory.covariance_sde.log_norm import log_cumulant_series, mean_log, norm_moment, term_cumulant, term_moment
from theory.haar.sphere_integral import expected_log

DELTA = sp.Symbol("delta")


def test_cumulants_of_the_terms() -> None:
    """Chi-square (delta = 0) has cumulants 2^(k-1) (k-1)!."""
    assert [term_cumulant(k, sp.Integer(0)) for k in (1, 2, 3, 4)] == [1, 2, 8, 48]
    assert term_moment(1, DELTA) == 1


def test_series_of_the_linear_network_is_digamma_and_trigamma() -> None:
    """digamma(n/2) - log(n/2) = -1/n - 1/(3n^2), trigamma(n/2) = 2/n + 2/n^2, tetragamma(n/2) = -4/n^2 (DLMF 5.15)."""
    mean, variance, third = log_cumulant_series()
    at_zero = [e.subs(DELTA, 0) for e in (*mean, *variance, third)]
    assert at_zero == [-1, sp.Rational(-1, 3), 2, 2, -4]


@pytest.mark.parametrize("delta", [Fraction(0), Fraction(1, 5), Fraction(3, 5), Fraction(1)])
def test_the_integral_approaches_the_series(delta: Fraction) -> None:
    """The remainder after two terms is O(n^-3): it falls by about 8 when n doubles."""
    (m1, m2), _, _ = log_cumulant_series()
    m1, m2 = (
        mpmath.mpf(str(sp.N(m.subs(DELTA, sp.Rational(delta.numerator, delta.denominator)), 30))) for m in (m1, m2)
    )
    gaps = [mean_log(delta, n).value(25) - m1 / n - m2 / n**2 for n in (200, 400)]
    assert 6.5 < gaps[0] / gaps[1] < 17  # 8, or 16 where the n^-3 coefficient is 0 (delta = 0)


@pytest.mark.parametrize("n", [3, 6])
def test_mixture_over_the_binomial(n: int) -> None:
    """Second route: given N the log is that of a chi-square times a quadratic form on the sphere."""
    delta = Fraction(1, 2)
    with mpmath.workdps(25):
        common = mpmath.digamma(mpmath.mpf(n) / 2) - mpmath.log(mpmath.mpf(n) / 2)
        total = mpmath.mpf(0)
        for k in range(n + 1):
            spectrum = [1 + delta] * k + [1 - delta] * (n - k)
            total += mpmath.binomial(n, k) / 2**n * expected_log(spectrum).value(22)
        assert abs(mean_log(delta, n).value(20) - total - common) < mpmath.mpf(10) ** -17


def test_relu_is_conditioned_on_a_living_layer() -> None:
    """n = 2: N = 1 with chi2_1, N = 2 with chi2_2, weights 2:1; R = chi2_N since (1+delta)/n = 1."""
    one, two = (mpmath.digamma(mpmath.mpf(k) / 2) + mpmath.log(2) for k in (1, 2))
    assert abs(mean_log(1, 2).value(15) - (2 * one + two) / 3) < 1e-13


def test_published_second_moment() -> None:
    """(1 + (2 + 3 delta^2)/n)^n at n = 100, delta = 20/101."""
    value = norm_moment(2, sp.Rational(20, 101), sp.Integer(100)) ** 100
    assert abs(value - sp.Rational("8.12970976666158647")) < sp.Rational(1, 10**17)


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: mean_log(Fraction(3, 2), 5), ValueError, r"delta in \[-1, 1\]"),
        (lambda: mean_log(0, 1), ValueError, "n >= 2"),
        (lambda: mean_log(sp.sqrt(2) / 2, 5), TypeError, "rational delta"),
        (lambda: norm_moment(4, DELTA, DELTA), ValueError, r"k in 1\.\.3"),
        (lambda: term_cumulant(5, DELTA), ValueError, r"k in 1\.\.4"),
    ],
)
def test_bad_input(call: object, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        call()  # type: ignore[operator]
