"""Open legs against traces with test matrices, and against the commutant."""

import pytest
from sympy import Matrix, Rational

from theory.haar.matrix_moment import matrix_moment, tensor_moment
from theory.haar.trace import trace_moment


@pytest.mark.parametrize(
    "text",
    ["U*A*U.H", "U**2*A*U.H**2", "O*A*O.T*B*O*A.T*O.T", "O**2*A*O**2", "U*A*U.T*B*U.C*U.H", "G*A*G*B", "O*A*O - A/2"],
)
@pytest.mark.parametrize("d", [2, 3])
def test_a_matrix_paired_with_a_test_matrix_is_a_trace(text, d):
    a = Matrix(d, d, lambda i, j: (i + 1) * (j - 2) + i**2)
    b = Matrix(d, d, lambda i, j: 1 + i - 3 * j)
    test = Matrix(d, d, lambda i, j: i * j - 2 + j)
    names = {"A": a, "B": b, "Y": test}
    moment = matrix_moment(text, d)
    total = 0
    for words, word, c in moment.terms:
        value = Rational(c.numerator, c.denominator)
        for w in words:
            value *= _matrix(w, names, d).trace()
        total += value * (_matrix(word, names, d) * test).trace()
    assert (total - trace_moment(f"tr(({text})*Y)", d).evaluate(names)).expand() == 0


def _matrix(word, names, d):
    result = Matrix.eye(d)
    for x in word:
        factor = names[x.name].T if x.transposed else names[x.name]
        result *= factor.conjugate() if x.conjugated else factor
    return result


def test_the_twirl_of_a_state_is_the_symmetric_projector():
    """E (U|m><m|U*)^{(x) t} = sum of permutations / (d (d+1) ... (d+t-1))."""
    twirl = tensor_moment("U*P*U.H", "U*P*U.H", "U*P*U.H", let={"P": "state"})
    assert len(twirl.terms) == 6
    assert {str(c) for _, c in twirl.terms} == {"1/(d*(d + 1)*(d + 2))"}


def test_bad_input():
    with pytest.raises(ValueError, match="at least one factor"):
        tensor_moment()
    with pytest.raises(ValueError, match="inside tr"):
        matrix_moment("tr(O)*A")
