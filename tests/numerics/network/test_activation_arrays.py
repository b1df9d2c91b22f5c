"""Values and derivatives of activations at arrays: against mpmath, kinks, float types."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from numerics.network.activation_arrays import activation_values, value_and_slope
from theory.activation import Activation, catalogue
from theory.activation.catalogue import CATALOGUE

POINTS = np.array([-5.3, -1.7, -0.4, 0.35, 0.9, 2.2, 6.5])


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_slope_is_the_derivative(name: str) -> None:
    (activation,) = catalogue(name)
    value, slope = value_and_slope(activation, POINTS)
    assert np.allclose(value, activation(POINTS), rtol=1e-14, atol=0)
    with mpmath.workdps(40):
        exact = np.array([float(mpmath.diff(activation.at, mpmath.mpf(float(x)))) for x in POINTS])
    # sums of terms as large as the value's ingredients cancel: absolute accuracy at that size
    assert np.allclose(slope, exact, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        ("max(x, 0)", 0.0, 0.5),
        ("min(2*x, 3 - x)", 1.0, 0.5),
        ("abs(x)", 0.0, 0.0),
        ("max(x, x)", 1.0, 1.0),
        ("x**3", 0.0, 0.0),
        ("tanh(50*x)", 20.0, 0.0),
    ],
)
def test_kinks_and_ends(text: str, at: float, expected: float) -> None:
    _, slope = value_and_slope(Activation.from_text(text), np.array([at]))
    assert slope[0] == pytest.approx(expected, abs=1e-30)


def test_float_type_and_shape_are_kept() -> None:
    x = np.linspace(-1, 1, 6, dtype=np.float32).reshape(2, 3)
    for name in CATALOGUE:
        value, slope = value_and_slope(catalogue(name)[0], x)
        assert value.dtype == slope.dtype == np.float32, name
        assert value.shape == slope.shape == x.shape


@pytest.mark.parametrize("text", ["max(x, 0)", "max(0.3, x)", "min(x, -1/3)", "max(x, 0) + min(x, 1)", "max(x, -x)"])
@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_one_bend_has_the_bits_of_the_general_way(text: str, kind: type) -> None:
    """NumPy's maximum with a row of constants, which is faster, is its maximum with one constant: nan, -0 and type too."""
    activation = Activation.from_text(text)
    x = np.random.default_rng(3).standard_normal((2, 3, 7)).astype(kind)
    x[0, 0, :3] = [np.nan, -0.0, np.inf]
    found = activation_values(activation, x)
    assert found.dtype == kind
    assert found.tobytes() == activation(x).tobytes()
    assert activation_values(activation, np.asarray(kind(0.7))) == activation(np.asarray(kind(0.7)))
