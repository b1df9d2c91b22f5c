"""Corrections of order 1/n against exact products, second routes and networks."""

from fractions import Fraction

import numpy as np
import pytest

from theory.activation.activation import Activation
from theory.network.finite_width import finite_width_corrections, layer_moments


def test_derivatives_of_the_variance_map_by_differences():
    tanh, step = Activation.from_text("tanh"), Fraction(1, 1000)
    at = {k: float(layer_moments(tanh, Fraction(1) + k * step).second.mid()) for k in (-1, 0, 1)}
    q = [float((1 + k * step) ** 2) for k in (-1, 0, 1)]
    slopes = [(at[0] - at[-1]) / (q[1] - q[0]), (at[1] - at[0]) / (q[2] - q[1])]
    m = layer_moments(tanh, Fraction(1))
    assert abs(np.mean(slopes) - float(m.slope.mid())) < 1e-5
    assert abs((slopes[1] - slopes[0]) / ((q[2] - q[0]) / 2) - float(m.curvature.mid())) < 1e-4


def test_relu_is_the_product_of_hanin_and_nica():
    """(1 + 5/n)^l = 1 + 5 l/n + ...: V_l = 5 l at He variance, no shift of the mean."""
    for layer, found in enumerate(
        finite_width_corrections(Activation.from_text("relu"), Fraction(2), Fraction(0), Fraction(1), 5), 1
    ):
        assert found.vertex.overlaps(found.vertex * 0 + 5 * layer) or abs(found.vertex - 5 * layer) < 1e-10
        assert abs(found.mean) < 1e-10
        assert abs(found.variance - 1) < 1e-10


def test_tanh_networks_have_this_mean_and_variance():
    """Two layers of width 40 and 80: n Var and n (mean - q) within six standard errors and O(1/n)."""
    tanh, w = Activation.from_text("tanh"), Fraction(9, 4)
    truth = finite_width_corrections(tanh, w, Fraction(0), Fraction(1), 3)[-1]
    q, shift, vertex = (float(x.mid()) for x in (truth.variance, truth.mean, truth.vertex))
    rng, n, draws = np.random.default_rng(11), 200, 40_000
    k = np.ones(draws)
    for _ in range(3):
        k = float(w) * (np.tanh(np.sqrt(k)[:, None] * rng.standard_normal((draws, n))) ** 2).mean(1)
    error = k.std() / np.sqrt(draws)
    assert abs(n * (k.mean() - q) - shift) < 6 * n * error + 20 / n
    assert abs(n * k.var() / vertex - 1) < 6 * np.sqrt(3 / draws) + 8 / n


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda a: finite_width_corrections(a, Fraction(0), Fraction(0), Fraction(1), 1), "weight_variance > 0"),
        (lambda a: finite_width_corrections(a, Fraction(1), Fraction(0), Fraction(1), 0), "depth >= 1"),
        (lambda a: layer_moments(a, Fraction(0)), "positive deviation"),
    ],
)
def test_bad_input(call, match):
    with pytest.raises(ValueError, match=match):
        call(Activation.from_text("relu"))
