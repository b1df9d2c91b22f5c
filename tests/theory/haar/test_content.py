from fractions import Fraction
from math import factorial, prod

import pytest

from theory.haar.content import (
    common_content_roots,
    content_product,
    content_roots,
    content_sum,
    content_sum_at,
    jack_norm,
)
from theory.haar.partition import integer_partitions


@pytest.mark.parametrize("alpha", [1, 2])
def test_content_products_vanish_exactly_for_more_than_d_rows(alpha):
    for shape in integer_partitions(6):
        for d in (1, 2, 3):
            assert (content_product(shape, alpha, d) == 0) == (len(shape) > d)
            assert content_product(shape, alpha, d) == prod(d - root for root in content_roots(shape, alpha).elements())
        for n in (1, 2, 3):
            assert (content_product(shape, 2, -2 * n) == 0) == (shape[0] > n)


@pytest.mark.parametrize("order", [1, 4, 6])
def test_norms_of_the_symmetric_group(order):
    """alpha = 1: j = (k! / dim)^2, and the squared dimensions add up to k!."""
    assert sum(
        Fraction(factorial(order) ** 2, jack_norm(shape, 1)) for shape in integer_partitions(order)
    ) == factorial(order)


@pytest.mark.parametrize("alpha", [1, 2])
def test_symbolic_and_integer_sums_agree_where_no_shape_is_dropped(alpha):
    coefficients = {shape: Fraction(i + 1, 3) for i, shape in enumerate(integer_partitions(5))}
    function = content_sum(coefficients, alpha)
    for d in (5, 6, 11):
        assert function(d) == content_sum_at(coefficients, alpha, d)
    assert content_sum_at(coefficients, alpha, 1) == Fraction(1, 3) / content_product((5,), alpha, 1)


def test_common_roots():
    assert common_content_roots([(2,), (1, 1)], 2) == {0: 1, -2: 1, 1: 1}
    assert not content_sum({}, 1)
