"""Moments and edges of Jacobian spectra against matrices, Fuss-Catalan numbers and each other."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from theory.activation.activation import Activation
from theory.haar.jacobian import free_jacobian_moment, independent_mask
from theory.network.jacobian import (
    SHARE,
    largest_singular_value,
    limit_moment,
    second_moment_ratio,
    slope_share,
)


def test_gaussian_products_without_activation_have_fuss_catalan_moments():
    for depth in (1, 2, 3):
        for k in (1, 2, 3, 4):
            expected = sp.binomial((depth + 1) * k, k) / (depth * k + 1)
            assert limit_moment(k, depth).subs(SHARE, 1) == expected


@pytest.mark.parametrize(
    ("weights", "expected"), [("gauss", lambda p, n: 1 + n / p), ("haar", lambda p, n: 1 + n * (1 / p - 1))]
)
def test_second_moment_ratio_of_every_depth(weights, expected):
    for depth in range(1, 5):
        ratio = limit_moment(2, depth, weights) / limit_moment(1, depth, weights) ** 2
        assert sp.simplify(ratio - expected(SHARE, sp.Integer(depth))) == 0


@pytest.mark.parametrize("weights", ["gauss", "haar"])
def test_closed_sums_are_the_reversed_series(weights):
    """Lagrange's coefficients against S-transforms as power series (`theory.haar.jacobian`)."""
    for share in (Fraction(1, 2), Fraction(4, 5)):
        mask = independent_mask([share] * 4)
        for depth in (1, 3, 6):
            for k in (1, 2, 3, 4):
                series = free_jacobian_moment(k, mask, depth, gaussian=weights == "gauss")
                assert limit_moment(k, depth, weights).subs(SHARE, sp.Rational(share)) == sp.Rational(series)


def test_haar_without_activation_is_an_isometry():
    assert all(limit_moment(k, 5, "haar").subs(SHARE, 1) == 1 for k in (1, 2, 3, 4))
    assert str(largest_singular_value(5, Fraction(1), "haar")) == "1"


@pytest.mark.parametrize("weights", ["gauss", "haar"])
def test_moments_grow_like_powers_of_the_edge(weights):
    """m_{k+1}/m_k increases to the right edge: below it always, and near it at k = 16."""
    edge = float(largest_singular_value(3, Fraction(1, 2), weights))
    moments = [float(limit_moment(k, 3, weights).subs(SHARE, sp.Rational(1, 2))) for k in range(1, 18)]
    ratios = [b / a for a, b in itertools.pairwise(moments)]
    assert all(a <= b for a, b in itertools.pairwise(ratios))
    assert 0.82 * edge < ratios[-1] < edge


def test_marchenko_pastur_edge_and_isometry_limit():
    assert float(largest_singular_value(1, Fraction(1))) == 4
    depth = 4000  # at p = 1 - c/L the edge over m_1 tends to e c
    share = 1 - Fraction(3, depth)
    edge = float(largest_singular_value(depth, share, "haar").value(30))
    assert abs(edge / float(share) ** depth / (3 * np.e) - 1) < 5 / depth * 3


@pytest.mark.parametrize("weights", ["gauss", "haar"])
def test_relu_networks_have_these_moments(weights):
    rng, n, depth, draws = np.random.default_rng(5), 120, 3, 6
    found = []
    for _ in range(draws):
        jacobian, state = np.eye(n), rng.standard_normal(n)
        for _ in range(depth):
            w = rng.standard_normal((n, n)) / np.sqrt(n)
            w = np.linalg.qr(rng.standard_normal((n, n)))[0] if weights == "haar" else w
            state = w @ state
            jacobian = (state > 0)[:, None] * (w @ jacobian)
            state = np.maximum(state, 0)
        squares = np.linalg.svd(jacobian, compute_uv=False) ** 2
        found.append((squares**2).mean() / squares.mean() ** 2)
    truth = float(second_moment_ratio(Activation.from_text("relu"), depth, weights))
    # the ratio is off by O(1/n) (about 4 %) and fluctuates by 2 %
    assert abs(np.mean(found) - truth) < 0.15 * truth


def test_ratio_of_smooth_activations_and_shares():
    assert slope_share(Activation.from_text("hardtanh")) == sp.erf(sp.sqrt(2) / 2)
    assert slope_share(Activation.from_text("abs")) is None
    x = np.linspace(-12, 12, 4001)  # the trapezoid rule is exact to rounding here
    w = np.exp(-x * x / 2)
    w = w / w.sum()
    slope = 1 / np.cosh(x) ** 2
    expected = 1 + 6 * ((w * slope**4).sum() / (w * slope**2).sum() ** 2 - 1)
    found = second_moment_ratio(Activation.from_text("tanh"), 6, "haar")
    assert abs(float(found) - expected) < 1e-10


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: limit_moment(0, 1), "order >= 1"),
        (lambda: limit_moment(1, 0), "depth >= 1"),
        (lambda: limit_moment(1, 1, "uniform"), "'gauss' or 'haar'"),
        (lambda: largest_singular_value(1, Fraction(0)), r"share in \(0, 1\]"),
        (lambda: second_moment_ratio(Activation.from_text("sign"), 1), "without jumps"),
    ],
)
def test_bad_input(call, match):
    with pytest.raises(ValueError, match=match):
        call()
