"""Haar moments against the defining relations of the groups, closed forms and haarpy."""

from fractions import Fraction
from itertools import permutations
from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Integer, Symbol, cancel

from theory.haar.entry_expression import parse_entry_polynomial
from theory.haar.monomial import haar_moment, moment_as_json, monomial_moment
from theory.haar.rational_function import RationalFunction

entry = st.tuples(st.integers(1, 3), st.integers(1, 3))
squares = st.lists(entry, max_size=2)
index = st.integers(1, 3)


@settings(deadline=None, max_examples=60)
@given(squares, st.integers(3, 5), index, index, index, st.booleans())
def test_rows_and_columns_of_an_orthogonal_matrix_are_orthonormal(entries, d, a, b, x, rows):
    """E[m sum_j O_aj O_bj] = delta_ab E[m] for monomials m with O_ax O_bx as a factor; d below the order included."""
    m = "*".join(
        [*(f"O[{i},{j}]**2" for i, j in entries), f"O[{a},{x}]*O[{b},{x}]" if rows else f"O[{x},{a}]*O[{x},{b}]"]
    )
    relation = "+".join(f"O[{a},{j}]*O[{b},{j}]" if rows else f"O[{j},{a}]*O[{j},{b}]" for j in range(1, d + 1))
    left = haar_moment(f"{m}*({relation})", d)
    assert left == (haar_moment(m, d) if a == b else 0)
    assert haar_moment(f"({m})**2", d) > 0


@settings(deadline=None, max_examples=60)
@given(squares, st.integers(3, 4), index, index, index)
def test_rows_of_a_unitary_matrix_are_orthonormal(entries, d, a, b, x):
    m = "*".join([*(f"abs(U[{i},{j}])**2" for i, j in entries), f"U[{b},{x}]*conj(U[{a},{x}])"])
    relation = "+".join(f"U[{a},{j}]*conj(U[{b},{j}])" for j in range(1, d + 1))
    left = haar_moment(f"{m}*({relation})", d)
    assert left == (haar_moment(m, d) if a == b else 0)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), max_size=2), *[st.integers(1, 4)] * 3)
def test_a_symplectic_matrix_is_unitary_and_keeps_the_form(entries, a, b, x):
    squared = "*".join([*(f"abs(S[{i},{j}])**2" for i, j in entries), "1"])
    m = f"{squared}*S[{b},{x}]*conj(S[{a},{x}])"
    unitary = "+".join(f"S[{a},{j}]*conj(S[{b},{j}])" for j in range(1, 5))
    assert haar_moment(f"{m}*({unitary})", 4) == (haar_moment(m, 4) if a == b else 0)
    m = f"{squared}*conj(S[{a},{x}]*S[{b},{(x + 1) % 4 + 1}])"
    form = "+".join(f"S[{a},{j}]*S[{b},{j + 2}] - S[{a},{j + 2}]*S[{b},{j}]" for j in (1, 2))
    sign = 1 if b == a + 2 else -1 if a == b + 2 else 0
    assert haar_moment(f"{m}*({form})", 4) == sign * haar_moment(m, 4)


def test_the_relations_are_not_tested_on_zeros_only():
    """One term of each relation above is not zero by itself."""
    assert haar_moment("O[1,1]*O[2,1]*O[1,2]*O[2,2]*O[1,1]**2", 3) != 0
    assert haar_moment("U[2,1]*conj(U[1,1])*U[1,2]*conj(U[2,2])", 3) != 0
    assert haar_moment("conj(S[1,1]*S[3,3])*S[1,1]*S[3,3]", 4) != 0


@pytest.mark.parametrize("d", [1, 2, 3])
def test_the_determinant_has_square_one(d):
    """E[det^2] = 1 and E[det] = 0 on O(d): degree 2d, order d; on SO(d) the second would be 1."""
    terms = []
    for sigma in permutations(range(1, d + 1)):
        inversions = sum(x > y for i, x in enumerate(sigma) for y in sigma[i + 1 :])
        terms.append(("-" if inversions % 2 else "+") + "*".join(f"O[{i},{j}]" for i, j in enumerate(sigma, start=1)))
    determinant = "".join(terms)
    assert haar_moment(f"({determinant})**2", d) == 1
    assert haar_moment(determinant, d) == 0


@pytest.mark.parametrize(
    ("text", "d", "expected"),
    [
        # haarpy and exact integration over U(2), O(2), Sp(2) = SU(2)
        ("abs(U[1,1]*U[2,2]*U[1,2])**2", 2, Fraction(1, 12)),
        ("abs(U[1,1])**6", 2, Fraction(1, 4)),
        ("abs(U[1,1]*U[1,2]*U[2,1]*U[2,2])**2", 2, Fraction(1, 30)),
        ("U[1,1]*U[2,2]*conj(U[1,2]*U[2,1])", 2, Fraction(-1, 6)),
        ("abs(U[1,1])**6", 1, Fraction(1)),
        ("O[1,1]**6", 2, Fraction(5, 16)),
        ("O[1,1]**2*O[2,2]**2*O[1,2]**2", 2, Fraction(1, 16)),
        ("O[1,1]*O[2,2]*O[1,2]*O[2,1]", 2, Fraction(-1, 8)),
        ("(O[1,1]*O[1,2]*O[2,1]*O[2,2])**2", 2, Fraction(3, 128)),
        ("O[1,1]*O[2,2]", 2, Fraction(0)),
        ("S[1,1]*S[2,2]", 2, Fraction(1, 2)),
        ("S[1,2]*S[2,1]", 2, Fraction(-1, 2)),
        ("abs(S[1,1])**6", 4, Fraction(1, 20)),
        ("U[1,1]**2", 3, Fraction(0)),
    ],
)
def test_values_at_small_dimensions(text, d, expected):
    assert haar_moment(text, d) == expected
    assert type(haar_moment(text, d)) is Fraction


