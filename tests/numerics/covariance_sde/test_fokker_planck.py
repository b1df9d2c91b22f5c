"""The Fokker-Planck solver against exact laws and invariants, its order of convergence, and its error estimate."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr

from numerics.covariance_sde.fokker_planck import transition_law
from numerics.covariance_sde.paths import artanh_drift


def ornstein_uhlenbeck(y: np.ndarray) -> np.ndarray:
    """Exact law from 1 at time 1 of dY = -Y dt + dB: mean e^-1, variance (1 - e^-2)/2."""
    return ndtr((y - np.exp(-1)) / np.sqrt((1 - np.exp(-2)) / 2))


def test_error_estimate_bounds_the_error() -> None:
    law = transition_law(np.negative, 1.0, 1.0, cells=300, steps=100)
    error = np.abs(law.values - ornstein_uhlenbeck(law.points)).max()
    assert error < law.error < 1e-4
    assert error < law.error / 20


def test_unextrapolated_order_is_two() -> None:
    """The estimate is the finer grid's error: it falls by 4 when cells and steps double."""
    errors = [transition_law(np.negative, 1.0, 1.0, cells=c, steps=c // 3).error for c in (300, 600)]
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.05)


def test_a_million_in_the_distribution_function() -> None:
    law = transition_law(np.negative, 1.0, 1.0, cells=2400, steps=800)
    assert np.abs(law.values - ornstein_uhlenbeck(law.points)).max() < 1e-8
    assert law.error < 1e-6


@pytest.mark.parametrize(("rho", "time"), [(0.3, 1.0), (-0.6, 0.5)])
def test_linear_network_conserves_the_angle(rho: float, time: float) -> None:
    law = transition_law(artanh_drift(0.0), float(np.arctanh(rho)), time)
    assert law.mean(lambda y: np.arcsin(np.tanh(y))) == pytest.approx(np.arcsin(rho), abs=1e-7)


def test_against_the_hyperbolic_density() -> None:
    from theory.covariance_sde.hyperbolic_law import hyperbolic_density

    law = transition_law(artanh_drift(0.0), 0.0, 1.0, cells=2400, steps=800)
    step = 1e-2
    for y in (0.5, 1.5):
        slope = float(np.diff(law.distribution_function([y - step, y + step]))[0]) / (2 * step)
        assert slope == pytest.approx(float(hyperbolic_density(y, 1)), abs=3e-5)  # step^2 F'''/6


def test_values_are_a_distribution_function() -> None:
    law = transition_law(artanh_drift(4.0), 0.3, 1.0)
    assert (np.diff(law.values) > -1e-12).all()
    assert law.distribution_function([-99.0, 99.0]).tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    ("arguments", "match"),
    [({"time": 0.0}, "time"), ({"time": 1.0, "cells": 8}, "16 cells"), ({"time": 1.0, "reach": 0.0}, "reach")],
)
def test_bad_input(arguments: dict[str, float], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        transition_law(np.zeros_like, 0.0, **arguments)  # type: ignore[arg-type]
