"""Pairs of any mean and covariance: the midpoint rule in the plane, arc-cosine kernels, moments of normals, degenerate pairs."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.activation.activation import Activation
from theory.kernel_map.pair import pair_expectation

GRID = (np.arange(1600) + 0.5) / 100 - 8
WEIGHTS = np.exp(-(GRID**2) / 2)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


@pytest.mark.parametrize("text", ["tanh", "gelu", "relu", "selu", "mish"])
def test_the_midpoint_rule_in_the_plane_agrees(text: str) -> None:
    activation, (m, n), (a, b, d) = Activation.from_text(text), (1 / 3, -0.5), (2.0, 0.75, 3.0)
    x = m + np.sqrt(a) * GRID[:, None]
    y = n + b / np.sqrt(a) * GRID[:, None] + np.sqrt(d - b * b / a) * GRID[None, :]
    plane = float(WEIGHTS @ (activation(x) * activation(y)) @ WEIGHTS)
    found = pair_expectation(text, ("1/3", "-1/2"), ((2, "3/4"), ("3/4", 3)))
    assert float(found.ball(12)) == pytest.approx(plane, abs=2e-5 if text in ("relu", "selu") else 1e-10)
    assert found.ball(12).rad() < 1e-11


def test_relu_of_unequal_variances_is_the_arc_cosine_kernel() -> None:
    # Cho and Saul 2009: sqrt(a d)/(2 pi) (sin t + (pi - t) cos t)
    t = np.arccos(0.5 / np.sqrt(2 * 3))
    exact = np.sqrt(6) / (2 * np.pi) * (np.sin(t) + (np.pi - t) * np.cos(t))
    assert float(pair_expectation("relu", (0, 0), ((2, "1/2"), ("1/2", 3)))) == pytest.approx(exact, rel=1e-13)


@given(
    st.tuples(*[st.fractions(-2, 2, max_denominator=6)] * 2),
    st.tuples(*[st.fractions(Fraction(1, 4), 3, max_denominator=6)] * 2),
    st.fractions(-1, 1, max_denominator=5),
)
@settings(deadline=None, max_examples=10)
def test_polynomials_are_moments_of_normals(mean: Any, variances: Any, share: Fraction) -> None:
    (m, n), (a, d) = mean, variances
    b = share * min(a, d)
    covariance = ((a, b), (b, d))
    product = float(b + m * n)  # E XY = cov + m n
    assert float(pair_expectation("x", mean, covariance).ball(12)) == pytest.approx(product, abs=1e-10)
    squares = float((m * m + a) * (n * n + d) + 2 * b * b + 4 * b * m * n)  # E X^2 Y^2
    assert float(pair_expectation("square", mean, covariance).ball(12)) == pytest.approx(squares, abs=1e-10, rel=1e-12)


def test_degenerate_pairs() -> None:
    point = pair_expectation("tanh", (1, 0), ((0, 0), (0, 1)), other="exp")
    assert float(point) == pytest.approx(np.tanh(1) * np.exp(0.5), rel=1e-14)
    same = pair_expectation("relu", (0, 0), ((1, 2), (2, 4)))
    assert float(same) == pytest.approx(1.0, rel=1e-14)  # 2 E Z_+^2
    opposite = pair_expectation("x", (0, 0), ((1, -2), (-2, 4)))
    assert float(opposite) == pytest.approx(-2.0, rel=1e-14)


@pytest.mark.parametrize(
    ("mean", "covariance"),
    [
        ((0, 0), ((1, 2), (2, 1))),
        ((0, 0), ((1, 0), (1, 1))),
        ((0, 0), ((-1, 0), (0, 1))),
        ((0,), ((1, 0), (0, 1))),
        (("a", 0), ((1, 0), (0, 1))),
        ((0, 0), (1, 0)),
    ],
    ids=str,
)
def test_bad_input(mean: Any, covariance: Any) -> None:
    with pytest.raises(ValueError, match="pair_expectation needs"):
        pair_expectation("relu", mean, covariance)


def test_too_near_one_is_refused_when_asked() -> None:
    with pytest.raises(ValueError, match="at most 800 Hermite terms"):
        pair_expectation("relu", (1, 0), ((1, "99999/100000"), ("99999/100000", 1))).ball(20)
