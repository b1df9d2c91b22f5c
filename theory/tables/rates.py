"""Tables of rates, Hermite coefficients and fixed points for any list of activations, to any number of digits.

Cells hold numbers with their errors (`theory.enclosure.ball.Number`) until they are written: every printed digit is
proved, or the row says ``numerical``, and nothing passes through a float. JSON keeps the error of each number; CSV,
Markdown and LaTeX (booktabs) print decimals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from theory.enclosure.ball import Method, Number, check_digits
from theory.kernel_map.hermite import HermiteExpansion
from theory.kernel_map.kernel_map import KernelMap
from theory.signal_propagation.fixed_point import fixed_points
from theory.signal_propagation.rate import convergence

if TYPE_CHECKING:
    import pandas

    from theory.activation.activation import Activation

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
        import csv
        import io

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
        from theory.tables.data_frame import data_frame

        def plain(cell: Cell) -> Any:
            return float(cell.value(25)) if isinstance(cell, Number) else cell

        columns = [*(column.key for column in self.columns), "method"]
        return data_frame(columns, [[*map(plain, row), _method(row)] for row in self.rows], "RateTable.to_frame")

    def _repr_html_(self) -> str:
        """Return the table, for notebooks."""
        from theory.notebook import html_table

        return html_table([*(column.heading for column in self.columns), "method"], self.text_rows())

    def _text(self, cell: Cell) -> str:
        if isinstance(cell, Number):
            return cell.decimal(self.digits)
        if isinstance(cell, bool):
            return "yes" if cell else "no"
        return "" if cell is None else str(cell)


def rate_table(kind: str, activations: Sequence[Activation], digits: int = 20, terms: int = 9) -> RateTable:
    """Return a table of one kind.

    Parameters
    ----------
    kind : {"rates", "hermite", "fixed-points"}
        rates: nonlinearity strength, slopes, and case, attractor and proved rate of the RMS-normalised map. hermite: c_0,
        ..., c_{terms-1}. fixed-points: all of them, of the normalised and the centred map.
    activations : sequence of Activation
    digits : int
        1 to 10 000.
    terms : int
        Number of Hermite coefficients.

    Raises
    ------
    ValueError
        If the kind is not known, there is no activation, `digits` or `terms` is out of range, or an enclosure does not
        converge.

    Examples
    --------
    >>> from theory.activation import catalogue
    >>> print(rate_table("fixed-points", catalogue("square"), 8).to_markdown())
    | activation | map | rho* | slope | stable | case | method |
    | --- | --- | --- | --- | --- | --- | --- |
    | square | normalised | 0.5 | 0.66666667 | yes | 4 | exact |
    | square | normalised | 1 | 1.3333333 | no | 4 | exact |
    | square | centred | 0 | 0 | yes | 1 | exact |
    | square | centred | 1 | 2 | no | 1 | exact |
    <BLANKLINE>
    """
    if kind not in _KINDS:
        raise ValueError(f"rate_table needs a kind of {', '.join(_KINDS)}, got kind={kind!r}.")
    if not activations:
        raise ValueError("rate_table needs at least one activation, got none.")
    if isinstance(terms, bool) or not isinstance(terms, int) or terms < 1:
        raise ValueError(f"rate_table needs at least one term, got terms={terms!r}.")
    check_digits(digits, "rate_table")
    columns, rows = _KINDS[kind]
    return RateTable(kind, columns, tuple(row for a in activations for row in rows(a, terms)), digits)


def _rates(activation: Activation, _: int) -> Iterator[tuple[Cell, ...]]:
    centred, normalised = KernelMap.centred(activation), KernelMap.normalised(activation)
    points = fixed_points(normalised)
    bound = convergence(normalised, points)
    yield (
        activation.name,
        centred.nonlinearity_strength,
        centred.slope_at_zero,
        centred.slope_at_one,
        normalised.slope_at_one,
        "identity" if points.is_identity else points.case,
        None if bound is None else bound.limit,
        None if bound is None else bound.constant,
    )


def _hermite(activation: Activation, terms: int) -> Iterator[tuple[Cell, ...]]:
    expansion = HermiteExpansion(activation)
    for k in range(terms):
        yield activation.name, k, expansion.coefficient(k)


def _fixed_points(activation: Activation, _: int) -> Iterator[tuple[Cell, ...]]:
    for kernel in (KernelMap.normalised(activation), KernelMap.centred(activation)):
        points = fixed_points(kernel)
        for point in points.points:
            case = "identity" if points.is_identity else point.case
            yield activation.name, kernel.kind, point.value, point.slope, point.stable, case


_NAME = Column("activation", "activation", "activation")
_RATES = (
    _NAME,
    Column("nonlinearity_strength", "beta_0", r"$\beta_0$"),
    Column("alpha", "alpha", r"$\alpha$"),
    Column("slope_at_one_centred", "slope at 1, centred", r"$\kappa_{\mathrm{LN}}'(1)$"),
    Column("slope_at_one_normalised", "slope at 1, normalised", r"$\kappa_{\mathrm{RMS}}'(1)$"),
    Column("case", "case", "case"),
    Column("attractor", "rho*", r"$\rho^*$"),
    Column("constant", "proved constant", "constant"),
)
_HERMITE = (_NAME, Column("k", "k", "$k$"), Column("coefficient", "c_k", "$c_k$"))
_FIXED_POINTS = (
    _NAME,
    Column("map", "map", "map"),
    Column("value", "rho*", r"$\rho^*$"),
    Column("slope", "slope", r"$\kappa'(\rho^*)$"),
    Column("stable", "stable", "stable"),
    Column("case", "case", "case"),
)
_Rows = Callable[["Activation", int], Iterator[tuple[Cell, ...]]]
_KINDS: dict[str, tuple[tuple[Column, ...], _Rows]] = {
    "rates": (_RATES, _rates),
    "hermite": (_HERMITE, _hermite),
    "fixed-points": (_FIXED_POINTS, _fixed_points),
}


def _method(row: Sequence[Cell]) -> str:
    """Return the method of the least certain number of a row; formulas written as text are exact."""
    return max((cell.method for cell in row if isinstance(cell, Number)), key=_METHODS.index, default="exact")


_SPECIAL = {character: f"\\{character}" for character in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def _latex_escape(text: str) -> str:
    if text in ("oo", "-oo"):
        return r"$\infty$" if text == "oo" else r"$-\infty$"
    return "".join(_SPECIAL.get(character, character) for character in text)
