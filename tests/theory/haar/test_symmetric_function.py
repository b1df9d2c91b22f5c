"""Symmetric functions against their definitions on explicit variables, and Hurwitz numbers against Weingarten functions."""

from fractions import Fraction
from itertools import permutations
from math import factorial, prod

import pytest
from sympy import Matrix

from theory.haar.content import content_product, jack_norm
from theory.haar.partition import centraliser_order, integer_partitions
from theory.haar.sphere import evaluate_power_sums
from theory.haar.symmetric_function import (
    character,
    contents,
    jack_polynomial,
    monomial_symmetric_function,
    monotone_hurwitz_number,
    schur_function,
    zonal_polynomial,
)
from theory.haar.weingarten import weingarten

X = [Fraction(2), Fraction(-1), Fraction(3), Fraction(1, 2)]


@pytest.mark.parametrize("shape", [(1,), (2, 1), (3,), (2, 2, 1), (4, 1)])
def test_schur_functions_are_quotients_of_alternants_and_monomial_ones_sums_over_exponents(shape):
    n = len(X)
    exponents = [*shape, *[0] * (n - len(shape))]
    above = Matrix(n, n, lambda i, j: X[j] ** (exponents[i] + n - 1 - i)).det()
    below = Matrix(n, n, lambda i, j: X[j] ** (n - 1 - i)).det()
    assert evaluate_power_sums(schur_function(shape), X) == Fraction(int((above / below).p), int((above / below).q))
    total = sum(prod(x**e for x, e in zip(X, alpha, strict=True)) for alpha in set(permutations(exponents)))
    assert evaluate_power_sums(monomial_symmetric_function(shape), X) == total


@pytest.mark.parametrize("alpha", [1, 2, 3])
def test_jack_polynomials_at_ones_and_their_norms(alpha):
    for shape in integer_partitions(5):
        jack = jack_polynomial(shape, alpha)
        assert (
            evaluate_power_sums(jack, [1] * 4)
            == content_product(shape, alpha, 4)
            == prod(4 + c for c in contents(shape, alpha))
        )
        norm = sum(c * c * centraliser_order(mu) * alpha ** len(mu) for mu, c in jack.items())
        assert norm == jack_norm(shape, alpha)
    assert zonal_polynomial((2, 1)) == jack_polynomial((2, 1), 2)


def test_characters_are_orthogonal():
    shapes = list(integer_partitions(5))
    for first in shapes:
        for second in shapes:
            total = sum(Fraction(character(first, mu) * character(second, mu), centraliser_order(mu)) for mu in shapes)
            assert total == (first == second)


@pytest.mark.parametrize("mu", [(1,), (2,), (1, 1), (2, 1), (3,), (2, 2)])
def test_monotone_hurwitz_numbers_expand_weingarten_functions(mu):
    k = sum(mu)
    order, coefficients = weingarten("unitary", mu).expansion(9)
    for r in range(order - k + 9):
        expected = (-1) ** r * coefficients[r - (order - k)] if r >= order - k else 0
        assert monotone_hurwitz_number(mu, r) == expected


@pytest.mark.parametrize("k", [2, 3, 4])
def test_monotone_factorisations_by_enumeration(k):
    """Count i_1 < j_1, ..., j weakly increasing, with a product of type (k)."""
    counts = {tuple(range(k)): 1}
    states = {(tuple(range(k)), 1): 1}
    for r in range(1, 5):
        following = {}
        for (p, last), count in states.items():
            for j in range(last, k):
                for i in range(j):
                    q = list(p)
                    q[i], q[j] = q[j], q[i]
                    following[tuple(q), j] = following.get((tuple(q), j), 0) + count
        states = following
        cycle = (*range(1, k), 0)
        counts = sum(c for (p, _), c in states.items() if p == cycle)
        assert monotone_hurwitz_number((k,), r) == counts
    assert monotone_hurwitz_number((1,) * k, 0) == 1 == factorial(1)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: character((2, 1), (2,)), ValueError, "two partitions of one number"),
        (lambda: character((2, 0), (2,)), ValueError, "partition"),
        (lambda: jack_polynomial((2,), 0), ValueError, "alpha >= 1"),
        (lambda: schur_function("21"), TypeError, "partition"),
        (lambda: monotone_hurwitz_number((2,), -1), ValueError, "length >= 0"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
