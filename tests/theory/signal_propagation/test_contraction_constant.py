"""The best contraction constant against minimisation in floats, exact values, and the two ends."""

from __future__ import annotations

from fractions import Fraction

import flint
import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from scipy.optimize import minimize_scalar

from theory.activation import Activation, catalogue
from theory.enclosure.ball import working_bits
from theory.kernel_map.kernel_map import KernelMap
from theory.signal_propagation.contraction_constant import contraction_constant


def centred(text: str) -> KernelMap:
    return KernelMap.centred(Activation.from_text(text))


def relu_ratio(r: float, slope: float = 0.0) -> float:
    """(1-kappa)/(1-r)/(kappa/r) of max(x, slope x) from the arc-cosine formula, written out here."""
    kink = (np.sqrt(1 - r * r) + r * np.arcsin(r)) / np.pi  # of |x|, raw and halved
    raw = (1 + slope) ** 2 * r / 4 + (1 - slope) ** 2 * kink / 2
    mean, second = (1 - slope) ** 2 / (2 * np.pi), (1 + slope**2) / 2
    kappa = (raw - mean) / (second - mean)
    return float((1 - kappa) / (1 - r) / (kappa / r))


def test_digits_beyond_double_precision_agree_with_mpmath() -> None:
    with mp.workdps(40):

        def ratio(r: mp.mpf) -> mp.mpf:
            kappa = ((mp.sqrt(1 - r * r) + r * (mp.pi - mp.acos(r))) / mp.pi - 1 / mp.pi) / (1 - 1 / mp.pi)
            return (1 - kappa) / (1 - r) / (kappa / r)

        least = ratio(mp.findroot(lambda r: mp.diff(ratio, r), 0.6))
        found = contraction_constant(centred("relu"), 24).ball
        with working_bits(200):
            assert found.contains(flint.arb(mp.nstr(least, 35)))
        assert found.rad() < flint.arb(10) ** -23


@pytest.mark.parametrize(("text", "slope"), [("relu", 0.0), ("leaky_relu", 0.01)])
def test_inner_infimum_agrees_with_minimisation_in_floats(text: str, slope: float) -> None:
    found = contraction_constant(centred(text), 10)
    best = minimize_scalar(relu_ratio, bounds=(0.1, 0.9), args=(slope,), method="bounded", options={"xatol": 1e-10})
    assert found.exact is None
    assert abs(float(found.ball.mid()) - best.fun) < 1e-9  # rounding of relu_ratio is about 1e-15/(1-r)
    assert abs(float(found.at) - best.x) < 1e-3  # the ratio is flat to 1e-10 over about 1e-5
    assert float(found.ball.rad()) <= 0.5e-10


@pytest.mark.parametrize(("text", "beta"), [("sin", "sinh(1)"), ("sign", "pi/2"), ("x**3", "5/3")])
def test_odd_activation_has_the_reciprocal_share(text: str, beta: str) -> None:
    """kappa = sinh(r)/sinh(1), (2/pi) asin(r), (3r + 2r^3)/5: reciprocal slopes at 0."""
    found = contraction_constant(centred(text), 20)
    assert found.at == 0
    assert found.exact is not None
    exact = {"sinh(1)": sp.sinh(1), "pi/2": sp.pi / 2, "5/3": sp.Rational(5, 3)}[beta]
    assert abs(sp.N(exact, 40) - sp.Float(found.ball.str(30, radius=False), 40)) < sp.Float("1e-19")


@pytest.mark.parametrize(("text", "slope"), [("x**2", 2), ("exp(x)", None), ("He_3", 3), ("gelu", None)])
def test_infimum_at_one_is_the_slope(text: str, slope: int | None) -> None:
    kernel = centred(text)
    found = contraction_constant(kernel, 15)
    assert found.at == 1
    assert found.ball.overlaps(kernel.slope_at_one.ball(20) if slope is None else flint.arb(slope))


def test_two_terms_attain_the_nonlinearity_strength() -> None:
    """Of s = x + x^2 the map is (r + 2 r^2)/3, b is affine, and beta* = beta_0 = 5/3."""
    found = contraction_constant(centred("x + x**2"), 12)
    assert found.ball.overlaps(flint.arb(5) / 3)
    assert found.at == 1


@pytest.mark.parametrize("text", ["silu", "abs(x - 1/2)", "step(x - 1)", "tanh(2*x) + x"])
def test_more_digits_lie_inside_fewer(text: str) -> None:
    coarse, fine = (contraction_constant(centred(text), digits) for digits in (6, 12))
    assert coarse.ball.overlaps(fine.ball)
    assert float(fine.ball.rad()) < 1e-12


@pytest.mark.parametrize("activation", catalogue("relu", "mish", "elu", "cos"), ids=str)
def test_no_point_of_the_map_lies_below(activation: Activation) -> None:
    kernel = KernelMap.centred(activation)
    beta = contraction_constant(kernel, 8).ball
    for k in range(1, 40):
        r = Fraction(k, 40)
        kappa, place = kernel.ball(r, 20), flint.arb(flint.fmpq(k, 40))
        assert not (1 - kappa) * place < beta * kappa * (1 - place)


@pytest.mark.parametrize(
    ("kernel", "message"),
    [
        (KernelMap.raw(Activation.from_text("relu")), "centred map"),
        (KernelMap.normalised(Activation.from_text("relu")), "got kind='normalised'"),
        (KernelMap.centred(Activation.from_text("2*x + 1")), "nonlinear activation"),
    ],
)
def test_bad_maps_are_refused(kernel: KernelMap, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        contraction_constant(kernel)


@pytest.mark.parametrize("digits", [0, 10_001])
def test_bad_digits_are_refused(digits: int) -> None:
    with pytest.raises(ValueError, match="digits"):
        contraction_constant(centred("relu"), digits)
