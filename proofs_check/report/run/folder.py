"""The folder of a report: chosen and tried before a run starts, never overwritten unless asked, filled afterwards.

===================  ==================================================================================
``index.html``       the page (`page.py`)
``report.json``      the same for programs (`document.py`)
``report.md``        the same in short, for places that show Markdown (`markdown.py`)
``junit.xml``        the same for continuous integration (`junit.py`)
``certificates/``    proofs that ``haarmite recheck`` accepts or refuses on its own
``kernel/``          the theorems of the run for Coq, if it was asked (`proofs_check.coq.folder`)
===================  ==================================================================================
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile

from proofs_check.coq.folder import write_kernel_folder
from proofs_check.report.run.document import certificate_path, document
from proofs_check.report.run.junit import junit
from proofs_check.report.run.markdown import markdown
from proofs_check.report.run.page import page
from proofs_check.report.run.recipe import Recipe
from proofs_check.run.run_report import RunReport

FILES = ("index.html", "report.json", "report.md", "junit.xml")
CERTIFICATES = "certificates"


def prepare_folder(folder: Path, *, force: bool = False) -> Path:
    """Return the folder that a report will be written to, made and tried; call it before the run.

    Parameters
    ----------
    folder : Path
    force : bool
        Take a folder that holds a report already. Otherwise such a report stays, and a sibling named by the time is made.

    Returns
    -------
    Path
        `folder`, or ``folder-YYYYMMDDTHHMMSS`` beside it (UTC; with a number if even that is taken).

    Raises
    ------
    ValueError
        If the folder cannot be made or written, for example because a file of that name is in the way.
    """
    chosen = folder if force or not _holds_report(folder) else _sibling(folder)
    try:
        chosen.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=chosen):
            pass
    except OSError as error:
        raise _unwritable(folder, error) from None
    return chosen


def write_report(report: RunReport, folder: Path, recipe: Recipe) -> Path:
    """Write a run into a folder, in place of a report that is there; return the page's path.

    Parameters
    ----------
    report : RunReport
    folder : Path
        Made if needed. Files of other names are left alone.
    recipe : Recipe
        How the run was asked for; the report says how to repeat it.

    Raises
    ------
    ValueError
        If the folder cannot be written.
    """
    try:
        _write_certificates(report, folder)
        write_kernel_folder(report, folder / "kernel")
        data = json.dumps(document(report), indent=1, ensure_ascii=False)
        # the data first: whatever a user's words do to the pages made for people, no result is lost
        (folder / "report.json").write_text(data + "\n", encoding="utf-8")
        (folder / "junit.xml").write_text(junit(report), encoding="utf-8")
        (folder / "report.md").write_text(markdown(report, recipe), encoding="utf-8")
        (folder / "index.html").write_text(page(report, recipe), encoding="utf-8")
    except OSError as error:
        raise _unwritable(folder, error) from None
    return folder / "index.html"


def _write_certificates(report: RunReport, folder: Path) -> None:
    certificates = folder / CERTIFICATES
    certificates.mkdir(parents=True, exist_ok=True)
    for old in certificates.glob("*.json"):
        old.unlink()  # of an earlier run; one that no longer belongs to a verdict must not be left behind
    for claim in report.claims:
        for finding in (*claim.findings, *claim.mutant_findings):
            for part, certificate in enumerate(finding.evidence.certificates):
                certificate.write(folder / certificate_path(finding, part))


def _holds_report(folder: Path) -> bool:
    return any((folder / name).exists() for name in (*FILES, CERTIFICATES))


def _sibling(folder: Path) -> Path:
    """Return a folder beside this one that does not exist, named by the time."""
    place = folder.resolve()
    stem = f"{place.name}-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    names = (stem, *(f"{stem}-{k}" for k in range(2, 1000)))
    return next(place.with_name(name) for name in names if not place.with_name(name).exists())


def _unwritable(folder: Path, error: OSError) -> ValueError:
    return ValueError(
        f"verify needs a folder it can write for the report, got {str(folder)!r} ({error.strerror}); name another with --report."
    )
