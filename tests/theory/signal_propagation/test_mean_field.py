from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
import sympy as sp

from theory.activation.activation import Activation
from theory.number import Number
from theory.signal_propagation.mean_field import MeanField, edge_of_chaos, homogeneous_slope

TANH, ERF, RELU = (Activation.from_text(name) for name in ("tanh", "erf", "relu"))


def gaussian_mean(function: object) -> mpmath.mpf:
    density = lambda z: mpmath.exp(-(z**2) / 2) / mpmath.sqrt(2 * mpmath.pi)  # noqa: E731
    return mpmath.quad(lambda z: function(z) * density(z), [-12, -6, 0, 6, 12])  # type: ignore[operator]


def test_variance_fixed_point_of_tanh_by_findroot_and_quadrature() -> None:
    network = MeanField(TANH, Fraction(3, 2), Fraction(1, 10))
    with mpmath.workdps(30):
        reference = mpmath.findroot(
            lambda q: (
                mpmath.mpf(3) / 2 * gaussian_mean(lambda z: mpmath.tanh(mpmath.sqrt(q) * z) ** 2)
                + mpmath.mpf(1) / 10
                - q
            ),
            (mpmath.mpf("0.2"), mpmath.mpf(1)),
            solver="anderson",
        )
        assert abs(network.variance_fixed_point.value(25) - reference) < mpmath.mpf(10) ** -24
        chi = mpmath.mpf(3) / 2 * gaussian_mean(lambda z: mpmath.sech(mpmath.sqrt(reference) * z) ** 4)
        assert abs(network.correlation_slope(20) - chi) < mpmath.mpf(10) ** -19


def test_erf_network_in_closed_form() -> None:
    """E erf(sqrt(q) Z)^2 = (2/pi) asin(2q/(1+2q)) and chi_1 = sigma_w^2 (4/pi)/sqrt(1 + 4q) (Williams 1997)."""
    network = MeanField(ERF, Fraction(2), Fraction(1, 10))
    q = network.variance_fixed_point.value(40)
    with mpmath.workdps(40):
        variance = 2 * (2 / mpmath.pi) * mpmath.asin(2 * q / (1 + 2 * q)) + mpmath.mpf(1) / 10
        assert abs(variance - q) < mpmath.mpf(10) ** -38
        assert abs(network.correlation_slope(30) - 8 / mpmath.pi / mpmath.sqrt(1 + 4 * q)) < mpmath.mpf(10) ** -29
        derivative = (4 / mpmath.pi) * mpmath.diff(lambda v: mpmath.asin(2 * v / (1 + 2 * v)), mpmath.mpf(1) / 4)
        assert (
            abs(mpmath.mpf(network.variance_slope(Fraction(1, 2), 20).mid().str(20, radius=False)) - derivative) < 1e-18
        )


def test_published_critical_point_of_tanh() -> None:
    """Schoenholz et al. 2017: at sigma_b^2 = 0.05 the edge of chaos of tanh is at sigma_w^2 = 1.76 (three figures)."""
    assert abs(MeanField(TANH, Fraction(176, 100), Fraction(5, 100)).correlation_slope(15) - 1) < 0.003
    with mpmath.workdps(20):
        bias = lambda q: edge_of_chaos(TANH, Fraction(str(q))).bias_variance.value(15)  # noqa: E731
        low, high = Fraction(1, 2), Fraction(6, 10)
        for _ in range(20):
            middle = (low + high) / 2
            low, high = (middle, high) if bias(middle) < mpmath.mpf("0.05") else (low, middle)
    assert round(float(edge_of_chaos(TANH, low).weight_variance.ball(15)), 2) == 1.76


