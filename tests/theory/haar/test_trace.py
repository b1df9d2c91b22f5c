"""Averages of traces against entrywise expansion, invariance, known laws of traces and a second derivation."""

from fractions import Fraction
from itertools import permutations, product
from math import factorial

import pytest
from sympy import I, Matrix, Rational, Symbol, eye, sympify

from theory.haar.monomial import haar_moment
from theory.haar.pairing import cycle_type
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
        (
            lambda: trace_moment("tr(D*U*D*U.H)", let={"D": "diagonal"}).evaluate({"D": A}),
            ValueError,
            "a diagonal matrix",
        ),
        (
            lambda: trace_moment("tr(D*U*B*U.H)", let={"D": "rank one"}).evaluate({"D": A, "B": B}),
            ValueError,
            "rank one",
        ),
        (lambda: trace_moment("tr(CSE*A*CSE.H*B)").evaluate({"A": eye(3), "B": eye(3)}), ValueError, "even size"),
        (lambda: trace_moment("tr(O)**2").at(0), ValueError, "dimension >= 1"),
        (lambda: trace_moment("tr(O)**2", 3).at(4), ValueError, "a symbolic result or d = 3"),
        (
            lambda: trace_moment("tr(P*U*A*U.H)", let={"P": "projector"}).evaluate({"P": A, "A": B}),
            ValueError,
            "hermitian matrix",
        ),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    ("text", "matrix", "truth"),
    [
        ("tr(U)**2*tr(U.H)**2*tr(A)", [[1]], 1),
        ("tr(O)**4*tr(A)", [[1]], 1),
        ("tr(U)**3*tr(U.H)**3*tr(A)", [[1, 0], [0, 0]], 5),
        ("tr(U**2)*tr(U.H**2)*tr(A)", [[1]], 1),
    ],
)
def test_a_symbolic_result_below_its_order_is_computed_anew(text, matrix, truth):
    """|tr U|^4 = 1 on U(1), E |tr U|^6 = 5 on U(2): Catalan numbers; the symbolic coefficient is another number."""
    moment = trace_moment(text)
    assert moment.evaluate({"A": matrix}) == truth
    assert (moment * 2 - moment / 1).evaluate({"A": matrix}) == truth
    with pytest.raises(ValueError, match="needs a dimension >="):
        moment.terms[0][1](1)


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize(("adjoint", "name", "order"), [("U.H", "U", 3), ("O.T", "O", 2)])
def test_characters_and_zonal_polynomials_against_pairs_of_pairings(adjoint, name, order, k, d):
    """The same matrix under two names is not recognised as one: the general route answers, to be put together."""
    text = f"tr(({name}*A*{adjoint}*B)**{k})"
    apart = "*".join(f"{name}*A{i}*{adjoint}*B{i}" for i in range(k))
    first = Matrix(d, d, lambda i, j: (i + 1) * (j + 1) + 2 * (i == j))
    second = Matrix(d, d, lambda i, j: i + j - 3 * (i == j))
    names = {f"A{i}": first for i in range(k)} | {f"B{i}": second for i in range(k)}
    expected = trace_moment(f"tr({apart})", d).evaluate(names)
    for symmetric in ((), ("A",), ("B",), ("A", "B")):
        assert trace_moment(text, d, symmetric=symmetric).evaluate({"A": first, "B": second}) == expected
        assert trace_moment(text, symmetric=symmetric).evaluate({"A": first, "B": second}) == expected


def test_independent_matrices_are_averaged_one_after_the_other():
    assert str(trace_moment("tr(U*A*V*B*U.H*V.H)")) == "(1/d**2)*tr(A*B)"
    # O1 O2 is a Haar matrix again.
    assert trace_moment("tr((O1*O2*A*O2.T*O1.T*B)**2)") == trace_moment("tr((O*A*O.T*B)**2)")
    assert trace_moment("tr(O1*O2)**6") == 15
    # A Gaussian matrix is rotation invariant: a Haar matrix in front changes nothing.
    assert trace_moment("tr((O*G*A*G.T*O.T*B)**2)") == trace_moment("tr((G*A*G.T*B)**2)")


@pytest.mark.parametrize("k", range(1, 6))
def test_wishart_and_gue_against_permutations(k):
    """Complex Wishart: sum over permutations of m^cycles n^cycles (Hanlon, Stanley, Stembridge 1992); GUE: the recursion of Harer and Zagier."""
    m, n, d = Symbol("m"), Symbol("n"), Symbol("d")
    total = 0
    for p in permutations(range(k)):
        turned = [p[(i + 1) % k] for i in range(k)]
        total += m ** len(cycle_type(p)) * n ** len(cycle_type(turned))
    moment = trace_moment(f"tr((Z*Z.H)**{k})", let={"Z": "complex normal(m,n)"})
    assert (moment.as_sympy() - total).expand() == 0
    known = [d, d**2]
    for j in range(2, k + 1):
        known.append(
            (4 * j - 2) * d / (j + 1) * known[-1] + (j - 1) * (2 * j - 1) * (2 * j - 3) / sympify(j + 1) * known[-2]
        )
    assert (trace_moment(f"tr(GUE**{2 * k})").as_sympy() - known[k]).expand() == 0


def test_goe_is_a_symmetrised_normal_matrix():
    """(G + G^T)/sqrt(2) has variance 1 off the diagonal and 2 on it."""
    for k in (1, 2, 3):
        assert trace_moment(f"tr(GOE**{2 * k})") == trace_moment(f"tr((G + G.T)**{2 * k})/{2**k}")


