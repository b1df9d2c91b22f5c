"""Closed forms in gamma functions against exact moments, series of them, quadrature and known special cases."""

from fractions import Fraction
from math import comb, factorial

import mpmath
import pytest
import sympy as sp

from theory.haar.log_moment import (
    corner_log_determinant,
    entropy_of_a_row,
    entry_log,
    entry_modulus,
    hciz,
    modulus_of_an_observable,
    page_entropy,
    purity,
    row_ratio,
    value_of,
    wishart_log_determinant,
)
from theory.haar.monomial import haar_moment
from theory.haar.sphere import quadratic_form_moment
from theory.haar.sphere_integral import expected_log
from theory.haar.trace import trace_moment

d = sp.Symbol("d")


@pytest.mark.parametrize(("group", "letter"), [("orthogonal", "O"), ("unitary", "U")])
def test_entries_against_even_moments_and_their_derivative(group, letter):
    for k in (1, 2, 3):
        assert sp.simplify(entry_modulus(group, 2 * k) - haar_moment(f"abs({letter}[1,1])**{2 * k}").as_sympy()) == 0
    s = sp.Symbol("s", positive=True)
    derivative = sp.diff(entry_modulus(group, s, 5), s).subs(s, 0) * 2
    assert sp.simplify(derivative - entry_log(group, 5)) == 0
    eigenvalues = [1] + [0] * (4 if group == "orthogonal" else 9)
    if group == "orthogonal":
        assert mpmath.almosteq(value_of(entry_log(group, 5)).value(20), expected_log(eigenvalues).value(20), 1e-15)


@pytest.mark.parametrize(("group", "letter", "adjoint"), [("orthogonal", "O", "T"), ("unitary", "U", "H")])
@pytest.mark.parametrize(("p", "q"), [(1, 1), (1, 2), (2, 2), (2, 3)])
def test_determinants_of_corners_against_moments(group, letter, adjoint, p, q):
    """The law is a product of Beta laws: its second moment of det A A* from the entries, its mean log from the same parameters."""
    n, b = 4, sp.Rational(1, 2) if group == "orthogonal" else 1
    moment = sp.Integer(1)
    for i in range(p):
        a = (q - i) * b
        moment *= sp.gamma(a + 1) / sp.gamma(a) * sp.gamma(a + (n - q) * b) / sp.gamma(a + (n - q) * b + 1)
    rows = ["+".join(f"{letter}[1,{j}]*conj({letter}[{i},{j}])" for j in range(1, q + 1)) for i in (1, 2)]
    second = "+".join(f"{letter}[2,{j}]*conj({letter}[2,{j}])" for j in range(1, q + 1))
    text = rows[0] if p == 1 else f"({rows[0]})*({second}) - ({rows[1]})*conj({rows[1]})"
    text = text.replace("conj(O", "(O") if letter == "O" else text
    text = text.replace("conj(", "(") if letter == "O" else text
    value = haar_moment(text, n)
    assert sp.simplify(moment - sp.Rational(value.numerator, value.denominator)) == 0
    s = sp.Symbol("s", positive=True)
    general = sp.Integer(0)
    for i in range(p):
        a = (q - i) * b
        general += sp.loggamma(a + s) - sp.loggamma(a + (n - q) * b + s)
    assert sp.simplify(sp.diff(general, s).subs(s, 0) - corner_log_determinant(group, p, q, n)) == 0


def test_more_determinants():
    assert corner_log_determinant("unitary", 3, 5, 5) == 0
    # det of G G^T for one row is a chi-square; large products grow like the sum of logs.
    assert sp.simplify(wishart_log_determinant("real", 1, 1) - (sp.digamma(sp.Rational(1, 2)) + sp.log(2))) == 0
    # G = R Q with Q a frame: log det G G^T of a corner is that of Wishart minus that of its square root factor.
    for p, q, n in ((2, 3, 6), (3, 3, 5)):
        difference = wishart_log_determinant("real", p, q) - wishart_log_determinant("real", p, n)
        assert sp.simplify(difference - corner_log_determinant("orthogonal", p, q, n)) == 0


def test_entropies():
    """Page's sum sum_{k=n+1}^{mn} 1/k - (m-1)/(2n); a row: -E sum p log p by the derivative of E sum p^s at 1."""
    for m, n in ((2, 2), (2, 5), (3, 4)):
        harmonic = sum(Fraction(1, k) for k in range(n + 1, m * n + 1)) - Fraction(m - 1, 2 * n)
        assert page_entropy(m, n) == sp.Rational(harmonic.numerator, harmonic.denominator)
    s = sp.Symbol("s", positive=True)
    for group in ("orthogonal", "unitary"):
        for n in (2, 5):
            derivative = sp.diff(n * entry_modulus(group, 2 * s, n), s).subs(s, 1)
            assert sp.simplify(entropy_of_a_row(group, n) + derivative) == 0


