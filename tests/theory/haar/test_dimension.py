from fractions import Fraction

import numpy as np
import pytest
from sympy import Integer, Rational, Symbol

from theory.haar.dimension import checked_dimension, checked_group, exact_rational
from theory.haar.weingarten import weingarten


@pytest.mark.parametrize("two", [2, Integer(2), np.int64(2), np.uint8(2)])
def test_the_same_integer_becomes_the_same_python_int(two):
    d = checked_dimension(two, "unitary", function="f")
    assert type(d) is int
    assert d == 2


@pytest.mark.parametrize(
    ("dimension", "group", "error", "message"),
    [
        (0, "unitary", ValueError, "dimension >= 1"),
        (-3, "orthogonal", ValueError, "dimension >= 1"),
        (2.0, "unitary", TypeError, "positive integer dimension or None"),
        (np.float64(2), "unitary", TypeError, "positive integer dimension or None"),
        (True, "unitary", TypeError, "positive integer dimension or None"),
        ("2", "unitary", TypeError, "positive integer dimension or None"),
        (Symbol("d"), "unitary", TypeError, "as_sympy"),
        (Rational(1, 2), "unitary", TypeError, "positive integer dimension or None"),
        (3, "symplectic", ValueError, "even dimension"),
    ],
)
def test_bad_dimensions(dimension, group, error, message):
    with pytest.raises(error, match=message):
        checked_dimension(dimension, group, function="f")


def test_bad_group():
    with pytest.raises(ValueError, match="orthogonal, symplectic, unitary"):
        checked_group("SU", function="f")


@pytest.mark.parametrize("third", [Fraction(1, 3), Rational(1, 3)])
def test_exact_rationals(third):
    assert exact_rational(third, function="f", name="x") == Fraction(1, 3)


@pytest.mark.parametrize("value", [0.5, True, "1/2", np.float32(1)])
def test_inexact_numbers_are_refused(value):
    with pytest.raises(TypeError, match="exact rational"):
        exact_rational(value, function="f", name="x")


def test_groups_go_by_their_letters_too():
    for letter, name in (("O", "orthogonal"), ("U", "unitary"), ("Sp", "symplectic")):
        assert weingarten(letter, (2, 1)) == weingarten(name, (2, 1))
