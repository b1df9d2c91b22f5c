"""Sampling networks: every layer kind against full matrices, invariances, memory, bad input."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest

from numerics.network.gram_chain import gram_matrix, isometry_gap, state_chain
from numerics.network.layer import Elementwise, GaussianLinear, HaarLinear, Layer, Residual
from numerics.network.network import Network, network_in_order
from numerics.network.normalisation import BatchNorm
from numerics.network.sampler import batch_of_gram, bytes_per_network, choose_sampler, sample
from numerics.statistics.distribution_test import two_sample_law_test
from theory.activation import catalogue

N, D, DEPTH, REPEATS = 4, 10, 3, 20_000
(TANH,) = (Elementwise(a) for a in catalogue("tanh"))
LINEAR, HAAR = GaussianLinear(), HaarLinear()
Blocks = Callable[[str, int], tuple[Layer, ...]]

KINDS = (
    "linear", "haar", "activation", "layer norm", "RMS norm", "batch norm", "rescale", "recentre", "haar batch norm",
    "gains", "identity skip", "independent skip",
)  # fmt: skip
# False-alarm probability of all law tests of this file together: 1e-6.
ALPHA = 1e-6 / (3 * len(KINDS))


def statistics(state: np.ndarray) -> np.ndarray:
    """Coordinates, which see rotations, a function of a whole sample, and a joint one of two samples."""
    joint = (state[:, 0] * state[:, 2] ** 3).mean(1)
    return np.stack([state[:, 0, 0], (state[:, 1] ** 4).mean(1), joint], axis=1)


def start() -> np.ndarray:
    return batch_of_gram(0.6 * np.eye(N) + 0.4, D)


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_each_layer_kind_has_the_law_of_full_matrices(name: str, block_of: Blocks) -> None:
    network = Network(block_of(name, DEPTH), D, DEPTH)
    assert choose_sampler(network, N) in ("gram chain", "thin frame")
    runs = [
        sample(network, start(), statistics, np.random.default_rng(seed), repeats=REPEATS, sampler=kind)[:, -1]
        for seed, kind in ((1, "thin"), (2, "full"))
    ]
    for index in range(3):
        found = two_sample_law_test(runs[0][:, index], runs[1][:, index], ALPHA)
        assert found.verdict != "refuted", (index, found)


@pytest.mark.slow
def test_the_law_test_tells_haar_from_gaussian() -> None:
    haar, gaussian = (
        sample(Network((law,), D, DEPTH), start(), statistics, np.random.default_rng(3), repeats=REPEATS)[:, -1, 1]
        for law in (HAAR, LINEAR)
    )
    assert two_sample_law_test(haar, gaussian, ALPHA).verdict == "refuted"


def test_a_gram_matrix_and_a_batch_that_has_it_start_the_same_law() -> None:
    """Means of the correlation after two layers agree to 6 standard errors (at most 1 each, by |rho| <= 1)."""
    network = network_in_order(("linear", "activation", "rms_norm"), D, 2, catalogue("gelu")[0])
    gram = 0.6 * np.eye(N) + 0.4
    *_, states = state_chain(network, gram, np.random.default_rng(4), repeats=20_000)
    by_batch = sample(network, start(), gram_matrix, np.random.default_rng(5), repeats=20_000)[:, -1, 0, 1]
    assert abs(gram_matrix(states)[:, 0, 1].mean() - by_batch.mean()) < 6 * np.sqrt(2 / 20_000)


def test_batch_normalised_identity_networks_approach_isometry() -> None:
    """Near isometry E gap shrinks by d/(d + 2) per layer (Haar weights, rescaling, n = d)."""
    d, repeats = 6, 2000
    batch = np.linalg.cholesky(np.eye(d) + 1e-3 * (np.ones((d, d)) - np.eye(d)))
    gaps = sample(
        network_in_order(("haar", "rescale"), d, 4), batch, lambda x: isometry_gap(gram_matrix(x)),
        np.random.default_rng(6), repeats=repeats,
    )  # fmt: skip
    first = float(isometry_gap(batch @ batch.T))
    expected = first * (d / (d + 2)) ** np.arange(1, 5)
    error = gaps.std(axis=0) / np.sqrt(repeats)
    assert np.all(np.abs(gaps.mean(axis=0) - expected) < 6 * error + 1e-2 * expected)  # next order: gap^(1/2)
    assert np.all(error < 0.05 * expected)


def test_recentring_two_samples_makes_relu_outputs_orthogonal() -> None:
    """n = 2: h_1 = -h_2 after recentring, so the supports of relu(h_1) and relu(h_2) are disjoint: exactly 0."""
    batch = np.random.default_rng(7).standard_normal((2, 50))
    network = network_in_order(("linear", "recentre", "activation"), 50, 1, catalogue("relu")[0])
    grams = sample(network, batch, gram_matrix, np.random.default_rng(8), repeats=5)
    assert (grams[:, 0, 0, 1] == 0).all()
    assert (grams[:, 0, 0, 0] > 0).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_memory_stays_within_the_bound(name: str, block_of: Blocks) -> None:
    import scipy.special  # noqa: F401  (gelu imports it, and modules are not arrays)

    network = Network(block_of(name, DEPTH), 100, DEPTH)
    batch = np.random.default_rng(9).standard_normal((N, 100))
    for sampler, each in (("thin", 1), ("full", 3)):
        described = network.with_full_matrices() if sampler == "full" else network
        memory = each * max(bytes_per_network(described, batch.shape, 8), 2**20)
        tracemalloc.start()
        try:
            sample(
                network,
                batch,
                lambda x: x[:, 0, 0],
                np.random.default_rng(10),
                repeats=30,
                sampler=sampler,
                memory=memory,
            )
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < memory + 2**18, (sampler, peak / memory)  # 256 KiB for Python's own objects
        assert peak > memory / 16, (sampler, peak / memory)  # and the bound is not idle


def test_chunks_are_independent_and_all_there(block_of: Blocks) -> None:
    network = Network(block_of("layer norm", DEPTH), D, DEPTH)
    memory = 7 * bytes_per_network(network, (N, D), 8)
    result = sample(network, start(), gram_matrix, np.random.default_rng(11), repeats=23, memory=memory)
    assert result.shape == (23, DEPTH, N, N)
    assert len(np.unique(result[:, -1, 0, 1])) == 23
    again = sample(network, start(), gram_matrix, np.random.default_rng(11), repeats=23, memory=memory)
    assert np.array_equal(result, again)


def test_single_precision_agrees_in_mean(block_of: Blocks) -> None:
    network = Network(block_of("layer norm", DEPTH), 50, DEPTH)
    batch = batch_of_gram(0.6 * np.eye(N) + 0.4, 50)
    single, double = (
        sample(network, batch, gram_matrix, np.random.default_rng(12), repeats=4000, dtype=kind)[:, -1, 0, 1]
        for kind in ("float32", "float64")
    )
    assert single.dtype == np.float32
    assert abs(single.mean() - double.mean()) < 6 * np.sqrt((single.var() + double.var()) / 4000)


@pytest.mark.parametrize(
    ("block", "samples", "backward", "expected"),
    [
        ((LINEAR, TANH), 10, False, "gram chain"),
        ((LINEAR, TANH), 100, True, "gram chain"),
        ((LINEAR, TANH), 101, False, "full matrix"),
        ((HAAR,), 99, False, "thin frame"),
        ((HAAR,), 100, False, "full matrix"),
        ((HAAR,), 50, True, "thin frame"),
        ((HAAR,), 51, True, "full matrix"),
        ((Residual((HAAR,), (LINEAR,)),), 10, False, "thin frame"),
        ((GaussianLinear(full=True),), 10, False, "full matrix"),
    ],
)
def test_choice_of_the_sampler(block: tuple[Layer, ...], samples: int, backward: bool, expected: str) -> None:
    assert choose_sampler(Network(block, 100, 2), samples, backward=backward) == expected


def _sample(network: Network = Network((LINEAR, TANH), 6, 2), batch: object = None, **options: object) -> np.ndarray:  # noqa: B008
    chosen = np.eye(2, 6) if batch is None else batch
    return sample(network, chosen, gram_matrix, np.random.default_rng(), **options)  # type: ignore[arg-type]


BAD: list[tuple[Callable[[], object], str]] = [
    (lambda: _sample(repeats=0), "repeats >= 1"),
    (lambda: _sample(repeats=2.0), "repeats >= 1"),
    (lambda: _sample(memory=1000), r"memory >= \d+ bytes"),
    (lambda: _sample(dtype="float16"), "float64' or 'float32"),
    (lambda: _sample(sampler="dense"), "'auto', 'thin' or 'full'"),
    (lambda: _sample(batch=np.ones(6)), "finite batch"),
    (lambda: _sample(batch=np.full((2, 6), np.nan)), "finite batch"),
    (lambda: _sample(batch=np.ones((0, 6))), "finite batch"),
    (lambda: _sample(Network((HAAR,), 6, 2), np.eye(2, 5)), "network's width"),
    (lambda: _sample(Network((TANH, LINEAR), 6, 2), np.eye(2, 5)), "network's width"),
    (lambda: _sample(Network((Residual((LINEAR,)),), 6, 2), np.eye(2, 5)), "network's width"),
    (lambda: _sample(Network((HAAR,), 6, 2), np.ones((7, 6)), sampler="thin"), "n <= d for a thin sampler"),
    (lambda: _sample(Network((LINEAR, BatchNorm()), 6, 2), np.ones((1, 6))), "n >= 2"),
    (lambda: batch_of_gram(np.ones((2, 3)), 4), "n x n"),
    (lambda: batch_of_gram(np.eye(5), 4), "n <= width"),
    (lambda: batch_of_gram(np.array([[1.0, 2.0], [2.0, 1.0]]), 4), "positive semidefinite"),
]


@pytest.mark.parametrize(("call", "reason"), BAD)
def test_bad_input(call: Callable[[], object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        call()
