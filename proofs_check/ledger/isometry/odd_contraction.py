"""A9. If p_j = 0 for 2 <= j < m and alpha >= 1/(m-1), one layer contracts |rho|/(1-|rho|) by alpha, the best possible factor.

For an odd activation m = 3: alpha >= 1/2 suffices, and gamma(G^l) <= gamma(G^0) alpha^l, which is the exact rate of small
correlations. Proof: kappa <= alpha r + (1-alpha) r^m, and 1 - that = (1-r)(1 + (1-alpha)(r + ... + r^(m-1))), so the factor is
(alpha + (1-alpha) r^(m-1))/(1 + (1-alpha)(r + ... + r^(m-1))), at most alpha iff r^(m-2) <= alpha (1 + ... + r^(m-2)); the right
side over the left is least at r = 1. Without p_2 = 0 it fails: kappa = (4r + r^2)/5 has the factor 5/6 > 4/5 near r = 1.
Source: this project.
"""

from __future__ import annotations

from dataclasses import dataclass

import flint
import sympy as sp

from proofs_check import strategies
from proofs_check.claim.claim import CERTIFIED, SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, at_least, at_most, belongs, equal, function
from proofs_check.evidence.certified import from_monotone, from_proof, from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation, cannot_say
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung
from proofs_check.interval.contraction import prove_kernel_contraction
from proofs_check.interval.prover import prove_nonnegative
from proofs_check.ledger.activation_cases import nonlinear, rational_above
from proofs_check.ledger.isometry.layer_contraction import Rate
from proofs_check.ledger.isometry.layer_contraction import one_neuron_at_a_time as sample_neurons
from proofs_check.ledger.papers import ISOMETRY
from theory.activation import Activation, catalogue
from theory.kernel_map.correlation_map import is_odd
from theory.kernel_map.kernel_map import KernelMap
from theory.signal_propagation.contraction_constant import contraction_constant

DEGREES = (3, 4, 5, 7)
"""First nonlinear degrees m for which the algebra is carried out."""


def one_over_share(alpha: sp.Expr) -> sp.Expr:
    """Return 1/alpha."""
    return 1 / alpha


def enough_share(degree: int) -> sp.Rational:
    """Return 1/(m-1), the linear share from which on alpha is the factor if the first nonlinear degree is m."""
    return sp.Rational(1, degree - 1)


@dataclass(frozen=True)
class OddContraction:
    """kappa/(1-kappa) <= r/(1-r)/rate(alpha) if kappa has no term of degree 2 and alpha >= least_share.

    `lowered` takes this much off the first nonlinear degree: 1 admits every activation.
    """

    rate: Rate = one_over_share
    least_share: sp.Rational | None = None
    lowered: int = 0

    def threshold(self, degree: int) -> sp.Rational:
        """Return the least linear share for a first nonlinear degree."""
        return enough_share(degree) if self.least_share is None else self.least_share

    def silent(self, activation: Activation) -> str | None:
        """Return why the statement does not speak of an activation, or None."""
        if self.lowered == 0 and is_odd(KernelMap.centred(activation)) is not True:
            return "it is not shown to be odd up to a constant"
        share = KernelMap.centred(activation).slope_at_zero.ball(20)
        least = self.threshold(3)
        return None if share * int(least.q) >= int(least.p) else f"its linear share is not above {least}"

    def formula(self) -> Formula:
        """Return the contraction at first nonlinear degree 3, its conditions on p_2 and alpha, and what kappa is."""
        rho, alpha, k, p = sp.Symbol("rho"), sp.Symbol("alpha"), sp.Symbol("k", integer=True), sp.IndexedBase("p")
        kappa = function("kappa")(rho)
        return (
            at_most(kappa / (1 - kappa), rho / (1 - rho) / self.rate(alpha)),
            belongs(rho, sp.Interval.Ropen(0, 1)),
            equal(kappa, sp.Sum(p[k] * rho**k, (k, 1, sp.oo))),
            equal(function("kappa")(1), 1),
            at_least(p[k], 0),
            equal(alpha, p[1]),
            at_least(alpha, self.threshold(3)),
            *(equal(p[degree], 0) for degree in range(2, 3 - self.lowered)),
        )


def uncovered(activation: Activation) -> str | None:
    """Return why the true statement does not speak of an activation, or None."""
    return nonlinear(activation) or OddContraction().silent(activation)


