"""`haarmite check`: a real model's initialisation against its laws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from proofs_check.commands.console import Json, console, fail, print_json

if TYPE_CHECKING:
    from proofs_check.model.model_check import ModelCheck

Model = Annotated[str, typer.Argument(metavar="FILE.py:NAME", help="What makes the torch model; or MODULE:NAME.")]
Laws = Annotated[
    list[str] | None,
    typer.Option(
        "--law", metavar="[PATTERN=]LAW", help='Declare a law, such as "he_normal" or "head.*=zeros"; or FILE.toml.'
    ),
]
Inputs = Annotated[
    str | None,
    typer.Option(
        metavar="SHAPE|FILE", help="Run the model too: a shape such as 8,3,32,32 or tokens:8,32, or FILE.npy, FILE.pt."
    ),
]
Report = Annotated[str | None, typer.Option(metavar="FILE.html", help="Also write one HTML page, with curves.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite an existing page.")]
Alpha = Annotated[float, typer.Option(help="Probability with which a right model may be reported wrong.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of torch while the model is built.")]


def check(
    model: Model,
    inputs: Inputs = None,
    law: Laws = None,
    alpha: Alpha = 1e-6,
    seed: Seed = 0,
    report: Report = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Check a torch model's initialisation; what is wrong is named. Exit code 0: no fault, 1: a fault, 2: bad input.

    Examples: haarmite check train.py:make_model; haarmite check train.py:make_model --inputs 8,3,32,32 --report init.html;
    haarmite check train.py:GPT --inputs tokens:4,64 --law gpt2;
    haarmite check train.py:make_model --law he_normal --law "head.weight=zeros" --json
    """
    from proofs_check.model.model_check import check as check_model
    from proofs_check.model.source import build_model, read_inputs
    from proofs_check.report.run.page_file import check_page_file, write_page

    try:
        target = None if report is None else check_page_file(report, force=force, caller="check")
        module = build_model(model, seed)
        batch = None if inputs is None else read_inputs(inputs, module, seed)
        found = check_model(module, batch, laws=law, alpha=alpha, name=model)
        if target is not None:
            from proofs_check.report.model.page import model_page

            write_page(model_page(found), target, caller="check")
    except (ValueError, TypeError, ImportError) as error:
        fail(str(error))
    if json:
        print_json(found.to_json())
    else:
        _print(found)
    if not found.is_right:
        raise typer.Exit(1)


def _print(found: ModelCheck) -> None:
    from rich.markup import escape
    from rich.table import Table

    out = console()
    colour = "green" if found.is_right else "red"
    out.print(f"[bold]{escape(found.model)}[/]: [{colour}]{escape(found.summary)}[/]")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("parameter", "shape", "entries", "std", "rule", ""):
        table.add_column(title, overflow="fold")
    marks = {"right": "right", "fault": "[red]fault[/]", "note": "[yellow]note[/]", "unnamed": "[dim]not judged[/]"}
    for name, alike in found.groups():
        one = alike[0]
        times = f" ({len(alike)})" if len(alike) > 1 else ""
        size = "" if one.family in ("zeros", "constant") else f"{one.std:.4g}"
        shape = "x".join(map(str, one.shape))
        table.add_row(escape(name) + times, shape, one.family, size, escape(one.rule), marks[one.status])
    out.print(table)
    if found.layers:
        out.print(_layer_table(found))
    for status, line in found.readings:
        out.print(f"{marks[status]} {escape(line)}")


def _layer_table(found: ModelCheck) -> Any:
    """Return the layers: measured and, in brackets, what is expected of them given their measured input."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
    for title in ("layer", "", "mean square", "expected", "band", "theory", "correlation", "gap", "gradient", ""):
        table.add_column(title, overflow="fold")
    for one in found.layers:
        band = "" if one.low is None or one.high is None else f"{one.low:.2g} to {one.high:.2g}"
        table.add_row(
            one.name,
            one.function if one.kind != "other" else f"[yellow]{one.function}[/]",
            f"{one.mean_square:.3g}",
            "" if one.expected is None else f"{one.expected:.3g}",
            band,
            "" if one.theory is None else f"{one.theory:.3g}",
            _beside(one.correlation, one.expected_correlation),
            _beside(one.gap, one.expected_gap),
            _beside(one.gradient, one.expected_gradient),
            {"right": "right", "outside": "[red]outside[/]", "measured": ""}[one.status],
        )
    return table


def _beside(value: float | None, expected: float | None) -> str:
    return ("" if value is None else f"{value:.2g}") + ("" if expected is None else f" ({expected:.2g})")
