"""Tailored activations: their maps by the midpoint rule, the published map of leaky relus, targets that cannot be met."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from theory.signal_propagation.tailor import Tailored, UnreachableTargetError, tailor

Z = (np.arange(40000) + 0.5) / 2000 - 10
W = np.exp(-(Z**2) / 2)
W = W / W.sum()


def maps(found: Tailored) -> tuple[float, float, float, float]:
    """Q(1), Q'(1), the root of C(0), C'(1)."""
    a = found.as_activation()
    value = a(Z)
    slope = (a(Z + 1e-5) - a(Z - 1e-5)) / 2e-5
    return float(W @ value**2), float(W @ (value * slope * Z)), float(W @ value), float(W @ slope**2)


@pytest.mark.parametrize(("text", "depth"), [("tanh", 10), pytest.param("gelu", 10, marks=pytest.mark.slow)])
def test_deep_kernel_shaping_meets_its_four_conditions(text: str, depth: int) -> None:
    found = tailor(text, "dks", depth=depth)
    assert maps(found) == pytest.approx((1, 1, 0, 1.5 ** (1 / depth)), abs=1e-6)
    for name, (low, high) in found.box.items():
        assert low < float(found.parameters[name].ball(20)) < high


@pytest.mark.parametrize("zeta", ["3/2", "11/10", "5"])
def test_a_shifted_relu_has_its_slope(zeta: str) -> None:
    square, _, mean, slope = maps(tailor("relu", "dks", zeta=Fraction(zeta)))
    assert (square, mean, slope) == pytest.approx((1, 0, float(Fraction(zeta))), abs=1e-2)  # a kink between nodes


@pytest.mark.parametrize(("eta", "depth"), [("9/10", 20), ("1/2", 3), ("9/10", 200)])
def test_leaky_relus_by_the_published_map(eta: str, depth: int) -> None:
    # Zhang, Botev, Martens, ICLR 2022: the C map of a leaky relu with negative slope a
    found = tailor("leaky_relu", "tat", eta=Fraction(eta), depth=depth)
    a, c = float(found.parameters["slope"]), 0.0
    for _ in range(depth):
        c = ((1 - a) ** 2 * (np.sqrt(1 - c * c) + (np.pi - np.arccos(c)) * c) / np.pi + 2 * a * c) / (1 + a * a)
    assert c == pytest.approx(float(Fraction(eta)), abs=1e-12)
    assert float(found.parameters["gamma"]) == pytest.approx(np.sqrt(2 / (1 + a * a)), rel=1e-14)


def test_unit_variance_by_the_output_alone() -> None:
    found = tailor("gelu", "unit")
    assert found.parameters["gamma"].decimal(10) == "1.700926243"
    assert maps(found)[0] == pytest.approx(1, abs=1e-9)


def test_more_digits_agree_with_fewer() -> None:
    alpha = tailor("tanh", "dks", depth=10).parameters["alpha"]
    assert alpha.ball(25).overlaps(alpha.ball(12))
    assert alpha.ball(25).rad() < 1e-24


@pytest.mark.parametrize(
    ("text", "target", "options", "match"),
    [
        ("tanh", "dks", {"zeta": 1}, "zeta > 1"),
        ("relu", "dks", {"zeta": 8}, "has no other"),
        ("identity", "dks", {}, "nonlinear"),
        ("relu", "tat", {}, "take more layers"),
        ("relu", "tat", {"eta": 1, "depth": 5}, "0 < eta < 1"),
    ],
)
def test_targets_that_cannot_be_met(text: str, target: str, options: dict[str, int], match: str) -> None:
    with pytest.raises(UnreachableTargetError, match=match):
        tailor(text, target, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "target", "options", "match"),
    [
        ("tanh", "best", {}, "target of dks, tat, unit"),
        ("tanh", "dks", {"depth": 0}, "depth in 1..10000"),
        ("tanh", "dks", {"eta": 1}, "eta for tat"),
        ("tanh", "tat", {}, "relu or leaky_relu"),
        ("elu", "dks", {}, "analytic on the line"),
    ],
)
def test_bad_input(text: str, target: str, options: dict[str, int], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        tailor(text, target, **options)  # type: ignore[arg-type]


def test_the_relu_has_the_largest_correlation_of_all_leaky_relus() -> None:
    # sup over a of C_a^L(0) is at a = 0: the bound that a target is refused by
    values = []
    for a in np.linspace(0, 1, 11):
        c = 0.0
        for _ in range(5):
            c = c + (1 - a) ** 2 / (1 + a * a) * (np.sqrt(1 - c * c) - c * np.arccos(c)) / np.pi
        values.append(c)
    assert values == sorted(values, reverse=True)
