from math import factorial

import numpy as np
import pytest
from sympy import Integer

from theory.haar.partition import centraliser_order, checked_partition, integer_partitions, number_of_partitions


def test_numbers_of_partitions_against_the_published_table():
    # OEIS A000041
    assert [number_of_partitions(k) for k in range(13)] == [1, 1, 2, 3, 5, 7, 11, 15, 22, 30, 42, 56, 77]
    assert number_of_partitions(60) == 966467


@pytest.mark.parametrize("order", [1, 5, 9])
@pytest.mark.parametrize("rows", [1, 2, 4, None])
@pytest.mark.parametrize("part", [2, 3, None])
def test_listing_and_counting_agree_inside_a_box(order, rows, part):
    listed = list(integer_partitions(order, max_rows=rows, max_part=part))
    assert len(listed) == number_of_partitions(order, rows, part)
    assert len(set(listed)) == len(listed)
    assert all(sum(mu) == order and list(mu) == sorted(mu, reverse=True) for mu in listed)
    assert all(len(mu) <= (rows or order) and mu[0] <= (part or order) for mu in listed)


@pytest.mark.parametrize("order", range(1, 9))
def test_class_sizes_add_up(order):
    assert sum(factorial(order) // centraliser_order(mu) for mu in integer_partitions(order)) == factorial(order)


@pytest.mark.parametrize("parts", [(1, 3), [3, 1], (Integer(3), np.int64(1)), np.array([1, 3])])
def test_partitions_are_normalised(parts):
    mu = checked_partition(parts)
    assert mu == (3, 1)
    assert all(type(part) is int for part in mu)


@pytest.mark.parametrize("parts", [(), (2, 0), (-1, 3), (0,)])
def test_zero_negative_and_no_parts(parts):
    with pytest.raises(ValueError, match="sequence of positive integers"):
        checked_partition(parts)


@pytest.mark.parametrize("parts", [3, None, "21", (2.0, 1), (True, 1), ("2",)])
def test_what_is_no_partition(parts):
    with pytest.raises(TypeError, match="sequence of positive integers"):
        checked_partition(parts)
