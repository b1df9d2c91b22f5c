from __future__ import annotations

from itertools import pairwise

import mpmath
import numpy as np
import pytest

from theory.activation.activation import Activation
from theory.kernel_map.kernel_map import KernelMap

DELTA = np.concatenate([10.0 ** -np.arange(0, 13, 3.0), [1.7, 0.3]])


def normalised(text: str) -> KernelMap:
    return KernelMap.normalised(Activation.from_text(text))


@pytest.mark.parametrize("text", ["relu", "tanh", "exp", "gelu", "sign", "cos", "elu", "identity", "exp(x/2)"])
@pytest.mark.parametrize("kind", ["normalised", "centred"])
def test_equals_layer_by_layer(text: str, kind: str) -> None:
    """To 1e-15 per layer, what layer by layer iteration itself loses, and 1e-12 of the interpolants."""
    kernel = KernelMap(kind, Activation.from_text(text))  # type: ignore[arg-type]
    delta = DELTA
    for layer in range(1, 301):
        delta = kernel.gap(delta)
        if layer in (1, 2, 3, 30, 300):
            found = kernel.gap_after(DELTA, layer)
            assert np.abs(found - delta).max() <= 4e-15 * layer + 1e-12
            assert np.all(np.abs(found - delta) <= (4e-15 * layer + 1e-11) * delta)


def test_relu_at_3000_layers_against_40_digits() -> None:
    with mpmath.workdps(40):
        rho = mpmath.mpf(1) / 2
        for _ in range(3000):
            rho = (mpmath.sqrt(1 - rho**2) + rho * (mpmath.pi - mpmath.acos(rho))) / mpmath.pi
        truth = float(1 - rho)
    found = normalised("relu").gap_after(np.array([0.5]), 3000)[0]
    assert abs(found / truth - 1) < 1e-12


def test_relu_depth_law() -> None:
    """l^2 (1 - rho_l) -> 9 pi^2/2, the ratio approaching 1 like log(l)/l."""
    depths = [10**4, 10**5, 10**6, 10**7]
    gaps = [normalised("relu").gap_after(np.array([0.5]), depth)[0] for depth in depths]
    misses = [abs(g * d**2 / (9 * np.pi**2 / 2) - 1) for g, d in zip(gaps, depths, strict=True)]
    assert all(late < 0.2 * early for early, late in pairwise(misses))
    assert misses[-1] < 1e-4


def test_smooth_critical_depth_law() -> None:
    # kRMS of exp is exp(rho - 1): slope 1 and curvature 1 at one, so l (1 - rho_l) -> 2
    gap = normalised("exp").gap_after(np.array([0.3]), 10**7)[0]
    assert abs(gap * 10**7 / 2 - 1) < 1e-4


def test_composition_of_depths() -> None:
    kernel = normalised("relu")
    once = kernel.gap_after(DELTA, 1234)
    assert np.allclose(kernel.gap_after(once, 100_000), kernel.gap_after(DELTA, 101_234), rtol=1e-11, atol=0)


def test_no_layer_is_the_identity() -> None:
    assert np.array_equal(normalised("relu").gap_after(DELTA, 0), DELTA)


@pytest.mark.parametrize("layers", [-1, 10**7 + 1, 1.5, True])
def test_depths_outside_are_refused(layers: object) -> None:
    with pytest.raises(ValueError, match=r"gap_after needs layers in 0\.\.10\^7"):
        normalised("relu").gap_after(DELTA, layers)  # type: ignore[arg-type]


def test_bad_gaps_and_raw_maps_are_refused() -> None:
    with pytest.raises(ValueError, match=r"needs delta = 1 - rho in \[0, 2\]"):
        normalised("relu").gap_after(np.array([2.5]), 0)
    with pytest.raises(ValueError, match=r"needs a normalised or centred map"):
        KernelMap.raw(Activation.from_text("relu")).gap_after(DELTA, 3)
