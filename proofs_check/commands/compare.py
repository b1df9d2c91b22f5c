"""`haarmite compare`: activations side by side."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from proofs_check.commands.console import Json, console, fail, print_json

if TYPE_CHECKING:
    from theory.rate_table import RateTable

FORMATS = ("text", "csv", "json", "markdown", "latex")

Texts = Annotated[
    list[str], typer.Argument(metavar="EXPR...", help='Activations: catalogue names, or text such as "x*Phi(x)".')
]
Digits = Annotated[int, typer.Option(help="Decimal digits of every number, 1 to 10000.")]
Format = Annotated[str, typer.Option("--format", help="text, csv, json, markdown or latex.")]
Sort = Annotated[
    str | None, typer.Option(metavar="COLUMN", help='Sort by this column; a minus in front ("-beta_0"): descending.')
]


def compare(
    expressions: Texts, digits: Digits = 6, format: Format = "text", sort: Sort = None, json: Json = False
) -> None:
    """Activations side by side: nonlinearity, slopes, fixed point, rate, depth, edge of chaos, covariance SDE.

    Examples: haarmite compare relu gelu tanh --sort beta_0; haarmite compare relu "x*Phi(x)" --format csv --digits 30
    """
    try:
        if format not in FORMATS:
            raise ValueError(f"compare needs a format of {', '.join(FORMATS)}, got {format!r}.")
        table = _table(expressions, digits, sort)
        if json or format == "json":
            print_json(table.to_json())
        elif format == "text":
            _print_text(table)
        else:
            sys.stdout.write({"csv": table.to_csv, "markdown": table.to_markdown, "latex": table.to_latex}[format]())
    except (ValueError, TypeError) as error:
        fail(str(error))


def _table(expressions: list[str], digits: int, sort: str | None) -> RateTable:
    from theory.activation import Activation
    from theory.comparison import comparison_table

    return comparison_table([Activation.from_text(text) for text in expressions], digits, sort)


def _print_text(table: RateTable) -> None:
    """Print the table, then what its columns mean: one line each."""
    from rich.markup import escape
    from rich.table import Table

    from theory.comparison import MEANING

    shown = Table(box=None, pad_edge=False, header_style="bold")
    for column in table.columns:
        is_text = column.key in ("activation", "norm")
        shown.add_column(escape(column.heading), justify="left" if is_text else "right", overflow="fold")
    shown.add_column("method")
    for row in table.text_rows():
        shown.add_row(*(escape(cell) if cell else "–" for cell in row))
    terminal = console()
    terminal.print(shown)
    terminal.print()
    for column in table.columns[1:]:
        terminal.print(f"[bold]{escape(column.heading)}[/]  {escape(MEANING[column.key])}")
