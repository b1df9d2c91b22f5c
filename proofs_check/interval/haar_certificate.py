"""Certificates of Weingarten functions and moments of entries: the tables that the independent checker judges by the relations.

The document holds the Weingarten functions of every order up to the one asked, over one denominator an order, and the claim as text;
the checker (`checker.haar`) verifies the relations that determine them, and the moment from its own pairings. It speaks of d >= the order,
where the relations have one solution.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from fractions import Fraction
from math import lcm
from typing import Any

from flint import fmpz_poly

from theory.haar.content import polynomial_with_roots
from theory.haar.dimension import checked_dimension, checked_group
from theory.haar.entry_expression import parse_entry_polynomial
from theory.haar.monomial import haar_moment
from theory.haar.partition import checked_partition
from theory.haar.rational_function import RationalFunction
from theory.haar.weingarten import weingarten, weingarten_table

__all__ = ["moment_certificate", "weingarten_certificate"]

_LARGEST_ORDER = 12


def weingarten_certificate(group: str, partition: Any, dimension: Any = None) -> str:
    """Return the certificate of Wg(mu; d) = its value, as JSON text.

    Parameters
    ----------
    group, partition, dimension
        As `theory.haar.weingarten.weingarten`.

    Returns
    -------
    str

    Raises
    ------
    TypeError, ValueError
        As there; an order above 12; an integer d below the order.

    Examples
    --------
    >>> from proofs_check.interval.recheck import recheck
    >>> recheck(weingarten_certificate("unitary", (2, 1))).claim
    'Wg(unitary; 2,1) = -1/((d - 2)*(d - 1)*(d + 1)*(d + 2)) for integers d >= 3'
    """
    name = checked_group(group, function="weingarten_certificate")
    mu = checked_partition(partition, function="weingarten_certificate")
    d = checked_dimension(dimension, name, function="weingarten_certificate")
    least = sum(mu) * (2 if name == "symplectic" else 1)
    _check_range(sum(mu), least, d)
    claim = f"Wg({name}; {','.join(map(str, mu))}) = {weingarten(name, mu, d)}"
    return _document(claim, name, sum(mu), least, d)


def moment_certificate(text: str, dimension: Any = None) -> str:
    """Return the certificate of E p(W) = its value for a polynomial in the entries of O or U, as JSON text.

    Parameters
    ----------
    text, dimension
        As `theory.haar.monomial.haar_moment`, with rational coefficients.

    Returns
    -------
    str

    Raises
    ------
    TypeError, ValueError
        As there; another matrix than O or U, names in coefficients, an order above 12, an integer d below the order.

    Examples
    --------
    >>> from proofs_check.interval.recheck import recheck
    >>> recheck(moment_certificate("O[1,1]**4")).claim
    'E O[1,1]**4 = 3/(d*(d + 2)) for integers d >= 2'
    """
    polynomial = parse_entry_polynomial(text, dimension)
    if polynomial.group not in ("orthogonal", "unitary"):
        raise ValueError(f"a certificate needs the entries of O or U, got the ensemble {polynomial.group}.")
    if any(not coefficient.is_Rational for _, coefficient in polynomial.terms):
        raise ValueError(f"a certificate needs rational coefficients, got names in {text!r}.")
    order = max((sum(power for _, power in powers) // 2 for powers, _ in polynomial.terms), default=0)
    least = max(order, polynomial.least_dimension)
    _check_range(order, order, dimension)
    claim = f"E {text.strip()} = {haar_moment(polynomial, dimension)}"
    return _document(claim, polynomial.group, _used_order(polynomial), least, dimension)


def _used_order(polynomial: Any) -> int:
    """Return the largest order at which the checker finds pairings: balanced in every row and column."""
    unitary = polynomial.group == "unitary"
    orders = [0]
    for powers, _ in polynomial.terms:
        balances: tuple[Counter[int], Counter[int]] = (Counter(), Counter())
        for labels, power in powers:
            for side in (0, 1):
                balances[side][abs(labels[side])] += power if labels[side] > 0 or not unitary else -power
        if all(not (b if unitary else b % 2) for side in balances for b in side.values()):
            orders.append(sum(power for _, power in powers) // 2)
    return max(orders)


def _check_range(order: int, least: int, dimension: int | None) -> None:
    if order > _LARGEST_ORDER:
        raise ValueError(f"a certificate needs an order of at most {_LARGEST_ORDER}, got order={order}.")
    if dimension is not None and dimension < least:
        raise ValueError(
            f"a certificate needs d >= {least} (below the order the relations do not determine the function), "
            f"got dimension={dimension}."
        )


def _document(claim: str, group: Any, order: int, least: int, dimension: int | None) -> str:
    where = f"integers d >= {max(1, least)}" if dimension is None else f"d = {dimension}"
    body = {
        "schema": "haarmite-certificate/1",
        "kind": "haar",
        "claim": f"{claim} for {where}",
        "tables": [_table(group, k, dimension) for k in range(1, order + 1)],
    }
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")
    return json.dumps({**body, "sha256": hashlib.sha256(canonical).hexdigest()}, indent=1)


def _table(group: Any, order: int, dimension: int | None) -> dict[str, Any]:
    """Return the functions of an order over one denominator; symplectic ones with the sign that makes them orthogonal at -d."""
    sign = (-1) ** order if group == "symplectic" else 1
    values = [
        value if isinstance(value, RationalFunction) else RationalFunction.constant(Fraction(value))
        for value in weingarten_table(group, order, dimension).values()
    ]
    roots: Counter[int] = Counter()
    for value in values:
        roots |= Counter(dict(value.denominator_roots))
    constant = lcm(*(value.denominator_constant for value in values))
    numerators = [
        fmpz_poly([sign * c for c in value.numerator])
        * polynomial_with_roots(roots - Counter(dict(value.denominator_roots)))
        * (constant // value.denominator_constant)
        for value in values
    ]
    denominator = polynomial_with_roots(roots) * constant
    return {
        "denominator": [str(c) for c in denominator.coeffs()],
        "numerators": [[str(c) for c in p.coeffs()] for p in numerators],
    }
