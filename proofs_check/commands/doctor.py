"""`haarmite doctor`: what this installation is made of, and what is missing."""

from __future__ import annotations

import typer

from proofs_check.commands.console import Json, console, print_json


def doctor(json: Json = False) -> None:
    """Show versions, arithmetic back ends and threads, and what is missing.

    Examples: haarmite doctor; haarmite doctor --json
    """
    from proofs_check.run.installation import examine

    findings = examine()
    if json:
        print_json(findings)
    else:
        for name, value in findings["facts"].items():
            console().print(f"{name:24} {value}")
        for problem in findings["problems"]:
            console().print(f"[yellow]problem[/] {problem}")
    raise typer.Exit(3 if findings["problems"] else 0)
