"""W5. Moments of matrix entries: the sums over pairings of [W], and therefore W W* = W* W = 1 inside every expectation.

sum_j E[W_ij conj(W_i'j) M] = delta_ii' E[M] for every monomial M, and the same over rows. Columns that M does not use
are alike, so the sum over j is finitely many terms with coefficients in d: an identity of rational functions, with no
sampling and no integer d. The moments are computed by other routes (spheres, generating functions, closed trails) than
the sums.
Source: Collins, Sniady (2006), Corollaries 2.4 and 3.4, and section 4 for the symplectic group.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import sympy as sp
from sympy import Integer

from proofs_check.claim.claim import SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, mean
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.symbolic import cannot_say, exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung
from proofs_check.ledger.papers import WEINGARTEN
from proofs_check.ledger.weingarten.cases import Monomial, draw_monomials
from proofs_check.ledger.weingarten.notation import entries_formula
from proofs_check.ledger.weingarten.pairing_sum import class_counts
from theory.haar.dimension import Group
from theory.haar.entry_expression import EntryPolynomial, Powers, parse_entry_polynomial, partner_sign
from theory.haar.monomial import haar_moment
from theory.haar.rational_function import RationalFunction
from theory.haar.weingarten import weingarten_table

_ENUMERATED_PAIRS = 20_000


def moment(group: Group, powers: Powers) -> RationalFunction:
    """Return E of a monomial given by signed labels, by the engine's own choice of route."""
    result = haar_moment(EntryPolynomial(group, ((powers, Integer(1)),)))
    assert isinstance(result, RationalFunction)  # symbolic d and a rational coefficient
    return result


def independent_rows(group: Group, powers: Powers) -> RationalFunction:
    """Return the product of the moments of the rows."""
    rows = sorted({abs(i) for (i, _), _ in powers})
    result = RationalFunction.constant(1)
    for row in rows:
        result = result * moment(group, tuple((labels, m) for labels, m in powers if abs(labels[0]) == row))
    return result


def gaussian_entries(group: Group, powers: Powers) -> RationalFunction:
    """Return the Wick moment of independent entries with the same second moments: p = q, with d^-k for every pair."""
    counts = Counter({mu: count for mu, count in class_counts(group, powers).items() if set(mu) <= {1}})
    order = sum(m for _, m in powers) // 2
    return RationalFunction.dimension_power(-order) * sum(counts.values())


def other_functions(group: Group, powers: Powers) -> RationalFunction:
    """Return the sum over pairings with unitary functions for O(d), orthogonal ones for U(d) and Sp(d)."""
    return _pairing_sum(group, "unitary" if group == "orthogonal" else "orthogonal", powers)


@dataclass(frozen=True)
class EntryMoment:
    """moment(group, monomial) is the sum over pairings, and satisfies W W* = W* W = 1."""

    moment: Callable[[Group, Powers], RationalFunction] = moment

    def formula(self) -> Formula:
        """Return that the rows are orthonormal inside every mean, and some stated moments."""
        i, other, j, d = sp.symbols("i h j d", integer=True)
        entry, monomial = sp.IndexedBase("W"), sp.Symbol("M")
        products = (entry[i, j] * sp.conjugate(entry[other, j]), entry[j, i] * sp.conjugate(entry[j, other]))
        moments = []
        for text in (
            "O[1,1]**4*O[1,2]**2",
            "O[1,1]**2*O[2,2]**2",
            "O[1,1]*O[1,2]*O[2,1]*O[2,2]",
            "abs(U[1,1]*U[1,2]*U[2,1])**2",
            "abs(S[1,1]*S[2,2])**2",
        ):
            group, powers = _monomial(Monomial(text))
            moments.append(equal(mean(entries_formula(text)), self.moment(group, powers).as_sympy(d)))
        return (
            *(
                equal(sp.Sum(mean(product * monomial), (j, 1, d)), sp.KroneckerDelta(i, other) * mean(monomial))
                for product in products
            ),
            *moments,
        )


