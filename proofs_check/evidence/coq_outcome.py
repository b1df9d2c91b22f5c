"""What the proof assistant said of one generated file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class KernelCheck:
    """The answer of Coq's kernel to one file.

    Parameters
    ----------
    checked : bool
        coqc ended with 0 on exactly `text`, and its theorems rest on nothing but the axioms that `run.ALLOWED` names.
    file : str
        Name of the file, with ``.v``.
    reason : str
        Why not, in one line; empty if checked.
    theorems : tuple of str
        Names of the theorems in the file.
    assumptions : tuple of str
        What ``Print Assumptions`` listed; empty if the file was not accepted.
    outside : tuple of str
        What the evidence says beyond the theorems of the file: cited theorems, steps that could not be written.
    seconds : float
        Wall time of coqc.
    text : str
        The file, byte for byte what coqc was given.
    """

    checked: bool
    file: str
    reason: str = ""
    theorems: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    seconds: float = 0.0
    text: str = ""

    def entry(self) -> dict[str, Any]:
        """Return the JSON entry; `file` is the path below the report's folder."""
        return {
            "checked": self.checked,
            "file": f"kernel/{self.file}" if self.text else None,
            "reason": self.reason,
            "theorems": list(self.theorems),
            "assumptions": list(self.assumptions),
            "outside": list(self.outside),
            "seconds": self.seconds,
        }
