"""Shaped activations as array functions: their normalisation by quadrature, and bad input."""

from __future__ import annotations

import numpy as np
import pytest

from numerics.covariance_sde.shaped_activation import shaped_relu_map, smooth_map


def test_activations_are_normalised_by_quadrature() -> None:
    nodes, weights = np.polynomial.hermite_e.hermegauss(200)
    for phi in (smooth_map("tanh", 0.5, 4), smooth_map("x + x**2/2", 1.0, 9)):
        assert float(weights @ phi(nodes) ** 2) / np.sqrt(2 * np.pi) == pytest.approx(1, abs=1e-9)
    relu = shaped_relu_map(3.0, -2.0, 16)(nodes)  # even and odd part: 200 nodes integrate squares of each exactly
    assert float(weights @ relu**2) / np.sqrt(2 * np.pi) == pytest.approx(1, abs=1e-12)


BAD = [
    (lambda _: shaped_relu_map(-10.0, -10.0, 100), r"s_\+\^2"),
    (lambda _: shaped_relu_map(1.0, 0.0, 10, exponent=0.0), "exponent > 0"),
    (lambda _: smooth_map("sigmoid", 1.0, 10), r"phi\(0\) = 0"),
    (lambda _: smooth_map("tanh", -1.0, 10), "scale > 0"),
]


@pytest.mark.parametrize(("call", "match"), BAD)
def test_bad_input(call: object, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        call(np.random.default_rng(0))  # type: ignore[operator]
