"""Norms: definitions, rounding, features and samples without direction; pullbacks are in test_layer.py."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from numerics.network.normalisation import BatchNorm, LayerNorm, Recentre, Rescale, RMSNorm


def test_norms_do_what_their_definition_says() -> None:
    rng = np.random.default_rng(1)
    x = rng.standard_normal((2, 5, 7)) + 3
    apply = {layer: layer.apply(x, 7, rng) for layer in (LayerNorm(), RMSNorm(), BatchNorm(), Rescale(), Recentre())}
    assert np.allclose(apply[RMSNorm()], x / np.sqrt((x**2).mean(2, keepdims=True)))
    assert np.allclose(apply[LayerNorm()], (x - x.mean(2, keepdims=True)) / x.std(2, keepdims=True))
    assert np.allclose(apply[BatchNorm()], (x - x.mean(1, keepdims=True)) / x.std(1, keepdims=True))
    assert np.allclose(apply[Rescale()], x / np.sqrt((x**2).mean(1, keepdims=True)))
    assert np.allclose(apply[Recentre()], x - x.mean(1, keepdims=True))
    both = Rescale().apply(apply[Recentre()], 7, rng)
    assert np.allclose(both, apply[BatchNorm()])


@pytest.mark.parametrize("constant", [0.0, 0.1, -0.3, 1e100])
def test_what_has_no_direction_gets_none(constant: float) -> None:
    """A constant sample becomes nan, a constant feature 0, though 0.1 minus its rounded mean is not 0."""
    rng = np.random.default_rng(3)
    x = rng.standard_normal((1, 24, 24))
    x[0, 3] = constant
    assert np.isnan(LayerNorm().apply(x, 24, rng)[0, 3]).all()
    y = x.swapaxes(1, 2)
    normed, pullback = BatchNorm().record(y, 24, rng)
    assert (normed[0, :, 3] == 0).all()
    assert np.isfinite(normed).all()
    assert (pullback(np.ones_like(y), [])[0, :, 3] == 0).all()


def test_rows_of_a_wide_state_have_mean_zero_and_unit_mean_square() -> None:
    """Against exact sums of the very floats: a sum of d numbers by pairs or blocks errs by far less than d/8 roundings."""
    d, eps = 10_000, float(np.finfo(float).eps)
    state = np.random.default_rng(6).standard_normal((1, 2, d)) * 5 + 40
    for row in LayerNorm().apply(state, d, np.random.default_rng()).reshape(2, d):
        exact = [Fraction(float(x)) for x in row]
        # the rounded mean is off by eps/2 times 40 and is divided by the deviation, 5
        assert abs(float(sum(exact) / d)) <= 8 * eps * 4
        assert abs(float(sum(x * x for x in exact) / d) - 1) <= d / 8 * eps


def test_the_state_that_comes_in_is_left_alone() -> None:
    state = np.random.default_rng(7).standard_normal((2, 3, 8))
    before = state.copy()
    for layer in (LayerNorm(), RMSNorm(), BatchNorm(), Rescale(), Recentre()):
        layer.apply(state, 8, np.random.default_rng())
        layer.record(state, 8, np.random.default_rng())[1](state, [])
        assert np.array_equal(state, before)
