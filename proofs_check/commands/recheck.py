"""`haarmite recheck`: the independent checker alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from proofs_check.commands.console import Json, console, fail, print_json
from proofs_check.commands.kernel_check import Kernel, ask_kernel, recheck_certificates

if TYPE_CHECKING:
    from proofs_check.interval.recheck import Recheck

Files = Annotated[list[str], typer.Argument(metavar="CERTIFICATE.json...", help="Certificates written by verify.")]
Served = Annotated[
    str | None,
    typer.Option(
        "--claim", metavar="ID|FILE.py::ID", help="Refuse what does not prove an inequality that this claim needs."
    ),
]


def recheck(certificates: Files, claim: Served = None, kernel: Kernel = None, json: Json = False) -> None:
    """Check certificates with the independent checker alone: the standard library, nothing of the prover.

    Says what each proves, which claim it serves and what was taken on trust. With --claim the claim's own checks are run
    again, and a certificate of anything else is refused. Exit code 1 if one is refused.

    Examples: haarmite recheck report/certificates/*.json; haarmite recheck certificate.json --claim A7
    """
    if kernel is not None:
        ask_kernel(kernel)
        _by_kernel(certificates, json)
    results = [(name, _answer(name, claim)) for name in certificates]
    if json:
        print_json({"schema": 1, "certificates": [_entry(name, result) for name, result in results]})
    else:
        for name, result in results:
            _print(name, result)
    raise typer.Exit(0 if all(result.accepted for _, result in results) else 1)


def _answer(name: str, claim: str | None) -> Recheck:
    from dataclasses import replace

    from proofs_check.interval.recheck import read_text
    from proofs_check.interval.recheck import recheck as check_text

    try:
        text = read_text(Path(name))
    except OSError as error:
        fail(f"recheck needs certificates it can read, got {name!r} ({error}).")
    if claim is None:
        return check_text(text)
    from proofs_check.run.rechecked import why_not_serving
    from proofs_check.run.selection import select

    try:
        claims = select([claim], "recheck --claim").claims
    except ValueError as error:
        fail(str(error))
    if len(claims) != 1:
        fail(f"recheck --claim needs one claim, got {claim!r} with {len(claims)}.")
    result = check_text(text, claim=claims[0].id)
    reason = why_not_serving(text, claims[0]) if result.accepted else ""
    return replace(result, accepted=False, reason=reason) if reason else result


def _entry(name: str, result: Recheck) -> dict[str, Any]:
    serves = result.serves
    return {
        "certificate": name,
        "accepted": result.accepted,
        "reason": result.reason,
        "proves": result.claim,
        "serves": None
        if serves is None
        else {"claim": serves.claim, "sentence": serves.sentence, "case": serves.case, "versions": serves.versions},
        "relies_on": list(result.relies_on),
    }


def _print(name: str, result: Recheck) -> None:
    """Print the answer in one line, and below it what was checked; text of the certificate is no markup."""
    mark, style = ("accepted", "green") if result.accepted else ("refused", "red")
    out = console()
    out.print(mark, style=style, end=" ")
    out.print(f"{name}: {result.reason}", markup=False)
    if not result.accepted:
        return
    out.print(f"  proves: {result.claim}", markup=False)
    if result.serves is not None:
        out.print(f"  serves: {result.serves.claim}, {result.serves.case}: {result.serves.sentence}", markup=False)
    out.print(f"  on trust: {'; '.join(result.relies_on) or 'nothing but the checker'}", markup=False)


def _by_kernel(certificates: list[str], json: bool) -> None:
    """Print what the kernel says of each certificate, and leave."""
    entries = recheck_certificates(certificates)
    if json:
        print_json({"schema": 1, "kernel": "coq", "certificates": entries})
    else:
        for entry in entries:
            mark = "[green]kernel-checked[/]" if entry["checked"] else "[red]not checked[/]"
            console().print(f"{mark} {entry['certificate']}: {entry['reason'] or ', '.join(entry['theorems'])}")
    raise typer.Exit(0 if all(entry["checked"] for entry in entries) else 1)
