"""Traces of matrices of determinant 1: known sequences, the whole group below degree d, entries as a second route."""

from itertools import product
from math import comb

import pytest

from theory.haar.monomial import haar_moment
from theory.haar.trace import trace_moment


def moment(text: str, dimension: int) -> int:
    found = trace_moment(text, dimension)
    return int(found.terms[0][1]) if found.terms else 0


def test_moments_of_the_trace_on_so3_are_the_riordan_numbers():
    assert [moment(f"tr(SO)**{k}", 3) for k in range(1, 10)] == [0, 1, 1, 3, 6, 15, 36, 91, 232]  # OEIS A005043


def test_moments_of_the_trace_on_so2_are_central_binomial_coefficients():
    assert [moment(f"tr(SO)**{2 * k}", 2) for k in range(1, 6)] == [comb(2 * k, k) for k in range(1, 6)]


def test_moments_of_the_trace_on_su2_are_catalan_numbers():
    assert [moment(f"tr(SU)**{2 * k}", 2) for k in range(1, 6)] == [1, 2, 5, 14, 42]


def test_cubes_of_the_trace_on_su3_are_the_three_dimensional_catalan_numbers():
    assert [moment(f"tr(SU)**{3 * k}", 3) for k in range(1, 5)] == [1, 5, 42, 462]  # OEIS A005789


def test_conjugate_traces_are_the_conjugate_moments():
    assert moment("tr(SU.H)**3", 3) == moment("tr(SU)**3", 3) == 1
    assert moment("tr(SU)**5*tr(SU.H)**1", 4) == moment("tr(SU)*tr(SU.H)**5", 4) == 4


@pytest.mark.parametrize(
    ("name", "dimension", "power"), [("SO", 2, 2), ("SO", 3, 3), ("SO", 2, 4), ("SU", 2, 2), ("SU", 2, 4), ("SU", 3, 3)]
)
def test_powers_of_the_trace_are_sums_of_moments_of_entries(name, dimension, power):
    places = product(range(1, dimension + 1), repeat=power)
    expected = sum(haar_moment("*".join(f"{name}[{i},{i}]" for i in place), dimension) for place in places)
    assert moment(f"tr({name})**{power}", dimension) == expected


@pytest.mark.parametrize("word", ["tr({0})**4", "tr({0}**2)*tr({0})**2", "abs(tr({0}))**4"])
def test_the_whole_group_has_the_same_moments_above_the_degree(word):
    assert trace_moment(word.format("SO"), 7) == trace_moment(word.format("O"), 7)
    assert trace_moment(word.format("SU"), 7) == trace_moment(word.format("U"), 7)


def test_a_symbolic_result_says_from_which_dimension_on_it_holds():
    found = trace_moment("tr(SO)**3")
    assert (found.terms, found.least_dimension) == ((), 4)
    assert str(found.at(3)) == "(1)"
    assert trace_moment("tr(SU)**2*tr(SU.H)**2").least_dimension == trace_moment("tr(U)**2*tr(U.H)**2").least_dimension


def test_a_determinant_beside_other_matrices_is_refused():
    assert str(trace_moment("tr(SO*A*SO.T*B)", 3)) == str(trace_moment("tr(O*A*O.T*B)", 3))
    with pytest.raises(ValueError, match="needs d > 2 where SO stands beside other matrices"):
        trace_moment("tr(SO*A)**2", 2)


def test_symplectic_matrices_have_two_names():
    assert trace_moment("tr(Sp)**4", 6) == trace_moment("tr(S)**4", 6)