claim = Claim(
    id="W5",
    title="Moments of Haar entries are sums over pairs of pairings and respect orthonormal rows and columns",
    paper=WEINGARTEN,
    statement=EntryMoment(),
    pinned=[
        Monomial("O[1,1]**2"),
        Monomial("O[1,1]**4*O[1,2]**2"),
        Monomial("O[1,1]**2*O[2,2]**2"),
        Monomial("O[1,1]*O[1,2]*O[2,1]*O[2,2]"),
        Monomial("O[1,1]**2*O[2,2]**2*O[3,3]**2"),
        Monomial("U[1,1]*U[2,2]*conj(U[1,2])*conj(U[2,1])"),
        Monomial("abs(U[1,1]*U[2,2]*U[3,3])**2"),
        Monomial("abs(U[1,1]*U[1,2]*U[2,1])**2"),
        Monomial("S[1,1]*S[n+1,n+1]"),
        Monomial("abs(S[1,1]*S[2,2])**2"),
        Monomial("S[1,2]*S[2,1]*conj(S[1,1]*S[2,2])"),
    ],
    cases=partial(draw_monomials, 3, 3),
    mutants=[
        Mutant("rows treated as independent", EntryMoment(independent_rows), on="O[1,1]**2*O[2,2]**2", by=SYMBOLIC),
        Mutant(
            "rows treated as independent, U",
            EntryMoment(independent_rows),
            on="abs(U[1,1]*U[1,2]*U[2,1])**2",
            by=SYMBOLIC,
        ),
        Mutant("independent Gaussian entries", EntryMoment(gaussian_entries), on="O[1,1]**4*O[1,2]**2", by=SYMBOLIC),
        Mutant(
            "unitary functions for O(d)", EntryMoment(other_functions), on="O[1,1]*O[1,2]*O[2,1]*O[2,2]", by=SYMBOLIC
        ),
        Mutant("orthogonal functions for Sp(d)", EntryMoment(other_functions), on="abs(S[1,1]*S[2,2])**2", by=SYMBOLIC),
    ],
)


@claim.symbolic
def orthonormal_rows_and_columns(statement: EntryMoment, case: Monomial, _: Trial) -> Evidence:
    """Insert sum_j W_ij conj(W_i'j), and sum_i W_ij conj(W_ij'), for two labels that occur and one that does not."""
    group, powers = _monomial(case)
    expected = statement.moment(group, powers)
    checked = 0
    for axis in (0, 1):
        used = sorted({abs(labels[axis]) for labels, _ in powers})
        for first, second in ((used[0], used[0]), (used[0], used[-1] + 1), (used[-1] + 1, used[-1] + 1)):
            total = RationalFunction(())
            for weight, inserted, sign in _insertions(group, powers, axis, first, second):
                total = total + statement.moment(group, inserted) * weight * sign
            right = expected if first == second else expected * 0
            if total != right:
                side = "sum_j W_ij conj(W_i'j)" if axis == 0 else "sum_i W_ij conj(W_ij')"
                witness = f"{side} with labels {first}, {second} times {case.text} has mean {total}, not {right}"
                return exact_evidence(False, "", witness)
            checked += 1
    return exact_evidence(True, f"{checked} relations", "", moment=str(expected))


@claim.symbolic
def sum_over_pairs_of_pairings(statement: EntryMoment, case: Monomial, _: Trial) -> Evidence:
    """Compare with the sum of Weingarten functions over all pairs of pairings that fit rows and columns."""
    group, powers = _monomial(case)
    degree = sum(m for _, m in powers)
    if degree > 8:
        return cannot_say(Rung.SYMBOLIC, f"degree {degree} has too many pairs of pairings to go through")
    stated, total = statement.moment(group, powers), _pairing_sum(group, group, powers)
    return exact_evidence(
        stated == total, "the sum over pairs of pairings", f"E {case.text} = {total}, stated {stated}"
    )


def _monomial(case: Monomial) -> tuple[Group, Powers]:
    polynomial = parse_entry_polynomial(case.text)
    ((powers, _),) = polynomial.terms
    return polynomial.group, powers


def _pairing_sum(group: Group, functions: Group, powers: Powers) -> RationalFunction:
    counts = class_counts(group, powers)
    total = RationalFunction(())
    for mu, count in counts.items():
        total = total + weingarten_table(functions, sum(mu))[mu] * count
    return total


def _insertions(
    group: Group, powers: Powers, axis: int, first: int, second: int
) -> Iterator[tuple[RationalFunction, Powers, int]]:
    """Yield (how many summation labels are alike, the monomial with W and conj(W) inserted, its sign)."""
    used = sorted({abs(labels[1 - axis]) for labels, _ in powers})
    fresh = used[-1] + 1
    both = group == "symplectic"
    one = RationalFunction.constant(1)
    rest = RationalFunction.dimension_power(1) - len(used) * (2 if both else 1)
    for label in [*used, *([-u for u in used] if both else []), fresh]:
        plain, partner = ((first, label), (second, label)) if axis == 0 else ((label, first), (label, second))
        total = Counter(dict(powers))
        total[plain] += 1
        total[partner if group == "orthogonal" else (-partner[0], -partner[1])] += 1
        yield rest if label == fresh else one, tuple(sorted(total.items())), partner_sign(group, *partner)
