"""D12. Smooth shaping s = a sqrt(n): the drift of V^12 is (f2^2/4a^2)(V11 V22 + V12(2 V12 - 3)) + (f3/2a^2) V12 (V11+V22-2).

f2 = phi''(0), f3 = phi'''(0), phi'(0) = 1. Proof: Taylor at 0 and Isserlis, with c = 1/E phi_s(Z)^2 expanded as well; on the
diagonal b V (V-1), b = (3 f2^2/4 + f3)/a^2. Odd powers of n^-1/2 vanish: the rate is O(1/n) for phi in C^5 of polynomial
growth (C^4 near 0 alone says nothing about E phi_s^2). Source: [D], smooth shaping; constants derived.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import flint
import sympy as sp

from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, limit, mean, slope
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.covariance_sde.cases import FORMS, Form, forms
from proofs_check.ledger.papers import COVARIANCE_SDE
from theory.covariance_sde.shaped_relu import wishart_covariance
from theory.covariance_sde.smooth import covariance_limit, drift_series, symbols, variance_series
from theory.enclosure.ball import ball_of, working_bits

Drift = Callable[[sp.Expr, sp.Expr, sp.Expr, sp.Expr, sp.Expr, sp.Expr], sp.Expr]


def drift(a: sp.Expr, b: sp.Expr, c: sp.Expr, f2: sp.Expr, f3: sp.Expr, scale: sp.Expr) -> sp.Expr:
    """Return the stated drift of V^12 at (V11, V22, V12) = (a, b, c)."""
    return f2**2 / (4 * scale**2) * (a * b + c * (2 * c - 3)) + f3 / (2 * scale**2) * c * (a + b - 2)


def _without_normaliser(a: sp.Expr, b: sp.Expr, c: sp.Expr, f2: sp.Expr, f3: sp.Expr, scale: sp.Expr) -> sp.Expr:
    """Return the drift for c = 1: no -3 and no -2."""
    return f2**2 / (4 * scale**2) * (a * b + 2 * c**2) + f3 / (2 * scale**2) * c * (a + b)


def _cubic_without_two(a: sp.Expr, b: sp.Expr, c: sp.Expr, f2: sp.Expr, f3: sp.Expr, scale: sp.Expr) -> sp.Expr:
    return f2**2 / (4 * scale**2) * (a * b + c * (2 * c - 3)) + f3 / (2 * scale**2) * c * (a + b)


def _two_for_three(a: sp.Expr, b: sp.Expr, c: sp.Expr, f2: sp.Expr, f3: sp.Expr, scale: sp.Expr) -> sp.Expr:
    return f2**2 / (4 * scale**2) * (a * b + c * (2 * c - 2)) + f3 / (2 * scale**2) * c * (a + b - 2)


@dataclass(frozen=True)
class SmoothDrift:
    """lim n E[V'^12 - V^12 | V], and b of the diagonal."""

    drift: Drift = drift
    rate: Callable[[sp.Expr, sp.Expr, sp.Expr], sp.Expr] = lambda f2, f3, a: (3 * f2**2 / 4 + f3) / a**2

    def formula(self) -> Formula:
        """Return the limits of n times the mean step of V^12 and V^11, in f_2 = phi''(0), f_3 = phi'''(0), phi'(0) = 1."""
        n, f2, f3, a, b = sp.symbols("n f_2 f_3 a b")
        v11, v22, v12 = sp.symbols("V_0^11 V_0^22 V_0^12")
        return (
            equal(limit(n * mean(sp.Symbol("V_1^12") - v12), n), self.drift(v11, v22, v12, f2, f3, a)),
            equal(limit(n * mean(sp.Symbol("V_1^11") - v11), n), b * v11 * (v11 - 1)),
            equal(b, self.rate(f2, f3, a)),
            equal(f2, slope("phi", 0, 2)),
            equal(f3, slope("phi", 0, 3)),
            equal(slope("phi", 0), 1),
        )


_HALF = SmoothDrift(rate=lambda f2, f3, a: (f2**2 / 2 + f3) / a**2)
claim = Claim(
    id="D12",
    title="Smooth shaping has the drift given by phi''(0) and phi'''(0), with b = (3 phi''(0)^2/4 + phi'''(0))/a^2",
    paper=COVARIANCE_SDE,
    statement=SmoothDrift(),
    pinned=FORMS,
    cases=forms,
    mutants=[
        Mutant("3/4 -> 1/2 in b", _HALF, on="", by=SYMBOLIC),
        Mutant("-2 -> 0 in the phi''' term", SmoothDrift(_cubic_without_two), on="", by=SYMBOLIC),
        Mutant("2 V12 - 3 -> 2 V12 - 2", SmoothDrift(_two_for_three), on="", by=SYMBOLIC),
        Mutant("normaliser forgotten", SmoothDrift(_without_normaliser), on="", by=SYMBOLIC),
        Mutant("-2 -> 0, exact kernel", SmoothDrift(_cubic_without_two), on=str(FORMS[3]), by=CERTIFIED),
        Mutant("2 V12 - 2, exact kernel", SmoothDrift(_two_for_three), on=str(FORMS[0]), by=CERTIFIED),
        Mutant("normaliser forgotten, exact kernel", SmoothDrift(_without_normaliser), on=str(FORMS[1]), by=CERTIFIED),
    ],
)


@claim.for_all(SYMBOLIC)
def by_taylor_and_isserlis(statement: SmoothDrift, _: None, __: Trial) -> Evidence:
    """Limit, vanishing odd order, diagonal, its 1/n correction, and the noise, for symbolic derivatives at 0."""
    a, b, c, scale, f2, f3, f4, f5 = symbols()
    limit, odd, correction = drift_series(1)
    proof = Derivation().uses("Isserlis' theorem").uses("Taylor's theorem with polynomial growth of phi")
    proof.equal("drift of V^12", limit, statement.drift(a, b, c, f2, f3, scale), is_statement=True)
    diagonal = {b: a, c: a}
    proof.equal(
        "drift of V^11 = b V (V-1)",
        limit.subs(diagonal),
        statement.rate(f2, f3, scale) * a * (a - 1),
        is_statement=True,
    )
    proof.equal("no n^-1/2 correction", odd, 0)
    known = -27 * f2**4 - 72 * f2**2 * f3 + 30 * f2 * f4 * (a + 1) + 20 * f3**2 * a - 28 * f3**2 + 12 * f5 * (a + 1)
    proof.equal("1/n correction on the diagonal", correction.subs(diagonal), a * (a - 1) * known / (48 * scale**4))
    two, none, noise = variance_series()
    proof.equal("n Var V'^11 -> 2 V^2", two, 2 * a**2)
    proof.equal("no n^-1/2 correction of the noise", none, 0)
    proof.equal(
        "1/n correction of the noise", noise, a**2 * (21 * f2**2 * a - 3 * f2**2 + 8 * f3 * a - 4 * f3) / scale**2
    )
    wishart = wishart_covariance(a, b, c)
    for key, value in covariance_limit().items():
        proof.equal(f"Sigma {key}", value, wishart[key])
    return proof.evidence("Taylor expansion of one layer, symbolic derivatives")


@claim.certified
def against_elementary_kernels(statement: SmoothDrift, case: Form, _: Trial) -> Evidence:
    """At n = 10^8, |n E[V'-V] - drift| <= 10^-6 (1 + A + B)^3 (1 + |k|)^4 (1 + 1/a^4): the difference is (1/n) times a polynomial."""
    n = sp.Integer(10) ** 8
    a, b, c, k, scale = (sp.Rational(q.numerator, q.denominator) for q in (*case.covariance, case.k, case.scale))
    f2, f3 = case.shape.second, case.shape.third
    with working_bits(250):
        exact = ball_of(sp.sympify(case.closed.drift(n, scale, a, b, c)))
        stated = ball_of(sp.sympify(statement.drift(a, b, c, f2, f3, scale)))
        bound = ball_of((1 + a + b) ** 3 * (1 + abs(k)) ** 4 * (1 + 1 / scale**4) / 10**6)
        error = abs(exact - stated)
        figures = (Figure("n E[V'-V]", exact.str(12, radius=False)), Figure("limit", stated.str(12, radius=False)))
        sharpness = Figure("n times the difference", (error * flint.arb(10) ** 8).str(4, radius=False))
        return from_slack(bound - error, "exact kernel against the limit", str(case), *figures, sharpness=sharpness)
