"""Weingarten functions against exact Gram (pseudo-)inverses, sum identities, published values and haarpy."""

from fractions import Fraction
from itertools import permutations
from math import factorial, prod

import numpy as np
import pytest
from flint import fmpq, fmpq_mat
from sympy import Integer, Symbol

from theory.haar.pairing import coset_type, cycle_type, pairing_gram, pairings, permutation_gram
from theory.haar.partition import centraliser_order, integer_partitions
from theory.haar.weingarten import weingarten, weingarten_leading_term, weingarten_table


def gram_and_weingarten(group, order, dimension):
    """Return the Gram matrix and the matrix of Weingarten functions, by element, over all permutations or pairings."""
    if group == "unitary":
        elements = list(permutations(range(order)))
        gram = [[permutation_gram(a, b, dimension) for b in elements] for a in elements]

        def kind(a, b):
            return cycle_type([a.index(image) for image in b])

    else:
        elements = list(pairings(range(2 * order)))
        gram = [[pairing_gram(a, b, dimension) for b in elements] for a in elements]
        kind = coset_type
    table = weingarten_table(group, order, dimension)
    values = [[fmpq(f.numerator, f.denominator) for f in (table[kind(a, b)] for b in elements)] for a in elements]
    return fmpq_mat(gram), fmpq_mat(values)


@pytest.mark.parametrize("group", ["orthogonal", "unitary"])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_inverse_of_the_gram_matrix_as_rational_functions(group, order):
    """Every entry of G Wg is a rational function of numerator degree below 2 order + 7: that many points prove it."""
    for dimension in range(order, 3 * order + 7):
        gram, values = gram_and_weingarten(group, order, dimension)
        assert gram * values == fmpq_mat([[int(i == j) for j in range(gram.ncols())] for i in range(gram.nrows())])
        table = weingarten_table(group, order)
        assert {mu: f(dimension) for mu, f in table.items()} == weingarten_table(group, order, dimension)


@pytest.mark.parametrize("group", ["orthogonal", "unitary"])
@pytest.mark.parametrize(("order", "dimension"), [(2, 1), (3, 1), (3, 2), (4, 1), (4, 2), (4, 3)])
def test_pseudo_inverse_below_the_order(group, order, dimension):
    """The four laws of Moore and Penrose, on a singular Gram matrix."""
    gram, values = gram_and_weingarten(group, order, dimension)
    assert gram.rank() < gram.nrows()
    assert gram * values * gram == gram
    assert values * gram * values == values
    assert (gram * values).transpose() == gram * values
    assert (values * gram).transpose() == values * gram


@pytest.mark.parametrize(
    ("group", "alpha", "element_count"),
    [("unitary", 1, lambda k: factorial(k)), ("orthogonal", 2, lambda k: 2**k * factorial(k))],
)
@pytest.mark.parametrize("order", [4, 8, 13])
def test_three_sum_identities(group, alpha, element_count, order):
    """Trivial, sign and regular character sums over the whole table at integers above the order."""
    for dimension in (order, 2 * order + 1, 1000003):
        table = weingarten_table(group, order, dimension)
        sizes = {mu: Fraction(element_count(order), centraliser_order(mu) * alpha ** len(mu)) for mu in table}
        signs = {mu: Fraction(-1, alpha) ** (order - len(mu)) for mu in table}
        assert sum(sizes[mu] * f for mu, f in table.items()) == 1 / Fraction(
            prod(dimension + alpha * j for j in range(order))
        )
        total = sum(sizes[mu] * signs[mu] * f for mu, f in table.items())
        assert total == 1 / Fraction(prod(dimension - j for j in range(order)))
        assert sum(sizes[mu] * dimension ** len(mu) * f for mu, f in table.items()) == 1


def test_published_unitary_functions():
    # B. Collins, P. Sniady (2006), section 5.2 (n <= 3).
    d = Symbol("d")
    published = {
        (1,): 1 / d,
        (1, 1): 1 / (d**2 - 1),
        (2,): -1 / (d * (d**2 - 1)),
        (1, 1, 1): (d**2 - 2) / (d * (d**2 - 1) * (d**2 - 4)),
        (2, 1): -1 / ((d**2 - 1) * (d**2 - 4)),
        (3,): 2 / (d * (d**2 - 1) * (d**2 - 4)),
    }
    for mu, value in published.items():
        assert (weingarten("unitary", mu).as_sympy() / value).cancel() == 1


def test_published_orthogonal_functions():
    # B. Collins, S. Matsumoto (2009), section 6 (n <= 3).
    d = Symbol("d")
    published = {
        (1,): 1 / d,
        (1, 1): (d + 1) / (d * (d + 2) * (d - 1)),
        (2,): -1 / (d * (d + 2) * (d - 1)),
        (1, 1, 1): (d**2 + 3 * d - 2) / (d * (d + 2) * (d + 4) * (d - 1) * (d - 2)),
        (2, 1): -1 / (d * (d + 4) * (d - 1) * (d - 2)),
        (3,): 2 / (d * (d + 2) * (d + 4) * (d - 1) * (d - 2)),
    }
    for mu, value in published.items():
        assert (weingarten("orthogonal", mu).as_sympy() / value).cancel() == 1


