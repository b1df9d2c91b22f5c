"""Bad usage, and output that cannot be written, end in one line on standard error and exit code 2."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import traceback
from collections.abc import Sequence
from typing import Any

from typer.core import TyperGroup


class OneLineUsage(TyperGroup):
    """Commands whose usage errors (an unknown option, a missing argument, a value out of range) are one line each."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command and leave with its exit code; with `standalone_mode` off, return the code and raise usage errors.

        Raises
        ------
        SystemExit
            With the exit code of the command: 2 for bad usage, where the output cannot be written, and for an error that
            no command expected; 130 after Ctrl-C. Never 1, which says that a claim is refuted.
        """
        try:
            code = super().main(args, prog_name, complete_var, False, windows_expand_args, **extra)
            sys.stdout.flush()
        except BrokenPipeError:  # the reader of a pipe has left, which is its right
            _silence_output()
            sys.exit(2)
        except OSError as error:
            if not standalone_mode:
                raise
            # Exit code 1 would say that a claim is refuted.
            print(f"haarmite: {error.strerror or error}; check where the output goes, and its disk.", file=sys.stderr)
            _silence_output()
            sys.exit(2)
        except Exception as error:
            # Which module the class of usage errors lives in changes between versions of typer; what it offers does not.
            if not standalone_mode or os.environ.get("HAARMITE_TRACEBACK"):
                raise
            if not hasattr(error, "format_message"):
                sys.exit(_unexpected(error))
            if message := usage_line(error):
                print(message, file=sys.stderr)
            sys.exit(2)
        if not standalone_mode:
            return code
        sys.exit(code if isinstance(code, int) else 0)


def _unexpected(error: Exception) -> int:
    """Say in one line what no command expected, and where; return the exit code."""
    if type(error).__name__ == "Abort":  # what the parser makes of Ctrl-C
        print("haarmite: interrupted", file=sys.stderr)
        return 130
    last = traceback.extract_tb(error.__traceback__)[-1]
    what = " ".join(str(error).split())[:300]
    print(
        f"haarmite: {type(error).__name__}: {what} ({os.path.basename(last.filename)}:{last.lineno}); the input is damaged or this is "
        f"a fault of haarmite; HAARMITE_TRACEBACK=1 shows where",
        file=sys.stderr,
    )
    return 2


def _silence_output() -> None:
    """Send what is left in the buffer nowhere: Python would try to write it once more while it ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def usage_line(error: Any) -> str:
    """Return the one line that says what is wrong and where the help is; empty where the error has shown the help already.

    Parameters
    ----------
    error : Exception
        A usage error of the command line's parser: it has `format_message` and perhaps a context `ctx`.

    Returns
    -------
    str

    Examples
    --------
    >>> import typer
    >>> usage_line(typer.BadParameter("no such color."))
    'haarmite: Invalid value: no such color; haarmite --help lists what there is.'
    """
    message = " ".join(error.format_message().split()).rstrip(".")
    if not message:
        return ""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "haarmite"
    # An activation may begin with a minus, and is then taken for an option.
    minus = " (text that begins with a minus goes after --)" if re.match("No such option: -[^-]", message) else ""
    return f"haarmite: {message}{minus}; {command} --help lists what there is."
