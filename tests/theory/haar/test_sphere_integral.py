"""Certified integrals against closed forms and an independent quadrature."""

from fractions import Fraction

import mpmath
import pytest

from theory.haar.sphere import quadratic_form_moment
from theory.haar.sphere_integral import expected_inverse_power, expected_log


def close(number, expected, digits):
    """Within one unit of the last digit but one of what was asked for."""
    return abs(number.value(digits) - expected) <= mpmath.mpf(10) ** (1 - digits) * max(1, abs(expected))


@pytest.fixture(autouse=True)
def _precision():
    with mpmath.workdps(60):
        yield


@pytest.mark.parametrize("s", [Fraction(1, 10), Fraction(1, 2), Fraction(99, 100)])
@pytest.mark.parametrize("digits", [15, 40])
def test_log_in_the_plane(s, digits):
    """d = 2, eigenvalues 1 +- s: E log Q = log((1 + sqrt(1 - s^2)) / 2)."""
    exact = mpmath.log((1 + mpmath.sqrt(1 - mpmath.mpf(s.numerator) ** 2 / s.denominator**2)) / 2)
    assert close(expected_log([1 + s, 1 - s]), exact, digits)


@pytest.mark.parametrize("d", [2, 3, 5, 8])
def test_log_of_rank_one(d):
    exact = mpmath.psi(0, mpmath.mpf(1) / 2) - mpmath.psi(0, mpmath.mpf(d) / 2) + mpmath.log(d)
    assert close(expected_log([d] + [0] * (d - 1)), exact, 40)


@pytest.mark.parametrize("d", [2, 4, 7, 50])
def test_log_of_one_missing_direction(d):
    exact = -mpmath.log(mpmath.mpf(d - 1) / d) + mpmath.psi(0, mpmath.mpf(d - 1) / 2) - mpmath.psi(0, mpmath.mpf(d) / 2)
    assert close(expected_log([0] + [Fraction(d, d - 1)] * (d - 1)), exact, 30)


def test_log_scales():
    spectrum = [Fraction(1, 2), Fraction(3, 4), Fraction(7, 4), 1]
    shifted = expected_log([value * 10**30 for value in spectrum]).value(30)
    assert abs(shifted - expected_log(spectrum).value(30) - 30 * mpmath.log(10)) < mpmath.mpf(10) ** -27


@pytest.mark.parametrize(
    "spectrum", [[Fraction(1, 2), Fraction(3, 4), Fraction(7, 4), 1], [3, Fraction(1, 2), Fraction(1, 2)]]
)
def test_log_against_quadrature_of_the_other_form(spectrum):
    """E log of the Gaussian form, int (e^{-t} - prod (1 + 2 l t)^{-1/2}) dt / t, minus psi(d/2) + log 2."""

    def integrand(t):
        value = mpmath.mpf(1)
        for eigenvalue in spectrum:
            value /= mpmath.sqrt(
                1 + 2 * mpmath.mpf(Fraction(eigenvalue).numerator) / Fraction(eigenvalue).denominator * t
            )
        return (mpmath.exp(-t) - value) / t

    with mpmath.workdps(20):
        gaussian = mpmath.quad(integrand, [0, 1, 10, 100, mpmath.inf])
        exact = gaussian - mpmath.psi(0, mpmath.mpf(len(spectrum)) / 2) - mpmath.log(2)
        # quadrature by mpmath, not certified: 12 digits of its 20
        assert abs(expected_log(spectrum).value(20) - exact) < mpmath.mpf(10) ** -12


@pytest.mark.parametrize("s", [Fraction(1, 2), Fraction(1, 3), Fraction(9, 10)])
def test_power_of_a_uniform_variable(s):
    """Eigenvalues (c, c, 0, 0) on the sphere in R^4: Q / c is uniform, E Q^{-s} = c^{-s} / (1 - s)."""
    exact = mpmath.mpf(2) ** (-mpmath.mpf(s.numerator) / s.denominator) / (1 - mpmath.mpf(s.numerator) / s.denominator)
    assert close(expected_inverse_power([2, 2, 0, 0], s), exact, 30)


def test_inverse_in_the_plane_and_in_space():
    """d = 3, eigenvalues (a, a, b): w_3 is uniform on [-1, 1], an elementary integral."""
    a, b = mpmath.mpf(1), mpmath.mpf(3)
    exact = mpmath.atan(mpmath.sqrt((b - a) / a)) / mpmath.sqrt(a * (b - a))
    assert close(expected_inverse_power([1, 1, 3], 1), exact, 40)


def test_equal_eigenvalues():
    assert expected_log([1, 1, 1]).to_json(5)["method"] == "exact"
    assert close(expected_log([2, 2]), mpmath.log(2), 30)
    assert close(expected_inverse_power([4], Fraction(3, 2)), mpmath.mpf(1) / 8, 30)


def test_jensen_and_the_variance():
    """3/11 of Var/2 is a proved lower bound of -E log Q at trace d, and near isometry Var/2 is the leading term."""
    spectrum = [Fraction(99, 100), 1, Fraction(101, 100)]
    variance = quadratic_form_moment("orthogonal", spectrum, 2) - 1
    half = mpmath.mpf(variance.numerator) / variance.denominator / 2
    value = -expected_log(spectrum).value(20)
    assert 3 * half / 11 < value
    # The next terms are -E x^3 / 3 + E x^4 / 4: relatively below 1e-2 for |x| <= 1e-2.
    assert abs(value / half - 1) < mpmath.mpf("0.01")
    assert expected_inverse_power(spectrum, 1).value(20) > 1


def test_two_precisions_agree():
    spectrum = [Fraction(1, 10**12), 1, 2, Fraction(17, 3)]
    assert abs(expected_log(spectrum).value(15) - expected_log(spectrum).value(50)) < mpmath.mpf(10) ** -15


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: expected_log([]), ValueError, "at least one eigenvalue"),
        (lambda: expected_log([0, 0]), ValueError, "one of them positive"),
        (lambda: expected_log([1, -1]), ValueError, "eigenvalues >= 0"),
        (lambda: expected_log([0.5, 1.5]), TypeError, "exact rational"),
        (lambda: expected_log(1), TypeError, "sequence of eigenvalues"),
        (lambda: expected_inverse_power([1, 2], 1), ValueError, "infinite"),
        (lambda: expected_inverse_power([1, 2, 0], Fraction(1)), ValueError, "infinite"),
        (lambda: expected_inverse_power([1, 2], 0), ValueError, "s > 0"),
        (lambda: expected_inverse_power([1, 2, 3], 0.5), TypeError, "exact rational exponent"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
