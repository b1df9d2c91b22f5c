"""What is asked of the prover and what it answers: a statement with the limits of the search; a proof, a point or neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from proofs_check.interval.cell_bound import Cell
from proofs_check.interval.certificate import Certificate, heading
from proofs_check.interval.infimum import Infimum
from proofs_check.interval.statement import Statement
from proofs_check.interval.substitution import Substitution
from proofs_check.interval.zeros import Zero

Verdict: TypeAlias = Literal["certified", "refuted", "inconclusive"]


@dataclass(frozen=True, slots=True)
class Witness:
    """A rational point where the slack (the claimed larger side minus the other) is certainly negative.

    ``value`` is the slack's ball there as decimal text, ``claim`` the statement whose variables the point has.
    """

    point: tuple[tuple[str, Fraction], ...]
    value: str
    claim: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What branch and bound found out about one inequality on one box.

    Attributes
    ----------
    verdict : "certified", "refuted" or "inconclusive"
    claim : str
        The statement that was judged, after a substitution if one was made.
    certificate : Certificate or None
        For ``certified``: the written proof, which `recheck` accepts or refuses on its own.
    witness : Witness or None
        For ``refuted``: the point and its ball.
    resisting : Cell or None
        For ``inconclusive``: the cell that could not be settled (None if an unbounded domain was the obstacle).
    cells : int
        Cells of the proof (leaves).
    evaluations : int
        Cells that were looked at.
    slack : Infimum or None
        How sharp a certified claim is: bounds of the smallest slack away from the zeros.
    reason : str
        One sentence: why this verdict, and what might decide an open one.
    """

    verdict: Verdict
    claim: str
    reason: str
    certificate: Certificate | None = None
    witness: Witness | None = None
    resisting: Cell | None = None
    cells: int = 0
    evaluations: int = 0
    slack: Infimum | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked: the statement after a change of variable, the one before it, and the limits of the search."""

    statement: Statement
    original: Statement
    change: Substitution | None
    zeros: Sequence[Zero] | None
    order: int
    max_cells: int
    sharpness: bool
    attempts: bool = True

    @property
    def is_bounded(self) -> bool:
        """Whether every variable has both ends."""
        return all(low is not None and high is not None for low, high in self.statement.box)

    def of(self, statement: Statement, *, attempts: bool, max_cells: int | None = None) -> Search:
        """Return the same search for another statement, of which no zeros are declared."""
        limit = self.max_cells if max_cells is None else min(max_cells, self.max_cells)
        return Search(statement, statement, None, None, self.order, limit, False, attempts)

    def certified(self, kind: str, entries: Mapping[str, object], reason: str) -> Proof:
        """Return the proof that a certificate of this kind is."""
        document = {**heading(kind, self.statement, self.change, self.original), **entries}
        return Proof("certified", self.statement.text, reason, certificate=Certificate.of(document))
