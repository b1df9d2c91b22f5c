"""Where a page goes: refused before the work starts if it exists or cannot be written, and written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def check_page_file(path: str, *, force: bool, caller: str) -> Path:
    """Return the path if a page may be written there.

    Parameters
    ----------
    path : str
    force : bool
        Overwrite an existing file.
    caller : str
        Named in the message.

    Raises
    ------
    ValueError
        If the path is a folder, exists (without `force`), or its folder is missing or not writable.

    Examples
    --------
    >>> check_page_file("no/such/folder/card.html", force=False, caller="derive")
    Traceback (most recent call last):
    ...
    ValueError: derive needs an existing folder for its report, got 'no/such/folder/card.html'; make the folder first.
    """
    target = Path(path)
    if target.is_dir():
        raise ValueError(
            f"{caller} needs a file for its report, got the folder {path!r}; add a name, such as card.html."
        )
    if not target.parent.is_dir():
        raise ValueError(f"{caller} needs an existing folder for its report, got {path!r}; make the folder first.")
    if target.exists() and not force:
        raise ValueError(f"{caller} needs a new file for its report, got the existing {path!r}; --force overwrites it.")
    if not os.access(target if target.exists() else target.parent, os.W_OK):
        raise ValueError(f"{caller} needs a file it can write, got {path!r} (permission denied).")
    return target


def write_page(page: str, target: Path, *, caller: str) -> None:
    """Write a page beside its place first, then move it there: a reader never sees half of one.

    Raises
    ------
    ValueError
        If the file cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(page)
            os.chmod(name, 0o666 & ~_umask())  # mkstemp makes private files; a page is for reading
            os.replace(name, target)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise ValueError(f"{caller} needs a file it can write, got {str(target)!r} ({error.strerror}).") from None


def _umask() -> int:
    """Return the file mode mask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
