"""`haarmite recheck`: the independent checker alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from proofs_check.commands.console import Json, console, fail, print_json
from proofs_check.commands.kernel_check import Kernel, ask_kernel, recheck_certificates

Files = Annotated[list[str], typer.Argument(metavar="CERTIFICATE.json...", help="Certificates written by verify.")]


def recheck(certificates: Files, kernel: Kernel = None, json: Json = False) -> None:
    """Check certificates with the independent checker alone: the standard library, nothing of the prover.

    Exit code 1 if one is refused.

    Examples: haarmite recheck report/certificates/*.json; haarmite recheck certificate.json --json
    """
    from proofs_check.interval.recheck import recheck as check_text

    if kernel is not None:
        ask_kernel(kernel)
        _by_kernel(certificates, json)
    results = []
    for name in certificates:
        try:
            text = Path(name).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            fail(f"recheck needs certificates it can read, got {name!r} ({error}).")
        results.append((name, check_text(text)))
    if json:
        entries = [
            {"certificate": name, "accepted": r.accepted, "reason": r.reason, "relies_on": list(r.relies_on)}
            for name, r in results
        ]
        print_json({"schema": 1, "certificates": entries})
    else:
        for name, result in results:
            mark = "[green]accepted[/]" if result.accepted else "[red]refused[/]"
            console().print(f"{mark} {name}: {result.reason}")
    raise typer.Exit(0 if all(result.accepted for _, result in results) else 1)


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
