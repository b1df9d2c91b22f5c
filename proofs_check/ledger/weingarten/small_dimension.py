"""W9. Moments below the order are those of the groups themselves: O(1), O(2), U(1), U(2), Sp(2) integrated directly.

O(1) = {1, -1}. O(2) is half rotations, half reflections by a uniform angle. U(1) is a uniform phase. U(2) is [[a, b],
[-w conj(b), w conj(a)]] with (a, b) uniform on the sphere of C^2 and w a uniform phase independent of it; Sp(2) = SU(2)
has w = 1. So every moment is a Beta integral. Here d is far below the order, where Wg is a pseudo-inverse.
Source: this project.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import factorial, prod
from typing import TYPE_CHECKING, Any

from proofs_check.claim.claim import SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function, rational
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.symbolic import exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import WEINGARTEN
from proofs_check.ledger.weingarten import wrong_table
from proofs_check.ledger.weingarten.cases import Monomial
from proofs_check.ledger.weingarten.notation import entries_formula
from proofs_check.ledger.weingarten.pairing_sum import class_counts
from theory.haar.dimension import Group
from theory.haar.entry_expression import Powers, parse_entry_polynomial
from theory.haar.monomial import haar_moment

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Moment = Callable[[str, int], Any]


def substituted(text: str, dimension: int) -> Fraction:
    """Return the sum over pairs of pairings with the rational functions at d, where they are finite."""
    polynomial = parse_entry_polynomial(text, dimension)
    ((powers, coefficient),) = polynomial.terms
    counts = class_counts(polynomial.group, powers)
    values = (wrong_table.substituted(polynomial.group, mu, dimension) * count for mu, count in counts.items())
    return sum(values, Fraction(0)) * int(coefficient)


@dataclass(frozen=True)
class SmallDimension:
    """E_d[M] = moment(text, d), for the whole group: with `special`, for its matrices of determinant 1."""

    moment: Moment = haar_moment
    special: bool = False

    def formula(self) -> Formula:
        """Return some stated moments over the whole group, or over its matrices of determinant 1."""
        found = []
        for text in (
            "O[1,1]*O[2,2]",
            "U[1,1]*U[2,2]",
            "O[1,1]**2*O[1,2]**2*O[2,1]**2*O[2,2]**2",
            "abs(U[1,1]*U[1,2]*U[2,1]*U[2,2])**2",
            "abs(U[1,1])**6",
        ):
            letter = next(c for c in text if c in "OU")
            group = f"{'S' if self.special else ''}{letter}(2)"
            found.append(equal(function(f"E_{group}")(entries_formula(text)), rational(self.moment(text, 2))))
        return tuple(found)


def draw_small() -> SearchStrategy[Monomial]:
    """Return a strategy for products of up to 8 entries of a small group."""
    from hypothesis import strategies as st

    def text(letter: str, d: int, entries: list[tuple[int, int]]) -> Monomial:
        names = [f"{letter}[{min(i, d)},{min(j, d)}]" for i, j in entries]
        # Each entry, then the same with the columns rotated by one and conjugated: balanced, and often not zero.
        other = [
            f"{letter}[{min(i, d)},{min(j, d)}]"
            for (i, _), (_, j) in zip(entries, [*entries[1:], entries[0]], strict=True)
        ]
        return Monomial("*".join([*names, *(other if letter == "O" else [f"conj({e})" for e in other])]), d)

    entry = st.tuples(st.integers(1, 2), st.integers(1, 2))
    groups = st.sampled_from([("O", 1), ("O", 2), ("U", 1), ("U", 2), ("S", 2)])
    return st.builds(lambda g, e: text(g[0], g[1], e), groups, st.lists(entry, min_size=1, max_size=4))


claim = Claim(
    id="W9",
    title="At integer d below the order the moments are those of O(1), O(2), U(1), U(2) and Sp(2), integrated directly",
    paper=WEINGARTEN,
    statement=SmallDimension(),
    pinned=[
        Monomial("O[1,1]**6", 1),
        Monomial("O[1,1]**6", 2),
        Monomial("O[1,1]*O[2,2]", 2),
        Monomial("O[1,1]*O[2,2]*O[1,2]*O[2,1]", 2),
        Monomial("O[1,1]**2*O[1,2]**2*O[2,1]**2*O[2,2]**2", 2),
        Monomial("abs(U[1,1])**6", 1),
        Monomial("abs(U[1,1])**6", 2),
        Monomial("abs(U[1,1]*U[2,2]*U[1,2])**2", 2),
        Monomial("abs(U[1,1]*U[1,2]*U[2,1]*U[2,2])**2", 2),
        Monomial("U[1,1]*U[2,2]*conj(U[1,2]*U[2,1])", 2),
        Monomial("U[1,1]*U[2,2]", 2),
        Monomial("S[1,1]*S[2,2]", 2),
        Monomial("S[1,2]*S[2,1]", 2),
        Monomial("abs(S[1,1])**6", 2),
    ],
    cases=draw_small,
    mutants=[
        Mutant("SO(2) for O(2)", SmallDimension(special=True), on="O[1,1]*O[2,2] d=2", by=SYMBOLIC),
        Mutant("SU(2) for U(2)", SmallDimension(special=True), on="U[1,1]*U[2,2] d=2", by=SYMBOLIC),
        Mutant(
            "rational function below the degree, O",
            SmallDimension(substituted),
            on="O[1,1]**2*O[1,2]**2*O[2,1]**2*O[2,2]**2 d=2",
            by=SYMBOLIC,
        ),
        Mutant(
            "rational function below the degree, U",
            SmallDimension(substituted),
            on="abs(U[1,1]*U[1,2]*U[2,1]*U[2,2])**2 d=2",
            by=SYMBOLIC,
        ),
    ],
)


@claim.symbolic
def by_direct_integration(statement: SmallDimension, case: Monomial, _: Trial) -> Evidence:
    """Integrate the monomial over the group's own parameters, exactly."""
    assert case.dimension is not None  # the pinned and drawn cases all have one
    polynomial = parse_entry_polynomial(case.text, case.dimension)
    integral = sum(
        (
            integrate(polynomial.group, powers, case.dimension, statement.special) * Fraction(int(c.p), int(c.q))
            for powers, c in polynomial.terms
        ),
        Fraction(0),
    )
    stated = statement.moment(case.text, case.dimension)
    witness = f"E {case.text} = {integral} over the group, stated {stated}"
    return exact_evidence(stated == integral, "direct integration", witness, moment=str(integral))


