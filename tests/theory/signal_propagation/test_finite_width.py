"""Bias and variance of the correlation after one layer: algebra, special cases, exact moments by two routes."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import mpmath
import numpy as np
import pytest
import sympy as sp

from theory.activation import Activation, catalogue
from theory.signal_propagation.finite_width import correlation_by_delta_method, mixed_moments, symbolic_moments


def test_no_moment_of_third_order_survives() -> None:
    """The means are removed, and their effect is of fourth order only (Anderson, section 4.2.3)."""
    bias, variance = correlation_by_delta_method()
    m = symbolic_moments()
    assert (bias.free_symbols | variance.free_symbols) <= {m.kappa, m.mu31, m.mu22, m.mu40}


def test_a_perfect_correlation_has_neither_bias_nor_variance() -> None:
    m = symbolic_moments()
    perfect = {m.kappa: 1, m.mu31: m.mu40, m.mu22: m.mu40}
    assert [sp.expand(e.subs(perfect)) for e in correlation_by_delta_method()] == [0, 0]


def test_moments_of_the_identity_are_those_of_a_normal_pair() -> None:
    moments = mixed_moments(catalogue("identity")[0], Fraction(1, 3))
    expected = {"kappa": Fraction(1, 3), "mu31": Fraction(1), "mu22": 1 + 2 * Fraction(1, 9), "mu40": Fraction(3)}
    for name, value in expected.items():
        assert (
            getattr(moments, name).contains(float(value)) or abs(float(getattr(moments, name)) - float(value)) < 1e-14
        )


@pytest.mark.parametrize("name", ["tanh", "relu", "sigmoid"])
def test_moments_against_a_two_dimensional_quadrature(name: str) -> None:
    """Second route: product Gauss-Legendre on quadrants (kinks on the axes of U), float64, about 1e-9."""
    (activation,) = catalogue(name)
    rho = 0.5
    nodes, weights = np.polynomial.legendre.leggauss(120)
    half = 5.0 * (nodes + 1)
    radius, weight = half, 5.0 * weights
    line = np.concatenate([-radius[::-1], radius])
    line_weight = np.concatenate([weight[::-1], weight]) * np.exp(-(line**2) / 2) / np.sqrt(2 * np.pi)
    # polar angle keeps both kinks u = 0 and v = 0 on rays, so the integrand is smooth on each sector
    angles = sorted([0, np.pi / 2, np.pi, 3 * np.pi / 2, *((np.arctan2(-rho, np.sqrt(1 - rho**2)) + k * np.pi) % (2 * np.pi) for k in (0, 1)), 2 * np.pi])  # fmt: skip
    moments = dict.fromkeys([(1, 0), (2, 0), (1, 1), (3, 1), (2, 2), (4, 0)], 0.0)
    mean = float(np.sum(line_weight * activation(line)))
    scale = float(np.sqrt(np.sum(line_weight * activation(line) ** 2) - mean**2))
    for low, high in pairwise(angles):
        theta = (high - low) / 2 * nodes + (high + low) / 2
        measure = np.outer(weight * radius * np.exp(-(radius**2) / 2), weights * (high - low) / 2) / (2 * np.pi)
        u = np.outer(radius, np.cos(theta))
        v = rho * u + np.sqrt(1 - rho**2) * np.outer(radius, np.sin(theta))
        s, t = (activation(u) - mean) / scale, (activation(v) - mean) / scale
        for i, j in moments:
            moments[i, j] += float(np.sum(measure * s**i * t**j))
    found = mixed_moments(activation, Fraction(1, 2))
    for pair, ball in {(1, 1): found.kappa, (3, 1): found.mu31, (2, 2): found.mu22, (4, 0): found.mu40}.items():
        assert moments[pair] == pytest.approx(float(ball), abs=1e-8)


def test_growth_that_breaks_the_eighth_moment_is_refused() -> None:
    with pytest.raises(ValueError, match=r"growth|square-integrable"):
        mixed_moments(Activation.from_text("exp(x**2/10)"), Fraction(1, 2))


def test_more_digits_agree_with_fewer() -> None:
    (tanh,) = catalogue("tanh")
    short, long = (mixed_moments(tanh, Fraction(1, 2), digits) for digits in (12, 24))
    for name in ("kappa", "mu31", "mu22", "mu40"):
        assert getattr(short, name).overlaps(getattr(long, name))
        assert getattr(long, name).rad() < mpmath.mpf(10) ** -20
