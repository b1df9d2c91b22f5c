from __future__ import annotations

from fractions import Fraction

import flint
import numpy as np
import pytest

from numerics.network.gram_chain import gram_chain
from numerics.network.normalisation import BatchNorm
from numerics.recentering.angle_recursion import MeanField
from numerics.recentering.batch import binomial_interval, clustered_grams, first_hit, generic_grams, odd_state
from numerics.recentering.network import UnitBatch, recentred_chain, recentred_network
from theory.activation.activation import Activation
from theory.enclosure.ball import working_bits
from theory.kernel_map.homogeneous import RELU, HomogeneousKernel
from theory.recentering.gram_recursion import mean_field_layer


@pytest.mark.parametrize("kernel", [RELU, HomogeneousKernel(Fraction(2, 5)), HomogeneousKernel(Fraction(2))], ids=str)
def test_one_layer_is_the_exact_recursion(kernel: HomogeneousKernel) -> None:
    gram = generic_grams(3, 6, 8, np.random.default_rng(0))
    after = MeanField(kernel).layer(gram)
    with working_bits(80):
        for before, found in zip(gram, after, strict=True):
            exact = mean_field_layer(flint.arb_mat([[flint.arb(float(x)) for x in row] for row in before]), kernel)
            trace = sum(float(exact[i, i]) for i in range(6))
            truth = np.array([[float(exact[i, j]) for j in range(6)] for i in range(6)]) * 6 / trace
            assert np.abs(found - truth).max() < 1e-13  # sums of six terms of size at most 6, in double precision


def test_batches_are_independent_and_the_input_is_kept() -> None:
    gram = generic_grams(90, 20, 30, np.random.default_rng(1))  # more than one block
    copy = gram.copy()
    together = MeanField().iterate(gram, 3)
    assert np.array_equal(gram, copy)
    assert np.array_equal(together[77:78], MeanField().iterate(gram[77:78], 3))
    # one layer at a time rounds the common factor anew
    assert np.abs(list(MeanField().trajectory(gram[:2], 3))[-1] - together[:2]).max() < 1e-13


def test_a_tight_cluster_ends_at_the_odd_point_from_seven_samples_on() -> None:
    rng = np.random.default_rng(2)
    six, seven = (odd_state(MeanField().iterate(clustered_grams(n, 1e-2, rng), 800)) for n in (6, 7))
    assert not six.is_odd[0]
    assert abs(six.norm_ratio[0] - 1) < 1e-6
    assert seven.is_odd[0]
    # certified: 3.8493 and 61.3729 degrees; 800 layers at rate 0.945 leave nothing
    assert abs(seven.norm_ratio[0] - 3.8493) < 6e-5
    assert abs(seven.cluster_angle[0] - 61.3729) < 1e-3


def test_finite_width_tends_to_the_recursion() -> None:
    rng = np.random.default_rng(3)
    gram = generic_grams(1, 4, 8, rng)
    network = recentred_network(400, 1)
    means = next(iter(gram_chain(network, gram[0], rng, repeats=2000))).mean(axis=0)
    # each normalised entry is a mean of 8e5 neurons with relative deviation sqrt(5) at most: 6 standard errors
    expected = MeanField().layer(gram)[0]
    assert np.abs(means / np.trace(means) - expected / np.trace(expected)).max() < 6 * np.sqrt(5 / 8e5)


def test_two_samples_are_orthogonal_after_one_layer() -> None:
    rng = np.random.default_rng(4)
    for rescaled in (False, True):
        for found in gram_chain(
            recentred_network(30, 3, rescaled=rescaled), np.array([[2.0, 1.0], [1.0, 3.0]]), rng, repeats=5
        ):
            assert np.all(found[:, 0, 1] == 0.0)


def test_unit_batch_is_its_own_derivative_rule() -> None:
    rng = np.random.default_rng(5)
    state, direction, gradient = rng.standard_normal((3, 1, 4, 5))
    value, pullback = UnitBatch().record(state, 5, rng)
    h = 1e-6
    moved = (UnitBatch().apply(state + h * direction, 5, rng) - UnitBatch().apply(state - h * direction, 5, rng)) / (
        2 * h
    )
    assert abs(np.sum(gradient * moved) - np.sum(pullback(gradient, []) * direction)) < 1e-8
    assert abs(np.mean(value**2) - 1) < 1e-14


def test_network_words_and_detection() -> None:
    assert BatchNorm(centred=False) in recentred_network(4, 1, rescaled=True).block
    linear = recentred_network(4, 1, linear=True)
    assert len(linear.block) == 3
    hits = first_hit(iter([np.eye(4)[None], np.diag([1.0, 1, 1, 9])[None] + np.pad(np.ones((3, 3)), (0, 1))[None]]))
    assert hits.tolist() == [2]
    assert np.isnan(odd_state(np.eye(2)[None]).cluster_angle[0])


@pytest.mark.parametrize(("hits", "trials"), [(0, 40), (3, 8), (19, 20), (8, 8)])
def test_binomial_interval_covers(hits: int, trials: int) -> None:
    from scipy.stats import binom

    low, high = binomial_interval(hits, trials)
    assert low <= hits / trials <= high
    assert hits == 0 or abs(binom.sf(hits - 1, trials, low) - 0.005) < 1e-9
    assert hits == trials or abs(binom.cdf(hits, trials, high) - 0.005) < 1e-9


NAN = np.full((1, 3, 3), np.nan)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: MeanField().layer(np.ones((1, 1, 1))), "at least two samples"),
        (lambda: MeanField().layer(np.ones((1, 3, 3))), "not all equal"),
        (lambda: MeanField().layer(np.zeros((1, 3, 3))), "batch that is zero"),
        (lambda: MeanField().layer(NAN), "finite Gram matrices"),
        (lambda: MeanField().layer(np.eye(3)), "shape"),
        (lambda: odd_state(NAN), "finite Gram matrices"),
        (lambda: recentred_network(1, 3), "width >= 2"),
        (lambda: recentred_network(8, 3, activation=Activation.from_text("tanh")), "positively homogeneous"),
        (lambda: first_hit(iter([])), "at least one layer"),
        (lambda: binomial_interval(3, 2), "hits <= trials"),
        (lambda: UnitBatch().apply(np.zeros((1, 2, 2)), 2, np.random.default_rng(0)), "zero once recentred"),
        (lambda: clustered_grams(2, 0.1, np.random.default_rng(0)), "at least three samples"),
    ],
)
def test_bad_input(call: object, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        call()  # type: ignore[operator]


def test_bad_input_of_a_chain() -> None:
    rng = np.random.default_rng(0)
    vector = rng.standard_normal(7)
    for gram, match in (
        (np.full((3, 3), vector @ vector), "all equal"),
        (np.zeros((3, 3)), "batch that is zero"),
        (np.ones((1, 1)), "at least two samples"),
        (NAN[0], "finite Gram matrices"),
    ):
        with pytest.raises(ValueError, match=match):
            next(recentred_chain(gram, 10, 2, rng))
