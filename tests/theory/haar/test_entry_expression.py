import pytest
from sympy import Rational

from theory.haar.entry_expression import parse_entry_polynomial


def test_conjugates_and_powers():
    terms = dict(parse_entry_polynomial("3*abs(U[1,2])**4 - U[1,1]*conj(U[2,1])**2/2").terms)
    assert terms == {(((-1, -2), 2), ((1, 2), 2)): 3, (((-2, -1), 2), ((1, 1), 1)): -Rational(1, 2)}


def test_symplectic_labels_with_and_without_a_dimension():
    symbolic = parse_entry_polynomial("S[1,n+2]*conj(S[1,n+2])").terms
    assert symbolic == parse_entry_polynomial("S[1,4]*conj(S[1,4])", 4).terms
    assert symbolic == (((((-1, 2), 1), ((1, -2), 1)), -1),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "needs an expression"),
        ("1", "at least one entry"),
        ("a*b", "at least one entry"),
        ("O[1,1]*U[1,1]", "entries of one group only"),
        ("Q[1,1]", "entries of O, U or S"),
        ("O[1]", "entries such as"),
        ("O[1,2,3]", "entries such as"),
        ("O[0,1]", "index >= 1"),
        ("O[-1,1]", "positive integers"),
        ("O[1.0,1]", "positive integers"),
        ("O[i,1]", "positive integers"),
        ("O[n+1,1]", "positive integers"),
        ("O[1,1]**-1", "exponents that are integers >= 0"),
        ("O[1,1]**a", "exponents that are integers >= 0"),
        ("O[1,1]**0.5", "exponents that are integers >= 0"),
        ("O[1,1]/O[1,2]", "a divisor that is a number"),
        ("O[1,1]/0", "a divisor that is a number"),
        ("abs(O[1,1])", "conj"),
        ("abs(O[1,1])**3", "even power"),
        ("I*U[1,1]", "real coefficients"),
        ("O + O[1,1]", "two indices"),
        ("exp(O[1,1])", "conj"),
        ("O[1,1].real", "conj"),
        ("O[1,1] @ O[1,2]", "got '@'"),
        ("O[1,1]; 2", "got ';'"),
        ("__import__('os')", 'got "\'"'),
        ("lambda: O[1,1]", "got ':'"),
        ("O[1,1] if O[1,1] else 2", "conj"),
        ("(O[1,1]", "one expression"),
        ("O[1,1]" + "*O[1,1]" * 3000, "at most 20000 characters"),
        ("(" * 60 + "O[1,1]" + ")" * 60, "nesting"),
        ("O[1,1]**2001", "degree and exponent at most 2000"),
        ("(O[1,1]**2000)**2000", "degree and exponent at most 2000"),
        ("O[1,1]*((2**2000)**2000)**2000", "moderate size"),
        ("(O[1,1]+O[1,2]+O[1,3]+O[1,4]+O[1,5]+O[1,6]+O[1,7]+O[1,8])**40", "at most 5000 terms"),
    ],
)
def test_malformed_text(text, message):
    with pytest.raises(ValueError, match=message) as error:
        parse_entry_polynomial(text)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "dimension", "message"),
    [
        ("O[1,4]", 3, "indices from 1 to the dimension 3"),
        ("S[5,1]", 4, "indices from 1 to the dimension 4"),
        ("S[n+3,1]", 4, "indices from 1 to"),
        ("S[1,1]", 3, "even dimension"),
        ("U[1,1]", 0, "dimension >= 1"),
    ],
)
def test_indices_are_checked_against_the_dimension(text, dimension, message):
    with pytest.raises(ValueError, match=message):
        parse_entry_polynomial(text, dimension)


def test_not_a_text():
    with pytest.raises(TypeError, match="text"):
        parse_entry_polynomial(3)
