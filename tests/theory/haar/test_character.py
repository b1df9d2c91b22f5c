from math import isqrt

import pytest

from theory.haar.character import character_column
from theory.haar.content import jack_norm
from theory.haar.jack import jack_table
from theory.haar.partition import centraliser_order, integer_partitions


def test_character_table_of_s4():
    # James, Kerber (1981), appendix I.A: columns (1^4), (2 1^2), (2^2), (3 1), (4).
    table = {
        (4,): (1, 1, 1, 1, 1),
        (3, 1): (3, 1, -1, 0, -1),
        (2, 2): (2, 0, 2, -1, 0),
        (2, 1, 1): (3, -1, -1, 0, 1),
        (1, 1, 1, 1): (1, -1, 1, 1, -1),
    }
    for j, mu in enumerate([(1, 1, 1, 1), (2, 1, 1), (2, 2), (3, 1), (4,)]):
        assert character_column(mu) == {shape: row[j] for shape, row in table.items() if row[j]}


@pytest.mark.parametrize("mu", [(5, 5, 5), (4, 3, 2, 1), (2,) * 8])
def test_columns_are_orthogonal(mu):
    assert sum(value**2 for value in character_column(mu).values()) == centraliser_order(mu)


def test_against_the_jack_recursion():
    table = jack_table(1, 7)
    for j, mu in enumerate(table.classes):
        column = character_column(mu)
        for shape, row in zip(table.shapes, table.rows, strict=True):
            assert row[j] * centraliser_order(mu) == column.get(shape, 0) * isqrt(jack_norm(shape, 1))
    assert list(integer_partitions(7)) == list(table.classes)
