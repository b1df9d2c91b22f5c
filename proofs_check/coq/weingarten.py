"""W1 for the kernel: the rows of Gram x Weingarten as identities of rational functions of d.

Both sides depend on the class of a pair of permutations or pairings alone, so one identity for each class is the whole
product; how often each pair of classes meets is counted in `ledger/weingarten/pairing_sum.py`, outside the kernel.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from proofs_check.evidence.step import Equality, Step
from proofs_check.ledger.weingarten.pairing_sum import gram_exponents, products


def product_steps(statement: Any, case: Any) -> tuple[Step, ...]:
    """Return one step for each class: sum_q <T_p, T_q> Wg(q, r; d) = 1 or 0.

    Parameters
    ----------
    statement : GramInverse
        Its table may be a mutant's.
    case : GroupOrder
        The group and the order.
    """
    d = sp.Symbol("d")
    gram = {mu: sign * d**circuits for mu, (sign, circuits) in gram_exponents(case.group, case.order).items()}
    table = {mu: value.as_sympy(d) for mu, value in statement.table(case.group, case.order).items()}
    identity = (1,) * case.order
    steps = []
    for rho, counts in products(case.group, case.order).items():
        terms = [count * gram[mu] * table[nu] for (mu, nu), count in counts.items() if count]
        entry = Equality(sp.Add(*terms, evaluate=False), sp.Integer(int(rho == identity)))
        steps.append(Step(f"{case}: entry of class {rho} of Gram x Weingarten", None, obligation=entry))
    return tuple(steps)
