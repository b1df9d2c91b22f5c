from collections import Counter
from fractions import Fraction
from itertools import product
from math import factorial, prod

import pytest
from sympy import Rational, Symbol

from theory.haar.monomial import haar_moment
from theory.haar.sphere import (
    evaluate_power_sums,
    gaussian_row_moment,
    quadratic_form_moment,
    row_moment,
    sphere_gaussian_ratio,
)

SPECTRA = ([1, 2, 5], [Fraction(1, 2), Fraction(3, 4), Fraction(7, 4), 1], [0, 3, -1])


def by_entries(group, spectrum, powers):
    """E prod a_i^{k_i} as the sum over the monomials in the entries, each by `haar_moment`."""
    total, d = Fraction(0), len(spectrum)
    choices = [list(product(range(d), repeat=power)) for power in powers]
    for picks in product(*choices):
        factors = [spectrum[k] for pick in picks for k in pick]
        counts = Counter((i + 1, k + 1) for i, pick in enumerate(picks) for k in pick)
        if group == "orthogonal":
            text = "*".join(f"O[{i},{k}]**{2 * m}" for (i, k), m in counts.items())
        else:
            text = "*".join(f"abs(U[{i},{k}])**{2 * m}" for (i, k), m in counts.items())
        total += prod(factors, start=Fraction(1)) * haar_moment(text, d)
    return total


@pytest.mark.parametrize("group", ["orthogonal", "unitary"])
@pytest.mark.parametrize("powers", [[1], [3], [1, 1], [2, 1], [1, 1, 1]])
def test_row_moments_against_entries(group, powers):
    for spectrum in SPECTRA:
        expected = by_entries(group, spectrum, powers)
        assert evaluate_power_sums(row_moment(group, powers), spectrum) == expected
        assert evaluate_power_sums(row_moment(group, powers, len(spectrum)), spectrum) == expected
        if len(powers) == 1:
            assert quadratic_form_moment(group, spectrum, powers[0]) == expected


def test_published_coefficients_of_one_and_two_rows():
    """E Q^4 = (p1^4 + 12 p1^2 p2 + 32 p1 p3 + 12 p2^2 + 48 p4) / (d (d+2)(d+4)(d+6))."""
    d = Symbol("d")
    moment = row_moment("orthogonal", [4])
    expected = {(1, 1, 1, 1): 1, (2, 1, 1): 12, (3, 1): 32, (2, 2): 12, (4,): 48}
    assert moment.keys() == expected.keys()
    for mu, count in expected.items():
        assert (moment[mu].as_sympy() * d * (d + 2) * (d + 4) * (d + 6)).cancel() == count
    spectrum = [3, *[Rational(1, 2)] * 4]
    assert evaluate_power_sums(row_moment("orthogonal", [1, 1]), spectrum) == Fraction(13, 14)


@pytest.mark.parametrize("group", ["orthogonal", "unitary"])
@pytest.mark.parametrize("k", [1, 2, 3])
def test_all_rows_together_have_a_fixed_sum(group, k):
    """sum_i a_i = p_1: E (sum_i a_i)^k = p_1^k, expanded over the rows."""
    spectrum = [1, 4, Fraction(1, 3)]
    total = Fraction(0)
    for rows in product(range(3), repeat=k):
        powers = list(Counter(rows).values())
        total += evaluate_power_sums(row_moment(group, powers), spectrum)
    assert total == Fraction(16, 3) ** k


@pytest.mark.parametrize("group", ["orthogonal", "unitary"])
def test_one_row_is_the_sphere_times_an_independent_length(group):
    for p in range(1, 6):
        ratio = sphere_gaussian_ratio(group, p)
        sphere, gaussian = row_moment(group, [p]), gaussian_row_moment(group, [p])
        assert sphere == {mu: ratio * c for mu, c in gaussian.items()}


def test_gaussian_moments_by_wick():
    """One real N(0, 1) variable squared to the p: (2p - 1)!!; complex: p!. Rows are independent."""
    for p in range(1, 7):
        real = sum(gaussian_row_moment("orthogonal", [p], 1).values())
        assert real == prod(range(1, 2 * p, 2))
        assert sum(gaussian_row_moment("unitary", [p], 1).values()) == factorial(p)
    two = evaluate_power_sums(gaussian_row_moment("orthogonal", [2, 1]), [1, 2])
    one, other = (evaluate_power_sums(gaussian_row_moment("orthogonal", [p]), [1, 2]) for p in (2, 1))
    assert two == one * other


def test_equal_eigenvalues_leave_no_randomness():
    for p in (1, 2, 7):
        assert quadratic_form_moment("orthogonal", [Fraction(2, 3)] * 5, p) == Fraction(2, 3) ** p
    assert evaluate_power_sums(row_moment("orthogonal", [3, 2, 2]), [2] * 4) == 2**7


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: row_moment("symplectic", [1]), ValueError, "orthogonal or the unitary"),
        (lambda: row_moment("orthogonal", []), ValueError, "at least one power"),
        (lambda: row_moment("orthogonal", [0]), ValueError, "power >= 1"),
        (lambda: row_moment("orthogonal", 2), TypeError, "sequence of powers"),
        (lambda: row_moment("orthogonal", [1.5]), TypeError, "integer power"),
        (lambda: row_moment("orthogonal", [1, 1, 1], 2), ValueError, "at most d rows"),
        (lambda: row_moment("orthogonal", [1], 0), ValueError, "dimension >= 1"),
        (lambda: row_moment("orthogonal", [100]), ValueError, "GiB"),
        (lambda: gaussian_row_moment("orthogonal", [1], 0), ValueError, "dimension >= 1"),
        (lambda: sphere_gaussian_ratio("orthogonal", 0), ValueError, "power >= 1"),
        (lambda: quadratic_form_moment("orthogonal", [], 2), ValueError, "at least one eigenvalue"),
        (lambda: quadratic_form_moment("orthogonal", [0.5], 2), TypeError, "exact rational eigenvalues"),
        (lambda: quadratic_form_moment("orthogonal", 2, 2), TypeError, "sequence of eigenvalues"),
        (lambda: evaluate_power_sums({}, []), ValueError, "at least one eigenvalue"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_two_rows_need_two_dimensions():
    """A symbolic result carries the number of rows; below there are no such rows."""
    moments = row_moment("unitary", [1, 1])
    assert {c.least_dimension for c in moments.values()} == {2}
    with pytest.raises(ValueError, match="dimension >= 2"):
        evaluate_power_sums(moments, [5])
