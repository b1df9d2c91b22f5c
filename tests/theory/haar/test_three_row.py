"""Three rows: against closed trails, against orthonormality, and two rows of the two-row generating function."""

from fractions import Fraction

import pytest

from theory.haar.content import content_sum
from theory.haar.monomial import haar_moment
from theory.haar.three_row import three_row_coefficients
from theory.haar.trail import trail_counts
from theory.haar.two_row import two_row_coefficients
from theory.haar.weingarten import class_sum

TABLES = [
    {1: (1, 1, 0), 2: (1, 0, 1), 3: (0, 1, 1)},
    {1: (2, 0, 0), 2: (0, 2, 2), 3: (0, 0, 2)},
    {1: (2, 1, 1), 2: (0, 1, 1)},
    {1: (1, 1, 2), 2: (1, 1, 0), 3: (2, 2, 0), 4: (0, 2, 2)},
    {1: (2, 2, 2), 2: (2, 2, 2)},
]


@pytest.mark.parametrize("columns", TABLES)
def test_orthogonal_against_trails(columns):
    edges = {(i + 1, j): m for j, degrees in columns.items() for i, m in enumerate(degrees) if m}
    if all(sum(c[i] for c in columns.values()) % 2 == 0 for i in range(3)) and all(
        sum(c) % 2 == 0 for c in columns.values()
    ):
        expected = class_sum("orthogonal", trail_counts(edges, "orthogonal"), None, labels=3)
        assert content_sum(three_row_coefficients(columns), 2) == expected


@pytest.mark.parametrize("columns", TABLES)
@pytest.mark.parametrize("turned", [False, True])
def test_unitary_against_trails(columns, turned):
    """The conjugate entries on the same places, and with two columns of equal degree exchanged."""
    conjugate = dict(columns)
    if turned and sum(columns[1]) == sum(columns[2]):
        conjugate[1], conjugate[2] = columns[2], columns[1]
    edges = {(i + 1, j): m for j, degrees in columns.items() for i, m in enumerate(degrees) if m}
    edges |= {(-i - 1, -j): m for j, degrees in conjugate.items() for i, m in enumerate(degrees) if m}
    expected = class_sum("unitary", trail_counts(edges, "unitary"), None, labels=3)
    assert content_sum(three_row_coefficients(columns, conjugate), 1) == expected


def test_an_empty_third_row_is_two_rows():
    columns = {1: (4, 2), 2: (2, 4), 3: (2, 2)}
    padded = {j: (*degrees, 0) for j, degrees in columns.items()}
    for conjugate, other in ((None, None), (columns, padded)):
        alpha = 1 if conjugate else 2
        assert content_sum(three_row_coefficients(padded, other), alpha) == content_sum(
            two_row_coefficients(columns, conjugate), alpha
        )


def test_rows_sum_to_one_inside_a_large_moment():
    """sum_j |U_3j|^2 = 1 times |3 x 3 block of squares|: columns outside the block are alike."""
    block = "*".join(f"U[{i},{j}]" for i in (1, 2, 3) for j in (1, 2, 3))
    inside = [haar_moment(f"abs({block})**2*abs(U[3,{j}])**2", 5) for j in (1, 2, 3)]
    outside = haar_moment(f"abs({block})**2*abs(U[3,4])**2", 5)
    total = haar_moment(f"abs({block})**2", 5)
    assert sum(inside, Fraction(0)) + 2 * outside == total