claim = Claim(
    id="A9",
    title="An odd activation with alpha >= 1/2 contracts |rho|/(1-|rho|) by alpha per layer, its exact asymptotic rate",
    paper=ISOMETRY,
    statement=OddContraction(),
    pinned=catalogue("tanh", "erf", "sin", "sigmoid", "hardtanh", "sign", "cube", "relu"),
    cases=lambda: strategies.activations(odd=True),
    covers=uncovered,
    mutants=[
        Mutant("every activation, not only odd ones", OddContraction(lowered=1), on="relu", by=CERTIFIED),
        Mutant("the same, two-term map", OddContraction(lowered=1, least_share=sp.Rational(1, 2)), on="", by=SYMBOLIC),
        Mutant("odd with any alpha", OddContraction(least_share=sp.Integer(0)), on="", by=SYMBOLIC),
        Mutant("factor alpha^2", OddContraction(lambda alpha: 1 / alpha**2), on="tanh", by=CERTIFIED),
        Mutant("factor alpha^2, in samples", OddContraction(lambda alpha: 1 / alpha**2), on="sin", by=SAMPLED),
    ],
)


@claim.for_all(SYMBOLIC)
def majorised_by_two_terms(statement: OddContraction, _: None, __: Trial) -> Evidence:
    """Prove it for alpha r + (1-alpha) r^m, the largest map without the degrees between, for several m."""
    r, u = sp.symbols("r u")
    proof = Derivation().uses("Mehler's formula: kappa = sum p_k r^k, p_k >= 0, sum p_k = 1")
    for degree in DEGREES:
        least = statement.threshold(degree)
        alpha = least + (1 - least) * u  # from the threshold to 1
        first = degree - statement.lowered
        majorant = alpha * r + (1 - alpha) * r**first
        powers = sum(r**j for j in range(1, first))
        proof.equal(f"m = {first}: 1 - majorant", 1 - majorant, (1 - r) * (1 + (1 - alpha) * powers))
        proof.nonnegative(
            f"m = {first}: the factor is at most 1/rate",
            r / (1 - r) - statement.rate(alpha) * majorant / (1 - majorant),
            {r: "unit", u: "unit"},
            is_statement=True,  # the majorant is the kernel map of c_1 he_1 + c_m he_m
        )
    small = sp.Symbol("alpha", positive=True)
    kappa = small * r + (1 - small) * r**3
    ratio = sp.cancel(kappa / (1 - kappa) / (r / (1 - r))).subs(r, 0)
    proof.equal("the factor tends to alpha at 0: no smaller one holds", ratio, small)
    return proof.evidence(f"majorised by two terms, for m in {DEGREES}", sharpness=Figure("best factor at 0", "alpha"))


@claim.certified
def best_constant_is_the_share(statement: OddContraction, activation: Activation, _: Trial) -> Evidence:
    """Compare the rate with beta*; that beta* = 1/alpha exactly is proved by the slopes at r = 0."""
    reason = statement.silent(activation)
    if reason is not None:
        return cannot_say(Rung.CERTIFIED, f"the statement is silent: {reason}")
    kernel = KernelMap.centred(activation)
    found = contraction_constant(kernel, 12)
    alpha = kernel.slope_at_zero.ball(25)
    stated = statement.rate(alpha)
    exact = found.at == 0 and found.exact is not None and statement.rate is one_over_share
    slack = flint.arb(0) if exact else found.ball - stated
    figures = (Figure("beta*", found.ball.mid().str(12, radius=False), found.ball.rad().str(2, radius=False)),)
    sharpness = Figure("beta* is 1/alpha", "exactly") if exact else None
    where = f"{activation}: beta* = {found.ball.str(10)}, rate {stated.str(10)}"
    return from_slack(slack, "beta* - rate", where, *figures, sharpness=sharpness)


@claim.certified
def away_from_zero(statement: OddContraction, activation: Activation, trial: Trial) -> Evidence:
    """Certify the contraction on [1/100, 1] by the branch and bound of A7; at 0 it is an equality."""
    reason = statement.silent(activation)
    if reason is not None:
        return cannot_say(Rung.CERTIFIED, f"the statement is silent: {reason}")
    kernel = KernelMap.centred(activation)
    rate = rational_above(statement.rate, kernel)
    what = f"r in [1/100, 1], rate {sp.N(rate, 8)}"
    if kernel.expression is not None and kernel.expression.is_polynomial(kernel.symbol):
        r, kappa = kernel.symbol, kernel.expression
        return from_proof(prove_nonnegative(r * (1 - kappa) - rate * kappa * (1 - r), {r: ("1/100", 1)}), what)
    coefficients = kernel.coefficients(80, trial.profile.digits)[1:]
    proof = prove_kernel_contraction(coefficients, rate, low="1/100", activation=sp.sstr(activation.sympy))
    return from_monotone(proof, what)


@claim.sampled
def one_neuron_at_a_time(statement: OddContraction, activation: Activation, trial: Trial) -> Evidence:
    """Test E (s(U)-c_0)(s(V)-c_0)/Var s <= bound(rho), as for A7."""
    reason = statement.silent(activation)
    if reason is not None:
        return cannot_say(Rung.SAMPLED, f"the statement is silent: {reason}")
    return sample_neurons(statement, activation, trial)
