"""Every table by its name: rates, Hermite coefficients and fixed points of activations, Weingarten functions, contraction constants."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from theory.activation import Activation, catalogue
from theory.activation.frameworks import NAMED
from theory.enclosure.ball import check_digits
from theory.tables.contraction import CONTRACTION_COLUMNS, contraction_rows
from theory.tables.critical import CRITICAL_COLUMNS, critical_rows
from theory.tables.rates import rate_table
from theory.tables.table import Column, RateTable
from theory.tables.weingarten import weingarten_rows

KINDS = ("rates", "gains", "hermite", "fixed-points", "critical-line", "contraction", "weingarten")
BIASES = tuple(map(Fraction, ("0", "1/100", "1/25", "1/20", "1/10", "1/5", "1/2", "1")))
"""Bias variances of a critical line."""
WIDTHS = (2, 3, 4, 5, 10, 20, 50, 100)


def table(
    kind: str,
    *activations: str | Activation,
    digits: int = 20,
    terms: int = 9,
    group: str = "unitary",
    orders: Sequence[int] = (2, 3, 4),
    dimension: int | None = None,
    widths: Sequence[int] = WIDTHS,
    biases: Sequence[Fraction] = BIASES,
) -> RateTable:
    """Return a table by its name.

    Parameters
    ----------
    kind : {"rates", "gains", "hermite", "fixed-points", "critical-line", "contraction", "weingarten"}
    activations : str or Activation
        For the first five; the whole catalogue if none, for gains with the names of frameworks besides, for critical
        lines tanh, erf, silu, gelu, selu and relu.
    digits, terms : int
        Decimal digits of every number; Hermite coefficients c_0 .. c_{terms-1}.
    group, orders, dimension
        For Weingarten functions; a symbolic dimension if none is given.
    widths : sequence of int
        For contraction constants.
    biases : sequence of Fraction
        For critical lines: the bias variances.

    Raises
    ------
    TypeError, ValueError
        If the kind is not known or an argument is out of range.

    Examples
    --------
    >>> print(table("hermite", "relu", digits=6, terms=2).to_csv().splitlines()[1])
    relu,0,0.398942,exact
    """
    if kind not in KINDS:
        raise ValueError(f"table needs one of {', '.join(KINDS)}, got {kind!r}.")
    if kind == "weingarten":
        header, rows = weingarten_rows(group, list(orders), dimension)
        return RateTable(kind, tuple(Column(name, name, name) for name in header), rows, digits=20)
    if kind == "contraction":
        check_digits(digits, "table")
        columns = tuple(Column(*column) for column in CONTRACTION_COLUMNS)
        return RateTable(kind, columns, contraction_rows(list(widths)), digits)
    if kind == "critical-line":
        names = activations or ("tanh", "erf", "silu", "gelu", "selu", "relu")
        check_digits(digits, "table")
        chosen = [a if isinstance(a, Activation) else Activation.from_text(a) for a in names]
        return RateTable(kind, CRITICAL_COLUMNS, critical_rows(chosen, biases), digits)
    found = [a if isinstance(a, Activation) else Activation.from_text(a) for a in activations] or list(catalogue())
    if kind == "gains" and not activations:
        found += [Activation.from_text(name) for name in NAMED]
    return rate_table(kind, found, digits, terms)
