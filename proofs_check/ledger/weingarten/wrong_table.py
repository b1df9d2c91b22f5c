"""Weingarten functions computed with one thing wrong: what the mutants of this folder state."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from theory.haar.content import content_product, content_sum, jack_norm
from theory.haar.dimension import Group
from theory.haar.jack import jack_table
from theory.haar.partition import Partition, centraliser_order
from theory.haar.rational_function import RationalFunction
from theory.haar.weingarten import jack_parameter, weingarten, weingarten_table


def _coefficients(group: Group, order: int, alpha: int) -> dict[Partition, dict[Partition, Fraction]]:
    """Return {mu: {lambda: z_mu a^l theta / j}}, theta and j for a Jack parameter that may be wrong."""
    table, scale = jack_table(alpha, order), jack_parameter(group)
    return {
        mu: {
            shape: Fraction(centraliser_order(mu) * scale ** len(mu) * row[column], jack_norm(shape, alpha))
            for shape, row in zip(table.shapes, table.rows, strict=True)
        }
        for column, mu in enumerate(table.classes)
    }


def wrong_alpha(group: Group, order: int) -> Mapping[Partition, RationalFunction]:
    """Return the table with alpha = 3 - alpha in the Jack recursion and the right alpha in the contents."""
    alpha = jack_parameter(group)
    wrong = _coefficients(group, order, 3 - alpha)
    return {mu: content_sum(column, alpha) for mu, column in wrong.items()}


def other_group(group: Group, order: int) -> Mapping[Partition, RationalFunction]:
    """Return the orthogonal table for the other groups and the unitary one for the orthogonal group."""
    return weingarten_table("unitary" if group == "orthogonal" else "orthogonal", order)


def transposed(group: Group, order: int) -> Mapping[Partition, RationalFunction]:
    """Return the table with the contents of the transposed Young diagram."""
    alpha = jack_parameter(group)
    right = _coefficients(group, order, alpha)
    return {mu: content_sum({_transpose(s): c for s, c in column.items()}, alpha) for mu, column in right.items()}


def substituted(group: Group, partition: Partition, dimension: int) -> Fraction:
    """Return the rational function at an integer d, also below the order where it is finite; the true value at a pole."""
    function = weingarten(group, partition)
    return weingarten(group, partition, dimension) if dimension in function.poles else function.formal(dimension)


def few_columns(group: Group, partition: Partition, dimension: int) -> Fraction:
    """Return the sum over the shapes with at most d columns in place of rows."""
    alpha = jack_parameter(group)
    column = _coefficients(group, sum(partition), alpha)[partition]
    products = {shape: content_product(shape, alpha, dimension) for shape in column if shape[0] <= dimension}
    return sum((column[shape] / product for shape, product in products.items() if product), Fraction(0))


def unreflected(group: Group, partition: Partition, dimension: int) -> Fraction:
    """Return the symplectic function as the orthogonal one at +d."""
    return weingarten("orthogonal" if group == "symplectic" else group, partition, dimension)


def _transpose(shape: Partition) -> Partition:
    return tuple(sum(1 for part in shape if part > j) for j in range(shape[0]))
