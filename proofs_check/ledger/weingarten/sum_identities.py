"""W3. Three sums over a Weingarten table: the trivial, the sign and the regular character.

With N_mu the number of elements of class mu and j = 0..k-1:

    sum_mu N_mu Wg(mu) = 1/prod_j (d + alpha j),    sum_mu N_mu (-1/alpha)^{k-l} Wg(mu) = 1/prod_j (d - j),
    sum_mu N_mu d^l Wg(mu) = 1.

Symplectic: the same of -d, that is 1/prod (d - 2j), 1/prod (d + j) and signs (-1)^{k-l} in the third.
Source: Collins, Matsumoto (2009), one-row and one-column shapes of the character expansion; the third is W1 at p = r.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import factorial

import sympy as sp

from proofs_check.claim.claim import SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function, rational
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.symbolic import exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import WEINGARTEN
from proofs_check.ledger.weingarten import wrong_table
from proofs_check.ledger.weingarten.cases import GROUPS, GroupOrder, draw_orders, orders
from proofs_check.ledger.weingarten.gram_inverse import Table
from proofs_check.ledger.weingarten.notation import table_formulas, weingarten_formula
from proofs_check.ledger.weingarten.pairing_sum import elements, kind
from theory.haar.dimension import Group
from theory.haar.partition import Partition, centraliser_order, integer_partitions
from theory.haar.rational_function import RationalFunction
from theory.haar.weingarten import jack_parameter, weingarten_table

_ENUMERATED = 4  # up to this order the class sizes are counted one by one


def trivial_root(group: Group, j: int) -> int:
    """Return the root in d of the j-th factor of the first sum's denominator."""
    return {"unitary": -j, "orthogonal": -2 * j, "symplectic": 2 * j}[group]


def sign_root(group: Group, j: int) -> int:
    """Return the root in d of the j-th factor of the second sum's denominator."""
    return -j if group == "symplectic" else j


@dataclass(frozen=True)
class SumIdentities:
    """sum N Wg = 1/prod (d - trivial_root), sum N (-1/alpha)^{k-l} Wg = 1/prod (d - sign_root), sum N <e, q> Wg = 1."""

    table: Table = weingarten_table
    trivial_root: Callable[[Group, int], int] = trivial_root
    sign_root: Callable[[Group, int], int] = sign_root
    sign: Callable[[int], Fraction] = lambda alpha: Fraction(-1, alpha)

    def formula(self) -> Formula:
        """Return the three sums over the classes mu_1, mu_2, ... of order k and length l(mu), and the stated functions of order 2."""
        d, k, i, j, many = sp.symbols("d k i j M", integer=True)
        mu, size, length = (
            sp.IndexedBase("mu"),
            function("N")(sp.IndexedBase("mu")[i]),
            function("l")(sp.IndexedBase("mu")[i]),
        )
        found = []
        for group in GROUPS:
            alpha, term = jack_parameter(group), size * weingarten_formula(group, mu[i])
            flip = (-1) ** (k - length) if group == "symplectic" else sp.Integer(1)
            sign = rational(self.sign(alpha)) ** (k - length)
            trivial, alternating = (
                1 / sp.Product(d - root(group, j), (j, 0, k - 1)) for root in (self.trivial_root, self.sign_root)
            )
            found += [
                equal(sp.Sum(term, (i, 1, many)), trivial),
                equal(sp.Sum(sign * term, (i, 1, many)), alternating),
                equal(sp.Sum(flip * d**length * term, (i, 1, many)), 1),
            ]
        return (*found, *table_formulas(self.table, 2))


claim = Claim(
    id="W3",
    title="Weingarten functions sum to one over rising and falling products of d",
    paper=WEINGARTEN,
    statement=SumIdentities(),
    pinned=orders(1, 3, 4, 8),
    cases=partial(draw_orders, 9),
    mutants=[
        Mutant("denominator d^k", SumIdentities(trivial_root=lambda *_: 0), on="unitary k=3", by=SYMBOLIC),
        Mutant("d (d+1) ... for O(d)", SumIdentities(trivial_root=lambda _, j: -j), on="orthogonal k=4", by=SYMBOLIC),
        Mutant(
            "signs (-1)^(k-l) for O(d)", SumIdentities(sign=lambda _: Fraction(-1)), on="orthogonal k=3", by=SYMBOLIC
        ),
        Mutant("transposed Young diagram", SumIdentities(wrong_table.transposed), on="unitary k=8", by=SYMBOLIC),
        Mutant(
            "alpha 1 in the Jack recursion", SumIdentities(wrong_table.wrong_alpha), on="orthogonal k=8", by=SYMBOLIC
        ),
        Mutant(
            "orthogonal functions for Sp(d)", SumIdentities(wrong_table.other_group), on="symplectic k=4", by=SYMBOLIC
        ),
    ],
)


@claim.symbolic
def over_the_whole_table(statement: SumIdentities, case: GroupOrder, _: Trial) -> Evidence:
    """Add up the table with the class sizes, as rational functions of d."""
    group, order = case.group, case.order
    alpha, table = jack_parameter(group), statement.table(group, order)
    sizes = class_sizes(group, order)
    flips = {mu: (-1) ** (order - len(mu)) if group == "symplectic" else 1 for mu in table}
    sums = {
        "trivial": (
            _total(table[mu] * sizes[mu] for mu in table),
            _one_over(statement.trivial_root(group, j) for j in range(order)),
        ),
        "sign": (
            _total(table[mu] * (sizes[mu] * statement.sign(alpha) ** (order - len(mu))) for mu in table),
            _one_over(statement.sign_root(group, j) for j in range(order)),
        ),
        "regular": (
            _total(table[mu] * RationalFunction.dimension_power(len(mu)) * (sizes[mu] * flips[mu]) for mu in table),
            RationalFunction.constant(1),
        ),
    }
    wrong = [f"{case}: the {name} sum is {left}, not {right}" for name, (left, right) in sums.items() if left != right]
    return exact_evidence(
        not wrong, f"three sums over {len(table)} classes", "".join(wrong[:1]), classes=str(len(table))
    )


def class_sizes(group: Group, order: int) -> dict[Partition, int]:
    """Return {class: N_mu}, counted one by one for small orders, else k!/z_mu or 2^k k!/(2^l z_mu)."""
    alpha = jack_parameter(group)
    if order > _ENUMERATED:
        total = alpha**order * factorial(order)
        return {mu: total // (centraliser_order(mu) * alpha ** len(mu)) for mu in integer_partitions(order)}
    sizes = dict.fromkeys(integer_partitions(order), 0)
    every = elements(group, order)
    for element in every:
        sizes[kind(group, every[0], element)[0]] += 1
    return sizes


def _total(terms: Iterable[RationalFunction]) -> RationalFunction:
    return sum(terms, RationalFunction(()))


def _one_over(roots: Iterable[int]) -> RationalFunction:
    result = RationalFunction.constant(1)
    for root in roots:
        result = result * RationalFunction((1,), 1, ((root, 1),))
    return result
