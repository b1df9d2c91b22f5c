from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Symbol, cancel, series, sympify

from theory.haar.rational_function import RationalFunction

functions = st.builds(
    lambda numerator, constant, roots: RationalFunction(tuple(numerator), constant, tuple(roots.items())),
    st.lists(st.integers(-9, 9), max_size=5),
    st.integers(-12, 12).filter(bool),
    st.dictionaries(st.integers(-3, 3), st.integers(1, 2), max_size=3),
)
POINTS = (Fraction(7), Fraction(-9), Fraction(5, 2), Fraction(11, 3))


@settings(deadline=None, max_examples=60)
@given(functions, functions)
def test_it_is_a_field_of_functions(f, g):
    for x in POINTS:
        assert (f + g)(x) == f(x) + g(x)
        assert (f - g)(x) == f(x) - g(x)
        assert (f * g)(x) == f(x) * g(x)
        assert f.reflected()(x) == f(-x)
        assert (3 * f + Fraction(1, 2))(x) == 3 * f(x) + Fraction(1, 2)


@settings(deadline=None, max_examples=60)
@given(functions, functions)
def test_equality_is_decided_by_the_canonical_form(f, g):
    d = Symbol("d")
    assert (f + g) - g == f
    assert (f == g) == (cancel(f.as_sympy() - g.as_sympy()) == 0)
    above, below = (sympify(text, locals={"d": d}) for text in f.as_json().values())
    assert cancel(above / below - f.as_sympy(d)) == 0


@settings(deadline=None, max_examples=30)
@given(functions.filter(bool))
def test_expansion_against_sympy(f):
    x = Symbol("x")
    order, coefficients = f.expansion(4)
    assert coefficients[0] != 0
    truncated = series(cancel(f.as_sympy(1 / x) / x**order), x, 0, 4).removeO()
    assert [truncated.coeff(x, i) for i in range(4)] == list(coefficients)


def test_poles_and_text():
    f = RationalFunction((2, 4), -6, ((1, 2), (0, 1), (-2, 1)))
    assert f.poles == {-2: 1, 0: 1, 1: 2}
    assert str(f) == "-(2*d + 1)/(3*(d - 1)**2*d*(d + 2))"
    assert str(RationalFunction(())) == "0"
    assert str(RationalFunction((0, 1))) == "d"
    assert str(RationalFunction((1,), 2)) == "1/2"


def test_a_pole_and_a_float_are_refused():
    f = RationalFunction((1,), 1, ((1, 1),))
    with pytest.raises(ValueError, match="no pole"):
        f(1)
    with pytest.raises(TypeError, match="exact rational"):
        f(0.5)
    with pytest.raises(ValueError, match="denominator_constant != 0"):
        RationalFunction((1,), 0)
    with pytest.raises(ValueError, match="terms >= 1"):
        f.expansion(0)
