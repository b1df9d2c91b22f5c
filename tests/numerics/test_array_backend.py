"""Back ends: the same layers and the same verdicts on torch and CuPy where installed; devices that are not there."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from numerics.array_backend import (
    NUMPY,
    ArrayBackend,
    array_backend,
    array_namespace,
    available_devices,
    computing_on,
    current_backend,
    shard_on_device,
    to_host,
)
from numerics.network.activation_arrays import activation_values, value_and_slope
from numerics.network.backpropagation import backpropagate
from numerics.network.gram_chain import gram_chain, gram_matrix, isometry_gap
from numerics.network.layer import Elementwise, GaussianLinear, HaarLinear, Residual
from numerics.network.network import Network
from numerics.network.normalisation import BatchNorm, LayerNorm
from numerics.network.sampler import batch_of_gram, sample
from numerics.statistics.distribution_test import two_sample_law_test
from theory.activation import catalogue
from theory.activation.catalogue import CATALOGUE

OTHERS = ["torch:cpu", "torch:cuda"]
GELU = Elementwise(catalogue("gelu")[0])
NETWORKS = {
    "gram chain": Network((GaussianLinear(), GELU, LayerNorm()), 24, 3),
    "thin frame": Network((HaarLinear(), BatchNorm(), GELU), 24, 3),
    "full matrix": Network((HaarLinear(full=True), Residual((GELU, GaussianLinear(full=True)))), 24, 3),
}


@pytest.fixture(params=OTHERS)
def other(request: pytest.FixtureRequest) -> ArrayBackend:
    """A back end beside NumPy; the test is skipped where it is not there."""
    try:
        return array_backend(request.param)
    except ValueError as error:
        pytest.skip(str(error))


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_verdicts_agree_across_back_ends(other: ArrayBackend, name: str) -> None:
    """The same law on both, forward and backward; error probability 1e-6 over all."""
    alpha = 1e-6 / (2 * len(NETWORKS) * len(OTHERS))
    batch = batch_of_gram(0.6 * np.eye(4) + 0.4, 24)
    gaps, gradients = [], []
    for backend in (NUMPY, other):
        forward = sample(
            NETWORKS[name], batch, lambda x: isometry_gap(gram_matrix(x) + 0.1 * np.eye(4)), np.random.default_rng(1),
            repeats=4000, backend=backend,
        )  # fmt: skip
        gaps.append(forward[:, -1])
        gradients.append(backpropagate(NETWORKS[name], batch, np.random.default_rng(2), repeats=4000, backend=backend))
    assert two_sample_law_test(*gaps, alpha).verdict != "refuted"
    assert two_sample_law_test(*(g.weights[:, 0] for g in gradients), alpha).verdict != "refuted"
    assert two_sample_law_test(*(g.states[:, 0] for g in gradients), alpha).verdict != "refuted"


def test_activations_agree_across_back_ends(other: ArrayBackend) -> None:
    x = np.linspace(-4, 4, 33)
    there, single = other.asarray(x, "float64"), other.asarray(x, "float32")
    for name in CATALOGUE:
        (activation,) = catalogue(name)
        value, slope = value_and_slope(activation, x)
        assert np.allclose(to_host(activation_values(activation, there)), value, rtol=1e-13, atol=1e-14), name
        assert np.allclose(to_host(value_and_slope(activation, there)[1]), slope, rtol=1e-13, atol=1e-14), name
        assert {to_host(part).dtype for part in value_and_slope(activation, single)} == {np.dtype(np.float32)}, name


def test_streams_are_repeatable(other: ArrayBackend) -> None:
    runs = [
        sample(
            NETWORKS["thin frame"],
            batch_of_gram(np.eye(3), 24),
            gram_matrix,
            np.random.default_rng(seed),
            backend=other,
        )
        for seed in (3, 3, 4)
    ]
    assert np.array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gram chain", "thin frame"])
def test_gram_chains_agree_across_back_ends(other: ArrayBackend, name: str) -> None:
    """By the default of the samplers, as a run sets it: the same law from the same Gram matrix."""
    gram = 0.6 * np.eye(4) + 0.4
    gaps = []
    for device in ("cpu", f"{other.library}:{other.device}"):
        with computing_on(device):
            *_, last = gram_chain(NETWORKS[name], gram, np.random.default_rng(7), repeats=4000)
        assert isinstance(last, np.ndarray)
        gaps.append(isometry_gap(last + 0.1 * np.eye(4)))
    assert two_sample_law_test(*gaps, 1e-6 / (2 * len(OTHERS))).verdict != "refuted"
    assert not np.array_equal(*gaps)  # it did compute elsewhere


def test_the_default_lasts_as_long_as_its_block() -> None:
    assert current_backend() is NUMPY
    with computing_on("cpu"):
        assert current_backend() is NUMPY
    with pytest.raises(ValueError, match="a device that is there"), computing_on("cuda:4096"):
        pytest.fail("a device that is not there was entered")
    assert current_backend() is NUMPY


def test_a_shard_on_the_cpu_is_the_shard() -> None:
    def draw(rng: np.random.Generator, count: int) -> dict[str, np.ndarray]:
        return {"samples": rng.random(count)}

    found = shard_on_device(np.random.default_rng(8), "cpu", draw, {"count": 3})
    assert np.array_equal(found["samples"], np.random.default_rng(8).random(3))


def test_devices_that_are_there_are_accepted() -> None:
    devices = available_devices()
    assert devices[0] == "cpu"
    for device in devices:
        array_backend(device)
    with pytest.raises(ValueError, match=f"there is {', '.join(devices)}"):
        array_backend("cuda:4096")


def test_numpy_is_the_generator_itself() -> None:
    rng = np.random.default_rng(5)
    assert array_backend("cpu") is NUMPY
    assert NUMPY.normals(rng) is rng
    assert array_namespace(NUMPY.asarray(np.ones(2), "float32")) is np
    assert NUMPY.asarray(np.ones(2), "float32").dtype == np.float32


BAD = [
    ("gpu", "a device such as"),
    ("", "a device such as"),
    ("cuda:x", "a device such as"),
    ("jax:cuda", "a device such as"),
    ("cuda:4096", "device that is there"),
]


@pytest.mark.parametrize(("device", "reason"), BAD)
def test_devices_that_are_not_there(device: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        array_backend(device)


def test_a_library_that_is_not_installed_is_named() -> None:
    if importlib.util.find_spec("torch") is not None:
        pytest.skip("torch is installed")
    with pytest.raises(ValueError, match="torch: cannot be imported"):
        array_backend("torch:cpu")


def test_a_device_is_text() -> None:
    with pytest.raises(TypeError, match="device as text"):
        array_backend(0)  # type: ignore[arg-type]
