"""Predicted correlations at finite width: certified moments, sampled networks, scaling in the width, refusals."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from numerics.correlation_band import correlation_band, one_block_noise
from numerics.network.gram_chain import gram_chain
from numerics.network.network import network_in_order
from theory.activation import Activation, catalogue
from theory.kernel_map.kernel_map import KernelMap
from theory.signal_propagation.finite_width import correlation_by_delta_method, mixed_moments, symbolic_moments


@pytest.mark.parametrize("name", ["sin", "relu", "square"])
def test_one_block_against_certified_moments_and_the_derived_formula(name: str) -> None:
    activation = catalogue(name)[0]
    moments, symbols = mixed_moments(activation, Fraction(1, 2), 10), symbolic_moments()
    values = {getattr(symbols, key): float(getattr(moments, key)) for key in ("kappa", "mu31", "mu22", "mu40")}
    expected = [float(formula.subs(values)) for formula in correlation_by_delta_method()]
    # the trapezoidal rule of step 1/10 errs by about its square where there is a kink
    assert one_block_noise(KernelMap.centred(activation), 0.5) == pytest.approx(expected, rel=2e-3)


def test_near_one_relu_has_variance_eight_gap_squared_and_bias_two_gaps() -> None:
    # theory.covariance_sde.unshaped: n Var = 8 u^2, n E = -2 u to leading order in u = 1 - rho
    bias, variance = one_block_noise(KernelMap.normalised(catalogue("relu")[0]), 1e-6)
    assert variance / 1e-12 == pytest.approx(8, rel=0.02)
    assert bias == pytest.approx(-2e-6, rel=0.02)


@pytest.mark.parametrize(
    ("name", "norm", "seed"), [("relu", "layer_norm", 1), ("relu", "rms_norm", 2), ("sin", "layer_norm", 3), ("gelu", "rms_norm", 4)]
)  # fmt: skip
def test_sampled_networks_keep_to_mean_and_spread(name: str, norm: str, seed: int) -> None:
    activation = catalogue(name)[0]
    kernel = KernelMap.centred(activation) if norm == "layer_norm" else KernelMap.normalised(activation)
    width, depth, networks = 400, 6, 1000
    band = correlation_band(kernel, 0.5, width, depth)
    network = network_in_order(("linear", "activation", norm), width, depth, activation)
    gram = np.array([[1, 0.5], [0.5, 1]])
    rho = np.array([g[:, 0, 1] for g in gram_chain(network, gram, np.random.default_rng(seed), repeats=networks)])
    for layer in (1, depth):
        error = rho[layer - 1].std() / np.sqrt(networks)
        # five standard errors (false alarm 6e-7), and the next order, 20/width^2 a layer
        assert abs(rho[layer - 1].mean() - band.mean[layer]) < 5 * error + 20 * layer / width**2
        # the standard error of a standard deviation is sd/sqrt(2 networks) for a normal law; the next order is 1/width
        assert rho[layer - 1].std() == pytest.approx(
            band.standard_deviation[layer], rel=5 / np.sqrt(2 * networks) + 10 / width
        )


def test_the_spread_shrinks_like_the_root_of_the_width() -> None:
    kernel = KernelMap.centred(catalogue("tanh")[0])
    wide, wider = (correlation_band(kernel, 0.9, width, 5) for width in (10_000, 1_000_000))
    assert wide.standard_deviation[1:] / wider.standard_deviation[1:] == pytest.approx(10, rel=1e-2)
    assert wide.standard_deviation[0] == 0


def test_infinite_width_is_the_kernel_map() -> None:
    kernel = KernelMap.normalised(catalogue("relu")[0])
    band = correlation_band(kernel, 0.2, 10**9, 20)
    assert 1 - band.mean[-1] == pytest.approx(float(kernel.gap_after(np.array([0.8]), 20)[0]), rel=1e-6)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"width": 1}, "width >= 2"),
    ({"depth": 0}, "depth >= 1"),
    ({"depth": True}, "integer depth"),
    ({"start": 1.5}, r"correlation in \[-1, 1\]"),
    ({"start": float("nan")}, r"correlation in \[-1, 1\]"),
    ({"kernel": KernelMap.raw(catalogue("tanh")[0])}, "kind='raw'"),
    ({"kernel": KernelMap.centred(Activation.from_text("exp(x**2/6)"))}, r"E s\(Z\)\^4"),
    ({"kernel": KernelMap.centred(Activation.from_text("exp(9*x)"))}, "moderate growth"),
]


@pytest.mark.parametrize(("change", "reason"), BAD)
def test_bad_input(change: dict[str, Any], reason: str) -> None:
    arguments = {"kernel": KernelMap.centred(catalogue("tanh")[0]), "start": 0.5, "width": 10, "depth": 2} | change
    with pytest.raises(ValueError, match=reason):
        correlation_band(**arguments)
