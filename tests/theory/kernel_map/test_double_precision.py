from __future__ import annotations

import flint
import numpy as np
import pytest

from theory.activation.activation import Activation
from theory.enclosure.ball import working_bits
from theory.kernel_map.chebyshev import chebyshev, line
from theory.kernel_map.kernel_map import KernelMap

NAMES = ["relu", "erf", "tanh", "sigmoid", "gelu", "step", "sign", "cos", "square", "identity", "elu"]
PLACES = np.concatenate([np.linspace(-1, 1, 21), [1e-9, 0.999999, -0.999999, 1 - 1e-12]])
DELTAS = np.concatenate([10.0 ** -np.array([1.0, 4.0, 7.0, 10.0, 14.0]), [1.0, 2.0, 2.0 - 1e-13, 1.5]])


@pytest.mark.parametrize("kind", ["normalised", "centred"])
@pytest.mark.parametrize("name", NAMES)
def test_map_to_rounding(name: str, kind: str) -> None:
    kernel = KernelMap(kind, Activation.from_text(name))  # type: ignore[arg-type]
    for place, value in zip(PLACES, kernel.float64(PLACES), strict=True):
        truth = kernel.ball(float(place), 25)
        assert abs(truth - float(value)) < flint.arb("1e-15")


@pytest.mark.parametrize("kind", ["normalised", "centred"])
@pytest.mark.parametrize("name", NAMES)
def test_gap_has_full_relative_accuracy(name: str, kind: str) -> None:
    """Relative error below 1e-14 down to delta = 1e-14, against balls of 34 digits at the exact double."""
    kernel = KernelMap(kind, Activation.from_text(name))  # type: ignore[arg-type]
    for delta, value in zip(DELTAS, kernel.gap(DELTAS), strict=True):
        with working_bits(400):
            truth = 1 - kernel.ball(1 - flint.arb(float(delta)), 34)
            error = abs(truth - float(value))
        assert error <= flint.arb("1e-14") * abs(truth) + flint.arb("1e-33")


def test_a_map_in_rho_loses_what_the_gap_keeps() -> None:
    """Mutant: 1 - float64(1 - delta) has no correct digit left at delta = 1e-14."""
    kernel = KernelMap.centred(Activation.from_text("relu"))
    delta = np.array([1e-14])
    careless, careful = 1 - kernel.float64(1 - delta), kernel.gap(delta)
    assert abs(careless / careful - 1) > 1e-4


@pytest.mark.slow
def test_an_activation_without_closed_form_and_with_a_kink() -> None:
    kernel = KernelMap.centred(Activation.from_text("max(x,0)*tanh(x)"))
    places = np.array([-1.0, -0.3, 0.0, 0.7, 0.99])
    for place, value in zip(places, kernel.float64(places), strict=True):
        assert abs(kernel.ball(float(place), 18) - float(value)) < flint.arb("1e-15")


def test_shapes_and_input_types() -> None:
    kernel = KernelMap.normalised(Activation.from_text("tanh"))
    grid = np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4)
    assert kernel.float64(grid).shape == (3, 4)
    assert kernel.float64(grid).dtype == np.float64
    assert kernel.float64(np.array([])).size == 0
    many = np.linspace(-1, 1, 20_001)
    assert np.array_equal(kernel.float64(many)[::1000], kernel.float64(many[::1000]))


def test_correlations_beyond_one_by_rounding_are_taken_as_one() -> None:
    kernel = KernelMap.normalised(Activation.from_text("relu"))
    assert abs(kernel.float64(np.array([1 + 2.3e-16]))[0] - 1) < 1e-15


@pytest.mark.parametrize("values", [[1.1], [float("nan")], [0.0, -1.5]])
def test_correlations_outside_are_refused(values: list[float]) -> None:
    kernel = KernelMap.normalised(Activation.from_text("tanh"))
    with pytest.raises(ValueError, match=r"needs correlations in \[-1, 1\]"):
        kernel.float64(np.array(values))


@pytest.mark.parametrize("values", [[-1e-3], [2.1], [float("nan")]])
def test_gaps_outside_are_refused(values: list[float]) -> None:
    kernel = KernelMap.normalised(Activation.from_text("tanh"))
    with pytest.raises(ValueError, match=r"needs delta = 1 - rho in \[0, 2\]"):
        kernel.gap(np.array(values))


def test_raw_maps_have_no_gap() -> None:
    with pytest.raises(ValueError, match=r"needs a normalised or centred map"):
        KernelMap.raw(Activation.from_text("tanh")).gap(np.array([0.5]))


def test_chebyshev_of_a_polynomial_and_of_a_corner() -> None:
    cubic = chebyshev(lambda x: 4 * x**3 - 3 * x, line(-1, 1))
    t = np.linspace(-1, 1, 9)
    assert np.abs(cubic(t) - np.cos(3 * np.arccos(t))).max() < 1e-15
    with pytest.raises(ValueError, match=r"needs at most 512 Chebyshev points"):
        chebyshev(abs, line(-1, 1))


def test_gap_of_a_steep_analytic_activation_agrees_with_balls():
    kernel = KernelMap.normalised(Activation.from_text("tanh(2*x)"))
    deltas = np.array([1e-12, 0.3, 1.0, 1.7])
    with working_bits(300):
        truth = [float((1 - kernel.ball(1 - flint.arb(float(d)), 25)).mid()) for d in deltas[1:]]
    found = kernel.gap(deltas)
    assert np.allclose(found[1:], truth, rtol=1e-15)
    assert abs(found[0] / (1e-12 * float(kernel.slope_at_one)) - 1) < 1e-9  # to first order
