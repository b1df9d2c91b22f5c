import pytest

from theory.haar.trace_expression import parse_trace_expression


def shown(text, **options):
    expression = parse_trace_expression(text, **options)
    return {" ".join(map(expression.algebra.text, words)): coefficient for words, coefficient in expression.terms}


def test_words_multiply_without_commuting_and_traces_commute():
    assert shown("tr(O*A)*tr(B) - tr(B)*tr(O*A) + tr(O)") == {"tr(O)": 1}
    assert shown("tr((O + A)**2)") == {"tr(O*O)": 1, "tr(A*O)": 2, "tr(A*A)": 1}
    assert shown("tr((O*A).T)/2") == {"tr(A*O)": 0.5}


def test_transposes_adjoints_and_conjugates():
    assert shown("tr((U*A).H*B.C)") == {"tr(A.C*B.H*U.C)": 1}
    assert shown("tr(O.H*A.H.T*B.C)") == {"tr(A*B*O.T)": 1}
    assert shown("tr(U.H.T*A.T)", symmetric=["A"]) == {"tr(A*U.C)": 1}
    assert shown("3*tr(O.T.T)**2 - 1") == {"tr(O) tr(O)": 3, "": -1}


def test_scalars_the_dimension_the_identity_and_moduli():
    assert shown("abs(tr(U))**4") == shown("tr(U)**2*conj(tr(U))**2")
    assert shown("tr(O*A)/d + a*tr(a*I)") == {"tr(A*O) d**-1": 1, "a**2 d": 1}
    assert shown("tr(O*I*A/d)") == shown("tr(O*A)/d")
    assert shown("n*tr(O)/(2*n)") == {"tr(O)": 0.5}


def test_what_cancels_and_what_is_equal_is_merged():
    assert shown("tr(O*A*O.T) + tr(U*U.H)") == {"tr(A)": 1, "d": 1}
    assert set(shown("tr((O + O.T)**6)")) == {"d", "tr(O*O)", "tr(O*O*O*O)", "tr(O*O*O*O*O*O)"}


@pytest.mark.parametrize(
    ("text", "let", "expected"),
    [
        ("tr(P*U*P*A*P)", {"P": "projector(n)"}, {"tr(A*P*U*P)": 1}),
        ("tr(P*A*P*B)", {"P": "state", "O": "orthogonal"}, {"tr(A*P) tr(B*P)": 1}),
        ("tr(P*O*P.T*A)", {"P": "state"}, {"tr(A*P) tr(O*P)": 1}),
        ("tr(R*A*R.T)", {"R": "rank one", "O": "orthogonal"}, {"tr(A*R.T*R)": 1}),
        ("tr(D*E*U*E*D)", {"D,E": "diagonal"}, {"tr(D*D*E*E*U)": 1}),
        ("tr(A.C*B)", {"A": "hermitian", "U": "unitary"}, {"tr(A*B.T)": 1}),
        ("tr(A*A) + tr(A)", {"tr(A**2)": "3*n", "A": "traceless", "O": "orthogonal"}, {"n": 3}),
        ("tr(A*A.T)", {"A": "matrix(m,n)", "O": "orthogonal"}, {"tr(A*A.T)": 1}),
        ("tr(Q.T*Q)", {"Q": "frame(n)"}, {"n": 1}),
        ("tr(K*W)", {"K": "identity", "W": "goe"}, {"tr(W)": 1}),
    ],
)
def test_declared_matrices(text, let, expected):
    assert shown(text, let=let) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "needs an expression"),
        ("tr(A)", "a Haar matrix O or U"),
        ("O*tr(O)", "numbers, scalar names, tr"),
        ("tr(O, A)", "numbers, scalar names, tr"),
        ("det(O)*tr(O)", "numbers, scalar names, tr"),
        ("tr(O/A)", "numbers, scalar names, tr"),
        ("abs(tr(U))**3", "even power"),
        ("tr(S*O)", "symplectic matrices alone"),
        ("tr(S.T)", ".D and S.H"),
        ("tr(O.D)", ".D and S.H"),
        ("tr(O.I)", "inside tr"),
        ("tr(O[1,1])", "inside tr"),
        ("tr(tr(O))", "inside tr"),
        ("tr(O)/tr(O)", "a divisor"),
        ("tr(O)/0", "a divisor"),
        ("tr(O)**-1", "exponents"),
        ("tr(O**A)", "exponents"),
        ("tr(O)**201", "exponents of at most"),
        ("tr(O**200*O**200)", "degree 200"),
        ("tr((O+A+B+C+E+F)**9)", "at most 20000 terms"),
        ("+".join(["tr(O)"] * 4000), "at most 20000 characters"),
        ("tr(O)*((9**99)**99)**99", "moderate size"),
        ("__import__('os')", 'got "\'"'),
    ],
)
def test_malformed_text(text, message):
    with pytest.raises(ValueError, match=message):
        parse_trace_expression(text)


@pytest.mark.parametrize(
    ("let", "message"),
    [
        ({"A": "orthogonl"}, "a kind out of"),
        ({"A": "projector(0)"}, "names or positive integers"),
        ({"A": "projector(m,n)"}, "a kind out of"),
        ({"d": "symmetric"}, "name of a matrix"),
        ({"tr(A*B)*tr(A)": 1}, "one trace of a word"),
        ({"tr(A)": "tr(B)"}, "numbers and names"),
        ({"A": "matrix(m,n)", "B": "matrix(m,n)"}, "shapes that fit"),
    ],
)
def test_wrong_declarations(let, message):
    with pytest.raises(ValueError, match=message):
        parse_trace_expression("tr(A*B*U)", let=let)


def test_symmetric_is_a_collection_of_names_of_fixed_matrices():
    with pytest.raises(TypeError, match="collection of names"):
        parse_trace_expression("tr(O*A)", symmetric="A")
    with pytest.raises(ValueError, match="fixed matrices as symmetric"):
        parse_trace_expression("tr(O*A)", symmetric=["O"])
    with pytest.raises(TypeError, match="text"):
        parse_trace_expression(3)