@pytest.mark.parametrize(
    "text",
    [
        "O[1,1]**4*O[2,2]**2*O[1,2]**2",
        "O[1,1]**2*O[2,2]**2*O[3,3]**2*O[1,3]**2",
        "abs(U[1,1]*U[2,2]*U[3,3])**2",
        "U[1,1]*U[2,2]*U[3,3]*conj(U[1,2]*U[2,3]*U[3,1])",
        "O[1,2]*O[2,3]*O[3,1]*O[1,1]*O[2,2]*O[3,3]",
    ],
)
def test_symbolic_moments_are_right_from_the_largest_index_on(text):
    symbolic = haar_moment(text)
    largest = max(int(c) for c in text.replace("**", " ").split("[", 1)[1] if c.isdigit())
    for d in range(largest, 9):
        assert symbolic(d) == haar_moment(text, d)


def test_symplectic_symbolic_moments_are_right_from_the_largest_index_on():
    for text in ("abs(S[1,1]*S[2,2])**2", "abs(S[1,1]*S[2,2]*S[1,2])**2", "S[1,1]*S[2,2]*S[n+1,n+2]*S[n+2,n+1]"):
        for d in (4, 6, 8):
            assert haar_moment(text)(d) == haar_moment(text, d)


@pytest.mark.parametrize("powers", [{(1, 1): 2, (2, 2): 2}, {(1, 1): 2, (2, 2): 2, (3, 3): 2}, {(1, 1): 4, (1, 2): 2}])
def test_haarpy(powers):
    haarpy = pytest.importorskip("haarpy")
    d = Symbol("d")
    rows = tuple(i - 1 for (i, _), m in powers.items() for _ in range(m))
    columns = tuple(j - 1 for (_, j), m in powers.items() for _ in range(m))
    mine = monomial_moment("orthogonal", powers).as_sympy(d)
    assert cancel(mine - haarpy.haar_integral_orthogonal((rows, columns), d)) == 0
    mine = monomial_moment("unitary", powers, powers).as_sympy(d)
    assert cancel(mine - haarpy.haar_integral_unitary((rows, columns), (rows, columns), d)) == 0


def test_coefficients_with_names():
    a, b, d = Symbol("a"), Symbol("b"), Symbol("d")
    moment = haar_moment("(a*O[1,1] + b*O[1,2])**4")
    assert cancel(moment - 3 * (a**2 + b**2) ** 2 / (d * (d + 2))) == 0
    assert cancel(haar_moment("(a*O[1,1] + b*O[1,2])**4", 2) - 3 * (a**2 + b**2) ** 2 / 8) == 0
    assert haar_moment("d*O[1,1]**2") == 1
    assert haar_moment("d*O[1,1]**2", 7) == 1


def test_types_of_the_dimension_and_of_the_powers():
    for two in (Integer(2), 2, np.int64(2)):
        assert monomial_moment("orthogonal", {(Integer(1), np.int64(1)): two}, dimension=two) == Fraction(1, 2)


def test_high_degrees():
    # closed form of one entry: (2k-1)!! / (d (d+2) ... )
    value = haar_moment("O[1,1]**40", 3)
    assert value == Fraction(1, 41)  # O_11 is uniform on [-1, 1] in three dimensions
    # |U_11|^2 is uniform on [0, 1] in two dimensions, and U_22 = conj(U_11) det U
    assert haar_moment("abs(U[1,1]*U[2,2])**60", 2) == Fraction(1, 61)
    # O(2): the mean of cos^100 sin^100 over the circle is (99!!)^2 / 200!! (Wallis)
    above, below = prod(range(1, 100, 2)) ** 2, prod(range(2, 201, 2))
    assert haar_moment("O[1,1]**50*O[2,2]**50*O[1,2]**50*O[2,1]**50", 2) == Fraction(above, below)


def test_json():
    assert moment_as_json(haar_moment("O[1,1]**2", 3)) == {"value": "1/3"}
    assert moment_as_json(haar_moment("O[1,1]**4")) == {"numerator": "3", "denominator": "d*(d + 2)"}
    assert moment_as_json(haar_moment("a*O[1,1]**2")) == {"numerator": "a", "denominator": "d"}
    assert haar_moment("U[1,1]") == RationalFunction(())


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: haar_moment("O[1,1]**2", -1), ValueError, "dimension >= 1"),
        (lambda: haar_moment("O[1,1]**2", 2.0), TypeError, "integer dimension or None"),
        (lambda: haar_moment("O[3,1]**2", 2), ValueError, "indices from 1 to the dimension 2"),
        (lambda: haar_moment(parse_entry_polynomial("O[3,1]**2"), 2), ValueError, "indices from 1 to the dimension, 2"),
        (lambda: haar_moment(parse_entry_polynomial("S[n+2,1]"), 2), ValueError, "half the dimension, 1"),
        (lambda: haar_moment("O[1,1]*U[1,1]"), ValueError, "one group only"),
        (lambda: haar_moment(3), TypeError, "text"),
        (lambda: monomial_moment("orthogonal", {(0, 1): 2}), ValueError, "index >= 1"),
        (lambda: monomial_moment("orthogonal", {(1, 3): 2}, dimension=2), ValueError, "indices from 1 to"),
        (lambda: monomial_moment("orthogonal", {(1, 1): -2}), ValueError, "power >= 0"),
        (lambda: monomial_moment("orthogonal", {1: 2}), TypeError, "keys"),
        (lambda: monomial_moment("orthogonal", {(1, 1): 1.5}), TypeError, "integer power"),
        (lambda: monomial_moment("SO", {(1, 1): 2}), ValueError, "orthogonal, symplectic, unitary"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
