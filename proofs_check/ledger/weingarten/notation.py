"""How the formulas of this folder are written: groups by letters, Weingarten functions at classes, monomials, samplers.

Wg^O(d)(2, 1) is the Weingarten function of O(d) at the class (2, 1); E_U(2) is the mean over U(2); O_11 an entry of a matrix of
O(d). Z has independent standard Gaussian entries, complex for U(d), quaternionic for Sp(d).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sympy as sp

from proofs_check.claim.formula import equal, function, law
from proofs_check.ledger.weingarten import samplers
from proofs_check.ledger.weingarten.cases import GROUPS
from theory.haar.dimension import Group
from theory.haar.entry_expression import parse_entry_polynomial
from theory.haar.partition import Partition
from theory.haar.rational_function import RationalFunction

LETTERS: Mapping[Group, str] = {"orthogonal": "O", "symplectic": "Sp", "unitary": "U"}


def weingarten_formula(group: Group, *parts: int | sp.Expr, dimension: int | str = "d") -> sp.Expr:
    """Return the Weingarten function of a group at a class, given by its parts.

    Examples
    --------
    >>> weingarten_formula("unitary", 2, 1), weingarten_formula("orthogonal", 1, 1, dimension=3)
    (Wg^U(d)(2, 1), Wg^O(3)(1, 1))
    """
    return function(f"Wg^{LETTERS[group]}({dimension})")(*parts)


def table_formulas(
    table: Callable[[Group, int], Mapping[Partition, RationalFunction]], order: int
) -> tuple[sp.Basic, ...]:
    """Return Wg(mu) = its value in the table, for every group and class of one order."""
    d = sp.Symbol("d")
    return tuple(
        equal(weingarten_formula(group, *mu), value.as_sympy(d))
        for group in GROUPS
        for mu, value in sorted(table(group, order).items(), reverse=True)
    )


def entries_formula(text: str) -> sp.Expr:
    """Return a monomial in entries, given as text, as an expression; an entry times its conjugate as a square.

    Examples
    --------
    >>> entries_formula("O[1,1]**4*O[1,2]**2"), entries_formula("abs(U[1,1])**6"), entries_formula("U[1,1]*conj(U[1,2])")
    (O[1, 1]**4*O[1, 2]**2, Abs(U[1, 1])**6, conjugate(U[1, 2])*U[1, 1])
    """
    polynomial = parse_entry_polynomial(text)
    ((powers, _),) = polynomial.terms
    left = dict(powers)
    entry = sp.IndexedBase(LETTERS[polynomial.group])
    result = sp.Integer(1)
    for (i, j), power in powers:
        both = 0 if polynomial.group == "orthogonal" else min(power, left.get((-i, -j), 0))
        if i > 0 and both:  # the label of the conjugate, which is an entry too for Sp(d)
            result *= sp.Abs(entry[i, j]) ** (2 * both)
        plain = entry[i, j] if i > 0 else sp.conjugate(entry[-i, -j])
        result *= plain ** (power - both)
    return result


def sampler_formulas(sampler: samplers.Sampler) -> tuple[sp.Basic, ...]:
    """Return how a sampler of this folder makes its matrices W of a Gaussian matrix Z."""
    size = sp.Symbol("d", integer=True, positive=True)
    drawn, gaussian, q, r, phases = (sp.MatrixSymbol(name, size, size) for name in ("W", "Z", "Q", "R", "Lambda"))
    i, j, k = sp.symbols("i j k", integer=True)
    entry, upper, phase, normal = (sp.IndexedBase(name) for name in ("W", "R", "Lambda", "Z"))
    factorised = equal(gaussian, q * r)
    fixed = (factorised, equal(phase[i, j], sp.KroneckerDelta(i, j) * upper[i, j] / sp.Abs(upper[i, j])))
    ways: dict[samplers.Sampler, tuple[sp.Basic, ...]] = {
        samplers.sign_fixed_qr: (equal(drawn, q * phases), *fixed),
        samplers.unfixed_qr: (equal(drawn, q), factorised),
        samplers.special: (
            equal(entry[i, 1], sp.IndexedBase("V")[i, 1] / function("det")(sp.Symbol("V"))),
            equal(sp.MatrixSymbol("V", size, size), q * phases),
            *fixed,
        ),
        samplers.unitary_for_all: (equal(law(sp.Symbol("W")), function("Haar")(sp.Symbol("U(d)"))),),
        samplers.independent_rows: (
            equal(entry[i, j], normal[i, j] / sp.sqrt(sp.Sum(sp.Abs(normal[i, k]) ** 2, (k, 1, size)))),
        ),
        samplers.independent_columns: (
            equal(entry[i, j], normal[i, j] / sp.sqrt(sp.Sum(sp.Abs(normal[k, j]) ** 2, (k, 1, size)))),
        ),
    }
    return ways[sampler]
