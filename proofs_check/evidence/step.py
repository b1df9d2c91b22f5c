"""What a derivation's step says, kept so that a proof assistant can be asked about it: two sides, or a sign on a box.

The expressions are SymPy's, as the check wrote them; nothing is simplified here, and nothing heavy is imported.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
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
