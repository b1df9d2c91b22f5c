from __future__ import annotations

from fractions import Fraction

import flint
import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.activation.activation import Activation
from theory.enclosure.ball import is_accurate, to_mpf, working_bits
from theory.kernel_map.kernel_map import KernelMap
from theory.number import Number

SMOOTH = ["tanh", "sigmoid", "silu", "softplus", "mish"]
ALL = [*SMOOTH, "relu", "gelu", "step", "erf", "hardtanh", "elu", "max(x,0)*tanh(x)"]


def centred(text: str) -> KernelMap:
    return KernelMap.centred(Activation.from_text(text))


@pytest.mark.parametrize("text", ALL)
def test_normalisations_agree_with_each_other(text: str) -> None:
    activation = Activation.from_text(text)
    raw, normalised, layer = (f(activation) for f in (KernelMap.raw, KernelMap.normalised, KernelMap.centred))
    place = flint.arb(0.375)
    with working_bits(200):
        value = raw.ball(place, 40)
        assert normalised.ball(place, 40).overlaps(value / raw.ball(1, 40))
        mean_square = raw.ball(0, 40)
        assert layer.ball(place, 40).overlaps((value - mean_square) / (raw.ball(1, 40) - mean_square))
    assert normalised.ball(1, 40).contains(1)
    assert layer.ball(0, 40).contains(0)


@pytest.mark.parametrize("text", SMOOTH)
def test_kappa_one_half_at_50_digits_by_two_routes(text: str) -> None:
    """The Hermite series against the plane integral, and every figure of the first ledger to 50 digits."""
    from theory.kernel_map.plane import plane_value

    kernel = KernelMap.raw(Activation.from_text(text))
    value = kernel.ball(sp.Rational(1, 2), 50)
    assert is_accurate(value, 50)
    assert value.overlaps(plane_value(kernel.activation, flint.arb(0.5), 18))
    for number in (
        kernel.slope_at_zero,
        kernel.slope_at_one,
        kernel.nonlinearity_strength,
        kernel.hermite.second_moment,
    ):
        assert is_accurate(number.ball(50), 50)
        assert number.ball(20).overlaps(number.ball(50))


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("relu", 2 - sp.pi / (2 * (sp.pi - 1))),
        ("step", 2 - 2 / sp.pi),
        ("sign", 2 - 2 / sp.pi),
        ("exp", 2 - 1 / (sp.E - 1)),
        ("identity", sp.Integer(1)),
        ("square", sp.Integer(2)),
        ("cube", sp.Rational(7, 5)),
    ],
)
def test_nonlinearity_strength_of_the_literature(text: str, formula: sp.Expr) -> None:
    for kernel in (centred(text), KernelMap.raw(Activation.from_text(text))):
        assert kernel.nonlinearity_strength.ball(40).overlaps(Number.of(formula).ball(40))


@pytest.mark.parametrize("text", ALL)
def test_nonlinearity_strength_is_two_minus_alpha_and_not_one_over_alpha(text: str) -> None:
    kernel = centred(text)
    alpha, beta = kernel.slope_at_zero.ball(30), kernel.nonlinearity_strength.ball(30)
    assert (alpha + beta).contains(2)
    assert 1 < beta < 2
    assert not (alpha * beta).contains(1)  # the mutant 1/alpha


@pytest.mark.parametrize("text", ALL)
def test_power_series_of_the_map(text: str) -> None:
    kernel = centred(text)
    powers = kernel.coefficients(40, 25)
    numbers = kernel.series_at_zero(4)
    assert all(number.ball(20).overlaps(power) for number, power in zip(numbers, powers, strict=False))
    with working_bits(120):
        rho = flint.arb(0.25)
        partial = sum((p * rho**k for k, p in enumerate(powers)), flint.arb(0))
        value = kernel.ball(rho, 25)
        assert partial - flint.arb("1e-24") <= value  # nonnegative terms are missing
        assert abs(value - partial) < flint.arb("1e-23")  # at most 4^-40


@pytest.mark.parametrize("text", ["relu", "gelu", "erf", "elu", "step"])
def test_closed_form_is_the_map(text: str) -> None:
    kernel = centred(text)
    assert kernel.expression is not None
    assert kernel.latex is not None
    if text not in ("elu",):
        with mpmath.workdps(30):
            value = kernel.expression.subs(kernel.symbol, sp.Rational(1, 3)).evalf(25)
            assert abs(mpmath.mpf(str(value)) - kernel.at(sp.Rational(1, 3), 25)) < mpmath.mpf(10) ** -22


