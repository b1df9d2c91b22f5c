"""Layers: definitions, pullbacks against difference quotients, features and samples without direction, bad input."""

from __future__ import annotations

import numpy as np
import pytest

from numerics.network.layer import Elementwise, Gain, GaussianLinear, HaarLinear, Layer, Residual
from numerics.network.normalisation import BatchNorm, LayerNorm, Recentre, Rescale, RMSNorm
from numerics.network.weight_action import gaussian_columns
from theory.activation import catalogue

TANH = Elementwise(catalogue("tanh")[0])
DETERMINISTIC = [
    TANH,
    Elementwise(catalogue("gelu")[0]),
    Gain(1.7),
    LayerNorm(),
    RMSNorm(),
    BatchNorm(),
    Rescale(),
    Recentre(),
    Residual((TANH, LayerNorm()), (Gain(0.5),), weight=0.3, skip_weight=-2.0),
    Residual((TANH,)),
]


@pytest.mark.parametrize("layer", DETERMINISTIC, ids=repr)
def test_pullback_is_the_adjoint_of_the_derivative(layer: Layer) -> None:
    """<pullback(g), v> = d/dh <g, f(x + h v)>; central differences at h = 1e-5 err by h^2 and by eps/h, both below 1e-9."""
    rng = np.random.default_rng(0)
    x, g, v = rng.standard_normal((3, 2, 4, 6))
    value, pullback = layer.record(x, 6, rng)
    assert np.allclose(value, layer.apply(x, 6, rng), rtol=1e-14)
    h = 1e-5
    quotient = np.sum(g * (layer.apply(x + h * v, 6, rng) - layer.apply(x - h * v, 6, rng))) / (2 * h)
    assert np.sum(pullback(g, []) * v) == pytest.approx(quotient, rel=1e-7, abs=1e-7)


def test_weight_gradients_are_those_of_the_matrix() -> None:
    """||X^T G||^2 through n x n Gram matrices."""
    rng = np.random.default_rng(2)
    x, g = rng.standard_normal((3, 4, 9)), rng.standard_normal((3, 4, 9))
    for layer in (GaussianLinear(), GaussianLinear(full=True), HaarLinear(), HaarLinear(full=True)):
        norms: list[np.ndarray] = []
        _, pullback = layer.record(x, 9, rng)
        pullback(g, norms)
        assert np.allclose(norms[0], ((x.swapaxes(1, 2) @ g) ** 2).sum((1, 2)))


def test_residual_with_an_independent_skip_adds_gram_matrices_on_average() -> None:
    """Given X, columns of t V X + sqrt(1 - t^2) W X are N(0, X X^T/d): the mean Gram matrix stays, to 6 standard errors."""
    gram = np.array([[1.0, 0.6], [0.6, 1.0]])
    state = np.linalg.cholesky(gram)[None] * np.sqrt(2)
    block = Residual((GaussianLinear(),), (GaussianLinear(),), weight=0.6, skip_weight=0.8)
    out = block.apply(state, 100_000, np.random.default_rng(4))[0]
    error = np.sqrt((np.outer(np.diag(gram), np.diag(gram)) + gram**2) / 100_000)
    assert np.all(np.abs(out @ out.T / 100_000 - gram) < 6 * error)


def test_more_samples_than_features() -> None:
    rng = np.random.default_rng(5)
    x = rng.standard_normal((2, 9, 4))
    assert GaussianLinear().apply(x, 6, rng).shape == (2, 9, 6)
    y = HaarLinear().apply(x, 4, rng)
    assert np.allclose(y @ y.swapaxes(1, 2), x @ x.swapaxes(1, 2))


BAD = [
    (lambda _: Gain(np.inf), "finite factors"),
    (lambda _: Gain((1.0, float("nan"))), "finite factors"),
    (lambda rng: Gain((1.0, 2.0)).apply(np.ones((1, 2, 2)), 2, rng), "outside a network"),
    (lambda _: Residual(()), "at least one layer"),
    (lambda _: Residual((GaussianLinear(),), weight=np.nan), "finite weight"),
    (lambda rng: HaarLinear().apply(np.ones((1, 2, 5)), 4, rng), "rotation keeps the dimension"),
    (lambda rng: HaarLinear().columns(np.eye(4), 3, rng), "n <= d"),
    (lambda rng: gaussian_columns(np.array([[1.0, np.inf], [np.inf, 1.0]]), 2, rng), "finite"),
]


@pytest.mark.parametrize(("call", "reason"), BAD)
def test_bad_input(call: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        call(np.random.default_rng(0))  # type: ignore[operator]
