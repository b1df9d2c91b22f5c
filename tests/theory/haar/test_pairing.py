from itertools import permutations, product

import pytest

from theory.haar.pairing import coset_type, cycle_type, pairing_gram, pairings, permutation_gram


def test_numbers_of_pairings():
    assert [len(set(pairings(range(2 * k)))) for k in range(5)] == [1, 1, 3, 15, 105]


@pytest.mark.parametrize("d", [1, 2, 3])
def test_gram_entries_are_inner_products_of_tensors(d):
    """d^loops counts the index tuples on which both pairings are constant."""
    listed = list(pairings(range(4)))
    for first in listed:
        for second in listed:
            count = sum(
                all(index[a] == index[b] for a, b in (*first, *second)) for index in product(range(d), repeat=4)
            )
            assert count == pairing_gram(first, second, d)


def test_types():
    assert cycle_type((1, 2, 0, 4, 3, 5)) == (3, 2, 1)
    assert coset_type(((0, 1), (2, 3), (4, 5)), ((1, 2), (0, 3), (4, 5))) == (2, 1)
    for sigma in permutations(range(4)):
        assert permutation_gram(sigma, sigma, 3) == 81