def test_no_closed_form_is_said() -> None:
    assert centred("tanh").expression is None
    assert centred("tanh").latex is None


@given(st.floats(0, 1), st.floats(0, 1))
@settings(deadline=None, max_examples=25)
def test_centred_map_is_increasing_and_below_the_identity(first: float, second: float) -> None:
    kernel = centred("tanh")
    low, high = sorted((first, second))
    assert not kernel.ball(low, 15) > kernel.ball(high, 15)
    assert not kernel.ball(low, 15) > flint.arb(low)


def test_contraction_by_beta() -> None:
    """kappa/(1 - kappa) <= rho/(1 - rho)/beta_0 on a grid of balls, for an activation without closed form."""
    kernel = centred("softplus")
    beta = kernel.nonlinearity_strength.ball(30)
    for k in range(1, 16):
        rho = flint.arb(k) / 16
        value = kernel.ball(rho, 30)
        assert value / (1 - value) * beta <= rho / (1 - rho)


def test_series_at_one_predicts_the_gap() -> None:
    for text in ("tanh", "relu", "elu", "sigmoid"):
        kernel = KernelMap.normalised(Activation.from_text(text))
        delta = flint.arb(2) ** -50
        with working_bits(400):
            value = kernel.ball(1 - delta, 60)
            series = kernel.series_at_one(4)
            total = sum((c.ball(60) * delta ** flint.fmpq(e.numerator, e.denominator) for e, c in series), flint.arb(0))
            last = flint.fmpq(series[-1][0].numerator, series[-1][0].denominator)
            assert abs(value - total) < 100 * delta**last * delta.sqrt()


def test_at_returns_mpmath_digits() -> None:
    with mpmath.workdps(60):
        value = KernelMap.raw(Activation.from_text("exp")).at(sp.Rational(1, 4), 50)
        assert abs(value - mpmath.exp(mpmath.mpf(5) / 4)) < mpmath.mpf(10) ** -49


def test_derivative_of_the_centred_map() -> None:
    kernel = centred("relu")
    # kappa' = (1/2 + asin(rho)/pi)/2 over the variance 1/2 - 1/(2 pi)
    with working_bits(200):
        pi = flint.arb.pi()
        truth = (flint.arb(0.25) + flint.arb(0.5).asin() / (2 * pi)) / (flint.arb(0.5) - 1 / (2 * pi))
    assert kernel.derivative(flint.arb(0.5), 40).overlaps(truth)


@pytest.mark.slow
def test_two_hundred_digits() -> None:
    kernel = KernelMap.raw(Activation.from_text("tanh"))
    more, fewer = kernel.ball(sp.Rational(1, 2), 200), kernel.ball(sp.Rational(1, 2), 60)
    assert is_accurate(more, 200)
    assert more.overlaps(fewer)
    assert to_mpf(more) != 0


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda k: k.ball(2, 10), ValueError, r"needs a correlation in \[-1, 1\]"),
        (lambda k: k.ball(0, 0), ValueError, r"needs digits in 1\.\.10000"),
        (lambda k: k.ball(0, 1.5), TypeError, r"needs digits as an integer"),
        (lambda k: k.series_at_one(0), ValueError, r"needs at least one term"),
        (lambda k: KernelMap("other", k.activation), ValueError, r"needs kind raw, normalised or centred"),
    ],
)
def test_bad_input(call, error: type[Exception], match: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(error, match=match):
        call(centred("relu"))


@pytest.mark.parametrize("text", ["sign", "relu", "tanh"])
def test_the_radius_of_a_rational_place_is_the_one_promised(text: str) -> None:
    # a rational is no ball: its rounding must not count as a radius of the input
    kernel = KernelMap.normalised(Activation.from_text(text))
    assert is_accurate(kernel.ball(1 - Fraction(1, 3 * 10**30), 20), 20)


def test_a_map_is_called_like_a_function() -> None:
    kernel = KernelMap.normalised(Activation.from_text("relu"))
    assert kernel(1.0) == pytest.approx(1, abs=1e-15)
    places = np.array([[-1.0, 0.0], [0.5, 1.0]])
    assert np.array_equal(kernel(places), kernel.float64(places))
