"""How to repeat a run, or one claim of it: the exact command with its seed."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from proofs_check.ledger import headers


@dataclass(frozen=True, slots=True)
class Recipe:
    """What was asked of ``haarmite verify``.

    Parameters
    ----------
    names : tuple of str
        Claims, papers and files as they were typed; empty for the whole ledger.
    options : tuple of str
        The options on which the outcome depends: own cases, profile, seed.

    Examples
    --------
    >>> recipe = Recipe((), ("--activation", "max(x, 0)", "--seed", "0"))
    >>> recipe.whole
    "haarmite verify --activation 'max(x, 0)' --seed 0"
    >>> recipe.of("A7")
    "haarmite verify A7 --activation 'max(x, 0)' --seed 0"
    """

    names: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    @property
    def whole(self) -> str:
        """The command of the run."""
        return shlex.join(("haarmite", "verify", *self.names, *self.options))

    def of(self, identifier: str) -> str:
        """Return the command of one claim: by its id in the ledger, or through the user's own files."""
        if identifier in headers():
            return shlex.join(("haarmite", "verify", identifier, *self.options))
        files = [name if "::" in name else f"{name}::{identifier}" for name in self.names if ".py" in name]
        files = [name for name in files if name.endswith(f"::{identifier}")]
        return shlex.join(("haarmite", "verify", *files, *self.options)) if len(files) == 1 else self.whole
