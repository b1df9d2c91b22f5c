"""Three routes to the same Hermite coefficients: trapezoid (M2), panels, one adaptive integral each (M1)."""

from __future__ import annotations

import flint
import pytest

from theory.activation.activation import Activation
from theory.enclosure.ball import is_accurate, working_bits
from theory.enclosure.hermite_sum import hermite_bound, hermite_sums, laguerre
from theory.enclosure.panels import legendre_rule, panel_coefficients
from theory.enclosure.quadrature import Integrand, hermite_integral
from theory.enclosure.trapezoid import trapezoid_coefficients

SMOOTH = ["tanh", "sigmoid", "silu", "softplus", "mish"]
STRIPS = [*SMOOTH, "gelu", "gelu_tanh", "erf", "sin", "exp", "cube", "atan(x)", "x/sqrt(1+x**2)", "log(1+x**2)"]
KINKED = ["relu", "hardtanh", "elu", "selu", "step", "max(x,0)*tanh(x)", "exp(-abs(x))", "abs(x**2 - 2)"]


@pytest.mark.parametrize("name", STRIPS)
def test_trapezoid_and_panels_overlap(name: str) -> None:
    activation = Activation.from_text(name)
    integrand = Integrand.of(activation)
    trapezoid = trapezoid_coefficients(integrand, 60, 50, activation.parity)
    panels = panel_coefficients(integrand, 60, 50)
    assert trapezoid is not None
    assert panels is not None
    for left, right in zip(trapezoid, panels, strict=True):
        assert is_accurate(left, 50)
        assert is_accurate(right, 50)
        assert left.overlaps(right)


@pytest.mark.parametrize("name", SMOOTH)
def test_trapezoid_and_adaptive_integral_overlap_at_55_digits(name: str) -> None:
    integrand = Integrand.of(Activation.from_text(name))
    balls = trapezoid_coefficients(integrand, 3, 55)
    assert balls is not None
    for k in (0, 1, 2):
        assert balls[k].overlaps(hermite_integral(integrand, k, 55))


@pytest.mark.parametrize("name", KINKED)
def test_panels_and_adaptive_integral_overlap(name: str) -> None:
    integrand = Integrand.of(Activation.from_text(name))
    balls = panel_coefficients(integrand, 21, 45)
    assert balls is not None
    for k in (0, 1, 2, 5, 20):
        assert balls[k].overlaps(hermite_integral(integrand, k, 45))


@pytest.mark.parametrize("route", [trapezoid_coefficients, panel_coefficients])
def test_exponential_has_all_coefficients_in_closed_form(route) -> None:  # type: ignore[no-untyped-def]
    # exp(x) = e^(1/2) sum_k he_k(x)/sqrt(k!)
    balls = route(Integrand.of(Activation.from_text("exp")), 40, 40)
    with working_bits(300):
        for k, ball in enumerate(balls):
            assert ball.overlaps(flint.arb(0.5).exp() / flint.arb(flint.fmpz.fac_ui(k)).sqrt())


def test_relu_has_even_coefficients_in_closed_form() -> None:
    # c_k = phi^(k-2)(0)/sqrt(k!) for k >= 2, with He_{2j}(0) = (-1)^j (2j-1)!!
    balls = panel_coefficients(Integrand.of(Activation.from_text("relu")), 101, 40)
    assert balls is not None
    double_factorial = flint.fmpz(1)
    with working_bits(400):
        for j in range(50):
            truth = (
                (-1) ** j
                * double_factorial
                / (2 * flint.arb.pi()).sqrt()
                / flint.arb(flint.fmpz.fac_ui(2 * j + 2)).sqrt()
            )
            assert balls[2 * j + 2].overlaps(truth)
            double_factorial *= 2 * j + 1


def test_tanh_two_hundred_coefficients_at_50_digits() -> None:
    integrand = Integrand.of(Activation.from_text("tanh"))
    balls = trapezoid_coefficients(integrand, 201, 50, "odd")
    assert balls is not None
    assert all(is_accurate(ball, 50) for ball in balls)
    assert all(ball.is_zero() for ball in balls[::2])
    assert balls[199].overlaps(panel_coefficients(integrand, 201, 50)[199])  # type: ignore[index]


@pytest.mark.parametrize("digits", [10, 120])
def test_more_digits_lie_inside_fewer(digits: int) -> None:
    integrand = Integrand.of(Activation.from_text("mish"))
    for route in (trapezoid_coefficients, panel_coefficients):
        fewer, more = route(integrand, 8, digits), route(integrand, 8, 2 * digits)
        assert fewer is not None
        assert more is not None
        assert all(a.overlaps(b) for a, b in zip(fewer, more, strict=True))


def test_trapezoid_declines_kinks_and_near_poles() -> None:
    assert trapezoid_coefficients(Integrand.of(Activation.from_text("relu")), 4, 20) is None
    assert trapezoid_coefficients(Integrand.of(Activation.from_text("tanh(40*x)")), 4, 20) is None


def test_panels_decline_a_branch_point_on_the_line() -> None:
    assert panel_coefficients(Integrand.of(Activation.from_text("sqrt(abs(x))")), 4, 20) is None


def test_wrong_strip_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mutant: a strip twice too high (across the pole) makes the step too wide, and the routes part."""
    from theory.enclosure import trapezoid

    true_step = trapezoid._step_for
    monkeypatch.setattr(trapezoid, "_step_for", lambda strip, count, digits: 2 * true_step(strip, count, digits))
    monkeypatch.setattr(trapezoid, "_error", lambda *_: flint.arb("1e-52"))
    integrand = Integrand.of(Activation.from_text("tanh"))
    balls = trapezoid_coefficients(integrand, 4, 50)
    truth = panel_coefficients(integrand, 4, 50)
    assert balls is not None
    assert truth is not None
    assert not balls[1].overlaps(truth[1])


def test_laguerre_is_the_mean_square_of_a_shifted_hermite_polynomial() -> None:
    # E|he_2(X + iy)|^2 with he_2 = (x^2 - 1)/sqrt(2): ((1 + y^2)^2 ... ) = 1 + 2 y^2 + y^4/2
    y = flint.arb(1.5)
    assert laguerre(2, y).overlaps(1 + 2 * y**2 + y**4 / 2)
    assert hermite_bound(2, y) >= laguerre(2, y).sqrt()


def test_hermite_sums_are_he_k_at_a_node() -> None:
    x = flint.arb(0.75)
    sums = hermite_sums([x], [flint.arb(1)], [flint.arb(1)], 5)
    assert sums[3].overlaps((x**3 - 3 * x) / flint.arb(6).sqrt())
    assert sums[4].overlaps((x**4 - 6 * x**2 + 3) / flint.arb(24).sqrt())
    assert hermite_sums([x], None, [flint.arb(1)], 3)[2].is_zero()


@pytest.mark.parametrize("points", [1, 2, 7])
def test_legendre_rule_integrates_its_degree(points: int) -> None:
    rule = legendre_rule(points, 100)
    for power in range(2 * points):
        total = sum((w * x**power for x, w in rule), flint.arb(0))
        assert total.overlaps(flint.arb(0) if power % 2 else flint.arb(2) / (power + 1))
    missed = sum((w * x ** (2 * points) for x, w in rule), flint.arb(0))
    assert not missed.overlaps(flint.arb(2) / (2 * points + 1))
