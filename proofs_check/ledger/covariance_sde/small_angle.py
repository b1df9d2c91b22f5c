"""D24. Unshaped relu of width n at a vanishing angle, exactly: -E ln(sin^2 theta'/sin^2 theta) = E[psi(K/2) - psi((K-1)/2)] = 2/n + 8/n^2 + ...

K ~ Bin(n, 1/2) given K >= 2; the variance of the logarithm is 8/n + ..., which leaves the mean of u'/u the drift +2/n that D21 states (its own mean is
infinite at an angle of 0, since K = 2 has E 1/chi^2_2 = oo). The published closed approximation is 2/n + 100/n^2 + ..., too large by 92/n^2 + ...: 2.2 times
at n = 20, 1.41 at 100, 1.17 at 256. Source: this project; the approximation is that of Jakub and Nica, JMLR 25 (239), arXiv 2302.09712, read second-hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import flint
import numpy as np
import sympy as sp

from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import CERTIFIED, SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function, mean
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import Derivation, cannot_say
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung
from proofs_check.ledger.fixed_points.kernel_cases import combined
from proofs_check.ledger.papers import COVARIANCE_SDE
from theory.covariance_sde.small_angle import log_sine_mean_by_sums, log_sine_moments, published_mean
from theory.enclosure.ball import ball_of

WIDTHS = (20, 100, 256)
MEAN, EXPANSIONS = PARTS = "mean", "expansions"
LAYERS = 20_000


def exact_mean(width: int) -> flint.arb:
    """Return -E ln by harmonic sums."""
    return log_sine_mean_by_sums(width)


def leading_mean(width: int) -> flint.arb:
    """Return 2/n."""
    return ball_of(sp.Rational(2, width))


@dataclass(frozen=True)
class SmallAngle:
    """-E ln = mean(n), with expansion 2/n + second/n^2, and n Var ln -> noise."""

    mean: Callable[[int], flint.arb] = exact_mean
    second: int = 8
    noise: int = 8

    def formula(self) -> Formula:
        """Return the mean as digamma values at the random number of active units, and both expansions."""
        n, k, angle = sp.symbols("n K theta")
        ratio = function("ln")(sp.sin(function("theta'")(angle)) ** 2 / sp.sin(angle) ** 2)
        exact = mean(sp.digamma(k / 2) - sp.digamma((k - 1) / 2))
        stated = exact if self.mean is exact_mean else function(self.mean.__name__)(n)
        return (
            equal(-mean(ratio), stated),
            equal(exact, 2 / n + self.second / n**2 + sp.Order(1 / n**3, (n, sp.oo))),
            equal(function("Var")(ratio), self.noise / n + sp.Order(1 / n**2, (n, sp.oo))),
        )


claim = Claim(
    id="D24",
    title="A relu layer of width n at a vanishing angle shrinks ln sin^2 by 2/n + 8/n^2 + ..., exactly a mean of digamma values",
    paper=COVARIANCE_SDE,
    statement=SmallAngle(),
    parts=PARTS,
    pinned=WIDTHS,
    mutants=[
        *(
            Mutant(f"published approximation, n = {n}", SmallAngle(published_mean), on=str(n), by=CERTIFIED, part=MEAN)
            for n in WIDTHS
        ),
        Mutant("2/n alone", SmallAngle(leading_mean), on="100", by=CERTIFIED, part=MEAN),
        Mutant("published approximation, layers", SmallAngle(published_mean), on="20", by=SAMPLED, part=MEAN),
        Mutant("2/n + 100/n^2", SmallAngle(second=100), on="", by=SYMBOLIC, part=EXPANSIONS),
        Mutant("noise 4/n", SmallAngle(noise=4), on="", by=SYMBOLIC, part=EXPANSIONS),
    ],
)


@claim.for_all(SYMBOLIC, part=EXPANSIONS)
def expansions(statement: SmallAngle, _: None, __: Trial) -> Evidence:
    """Expand digamma and trigamma at large K and average over the binomial law; its tail K < n/4 is exponentially small."""
    k, n, e = sp.symbols("K n e", positive=True)
    proof = Derivation().uses("Stirling's series of digamma and trigamma").uses("concentration of K around n/2")

    def at_large(expression: sp.Expr, order: int) -> sp.Expr:
        return sp.series(expression.subs(k, 1 / e), e, 0, order).removeO().subs(e, 1 / k)

    def digamma(x: sp.Expr) -> sp.Expr:
        return sp.log(x) - 1 / (2 * x) - 1 / (12 * x**2)

    def trigamma(x: sp.Expr) -> sp.Expr:
        return 1 / x + 1 / (2 * x**2)

    step = at_large(
        sp.expand_log(sp.log(1 / (1 - 1 / k))) + digamma(k / 2) - digamma((k - 1) / 2) - sp.log(k / (k - 1)), 3
    )
    proof.equal("psi(K/2) - psi((K-1)/2) to K^-2", step, 1 / k + sp.Rational(3, 2) / k**2)
    deviation = sp.Symbol("d")  # K = n/2 + d with E d = 0, E d^2 = n/4
    taylor = sp.series(step.subs(k, n / 2 + deviation), deviation, 0, 3).removeO()
    average = sp.expand(taylor.coeff(deviation, 0) + taylor.coeff(deviation, 2) * n / 4)
    proof.equal("coefficient of 1/n of the mean", sp.limit(average * n, n, sp.oo), 2)
    second = sp.limit((average - 2 / n) * n**2, n, sp.oo)
    proof.equal("coefficient of 1/n^2 of the mean", second, statement.second, is_statement=True)
    spread = at_large(trigamma(k / 2) + trigamma((k - 1) / 2), 2).subs(k, n / 2)
    proof.equal("n Var ln", sp.limit(spread * n, n, sp.oo), statement.noise, is_statement=True)
    proof.equal("drift of u'/u: -2 + noise/2", -2 + sp.Rational(statement.noise, 2), 2, is_statement=True)
    return proof.evidence("expansions at large width", sharpness=Figure("drift of u", "+2/n"))


@claim.on_cases(CERTIFIED, part=MEAN)
def by_digamma_values(statement: SmallAngle, width: int, _: Trial) -> Evidence:
    """Compare the stated mean with that of ln chi^2_K - ln chi^2_{K-1}, E ln chi^2_k = psi(k/2) + ln 2, by balls within 1e-12."""
    exact, stated = log_sine_moments(width)[0], statement.mean(width)
    slack = ball_of(sp.Rational(1, 10**12)) - abs(exact - stated)
    where = f"n = {width}: exact {exact.str(8, radius=False)}, stated {stated.str(8, radius=False)}"
    excess = published_mean(width) / exact
    published = from_slack(
        excess - 1, "the published approximation is larger", f"n = {width}: {excess.str(4, radius=False)} times"
    )
    figure = Figure("published over exact", excess.str(5, radius=False))
    return combined([from_slack(slack, "mean of digamma values", where, figure), published])


@claim.on_cases(SAMPLED, part=MEAN)
def layers_at_a_vanishing_angle(statement: SmallAngle, width: int, trial: Trial) -> Evidence:
    """Test -E ln on layers of relu, differentiated at a first input: the second differs infinitesimally."""
    if width != WIDTHS[0]:
        return cannot_say(Rung.SAMPLED, "sampled at the least width, where the approximations differ most", silent=True)
    stated, variance = float(statement.mean(width)), float(log_sine_moments(width)[1])
    test = MeanTest.equal(stated, variance=variance * (1 + 1e-9), delta=0.1 * float(log_sine_moments(width)[0]))
    return judge_mean(trial, test, log_sines, {"width": width}, shards=24, what="-ln sin^2 ratio")


def log_sines(rng: np.random.Generator, width: int) -> np.ndarray:
    """Return -ln of the ratio of squared sines for layers with at least two active units."""
    first, difference = rng.standard_normal((2, LAYERS, width))
    active = first > 0
    first, difference = np.where(active, first, 0.0), np.where(active, difference, 0.0)
    enough = active.sum(1) >= 2
    first, difference = first[enough], difference[enough]
    length = (first**2).sum(1)
    across = (difference**2).sum(1) - (difference * first).sum(1) ** 2 / length
    return np.log(length) - np.log(across)