def integrate(group: Group, powers: Powers, dimension: int, special: bool) -> Fraction:
    """Return E of one monomial, by signed labels, over O(1), O(2), U(1), U(2) or Sp(2); `special`: determinant 1."""
    if group == "orthogonal":
        if dimension == 1:
            return Fraction(1 if special or sum(m for _, m in powers) % 2 == 0 else 0)
        rotation, reflection = (_angle_average(powers, sign) for sign in (1, -1))
        return rotation if special else (rotation + reflection) / 2
    if dimension == 1:
        plain, conjugate = (sum(m for (i, _), m in powers if (i > 0) == side) for side in (True, False))
        return Fraction(1 if special or plain == conjugate else 0)
    return _sphere_average(group, powers, special)


def _angle_average(powers: Powers, sign: int) -> Fraction:
    """Return the mean over the angle of [[c, -sign s], [s, sign c]]: E c^m s^n = (m-1)!! (n-1)!! / (2^k k!), k = (m+n)/2."""
    exponents, factor = Counter[str](), 1
    for (i, j), m in powers:
        exponents["c" if i == j else "s"] += m
        factor *= {(1, 2): -sign, (2, 2): sign}.get((i, j), 1) ** m
    cosines, sines = exponents["c"], exponents["s"]
    if cosines % 2 or sines % 2:
        return Fraction(0)
    k = (cosines + sines) // 2
    return Fraction(factor * prod(range(1, cosines, 2)) * prod(range(1, sines, 2)), 2**k * factorial(k))


def _sphere_average(group: Group, powers: Powers, special: bool) -> Fraction:
    """Return the mean over [[a, b], [-w conj(b), w conj(a)]]: E|a|^{2m} |b|^{2n} = m! n! / (m + n + 1)!, w a phase or 1."""
    balance, size, phase, factor = Counter[str](), Counter[str](), 0, 1
    for (i, j), m in powers:
        # Labels to (row, column, conjugate): -1 is the conjugate for U, the second index n + 1 for S.
        row, column = (abs(i), abs(j)) if group == "unitary" else (1 if i > 0 else 2, 1 if j > 0 else 2)
        conjugated = group == "unitary" and i < 0
        letter = "a" if row == column else "b"
        turned = (row == 2) != conjugated  # the second row holds conj(a), conj(b)
        balance[letter] += -m if turned else m
        size[letter] += m
        phase += (-m if conjugated else m) if row == 2 else 0
        factor *= (-1) ** m if (row, column) == (2, 1) else 1
    free_phase = group == "unitary" and not special
    if balance["a"] or balance["b"] or (free_phase and phase):
        return Fraction(0)
    m, n = size["a"] // 2, size["b"] // 2
    return Fraction(factor * factorial(m) * factorial(n), factorial(m + n + 1))
