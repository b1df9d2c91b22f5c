"""The folder of checked files that a reader can open in Coq: files, lemmas, ``_CoqProject`` and a ``README.md``."""

from __future__ import annotations

import shutil
from pathlib import Path

from proofs_check.coq.run import ALLOWED, LEMMAS
from proofs_check.coq.source import LIBRARY, question
from proofs_check.evidence.coq_outcome import KernelCheck
from proofs_check.run.run_report import RunReport

NAME = "kernel"
"""Of the folder, below the report's."""


def write_kernel_folder(report: RunReport, target: Path) -> bool:
    """Write the files of a run's kernel checks, if there are any; return whether there are.

    Only files that went through are written, byte for byte as coqc saw them; the others are listed with their reason.
    """
    checks = [
        (claim.claim.id, check)
        for claim in report.claims
        for finding in (*claim.findings, *claim.mutant_findings)
        for check in finding.evidence.kernel
    ]
    if not checks:
        return False
    target.mkdir(parents=True, exist_ok=True)
    for old in target.glob("*.v"):
        old.unlink()  # of an earlier run
    for name in LEMMAS:
        shutil.copy(Path(__file__).parent / name, target / name)
    accepted = [(claim, check) for claim, check in checks if check.checked]
    for _, check in accepted:
        (target / check.file).write_text(check.text, encoding="utf-8")
    question_file = "assumptions.v"
    (target / question_file).write_text(
        question([check.file.removesuffix(".v") for _, check in accepted]), encoding="utf-8"
    )
    files = [*LEMMAS, *(check.file for _, check in accepted), question_file]
    (target / "_CoqProject").write_text("\n".join([f"-Q . {LIBRARY}", *files]) + "\n", encoding="utf-8")
    (target / "README.md").write_text(_readme(checks), encoding="utf-8")
    return True


def _readme(checks: list[tuple[str, KernelCheck]]) -> str:
    accepted = [pair for pair in checks if pair[1].checked]
    refused = [pair for pair in checks if not pair[1].checked]
    assumed = sorted({name for _, check in accepted for name in check.assumptions})
    lines = [
        "# Theorems that Coq's kernel accepted",
        "",
        f"{len(accepted)} files of {len({claim for claim, _ in accepted})} claims, written by haarmite. To check them again:",
        "",
        "    coq_makefile -f _CoqProject -o CoqMakefile && make -f CoqMakefile",
        "",
        "(coq 8.16 and libcoq-interval 4.6 or newer). `assumptions.v` asks Coq what all of them rest on. What a theorem says is what",
        "its statement says, no more; comments are for people. Allowed assumptions: "
        + ", ".join(f"`{name}`" for name in ALLOWED)
        + ".",
        "",
        "| claim | file | theorems | seconds |",
        "|---|---|---|---|",
        *(f"| {claim} | [{c.file}]({c.file}) | {len(c.theorems)} | {c.seconds:.1f} |" for claim, c in accepted),
        "",
        "Axioms and primitives that occur: " + (", ".join(f"`{name}`" for name in assumed) or "none") + ".",
    ]
    if refused:
        lines += ["", "## Not checked", "", "| claim | file | why |", "|---|---|---|"]
        lines += [f"| {claim} | {c.file} | {c.reason.replace('|', '/')} |" for claim, c in refused]
    return "\n".join(lines) + "\n"
