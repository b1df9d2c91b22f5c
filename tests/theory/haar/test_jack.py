from math import factorial

import pytest

from theory.haar.content import content_product, jack_norm
from theory.haar.jack import cotransition_weights, jack_table
from theory.haar.partition import centraliser_order, integer_partitions


def test_zonal_polynomials_of_order_four():
    # A. M. Parkhurst, A. T. James, Zonal polynomials of order 1 through 12, Selected Tables in Math. Statist. 2 (1974),
    # in power sums (r_1^4, r_1^2 r_2, r_2^2, r_1 r_3, r_4).
    published = {
        (4,): (1, 12, 12, 32, 48),
        (3, 1): (1, 5, -2, 4, -8),
        (2, 2): (1, 2, 7, -8, -2),
        (2, 1, 1): (1, -1, -2, -2, 4),
        (1, 1, 1, 1): (1, -6, 3, 8, -6),
    }
    table = jack_table(2, 4)
    columns = [table.classes.index(mu) for mu in [(1, 1, 1, 1), (2, 1, 1), (2, 2), (3, 1), (4,)]]
    for shape, row in zip(table.shapes, table.rows, strict=True):
        assert tuple(row[j] for j in columns) == published[shape]


@pytest.mark.parametrize("alpha", [1, 2, 3, 5])
@pytest.mark.parametrize("order", [1, 2, 3, 5, 7])
def test_orthogonality_and_specialisation(alpha, order):
    """<J_lambda, J_kappa> = delta j_lambda, <p_mu, p_nu> = delta z_mu alpha^l, and J_lambda(1^d) = P_lambda(d)."""
    table = jack_table(alpha, order)
    weights = [centraliser_order(mu) * alpha ** len(mu) for mu in table.classes]
    for shape, row in zip(table.shapes, table.rows, strict=True):
        assert row[-1] == 1
        for other, second in zip(table.shapes, table.rows, strict=True):
            product = sum(x * y * w for x, y, w in zip(row, second, weights, strict=True))
            assert product == (jack_norm(shape, alpha) if shape == other else 0)
        for d in (1, 2, 5):
            value = sum(x * d ** len(mu) for x, mu in zip(row, table.classes, strict=True))
            assert value == content_product(shape, alpha, d)


@pytest.mark.parametrize("alpha", [1, 2, 4])
def test_cotransition_weights_add_up_to_the_order(alpha):
    for shape in integer_partitions(7):
        assert sum(weight for _, _, weight in cotransition_weights(shape, alpha)) == 7


@pytest.mark.parametrize("alpha", [1, 2])
def test_restricted_tables_are_parts_of_the_whole(alpha):
    whole = jack_table(alpha, 7)
    entry = {
        (shape, mu): x
        for shape, row in zip(whole.shapes, whole.rows, strict=True)
        for mu, x in zip(whole.classes, row, strict=True)
    }
    for options in (
        {"max_rows": 2},
        {"max_part": 3},
        {"classes": [(3, 2, 2)]},
        {"classes": [(7,), (1,) * 7], "max_rows": 3},
    ):
        part = jack_table(alpha, 7, **options)
        assert len(part.shapes) > 0
        for shape, row in zip(part.shapes, part.rows, strict=True):
            assert row == tuple(entry[shape, mu] for mu in part.classes)


def test_single_columns_reach_high_orders():
    # Schur functions: H chi / z with chi = (-1)^height on hooks and 0 elsewhere for the k-cycle.
    table = jack_table(1, 16, classes=[(16,)])
    for shape, (theta,) in zip(table.shapes, table.rows, strict=True):
        hook = len(shape) == 1 or shape[1] == 1
        assert (theta != 0) == hook
    assert table.rows[0] == (factorial(15),)


def test_too_large_a_table_is_refused_with_the_estimate():
    with pytest.raises(ValueError, match=r"would take about .* GiB.*order=70"):
        jack_table(2, 70)