@pytest.mark.parametrize(
    ("group", "mu", "formal", "pseudo_inverse"),
    [
        ("orthogonal", (1, 1, 1, 1), Fraction(-85, 1152), Fraction(11, 1152)),
        ("unitary", (2, 1, 1), Fraction(1, 30), Fraction(1, 180)),
    ],
)
def test_below_the_order_a_function_gives_the_pseudo_inverse(group, mu, formal, pseudo_inverse):
    """The rational function itself is finite there, and another number."""
    for function in (weingarten(group, mu), weingarten_table(group, 4)[mu]):
        assert function.least_dimension == 4
        assert function(2) == function.as_sympy(2) == weingarten(group, mu, 2) == pseudo_inverse
        assert function.formal(2) == formal
        assert (2 * function - 1)(2) == 2 * pseudo_inverse - 1


@pytest.mark.parametrize("group", ["orthogonal", "symplectic", "unitary"])
@pytest.mark.parametrize("order", [1, 2, 5, 8])
def test_one_class_and_the_table_agree_and_lead_with_catalan_numbers(group, order):
    table = weingarten_table(group, order)
    below = weingarten_table(group, order, 2)
    for mu in integer_partitions(order):
        assert weingarten(group, mu) == table[mu]
        assert weingarten(group, mu, 2) == below[mu]
        leading, exponent = weingarten_leading_term(group, mu)
        assert table[mu].expansion(1) == (exponent, (leading,))


def test_poles_of_the_unitary_functions_are_below_the_order():
    for mu, f in weingarten_table("unitary", 7).items():
        assert set(f.poles) <= set(range(-6, 7)), mu
    for mu, f in weingarten_table("orthogonal", 7).items():
        assert min(f.poles) >= -12, mu
        assert max(f.poles) <= 6, mu


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_haarpy_symbolic(order):
    haarpy = pytest.importorskip("haarpy")
    d = Symbol("d")
    for mu in integer_partitions(order):
        for group, other in (("unitary", haarpy.weingarten_unitary), ("orthogonal", haarpy.weingarten_orthogonal)):
            assert (weingarten(group, mu).as_sympy(d) - other(mu, d)).cancel() == 0


@pytest.mark.parametrize("order", [1, 2, 3])
def test_haarpy_symplectic_in_every_regime(order):
    """haarpy takes a permutation and half the dimension."""
    haarpy = pytest.importorskip("haarpy")
    from sympy.combinatorics import Permutation

    for mu in integer_partitions(order):
        representative = haarpy.coset_type_representative(mu)
        assert Permutation(list(representative)).is_even
        for half in (1, 2, 3, 5):
            expected = haarpy.weingarten_symplectic(Permutation(list(representative)), half)
            assert weingarten("symplectic", mu, 2 * half) == Fraction(str(expected))


def test_the_cache_is_not_disturbed_by_the_type_of_the_dimension():
    """haarpy returns zoo for the plain 2 after Integer(2) was asked."""
    expected = Fraction(1, 144)
    for two in (Integer(2), 2, np.int64(2), Integer(2), 2):
        value = weingarten("unitary", [np.int64(2), Integer(1)], two)
        assert type(value) is Fraction
        assert value == expected
        assert weingarten_table("unitary", Integer(3), two)[2, 1] == expected


def test_tables_are_read_only():
    with pytest.raises(TypeError):
        weingarten_table("unitary", 2)[(2,)] = 0


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: weingarten("SU", (1,)), ValueError, "orthogonal, symplectic, unitary"),
        (lambda: weingarten("unitary", (2, 0)), ValueError, "positive integers"),
        (lambda: weingarten("unitary", ()), ValueError, "positive integers"),
        (lambda: weingarten("unitary", (-1, 3), 5), ValueError, "positive integers"),
        (lambda: weingarten("unitary", 3), TypeError, "positive integers"),
        (lambda: weingarten("unitary", (1,), 0), ValueError, "dimension >= 1"),
        (lambda: weingarten("unitary", (1,), 2.0), TypeError, "integer dimension or None"),
        (lambda: weingarten("symplectic", (1,), 3), ValueError, "even dimension"),
        (lambda: weingarten_table("unitary", 0), ValueError, "order >= 1"),
        (lambda: weingarten_table("unitary", 2.5), TypeError, "integer order"),
        (lambda: weingarten_table("orthogonal", 80), ValueError, r"GiB.*order=80"),
        (lambda: weingarten("orthogonal", (3,) * 50), ValueError, r"GiB.*order=150"),
        (lambda: weingarten_leading_term("unitary", ()), ValueError, "positive integers"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("order", [201, 1000, 10**6, 10**30])
def test_orders_out_of_reach_are_refused_at_once(order: int) -> None:
    for call in (lambda: weingarten("unitary", (order,)), lambda: weingarten_table("orthogonal", order)):
        with pytest.raises(ValueError, match="needs a smaller order"):
            call()
