"""W10. E|tr U|^{2k} counts permutations without long increasing subsequence, E (tr O)^{2k} pairings without one.

U(d): permutations of k points whose longest increasing subsequence has at most d terms; O(d): involutions of 2k points
without fixed point, the same. For d >= k that is k! and (2k-1)!!: Gaussian moments, of every degree up to 2k. Below,
where Wg is a pseudo-inverse, it is less.
Source: Diaconis, Shahshahani, J. Appl. Probab. 31A (1994) 49-62; Rains, Electron. J. Combin. 5 (1998) R12.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import factorial, prod
from typing import TYPE_CHECKING

import sympy as sp

from proofs_check.claim.claim import SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.symbolic import exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import WEINGARTEN
from proofs_check.ledger.weingarten.cases import BelowOrder
from proofs_check.ledger.weingarten.notation import LETTERS
from proofs_check.ledger.weingarten.pairing_sum import elements
from theory.haar.dimension import Group
from theory.haar.trace import trace_moment

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def words(group: Group, order: int) -> list[tuple[int, ...]]:
    """Return the permutations of k points, or the involutions of 2k points without fixed point."""
    if group == "unitary":
        return list(elements(group, order))
    images = ({a: b for pair in p for a, b in (pair, pair[::-1])} for p in elements(group, order))
    return [tuple(image[i] for i in range(2 * order)) for image in images]


def longest_increasing(word: Sequence[int]) -> int:
    """Return the length of the longest increasing subsequence, by patience sorting."""
    piles: list[int] = []
    for value in word:
        place = bisect_left(piles, value)
        piles[place : place + 1] = [value]
    return len(piles)


def without_long_increase(group: Group, order: int, dimension: int) -> int:
    """Return how many words have no increasing subsequence longer than d."""
    return sum(longest_increasing(word) <= dimension for word in words(group, order))


def without_long_decrease(group: Group, order: int, dimension: int) -> int:
    """Return how many words have no decreasing subsequence longer than d."""
    return sum(longest_increasing(word[::-1]) <= dimension for word in words(group, order))


def gaussian(group: Group, order: int, _: int) -> int:
    """Return k! or (2k-1)!!, the moment at large d."""
    return factorial(order) if group == "unitary" else prod(range(1, 2 * order, 2))


@dataclass(frozen=True)
class TraceMoment:
    """E|tr U|^{2k}, E (tr O)^{2k} = count(group, k, d)."""

    count: Callable[[Group, int, int], int] = without_long_increase

    def formula(self) -> Formula:
        """Return the stated moments of the trace at some d below and above the order."""
        found = []
        shown: tuple[tuple[Group, int, int], ...] = (
            ("unitary", 2, 2),
            ("unitary", 3, 2),
            ("unitary", 4, 3),
            ("orthogonal", 2, 1),
            ("orthogonal", 3, 2),
        )
        for group, k, d in shown:
            letter = LETTERS[group]
            trace = function("tr")(sp.Symbol(letter))
            power = sp.Abs(trace) ** (2 * k) if group == "unitary" else trace ** (2 * k)
            found.append(equal(function(f"E_{letter}({d})")(power), self.count(group, k, d)))
        return tuple(found)


def draw_traces() -> SearchStrategy[BelowOrder]:
    """Return a strategy for groups, orders and dimensions below and above the order."""
    from hypothesis import strategies as st

    return st.builds(BelowOrder, st.sampled_from(("orthogonal", "unitary")), st.integers(1, 3), st.integers(1, 5))


claim = Claim(
    id="W10",
    title="Moments of the trace count permutations and pairings without increasing subsequence longer than d",
    paper=WEINGARTEN,
    statement=TraceMoment(),
    pinned=[
        *(BelowOrder("orthogonal", k, d) for k in (1, 2, 3) for d in range(1, k + 2)),
        *(BelowOrder("unitary", k, d) for k in (2, 3, 4) for d in range(1, k + 1)),
    ],
    cases=draw_traces,
    mutants=[
        Mutant("k! below the degree", TraceMoment(gaussian), on="unitary k=3 d=2", by=SYMBOLIC),
        Mutant("(2k-1)!! below the degree", TraceMoment(gaussian), on="orthogonal k=3 d=2", by=SYMBOLIC),
        Mutant("decreasing for increasing", TraceMoment(without_long_decrease), on="orthogonal k=2 d=1", by=SYMBOLIC),
    ],
)


@claim.symbolic
def by_weingarten_calculus(statement: TraceMoment, case: BelowOrder, __: Trial) -> Evidence:
    """Sum over all closures of the traces with the functions of this d, and compare."""
    k, d = case.order, case.dimension
    text = f"tr(U)**{k}*tr(U.H)**{k}" if case.group == "unitary" else f"tr(O)**{2 * k}"
    moment = sum((coefficient for _, coefficient in trace_moment(text, d).terms), start=Fraction(0))
    stated = statement.count(case.group, k, d)
    return exact_evidence(
        moment == stated, "an integer", f"E {text} = {moment} at d = {d}, stated {stated}", moment=str(moment)
    )
