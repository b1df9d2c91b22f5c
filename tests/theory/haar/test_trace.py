"""Averages of traces against entrywise expansion, invariance, known laws of traces and a second derivation."""

from fractions import Fraction
from itertools import product
from math import factorial

import pytest
from sympy import I, Matrix, Rational, Symbol, eye, sympify

from theory.haar.monomial import haar_moment
from theory.haar.rational_function import RationalFunction
from theory.haar.sphere import evaluate_power_sums, row_moment
from theory.haar.trace import trace_moment
from theory.haar.trace_expression import parse_trace_expression

A = Matrix([[1, 2], [3, -1]])
B = Matrix([[0, 1], [2, 5]])
C = Matrix([[1, -1], [4, Rational(1, 2)]])


def by_entries(text, matrices, d):
    """Expand every trace in the entries and average each monomial by `haar_moment`."""
    total = sympify(0)
    for words, coefficient in parse_trace_expression(text).terms:
        letters = [letter for word in words for letter in word]
        ends, start = [], 0
        for word in words:
            ends += [(start + n, start + (n + 1) % len(word)) for n in range(len(word))]
            start += len(word)
        for indices in product(range(d), repeat=len(letters)):
            factor, entries = sympify(coefficient), []
            for letter, (left, right) in zip(letters, ends, strict=True):
                i, j = (indices[right], indices[left]) if letter.transposed else (indices[left], indices[right])
                if letter.name in "OU":
                    entry = f"{letter.name}[{i + 1},{j + 1}]"
                    entries.append(f"conj({entry})" if letter.conjugated else entry)
                else:
                    value = matrices[letter.name][i, j]
                    factor *= value.conjugate() if letter.conjugated else value
            if factor:
                value = haar_moment("*".join(entries), d)
                total += factor * Rational(value.numerator, value.denominator)
    return total.expand()


@pytest.mark.parametrize(
    "text",
    [
        "tr(O*A*O.T*B)",
        "tr(O*A*O*B)",
        "tr(O*A)**2",
        "tr(O*A)*tr(O.T*B) - 3*tr(O**2*C)/7",
        "tr(O*A*O.T*B*O*C*O.T)",
        "tr(O*A*O*B)*tr(O)**2",
        "tr(O*A*O.T*B)**2",
        "tr(O*A)**2*tr(O*B)**2",
        "tr(O*A*O*B*O*A*O*B)",
    ],
)
def test_orthogonal_against_entries_below_and_at_the_order(text):
    matrices = {"A": A, "B": B, "C": C}
    used = {name: matrices[name] for name in "ABC" if name in text}
    assert trace_moment(text, 2).evaluate(used or {"A": A}) == by_entries(text, matrices, 2)


@pytest.mark.parametrize(
    "text",
    [
        "tr(U*A*U.H*B)",
        "tr(U*A)*tr(U.H*B)",
        "tr(U*A*U.H*B)**2",
        "tr(U*A*U.T*B)*tr(U.C*A*U.H*C)",
        "tr(U*A*U*B)*tr(U.H*C*U.H)",
    ],
)
def test_unitary_against_entries(text):
    matrices = {"A": A + I * B, "B": B, "C": C - I * A}
    used = {name: matrices[name] for name in "ABC" if name in text}
    assert (trace_moment(text, 2).evaluate(used) - by_entries(text, matrices, 2)).expand() == 0


@pytest.mark.parametrize("d", [3, 4])
def test_symbolic_results_at_integer_dimensions(d):
    matrix = Matrix(d, d, lambda i, j: (i + 1) * (j - 2) + i**2)
    other = Matrix(d, d, lambda i, j: 1 + i - 3 * j)
    for text in ("tr(O*A*O.T*B)**3", "tr(U*A*U.H*B)**3", "tr(O*A*O*B*O.T*A.T*O*B)", "tr(O*A)**2*tr(O*B*O*A)"):
        values = {"A": matrix, "B": other}
        assert trace_moment(text).evaluate(values) == trace_moment(text, d).evaluate(values)


@pytest.mark.parametrize(
    "text", ["tr(O*A*O.T*B)**4", "tr(U*A*U.H*B)**4", "tr(O*A*O.T*B*O*A*O.T*B*O*A*O.T*B*O*A*O.T*B)"]
)
@pytest.mark.parametrize("d", [2, 3, 5])
def test_four_pairs_with_an_identity_inside(text, d):
    """B = I removes the Haar matrix: tr(A)^4 or tr(A^4), in every regime of d, with all cancellations."""
    matrix = Matrix(d, d, lambda i, j: (i + 2) * (j - 1) + i * j)
    expected = (matrix**4).trace() if "B*O*A" in text else matrix.trace() ** 4
    assert trace_moment(text, d).evaluate({"A": matrix, "B": eye(d)}) == expected


