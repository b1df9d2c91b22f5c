"""N1. Squared singular values of a depth-L Jacobian with s' in {0, 1} have m_2/m_1^2 = 1 + L/p, for Haar weights 1 + L (1/p - 1).

Proof: S-transforms multiply, S = (z+p)^(-L) (Gaussian weights) or ((1+z)/(z+p))^L (Haar); Lagrange's inversion gives
m_k = (1/k) [z^(k-1)] ((1+z)/S(z))^k, that is m_1 = p^L and m_2 half the derivative at 0 of ((1+z)/S(z))^2. p = P(s' = 1): relu 1/2.
So no p below 1 gives Gaussian weights a spread that does not grow with depth. Source: Pennington, Schoenholz, Ganguli.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

from proofs_check.claim.claim import SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, belongs, equal
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.symbolic import Derivation, exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import NETWORKS
from theory.network.jacobian import SHARE, limit_moment

Ratio = Callable[[sp.Expr, sp.Expr], sp.Expr]


@dataclass(frozen=True)
class JacobianSpread:
    """m_2/m_1^2 as a function of L and p, for Gaussian and for Haar weights."""

    gauss: Ratio = lambda depth, p: 1 + depth / p
    haar: Ratio = lambda depth, p: 1 + depth * (1 / p - 1)

    def formula(self) -> Formula:
        """Return the two ratios."""
        depth, p = sp.symbols("L p")
        first, second, spread = sp.symbols("m_1 m_2 r_Haar")
        return (
            equal(second / first**2, self.gauss(depth, p)),
            equal(spread, self.haar(depth, p)),
            belongs(p, sp.Interval.Lopen(0, 1)),
        )


claim = Claim(
    id="N1",
    title="The squared singular values of a Jacobian have m_2/m_1^2 = 1 + L/p (Gaussian) and 1 + L (1/p - 1) (Haar weights)",
    paper=NETWORKS,
    statement=JacobianSpread(),
    pinned=(1, 3, 10),
    mutants=[
        Mutant(
            "Haar's ratio for Gaussian weights",
            JacobianSpread(gauss=lambda n, p: 1 + n * (1 / p - 1)),
            on="",
            by=SYMBOLIC,
        ),
        Mutant("L p instead of L/p", JacobianSpread(gauss=lambda n, p: 1 + n * p), on="3", by=SYMBOLIC),
        Mutant(
            "orthogonal weights are always isometric",
            JacobianSpread(haar=lambda _, __: sp.Integer(1)),
            on="10",
            by=SYMBOLIC,
        ),
    ],
)


@claim.for_all(SYMBOLIC)
def by_lagrange_inversion(statement: JacobianSpread, _: None, __: Trial) -> Evidence:
    """Prove both ratios for every L and p from the first two coefficients of Lagrange's series."""
    depth, p, z = sp.symbols("L p z", positive=True)
    proof = (
        Derivation()
        .uses("S-transforms of free variables multiply (Voiculescu); asymptotic freeness")
        .uses("Lagrange inversion")
    )
    for law, outer, stated in (("Gaussian", 2, statement.gauss), ("Haar", 2 - 2 * depth, statement.haar)):
        series = (1 + z) ** outer * (1 + z / p) ** (2 * depth)  # of m_2, over m_1^2 = p^(2L)
        proof.equal(f"{law}: m_2/m_1^2", sp.diff(series, z).subs(z, 0) / 2, stated(depth, p), is_statement=True)
    return proof.evidence("first two moments, for every depth and share")


@claim.symbolic
def by_all_binomials(statement: JacobianSpread, depth: int, _: Trial) -> Evidence:
    """Compare with the closed sums of `theory.network.jacobian` at one depth, a second way to the same coefficients."""
    stated = {"gauss": statement.gauss, "haar": statement.haar}
    off = [
        law
        for law, ratio in stated.items()
        if sp.simplify(
            limit_moment(2, depth, law) / limit_moment(1, depth, law) ** 2 - ratio(sp.Integer(depth), SHARE)  # type: ignore[arg-type]
        )
        != 0
    ]
    return exact_evidence(not off, f"both ratios at L = {depth}", f"L = {depth}: not so for {', '.join(off)} weights")
