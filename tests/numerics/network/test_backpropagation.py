"""Back-propagation without weight matrices: the law of full matrices, exact laws of theory, bad input."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from numerics.network.backpropagation import GradientNorms, backpropagate
from numerics.network.layer import Gain, GaussianLinear, HaarLinear, Layer, Residual
from numerics.network.network import Network
from numerics.network.normalisation import BatchNorm, Recentre
from numerics.network.sampler import choose_sampler
from numerics.statistics.distribution_test import two_sample_law_test

N, D, DEPTH, REPEATS = 3, 8, 4, 20_000
LINEAR, HAAR = GaussianLinear(), HaarLinear()
Blocks = Callable[[str, int], tuple[Layer, ...]]

KINDS = (
    "linear", "tanh layer norm", "batch norm", "recentre", "haar activation", "RMS norm", "rescale", "two skips",
)  # fmt: skip
# False-alarm probability of all law tests of this file together: 1e-6.
ALPHA = 1e-6 / (4 * len(KINDS))


def cubic(state: np.ndarray, _: object) -> np.ndarray:
    """A loss gradient that depends on the last state, as in training."""
    return state**3 + 0.1 * state[:, ::-1]


def norms(block: tuple[Layer, ...], sampler: str, seed: int) -> list[np.ndarray]:
    batch = np.random.default_rng(0).standard_normal((N, D)) + 0.5
    found = backpropagate(
        Network(block, D, DEPTH), batch, np.random.default_rng(seed),
        loss_gradient=cubic, repeats=REPEATS, sampler=sampler,  # type: ignore[arg-type]
    )  # fmt: skip
    first, middle = found.weights[:, 0], found.weights[:, DEPTH // 2]
    return [first, middle, found.states[:, 0], first / (found.states[:, 0] + found.states[:, -1])]


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_gradients_have_the_law_of_full_matrices(name: str, block_of: Blocks) -> None:
    block = block_of(name, DEPTH)
    assert choose_sampler(Network(block, D, DEPTH), N, backward=True) != "full matrix"
    for index, (thin, full) in enumerate(zip(norms(block, "thin", 1), norms(block, "full", 2), strict=True)):
        found = two_sample_law_test(thin, full, ALPHA)
        assert found.verdict != "refuted", (index, found)


@pytest.mark.slow
def test_full_matrices_are_backpropagation_as_everyone_writes_it(block_of: Blocks) -> None:
    """A second implementation: loops over layers, plain NumPy, for layer-normalised tanh networks."""
    rng = np.random.default_rng(3)
    batch = np.random.default_rng(0).standard_normal((N, D)) + 0.5
    states, tape = np.broadcast_to(batch, (REPEATS, N, D)), []
    for _ in range(DEPTH):
        weights = rng.standard_normal((REPEATS, D, D)) / np.sqrt(D)
        active = np.tanh(states @ weights)
        centred = active - active.mean(2, keepdims=True)
        deviation = centred.std(2, keepdims=True)
        tape.append((states, weights, active, deviation))
        states = centred / deviation
    gradient = cubic(states, None)
    for before, weights, active, deviation in reversed(tape):
        normed = (active - active.mean(2, keepdims=True)) / deviation
        gradient = gradient - gradient.mean(2, keepdims=True) - normed * (gradient * normed).mean(2, keepdims=True)
        gradient = gradient / deviation * (1 - active**2)
        first_weights = ((before.swapaxes(1, 2) @ gradient) ** 2).sum((1, 2))
        gradient = gradient @ weights.swapaxes(1, 2)
    weight_norms, _, state_norms, _ = norms(block_of("tanh layer norm", DEPTH), "thin", 4)
    assert two_sample_law_test(weight_norms, first_weights, ALPHA).verdict != "refuted"
    assert two_sample_law_test(state_norms, (gradient**2).sum((1, 2)), ALPHA).verdict != "refuted"


def test_gradient_independence_is_refuted() -> None:
    """dL/dX of |X W|^2/2 is X W W^T; with another matrix on the way back its norm has another law."""
    batch = np.eye(2, 6)
    rng = np.random.default_rng(5)
    found = backpropagate(
        Network((LINEAR,), 6, 1), batch, np.random.default_rng(6), loss_gradient=lambda state, _: state, repeats=4000
    ).states[:, 0]
    weights, others = rng.standard_normal((2, 4000, 6, 6)) / np.sqrt(6)
    for back, verdict in ((weights, True), (others, False)):
        reference = ((batch @ weights @ back.swapaxes(1, 2)) ** 2).sum((1, 2))
        assert (two_sample_law_test(found, reference, 1e-7).verdict != "refuted") == verdict


def test_exact_law_of_isometric_batch_normalised_networks() -> None:
    """E ||dL/dW_l||^2 = ((d-1)/(2d)) (1 + (d/(d+2))^(L-1-l)): Haar weights, unit-norm features, isometric batch, n = d."""
    d, depth, repeats = 5, 6, 8000
    network = Network((HAAR, BatchNorm(centred=False), Gain(d**-0.5)), d, depth)
    found = backpropagate(network, np.eye(d), np.random.default_rng(7), repeats=repeats).weights
    expected = (d - 1) / (2 * d) * (1 + (d / (d + 2)) ** np.arange(depth - 1, -1, -1))
    error = found.std(axis=0) / np.sqrt(repeats)
    assert np.all(np.abs(found.mean(axis=0) - expected) < 6 * error)
    # full decay without the protected antisymmetric part is far outside
    decayed = (d - 1) / d * (d / (d + 2)) ** np.arange(depth - 1, -1, -1)
    assert abs(found[:, 0].mean() - decayed[0]) > 20 * error[0]


def test_gradients_of_linear_gaussian_networks_have_constant_mean_square() -> None:
    """E ||G W^T||^2 = ||G||^2 for square Gaussian layers and a loss gradient that is independent of them."""
    found = backpropagate(Network((LINEAR,), 200, 3), np.eye(2, 200), np.random.default_rng(8), repeats=2000).states
    error = found.std(axis=0) / np.sqrt(2000)
    assert np.all(np.abs(found.mean(axis=0) - 1) < 6 * error)
    assert error.max() < 0.01


def test_order_shapes_types_and_chunks(block_of: Blocks) -> None:
    network = Network(block_of("two skips", DEPTH), D, DEPTH)
    batch = np.random.default_rng(0).standard_normal((N, D)).astype(np.float32)
    found = backpropagate(network, batch, np.random.default_rng(9), repeats=11, memory=2**16, dtype="float32")
    assert isinstance(found, GradientNorms)
    assert found.weights.shape == (11, 3 * DEPTH)
    assert found.states.shape == (11, DEPTH + 1)
    assert found.weights.dtype == np.float32
    assert not found.weights.flags.writeable
    assert len(np.unique(found.states[:, 0])) == 11
    # a branch of weight 0 has no gradient, and its place is before that of its skip
    asymmetric = Network((Residual((LINEAR,), (LINEAR,), weight=0.0),), D, 2)
    weights = backpropagate(asymmetric, batch, np.random.default_rng(10)).weights
    assert (weights[:, [0, 2]] == 0).all()
    assert (weights[:, [1, 3]] > 0).all()


BAD: list[tuple[Callable[..., object], str]] = [
    (lambda call: call(loss_gradient=lambda state, _: state[:, :1]), "loss gradient of the state's shape"),
    (lambda call: call(memory=100), r"memory >= \d+ bytes"),
    (lambda call: call(repeats=0), "repeats >= 1"),
    (lambda call: call(network=Network((HAAR,), 6, 2), batch=np.eye(4, 6), sampler="thin"), "2 n <= d"),
    (lambda call: call(network=Network((LINEAR, Recentre()), 6, 2), batch=np.ones((1, 6))), "n >= 2"),
]


@pytest.mark.parametrize(("call", "reason"), BAD)
def test_bad_input(call: Callable[..., object], reason: str) -> None:
    def run(network: Network = Network((LINEAR,), 6, 2), batch: np.ndarray = np.eye(2, 6), **options: object) -> object:  # noqa: B008
        return backpropagate(network, batch, np.random.default_rng(), **options)  # type: ignore[arg-type]

    with pytest.raises(ValueError, match=reason):
        call(run)
