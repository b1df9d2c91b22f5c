from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from proofs_check.ledger.gram_cases import diagonal
from proofs_check.strategies import gram_matrices
from theory.isometry.gap_bound import isometry_gap_bound
from theory.isometry.gram_matrix import GramMatrix


@given(gram_matrices())
def test_gap_agrees_with_eigenvalues(gram: GramMatrix) -> None:
    """Second route: mpmath's symmetric eigenvalues at 40 digits."""
    if gram.determinant == 0:
        assert not gram.isometry_gap().is_finite()
        return
    with mpmath.workdps(40):
        matrix = mpmath.matrix([[mpmath.mpf(x.numerator) / x.denominator for x in row] for row in gram.entries])
        eigenvalues = mpmath.eigsy(matrix, eigvals_only=True)
        mean = mpmath.fsum(eigenvalues) / gram.size
        gap = mpmath.log(mean) - mpmath.fsum(mpmath.log(e) for e in eigenvalues) / gram.size
        computed = mpmath.mpf(gram.isometry_gap(25).str(25, radius=False))
        assert abs(gap - computed) < mpmath.mpf(10) ** -20 * max(1, gap)


@given(gram_matrices(), st.fractions(min_value=Fraction(1, 10), max_value=10))
def test_isometry_ignores_scale(gram: GramMatrix, scale: Fraction) -> None:
    scaled = GramMatrix("scaled", tuple(tuple(scale * x for x in row) for row in gram.entries))
    assert scaled.isometry_power() == gram.isometry_power()


def test_batch_is_the_product_of_its_rows_exactly() -> None:
    rows = [[Fraction(1, 3), 2, -1], [0, Fraction(1, 7), 5]]
    gram = GramMatrix.of_batch("rows", rows)
    assert gram.entries[0][1] == Fraction(2, 7) - 5
    assert gram.entries[0][0] == Fraction(1, 9) + 5


def test_batch_of_floats_agrees_with_numpy() -> None:
    batch = np.random.default_rng(3).standard_normal((6, 9))
    gram = GramMatrix.of_batch("floats", [[Fraction(float(x)) for x in row] for row in batch])
    assert np.allclose(np.array(gram.entries, dtype=float), batch @ batch.T, rtol=1e-13, atol=1e-13)


def test_correlations_have_unit_diagonal_and_right_values() -> None:
    rho = GramMatrix.of_batch("pair", [[1, 0], [1, 1]]).correlations()
    assert rho[0][0] == 1
    assert (rho[0][1] ** 2).contains(0.5)


@pytest.mark.parametrize("size", [2, 3, 5, 10])
def test_bound_is_the_gap_of_the_equicorrelated_matrix(size: int) -> None:
    r = Fraction(1, 2 * size)
    exact = GramMatrix.equicorrelated(size, -r).isometry_gap(30)
    bound = sp.N(isometry_gap_bound(size, sp.Rational(r.numerator, r.denominator)), 30)
    assert abs(float(bound) - float(exact)) < 1e-15


BAD = [
    ((), "n >= 2"),
    (((1,),), "n >= 2"),
    (((1, 0), (0,)), "n x n"),
    (((1, 2), (3, 1)), "symmetric"),
    (((0, 0), (0, 1)), "positive diagonal"),
    (((-1, 0), (0, 1)), "positive diagonal"),
    (((1, 2), (2, 1)), "positive semidefinite"),
]


@pytest.mark.parametrize(("entries", "reason"), BAD)
def test_no_gram_matrix(entries: tuple[tuple[int, ...], ...], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        GramMatrix("bad", tuple(tuple(map(Fraction, row)) for row in entries))


def test_singular_matrices_are_allowed() -> None:
    assert GramMatrix.equicorrelated(3, Fraction(-1, 2)).determinant == 0
    assert diagonal("unit", [1, 1]).isometry_power() == 1


@pytest.mark.parametrize("size", [2, 3, 4, 7])
def test_equal_samples_have_isometry_zero_and_an_infinite_gap(size: int) -> None:
    matrix = GramMatrix.of_batch("equal", [[0.1, 2, -1]] * size)
    assert matrix.isometry() == 0
    assert matrix.isometry_gap() > 10**30


def test_doubles_are_the_dyadic_numbers_they_are() -> None:
    assert GramMatrix.of_batch("doubles", [[0.1], [1.0]]).entries[0][1] == Fraction(0.1)


@pytest.mark.parametrize("digits", [15, 40, 90])
def test_a_ball_has_the_digits_that_were_asked_for(digits: int) -> None:
    matrix = GramMatrix.equicorrelated(3, Fraction(1, 7))
    assert matrix.isometry(digits).rad() < 10.0**-digits
    assert (matrix.isometry(digits) ** 3).overlaps(matrix.isometry(2 * digits) ** 3)
