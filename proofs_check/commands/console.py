"""What every command shares: where text goes, how JSON is printed, and how bad input ends."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from rich.console import Console

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]


def console() -> Console:
    """Return a console for standard output: no colours when piped or NO_COLOR is set, no cutting of long lines.

    As wide as the terminal; COLUMNS overrules that, and a pipe without it gets 200 columns.
    """
    from rich.console import Console

    piped = not sys.stdout.isatty()
    wide = 200 if piped and not os.environ.get("COLUMNS", "").isdigit() else None
    return Console(soft_wrap=piped, width=wide, highlight=False)


def print_json(document: Any) -> None:
    """Print one JSON document, and nothing else, on standard output."""
    print(json.dumps(document, indent=1, ensure_ascii=False))


@contextmanager
def stoppable() -> Iterator[None]:
    """Let Ctrl-C end the process at once, as the shell does with any program (exit status 130 there).

    Python notices an interrupt between its own instructions only; one long call of C code, a sum of a million terms at three
    thousand digits, would be deaf to it for minutes. For work that has nothing to save.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def fail(message: str) -> NoReturn:
    """Print one line on standard error and leave with exit code 2: bad usage or input."""
    print(f"haarmite: {message}", file=sys.stderr)
    raise typer.Exit(2)