def test_moments_of_traces():
    """Diaconis, Evans, Trans. AMS 353 (2001): E |tr U|^{2k} = k! for k <= d; E tr(O)^{2k} = (2k-1)!! for 2k <= d."""
    for k in range(1, 5):
        ((words, value),) = trace_moment(f"tr(U)**{k}*tr(U.H)**{k}").terms
        assert words == ()
        assert value == RationalFunction.constant(factorial(k))
    assert [str(trace_moment(f"tr(O)**{2 * k}")) for k in (1, 2, 3)] == ["(1)", "(3)", "(15)"]
    assert str(trace_moment("tr(U**2)*tr(U.H**2)")) == "(2)"
    assert str(trace_moment("tr(O**2)**2")) == "(3)"
    # Longest increasing subsequences (Rains 1998): E |tr U|^{2k} on U(2) is the Catalan number, on U(1) it is 1.
    for k, catalan in ((1, 1), (2, 2), (3, 5), (4, 14)):
        assert trace_moment(f"tr(U)**{k}*tr(U.H)**{k}", 2).terms[0][1] == catalan
        assert trace_moment(f"tr(U)**{k}*tr(U.H)**{k}", 1).terms[0][1] == 1


@pytest.mark.parametrize("k", [1, 2, 3])
def test_rows_of_a_rotated_spectrum(k):
    """A = e_1 e_1^T: tr(O L O^T A) = (O L O^T)_11, whose moments `sphere` derives from zonal polynomials."""
    spectrum = [1, 5, Fraction(1, 2), 3]
    unit = Matrix(4, 4, lambda i, j: int(i == j == 0))
    diagonal = Matrix(4, 4, lambda i, j: Rational(spectrum[i]) if i == j else 0)
    for haar, adjoint, group in (("O", "O.T", "orthogonal"), ("U", "U.H", "unitary")):
        result = trace_moment(f"tr({haar}*L*{adjoint}*A)**{k}", symmetric={"A", "L"})
        expected = evaluate_power_sums(row_moment(group, [k]), spectrum)
        assert result.evaluate({"A": unit, "L": diagonal}) == Rational(expected.numerator, expected.denominator)


def test_gaussian_limit_of_leading_order():
    """E tr(O A O^T B)^2 -> (tr A tr B / d)^2: leading term of the coefficient of tr(A)^2 tr(B)^2."""
    result = dict(trace_moment("tr(O*A*O.T*B)**2", symmetric={"A", "B"}).terms)
    (leading,) = [c for words, c in result.items() if len(words) == 4]
    assert leading.expansion(1) == (2, (1,))
    d = Symbol("d")
    assert (leading.as_sympy() - (d + 1) / (d * (d - 1) * (d + 2))).cancel() == 0


def test_terms_without_haar_matrix_and_zero():
    assert str(trace_moment("tr(A)*tr(O)**2 + 2*tr(B*A.T) + 1")) == "(1)*tr(A) + (2)*tr(A*B.T) + (1)"
    assert str(trace_moment("tr(O)")) == "0"
    assert str(trace_moment("tr(O*O.T)")) == "(d)"
    assert trace_moment("tr(U)**2").terms == ()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: trace_moment("tr(O)", 0), ValueError, "dimension >= 1"),
        (lambda: trace_moment("tr(O)", 2.0), TypeError, "integer dimension or None"),
        (lambda: trace_moment(5), TypeError, "text"),
        (lambda: trace_moment("tr(O*A)**2").evaluate({}), ValueError, "none for 'A'"),
        (lambda: trace_moment("tr(O*A)**2").evaluate({"A": [[1, 2]]}), ValueError, "square matrices of one size"),
        (lambda: trace_moment("tr(O*A)**2", 3).evaluate({"A": A}), ValueError, "square matrices of one size"),
        (
            lambda: trace_moment("tr(O*A)**2", symmetric=["A"]).evaluate({"A": A}),
            ValueError,
            "symmetric matrix for 'A'",
        ),
        (lambda: trace_moment("tr(O*A)**6").evaluate({"A": A}), ValueError, "no pole"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
