"""Layers that a map takes, against plain iteration of its closed form."""

from __future__ import annotations

from fractions import Fraction
from math import acos, exp, pi, sqrt

import pytest

from theory.activation import Activation, catalogue
from theory.kernel_map.kernel_map import KernelMap
from theory.signal_propagation.depth_to_reach import depth_to_reach
from theory.signal_propagation.rate import convergence


def relu_map(rho: float) -> float:
    return (sqrt(max(0.0, 1 - rho * rho)) + rho * (pi - acos(rho))) / pi


def iterated(kappa: object, limit: float, distance: float, rho: float) -> int:
    depth = 0
    while abs(rho - limit) > distance:
        rho, depth = kappa(rho), depth + 1  # type: ignore[operator]
    return depth


@pytest.mark.parametrize("distance", [Fraction(1, 10), Fraction(1, 1000), Fraction(1, 20_000)])
def test_relu_before_and_after_the_bisection_begins(distance: Fraction) -> None:
    found = depth_to_reach(KernelMap.normalised(catalogue("relu")[0]), distance)
    assert found == iterated(relu_map, 1, float(distance), 0.5)


def test_geometric_and_interior_fixed_points() -> None:
    exponential = KernelMap.centred(catalogue("exp")[0])  # (e^rho - 1)/(e - 1)
    assert depth_to_reach(exponential, Fraction(1, 10**6), Fraction(9, 10)) == iterated(
        lambda rho: (exp(rho) - 1) / (exp(1) - 1), 0, 1e-6, 0.9
    )
    square = KernelMap.normalised(catalogue("square")[0])  # (1 + 2 rho^2)/3, rho* = 1/2
    assert depth_to_reach(square, Fraction(1, 100), Fraction(9, 10)) == iterated(
        lambda rho: (1 + 2 * rho * rho) / 3, 0.5, 0.01, 0.9
    )
    assert depth_to_reach(square, Fraction(1, 100)) == 0


@pytest.mark.parametrize("name", ["relu", "exp", "gelu"])
def test_never_more_layers_than_proved(name: str) -> None:
    kernel = KernelMap.normalised(catalogue(name)[0])
    bound = convergence(kernel)
    found = depth_to_reach(kernel, Fraction(1, 100))
    assert bound is not None
    assert found is not None
    assert found <= bound.depth_to_reach(Fraction(1, 100), Fraction(1, 2))


def test_the_identity_arrives_nowhere() -> None:
    assert depth_to_reach(KernelMap.centred(Activation.from_text("2*x + 1")), Fraction(1, 10)) is None


@pytest.mark.parametrize(
    ("distance", "start", "reason"),
    [(Fraction(1, 10**13), Fraction(0), "distance"), (Fraction(1), Fraction(0), "distance"), (Fraction(1, 2), Fraction(1), "start"), (Fraction(1, 2), Fraction(-1, 2), "start")],
)  # fmt: skip
def test_bad_input(distance: Fraction, start: Fraction, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        depth_to_reach(KernelMap.normalised(catalogue("tanh")[0]), distance, start)
