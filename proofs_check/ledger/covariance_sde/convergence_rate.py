"""D23. Networks of width and depth n approach the SDE's law of (log V_T, rho_T) at rate 1/n (a measured law).

E log V_n + 1 is -[1/3 + (3/2)(c_+ - c_-)^2]/n to leading order (D6), so no faster rate holds; the Kolmogorov distances of
networks, n = 50 to 300, are .2/n (linear) to 2/n. Certified: the bias of E log V at n and 4n. Sampled: rho_T at n = 50.
Source: this project. A conjecture as a rate for the law; `numerics.covariance_sde.finite_size` rests on it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import sympy as sp

from numerics.covariance_sde.chain import correlations, final_covariances
from numerics.covariance_sde.finite_size import correlation_size
from numerics.covariance_sde.shaped_activation import shaped_relu_map
from proofs_check.claim.claim import CERTIFIED, SAMPLED, Claim, Mutant
from proofs_check.claim.formula import Formula, at_most, equal, function, law, limit, mean, rational
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.sampled import judge_law
from proofs_check.evidence.symbolic import cannot_say
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung
from proofs_check.ledger.covariance_sde.cases import LINEAR, ONE_SIDED, SYMMETRIC, Slopes, slopes
from proofs_check.ledger.covariance_sde.correlation_sde import artanh_correlations, limit_law
from proofs_check.ledger.papers import COVARIANCE_SDE
from theory.activation.shaping import ShapedRelu
from theory.covariance_sde.log_norm import mean_log
from theory.enclosure.ball import ball_of, working_bits

WIDTH = 50


@dataclass(frozen=True)
class ConvergenceRate:
    """The bias of E log V_T falls like n^-order; networks of width 50 have the law of depth `time` times n."""

    order: Fraction = Fraction(1)
    time: Fraction = Fraction(1)

    def formula(self) -> Formula:
        """Return how the bias b(n) of the log norm at n = 400 and 1600 compares, and the law that rho has in depth and width n."""
        n, time = sp.Symbol("n"), rational(self.time)
        bias, correlation = function("b"), function("rho_n")
        ratio, power, margin = bias(400) / bias(1600), sp.Integer(4) ** rational(self.order), sp.Rational(13, 10)
        return (
            at_most(power / margin, ratio),
            at_most(ratio, power * margin),
            equal(bias(n), mean(sp.log(function("V_n")(1))) + 1),
            equal(limit(law(correlation(time)), n), law(function("rho")(1))),
        )


RATE, LAW = PARTS = (
    "the rate of the bias",
    "the law of the correlation",
)
claim = Claim(
    id="D23",
    title="Shaped networks of width and depth n approach the law of the SDE at rate 1/n",
    paper=COVARIANCE_SDE,
    statement=ConvergenceRate(),
    parts=PARTS,
    pinned=(SYMMETRIC, ONE_SIDED, LINEAR),
    cases=slopes,
    conjecture=True,
    mutants=[
        Mutant("rate 1/n^2", ConvergenceRate(order=Fraction(2)), on=str(SYMMETRIC), by=CERTIFIED, part=RATE),
        Mutant("rate n^-1/2", ConvergenceRate(order=Fraction(1, 2)), on=str(SYMMETRIC), by=CERTIFIED, part=RATE),
        Mutant("rate n^-1/2, linear", ConvergenceRate(order=Fraction(1, 2)), on=str(LINEAR), by=CERTIFIED, part=RATE),
        Mutant("time halved", ConvergenceRate(time=Fraction(1, 2)), on=str(SYMMETRIC), by=SAMPLED, part=LAW),
    ],
)


@claim.on_cases(CERTIFIED, part=RATE)
def bias_of_the_log_norm(statement: ConvergenceRate, case: Slopes, trial: Trial) -> Evidence:
    """Compare n (E log R) + 1 at n = 400 and 1600 in balls: the ratio is 4^order within a factor 1.3."""
    with working_bits(160):
        biases = []
        for n in (400, 1600):
            delta = ShapedRelu(case.c_plus, case.c_minus, n).delta
            biases.append(n * mean_log(abs(delta), n).ball(trial.profile.digits) + 1)
        ratio = biases[0] / biases[1]
        power = (ball_of(statement.order) * ball_of(4).log()).exp()
        slack = (ball_of(Fraction(13, 10)) * power - ratio).min(ratio - power / ball_of(Fraction(13, 10)))
        figures = tuple(
            Figure(f"n (E log V_1 + 1) at n = {n}", (n * bias).str(10, radius=False))
            for n, bias in zip((400, 1600), biases, strict=True)
        )
        return from_slack(slack, "ratio of biases", f"{case}: ratio {ratio.str(6)}", *figures)


@claim.on_cases(SAMPLED, part=LAW)
def correlations_of_narrow_networks(statement: ConvergenceRate, case: Slopes, trial: Trial) -> Evidence:
    """Compare artanh rho at width and depth 50 with the SDE's law, up to noise and the measured bias of order 1/n."""
    if case.strength > 4 or (case.c_plus + case.c_minus != 0 and case.strength > 1):
        return cannot_say(Rung.SAMPLED, "the bias is measured for (1, -1), (0, -1) and the linear network only")
    energy = float(replace(case, width=WIDTH).shape.energy)
    size = correlation_size(case.strength, float(case.rho))
    config = {"c_plus": float(case.c_plus), "c_minus": float(case.c_minus), "rho": float(case.rho)}
    depth = int(WIDTH * statement.time)
    return judge_law(
        trial,
        narrow,
        {**config, "width": WIDTH, "depth": depth, "networks": 500},
        np.asarray,
        limit_law(case.strength, float(case.rho), 1, 1),
        shards=6,
        delta=0.25,
        what=f"artanh rho at n = {WIDTH}, d = {depth}",
        bias=size.bias(WIDTH) + 0.05 * case.strength * abs(2 / energy - 1),
    )


def narrow(
    rng: np.random.Generator, c_plus: float, c_minus: float, rho: float, width: int, depth: int, networks: int
) -> np.ndarray:
    """Return artanh rho after `depth` layers."""
    if depth == width:
        return artanh_correlations(rng, c_plus, c_minus, rho, width, networks)

    phi = shaped_relu_map(c_plus, c_minus, width)
    last = final_covariances(phi, [[1.0, rho], [rho, 1.0]], width, depth, rng, repeats=networks)
    return np.arctanh(np.clip(correlations(last), -1 + 1e-15, 1 - 1e-15))
