"""Neuron draws: both reductions keep the mean and divide the variance."""

from __future__ import annotations

import numpy as np
import pytest

from numerics.covariance_sde.neuron_draws import neuron_products
from numerics.covariance_sde.shaped_activation import shaped_relu_map
from theory.activation.shaping import ShapedRelu


def within(samples: np.ndarray, mean: float, sigmas: float = 6.0) -> bool:
    """Six standard errors: a false alarm has probability 2e-9."""
    return bool(abs(samples.mean() - mean) < sigmas * samples.std() / np.sqrt(samples.size))


def expected() -> float:
    """Return kappa g(0.3) at n = 100, (1, -1)."""
    return float(ShapedRelu(1, -1, 100).kappa) * (np.sqrt(1 - 0.09) - 0.3 * np.arccos(0.3)) / np.pi


def test_variance_reduction_keeps_the_mean() -> None:
    """The reduced draws have mean kappa g(rho), and much less variance."""
    phi, rng = shaped_relu_map(1.0, -1.0, 100), np.random.default_rng(6)
    shape = ShapedRelu(1, -1, 100)
    expected = float(shape.kappa) * (np.sqrt(1 - 0.09) - 0.3 * np.arccos(0.3)) / np.pi
    plain = neuron_products(phi, 0.3, rng, 400_000, antithetic=False, control=False)
    reduced = neuron_products(phi, 0.3, rng, 400_000)
    assert within(plain, expected)
    assert within(reduced, expected)
    assert reduced.var() < plain.var() / 5_000


@pytest.mark.parametrize(("antithetic", "control", "gain"), [(True, False, 1), (False, True, 10), (True, True, 5_000)])
def test_each_reduction_helps(antithetic: bool, control: bool, gain: float) -> None:
    """Variances by theory at (1, -1), n = 100: 1 + rho^2 + O(delta^2) plain; antithetic pairs leave the even part xy unchanged.

    The product's even part has variance 1 + rho^2 as well, so pairs alone gain only what is odd, O(delta^2); the control leaves
    the odd terms of order delta = 1/5, whose square is 1/25 of it; both leave terms of order kappa = 2/101.
    """
    phi, rng = shaped_relu_map(1.0, -1.0, 100), np.random.default_rng(7)
    plain = neuron_products(phi, 0.3, rng, 200_000, antithetic=False, control=False)
    reduced = neuron_products(phi, 0.3, rng, 200_000, antithetic=antithetic, control=control)
    assert within(reduced, expected())
    assert reduced.var() < plain.var() / gain


def test_reduction_is_exact_in_law_for_pairs() -> None:
    """Pairs average two draws of one law: for an even product (x y of the identity) they change nothing, bit for bit."""
    plain = neuron_products(lambda x: x, 0.5, np.random.default_rng(1), 1_000, antithetic=False, control=False)
    pairs = neuron_products(lambda x: x, 0.5, np.random.default_rng(1), 1_000, antithetic=True, control=False)
    assert np.array_equal(plain, pairs)


def test_odd_part_cancels_exactly() -> None:
    """phi = 1 + x: the product's odd part x + y vanishes in pairs, so 1 + x y - rho remains."""
    rng = np.random.default_rng(2)
    pairs = neuron_products(lambda x: 1 + x, 0.5, rng, 1_000, control=True)
    assert np.abs(pairs - 1).max() < 1e-12


BAD = [
    (lambda g: neuron_products(np.tanh, 1.5, g, 5), r"rho in \[-1, 1\]"),
]


@pytest.mark.parametrize(("call", "match"), BAD)
def test_bad_input(call: object, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        call(np.random.default_rng(0))  # type: ignore[operator]
