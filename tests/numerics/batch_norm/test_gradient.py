"""Backward pass against finite differences, thin weights against full ones, memory against bits, the exact isometric law."""

from __future__ import annotations

import numpy as np
import pytest

from numerics.batch_norm.gradient import gradient_path
from numerics.batch_norm.network import BatchNormNetwork, batch_norm, next_state
from numerics.network.weight_action import gaussian_matrix


@pytest.mark.parametrize("activation", [None, "tanh", "relu"])
@pytest.mark.parametrize("centred", [False, True])
def test_gradient_of_a_first_weight_is_its_derivative(activation: str | None, centred: bool) -> None:
    """|dL/dW_0| against central differences over all entries of W_0, with the later weights held by the seed."""
    d, n, depth = 4, 4, 3
    network = BatchNormNetwork(d, depth, activation=activation, centred=centred, weights="gaussian")
    batch = np.random.default_rng(1).standard_normal((d, n))
    target = np.random.default_rng(2).standard_normal((d, n))
    path = gradient_path(network, batch, lambda _: target, np.random.default_rng(3))

    def loss(entry: tuple[int, int], step: float) -> float:
        rng = np.random.default_rng(3)
        weight = gaussian_matrix(batch.T, d, rng)  # what the first layer draws from this seed
        weight[entry] += step
        state = batch_norm(weight @ batch, centred=centred)[0]
        if activation is not None:
            scaled = np.sqrt(n) * state
            state = (np.tanh(scaled) if activation == "tanh" else np.maximum(scaled, 0)) / np.sqrt(n)
        for layer in range(1, depth):
            state = next_state(network, layer, state, rng)
        return float(np.sum(target * state))

    step = 1e-6
    numerical = [(loss((i, j), step) - loss((i, j), -step)) / (2 * step) for i in range(d) for j in range(d)]
    assert np.isclose(np.log(np.linalg.norm(numerical)), path.weights[0], atol=1e-6)


@pytest.mark.parametrize("weights", ["haar", "gaussian"])
@pytest.mark.parametrize("samples", [12, 3])
def test_checkpoints_give_the_same_bits(weights: str, samples: int) -> None:
    """Also for thin weights, whose layers draw on the way back: a replayed layer must draw there what a kept one does."""
    network = BatchNormNetwork(12, 23, weights=weights, activation="tanh")  # type: ignore[arg-type]
    batch = np.random.default_rng(0).standard_normal((3, 12, samples))
    whole, parts = (
        gradient_path(network, batch, np.cos, np.random.default_rng(1), memory=memory) for memory in (2**30, 1)
    )
    for name in ("weights", "states", "smallest_row", "log_volume"):
        assert np.array_equal(getattr(whole, name), getattr(parts, name))


def test_single_networks_and_stacks_have_matching_shapes() -> None:
    rng = np.random.default_rng(0)
    single = gradient_path(BatchNormNetwork(5, 4), np.eye(5), np.cos, rng)
    stack = gradient_path(BatchNormNetwork(5, 4), np.broadcast_to(np.eye(5), (2, 3, 5, 5)), np.cos, rng)
    assert single.weights.shape == (4,)
    assert stack.states.shape == (2, 3, 5)
    assert not single.weights.flags.writeable


def test_thin_weights_have_the_law_of_full_ones() -> None:
    """Mean log-gradients at d = 8, n = 2 (thin from d = 4 n): the same by both routes, within 5 joint standard errors."""
    rng = np.random.default_rng(0)
    for weights in ("haar", "gaussian"):
        means, errors = [], []
        for d, n, copies in ((8, 2, 1), (8, 2, 2)):
            # a repeated pair of samples is a batch of 4 columns, which goes through full weights; its Gram matrix has rank 2
            batch = np.tile(rng.standard_normal((4000, d, n)), (1, 1, copies))
            fixed = np.tile(np.array([[1.0, 2.0]] * d), (1, copies)) / copies
            network = BatchNormNetwork(d, 4, weights=weights)  # type: ignore[arg-type]
            path = gradient_path(network, batch, lambda x, g=fixed: np.broadcast_to(g, x.shape), rng)
            values = path.weights[:, 1] - path.weights[:, 3]
            means.append(values.mean())
            errors.append(values.std() / np.sqrt(values.size))
        assert abs(means[0] - means[1]) < 5 * np.hypot(*errors)
        assert max(errors) < 0.02


def test_isometric_gradients_match_the_exact_law_at_the_last_layers() -> None:
    """E|dL/dW|^2 for uniform G: 1 - 1/d at the last layer exactly on every draw's mean; five standard errors."""
    rng, d = np.random.default_rng(0), 6
    inputs = np.broadcast_to(np.eye(d), (4000, d, d))

    def uniform(x: np.ndarray) -> np.ndarray:
        g = rng.standard_normal(x.shape)
        return g / np.linalg.norm(g, axis=(-1, -2), keepdims=True)

    squares = np.exp(2 * gradient_path(BatchNormNetwork(d, 3), inputs, uniform, rng).weights)
    for layers_above, expected in enumerate([5 / 12 * (1 + (6 / 8) ** k) for k in range(3)]):
        sample = squares[:, 2 - layers_above]
        assert abs(sample.mean() - expected) < 5 * sample.std() / np.sqrt(sample.size)
