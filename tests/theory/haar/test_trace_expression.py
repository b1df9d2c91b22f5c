import pytest

from theory.haar.trace_expression import parse_trace_expression


def shown(text, **options):
    return {
        tuple("*".join(map(str, word)) for word in words): coefficient
        for words, coefficient in parse_trace_expression(text, **options).terms
    }


def test_words_multiply_without_commuting_and_traces_commute():
    assert shown("tr(O*A)*tr(B) - tr(B)*tr(O*A) + tr(O)") == {("O",): 1}
    assert shown("tr((O + A)**2)") == {("O*O",): 1, ("O*A",): 1, ("A*O",): 1, ("A*A",): 1}
    assert shown("tr((O*A).T)/2") == {("A.T*O.T",): 0.5}


def test_transposes_adjoints_and_conjugates():
    assert shown("tr((U*A).H*B.C)") == {("A.H*U.H*B.C",): 1}
    assert shown("tr(O.H*A.H.T*B.C)") == {("O.T*A*B",): 1}
    assert shown("tr(U.H.T*A.T)", symmetric=["A"]) == {("U.C*A",): 1}
    assert shown("3*tr(O.T.T)**2 - 1") == {("O", "O"): 3, (): -1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "needs an expression"),
        ("tr(A)", "a Haar matrix O or U"),
        ("tr(O*U)", "one Haar matrix"),
        ("O", "numbers, tr"),
        ("tr(O)*A", "numbers, tr"),
        ("tr(O, A)", "numbers, tr"),
        ("det(O)", "numbers, tr"),
        ("tr(O/A)", "inside tr"),
        ("tr(O.I)", "inside tr"),
        ("tr(O[1,1])", "inside tr"),
        ("tr(tr(O))", "inside tr"),
        ("tr(S*O)", "S is reserved"),
        ("tr(O)/tr(O)", "a divisor"),
        ("tr(O)/0", "a divisor"),
        ("tr(O)**-1", "exponents"),
        ("tr(O**A)", "exponents"),
        ("tr(O)**201", "exponents of at most"),
        ("tr(O**200*O**200)", "degree 200"),
        ("tr((O+A+B+C+E+F)**9)", "at most 20000 terms"),
        ("tr(O)*((9**99)**99)**99", "moderate size"),
        ("__import__('os')", 'got "\'"'),
    ],
)
def test_malformed_text(text, message):
    with pytest.raises(ValueError, match=message):
        parse_trace_expression(text)


def test_symmetric_is_a_collection_of_names_of_fixed_matrices():
    with pytest.raises(TypeError, match="collection of names"):
        parse_trace_expression("tr(O*A)", symmetric="A")
    with pytest.raises(ValueError, match="fixed matrices as symmetric"):
        parse_trace_expression("tr(O*A)", symmetric=["O"])
    with pytest.raises(TypeError, match="text"):
        parse_trace_expression(3)
