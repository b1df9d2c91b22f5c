"""Layers and Gram chains: exact in law against full weight matrices, invariances, bad input."""

from __future__ import annotations

import numpy as np
import pytest

from numerics.network.gram_chain import correlation_potential, gram_chain, isometry_gap, state_chain
from numerics.network.layer import Elementwise, Gain, GaussianLinear, HaarLinear, Residual
from numerics.network.network import Network, layer_normalised_mlp, network_in_order, power_gains
from numerics.network.normalisation import LayerNorm
from numerics.network.weight_action import gaussian_columns
from numerics.statistics.distribution_test import two_sample_law_test
from theory.activation import catalogue

WIDTH, SAMPLES, DEPTH, REPEATS = 24, 4, 4, 1500


def dense_gaps(name: str, rng: np.random.Generator) -> np.ndarray:
    """Gaps of all layers by full weight matrices, the definition itself: shape (repeats, depth)."""
    (activation,) = catalogue(name)
    start = np.linalg.cholesky(0.6 * np.eye(SAMPLES) + 0.4)
    gaps = np.empty((REPEATS, DEPTH))
    for repeat in range(REPEATS):
        state = np.zeros((SAMPLES, WIDTH))
        state[:, :SAMPLES] = start * np.sqrt(WIDTH)
        for layer in range(DEPTH):
            weights = rng.standard_normal((WIDTH, WIDTH)) / np.sqrt(WIDTH)
            state = activation(state @ weights)
            state = state - state.mean(axis=1, keepdims=True)
            state /= np.sqrt((state**2).mean(axis=1, keepdims=True))
            eigenvalues = np.linalg.eigvalsh(state @ state.T)
            gaps[repeat, layer] = np.log(eigenvalues.mean()) - np.log(eigenvalues).mean()
    return gaps


@pytest.mark.slow
@pytest.mark.parametrize("name", ["relu", "tanh"])
def test_gram_chain_has_the_law_of_full_matrices(name: str) -> None:
    """Two-sample law test of the gap at every layer; false alarms at most 1e-6 over both activations and all layers."""
    (activation,) = catalogue(name)
    network = layer_normalised_mlp(activation, WIDTH, DEPTH)
    gram = 0.6 * np.eye(SAMPLES) + 0.4
    chain = np.stack(
        [isometry_gap(g) for g in gram_chain(network, gram, np.random.default_rng(1), repeats=REPEATS)], axis=1
    )
    dense = dense_gaps(name, np.random.default_rng(2))
    for layer in range(DEPTH):
        found = two_sample_law_test(chain[:, layer], dense[:, layer], 1e-6 / (2 * DEPTH))
        assert found.verdict != "refuted", (layer, found)
    # the test can fail: at twice the width the noise floor of the gap is half as high
    wider = gram_chain(
        layer_normalised_mlp(activation, 2 * WIDTH, DEPTH), gram, np.random.default_rng(1), repeats=REPEATS
    )
    *_, last = wider
    assert two_sample_law_test(isometry_gap(last), dense[:, -1], 1e-6).verdict == "refuted"


def test_columns_have_the_given_covariance() -> None:
    gram = np.array([[2.0, 0.6], [0.6, 0.5]])
    columns = gaussian_columns(gram, 200_000, np.random.default_rng(0))
    covariance = columns @ columns.T / columns.shape[1]
    # standard error of an entry is sqrt(g_ii g_jj + g_ij^2)/sqrt(N); 6 of them
    error = np.sqrt((np.outer(np.diag(gram), np.diag(gram)) + gram**2) / columns.shape[1])
    assert np.all(np.abs(covariance - gram) < 6 * error)


def test_singular_matrices_are_sampled_on_their_range() -> None:
    columns = gaussian_columns(np.ones((3, 3)), 50, np.random.default_rng(0))
    assert np.allclose(columns, columns[:1], atol=1e-7)


def test_layer_norm_gives_mean_zero_and_unit_variance_and_ignores_scale() -> None:
    rng = np.random.default_rng(0)
    state = rng.standard_normal((3, 5, 40)) * 7 + 2
    normed = LayerNorm().apply(state, 40, rng)
    assert np.allclose(normed.mean(axis=-1), 0, atol=1e-14)
    assert np.allclose((normed**2).mean(axis=-1), 1)
    assert np.allclose(LayerNorm().apply(3 * state + 1, 40, rng), normed)
    kept = LayerNorm(centred=False).apply(state, 40, rng)
    assert np.allclose(kept * np.sqrt((state**2).mean(axis=-1, keepdims=True)), state)


def test_wide_networks_follow_the_kernel_map() -> None:
    from theory.kernel_map.kernel_map import KernelMap

    (tanh,) = catalogue("tanh")
    gram = np.array([[1.0, 0.7], [0.7, 1.0]])
    *_, last = gram_chain(layer_normalised_mlp(tanh, 40_000, 3), gram, np.random.default_rng(5), repeats=20)
    rho = 0.7
    for _ in range(3):
        rho = float(KernelMap.centred(tanh).float64(np.array([rho]))[0])
    # per network the noise is at most 3 layers' 1/sqrt(d); the mean over 20, at 6 standard errors
    assert abs(last[:, 0, 1].mean() - rho) < 6 * np.sqrt(3 / 40_000 / 20)


def test_same_stream_same_bits() -> None:
    (relu,) = catalogue("relu")
    network = layer_normalised_mlp(relu, 16, 3)
    runs = [np.stack(list(gram_chain(network, np.eye(3), np.random.default_rng(7)))) for _ in range(2)]
    assert np.array_equal(runs[0], runs[1])


