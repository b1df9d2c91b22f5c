from __future__ import annotations

from fractions import Fraction

import flint
import mpmath
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.enclosure.ball import bits_of, from_mpf, is_accurate, power, to_mpf, working_bits
from theory.number import Number


def certified_sqrt(value: int) -> Number:
    def enclose(digits: int) -> flint.arb:
        with working_bits(bits_of(digits)):
            return flint.arb(value).sqrt()

    return Number.certified(enclose)


@given(st.fractions(min_value=-(10**6), max_value=10**6, max_denominator=10**9), st.integers(1, 40))
@settings(deadline=None, max_examples=60)
def test_decimal_of_a_rational_is_within_its_radius(value: Fraction, digits: int) -> None:
    number = Number.of(value)
    text, radius = number.decimal(digits), number.radius(digits)
    assert radius is not None
    assert abs(Fraction(text) - value) <= Fraction(radius)


@given(st.integers(2, 10**6), st.integers(1, 60))
@settings(deadline=None, max_examples=60)
def test_decimal_of_a_root_brackets_it(value: int, digits: int) -> None:
    number = certified_sqrt(value)
    text, radius = Fraction(number.decimal(digits)), Fraction(number.radius(digits) or "0")
    assert (text - radius) ** 2 <= value <= (text + radius) ** 2


def test_digits_are_rounded_to_nearest_not_cut() -> None:
    # sqrt(2) = 1.41421356237309504880168872420969807856967...
    assert certified_sqrt(2).decimal(12) == "1.41421356237"
    assert certified_sqrt(2).decimal(18) == "1.41421356237309505"


def test_a_certified_tie_is_still_printed() -> None:
    # 1/8 enclosed by balls that never become a point: 3 digits are a tie of 2, so 3 are printed where 2 were asked
    number = Number.certified(lambda digits: flint.arb(0.125) + flint.arb(0, 1) * flint.arb(10) ** (-digits - 1))
    assert number.decimal(2) == "0.125"


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (sp.Rational(1, 2), 30, "0.5"),
        (sp.Integer(12), 5, "12"),
        (sp.Rational(-1, 3), 4, "-0.3333"),
        (sp.Integer(123456), 3, "1.23e+5"),
        (sp.oo, 10, "oo"),
        (-sp.oo, 10, "-oo"),
        (sp.Integer(0), 10, "0"),
        (sp.pi * 100, 5, "314.16"),
    ],
)
def test_decimal_text(value: sp.Expr, digits: int, text: str) -> None:
    assert Number.of(value).decimal(digits) == text


def test_json_names_method_and_closed_form() -> None:
    assert Number.of(sp.pi).to_json(5) == {"value": "3.1416", "radius": "5e-5", "method": "exact", "closed_form": "pi"}
    assert certified_sqrt(2).to_json(3) == {"value": "1.41", "radius": "5e-3", "method": "certified"}


def test_numerical_never_pretends() -> None:
    number = Number.numerical(lambda _: mpmath.mpf(2) ** 0.5)
    assert number.radius(5) is None
    assert number.to_json(5)["method"] == "numerical"
    with pytest.raises(ValueError, match=r"needs a proved value"):
        number.ball(5)
    assert Number.combine(lambda a, b: a + b, number, Number.of(1)).method == "numerical"


def test_combine_is_exact_on_exact_numbers_and_certified_on_others() -> None:
    assert Number.combine(lambda a, b: a / b, Number.of(1), Number.of(3)).exact == sp.Rational(1, 3)
    two = Number.combine(lambda a, b: a * b, certified_sqrt(2), certified_sqrt(2))
    assert two.method == "certified"
    assert two.ball(60).contains(2)


def test_combine_adds_guard_digits_under_cancellation() -> None:
    # sqrt(n^2 + 1) - n is about 1/(2n): 30 digits of it need 60 of the root
    number = Number.combine(lambda a: a - 10**30, certified_sqrt(10**60 + 1))
    assert is_accurate(number.ball(50), 50)


@pytest.mark.parametrize("digits", [0, -1, 10_001])
def test_digits_outside_are_refused(digits: int) -> None:
    with pytest.raises(ValueError, match=r"needs digits in 1\.\.10000"):
        Number.of(1).decimal(digits)


def test_digits_of_wrong_kind_are_refused() -> None:
    with pytest.raises(TypeError, match=r"needs digits as an integer, got float"):
        Number.of(1).decimal(2.0)  # type: ignore[arg-type]


def test_an_enclosure_that_does_not_converge_is_refused() -> None:
    with pytest.raises(ValueError, match=r"needs an enclosure that converges"):
        Number.certified(lambda _: flint.arb(1, 0.5)).ball(10)


def test_mpmath_round_trip() -> None:
    with mpmath.workdps(40):
        x = mpmath.mpf(1) / 3
        assert to_mpf(from_mpf(x)) == x
        assert to_mpf(from_mpf(-x)) == -x


@pytest.mark.parametrize("mixed", [lambda b, q: b * q, lambda b, q: q + b, lambda b, q: b < q, lambda b, q: q - b])
def test_sympy_does_not_swallow_a_ball(mixed) -> None:
    # SymPy would keep 15 digits of the midpoint: a "certified" verdict could come from a double
    with pytest.raises((TypeError, sp.SympifyError)):
        mixed(flint.arb(3) / 7, sp.Rational(1, 3))


@given(st.fractions(min_value=-4, max_value=4, max_denominator=12), st.integers(1, 50))
@settings(deadline=None, max_examples=40)
def test_power_takes_its_exponent_exactly(exponent: Fraction, base: int) -> None:
    with working_bits(220):
        value = power(flint.arb(base) / 7, exponent)
        # the same number by another route: x = (b/7)^(p/q) iff x^q = (b/7)^p, for positive numbers
        assert (value**exponent.denominator).overlaps((flint.arb(base) / 7) ** exponent.numerator)
        assert value.rel_accuracy_bits() > 190


def test_integer_powers_of_balls_around_zero_are_balls() -> None:
    around = flint.arb(0, 0.5)
    assert power(around, 3).contains(flint.arb("-0.125"))
    assert power(around, 2).is_finite()
    assert not power(around, -1).is_finite()


@given(st.fractions(max_denominator=50), st.fractions(max_denominator=50))
@settings(deadline=None, max_examples=40)
def test_numbers_add_subtract_multiply_and_divide_exactly(a: Fraction, b: Fraction) -> None:
    x, y = Number.of(a), Number.of(b)
    assert [(x + y).exact, (x - y).exact, (x * y).exact] == [
        sp.Rational(q.numerator, q.denominator) for q in (a + b, a - b, a * b)
    ]
    assert (2 - x).exact == 2 - x.exact
    if b:
        assert ((x / y) * y).exact == x.exact
    assert float(x) == float(a)


def test_a_number_to_a_fraction_keeps_its_digits() -> None:
    assert is_accurate((certified_sqrt(2) ** Fraction(101, 100)).ball(60), 60)