@pytest.mark.parametrize(
    ("text", "d"),
    [
        *((text, d) for text in ("tr(S*A*S.H*B)", "tr(S*A)*tr(S.H*B)", "tr(S*A*S*B)") for d in (2, 4)),
        *((text, 2) for text in ("tr(S*A*S.H*B)**2", "tr(S)**4", "tr(S**2)**2")),
    ],
)
def test_symplectic_traces_against_entries(text, d):
    """Expand in the entries of S, S.H = J^T S^T J, and average each monomial by the entry engine."""
    first = Matrix(d, d, lambda i, j: (i + 1) * (j - 1) + 2 * (i == j))
    second = Matrix(d, d, lambda i, j: i - 2 * j + 3 * (i == j))
    words = [w for (ws, _) in [max(parse_trace_expression(text).terms)] for w in ws]
    half = d // 2
    j = Matrix(d, d, lambda a, b: (b == a + half) - (a == b + half))
    total = sympify(0)
    letters = [x for w in words for x in w]
    ends, start = [], 0
    for w in words:
        ends += [(start + n, start + (n + 1) % len(w)) for n in range(len(w))]
        start += len(w)
    for indices in product(range(d), repeat=len(letters)):
        factor, entries = sympify(1), []
        for x, (left, right) in zip(letters, ends, strict=True):
            a, b = indices[left], indices[right]
            if x.name == "S" and not x.transposed:
                entries.append(f"S[{a + 1},{b + 1}]")
            elif x.name == "S":
                entries.append(f"conj(S[{b + 1},{a + 1}])")
            else:
                table = {"A": first, "B": second}[x.name]
                factor *= (-j * table.T * j if x.transposed else table)[a, b]
        if factor:
            value = haar_moment("*".join(entries), d)
            total += factor * Rational(value.numerator, value.denominator)
    used = {n: m for n, m in (("A", first), ("B", second)) if n in text} or {"A": first}
    for moment in (trace_moment(text, d), trace_moment(text)):
        assert (moment.evaluate(used) if len(used) > 1 or "A" in text else moment.at(d).as_sympy()) == total


def test_circular_ensembles():
    """Matsumoto 2012: E |V_11|^2 = 2/(d + 1) for the COE; the trace of V B V* is that of B."""
    unit = {"E": "state"}
    assert str(trace_moment("tr(COE*E*COE.H*E)", let=unit | {"tr(E*E.T)": 1}).as_sympy()) == "2/(d + 1)"
    for ensemble in ("COE", "CSE"):
        assert str(trace_moment(f"tr({ensemble}*B*{ensemble}.H)")) == "(1)*tr(B)"


def test_circular_symplectic_ensemble_by_its_definition():
    """CSE = U J U^T J^{-1}, J given as a fixed matrix."""
    form = Matrix(4, 4, lambda i, j: (j == i + 2) - (i == j + 2))
    first, second = Matrix(4, 4, lambda i, j: i * j - 2 + i), Matrix(4, 4, lambda i, j: 2 * i - j + (i == j))
    names = {"A": first, "B": second}
    for left, right in (("A", "B"), ("A*B", "I"), ("I", "A")):
        expected = trace_moment(f"tr(U*K*U.T*K.T*{left}*(U*K*U.T*K.T).H*{right})").evaluate(names | {"K": form})
        assert trace_moment(f"tr(CSE*{left}*CSE.H*{right})").evaluate(names) == expected
        assert trace_moment(f"tr(CSE*{left}*CSE.H*{right})", 4).evaluate(names) == expected


def test_arithmetic_latex_and_substitution():
    first = trace_moment("tr(O*A)**2")
    assert first - first == 0
    assert (first + 1) * 2 - 2 == 2 * first
    assert str(first**2) == "(1/d**2)*tr(A*A.T)*tr(A*A.T)"
    assert first.latex() == r"\frac{1}{d}\, \operatorname{tr}(A A^{\top})"
    assert str(first.at(3)) == "(1/3)*tr(A*A.T)"
    assert sympify(trace_moment("tr(O)**2")) == 1
    assert str(trace_moment("tr(Q*A*Q.T*B)", let={"Q": "frame(n)", "A": "matrix(n,n)"})) == "(1/d)*tr(A)*tr(B)"


@pytest.mark.parametrize(
    ("text", "value"), [("abs(tr(U))**100", factorial(50)), ("tr(O)**100", factorial(100) // (2**50 * factorial(50)))]
)
def test_traces_to_degree_one_hundred(text, value):
    assert trace_moment(text) == value
    assert trace_moment(text, 1) == 1


def test_traces_below_the_order_against_enumeration():
    """O(2) has E tr(O)^{2k} = C(2k, k)/2 (Weyl); Sp(2) = SU(2) Catalan numbers; pure words of mixed lengths by pairings."""
    for k in range(1, 7):
        assert trace_moment(f"tr(O)**{2 * k}", 2) == factorial(2 * k) // factorial(k) ** 2 // 2 * (2 if k == 0 else 1)
        assert trace_moment(f"tr(S)**{2 * k}", 2) == factorial(2 * k) // factorial(k) ** 2 // (k + 1)
    for text in ("tr(O**2)*tr(O)**2", "tr(O**3)*tr(O)", "tr(U**2)*tr(U)*tr(U.H)**3", "tr(O**2)**2"):
        for d in (1, 2, 3):
            split = (
                text.replace("O", "(O*A)").replace("U.H", "(U.H*B)").replace("U**", "(U*A)**").replace("(U)", "(U*A)")
            )
            value = trace_moment(split, d)
            one = [[int(i == j) for j in range(d)] for i in range(d)]
            assert trace_moment(text, d) == Fraction(int(value.evaluate({"A": one, "B": one})))
