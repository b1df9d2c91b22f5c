"""A table of numbers with their errors, as CSV, JSON, Markdown, LaTeX, HTML and data frame."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from theory.notebook import html_table
from theory.number import Method, Number
from theory.tables.data_frame import data_frame

if TYPE_CHECKING:
    import pandas


Cell = Number | str | int | bool | None


_METHODS: tuple[Method, ...] = ("exact", "certified", "numerical")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key in CSV and JSON, and its heading in Markdown and LaTeX."""

    key: str
    heading: str
    latex: str


@dataclass(frozen=True, slots=True)
class RateTable:
    """A table whose numbers are not yet rounded.

    Parameters
    ----------
    kind : str
    columns : tuple of Column
    rows : tuple of tuple of cells
        Numbers, text, integers, truth values, or None for "undecided" or "does not apply".
    digits : int
        Decimal digits of every number.
    """

    kind: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    digits: int

    def text_rows(self) -> list[list[str]]:
        """Return the rows as text, each with the method of its least certain number at the end."""
        return [[*(self._text(cell) for cell in row), _method(row)] for row in self.rows]

    def to_csv(self) -> str:
        """Return comma-separated values with a header line."""
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([*(column.key for column in self.columns), "method"])
        writer.writerows(self.text_rows())
        return stream.getvalue()

    def to_json(self) -> dict[str, Any]:
        """Return {"schema", "table", "digits", "rows"}; numbers as {"value", "radius", "method"(, "closed_form")}."""

        def plain(cell: Cell) -> Any:
            return cell.to_json(self.digits) if isinstance(cell, Number) else cell

        keys = [column.key for column in self.columns]
        rows = [dict(zip(keys, map(plain, row), strict=True)) for row in self.rows]
        return {"schema": 1, "table": self.kind, "digits": self.digits, "rows": rows}

    def to_markdown(self) -> str:
        """Return a pipe table."""
        header = [*(column.heading for column in self.columns), "method"]
        lines = [header, ["---"] * len(header), *self.text_rows()]
        return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)

    def to_latex(self) -> str:
        """Return a tabular for the booktabs package."""
        header = [*(column.latex for column in self.columns), "method"]
        body = [[_latex_escape(cell) for cell in row] for row in self.text_rows()]
        lines = [" & ".join(line) + r" \\" for line in body]
        return "\n".join(
            [
                rf"\begin{{tabular}}{{{'l' * len(header)}}}",
                r"\toprule",
                " & ".join(header) + r" \\",
                r"\midrule",
                *lines,
                r"\bottomrule",
                r"\end{tabular}",
                "",
            ]
        )

    def to_frame(self) -> pandas.DataFrame:
        """Return a pandas data frame: numbers as the nearest doubles, the rest as it is, and the method of each row.

        Raises
        ------
        ImportError
            If pandas is not installed; it is no dependency.
        """

        def plain(cell: Cell) -> Any:
            return float(cell.value(25)) if isinstance(cell, Number) else cell

        columns = [*(column.key for column in self.columns), "method"]
        return data_frame(columns, [[*map(plain, row), _method(row)] for row in self.rows], "RateTable.to_frame")

    def _repr_html_(self) -> str:
        """Return the table, for notebooks."""
        return html_table([*(column.heading for column in self.columns), "method"], self.text_rows())

    def _text(self, cell: Cell) -> str:
        if isinstance(cell, Number):
            return cell.decimal(self.digits)
        if isinstance(cell, bool):
            return "yes" if cell else "no"
        return "" if cell is None else str(cell)


def _method(row: Sequence[Cell]) -> str:
    """Return the method of the least certain number of a row; formulas written as text are exact."""
    return max((cell.method for cell in row if isinstance(cell, Number)), key=_METHODS.index, default="exact")


_SPECIAL = {character: f"\\{character}" for character in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


_POLYNOMIAL = re.compile(r"(?=.*d)[-+*/() 0-9d]+")
_POWER = re.compile(r"\*\*(-?\d+)")


def _raised(found: re.Match[str]) -> str:
    return f"^{{{found[1]}}}"


def _latex_escape(text: str) -> str:
    """Return a cell for LaTeX: polynomials in d as mathematics, anything else as text.

    Examples
    --------
    >>> print(_latex_escape("-2*d**-5"), _latex_escape("(d - 1)*d**2*(d + 1)"), _latex_escape("leaky_relu"))
    $-2 d^{-5}$ $(d - 1) d^{2} (d + 1)$ leaky\\_relu
    """
    if _POLYNOMIAL.fullmatch(text):
        return f"${_POWER.sub(_raised, text).replace('*', ' ')}$"
    if text in ("oo", "-oo"):
        return r"$\infty$" if text == "oo" else r"$-\infty$"
    return "".join(_SPECIAL.get(character, character) for character in text)
