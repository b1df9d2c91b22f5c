"""W8. Wg(mu; d) = prod_i (-1)^{mu_i - 1} Cat(mu_i - 1) d^{-(2k - l)} (1 + O(1/d)), the same for O(d) and U(d).

Symplectic: with the sign (-1)^{k - l} removed (sgn of the canonical permutation), so all leading coefficients are
positive.
Source: Collins, Sniady (2006), Corollary 2.7 and Theorem 3.13.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import comb, prod

import sympy as sp

from proofs_check.claim.claim import SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, limit
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.symbolic import exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import WEINGARTEN
from proofs_check.ledger.weingarten.cases import GROUPS, GroupOrder, draw_orders, orders
from proofs_check.ledger.weingarten.notation import weingarten_formula
from theory.haar.dimension import Group
from theory.haar.partition import Partition
from theory.haar.weingarten import weingarten_leading_term, weingarten_table


@dataclass(frozen=True)
class LeadingOrder:
    """Wg(mu; d) d^s -> c for d -> oo, (c, s) = leading(group, mu)."""

    leading: Callable[[Group, Partition], tuple[int, int]] = weingarten_leading_term

    def formula(self) -> Formula:
        """Return the stated limits for the classes of orders 2 and 3."""
        d = sp.Symbol("d", positive=True)
        found = []
        for group in GROUPS:
            for mu in ((1, 1), (2,), (2, 1), (3,)):
                coefficient, exponent = self.leading(group, mu)
                found.append(equal(limit(d**exponent * weingarten_formula(group, *mu), d), coefficient))
        return tuple(found)


def _without_sign(group: Group, mu: Partition) -> tuple[int, int]:
    coefficient, exponent = weingarten_leading_term(group, mu)
    return abs(coefficient), exponent


def _next_catalan(group: Group, mu: Partition) -> tuple[int, int]:
    sign = 1 if group == "symplectic" else (-1) ** (sum(mu) - len(mu))
    return sign * prod(comb(2 * part, part) // (part + 1) for part in mu), 2 * sum(mu) - len(mu)


def _one_power_more(group: Group, mu: Partition) -> tuple[int, int]:
    coefficient, _ = weingarten_leading_term(group, mu)
    return coefficient, 2 * sum(mu)


claim = Claim(
    id="W8",
    title="The leading coefficient of a Weingarten function is a signed product of Catalan numbers",
    paper=WEINGARTEN,
    statement=LeadingOrder(),
    pinned=orders(1, 2, 3, 5, 8),
    cases=partial(draw_orders, 10),
    mutants=[
        Mutant("no sign", LeadingOrder(_without_sign), on="unitary k=2", by=SYMBOLIC),
        Mutant("Cat(mu_i) for Cat(mu_i - 1)", LeadingOrder(_next_catalan), on="orthogonal k=3", by=SYMBOLIC),
        Mutant("order d^(-2k) for every class", LeadingOrder(_one_power_more), on="symplectic k=5", by=SYMBOLIC),
    ],
)


@claim.symbolic
def expanded_in_one_over_d(statement: LeadingOrder, case: GroupOrder, _: Trial) -> Evidence:
    """Expand every function of the table at infinity and compare order and coefficient."""
    table = weingarten_table(case.group, case.order)
    for mu, function in table.items():
        exponent, (coefficient,) = function.expansion(1)
        stated = statement.leading(case.group, mu)
        if coefficient != stated[0] or exponent != stated[1]:
            witness = f"{case}: class {mu} is {coefficient} d^-{exponent}, stated {stated[0]} d^-{stated[1]}"
            return exact_evidence(False, "", witness)
    return exact_evidence(True, f"leading terms of {len(table)} classes", "", classes=str(len(table)))