@pytest.mark.parametrize("variance", [Fraction(1, 4), Fraction(1, 2), Fraction(3)])
def test_edge_of_chaos_is_critical(variance: Fraction) -> None:
    """At a point of the curve q is a fixed variance and chi_1 = 1; for erf in closed form."""
    point = edge_of_chaos(ERF, variance)
    q = sp.Rational(variance.numerator, variance.denominator)
    weight = sp.pi / 4 * sp.sqrt(1 + 4 * q)
    assert point.weight_variance.ball(30).overlaps(Number.of(weight).ball(30))
    bias = q - weight * 2 / sp.pi * sp.asin(2 * q / (1 + 2 * q))
    assert point.bias_variance.ball(30).overlaps(Number.of(bias).ball(30))


def test_small_networks_near_zero_variance_need_slope_one() -> None:
    """tanh: sigma_w^2 -> 1/s'(0)^2 = 1 as q -> 0, with first correction 1 + 2q."""
    for q in (Fraction(1, 10**2), Fraction(1, 10**4)):
        weight = edge_of_chaos(TANH, q).weight_variance.value(20)
        assert abs((weight - 1) / (2 * float(q)) - 1) < 3 * float(q)  # next term: E sech^4 = 1 - 2q + 7 q^2


@pytest.mark.parametrize(
    ("weight", "bias", "expected"), [("1", "1/4", "1/2"), ("3/2", "1", "4"), ("1", "0", "0"), ("3", "0", "0")]
)
def test_relu_is_solved_exactly(weight: str, bias: str, expected: str) -> None:
    network = MeanField(RELU, Fraction(weight), Fraction(bias))
    assert str(network.variance_fixed_point) == expected


def test_quiet_and_ordered_and_chaotic_tanh() -> None:
    assert str(MeanField(TANH, Fraction(9, 10), Fraction(0)).variance_fixed_point) == "0"
    ordered = MeanField(TANH, Fraction(1), Fraction(1, 10))
    chaotic = MeanField(TANH, Fraction(3), Fraction(1, 10))
    assert ordered.correlation_slope(15) < 1 < chaotic.correlation_slope(15)
    with mpmath.workdps(20):
        assert abs(ordered.depth_scale(15) + 1 / mpmath.log(ordered.correlation_slope(15))) < 1e-10  # rho* = 1


def test_depth_scale_of_relu_with_bias() -> None:
    """Ordered phase: rho* = 1 and C'(1) = sigma_w^2/2."""
    scale = MeanField(RELU, Fraction(1), Fraction(1, 4)).depth_scale(15)
    with mpmath.workdps(20):
        assert abs(scale - 1 / mpmath.log(2)) < 1e-13


def test_homogeneous_activations_are_recognised() -> None:
    for text, second_moment in (("relu", "1/2"), ("abs", "1"), ("2*max(x,0) - 4*min(x,0)", "10"), ("x", "1")):
        found = homogeneous_slope(Activation.from_text(text))
        assert found is not None
        assert str(found) == second_moment
    for text in ("tanh", "square", "step(x)", "max(x - 1, 0)", "max(x, 0) + 1"):
        assert homogeneous_slope(Activation.from_text(text)) is None


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: MeanField(TANH, Fraction(0), Fraction(0)), "needs weight_variance > 0"),
        (lambda: MeanField(TANH, Fraction(1), Fraction(-1)), "bias_variance >= 0"),
        (lambda: MeanField(RELU, Fraction(2), Fraction(0)).variance_fixed_point, "every variance is fixed"),
        (lambda: MeanField(RELU, Fraction(3), Fraction(1)).variance_fixed_point, "needs a variance map that meets q"),
        (
            lambda: MeanField(Activation.from_text("square"), Fraction(1), Fraction(1)).variance_fixed_point,
            "up to 2\\^80",
        ),
        (lambda: edge_of_chaos(TANH, Fraction(0)), "needs a positive variance"),
        (lambda: edge_of_chaos(Activation.from_text("step"), Fraction(1)), "without jumps"),
        (lambda: MeanField(TANH, Fraction(1, 2), Fraction(0)).correlation_map(), "got q\\* = 0"),
        (lambda: MeanField(TANH, Fraction(1), Fraction(0)).variance_slope(Fraction(0)), "positive deviation"),
    ],
)
def test_bad_input(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
