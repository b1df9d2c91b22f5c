"""W1. The Weingarten functions are the inverse of the Gram matrix of pairings, as rational functions of d.

sum_q <T_p, T_q> Wg(q, r; d) = 1 if p = r, else 0. The unitary group has permutations with <p, q> = d^cycles, the
orthogonal one pairings with d^circuits, the symplectic one pairings with J on every pair. Both sides depend on the
class of (p, r) alone, so one pair of each class and all q are an exact proof for the order, at every d outside the
poles.
Source: Collins, Sniady (2006), sections 2 to 4, where this is the definition.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import sympy as sp

from proofs_check.claim.claim import SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.symbolic import exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import WEINGARTEN
from proofs_check.ledger.weingarten import wrong_table
from proofs_check.ledger.weingarten.cases import GroupOrder, draw_orders, orders
from proofs_check.ledger.weingarten.notation import table_formulas
from proofs_check.ledger.weingarten.pairing_sum import gram_exponents, multiply
from theory.haar.dimension import Group
from theory.haar.partition import Partition
from theory.haar.rational_function import RationalFunction
from theory.haar.weingarten import weingarten_table

Table = Callable[[Group, int], Mapping[Partition, RationalFunction]]


@dataclass(frozen=True)
class GramInverse:
    """Gram matrix x Weingarten matrix = identity, for symbolic d."""

    table: Table = weingarten_table

    def formula(self) -> Formula:
        """Return that Gram and Weingarten matrix are inverse, and the stated Weingarten functions of order 2."""
        size = sp.Symbol("N", integer=True, positive=True)
        gram, inverse = sp.MatrixSymbol("G", size, size), sp.MatrixSymbol("W", size, size)
        circuits = sp.IndexedBase("l")[sp.symbols("p q")]
        return (
            equal(gram * inverse, sp.Identity(size)),
            equal(sp.Abs(sp.IndexedBase("G")[sp.symbols("p q")]), sp.Symbol("d") ** circuits),
            *table_formulas(self.table, 2),
        )


claim = Claim(
    id="W1",
    title="The Weingarten functions of O(d), U(d) and Sp(d) invert the Gram matrix of pairings, for symbolic d",
    paper=WEINGARTEN,
    statement=GramInverse(),
    pinned=orders(2, 3, 4),
    cases=partial(draw_orders, 5),
    mutants=[
        Mutant("alpha 1 in the Jack recursion", GramInverse(wrong_table.wrong_alpha), on="orthogonal k=3", by=SYMBOLIC),
        Mutant("alpha 2 in the Jack recursion", GramInverse(wrong_table.wrong_alpha), on="unitary k=2", by=SYMBOLIC),
        Mutant("transposed Young diagram", GramInverse(wrong_table.transposed), on="orthogonal k=2", by=SYMBOLIC),
        Mutant("transposed Young diagram, U", GramInverse(wrong_table.transposed), on="unitary k=4", by=SYMBOLIC),
        Mutant("unitary functions for O(d)", GramInverse(wrong_table.other_group), on="orthogonal k=2", by=SYMBOLIC),
        Mutant(
            "orthogonal functions for Sp(d)", GramInverse(wrong_table.other_group), on="symplectic k=2", by=SYMBOLIC
        ),
    ],
)


@claim.symbolic
def one_row_of_the_product(statement: GramInverse, case: GroupOrder, _: Trial) -> Evidence:
    """Multiply the Gram kernel and the table, and compare with the identity, all entries rational functions of d."""
    gram = {
        mu: RationalFunction.dimension_power(circuits) * sign
        for mu, (sign, circuits) in gram_exponents(case.group, case.order).items()
    }
    product = multiply(case.group, case.order, gram, statement.table(case.group, case.order))
    identity = (1,) * case.order
    wrong = {mu: f for mu, f in product.items() if f != RationalFunction.constant(int(mu == identity))}
    return exact_evidence(
        not wrong,
        f"{len(product)} entries of Gram x Weingarten",
        witness="; ".join(f"{case}: entry of class {mu} is {f}" for mu, f in list(wrong.items())[:1]),
        classes=str(len(product)),
    )
