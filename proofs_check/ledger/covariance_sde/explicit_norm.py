"""D18. V_t = V_0 Y_t/(1 - b V_0 int_0^t Y_s ds), Y_t = exp(-(b+1)t + sqrt2 B_t), solves dV = bV(V-1)dt + sqrt2 V dB.

U = 1/V obeys dU = (-b + (b+2)U) dt - sqrt2 U dB, so E U_t = b/(b+2) + (1/V_0 - b/(b+2)) e^{(b+2)t}; moments of V do not close
unless b = 0. Proof: Ito's formula for Y and its integral. Source: this project, from [D]'s norm SDE.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import sympy as sp

from numerics.covariance_sde.fokker_planck import transition_law
from proofs_check.claim.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, Increment, at_most, differs, equal, function, mean
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import judge_law
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.covariance_sde.cases import Rate, rates
from proofs_check.ledger.papers import COVARIANCE_SDE
from theory.covariance_sde.norm_diffusion import norm_generator

TIME, STEPS = 0.5, 400


@dataclass(frozen=True)
class ExplicitNorm:
    """Y_t = exp(-decay(b) t + sqrt2 B_t), and E U_t for b != -2."""

    decay: Callable[[sp.Expr], sp.Expr] = lambda b: b + 1
    growth: Callable[[sp.Expr], sp.Expr] = lambda b: b + 2

    def formula(self) -> Formula:
        """Return the explicit solution of the norm's equation, and the mean of U = 1/V."""
        b, start, t, u, state = sp.symbols("b V_0 t u V")
        time, brownian = Increment(t), Increment(sp.Symbol("B"))
        path, level = function("Y"), b / (b + 2)
        decay, growth = self.decay(b), self.growth(b)
        return (
            equal(sp.Symbol("V_t"), start * path(t) / (1 - b * start * sp.Integral(path(u), (u, 0, t)))),
            equal(path(t), sp.exp(-decay * t + sp.sqrt(2) * sp.Symbol("B_t"))),
            at_most(b, 0),
            differs(b, -2),
            equal(mean(1 / sp.Symbol("V_t")), level + (1 / start - level) * sp.exp(growth * t)),
            equal(Increment(state), b * state * (state - 1) * time + sp.sqrt(2) * state * brownian),
        )


SLOW = Rate(Fraction(-3))
claim = Claim(
    id="D18",
    title="The squared norm is V_0 Y/(1 - b V_0 int Y) for an explicit geometric Brownian motion Y, and 1/V has closed moments",
    paper=COVARIANCE_SDE,
    statement=ExplicitNorm(),
    pinned=(SLOW, Rate(Fraction(-1, 2))),
    cases=lambda: rates(Fraction(-5), Fraction(0)),
    mutants=[
        Mutant("Y decays at rate b", ExplicitNorm(lambda b: b), on="", by=SYMBOLIC),
        Mutant("Y decays at rate b+2", ExplicitNorm(lambda b: b + 2), on="", by=SYMBOLIC),
        Mutant("E U grows at rate b+1", ExplicitNorm(growth=lambda b: b + 1), on="", by=SYMBOLIC),
        Mutant("Y decays at rate b-1, paths", ExplicitNorm(lambda b: b - 1), on=str(SLOW), by=SAMPLED),
    ],
)


@claim.for_all(SYMBOLIC)
def by_ito(statement: ExplicitNorm, _: None, __: Trial) -> Evidence:
    """Ito's formula for V(Y, I), dI = Y dt, dY = (1 - decay) Y dt + sqrt2 Y dB; then moments of U = 1/V."""
    y, i, v0, v, u = sp.symbols("y i v0 v u", positive=True)
    b, q = sp.symbols("b q", real=True)
    solution = v0 * y / (1 - b * v0 * i)
    drift = (
        (1 - statement.decay(b)) * y * sp.diff(solution, y) + y * sp.diff(solution, i) + y**2 * sp.diff(solution, y, 2)
    )
    proof = Derivation().uses("Ito's formula")
    proof.equal("drift", drift, b * solution * (solution - 1), is_statement=True)
    proof.equal("noise", y * sp.diff(solution, y), solution)
    proof.equal("drift of 1/V", norm_generator(1 / v, v, b).subs(v, 1 / u), -b + (b + 2) * u)
    growth = statement.growth(b)
    limit, x = b / (b + 2), sp.Symbol("x", positive=True)  # x = e^{growth t}, so x' = growth x
    mean = limit + (1 / v0 - limit) * x
    proof.equal("d E U/dt = -b + (b+2) E U", growth * x * sp.diff(mean, x), -b + (b + 2) * mean, is_statement=True)
    proof.equal("E U_0 = 1/V_0", mean.subs(x, 1), 1 / v0)
    proof.equal(
        "d E U^2/dt = (2b+6) E U^2 - 2b E U", norm_generator(v**-2, v, b).subs(v, 1 / u), (2 * b + 6) * u**2 - 2 * b * u
    )
    power = sp.powsimp(norm_generator(v**q, v, b) / v**q)
    proof.equal(
        "L V^q = q [b V^(q+1) + (q-1-b) V^q]", sp.expand(sp.simplify(power)), sp.expand(q * (b * v + q - 1 - b))
    )
    return proof.evidence("Ito's formula for the explicit solution")


@claim.sampled
def two_kinds_of_paths(statement: ExplicitNorm, case: Rate, trial: Trial) -> Evidence:
    """Compare the explicit formula at time 1/2 with the law of log V by Fokker-Planck, sqrt2 divided out (unit noise)."""
    b, start = float(case.b), float(case.start)

    def drift(x: np.ndarray) -> np.ndarray:  # x = log(V)/sqrt2
        return (b * np.expm1(np.clip(np.sqrt(2) * x, -50, 50)) - 1) / np.sqrt(2)

    law = transition_law(drift, np.log(start) / np.sqrt(2), TIME, cells=600, steps=200)
    decay = float(statement.decay(sp.Rational(case.b.numerator, case.b.denominator)))
    config = {"b": b, "start": start, "decay": decay}
    return judge_law(
        trial, explicit, config, np.asarray, law.distribution_function, shards=2, delta=0.1, what="log V_{1/2}/sqrt2"
    )


def explicit(rng: np.random.Generator, b: float, start: float, decay: float) -> np.ndarray:
    """Return log(V)/sqrt2 of 1 500 paths by the explicit formula, the integral by the trapezoid rule."""
    step = TIME / STEPS
    noise = np.cumsum(rng.standard_normal((1_500, STEPS)), axis=1) * np.sqrt(2 * step)
    y = np.exp(noise - decay * step * np.arange(1, STEPS + 1))
    integral = step * (0.5 + y[:, :-1].sum(axis=1) + y[:, -1] / 2)
    return np.log(start * y[:, -1] / (1 - b * start * integral)) / np.sqrt(2)
