"""What is found of one parameter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Status = Literal["right", "fault", "note", "unnamed"]
"""right: agrees with a rule or its declaration; fault; note: agrees, and there is something to say; unnamed: no rule has it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One parameter judged.

    Parameters
    ----------
    name : str
    shared : tuple of str
        Its other names.
    layer, role : str
    shape : tuple of int
    family : str
        normal, truncated, uniform, orthogonal, zeros, constant, or "" where none fits.
    std : float
        Root mean square of the entries (gain of an orthogonal one).
    rule : str
        The rule or declaration it agrees with, or should; "" if none.
    status : Status
    mistake : str
        Stable key of the fault or note: ``grouped_fan``, ``swapped_fans``, ``residual_scale``, ``uncorrected_cut``, ``variance_as_std``,
        ``std_as_variance``, ``std_as_bound``, ``gain``, ``zeros``, ``constant``, ``copied``, ``law``, ``peers``, ``not_haar``; "" otherwise.
    reading : str
        One line for people; "" when there is nothing to say.
    log_p : float
        Logarithm of the p-value under `rule`, at most 0.
    """

    name: str
    shared: tuple[str, ...]
    layer: str
    role: str
    shape: tuple[int, ...]
    family: str
    std: float
    rule: str
    status: Status
    mistake: str = ""
    reading: str = ""
    log_p: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "name": self.name,
            "shared": list(self.shared),
            "layer": self.layer,
            "role": self.role,
            "shape": list(self.shape),
            "family": self.family,
            "std": self.std,
            "rule": self.rule,
            "status": self.status,
            "mistake": self.mistake,
            "reading": self.reading,
            "log_p": max(self.log_p, -1e308),
        }
