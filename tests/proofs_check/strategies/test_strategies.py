"""What is drawn obeys the laws its strategy states, and shrinks to something small."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import prod
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, find, given, settings
from hypothesis import strategies as st

from numerics.network.gram_chain import gram_matrix
from numerics.network.network import Network
from numerics.network.sampler import sample
from proofs_check import strategies
from theory.activation import Activation
from theory.haar.partition import centraliser_order, number_of_partitions
from theory.isometry.gram_matrix import GramMatrix

draws = settings(deadline=None, max_examples=60)


@draws
@given(st.data(), st.fractions(-3, 3, max_denominator=7), st.fractions(0, 2, max_denominator=7))
def test_rationals_stay_in_their_interval_with_their_denominator(
    data: st.DataObject, low: Fraction, length: Fraction
) -> None:
    drawn = data.draw(strategies.rationals(low, low + length, largest_denominator=50))
    assert low <= drawn <= low + length
    assert drawn.denominator <= 50


def test_every_rational_of_the_interval_can_be_drawn() -> None:
    low, high = Fraction(-1, 3), Fraction(1, 2)
    farey = {Fraction(p, q) for q in range(1, 5) for p in range(-q, q + 1) if low <= Fraction(p, q) <= high}
    for one in farey:
        assert find(strategies.rationals(low, high, largest_denominator=4), lambda q, one=one: q == one) == one


@pytest.mark.parametrize("bound", [Fraction(3, 10), Fraction(1, 7), Fraction(5, 9)])
def test_rationals_shrink_towards_small_denominators(bound: Fraction) -> None:
    # The interval has length 1/20, so it holds a fraction of every denominator from 21 on and of few below: the least are
    # 3 (1/3), 6 (1/6) and 5 (3/5). The search need not end at the least, only far from the usual draws up to 100.
    least = min(
        find(strategies.rationals(0, 1), lambda q: bound < q < bound + Fraction(1, 20), random=Random(seed)).denominator
        for seed in range(5)
    )
    assert least == next(q for q in range(1, 100) for p in range(q) if bound < Fraction(p, q) < bound + Fraction(1, 20))


def test_a_point_is_an_interval() -> None:
    assert find(strategies.rationals(Fraction(1, 3), Fraction(1, 3)), lambda _: True) == Fraction(1, 3)


@draws
@given(strategies.correlations(), strategies.correlations(closed=True), strategies.correlation_gaps(40))
def test_correlations_and_gaps(inner: Fraction, closed: Fraction, gap: Fraction) -> None:
    assert -1 < inner < 1
    assert -1 <= closed <= 1
    assert Fraction(1, 10**40) <= gap <= 1


def test_gaps_reach_far_below_the_resolution_of_floats() -> None:
    assert 1 - float(find(strategies.correlation_gaps(), lambda gap: gap < Fraction(1, 10**20))) == 1


@draws
@given(strategies.widths(100, smallest=3), strategies.depths(20))
def test_sizes(width: int, depth: int) -> None:
    assert 3 <= width <= 100
    assert 1 <= depth <= 20


@draws
@given(strategies.partitions(9, smallest=2))
def test_partitions_are_descending_and_sum_to_their_order(parts: tuple[int, ...]) -> None:
    assert 2 <= sum(parts) <= 9
    assert list(parts) == sorted(parts, reverse=True)
    assert min(parts) >= 1
    assert prod(range(1, sum(parts) + 1)) % centraliser_order(parts) == 0  # a class size divides the group's order


def test_every_partition_can_be_drawn() -> None:
    seen: set[tuple[int, ...]] = set()

    @settings(deadline=None, max_examples=400, derandomize=True)
    @given(strategies.partitions(4, smallest=4))
    def collect(parts: tuple[int, ...]) -> None:
        seen.add(parts)

    collect()
    assert len(seen) == number_of_partitions(4) == 5


@draws
@given(strategies.spectra(6), strategies.spectra(6, near_isometry=True))
def test_spectra_are_positive_of_sum_d_and_not_flat(wide: tuple[Fraction, ...], near: tuple[Fraction, ...]) -> None:
    for values in (wide, near):
        assert 2 <= len(values) <= 6
        assert sum(values) == len(values)
        assert min(values) > 0
        assert len(set(values)) > 1
    assert max(abs(value - 1) for value in near) <= Fraction(1, 10)


GRAMS: list[tuple[Callable[[], Any], Callable[[GramMatrix], bool]]] = [
    (strategies.gram_matrices, lambda gram: min(gram.diagonal) > 0),
    (lambda: strategies.gram_matrices(near_identity=True), lambda gram: _unit(gram) and gram.determinant > 0),
    (strategies.unit_gram_matrices, lambda gram: _unit(gram) and gram.determinant > 0),
    (strategies.gram_matrices_near_isometry, lambda gram: _unit(gram) and _largest(gram) * 10 * (gram.size - 1) <= 1),
    (strategies.gram_matrices_far_from_isometry, lambda gram: _unit(gram) and 0 < gram.determinant < 1),
]


def _unit(gram: GramMatrix) -> bool:
    return set(gram.diagonal) == {Fraction(1)}


def _largest(gram: GramMatrix) -> Fraction:
    return max(abs(gram.entries[i][j]) for i in range(gram.size) for j in range(i))


@pytest.mark.parametrize(("strategy", "law"), GRAMS)
def test_gram_matrices_are_positive_semidefinite_and_obey_their_law(
    strategy: Callable[[], Any], law: Callable[[GramMatrix], bool]
) -> None:
    @draws
    @given(strategy())
    def obeys(gram: GramMatrix) -> None:
        # `GramMatrix` itself refuses what is not positive semidefinite
        assert gram.entries == tuple(zip(*gram.entries, strict=True))
        assert gram.determinant >= 0
        assert law(gram)

    obeys()


@draws
@given(strategies.gram_matrices_near_isometry(4))
def test_near_isometry_the_gap_is_quadratic_in_the_correlations(gram: GramMatrix) -> None:
    # -log det(1 + R)/n with |R| <= (n-1) r <= 1/10: between tr R^2/(2n) (1 - ...) and n r^2
    assume(_largest(gram) > 0)
    assert float(gram.isometry_gap(60)) <= gram.size * float(_largest(gram)) ** 2


def test_far_from_isometry_determinants_get_tiny() -> None:
    found = find(strategies.gram_matrices_far_from_isometry(), lambda gram: gram.determinant < Fraction(1, 10**10))
    assert found.determinant > 0


@draws
@given(strategies.activations(), strategies.activations(smooth=True))
def test_activations_are_nonlinear_and_readable_by_the_parser(any_kind: Activation, smooth: Activation) -> None:
    for activation in (any_kind, smooth):
        assert not activation.is_affine
        again = Activation.from_text(str(activation))
        points = np.linspace(-2.5, 2.5, 7)
        assert np.allclose(again(points), activation(points), rtol=1e-12, atol=1e-12)
    assert not any(word in str(smooth) for word in ("max", "abs", "sign", "step"))


@draws
@given(strategies.activations(odd=True))
def test_odd_activations_are_odd(activation: Activation) -> None:
    points = np.linspace(0.1, 2.5, 7)
    assert np.allclose(activation(-points), -activation(points), rtol=1e-12, atol=1e-12)


@settings(deadline=None, max_examples=30)
@given(strategies.networks(8, 3), st.integers(0, 2**32))
def test_networks_are_drawn_and_can_be_sampled(network: Network, seed: int) -> None:
    assert 2 <= network.width <= 8
    assert 1 <= network.depth <= 3
    assert 1 <= len(network.block) <= 3
    rng = np.random.default_rng(seed)
    batch = rng.standard_normal((2, network.width))
    grams = sample(network, batch, gram_matrix, rng, repeats=2)
    assert grams.shape == (2, network.depth, 2, 2)


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (lambda: strategies.rationals(Fraction(1, 3), Fraction(2, 5), largest_denominator=2), "interval that holds a denominator"),
        (lambda: strategies.rationals(1, 0), "interval that holds"),
        (lambda: strategies.rationals(0, 1, largest_denominator=0), "integer largest_denominator >= 1, got"),
        (lambda: strategies.correlation_gaps(0), "integer decades >= 1"),
        (lambda: strategies.widths(1), "integer largest >= 2"),
        (lambda: strategies.depths(3, smallest=0), "integer smallest >= 1"),
        (lambda: strategies.partitions(0), "integer largest >= 1"),
        (lambda: strategies.spectra(1), "integer largest >= 2"),
        (lambda: strategies.networks(1), "integer largest_width >= 2"),
        (lambda: strategies.gram_matrices_near_isometry(1), "integer max_size >= 2"),
        (lambda: strategies.gram_matrices_far_from_isometry(decades=0), "integer decades >= 1"),
        (lambda: strategies.widths(2.5), "integer largest >= 2, got largest=2.5"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_bad_bounds_are_refused(build: Callable[[], Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        build()
