"""Critical lines: the closed form of erf, printed values, and double-precision quadrature as the second route."""

from __future__ import annotations

from fractions import Fraction

import flint
import numpy as np
import pytest

from theory.activation.activation import Activation
from theory.enclosure.ball import ball_of, working_bits
from theory.signal_propagation.critical_line import critical_curve, critical_points

NODES = (np.arange(48000) + 0.5) / 2000 - 12  # midpoints: no node meets a kink at 0
WEIGHTS = np.exp(-(NODES**2) / 2)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


def test_erf_has_the_closed_form_of_williams() -> None:
    # E erf'(sqrt(q) Z)^2 = (4/pi)/sqrt(1 + 4 q), E erf(sqrt(q) Z)^2 = (2/pi) asin(2 q/(1 + 2 q))
    bias = Fraction(1, 25)
    found = critical_points(Activation.from_text("erf"), bias)
    (point,) = found.points
    assert not found.undecided
    with working_bits(160):
        q, pi = point.variance.ball(30), flint.arb.pi()
        weight = pi * (1 + 4 * q).sqrt() / 4
        assert weight.overlaps(point.weight_variance.ball(30))
        assert (q - weight * 2 / pi * (2 * q / (1 + 2 * q)).asin() - ball_of(bias)).contains(0)
        assert point.variance.ball(30).rad() < 1e-29


@pytest.mark.parametrize(
    ("text", "bias", "weight", "variance", "stable"),
    [
        ("tanh", "1/20", "1.76", "0.57", True),  # the point (1.76, .05) of Xiao et al., ICML 2018
        ("tanh", "1/25", "1.70080", "0.512", True),
        ("gelu", "1/20", "2.30252", "0.722036", False),
        ("selu", "1", "1.31771", "8.39909", True),
    ],
)
def test_points_against_the_midpoint_rule(text: str, bias: str, weight: str, variance: str, stable: bool) -> None:
    activation = Activation.from_text(text)
    (point,) = critical_points(activation, Fraction(bias)).points
    found, q = float(point.weight_variance.ball(8)), float(point.variance.ball(8))
    assert (found, q) == (pytest.approx(float(weight), rel=1e-3), pytest.approx(float(variance), rel=2e-3))
    assert point.stable is stable
    z, step = np.sqrt(q) * NODES, 1e-5
    slope = (activation(z + step) - activation(z - step)) / (2 * step)
    assert found * float(WEIGHTS @ slope**2) == pytest.approx(1, rel=1e-5)
    assert found * float(WEIGHTS @ activation(z) ** 2) + float(Fraction(bias)) == pytest.approx(q, rel=1e-5)


def test_relu_and_the_origin() -> None:
    relu = Activation.from_text("relu")
    (point,) = critical_points(relu, Fraction(0)).points
    assert (str(point.weight_variance), point.variance) == ("2", None)
    assert critical_points(relu, Fraction(1, 10)).points == ()
    (origin,) = critical_points(Activation.from_text("gelu"), Fraction(0)).points
    assert (str(origin.weight_variance), str(origin.variance)) == ("4", "0")


def test_boxes_hold_the_curve_between_their_ends() -> None:
    # erf's curve in closed form at places inside every cell
    for box in critical_curve(Activation.from_text("erf"), Fraction(1, 10), Fraction(3), 24):
        for share in (0.1, 0.5, 0.9):
            q = float(box.low) + share * float(box.high - box.low)
            weight = np.pi / 4 * np.sqrt(1 + 4 * q)
            assert box.weight_variance.contains(float(weight))
            assert box.bias_variance.contains(float(q - weight * 2 / np.pi * np.arcsin(2 * q / (1 + 2 * q))))
        assert box.bias_variance.rad() < 0.2


@pytest.mark.parametrize(
    ("text", "bias", "largest", "match"),
    [
        ("tanh", -1, 4, "needs 0 <= sigma_b"),
        ("tanh", 5, 4, "needs 0 <= sigma_b"),
        ("tanh", 1, 2**21, "needs 0 <= sigma_b"),
        ("step", 1, 4, "without jumps"),
    ],
)
def test_bad_input(text: str, bias: int, largest: int, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        critical_points(Activation.from_text(text), Fraction(bias), Fraction(largest))
    with pytest.raises(ValueError, match="critical_curve needs"):
        critical_curve(Activation.from_text(text), Fraction(0), Fraction(1))
