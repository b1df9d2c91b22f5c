"""The coefficient field: conversions, reduction, zero tests, balls."""

from __future__ import annotations

import flint
import pytest
import sympy as sp

from theory.exact.field import ExactField, equals_zero

T = sp.Symbol("t", real=True)
CONSTANTS = [
    sp.Rational(3, 7), sp.sqrt(2), sp.Integer(2) ** sp.Rational(-3, 2), sp.pi**2 + 1, sp.exp(sp.Rational(-5, 2)), sp.E,
    1 / (1 + sp.sqrt(3)), sp.sqrt(1 + sp.pi), sp.erfc(sp.sqrt(2)) * sp.pi, (1 + sp.I) ** 2 / 3, 1 / sp.sqrt(sp.pi), sp.log(2) - 1,
]  # fmt: skip


@pytest.mark.parametrize("constant", CONSTANTS)
def test_there_and_back(constant):
    for variable in (None, T):
        field = ExactField([constant], variable)
        back = field.expression(field.reduced(field.convert(constant)))
        assert abs((back - constant).evalf(50)) < sp.Rational(1, 10**45)


def test_arithmetic_is_canonical():
    field = ExactField([sp.sqrt(2), sp.I], T)
    root, i, t = field.convert(sp.sqrt(2)), field.convert(sp.I), field.variable
    assert field.reduced(root * root) == 2 * field.one
    assert field.reduced(i**3) == -i
    assert field.real_and_imaginary((1 + i) * (t + 2 * i)) == (t - 2, t + 2)
    assert field.mirrored(t**3 / (1 + t**2)) == -(t**3) / (1 + t**2)


def test_factors_are_positive_inside():
    field = ExactField([], T)
    t = field.variable
    constant, factors = field.factors((t**2 - 1) / (4 - t**2))
    product = constant
    for factor, multiplicity in factors:
        assert field.expression(factor).subs(T, 0) > 0
        product = product * factor**multiplicity
    assert product == (t**2 - 1) / (4 - t**2)


def test_balls_of_elements():
    field = ExactField([sp.sqrt(2), sp.pi])
    element = (field.convert(sp.pi) - field.convert(sp.sqrt(2))) / 3
    for precision in (64, 300):
        with flint.ctx.workprec(precision):
            assert field.ball(element).overlaps((flint.arb.pi() - flint.arb(2).sqrt()) / 3)
            assert field.ball(element).rad() < flint.arb(2) ** (6 - precision)


def test_zero_is_shown_or_not_claimed():
    s = sp.sqrt(sp.E) * sp.erfc(1 / sp.sqrt(2))
    assert equals_zero(1 / (1 - s) + s / (s - 1) - 1)
    assert equals_zero(sp.sqrt(2) * sp.sqrt(8) - 4)
    assert not equals_zero(sp.sqrt(2) - sp.Rational(14142135623730951, 10**16))
    assert equals_zero(sp.sin(1) ** 2 + sp.cos(1) ** 2 - 1)
    assert not equals_zero(sp.log(6) - sp.log(2) - sp.log(3))  # true, but not as a rational function
