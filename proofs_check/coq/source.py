"""A generated Coq file: theorems, with their statements in words."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

LIBRARY = "Haarmite"
"""The logical name of the folder that holds generated files and the lemmas they use."""


@dataclass(frozen=True, slots=True)
class Theorem:
    """A theorem with its proof script; `words` says in the ledger's language what it states.

    `preamble` holds definitions and lemmas that only the proof uses.
    """

    name: str
    words: str
    statement: str
    proof: str
    preamble: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A file written by hand, with the same attributes as a `Source`; its theorems are found in its text."""

    name: str
    text: str
    lemmas: str = "lemmas"
    outside: tuple[str, ...] = ()

    @property
    def theorems(self) -> tuple[Theorem, ...]:
        """The theorems of the file, by name and statement."""
        found = re.findall(r"^Theorem (\S+) :\n(.*?)\.\nProof\.", self.text, re.MULTILINE | re.DOTALL)
        return tuple(Theorem(name, "", statement, "") for name, statement in found)


@dataclass(frozen=True, slots=True)
class Source:
    """One file for the proof assistant.

    Parameters
    ----------
    name : str
        Of the file, without ``.v``; a Coq identifier.
    heading : str
        What the file is about, as a comment at its top.
    lemmas : str
        The module of generic lemmas it needs: ``"algebra"`` or ``"lemmas"``.
    theorems : tuple of Theorem
    outside : tuple of str
        What the evidence says beyond these theorems; listed in the file too.
    """

    name: str
    heading: str
    lemmas: str
    theorems: tuple[Theorem, ...]
    outside: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The file's text; at its end `every_theorem` gathers its theorems, for ``Print Assumptions``."""
        outside = [f"Not in this file: {item}." for item in self.outside]
        parts = [comment("\n".join([self.heading, *outside]))]
        parts.append(f"From {LIBRARY} Require Import {self.lemmas}.\nOpen Scope R_scope.")
        for theorem in self.theorems:
            if theorem.preamble:
                parts.append(theorem.preamble)
            parts.append(
                f"{comment(theorem.words)}\nTheorem {theorem.name} :\n{theorem.statement}.\n"
                f"Proof.\n{theorem.proof}\nQed."
            )
        everything = "I"
        for theorem in reversed(self.theorems):
            everything = f"({theorem.name}, {everything})"
        parts.append(f"Definition every_theorem := {everything}.")
        return "\n\n".join(parts) + "\n"


def comment(words: str) -> str:
    """Return words as a Coq comment; quotation marks and comment signs inside are defused.

    Examples
    --------
    >>> comment('a "b" (* c')
    "(* a 'b' ( * c *)"
    """
    safe = words.replace('"', "'").replace("(*", "( *").replace("*)", "* )")
    lines = [line for paragraph in safe.splitlines() for line in textwrap.wrap(paragraph, 112) or [""]]
    return "(* " + "\n   ".join(lines) + " *)"


def identifier(parts: Sequence[str]) -> str:
    """Return a Coq identifier made of parts.

    Examples
    --------
    >>> identifier(["A7", "rate 1/alpha", "relu"])
    'A7_rate_1_alpha_relu'
    """
    joined = "_".join(re.sub(r"[^A-Za-z0-9]+", "_", part).strip("_") for part in parts if part)
    return joined if re.match(r"[A-Za-z]", joined) else f"C_{joined}"


def question(names: Sequence[str]) -> str:
    """Return the file that asks what all the theorems of the files `names` rest on, together."""
    everything = "I"
    for name in reversed(names):
        everything = f"({LIBRARY}.{name}.every_theorem, {everything})"
    required = "\n".join(f"From {LIBRARY} Require {name}." for name in names)
    return f"{required}\n\nDefinition every_theorem := {everything}.\nPrint Assumptions every_theorem.\n"