def test_states_and_grams_agree() -> None:
    (relu,) = catalogue("relu")
    network = layer_normalised_mlp(relu, 16, 2)
    states = list(state_chain(network, np.eye(3), np.random.default_rng(7), repeats=2))
    grams = list(gram_chain(network, np.eye(3), np.random.default_rng(7), repeats=2))
    assert np.allclose(grams[1], states[1] @ states[1].swapaxes(1, 2) / 16)
    assert not grams[0].flags.writeable


@pytest.mark.parametrize("seed", range(5))
def test_gap_and_potential_of_known_matrices(seed: int) -> None:
    rng = np.random.default_rng(seed)
    batch = rng.standard_normal((5, 9))
    gram = batch @ batch.T
    eigenvalues = np.linalg.eigvalsh(gram)
    assert isometry_gap(gram) == pytest.approx(np.log(eigenvalues.mean()) - np.log(eigenvalues).mean(), rel=1e-10)
    scale = rng.uniform(0.5, 2, 5)
    assert correlation_potential(gram) == pytest.approx(correlation_potential(gram * np.outer(scale, scale)), rel=1e-12)
    assert isometry_gap(np.ones((2, 2))) == np.inf
    assert correlation_potential(np.array([[1.0, -0.5], [-0.5, 1.0]])) == pytest.approx(1.0)


def test_haar_layers_keep_the_gram_matrix() -> None:
    gram = np.array([[1.0, 0.3], [0.3, 2.0]])
    for found in gram_chain(Network((HaarLinear(),), 30, 4), gram, np.random.default_rng(3), repeats=3):
        assert np.allclose(found, gram, rtol=1e-12)


def test_gains_follow_the_depth_inside_residual_layers_too() -> None:
    """Linear networks: the mean Gram matrix is multiplied by g_l^2 (plain) or 1 + g_l^2 (identity skip) in layer l."""
    gains = power_gains(3, -1)
    for block, factors in (
        ((GaussianLinear(), gains), np.array(gains.factor) ** 2),  # type: ignore[arg-type]
        ((GaussianLinear(), Residual((GaussianLinear(), gains))), 1 + np.array(gains.factor) ** 2),  # type: ignore[arg-type]
    ):
        *_, last = gram_chain(Network(block, 50, 3), np.eye(1), np.random.default_rng(4), repeats=4000)
        error = last.std() / np.sqrt(4000)
        assert abs(last.mean() - factors.prod()) < 6 * error
        assert error < 0.02 * factors.prod()


def test_orders_in_words() -> None:
    (relu,) = catalogue("relu")
    written = network_in_order(("linear", "activation", "layer_norm"), 8, 2, relu)
    assert written == layer_normalised_mlp(relu, 8, 2)


BAD = [
    (lambda net: list(gram_chain(net, np.ones((2, 3)), np.random.default_rng())), "n x n"),
    (lambda net: list(gram_chain(net, np.array([[1.0, np.nan], [np.nan, 1.0]]), np.random.default_rng())), "finite"),
    (lambda net: list(gram_chain(net, np.array([[1.0, 0.2], [0.1, 1.0]]), np.random.default_rng())), "symmetric"),
    (
        lambda net: list(gram_chain(net, np.array([[1.0, 2.0], [2.0, 1.0]]), np.random.default_rng())),
        "positive semidefinite",
    ),
    (lambda net: list(gram_chain(net, np.eye(2), np.random.default_rng(), repeats=0)), "repeats >= 1"),
    (lambda net: Network(net.block, 0, 3), "width >= 1"),
    (lambda net: Network(net.block, 3, 0), "depth >= 1"),
    (lambda _: Network((), 3, 3), "at least one layer"),
    (lambda net: Network(net.block, 3.0, 3), "width >= 1"),
    (lambda net: Network((*net.block, Gain((1.0, 2.0, 3.0))), 3, 2), "one factor per block"),
    (lambda _: Network((Residual((Gain((1.0, 2.0)),)),), 3, 3), "one factor per block"),
    (lambda _: network_in_order(("linear", "dropout"), 3, 3), "got 'dropout'"),
    (lambda _: network_in_order((), 3, 3), "needs a linear layer"),
    (lambda _: network_in_order(("layer_norm",), 3, 3), "needs a linear layer"),
    (lambda _: network_in_order(("linear", "activation"), 3, 3), "an activation exactly where"),
    (lambda net: network_in_order(("linear",), 3, 3, net.block[1].activation), "an activation exactly where"),
    (
        lambda _: list(gram_chain(Network((HaarLinear(),), 3, 2), np.eye(4), np.random.default_rng())),
        "n <= width before a Haar layer",
    ),
    (lambda net: list(gram_chain(Network(net.block[1:], 4, 2), np.eye(2), np.random.default_rng())), "begins with"),
    (lambda _: correlation_potential(np.zeros((2, 2))), "positive diagonal"),
]


@pytest.mark.parametrize(("call", "reason"), BAD)
def test_bad_input(call: object, reason: str) -> None:
    network = Network((GaussianLinear(), Elementwise(catalogue("relu")[0]), LayerNorm()), 8, 2)
    with pytest.raises(ValueError, match=reason):
        call(network)  # type: ignore[operator]


@pytest.mark.parametrize("wrong", [GaussianLinear, "linear", None, np.tanh])
def test_what_is_no_layer_is_refused(wrong: object) -> None:
    with pytest.raises(TypeError, match="needs layers"):
        Network((GaussianLinear(), wrong), 8, 2)  # type: ignore[arg-type]
