"""What a derivation's step says, kept so that a proof assistant can be asked about it: two sides, or a sign on a box.

The expressions are SymPy's, as the check wrote them; nothing is simplified here, and nothing heavy is imported.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from sympy import Expr, Symbol


@dataclass(frozen=True, slots=True)
class Equality:
    """left = right wherever no denominator vanishes."""

    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Sign:
    """expression >= 0 for every variable in its domain, "unit" [0, 1) or "nonnegative" [0, oo)."""

    expression: Expr
    domains: tuple[tuple[Symbol, str], ...]


@dataclass(frozen=True, slots=True)
class Refutation:
    """An inequality on a box, as a line of text (`interval.statement`), that a ball contradicts at a rational point."""

    claim: str
    point: tuple[str, ...]


Obligation: TypeAlias = Equality | Sign | Refutation


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a derivation and whether it was shown: True, False or None.

    `counterexample` is given only when the step *is* the statement (or an instance of it): that a lemma fails says
    nothing against what it was to prove.
    `obligation` is what the step says, for a proof assistant; None if exact code elsewhere decided it.
    """

    text: str
    holds: bool | None
    counterexample: str = ""
    obligation: Obligation | None = None
