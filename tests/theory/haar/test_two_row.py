"""Generating function against closed trails: two algorithms without a common step."""

from hypothesis import given, settings
from hypothesis import strategies as st

from theory.haar.content import content_sum
from theory.haar.trail import trail_counts
from theory.haar.two_row import two_row_coefficients
from theory.haar.weingarten import class_sum

exponents = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=3)


@settings(deadline=None, max_examples=50)
@given(exponents)
def test_orthogonal(columns):
    # Doubling one column and mirroring odd ones makes the monomial obey the selection rule.
    powers = dict(enumerate([*columns, *columns], start=1))
    powers = {j: (a, b) if (a + b) % 2 == 0 else (a + 1, b) for j, (a, b) in powers.items()}
    if sum(a for a, _ in powers.values()) % 2 or sum(map(sum, powers.values())) not in range(1, 17):
        return
    edges = {(i, j): column[i - 1] for j, column in powers.items() for i in (1, 2)}
    expected = class_sum("orthogonal", trail_counts(edges, "orthogonal"), None)
    assert content_sum(two_row_coefficients(powers), 2) == expected


@settings(deadline=None, max_examples=50)
@given(exponents, st.permutations([0, 1, 2]))
def test_unitary(columns, order):
    """M a 2 x c matrix, N the same with pairs of units moved around a 2 x 2 block: equal row and column sums."""
    plain = dict(enumerate(columns))
    conjugate = dict(plain)
    first, second = order[0] % len(columns), order[1] % len(columns)
    if first != second and plain[first][0] and plain[second][1]:
        conjugate[first] = (plain[first][0] - 1, plain[first][1] + 1)
        conjugate[second] = (plain[second][0] + 1, plain[second][1] - 1)
    if sum(map(sum, plain.values())) not in range(1, 8):
        return
    edges = {(i, j + 1): plain[j][i - 1] for j in plain for i in (1, 2)}
    edges |= {(-i, -j - 1): conjugate[j][i - 1] for j in plain for i in (1, 2)}
    expected = class_sum("unitary", trail_counts(edges, "unitary"), None)
    assert content_sum(two_row_coefficients(plain, conjugate), 1) == expected


def test_only_short_shapes_contribute():
    """The trail route over all shapes and over those with two rows: the longer ones cancel identically."""
    edges = {(1, 1): 4, (1, 2): 2, (2, 1): 2, (2, 2): 2, (2, 3): 2}
    counts = trail_counts(edges, "orthogonal")
    assert class_sum("orthogonal", counts, None) == class_sum("orthogonal", counts, None, labels=2)
    signed = {(1, 1): 2, (-1, -1): 2, (2, 2): 1, (-2, -2): 1, (1, -2): 1, (-1, 2): 1}
    counts = trail_counts(signed, "symplectic")
    assert class_sum("symplectic", counts, None) == class_sum("symplectic", counts, None, labels=2)
