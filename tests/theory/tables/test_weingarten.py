"""Rows of a Weingarten table: every class once, the functions of the engine, in text that means the same."""

import re
from fractions import Fraction

import pytest
from sympy import Symbol, cancel, parse_expr

from theory.haar.partition import number_of_partitions
from theory.haar.weingarten import weingarten, weingarten_leading_term
from theory.tables.table import Column, RateTable
from theory.tables.weingarten import leading_text, weingarten_rows


def as_partition(text):
    return tuple(map(int, text.split(",")))


@pytest.mark.parametrize("group", ["orthogonal", "symplectic", "unitary"])
def test_symbolic_rows_hold_every_class_and_its_function(group):
    header, rows = weingarten_rows(group, range(1, 6))
    assert header == ("group", "order", "class", "numerator", "denominator", "leading")
    assert len(rows) == sum(number_of_partitions(k) for k in range(1, 6))
    assert len({row[2] for row in rows}) == len(rows)
    d = Symbol("d")
    for name, order, text, numerator, denominator, leading in rows:
        mu = as_partition(text)
        assert (name, int(order)) == (group, sum(mu))
        value = parse_expr(numerator) / parse_expr(denominator)
        assert cancel(value - weingarten(group, mu).as_sympy()) == 0
        # the leading term by the limit of the text itself
        coefficient, exponent = weingarten_leading_term(group, mu)
        assert cancel(parse_expr(leading) - coefficient / d**exponent) == 0
        assert (value * d**exponent).limit(d, "oo") == coefficient


def test_the_unitary_rows_of_order_two_as_published():
    # B. Collins, P. Sniady (2006), section 5.2: 1/(d^2 - 1) and -1/(d (d^2 - 1)).
    _, rows = weingarten_rows("unitary", [2])
    assert [row[2:5] for row in rows] == [("2", "-1", "(d - 1)*d*(d + 1)"), ("1,1", "1", "(d - 1)*(d + 1)")]


def test_integer_rows_are_the_pseudo_inverse_below_the_order():
    header, rows = weingarten_rows("orthogonal", [4, 1], 2)
    assert header == ("group", "order", "class", "dimension", "value")
    assert [row[1] for row in rows] == ["4"] * 5 + ["1"]
    values = {as_partition(row[2]): Fraction(row[4]) for row in rows}
    # the rational function would give -85/1152; the pseudo-inverse of the Gram matrix has 11/1152
    assert values[1, 1, 1, 1] == Fraction(11, 1152)
    assert {row[3] for row in rows} == {"2"}


def test_signs_of_the_leading_text():
    assert leading_text("unitary", (1,)) == "d**-1"
    assert leading_text("unitary", (2,)) == "-d**-3"
    assert leading_text("symplectic", (2,)) == "d**-3"
    assert leading_text("unitary", (3,)) == "2*d**-5"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("special", [2]), ValueError, "group out of orthogonal"),
        (("unitary", []), ValueError, "at least one order"),
        (("unitary", 2), TypeError, "sequence of orders"),
        (("unitary", "2"), TypeError, "sequence of orders"),
        (("unitary", [0]), ValueError, "order >= 1"),
        (("unitary", [2.0]), TypeError, "integer order"),
        (("unitary", [2], 0), ValueError, "dimension >= 1"),
        (("symplectic", [2], 3), ValueError, "even dimension"),
        (("unitary", [100]), ValueError, "smaller order"),
    ],
)
def test_bad_input(arguments, error, message):
    with pytest.raises(error, match=message):
        weingarten_rows(*arguments)


@pytest.mark.parametrize("group", ["orthogonal", "symplectic", "unitary"])
def test_latex_of_the_functions_is_the_mathematics_of_the_cells(group):
    header, rows = weingarten_rows(group, range(1, 5))
    table = RateTable("weingarten", tuple(Column(name, name, name) for name in header), tuple(map(tuple, rows)), 5)
    read = 0
    for row, line in zip(rows, table.to_latex().splitlines()[4:], strict=False):
        assert "*" not in line
        for cell, shown in zip(row, line.removesuffix(r" \\").split(" & "), strict=False):
            if shown.startswith("$"):
                spelled = re.sub(r"\^\{(-?\d+)\}", r"**(\1)", shown.strip("$"))
                spelled = re.sub(r"(?<=[\d)d]) (?=[(d])", "*", spelled)  # a product is a space in LaTeX
                assert cancel(parse_expr(spelled) - parse_expr(cell)) == 0
                read += 1
    assert read > 10
