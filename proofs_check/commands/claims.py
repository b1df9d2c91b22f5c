"""`haarmite claims`: list the ledger."""

from __future__ import annotations

from typing import Any

from proofs_check.commands.console import Json, console, print_json


def claims(json: Json = False) -> None:
    """List the ledger: every claim with its paper, rungs, cases and number of mutants."""
    from proofs_check.ledger import ledger

    entries: list[dict[str, Any]] = [
        {
            "id": claim.id,
            "title": claim.title,
            "paper": claim.paper.key,
            "statement": (type(claim.statement).__doc__ or "").strip(),
            "rungs": sorted({str(check.rung) for check in claim.checks}),
            "cases": [str(case) for case in claim.pinned],
            "mutants": [mutant.name for mutant in claim.mutants],
            "conjecture": claim.conjecture,
        }
        for claim in ledger()
    ]
    if json:
        print_json({"schema": 1, "claims": entries})
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("id", "paper", "title", "rungs", "cases", "mutants"):
        table.add_column(column, overflow="fold")
    for entry in entries:
        sizes = (str(len(entry["cases"])), str(len(entry["mutants"])))
        table.add_row(entry["id"], entry["paper"], entry["title"], ", ".join(entry["rungs"]), *sizes)
    console().print(table)
