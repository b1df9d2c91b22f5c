"""D6. At width n, R = V'/V has n Var R = 2 + 3 delta^2 and n E log R = -(2+3delta^2)/2 + m2/n + O(n^-2).

m2 = (8+36delta^2)/3 - (3/4)(2+3delta^2)^2. Proof: R is the mean of n iid terms with known cumulants; log R is expanded.
With delta^2 ~ (c_+ - c_-)^2/n this gives E log V_T = -T - T [1/3 + (3/2)(c_+ - c_-)^2]/n + ... Certified: the expansion
against Frullani's integral in balls. Source: derived here; it decides which tests of [D]'s limit are fair.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import flint
import numpy as np
import sympy as sp

from numerics.covariance_sde.scalar_chain import log_norm_chain
from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import CERTIFIED, SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function, mean, rational
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.covariance_sde.cases import LINEAR, ONE_SIDED, SYMMETRIC, Slopes, slopes
from proofs_check.ledger.papers import COVARIANCE_SDE
from theory.covariance_sde.log_norm import laplace_transform, log_cumulant_series, mean_log, norm_moment, term_cumulant
from theory.enclosure.ball import ball_of, working_bits


def _second(delta: sp.Expr) -> sp.Expr:
    return (8 + 36 * delta**2) / 3 - sp.Rational(3, 4) * (2 + 3 * delta**2) ** 2


@dataclass(frozen=True)
class FiniteNorm:
    """n Var R and the two coefficients of n E log R = first + second/n."""

    variance: Callable[[sp.Expr], sp.Expr] = lambda delta: 2 + 3 * delta**2
    first: Callable[[sp.Expr], sp.Expr] = lambda delta: -(2 + 3 * delta**2) / 2
    second: Callable[[sp.Expr], sp.Expr] = _second

    def formula(self) -> Formula:
        """Return variance and mean logarithm of R = V_1/V_0 at width n, and what delta is."""
        n, delta, ratio, up, down = sp.symbols("n delta R s_+ s_-")
        first, second = rational(self.first(delta)), rational(self.second(delta))
        return (
            equal(n * function("Var")(ratio), self.variance(delta)),
            equal(n * mean(sp.log(ratio)), first + second / n + function("O")(n**-2)),
            equal(delta, (up**2 - down**2) / (up**2 + down**2)),
        )


NO_SHAPE = FiniteNorm(first=lambda _: sp.Integer(-1), second=lambda _: sp.Rational(-1, 3))
RELU = Slopes(Fraction(0), Fraction(-10))
"""s_- = 0 at n = 100: unshaped relu, delta = 1."""

VARIANCE, LOGARITHM = PARTS = (
    "the variance of R",
    "the mean of log R",
)
claim = Claim(
    id="D6",
    title="The squared norm at finite width has n Var R = 2 + 3 delta^2 and n E log R = -(2+3delta^2)/2 + m2/n + O(n^-2)",
    paper=COVARIANCE_SDE,
    statement=FiniteNorm(),
    parts=PARTS,
    pinned=(SYMMETRIC, ONE_SIDED, LINEAR, RELU),
    cases=slopes,
    mutants=[
        Mutant("3 delta^2 dropped", FiniteNorm(variance=lambda _: sp.Integer(2)), on="", by=SYMBOLIC, part=VARIANCE),
        Mutant("n E log R = -1 - 1/(3n) always", NO_SHAPE, on=str(SYMMETRIC), by=CERTIFIED, part=LOGARITHM),
        Mutant("no 1/n term", FiniteNorm(second=lambda delta: 0 * delta), on=str(LINEAR), by=CERTIFIED, part=LOGARITHM),
        Mutant(
            "no 1/n term, relu", FiniteNorm(second=lambda delta: 0 * delta), on=str(RELU), by=CERTIFIED, part=LOGARITHM
        ),
        Mutant(
            "3 delta^2 dropped, layers",
            FiniteNorm(variance=lambda _: sp.Integer(2)),
            on=str(RELU),
            by=SAMPLED,
            part=VARIANCE,
        ),
    ],
)


@claim.for_all(SYMBOLIC)
def by_cumulants(statement: FiniteNorm, _: None, __: Trial) -> Evidence:
    """Moments of R and the expansion of log R from the cumulants of one term; then depth d = nT at delta^2 = s/n."""
    delta, n, s = sp.symbols("delta n s", positive=True)
    m1, m2 = log_cumulant_series()[0]
    symbol = sp.Symbol("delta")
    proof = Derivation().uses("moments of a mean of n iid terms")
    proof.equal("n Var R", n * (norm_moment(2, delta, n) - 1), statement.variance(delta), is_statement=True)
    third = n**2 * (norm_moment(3, delta, n) - 3 * norm_moment(2, delta, n) + 2)
    proof.equal("n^2 E (R-1)^3", third, 8 + 36 * delta**2)
    proof.equal("first coefficient of n E log R", m1, statement.first(symbol), is_statement=True)
    proof.equal("second coefficient", m2, statement.second(symbol), is_statement=True)
    total = statement.first(delta) + statement.second(delta) / n
    shaped = sp.expand(total.subs(delta**2, s / n).subs(delta, sp.sqrt(s / n)))
    proof.equal("E log V_T / T", shaped.coeff(n, 0), -1, is_statement=True)
    proof.equal("its 1/n correction", shaped.coeff(n, -1), -(sp.Rational(1, 3) + sp.Rational(3, 2) * s))
    return proof.evidence("cumulants of the mean of n terms")


@claim.on_cases(CERTIFIED, part=LOGARITHM)
def against_frullani(statement: FiniteNorm, case: Slopes, trial: Trial) -> Evidence:
    """Enclose n E log R and compare with the two coefficients: the remainder is below 40 n^-2 (4 n^-2 for delta = 0)."""
    delta, n = case.shape.delta, case.width
    exact = n * mean_log(abs(delta), n).ball(trial.profile.digits)
    with working_bits(160):
        stated = ball_of(statement.first(delta) + statement.second(delta) / n)
        remainder = abs(exact - stated)
        bound = flint.arb(4 + 36 * int(delta != 0)) / n**2
        figures = (Figure("n E log R", exact.str(20, radius=False)), Figure("expansion", stated.str(12, radius=False)))
        sharpness = Figure("n^2 times the remainder", (remainder * n**2).str(4, radius=False))
        return from_slack(bound - remainder, "remainder below its bound", str(case), *figures, sharpness=sharpness)


@claim.on_cases(SAMPLED, part=VARIANCE)
def variance_of_layers(statement: FiniteNorm, case: Slopes, trial: Trial) -> Evidence:
    """Test n E (R-1)^2 = stated; its fourth moment n^2 E (R-1)^4 is known, and so the variance of the samples."""
    delta, n = case.shape.delta, case.width
    k2, k4 = (float(term_cumulant(k, delta)) for k in (2, 4))
    test = MeanTest.equal(float(statement.variance(delta)), variance=2 * k2**2 + k4 / n, delta=0.2)
    with working_bits(100):
        check = laplace_transform(Fraction(int(delta.p), int(delta.q)), n, flint.arb(1))
    assert 0 < check < 1  # the transform the certified rung integrates, at t = 1
    config = {"delta": float(delta), "width": n}
    return judge_mean(trial, test, squared_deviations, config, shards=8, what="n (R-1)^2")


def squared_deviations(rng: np.random.Generator, delta: float, width: int) -> np.ndarray:
    """Return n (R-1)^2 of 10 000 layers, exactly in law."""
    return width * np.expm1(log_norm_chain(delta, width, 1, rng, repeats=10_000)) ** 2
