"""D10. In a linear network sh = rho/sqrt(1-rho^2) obeys E sh_d = ((n-1)/(n-2))^d sh_0 and E sh_d^2 + 1/3 grows by n/(n-3).

Proof: sh' = (sh |x| + u)/|w| with independent chi variables. In the limit L sinh^k Y = k(k+1)/2 sinh^k + k(k-1)/2
sinh^{k-2}. One layer: E rho' = rho (2/n)(Gamma((n+1)/2)/Gamma(n/2))^2 2F1(1/2,1/2;(n+2)/2;rho^2). Source: Muirhead 5.1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import flint
import numpy as np
import sympy as sp

from numerics.covariance_sde.scalar_chain import linear_correlation_chain
from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import CERTIFIED, SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, above, at_most, equal, mean
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.covariance_sde.cases import Linear, linear_networks
from proofs_check.ledger.papers import COVARIANCE_SDE
from theory.covariance_sde.correlation import one_dimensional_generator
from theory.covariance_sde.linear_network import mean_correlation_layer, sinh_moment_factors
from theory.enclosure.ball import ball_of, working_bits


@dataclass(frozen=True)
class SinhMoments:
    """Factors of E sh and E sh^2 + 1/3 per layer, and lim n (E rho' - rho)."""

    first: Callable[[sp.Expr], sp.Expr] = lambda n: (n - 1) / (n - 2)
    second: Callable[[sp.Expr], sp.Expr] = lambda n: n / (n - 3)
    bias: Callable[[Fraction], Fraction] = lambda rho: -rho * (1 - rho**2) / 2

    def formula(self) -> Formula:
        """Return the factors of one linear layer for sh = rho/sqrt(1-rho^2), and the bias of rho to order 1/n."""
        n, before, after, rho = sp.symbols("n sh_0 sh_1 rho_0")
        third = sp.Rational(1, 3)
        bias = n * mean(sp.Symbol("rho_1") - rho)
        return (
            equal(mean(after), self.first(n) * before),
            equal(mean(after**2) + third, self.second(n) * (before**2 + third)),
            at_most(sp.Abs(bias - self.bias(rho)), sp.Abs(rho) / n),
            equal(before, rho / sp.sqrt(1 - rho**2)),
            above(n, 7),
        )


CASE = Linear(8, 4)
SINH, BIAS = PARTS = (
    "two moments of sinh",
    "the bias of rho",
)
claim = Claim(
    id="D10",
    title="sinh of the hyperbolic distance has exact first and second moments in a linear network, and rho a bias of -rho(1-rho^2)/(2n)",
    paper=COVARIANCE_SDE,
    statement=SinhMoments(),
    parts=PARTS,
    pinned=(CASE, Linear(50, 20), Linear(200, 20, Fraction(-3, 5))),
    cases=linear_networks,
    covers=lambda case: None if case.width > 7 else "E sh^4, which bounds the noise of samples, needs n > 7",
    mutants=[
        Mutant("E sh conserved", SinhMoments(first=lambda _: sp.Integer(1)), on="", by=SYMBOLIC, part=SINH),
        Mutant("n/(n-2) for n/(n-3)", SinhMoments(second=lambda n: n / (n - 2)), on="", by=SYMBOLIC, part=SINH),
        Mutant("E rho' = rho", SinhMoments(bias=lambda rho: 0 * rho), on=str(Linear(50, 20)), by=CERTIFIED, part=BIAS),
        Mutant(
            "E sh conserved, networks", SinhMoments(first=lambda _: sp.Integer(1)), on=str(CASE), by=SAMPLED, part=SINH
        ),
    ],
)


@claim.for_all(SYMBOLIC, part=SINH)
def by_chi_variables(statement: SinhMoments, _: None, __: Trial) -> Evidence:
    """The two factors from Gamma functions, their limits, and the generator on powers of sinh."""
    n = sp.Symbol("n", positive=True)
    first, second = sinh_moment_factors(n)
    proof = Derivation().uses("moments of chi variables")
    proof.equal("factor of E sh", first, statement.first(n), is_statement=True)
    proof.equal("factor of E sh^2 + 1/3", second, statement.second(n), is_statement=True)
    y, e = sp.symbols("y e", positive=True)
    # drift of Y is tanh(y)/2; hyperbolic functions as rational functions of e = exp(y)
    rational = {sp.exp(y): e, sp.exp(-y): 1 / e}
    for k in (1, 2, 3, 4):
        found = one_dimensional_generator(sp.sinh(y) ** k, y, sp.tanh(y) / 2, sp.Integer(1))
        stated = sp.Rational(k * (k + 1), 2) * sp.sinh(y) ** k + sp.Rational(k * (k - 1), 2) * sp.sinh(y) ** (k - 2)
        difference = (found - stated).rewrite(sp.exp).subs(rational)
        proof.equal(f"L sinh^{k}", difference, 0)
    for k, factor in ((1, first), (2, second)):
        proof.equal(f"limit of factor {k}", sp.limit(n * (factor - 1), n, sp.oo), sp.Rational(k * (k + 1), 2))
    return proof.evidence("chi variables at every width", sharpness=Figure("holds at finite n", "exactly"))


@claim.on_cases(CERTIFIED, part=BIAS)
def mean_correlation_after_one_layer(statement: SinhMoments, case: Linear, trial: Trial) -> Evidence:
    """|n (E rho' - rho) - bias| <= |rho|/n by the hypergeometric series in balls; exact for rho = 0."""
    n = case.width
    mean = mean_correlation_layer(case.rho, n).ball(trial.profile.digits)
    with working_bits(160):
        step = n * (mean - ball_of(case.rho))
        slack = abs(ball_of(case.rho)) / n - abs(step - ball_of(statement.bias(case.rho)))
        if case.rho == 0:
            slack = flint.arb(10) ** -trial.profile.digits * 10 - abs(step)
        figure = Figure("n (E rho' - rho)", step.str(15, radius=False))
        return from_slack(slack, "bias of one layer", str(case), figure)


@claim.on_cases(SAMPLED, part=SINH)
def networks(statement: SinhMoments, case: Linear, trial: Trial) -> Evidence:
    """Test E sh_d; its variance is exact by the second factor."""
    n, d = sp.Integer(case.width), case.depth
    rho = float(case.rho)
    start = rho / np.sqrt(1 - rho**2)
    truth = sinh_moment_factors(n)
    square = float(truth[1]) ** d * (start**2 + 1 / 3) - 1 / 3
    mean = float(statement.first(n)) ** d * start
    variance = square - (float(truth[0]) ** d * start) ** 2
    test = MeanTest.equal(mean, variance=variance * (1 + 1e-9), delta=0.1 * variance**0.5)
    config = {"rho": rho, "width": case.width, "depth": d}
    return judge_mean(trial, test, sinh_of_networks, config, shards=12, what="E rho/sqrt(1-rho^2)")


def sinh_of_networks(rng: np.random.Generator, rho: float, width: int, depth: int) -> np.ndarray:
    """Return rho/sqrt(1-rho^2) of 4 000 linear networks."""
    return linear_correlation_chain(rho, width, depth, rng, repeats=4_000)
