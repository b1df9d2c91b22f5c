from __future__ import annotations

import flint
import pytest

from theory.activation.activation import Activation
from theory.enclosure.ball import bits_of, is_accurate, working_bits
from theory.kernel_map.hermite import HermiteExpansion, checked
from theory.number import Number

NAMES = ["relu", "tanh", "sigmoid", "silu", "softplus", "mish", "gelu", "hardtanh", "max(x,0)*tanh(x)"]


def expansion(text: str) -> HermiteExpansion:
    return HermiteExpansion(Activation.from_text(text))


@pytest.mark.parametrize("name", NAMES)
def test_bessel_inequality_and_nearness(name: str) -> None:
    """Partial sums of c_k^2 stay below E s^2 and come near it: the coefficients are orthonormal."""
    expand = expansion(name)
    partial = sum((c * c for c in expand.balls(200, 30)), flint.arb(0))
    second = expand.second_moment.ball(30)
    assert partial < second or partial.overlaps(second)
    assert second - partial < flint.arb("1e-3")


@pytest.mark.parametrize("name", ["relu", "gelu", "silu", "softplus"])
def test_odd_coefficients_vanish_where_the_odd_part_is_half_the_identity(name: str) -> None:
    balls = expansion(name).balls(12, 40)
    assert expansion(name).coefficient(1).ball(40).contains(0.5)
    assert all(balls[k].contains(0) for k in (3, 5, 7, 9, 11))


def test_coefficients_of_a_derivative() -> None:
    # c_k(softplus) = c_{k-1}(sigmoid)/sqrt(k)
    softplus, sigmoid = expansion("softplus").balls(12, 40), expansion("sigmoid").balls(12, 40)
    with working_bits(bits_of(50)):
        assert all(softplus[k].overlaps(sigmoid[k - 1] / flint.arb(k).sqrt()) for k in range(1, 12))


def test_coefficients_of_x_times_s() -> None:
    # c_k(x s) = sqrt(k) c_{k-1}(s) + sqrt(k+1) c_{k+1}(s)
    silu, sigmoid = expansion("silu").balls(11, 40), expansion("sigmoid").balls(12, 40)
    with working_bits(bits_of(50)):
        for k in range(1, 11):
            expected = flint.arb(k).sqrt() * sigmoid[k - 1] + flint.arb(k + 1).sqrt() * sigmoid[k + 1]
            assert silu[k].overlaps(expected)


def test_sigmoid_is_half_a_tanh() -> None:
    # sigmoid(x) = (1 + tanh(x/2))/2
    sigmoid, tanh = expansion("sigmoid").balls(10, 40), expansion("tanh(x/2)").balls(10, 40)
    assert sigmoid[0].contains(0.5)
    assert all(sigmoid[k].overlaps(tanh[k] / 2) for k in range(1, 10))


@pytest.mark.parametrize("degree", [1, 2, 5, 12])
def test_a_hermite_polynomial_is_its_own_expansion(degree: int) -> None:
    for k, ball in enumerate(expansion(f"He_{degree}").balls(15, 30)):
        assert ball.contains(1 if k == degree else 0)


def test_exact_where_closed_certified_elsewhere() -> None:
    assert expansion("relu").coefficient(2).method == "exact"
    assert expansion("relu").second_moment.method == "exact"
    assert expansion("tanh").coefficient(1).method == "certified"
    assert expansion("tanh").coefficient(2).exact == 0
    assert expansion("tanh").mean.exact == 0


@pytest.mark.parametrize("name", ["max(tanh(x), 1/4)", "abs(sin(x))"])
def test_unknown_break_points_still_have_coefficients(name: str) -> None:
    balls = expansion(name).balls(3, 20)
    assert all(is_accurate(ball, 20) for ball in balls)


def test_kept_coefficients_are_used_again_and_never_too_coarse() -> None:
    expand = expansion("tanh(x/3)")
    assert all(is_accurate(ball, 60) for ball in expand.balls(8, 60))
    assert all(is_accurate(ball, 20) for ball in expand.balls(4, 20))
    assert len(expand.balls(4, 20)) == 4


def test_a_wrong_closed_form_is_not_shown() -> None:
    with pytest.raises(ArithmeticError, match=r"needs its closed form and its quadrature to agree"):
        checked(flint_free_third(), Number.of(0), "c_1", "relu")


def flint_free_third():  # type: ignore[no-untyped-def]
    import sympy as sp

    return sp.Rational(1, 3)


@pytest.mark.parametrize("degree", [-1, 20_000, 1.0, True])
def test_degrees_outside_are_refused(degree: object) -> None:
    with pytest.raises(ValueError, match=r"HermiteExpansion needs a degree in 0\.\.19999"):
        expansion("relu").coefficient(degree)  # type: ignore[arg-type]


def test_counts_outside_are_refused() -> None:
    with pytest.raises(ValueError, match=r"HermiteExpansion needs a count in 1\.\.20000"):
        expansion("relu").balls(0, 10)
