"""Tables of Weingarten functions as text, one row for every class: for CSV, JSON, Markdown and LaTeX written elsewhere.

**Convention.** A class is written as its parts with commas, `3,1,1`. Symbolic d: numerator and denominator factored
over the integers, and the leading term c*d**-s for large d. Integer d: the exact value, an entry of the pseudo-inverse
if d is below the order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from theory.haar.dimension import checked_dimension, checked_group, checked_integer
from theory.haar.rational_function import RationalFunction
from theory.haar.weingarten import weingarten_leading_term, weingarten_table

__all__ = ["weingarten_rows"]

Row = tuple[str, ...]


def weingarten_rows(group: str, orders: Iterable[Any], dimension: Any = None) -> tuple[Row, tuple[Row, ...]]:
    """Return the header and the rows of a table of Weingarten functions, as text.

    Parameters
    ----------
    group : {'orthogonal', 'symplectic', 'unitary'}
        The group.
    orders : iterable of int
        The orders k >= 1, at least one; they come out in the order given.
    dimension : int, optional
        d; None (default) is symbolic.

    Returns
    -------
    (tuple of str, tuple of tuple of str)
        Header ("group", "order", "class", "numerator", "denominator", "leading") for symbolic d, ("group", "order", "class",
        "dimension", "value") for an integer; classes in reverse lexicographic order.

    Raises
    ------
    TypeError, ValueError
        As `weingarten_table`; no order at all.

    Examples
    --------
    >>> header, rows = weingarten_rows("unitary", [2])
    >>> rows
    (('unitary', '2', '2', '-1', '(d - 1)*d*(d + 1)', '-d**-3'),
     ('unitary', '2', '1,1', '1', '(d - 1)*(d + 1)', 'd**-2'))
    >>> weingarten_rows("unitary", [2], 1)[1][0]
    ('unitary', '2', '2', '1', '1/4')
    """
    name = checked_group(group, function="weingarten_rows")
    if isinstance(orders, (str, bytes)) or not isinstance(orders, Iterable):
        raise TypeError(f"weingarten_rows needs a sequence of orders, got orders={orders!r}.")
    listed = [checked_integer(order, function="weingarten_rows", name="order", least=1) for order in orders]
    if not listed:
        raise ValueError("weingarten_rows needs at least one order, got none.")
    d = checked_dimension(dimension, name, function="weingarten_rows")
    rows: list[Row] = []
    for order in listed:
        for mu, value in weingarten_table(name, order, d).items():
            start = (name, str(order), ",".join(map(str, mu)))
            if isinstance(value, RationalFunction):
                text = value.as_json()
                rows.append((*start, text["numerator"], text["denominator"], leading_text(name, mu)))
            else:
                rows.append((*start, str(d), str(value)))
    last = ("numerator", "denominator", "leading") if d is None else ("dimension", "value")
    return ("group", "order", "class", *last), tuple(rows)


def leading_text(group: str, partition: Any) -> str:
    """Return the leading term of Wg(mu; d) for large d as text, c*d**-s.

    Parameters
    ----------
    group : {'orthogonal', 'symplectic', 'unitary'}
        The group.
    partition : sequence of int
        mu.

    Returns
    -------
    str

    Raises
    ------
    TypeError, ValueError
        As `weingarten_leading_term`.

    Examples
    --------
    >>> leading_text("orthogonal", (3, 2))
    '-2*d**-8'
    """
    coefficient, exponent = weingarten_leading_term(group, partition)
    return {1: "", -1: "-"}.get(coefficient, f"{coefficient}*") + f"d**-{exponent}"
