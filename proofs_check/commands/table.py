"""`haarmite table`: rates, Hermite coefficients, fixed points, critical lines, contraction constants, Weingarten functions as CSV, JSON, Markdown or LaTeX."""

from __future__ import annotations

import sys
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from proofs_check.commands.console import Json, fail, print_json, stoppable
from proofs_check.commands.estimate import announce
from proofs_check.commands.parameters import Let, with_parameters

ACTIVATION_TABLES = ("rates", "gains", "hermite", "fixed-points", "critical-line")
TABLES = (*ACTIVATION_TABLES, "contraction", "weingarten")
FORMATS = ("csv", "json", "markdown", "latex")

Kind = Annotated[str, typer.Argument(metavar="{" + ",".join(TABLES) + "}", help="Which table.")]
Activations = Annotated[
    list[str] | None,
    typer.Option("--activation", "-a", metavar="EXPR", help="An activation; repeat for more. The catalogue if none."),
]
Digits = Annotated[int, typer.Option(help="Decimal digits of every number, 1 to 10000.")]
Format = Annotated[str, typer.Option("--format", help="csv, json, markdown or latex.")]
Terms = Annotated[int, typer.Option(min=1, max=1000, help="Hermite coefficients c_0 .. c_(terms-1).")]
Group = Annotated[str, typer.Option(help="For weingarten: unitary, orthogonal or symplectic.")]
Order = Annotated[list[int] | None, typer.Option(help="For weingarten: an order; repeat for more.")]
Width = Annotated[list[int] | None, typer.Option(help="For contraction: a width d; repeat for more.")]
Bias = Annotated[
    list[str] | None, typer.Option("--bias", help="For critical-line: a bias variance, exact; repeat for more.")
]
PlotFile = Annotated[
    Path | None, typer.Option("--plot", metavar="FILE.svg", help="For critical-line: draw the enclosed curves as well.")
]
Dimension = Annotated[int | None, typer.Option(help="For weingarten: an integer dimension; symbolic if not given.")]


def table(
    kind: Kind,
    activation: Activations = None,
    digits: Digits = 20,
    terms: Terms = 9,
    group: Group = "unitary",
    order: Order = None,
    dimension: Dimension = None,
    width: Width = None,
    bias: Bias = None,
    plot: PlotFile = None,
    let: Let = None,
    format: Format = "markdown",
    json: Json = False,
) -> None:
    """Print one table on standard output; every digit is proved unless the row's method says numerical.

    Examples: haarmite table rates --digits 50 --format latex; haarmite table hermite -a "x*Phi(x)" --terms 20 --format csv;
    haarmite table critical-line -a tanh --bias 0.05 --plot tanh.svg
    """
    try:
        if kind not in TABLES:
            raise ValueError(f"table needs one of {', '.join(TABLES)}, got {kind!r}.")
        if format not in FORMATS:
            raise ValueError(f"table needs a format of {', '.join(FORMATS)}, got {format!r}.")
        if plot is not None and (kind != "critical-line" or plot.suffix != ".svg"):
            raise ValueError(f"table needs critical-line and a name ending in .svg with --plot, got {kind} and {plot}.")
        from theory.tables.kinds import BIASES, WIDTHS
        from theory.tables.kinds import table as made

        activation = with_parameters(activation, let, "table") if activation else None
        if let and not activation:
            raise ValueError("table needs an --activation whose parameters --let gives values to, got none.")
        make = partial(
            made,
            kind,
            *(activation or ()),
            terms=terms,
            group=group,
            orders=order or (2, 3, 4),
            dimension=dimension,
            widths=width or WIDTHS,
            biases=[_exact(text) for text in bias] if bias else BIASES,
        )
        with stoppable():
            announce(lambda few: make(digits=few), digits)
            found = make(digits=digits)
        if plot is not None:
            _draw(plot, activation)
        if json or format == "json":
            print_json(found.to_json())
        else:
            text = {"csv": found.to_csv, "markdown": found.to_markdown, "latex": found.to_latex}[format]()
            sys.stdout.write(text)
    except (ValueError, TypeError) as error:
        fail(str(error))


def _exact(text: str) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"table needs an exact bias variance such as 0.05 or 1/20, got {text!r}.") from None


def _draw(plot: Path, activations: list[str] | None) -> None:
    from proofs_check.report.critical_line import critical_picture

    try:
        plot.write_text(critical_picture(activations or ["tanh", "erf", "selu"]), encoding="utf-8")
    except OSError as error:
        raise ValueError(f"table needs a place to write to for --plot, got {plot}: {error.strerror}.") from None
