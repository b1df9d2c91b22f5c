"""Gains against closed forms, published tables (corrected) and double-precision quadrature."""

from __future__ import annotations

from fractions import Fraction
from math import pi, sqrt

import numpy as np
import pytest

from theory.activation.activation import Activation
from theory.signal_propagation.gain import gains

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(120)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


@pytest.mark.parametrize(
    ("text", "printed", "certified"),
    [  # gammas of NFNets (Brock et al. 2021) as printed in timm, `_nonlin_gamma`, from samples; and the digits of the integral
        ("gelu", 1.7015043, "1.7009262"),
        ("relu", 1.7139589, "1.7128586"),
        ("sigmoid", 4.8038354, "4.8013134"),
        ("silu", 1.7881293, "1.7871872"),
        ("tanh", 1.5939118, "1.5925374"),
        ("selu", 1.0008515, "1"),
        ("elu", 1.2716005, "1.2708434"),
        ("softplus", 1.9203323, "1.9191260"),
    ],
)
def test_forward_std_gains_correct_the_sampled_table(text: str, printed: float, certified: str) -> None:
    gain = gains(text).forward_std
    assert gain.decimal(8) == certified
    assert 1e-4 < abs(printed / float(gain) - 1) < 2e-3  # a Monte-Carlo table: right to three digits


@pytest.mark.parametrize("text", ["tanh", "gelu", "silu", "sin", "exp(x/4)"])
@pytest.mark.parametrize(("mean", "variance"), [(0, 1), (Fraction(3, 10), 2)])
def test_gains_agree_with_gauss_hermite_quadrature(text: str, mean: Fraction, variance: Fraction) -> None:
    found, activation = gains(text, mean, variance), Activation.from_text(text)
    x = float(mean) + sqrt(variance) * NODES
    values = activation(x)
    slopes = (activation(x + 1e-5) - activation(x - 1e-5)) / 2e-5
    square = float(WEIGHTS @ values**2)
    assert float(found.forward_rms) == pytest.approx(1 / sqrt(square), rel=1e-7)
    assert float(found.forward_std) == pytest.approx(1 / sqrt(square - float(WEIGHTS @ values) ** 2), rel=1e-7)
    assert float(found.backward) == pytest.approx(1 / sqrt(float(WEIGHTS @ slopes**2)), rel=1e-7)


def test_relu_is_critical_at_every_variance() -> None:
    relu = gains("relu")
    assert relu.critical is not None
    assert str(relu.critical.gain) == "sqrt(2)"
    assert relu.critical.variance is None
    assert float(relu.forward_std) == pytest.approx(sqrt(2 * pi / (pi - 1)), rel=1e-15)


def test_tanh_is_critical_where_signals_vanish() -> None:
    critical = gains("tanh").critical
    assert critical is not None
    assert (str(critical.gain), str(critical.variance)) == ("1", "0")


def test_a_critical_variance_satisfies_both_equations() -> None:
    # a bump beyond a linear part: E s^2 = q E s'^2 has a solution q > 0
    activation = Activation.from_text("x*exp(-x**2/8) + x/4")
    critical = gains(activation).critical
    assert critical is not None
    q, gain = float(critical.variance), float(critical.gain)
    x = sqrt(q) * NODES
    slopes = (activation(x + 1e-5) - activation(x - 1e-5)) / 2e-5
    assert gain**2 * float(WEIGHTS @ slopes**2) == pytest.approx(1, rel=1e-6)
    if q > 0:
        assert gain**2 * float(WEIGHTS @ activation(x) ** 2) == pytest.approx(q, rel=1e-6)


def test_a_jump_has_no_gradient_gain() -> None:
    step = gains("step")
    assert str(step.backward) == "0"
    assert step.critical is None


@pytest.mark.parametrize("digits", [0, 10_001])
def test_digits_out_of_range(digits: int) -> None:
    with pytest.raises(ValueError, match="needs digits"):
        gains("relu").to_json(digits)


def test_a_variance_is_positive() -> None:
    with pytest.raises(ValueError, match="positive variance"):
        gains("relu", 0, 0)


def test_fans_turn_a_gain_into_a_deviation() -> None:
    entry = gains("relu").to_json(12, fan_in=Fraction(1152, 8))["gains"]["forward_rms"]
    assert entry["weight_variance"]["closed_form"] == "1/72"
    assert entry["std"]["value"] == "0.117851130198"
