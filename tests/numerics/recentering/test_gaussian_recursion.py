"""The recursion with norms: closed forms against the series, against networks, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from numerics.recentering.angle_recursion import MeanField
from numerics.recentering.batch import clustered_grams, generic_grams, odd_state
from numerics.recentering.gaussian_recursion import GaussianMeanField
from numerics.recentering.network import recentred_chain, recentred_network
from theory.activation.activation import Activation


def activation(text: str) -> Activation:
    return Activation.from_text(text)


def test_closed_form_of_erf_is_the_series() -> None:
    """erf(x) + 0 is the same function without the name that has the closed form."""
    gram = generic_grams(3, 6, 12, np.random.default_rng(0)) / 12
    closed = GaussianMeanField(activation("erf"), 2.0).layer(gram)
    series = GaussianMeanField(activation("2*erf(x)/2 + 0*x"), 2.0)
    assert series.activation.text != "erf"
    assert np.abs(closed - series.layer(gram)).max() < 1e-10


@pytest.mark.parametrize("text", ["relu", "abs(x)", "max(x, 0) + min(x, 0)/10"])
def test_homogeneous_activations_keep_the_recursion_in_angles(text: str) -> None:
    """He variance keeps the trace of what was recentred; up to scale the layer is that of `MeanField`."""
    from theory.kernel_map.homogeneous import HomogeneousKernel

    gram = generic_grams(4, 7, 9, np.random.default_rng(1))
    found = GaussianMeanField(activation(text), 2.0).layer(gram)
    known = MeanField(HomogeneousKernel.of(activation(text))).layer(gram)
    scaled = found * (7 / np.einsum("rii->r", found))[:, None, None]
    assert np.abs(scaled - known).max() < 1e-12


@pytest.mark.parametrize("text", ["tanh", "gelu"])
def test_finite_networks_tend_to_it(text: str) -> None:
    """Means of 2000 x 300 neurons; products of two activations bounded in the mean by 3 here: six standard errors."""
    rng = np.random.default_rng(2)
    gram = generic_grams(1, 4, 8, rng)[0] / 8
    one_layer = recentred_chain(gram, 300, 1, rng, repeats=2000, activation=activation(text), weight_variance=1.5)
    means = next(one_layer).mean(axis=0)
    expected = GaussianMeanField(activation(text), 1.5).layer(gram[None])[0]
    assert np.abs(means - expected).max() < 6 * 3 / np.sqrt(6e5)


def test_odd_activations_have_no_cluster_and_odd_state() -> None:
    """erf from a tight cluster with an odd sample, n = 16: after 300 layers all samples are exchangeable, at obtuse angles."""
    start = clustered_grams(16, 3e-2, np.random.default_rng(3))
    state = odd_state(GaussianMeanField(activation("erf"), 4.0).iterate(start, 300))
    assert not state.is_odd[0]
    assert abs(state.norm_ratio[0] - 1) < 1e-6
    assert state.cluster_angle[0] > 90


def test_rescaled_networks_take_any_activation() -> None:
    names = [
        type(layer).__name__ for layer in recentred_network(8, 2, rescaled=True, activation=activation("tanh")).block
    ]
    assert names == ["GaussianLinear", "Recentre", "BatchNorm", "Elementwise", "UnitBatch"]


@pytest.mark.parametrize("variance", [0.0, -1.0, np.inf, np.nan])
def test_weight_variances_are_checked(variance: float) -> None:
    with pytest.raises(ValueError, match="positive finite weight variance"):
        GaussianMeanField(activation("tanh"), variance)
    with pytest.raises(ValueError, match="positive finite weight variance"):
        recentred_network(8, 2, activation=activation("tanh"), weight_variance=variance)


def test_a_weight_variance_is_refused_with_rescaling() -> None:
    with pytest.raises(ValueError, match="divides it out"):
        recentred_network(8, 2, rescaled=True, weight_variance=2.0)


GRAM = generic_grams(1, 5, 10, np.random.default_rng(4))


@pytest.mark.parametrize(
    ("text", "gram", "match"),
    [
        ("max(min(x, 1), -1)", GRAM, "series that resolves"),
        ("tanh", 1e6 * GRAM, "series that resolves"),
        ("tanh", np.ones((1, 3, 3)), "all equal"),
        ("tanh", np.ones((1, 1, 1)), "at least two samples"),
        ("tanh", np.full((1, 3, 3), np.nan), "finite Gram matrices"),
        ("tanh", np.zeros((1, 3, 3)), "batch that is zero"),
    ],
)
def test_bad_input(text: str, gram: np.ndarray, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        GaussianMeanField(activation(text)).layer(gram)
