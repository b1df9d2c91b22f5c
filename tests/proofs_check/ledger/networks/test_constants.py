"""Constants of the room's claims by second routes: grids, long recursions in mpmath, enumeration, samples."""

import mpmath
import numpy as np

from proofs_check.ledger.networks.attention_collapse import GRAM, MEAN
from proofs_check.ledger.networks.feed_forward_fits import BOUNDS, GELU, RELU
from proofs_check.ledger.networks.squared_norm import _fourth_moment, squared_norms
from theory.activation import Activation
from theory.kernel_map.kernel_map import KernelMap


def test_bounds_of_the_fits_are_the_maxima_on_a_grid_rounded_up():
    rho = np.linspace(0, 1, 4001)
    for fit in (RELU, GELU):
        values = KernelMap(fit.kind, Activation.from_text(fit.name))(rho)
        stated = float(fit.constant) + float(fit.linear) * rho + float(fit.square) * rho**2
        assert 0 < float(BOUNDS[fit.name]) - np.abs(values - stated).max() < 1e-4


def test_tangent_kernel_of_a_deep_relu_network_by_a_long_recursion():
    """Theta_L/L - 1/4 falls like log(L)/(2L), below that from L = 64 on."""
    rho, theta = mpmath.mpf(1) / 2, mpmath.mpf(0)
    for layer in range(1, 20_001):
        theta += rho
        angle = mpmath.acos(rho)
        theta *= 1 - angle / mpmath.pi
        rho = (mpmath.sin(angle) + (mpmath.pi - angle) * rho) / mpmath.pi
        if layer in (64, 1000, 20_000):
            assert 0 < theta / layer - 0.25 < mpmath.log(layer) / (2 * layer)


def test_fourth_moment_of_a_mean_of_squares():
    assert _fourth_moment(1) == 840
    rng = np.random.default_rng(0)
    squares = squared_norms(rng, 8)
    assert abs(squares.mean() - (1 + 5 / 8) ** 2) < 6 * squares.std() / np.sqrt(len(squares))
    assert squares.std() ** 2 < _fourth_moment(8) ** 2


def test_mean_of_the_pinned_kernel():
    assert float(MEAN) == np.mean([[float(x) for x in row] for row in GRAM])
