"""W2. Below the order the Weingarten functions are the pseudo-inverse of the singular Gram matrix, not the rational functions.

G W G = G and W G W = W; both matrices are symmetric and commute (they depend on the class alone), so these two laws
make W the Moore-Penrose inverse. The rational function of symbolic d may be finite there and wrong: unitary (2,1,1) at
d = 2 is 1/180, the rational function 1/30; orthogonal (1,1,1,1) at d = 2 is 11/1152, the rational function -85/1152.
Source: Collins, Sniady (2006), section 2; Zinn-Justin, Lett. Math. Phys. 91 (2010) 119-127.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import sympy as sp

from proofs_check.claim.claim import SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.symbolic import exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import WEINGARTEN
from proofs_check.ledger.weingarten import wrong_table
from proofs_check.ledger.weingarten.cases import BelowOrder, below_orders, draw_below_orders
from proofs_check.ledger.weingarten.notation import weingarten_formula
from proofs_check.ledger.weingarten.pairing_sum import gram_exponents, multiply, products
from theory.haar.dimension import Group
from theory.haar.partition import Partition
from theory.haar.weingarten import weingarten


@dataclass(frozen=True)
class PseudoInverse:
    """G W G = G and W G W = W with W = {class: value} at an integer d below the order."""

    value: Callable[[Group, Partition, int], Fraction] = weingarten

    def formula(self) -> Formula:
        """Return the two laws of the pseudo-inverse, and some stated values below the order."""
        size = sp.Symbol("N", integer=True, positive=True)
        gram, inverse = sp.MatrixSymbol("G", size, size), sp.MatrixSymbol("W", size, size)
        places: tuple[tuple[Group, Partition, int], ...] = (
            ("unitary", (1, 1), 1),
            ("unitary", (2, 1, 1), 2),
            ("orthogonal", (2, 1), 2),
            ("orthogonal", (1, 1, 1, 1), 2),
            ("symplectic", (2, 1), 4),
        )
        return (
            equal(gram * inverse * gram, gram),
            equal(inverse * gram * inverse, inverse),
            equal(gram * inverse, inverse * gram),
            *(equal(weingarten_formula(group, *mu, dimension=d), self.value(group, mu, d)) for group, mu, d in places),
        )


claim = Claim(
    id="W2",
    title="At an integer d below the order the Weingarten functions are the pseudo-inverse of the Gram matrix",
    paper=WEINGARTEN,
    statement=PseudoInverse(),
    pinned=below_orders(4),
    cases=partial(draw_below_orders, 5),
    mutants=[
        Mutant(
            "rational function below the degree: U (2,1,1) is 1/30",
            PseudoInverse(wrong_table.substituted),
            on="unitary k=4 d=2",
            by=SYMBOLIC,
        ),
        Mutant(
            "rational function below the degree: O (1,1,1,1) is -85/1152",
            PseudoInverse(wrong_table.substituted),
            on="orthogonal k=4 d=2",
            by=SYMBOLIC,
        ),
        Mutant(
            "shapes with more than d columns dropped, O",
            PseudoInverse(wrong_table.few_columns),
            on="orthogonal k=3 d=2",
            by=SYMBOLIC,
        ),
        Mutant(
            "shapes with more than d columns dropped, U",
            PseudoInverse(wrong_table.few_columns),
            on="unitary k=2 d=1",
            by=SYMBOLIC,
        ),
        Mutant("no reflection d -> -d", PseudoInverse(wrong_table.unreflected), on="symplectic k=3 d=4", by=SYMBOLIC),
    ],
)


@claim.symbolic
def the_laws_of_moore_and_penrose(statement: PseudoInverse, case: BelowOrder, _: Trial) -> Evidence:
    """Multiply the kernels exactly in both orders and compare."""
    group, order, d = case.group, case.order, case.dimension
    gram = {mu: Fraction(sign * d**circuits) for mu, (sign, circuits) in gram_exponents(group, order).items()}
    inverse = {mu: Fraction(statement.value(group, mu, d)) for mu in products(group, order)}
    once, other = multiply(group, order, gram, inverse), multiply(group, order, inverse, gram)
    laws = {
        "G W G = G": (multiply(group, order, once, gram), gram),
        "W G W = W": (multiply(group, order, other, inverse), inverse),
        "G W = W G": (once, other),
    }
    wrong = [(law, mu) for law, (left, right) in laws.items() for mu in right if left[mu] != right[mu]]
    witness = ""
    if wrong:
        law, mu = wrong[0]
        witness = f"{case}: {law} fails at class {mu}: {laws[law][0][mu]}, not {laws[law][1][mu]}"
    singular = once != {mu: Fraction(int(mu == (1,) * order)) for mu in once}
    return exact_evidence(
        not wrong, "both laws and symmetry, exactly", witness, gram_matrix="singular" if singular else "regular"
    )
