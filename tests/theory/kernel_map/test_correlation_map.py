from __future__ import annotations

from fractions import Fraction

import flint
import pytest
import sympy as sp

from theory.activation.activation import Activation
from theory.enclosure.ball import working_bits
from theory.kernel_map.correlation_map import MixedMap, compare, fixes_zero, is_identity, is_odd
from theory.kernel_map.kernel_map import KernelMap
from theory.number import Number


@pytest.mark.parametrize(
    ("expression", "value", "expected"),
    [
        (sp.sqrt(2) * sp.sqrt(3) - sp.sqrt(6) + 1, 1, 0),
        (sp.exp(-2) * (sp.exp(4) / 2 + sp.Rational(1, 2)) - sp.cosh(2), 0, 0),
        (sp.Rational(10**30 + 1, 10**30), 1, 1),
        (sp.pi - sp.Rational(1, 10**40), 3, 1),
        (-sp.oo, 1, -1),
    ],
)
def test_compare_exact(expression: sp.Expr, value: int, expected: int) -> None:
    assert compare(Number.of(expression), value) == expected


def test_compare_says_when_balls_cannot_tell() -> None:
    def enclose(digits: int) -> flint.arb:  # 1 + 1e-90, known to no more digits than asked
        with working_bits(700):
            return flint.arb(1) + flint.arb(10) ** -90 + flint.arb(0, 1) * flint.arb(10) ** -(digits + 1)

    one = Number.certified(enclose)
    assert compare(one, 1) is None


@pytest.mark.parametrize(
    ("text", "kind", "odd", "zero"),
    [
        ("tanh", "normalised", True, True),
        ("sigmoid", "centred", True, True),
        ("sigmoid", "normalised", False, False),
        ("hardsigmoid", "centred", True, True),
        ("step(x)", "centred", True, True),
        ("step(x + 1)", "centred", False, True),
        ("selu", "normalised", False, True),
        ("cos", "normalised", False, False),
        ("x + sin(x) + 1/2", "centred", True, True),
    ],
)
def test_symmetry(text: str, kind: str, odd: bool, zero: bool) -> None:
    kernel = KernelMap(kind, Activation.from_text(text))  # type: ignore[arg-type]
    assert is_odd(kernel) is odd
    assert fixes_zero(kernel) is zero
    assert not is_identity(kernel)


def test_mixed_map_is_the_mixture() -> None:
    kernel = KernelMap.normalised(Activation.from_text("gelu"))
    mixed = MixedMap.of(kernel, linear=Fraction(1, 4), constant=Fraction(1, 8))
    place = Fraction(1, 3)
    expected = Fraction(5, 8) * Number.certified(lambda d: kernel.ball(place, d)).value(25)
    assert abs(mixed.ball(place, 25).mid() - float(expected) - 1 / 12 - 1 / 8) < 1e-15
    assert mixed.ball(1, 20).contains(1)
    powers = mixed.coefficients(4, 20)
    assert all(mixed.coefficient(k).ball(15).overlaps(p) for k, p in enumerate(powers))
    assert mixed.derivative(1, 15).overlaps(mixed.slope_at_one.ball(15))
    closed = mixed.expression
    assert closed is not None
    assert (
        abs(
            sp.N(closed.subs(mixed.symbol, sp.Rational(1, 3)), 20)
            - sp.Float(mixed.ball(place, 25).mid().str(20, radius=False), 20)
        )
        < 1e-15
    )
