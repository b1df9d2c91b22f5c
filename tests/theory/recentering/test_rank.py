from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.recentering.gram_recursion import as_balls, mean_field_layer, recentred
from theory.recentering.invariant_configuration import (
    InvariantConfiguration,
    degenerate_probability,
    squared_norm_variance,
)
from theory.recentering.orthogonality_gap import gap_contraction, gap_innovation, stationary_gap
from theory.recentering.rank import RankedBatch, exact_rank, rank_two_probability


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(-2, 2), st.integers(-2, 2)), min_size=1, max_size=6))
def test_no_weights_exceed_the_limit_rank(samples: list[tuple[int, int]]) -> None:
    batch = RankedBatch.of(samples)
    weights = [(a, b) for a in range(-5, 6) for b in range(-5, 6)]
    assert exact_rank(batch.features(weights)) <= batch.limit_rank <= len(samples)


def test_named_batches() -> None:
    generic = [(k, k * k - 7) for k in range(1, 8)]
    assert RankedBatch.of(generic).has_full_rank
    assert RankedBatch.of([(1,), (-3,)]).limit_rank == 2  # collinear, both signs
    assert RankedBatch.of([(0, 0)]).limit_rank == 0
    scaled = RankedBatch.of([(Fraction(1, 2), Fraction(1, 3)), (3, 2)])
    assert scaled.limit_rank == 1


def test_rank_two_probability_published_values() -> None:
    # measured over 2e5 draws (project notes): .71433 at angle 1.5, d = 3
    assert abs(float(rank_two_probability(sp.Rational(3, 2), 3)) - 0.71433) < 2e-5
    assert rank_two_probability(sp.pi, 2) == sp.Rational(1, 2)
    for width in range(2, 6):
        assert rank_two_probability(sp.pi / 3, width + 1) > rank_two_probability(sp.pi / 3, width)


@pytest.mark.parametrize("n", [2, 3, 10])
def test_invariant_gram_is_the_recursions(n: int) -> None:
    entries = [[3 if max(i, j) < n - 1 else (5 if i == j else 1) for j in range(n)] for i in range(n)]
    distance = 3 + 5 - 2
    after = mean_field_layer(as_balls(entries))
    expected = InvariantConfiguration(n).gram
    for i in range(n):
        for j in range(n):
            value = expected[int(i == n - 1)][int(j == n - 1)] * distance
            assert after[i, j].contains(as_balls([[value]])[0, 0])
    assert InvariantConfiguration(n).squared_distance_factor == Fraction(1 + (n - 1) ** 2, n * n)


def test_recentred_rows_add_to_zero_and_layer_refuses() -> None:
    centred = recentred(as_balls([[4, 1, 0], [1, 3, 2], [0, 2, 5]]))
    assert all(sum(centred[i, j] for j in range(3)).contains(0) for i in range(3))
    with pytest.raises(ValueError, match="not all equal"):
        mean_field_layer(as_balls([[2, 2], [2, 2]]))
    with pytest.raises(ValueError, match="not all equal"):
        mean_field_layer(as_balls([[0, 0], [0, 0]]))
    with pytest.raises(ValueError, match="two samples"):
        mean_field_layer(as_balls([[1]]))


def test_predecessor_values() -> None:
    # N E V^2 for N >> n (project notes): 1.905, 2.946, 5.47
    assert [round(float(stationary_gap(n)), 3) for n in (6, 10)] == [1.905, 2.945]
    assert round(float(stationary_gap(20)), 2) == 5.47
    for n in (2, 6, 17):
        assert stationary_gap(n) == gap_contraction(n) ** 2 * stationary_gap(n) + gap_innovation(n, 1)


def test_probability_and_variance() -> None:
    assert degenerate_probability(1) == 1
    assert squared_norm_variance(50) == Fraction(1, 10)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: RankedBatch.of([]), "one dimension"),
        (lambda: RankedBatch.of([(1, 2), (1,)]), "one dimension"),
        (lambda: rank_two_probability(sp.Integer(0), 3), "parallel samples"),
        (lambda: rank_two_probability(sp.pi, 0), "width >= 1"),
        (lambda: InvariantConfiguration(1), "batch_size >= 2"),
        (lambda: degenerate_probability(0), "width >= 1"),
        (lambda: gap_innovation(3, 0), "width >= 1"),
        (lambda: stationary_gap(1), "batch_size >= 2"),
    ],
)
def test_bad_input(call: object, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        call()  # type: ignore[operator]
