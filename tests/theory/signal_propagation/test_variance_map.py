"""Every fixed variance: values from papers' discussions and from iterating the map in double precision."""

from __future__ import annotations

from fractions import Fraction
from math import erfc, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.activation.activation import Activation
from theory.number import Number
from theory.signal_propagation.variance_map import variance_fixed_points

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(120)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


def variance_map(activation: Activation, q: float, weight: float, bias: float) -> float:
    return weight * float(WEIGHTS @ activation(sqrt(q) * NODES) ** 2) + bias


def points(text: str, weight: Fraction, bias: Fraction = Fraction(0), largest: Fraction = Fraction(2**10)):  # type: ignore[no-untyped-def]
    return variance_fixed_points(Activation.from_text(text), weight, bias, largest)


def test_selu_with_the_gain_three_quarters_of_pytorch() -> None:
    # discussion of pytorch issue 24991: gain 3/4 lets the variance fall to .0230 with chi_1 = 1.0037
    found = points("selu", Fraction(9, 16))
    assert [p.variance.decimal(7) for p in found.points] == ["0", "0.0230338"]
    assert found.points[1].chi.decimal(6) == "1.00367"
    assert [p.stable for p in found.points] == [False, True]
    assert found.certified_all


def test_tanh_with_the_gain_five_thirds_of_pytorch() -> None:
    found = points("tanh", Fraction(25, 9))
    assert [p.variance.decimal(7) for p in found.points] == ["0", "1.178480"]
    assert found.points[1].variance.ball(40).rad() < 1e-39


def test_relu_keeps_every_variance_at_two_and_none_above() -> None:
    assert points("relu", Fraction(2)).every
    assert points("relu", Fraction(3), Fraction(1)).points == ()
    (with_bias,) = points("relu", Fraction(1), Fraction(1, 4)).points
    assert str(with_bias.variance) == "1/2"


@pytest.mark.parametrize("text", ["relu", "tanh"])
def test_a_weight_variance_that_balls_do_not_tell_from_the_critical_one_is_undecided(text: str) -> None:
    # off by 1e-400: no digits that are asked for tell it from the critical one
    critical = Fraction(2) if text == "relu" else Fraction(1)
    certified = Number.certified(lambda digits: (Number.of(critical) + Fraction(1, 10**400)).ball(digits))
    found = variance_fixed_points(Activation.from_text(text), certified)
    assert not found.every
    assert not found.certified_all
    assert found.undecided[0][0] == 0


@given(st.fractions(Fraction(1, 2), 4, max_denominator=8), st.fractions(Fraction(1, 20), 1, max_denominator=20))
@settings(deadline=None, max_examples=8)
def test_with_biases_tanh_has_one_fixed_variance_which_iteration_finds(weight: Fraction, bias: Fraction) -> None:
    # E tanh(sqrt(q) Z)^2 is increasing and concave in q: V crosses the diagonal once
    activation, q = Activation.from_text("tanh"), 1.0
    for _ in range(400):
        q = variance_map(activation, q, float(weight), float(bias))
    found = variance_fixed_points(activation, weight, bias)
    assert found.certified_all
    (point,) = found.points
    assert float(point.variance) == pytest.approx(q, rel=1e-6)
    assert point.stable is True


def test_two_attracting_variances_are_both_found() -> None:
    # small signals die out, large ones settle: q = 0 attracts, another repels, another attracts
    found = points("x**3/(1 + x**2)", Fraction(3, 2), largest=Fraction(2**12))
    assert found.points[0].stable is True
    activation = Activation.from_text("x**3/(1 + x**2)")
    for point in found.points[1:]:
        q = float(point.variance)
        assert variance_map(activation, q, 1.5, 0.0) == pytest.approx(q, rel=1e-4)


@pytest.mark.parametrize(
    ("text", "weight", "attracts"),
    [
        ("tanh", 1, True),  # |tanh y| < |y|: V(q) < q
        ("hardtanh", 1, True),
        ("elu", 1, True),
        ("sin", 1, True),
        ("atan", 1, True),
        ("asinh(x)", 1, True),
        ("gelu", 4, False),  # (Phi(y)^2 + Phi(-y)^2)/2 > 1/4: V(q) > q
        ("silu", 4, False),
        ("sin(x) + x**3", 1, False),
    ],
)
def test_at_slope_one_the_origin_attracts_where_the_map_lies_below_the_diagonal(
    text: str, weight: int, attracts: bool
) -> None:
    found = points(text, Fraction(weight))
    (origin,) = found.points
    assert (str(origin.variance), str(origin.slope), origin.stable) == ("0", "1", attracts)
    assert found.certified_all
    q = 0.5
    assert (variance_map(Activation.from_text(text), q, weight, 0) < q) is attracts


def test_a_jump_above_the_tangent_is_no_reason_to_lie_below_the_diagonal() -> None:
    # the slope is at most 1 wherever there is one, yet V(q) > q at q = 1
    text = "tanh(x) + 2*step(x - 1)"
    found = points(text, Fraction(1))
    assert variance_map(Activation.from_text(text), 1.0, 1.0, 0.0) > 1
    assert any(float(point.variance) > 0 for point in found.points)


@pytest.mark.slow
def test_five_pulses_have_ten_positive_fixed_variances() -> None:
    # V(q) = sum 3.61 16^k P(4^k < sqrt(q) |Z| < 2 4^k): as many sign changes of V - q by the normal law itself
    pulses = " + ".join(f"19/10*{4**k}*(step(abs(x) - {4**k}) - step(abs(x) - {2 * 4**k}))" for k in range(1, 6))
    found = points(pulses, Fraction(1), largest=Fraction(2**21))
    q = np.exp(np.linspace(np.log(1e-2), np.log(2.0**21), 6000))

    def beyond(place: int) -> np.ndarray:
        return np.array([erfc(place / sqrt(2 * each)) for each in q])

    excess = sum(3.61 * 16**k * (beyond(4**k) - beyond(2 * 4**k)) for k in range(1, 6)) - q
    crossings = np.sqrt(q[:-1] * q[1:])[np.sign(excess[:-1]) != np.sign(excess[1:])]
    assert len(crossings) == 10
    assert found.certified_all
    assert [float(p.variance.ball(2)) for p in found.points[1:]] == pytest.approx(list(crossings), rel=5e-3)
    assert [p.stable for p in found.points] == [True, *([False, True] * 5)]


@pytest.mark.parametrize(
    ("weight", "bias", "largest"), [(0, 0, 4), (-1, 0, 4), (1, -1, 4), (1, 0, Fraction(1, 2)), (1, 0, 2**41)]
)
def test_bad_input(weight: int, bias: int, largest: Fraction) -> None:
    with pytest.raises(ValueError, match="variance_fixed_points needs"):
        variance_fixed_points(Activation.from_text("tanh"), Fraction(weight), Fraction(bias), Fraction(largest))
