"""D8. Linear network: V' is Wishart(n, V)/n, and moments, log-determinants and products of V_d are exact at every n and d.

E (V^aa)^k = prod_{j<k}(1+2j/n)^d; E log V_d = d (digamma(n/2) - log(n/2)) = -T - T/(3n) + ..., variance d trigamma(n/2);
2 V12^2 + V11 V22 has eigenvalue 1 + 2/n and det V has 1 - 1/n. Proof: n iid Gaussian neurons and Isserlis.
Source: Wishart theory (Muirhead, chapter 3); the limits are those of [D] at c_+ = c_-.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import flint
import sympy as sp

from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import CERTIFIED, SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, at_most, equal, mean, rational
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.covariance_sde.cases import Linear, linear_networks
from proofs_check.ledger.covariance_sde.norm_law import chain
from proofs_check.ledger.papers import COVARIANCE_SDE
from theory.covariance_sde.correlation import coordinates, generator
from theory.covariance_sde.linear_network import (
    mean_log_determinant,
    mean_log_norm,
    second_moment_matrix,
    squared_norm_moment,
    variance_log_norm,
)
from theory.covariance_sde.log_norm import norm_moment
from theory.enclosure.ball import ball_of, working_bits


@dataclass(frozen=True)
class LinearMoments:
    """Eigenvalue of 2 V12^2 + V11 V22, factor of det V, and n E log R = -1 + correction/n + O(n^-3)."""

    product: Callable[[sp.Expr], sp.Expr] = lambda n: 1 + 2 / n
    determinant: Callable[[sp.Expr], sp.Expr] = lambda n: 1 - 1 / n
    correction: Fraction = Fraction(-1, 3)

    def formula(self) -> Formula:
        """Return the two factors of one layer of a linear network, and the mean logarithm of R = V_1^11/V_0^11."""
        n = sp.Symbol("n")
        v11, v22, v12 = sp.symbols("V_0^11 V_0^22 V_0^12")
        w11, w22, w12 = sp.symbols("V_1^11 V_1^22 V_1^12")
        correction = rational(self.correction)
        return (
            equal(mean(w11 * w22 + 2 * w12**2), self.product(n) * (v11 * v22 + 2 * v12**2)),
            equal(mean(w11 * w22 - w12**2), self.determinant(n) * (v11 * v22 - v12**2)),
            at_most(sp.Abs(mean(sp.log(sp.Symbol("R"))) - (-1 / n + correction / n**2)), sp.Rational(4, 15) / n**4),
        )


claim = Claim(
    id="D8",
    title="A linear layer multiplies det V by 1 - 1/n and 2 V12^2 + V11 V22 by 1 + 2/n at every width, and n E log R = -1 - 1/(3n) + O(n^-3)",
    paper=COVARIANCE_SDE,
    statement=LinearMoments(),
    pinned=(Linear(5, 6), Linear(50, 50), Linear(200, 100, Fraction(-1, 2))),
    cases=linear_networks,
    mutants=[
        Mutant("det V conserved", LinearMoments(determinant=lambda _: sp.Integer(1)), on="", by=SYMBOLIC),
        Mutant("eigenvalue 1 + 1/n", LinearMoments(product=lambda n: 1 + 1 / n), on="", by=SYMBOLIC),
        Mutant("E log V_d = -T", LinearMoments(correction=Fraction(0)), on=str(Linear(50, 50)), by=CERTIFIED),
        Mutant("E log V_d = -T + T/(3n)", LinearMoments(correction=Fraction(1, 3)), on=str(Linear(5, 6)), by=CERTIFIED),
        Mutant(
            "E log V_d = -T + T/(3n), layers",
            LinearMoments(correction=Fraction(1, 3)),
            on=str(Linear(5, 6)),
            by=SAMPLED,
        ),
    ],
)


@claim.for_all(SYMBOLIC)
def by_isserlis(statement: LinearMoments, _: None, __: Trial) -> Evidence:
    """Eigenfunctions of the second moments at every width, their limits, and chi-square moments."""
    n = sp.Symbol("n", positive=True)
    (ab, ac), (cb, cc) = second_moment_matrix(n)
    proof = Derivation().uses("Isserlis' theorem")
    proof.uses(
        "log x - psi(x) = 1/(2x) + 1/(12x^2) - r, 0 <= r <= 1/(120 x^4) (DLMF 5.11.2 and 5.11(ii)); E log R = psi(n/2) - log(n/2)"
    )
    half = n / 2
    proof.equal("the 1/n^2 of E log R", -1 / (12 * half**2), statement.correction / n**2, is_statement=True)
    proof.equal("its 1/n", -1 / (2 * half), -1 / n)
    proof.nonnegative("its remainder is below 4/(15 n^4)", 4 / (15 * n**4) - 1 / (120 * half**4), {n: "nonnegative"})
    product, determinant = statement.product(n), statement.determinant(n)
    proof.equal("E (V11 V22 + 2 V12^2)', part V11 V22", ab + 2 * cb, product, is_statement=True)
    proof.equal("E (V11 V22 + 2 V12^2)', part V12^2", ac + 2 * cc, 2 * product, is_statement=True)
    proof.equal("E det V', part V11 V22", ab - cb, determinant, is_statement=True)
    proof.equal("E det V', part V12^2", ac - cc, -determinant, is_statement=True)
    for k in (1, 2, 3):
        proof.equal(
            f"E V^{k} of chi-square", norm_moment(k, sp.Integer(0), n), squared_norm_moment(k, n, sp.Integer(1))
        )
    v11, v22, v12 = coordinates()
    for name, function, factor in (
        ("V11 V22 + 2 V12^2", v11 * v22 + 2 * v12**2, product),
        ("det V", v11 * v22 - v12**2, determinant),
    ):
        rate = sp.limit(n * (factor - 1), n, sp.oo)
        proof.equal(f"generator of {name}", generator(function, (0, 0, 0)), rate * function)
    return proof.evidence("second moments and chi-square moments", sharpness=Figure("holds at finite n", "exactly"))


@claim.certified
def logarithms(statement: LinearMoments, case: Linear, trial: Trial) -> Evidence:
    """|E log R + 1/n - correction/n^2| <= 2/(15 n^4) (1 + 1): digamma's series alternates, DLMF 5.11.2."""
    n = case.width
    digits = trial.profile.digits
    mean, variance = mean_log_norm(n).ball(digits), variance_log_norm(n).ball(digits)
    log_det = mean_log_determinant(n, 2).ball(digits)
    with working_bits(200):
        stated = ball_of(Fraction(-1, n) + statement.correction / n**2)
        slack = flint.arb(4) / (15 * flint.arb(n) ** 4) - abs(mean - stated)
        figures = tuple(
            Figure(name, (case.depth * ball).str(15, radius=False))
            for name, ball in (("E log V_d", mean), ("Var log V_d", variance), ("E log det V_d/det V_0", log_det))
        )
        stated_text = Fraction(-1, n) + statement.correction / n**2
        number = f"4/(15*{n}**4) - Abs(polygamma(0, {n}/2) + log(2/{n}) - ({stated_text}))"
        return from_slack(slack, "E log R against its expansion", str(case), *figures, number=number)


@claim.sampled
def log_norms(statement: LinearMoments, case: Linear, trial: Trial) -> Evidence:
    """Test E log V_d; its variance d trigamma(n/2) is exact."""
    n, d = case.width, case.depth
    exact_tail = float(mean_log_norm(n).value(20)) + 1 / n + 1 / (3 * n**2)  # beyond the stated two terms
    mean = d * (-1 / n + float(statement.correction) / n**2 + exact_tail)
    variance = d * float(variance_log_norm(n).value(20))
    test = MeanTest.equal(mean, variance=variance, delta=0.1 * variance**0.5)
    config = {"delta": 0.0, "width": n, "depth": d, "repeats": 2000}
    return judge_mean(trial, test, chain, config, shards=10, what="log V_d")
