"""`haarmite new`: a claim file to begin with."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from proofs_check.commands.console import fail

File = Annotated[str, typer.Argument(metavar="FILE.toml", help="The file to write; none that is there is overwritten.")]

EXAMPLE = """\
# Claims, one table each. Judge them:          haarmite verify {name}
# Search for a counterexample to one of them:  haarmite hunt {name}::K1
# The words that a sentence may use:           haarmite words

[K1]
title  = "A layer never raises a positive correlation"
claim  = "for every activation s, r in [0, 1]: kappa(r) <= r"
cases  = {{ s = ["relu", "tanh"] }}      # optional: judged besides the whole sentence
wrong  = ["kappa(r) <= r^2"]           # optional: must be refuted; otherwise the program makes wrong variants itself
source = "where it stands"             # optional

[K2]
title  = "A plain inequality"
claim  = "for x in [0, 3]: sin(x) <= x"
"""


def new(file: File) -> None:
    """Write a file of claims to begin with: one of every activation, one plain inequality; change them, then verify it.

    Examples: haarmite new my_claims.toml
    """
    target = Path(file)
    if target.suffix != ".toml":
        fail(
            f"new needs a file ending in .toml, got {file!r}; checks in Python are documented in `A claim of your own`."
        )
    if target.exists():
        fail(f"new needs a file that is not there yet, got {file!r}; choose another name.")
    try:
        target.write_text(EXAMPLE.format(name=target.name), encoding="utf-8")
    except OSError as error:
        fail(f"new needs a folder it can write, got {file!r} ({error.strerror}).")
    print(f"haarmite: wrote {file}; judge it with haarmite verify {file}", file=sys.stderr)
