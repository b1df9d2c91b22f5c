"""`haarmite check`: a real model's initialisation against its laws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

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
Alpha = Annotated[float, typer.Option(help="Probability with which a right model may be reported wrong.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of torch while the model is built.")]


def check(model: Model, law: Laws = None, alpha: Alpha = 1e-6, seed: Seed = 0, json: Json = False) -> None:
    """Check a torch model's initialisation; what is wrong is named. Exit code 0: no fault, 1: a fault, 2: bad input.

    Examples: haarmite check train.py:make_model; haarmite check train.py:GPT --law gpt2;
    haarmite check train.py:make_model --law he_normal --law "head.weight=zeros" --json
    """
    from proofs_check.model.model_check import check as check_model
    from proofs_check.model.source import build_model

    try:
        found = check_model(build_model(model, seed), laws=law, alpha=alpha, name=model)
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
    for name, alike in found.groups():
        one = alike[0]
        if one.reading:
            out.print(f"{marks[one.status]} {escape(name)}: {escape(one.reading)}")
