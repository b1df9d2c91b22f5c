from __future__ import annotations

from fractions import Fraction

import flint
import mpmath
import pytest

from theory.activation.activation import Activation
from theory.activation.domain import GrowthBound
from theory.enclosure.ball import ball_of, bits_of, to_mpf, working_bits
from theory.enclosure.quadrature import Integrand, Part, cut, expectation, hermite_integral, tail_bound


def integrand(text: str) -> Integrand:
    return Integrand.of(Activation.from_text(text))


def exact(formula: str, digits: int = 60) -> flint.arb:
    with working_bits(bits_of(digits)):
        return {
            "1/sqrt(2 pi)": 1 / (2 * flint.arb.pi()).sqrt(),
            "exp(1/2)": flint.arb(0.5).exp(),
            "exp(9/2)": flint.arb(4.5).exp(),
            "(2/pi) asin(2/3)": 2 / flint.arb.pi() * (flint.arb(2) / 3).asin(),
            "sqrt(3)/2": flint.arb(3).sqrt() / 2,
        }[formula]


@pytest.mark.parametrize(
    ("text", "formula"),
    [("relu", "1/sqrt(2 pi)"), ("exp", "exp(1/2)"), ("exp(3*x)", "exp(9/2)"), ("erf(x)**2", "(2/pi) asin(2/3)")],
)
@pytest.mark.parametrize("digits", [5, 50, 200])
def test_means_of_known_value(text: str, formula: str, digits: int) -> None:
    ball = expectation(integrand(text), digits)
    assert ball.overlaps(exact(formula, digits + 20))
    assert ball.rad() <= max(flint.arb(1), abs(ball)) * flint.arb(10) ** -digits


@pytest.mark.parametrize("text", ["tanh", "sigmoid", "silu", "softplus", "mish", "gelu_tanh"])
def test_second_moments_against_mpmath(text: str) -> None:
    activation = Activation.from_text(text)
    ball = expectation(Integrand.of(activation).squared(), 40)
    with mpmath.workdps(50):
        # analytic integrands: mpmath's tanh-sinh on panels is right far beyond 40 digits here
        other = mpmath.quad(lambda x: activation.at(x) ** 2 * mpmath.npdf(x), [-18, -8, -3, 0, 3, 8, 18])
        assert abs(to_mpf(ball) - other) < mpmath.mpf(10) ** -38


def test_fast_growth_is_integrated_with_its_own_tail() -> None:
    # E exp(x^2/5) = (1 - 2/5)^(-1/2)
    ball = expectation(integrand("exp(x**2/5)"), 40)
    with working_bits(200):
        assert ball.overlaps((flint.arb(3) / 5).rsqrt())


@pytest.mark.parametrize(
    ("text", "same"),
    [("max(tanh(x), 0)", "tanh(max(x, 0))"), ("abs(x)**(1/3)", "(x**2)**(1/6)"), ("step(tanh(x))", "step(x)")],
)
def test_kinks_at_unknown_places_are_bisected(text: str, same: str) -> None:
    assert expectation(integrand(text), 30).overlaps(expectation(integrand(same), 30))


def test_break_points_beyond_the_cutoff_are_in_the_tail() -> None:
    assert expectation(integrand("max(x, 100)"), 20).contains(100)


def test_trap_relu_as_a_root_needs_the_analytic_flag() -> None:
    """(z + sqrt(z^2))/2 on [-15, 17]: right with the flag, confidently wrong without it."""
    relu = Activation.from_text("(x + sqrt(x**2))/2")
    (part,) = Integrand.of(relu).parts
    truth = exact("1/sqrt(2 pi)")

    def on_asymmetric_interval(flagged: bool) -> flint.arb:
        def weighted(z: flint.acb, analytic: bool) -> flint.acb:
            if flagged:
                value = part.function(z, analytic)
            else:
                value = (z + (z * z).sqrt()) / 2
            return value * (-(z * z) / 2).exp() / (2 * flint.arb.pi()).sqrt()

        with working_bits(100):
            return flint.acb.integral(weighted, -15, 17).real

    tail = flint.arb(0, 1) * flint.arb("1e-48")
    assert (on_asymmetric_interval(True) + tail).overlaps(truth)
    assert not (on_asymmetric_interval(False) + tail).overlaps(truth)  # the mutant: shows the test can fail


def test_hermite_integral_is_orthonormal() -> None:
    for degree, value in ((0, 0), (1, 3), (2, 0), (3, 0)):
        ball = hermite_integral(integrand("cube"), degree, 30)
        truth = flint.arb(6).sqrt() if degree == 3 else flint.arb(value)
        assert ball.overlaps(truth)


@pytest.mark.parametrize(
    "growth",
    [
        GrowthBound((Fraction(1),)),
        GrowthBound((Fraction(1), Fraction(2), Fraction(0), Fraction(1, 3))),
        GrowthBound((Fraction(1),), Fraction(2)),
        GrowthBound((Fraction(1), Fraction(1)), Fraction(1), Fraction(1, 5)),
    ],
)
def test_tail_bound_covers_the_tail_closely(growth: GrowthBound) -> None:
    """Against mpmath's integral of the bound itself: never below, and within 10 % at a far cut."""
    length = 14
    bound = to_mpf(tail_bound(growth, flint.arb(length)))

    def weight(x: mpmath.mpf) -> mpmath.mpf:
        polynomial = sum(mpmath.mpf(c.numerator) / c.denominator * x**k for k, c in enumerate(growth.polynomial))
        exponent = float(growth.linear) * x + (float(growth.quadratic) - 0.5) * x**2
        return polynomial * mpmath.exp(exponent) / mpmath.sqrt(2 * mpmath.pi)

    with mpmath.workdps(30):
        tail = 2 * mpmath.quad(weight, [length, length + 2, length + 6, length + 20])
    assert tail <= bound <= mpmath.mpf("1.1") * tail


def test_cut_is_the_first_integer_that_suffices() -> None:
    growth = GrowthBound((Fraction(1), Fraction(1)))
    length = cut(growth, 50)
    goal = flint.arb(10) ** -50
    assert tail_bound(growth, flint.arb(length)) <= goal
    assert not tail_bound(growth, flint.arb(length - 1)) <= goal


def test_growth_too_fast_is_refused() -> None:
    with pytest.raises(ValueError, match=r"needs growth well below exp\(x\^2/2\)"):
        cut(GrowthBound((Fraction(1),), Fraction(0), Fraction(1, 2)), 10)


def test_an_integral_that_does_not_converge_is_refused() -> None:
    import sympy as sp

    def everywhere_uncertain(z: flint.acb, analytic: bool) -> flint.acb:
        return flint.acb("nan") if analytic else flint.acb(flint.arb(0, 1))

    hopeless = Integrand((Part(-sp.oo, sp.oo, everywhere_uncertain),), GrowthBound((Fraction(1),)))
    with pytest.raises(ValueError, match=r"needs an integral that converges at 3 digits"):
        expectation(hopeless, 3)


def test_ball_of_fraction() -> None:
    assert ball_of(Fraction(1, 4)).contains(0.25)
