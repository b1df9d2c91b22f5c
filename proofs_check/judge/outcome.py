"""What a strategy brings back from a sentence. The word of the verdict follows from the kind of the outcome alone.

Proved     a theorem of the kernel whose conclusion is the sentence                    proved (certified, if by enclosure)
Certified  enclosures on named cases                                                   certified
Supported  samples of the quantities under the network the sentence names              supported
Witness    values of the variables at which the sentence is certainly false            refuted
Open       nothing: what the strategy was doing, and what would help
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from proofs_check.proof.kernel import Theorem, is_theorem

_ENCLOSURES = frozenset({"interval certificate", "balls"})


@dataclass(frozen=True, slots=True)
class Proved:
    """A theorem for the sentence, in words: by what it holds, and where it is sharp."""

    theorem: Theorem
    by: str
    sharp: str = ""
    certificates: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not is_theorem(self.theorem):
            raise TypeError(f"Proved needs a theorem of the kernel, got {type(self.theorem).__name__}.")

    @property
    def verdict(self) -> str:
        """certified if the tree rests on enclosures, else proved."""
        return "certified" if self.theorem.oracles & _ENCLOSURES else "proved"


@dataclass(frozen=True, slots=True)
class Certified:
    """Enclosures that show the sentence on named cases."""

    scope: str
    by: str
    certificates: tuple[str, ...] = ()
    trusts: tuple[str, ...] = ()
    sharp: str = ""
    verdict: str = field(default="certified", init=False)


@dataclass(frozen=True, slots=True)
class Supported:
    """Samples in favour of the sentence, with the probability that they mislead."""

    scope: str
    by: str
    verdict: str = field(default="supported", init=False)


@dataclass(frozen=True, slots=True)
class Witness:
    """Values at which the sentence is certainly false.

    Parameters
    ----------
    at : tuple of (name, text)
        The values of the variables, in order.
    value : str
        What a reader can check there: ``kappa(r) - r^2 = 0.1764``.
    by : str
        How it is certain.
    simplest : str
        An even simpler case that refutes the sentence, if one was looked for.
    """

    at: tuple[tuple[str, str], ...]
    value: str
    by: str = "certified"
    simplest: str = ""
    verdict: str = field(default="refuted", init=False)

    def __str__(self) -> str:
        where = ", ".join(f"{name} = {value}" for name, value in self.at)
        return f"{where}: {self.value}  ({self.by})" if where else f"{self.value}  ({self.by})"


@dataclass(frozen=True, slots=True)
class Open:
    """A strategy that ended without an answer: what it was doing and what would help."""

    doing: str
    helps: str = ""
    verdict: str = field(default="inconclusive", init=False)


Outcome: TypeAlias = Proved | Certified | Supported | Witness | Open
