"""The option ``--kernel coq`` of `verify` and `recheck`: hand what can be written to a proof assistant's kernel."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from proofs_check.commands.console import console, fail

if TYPE_CHECKING:
    from proofs_check.evidence.coq_outcome import KernelCheck
    from proofs_check.run.run_report import RunReport

Kernel = Annotated[
    str | None,
    typer.Option(metavar="coq", help="Also have Coq's kernel check every derivation and certificate (needs coqc)."),
]


def ask_kernel(kernel: str | None) -> None:
    """Leave with a clear line, before any work, if the kernel asked for is unknown or not installed."""
    if kernel is None:
        return
    from proofs_check.coq.run import CoqUnavailableError, find_coq

    if kernel != "coq":
        fail(f"--kernel needs a proof assistant that is known here (coq), got {kernel!r}.")
    try:
        find_coq()
    except CoqUnavailableError as error:
        fail(str(error))


def with_kernel(report: RunReport, kernel: str | None, jobs: int, silent: bool) -> RunReport:
    """Return the run with the kernel's answers, if they were asked for."""
    if kernel is None:
        return report
    from proofs_check.coq.ledger_check import kernel_checked
    from proofs_check.coq.run import CoqUnavailableError

    done = [0]

    def show(check: KernelCheck) -> None:
        done[0] += 1
        print(f"coq {done[0]:4d}  {check.seconds:5.1f} s  {check.file}  {check.reason or 'checked'}", file=sys.stderr)

    try:
        return kernel_checked(report, jobs=jobs, on_check=None if silent else show)
    except CoqUnavailableError as error:
        fail(str(error))


def print_kernel(report: RunReport) -> None:
    """Print how many claims and files the kernel accepted, and every file that it did not accept, with the reason."""
    from proofs_check.coq.ledger_check import is_kernel_checked

    checks = [
        check
        for claim in report.claims
        for finding in (*claim.findings, *claim.mutant_findings)
        for check in finding.evidence.kernel
    ]
    accepted = sum(check.checked for check in checks)
    claims = [claim.claim.id for claim in report.claims if is_kernel_checked(claim)]
    console().print(
        f"kernel-checked by Coq: {len(claims)} claims ({' '.join(claims)}), {accepted} of {len(checks)} files"
    )
    for check in checks:
        if not check.checked:
            console().print(f"  not checked: {check.file}: {check.reason}", markup=False)


def recheck_certificates(names: list[str]) -> list[dict[str, Any]]:
    """Return one entry for each certificate: what Coq's kernel says of the theorem written from it."""
    import json

    from proofs_check.coq.expression import UnsupportedError
    from proofs_check.coq.run import CoqUnavailableError, Workshop
    from proofs_check.coq.source import identifier
    from proofs_check.coq.translate import source_of_certificate
    from proofs_check.evidence.coq_outcome import KernelCheck

    entries = []
    try:
        with Workshop() as workshop:
            for name in names:
                theorem = identifier(["certificate", Path(name).stem])
                try:
                    document = json.loads(Path(name).read_text(encoding="ascii"))
                    source = source_of_certificate(document, theorem, str(document.get("claim", "")))
                except OSError as error:
                    fail(f"recheck needs certificates it can read, got {name!r} ({error}).")
                except UnsupportedError as reason:
                    check = KernelCheck(False, f"{theorem}.v", f"not written: {reason}")
                except (ValueError, TypeError, KeyError, AttributeError, IndexError, ZeroDivisionError) as error:
                    check = KernelCheck(False, f"{theorem}.v", f"no certificate: {type(error).__name__}: {error}")
                else:
                    check = workshop.check(source)
                entries.append({"certificate": name, **check.entry(), "text": check.text})
    except CoqUnavailableError as error:
        fail(str(error))
    return entries