def test_purities():
    """Lubkin 1978; k = 3: (m^2 + 3mn + n^2 + 1)/((mn+1)(mn+2)); a product state has purity 1."""
    m, n = sp.symbols("m n")
    assert sp.simplify(purity(m, n) - (m + n) / (m * n + 1)) == 0
    assert sp.simplify(purity(m, n, 3) - (m**2 + 3 * m * n + n**2 + 1) / ((m * n + 1) * (m * n + 2))) == 0
    assert [purity(1, 5, k) for k in (1, 2, 4)] == [1, 1, 1]
    two = haar_moment("abs(U[1,1])**4 + abs(U[1,2])**4 + 2*abs(U[1,1]*U[1,2])**2", 2)
    assert purity(2, 1) == two == 1


@pytest.mark.parametrize("spectrum", [[1, -1], [1, 1, -1], [2, -1, -1, 3], [0, 0, 1, -2], [Fraction(1, 2), 5, -3]])
def test_modulus_of_an_observable(spectrum):
    """E|Q| = 2 E max(Q, 0) - E Q, the first for different eigenvalues a sum over the positive ones; nonnegative A has E|Q| = E Q."""
    n = len(spectrum)
    exact = modulus_of_an_observable(spectrum)
    square = quadratic_form_moment("unitary", spectrum, 2)
    assert exact**2 <= square
    if len(set(spectrum)) == n:
        positive = sum(
            x**n / (factorial(n) * _others(x, spectrum)) for x in map(Fraction, spectrum) if x > 0
        ) * factorial(n - 1)
        assert exact == 2 * positive - Fraction(sum(map(Fraction, spectrum))) / n
    assert modulus_of_an_observable([abs(x) for x in spectrum]) == Fraction(sum(abs(Fraction(x)) for x in spectrum)) / n


def _others(x, spectrum):
    result = Fraction(1)
    for y in map(Fraction, spectrum):
        if y != x:
            result *= x - y
    return result


@pytest.mark.parametrize("group", ["orthogonal", "unitary"])
def test_ratios(group):
    letter = "O" if group == "orthogonal" else "U"
    # c = 0 is a moment; summing the numerator over J lowers c by one.
    moment = haar_moment(f"abs({letter}[1,1])**4*abs({letter}[1,2])**2").as_sympy()
    assert sp.simplify(row_ratio(group, {1: 2, 2: 1}, [1, 2], 0) - moment) == 0
    assert sp.simplify(row_ratio(group, {1: 2, 3: 1}, [1, 2], 0) - moment) == 0
    total = row_ratio(group, {1: 2}, [1, 2], 1) + row_ratio(group, {1: 1, 2: 1}, [1, 2], 1)
    assert sp.simplify(total - haar_moment(f"abs({letter}[1,1])**2").as_sympy()) == 0


@pytest.mark.parametrize(
    ("a", "b"),
    [([1, 0], [1, 0]), ([2, -1], [1, 3]), ([1, 0, 0], [1, 2, 0]), ([1, 1, 0], [1, 0, 0]), ([2, 1, 0], [1, -1, 0])],
)
def test_hciz_against_its_series(a, b):
    """sum_k E tr(A U B U*)^k / k! by characters, at small eigenvalues; a bounded remainder."""
    n, scale, terms = len(a), 8, 7
    value = value_of(hciz([sp.Rational(x, scale) for x in a], b)).value(20)
    first, second = sp.diag(*a) / scale, sp.diag(*b)
    total = mpmath.mpf(1)
    for k in range(1, terms):
        term = trace_moment(f"tr(U*A*U.H*B)**{k}", n).evaluate({"A": first, "B": second})
        total += mpmath.mpf(int(term.p)) / int(term.q) / mpmath.factorial(k)
    largest = mpmath.mpf(max(abs(x * y) for x in a for y in b)) * n / scale
    assert abs(value - total) <= largest**terms / mpmath.factorial(terms) * mpmath.exp(largest)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: entry_log("symplectic"), "orthogonal or the unitary"),
        (lambda: entry_log("unitary", 0), "dimension >= 1"),
        (lambda: entry_modulus("orthogonal", -1), "power > -1"),
        (lambda: corner_log_determinant("unitary", 3, 2, 5), "rows <= columns"),
        (lambda: corner_log_determinant("unitary", 2, 6, 5), "columns <= dimension"),
        (lambda: wishart_log_determinant("quaternion", 1, 1), "real or complex"),
        (lambda: page_entropy(3, 2), "small <= large"),
        (lambda: purity(2, 2, 0), "power >= 1"),
        (lambda: row_ratio("unitary", {1: 1}, [1, 1], 1), "different columns"),
        (lambda: row_ratio("unitary", {1: 1}, [2], 1), "finite mean"),
        (lambda: hciz([1], [1, 2]), "one length"),
        (lambda: value_of(d), "without names"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_catalan_numbers_as_purities():
    """m = n large: E tr rho^k n^{k-1} -> Catalan."""
    n = sp.Symbol("n")
    for k in (2, 3, 4):
        assert sp.limit(purity(n, n, k) * n ** (k - 1), n, sp.oo) == comb(2 * k, k) // (k + 1)
