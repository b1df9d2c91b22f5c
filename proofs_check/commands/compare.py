"""`haarmite compare`: activations side by side."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from proofs_check.commands.console import Json, console, fail, print_json, stoppable
from proofs_check.commands.estimate import announce
from proofs_check.commands.parameters import Let, with_parameters

if TYPE_CHECKING:
    from rich.table import Table

    from theory.tables.table import RateTable

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
    expressions: Texts,
    digits: Digits = 6,
    format: Format = "text",
    sort: Sort = None,
    let: Let = None,
    json: Json = False,
) -> None:
    """Activations side by side: nonlinearity, slopes, fixed point, rate, depth, edge of chaos, covariance SDE.

    Examples: haarmite compare relu gelu tanh --sort beta_0; haarmite compare relu "x*Phi(x)" --format csv --digits 30
    """
    try:
        if format not in FORMATS:
            raise ValueError(f"compare needs a format of {', '.join(FORMATS)}, got {format!r}.")
        from theory.tables.comparison import compare as compared

        expressions = with_parameters(expressions, let, "compare")
        with stoppable():
            announce(lambda few: compared(*expressions, digits=few, sort=sort), digits)
            table = compared(*expressions, digits=digits, sort=sort)
        if json or format == "json":
            print_json(table.to_json())
        elif format == "text":
            _print_text(table)
        else:
            sys.stdout.write({"csv": table.to_csv, "markdown": table.to_markdown, "latex": table.to_latex}[format]())
    except (ValueError, TypeError) as error:
        fail(str(error))


def _print_text(table: RateTable) -> None:
    """Print the table, turned where the terminal is too narrow, then what its columns mean: one line each."""
    from rich.markup import escape

    from theory.tables.comparison import MEANING

    terminal = console()
    headings = [*(column.heading for column in table.columns), "method"]
    rows = [[cell or "–" for cell in row] for row in table.text_rows()]
    whole = _grid(headings, rows, {headings[k] for k, c in enumerate(table.columns) if c.key in ("activation", "norm")})
    if terminal.measure(whole, options=terminal.options.update(width=10_000)).maximum <= terminal.width:
        terminal.print(whole)
        terminal.print()
    else:
        for group in _groups(headings, rows, terminal.width):
            turned = [list(line) for line in zip(headings, *group, strict=True)]
            terminal.print(_grid(turned[0], turned[1:], {headings[0]}))
            terminal.print()
    for column in table.columns[1:]:
        terminal.print(f"[bold]{escape(column.heading)}[/]  {escape(MEANING[column.key])}")


def _grid(headings: list[str], rows: list[list[str]], text: set[str]) -> Table:
    """Return a table whose columns stand to the right, those of `text` and the method to the left."""
    from rich.markup import escape
    from rich.table import Table

    grid = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        left = heading in text or heading == "method"
        grid.add_column(escape(heading), justify="left" if left else "right", overflow="fold")
    for row in rows:
        grid.add_row(*map(escape, row))
    return grid


def _groups(headings: list[str], rows: list[list[str]], width: int) -> list[list[list[str]]]:
    """Return the rows in groups that fit a width side by side when they stand upright; one at least in each."""
    gap, room = 2, 0
    groups: list[list[list[str]]] = []
    for row in rows:
        need = max(map(len, row)) + gap
        if not groups or need > room:
            groups.append([])
            room = width - max(map(len, headings))
        groups[-1].append(row)
        room -= need
    return groups
