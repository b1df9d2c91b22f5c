from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from theory.activation.activation import Activation
from theory.kernel_map.kernel_map import KernelMap
from theory.number import Number
from theory.signal_propagation.depth_law import depth_law


@pytest.mark.parametrize(
    ("text", "power", "constant"),
    [
        ("relu", 2, 9 * sp.pi**2 / 2),  # Hayou, Doucet, Rousseau 2019
        ("abs", 2, 9 * sp.pi**2 / 8),  # the jump of the derivative doubles while E s^2 doubles
        ("exp", 1, sp.Integer(2)),
        ("sqrt(1/4) + sqrt(1/2)*x + sqrt(1/4)*(x**2 - 1)/sqrt(2)", 1, sp.Integer(4)),  # (1 + r)^2/4
    ],
)
def test_constants(text: str, power: int, constant: sp.Expr) -> None:
    law = depth_law(KernelMap.normalised(Activation.from_text(text)))
    assert law is not None
    assert law.power == power
    assert law.constant.ball(30).overlaps(Number.of(constant).ball(30))


@pytest.mark.parametrize(("text", "tolerance"), [("relu", 3e-4), ("leaky_relu", 3e-4), ("abs", 3e-4), ("exp", 2e-4)])
def test_law_against_a_million_layers(text: str, tolerance: float) -> None:
    """Relative error of the law is O(log(l)/l): below 1e-4 at l = 1e6 with constants of order 10."""
    kernel = KernelMap.normalised(Activation.from_text(text))
    law = depth_law(kernel)
    assert law is not None
    depth = 10**6
    gap = kernel.gap_after(np.array([0.5, 1.3]), depth)
    assert np.all(np.abs(gap * depth**law.power / float(law.constant.ball(20)) - 1) < tolerance)


@pytest.mark.parametrize("text", ["tanh", "cos", "gelu", "step"])
def test_no_law_off_criticality(text: str) -> None:
    assert depth_law(KernelMap.normalised(Activation.from_text(text))) is None


def test_raw_maps_are_refused() -> None:
    with pytest.raises(ValueError, match="depth_law needs a normalised or centred map"):
        depth_law(KernelMap.raw(Activation.from_text("relu")))
