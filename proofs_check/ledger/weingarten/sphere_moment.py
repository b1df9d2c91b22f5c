"""W4. One row of a Haar matrix is a point of a sphere, with moments in closed form.

E prod O_1j^{2a_j} = prod_j prod_{b<a_j} (2b + 1) / prod_{s<k} (d + 2s);  E prod |U_1j|^{2a_j} = prod_j a_j! /
prod_{s<k} (d + s), the same for Sp(d). Proof: a vector g of standard Gaussians (complex: E|g_j|^2 = 1) has independent
direction and length, so the moment is E prod |g_j|^{2a_j} / E |g|^{2k}; both sides step by one factor when an exponent
grows, by partial integration.
Source: Collins, Sniady (2006), section 5; Matsumoto, Random Matrices Theory Appl. 1 (2012) 1250005, section 2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import sympy as sp

from proofs_check.claim.claim import SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, mean
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import WEINGARTEN
from proofs_check.ledger.weingarten.cases import GROUPS, RowExponents, draw_exponents
from proofs_check.ledger.weingarten.pairing_sum import class_counts
from theory.haar.entry_expression import parse_entry_polynomial
from theory.haar.partition import Partition
from theory.haar.weingarten import weingarten_table

Step = Callable[[int, sp.Expr], sp.Expr]


def real_step(alpha: int, b: sp.Expr) -> sp.Expr:
    """Return E g^{2b+2} / E g^{2b}: 2b + 1 for a real Gaussian (alpha = 2), b + 1 for |g| of a complex one (alpha = 1)."""
    return alpha * b + 1


@dataclass(frozen=True)
class SphereMoment:
    """E prod |W_1j|^{2a_j} = prod_j prod_{b<a_j} entry(alpha, b) / prod_{s<k} length(alpha, d, s); alpha = 2 for O(d), else 1."""

    entry: Step = real_step
    length: Callable[[int, sp.Expr, sp.Expr], sp.Expr] = lambda alpha, d, s: d + alpha * s

    def moment(self, alpha: int, exponents: Partition, d: sp.Expr) -> sp.Expr:
        """Return the stated moment."""
        above = sp.prod(self.entry(alpha, sp.Integer(b)) for a in exponents for b in range(a))
        return above / sp.prod(self.length(alpha, d, sp.Integer(s)) for s in range(sum(exponents)))

    def formula(self) -> Formula:
        """Return the moment of entries W_1j, for O(d) and for U(d) and Sp(d), with exponents a_1, ..., a_m of sum k."""
        d, j, b, s, m, k = sp.symbols("d j b s m k", integer=True)
        a = sp.IndexedBase("a")
        found = []
        for letters, alpha in ((("O",), 2), (("U", "Sp"), 1)):
            above = sp.Product(sp.Product(self.entry(alpha, b), (b, 0, a[j] - 1)), (j, 1, m))
            below = sp.Product(self.length(alpha, d, s), (s, 0, k - 1))
            for letter in letters:
                entries = sp.Product(sp.Abs(sp.IndexedBase(letter)[1, j]) ** (2 * a[j]), (j, 1, m))
                found.append(equal(mean(entries), above / below))
        return (*found, equal(k, sp.Sum(a[j], (j, 1, m))))


EXPONENTS: tuple[Partition, ...] = ((1,), (2,), (1, 1), (3,), (2, 1), (1, 1, 1), (2, 2))

claim = Claim(
    id="W4",
    title="Moments of one row of a Haar matrix are double factorials over d(d+2)..., or factorials over d(d+1)...",
    paper=WEINGARTEN,
    statement=SphereMoment(),
    pinned=[RowExponents(group, exponents) for group in GROUPS for exponents in EXPONENTS],
    cases=partial(draw_exponents, GROUPS, 4, 4),
    mutants=[
        Mutant("d^2 for d(d+2)", SphereMoment(length=lambda _, d, __: d), on="orthogonal 2", by=SYMBOLIC),
        Mutant("d^k for every k", SphereMoment(length=lambda _, d, __: d), on="", by=SYMBOLIC),
        Mutant("d(d+1) for d(d+2)", SphereMoment(length=lambda _, d, s: d + s), on="orthogonal 1,1", by=SYMBOLIC),
        Mutant("d(d+2) for U(d)", SphereMoment(length=lambda _, d, s: d + 2 * s), on="unitary 2,1", by=SYMBOLIC),
        Mutant("a! for (2a-1)!!", SphereMoment(entry=lambda _, b: b + 1), on="orthogonal 3", by=SYMBOLIC),
        Mutant("a! for (2a-1)!!, every a", SphereMoment(entry=lambda _, b: b + 1), on="", by=SYMBOLIC),
        Mutant("(2a-1)!! for Sp(d)", SphereMoment(entry=lambda _, b: 2 * b + 1), on="symplectic 2", by=SYMBOLIC),
    ],
)


@claim.for_all(SYMBOLIC)
def by_gaussian_length_and_direction(statement: SphereMoment, _: None, __: Trial) -> Evidence:
    """Step every exponent by partial integration; the boundary terms vanish because d, a >= 0 and the weight decays."""
    d, x = sp.symbols("d x", positive=True)
    a = sp.Symbol("a", nonnegative=True)
    proof = Derivation().uses("length and direction of a rotation-invariant vector are independent")
    proof.uses("the group acts transitively on the sphere, so a row of a Haar matrix is uniform on it")
    for alpha in (2, 1):
        # |g|^2 over all coordinates has the density x^{d/alpha - 1} exp(-x) with |g|^2 = alpha x; one coordinate is d = 1.
        for what, dimension, stated in (
            ("length", d, statement.length(alpha, d, a)),
            ("one entry", sp.Integer(1), statement.entry(alpha, a)),
        ):
            shape = sp.Rational(1, alpha) * dimension + a
            weight = x**shape * sp.exp(-x)
            remainder = sp.powsimp(sp.expand(sp.diff(weight, x) / weight * x))
            proof.equal(f"alpha {alpha}: (x^m e^-x)' = (m - x) x^(m-1) e^-x, m = {shape}", remainder, shape - x)
            proof.equal(f"alpha {alpha}: the {what} steps by alpha m", stated, alpha * shape, is_statement=True)
    return proof.evidence("two recursions, for every row and exponent")


@claim.symbolic
def by_pairings_and_weingarten_functions(statement: SphereMoment, case: RowExponents, _: Trial) -> Evidence:
    """Sum Weingarten functions over all pairs of pairings that fit the row and its columns; no sphere is used."""
    letter = {"orthogonal": "O", "symplectic": "S", "unitary": "U"}[case.group]
    text = "*".join(f"abs({letter}[1,{j}])**{2 * a}" for j, a in enumerate(case.exponents, start=1))
    ((powers, coefficient),) = parse_entry_polynomial(text).terms
    table = weingarten_table(case.group, sum(case.exponents))
    d = sp.Symbol("d")
    total = sum(table[mu].as_sympy(d) * count for mu, count in class_counts(case.group, powers).items())
    stated = statement.moment(2 if case.group == "orthogonal" else 1, case.exponents, d)
    proof = Derivation()
    proof.equal(f"E {text}", stated, coefficient * total, is_statement=True)
    return proof.evidence("the sum over pairs of pairings")
