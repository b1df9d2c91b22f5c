"""`haarmite prove`: one inequality between elementary functions on a box, with a certificate for the independent checker."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from proofs_check.commands.console import Json, console, fail, print_json

if TYPE_CHECKING:
    from proofs_check.interval.search import Proof

Inequality = Annotated[str, typer.Argument(metavar="INEQUALITY", help='For example "sin(x) <= x".')]
Ranges = Annotated[
    list[str] | None,
    typer.Option("--for", metavar="RANGE", help='Range of each variable: "x in [0, 3]", "y in [0, oo]"; up to three.'),
]
Certificate = Annotated[
    str | None,
    typer.Option(
        metavar="FILE", help="Write the certificate here, for haarmite recheck; not over a file that is there."
    ),
]
Cells = Annotated[int, typer.Option(min=1, help="Parts of the box to look at before giving up.")]

EXITS = {"certified": 0, "refuted": 1, "inconclusive": 3}


def prove(
    inequality: Inequality,
    ranges: Ranges = None,
    certificate: Certificate = None,
    cells: Cells = 20_000,
    json: Json = False,
) -> None:
    """Prove an inequality in one to three real variables by interval arithmetic, or refute it at a point.

    Examples: haarmite prove "sin(x) <= x" --for "x in [0, 3]"; haarmite prove "exp(x) >= 1 + x + y" --for "x in [1, 2]" --for "y in [0, 1/2]";
    haarmite prove "x*tanh(x) >= 0 for x in [-2, 2]" --certificate proof.json
    """
    from proofs_check.interval.prover import prove as decide
    from proofs_check.interval.recheck import recheck

    text = (f"{inequality} for {', '.join(ranges)}" if ranges else inequality).replace("^", "**")
    target = None if certificate is None else _new_file(certificate)
    try:
        proof = decide(text, max_cells=cells)
        if proof.certificate is not None:  # what is not accepted again is not said
            answer = recheck(proof.certificate.text)
            if not answer.accepted:
                reason = f"the checker does not accept what was found: {answer.reason}"
                proof = replace(proof, verdict="inconclusive", certificate=None, reason=reason)
    except (ValueError, TypeError) as error:
        fail(str(error))
    if target is not None and proof.certificate is not None:
        proof.certificate.write(target)
    if json:
        print_json(_entry(proof))
    else:
        _print(proof, text.replace("**", "^"), certificate)
    raise typer.Exit(EXITS[proof.verdict])


def _new_file(name: str) -> Path:
    target = Path(name)
    if target.exists() or not target.parent.is_dir():
        fail(f"prove needs a new file in an existing folder for its certificate, got {name!r}.")
    return target


def _entry(proof: Proof) -> dict[str, object]:
    witness = proof.witness
    return {
        "schema": 1,
        "claim": proof.claim,
        "verdict": proof.verdict,
        "reason": proof.reason,
        "cells": proof.cells,
        "witness": None
        if witness is None
        else {"point": {name: str(value) for name, value in witness.point}, "slack": witness.value},
    }


def _print(proof: Proof, stated: str, certificate: str | None) -> None:
    style = {"certified": "green", "refuted": "bold red", "inconclusive": "yellow"}[proof.verdict]
    console().print(proof.verdict, style=style, end="  ")
    console().print(stated, markup=False, highlight=False)
    if proof.witness is not None:
        place = ", ".join(f"{name} = {value}" for name, value in proof.witness.point)
        console().print(f"at {place}: the slack is {proof.witness.value}", markup=False, highlight=False)
    elif proof.reason:
        console().print(proof.reason, markup=False, highlight=False)
    if certificate is not None:
        outcome = f"written {certificate}" if proof.certificate else "no certificate: nothing was proved"
        print(f"haarmite: {outcome}", file=sys.stderr)
