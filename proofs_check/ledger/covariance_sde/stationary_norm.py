"""D17. For b < -1 the squared norm has the stationary law Gamma(shape -b-1, rate -b), with mean 1 + 1/b, not 1.

Proof: Gamma solves the stationary Fokker-Planck equation with zero flux; variance (-b-1)/b^2, E log V = digamma(-b-1) -
log(-b), E 1/V = b/(b+2) for b < -2. For tanh b = -2/a^2: stationary iff a^2 < 2. Sampled: tanh networks of width 100.
Source: this project, from [D]'s norm SDE.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import numpy as np
import sympy as sp

from proofs_check.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.evidence import Evidence, Figure
from proofs_check.ledger.covariance_sde.cases import Rate, rates
from proofs_check.ledger.papers import COVARIANCE_SDE
from proofs_check.sampled import judge_law
from proofs_check.symbolic import Derivation, cannot_say
from proofs_check.trial import Trial
from proofs_check.verdict import Rung


@dataclass(frozen=True)
class StationaryLaw:
    """Gamma(shape(b), rate(b)), or the point 1 if `point`."""

    shape: Callable[[sp.Expr], sp.Expr] = lambda b: -b - 1
    rate: Callable[[sp.Expr], sp.Expr] = lambda b: -b
    point: bool = False


B4 = Rate(Fraction(-4))
_B_FOR = StationaryLaw(lambda b: -b)
claim = Claim(
    id="D17",
    title="For b < -1 the stationary law of the squared norm is Gamma(-b-1, -b), of mean 1 + 1/b",
    paper=COVARIANCE_SDE,
    statement=StationaryLaw(),
    pinned=(B4, Rate(Fraction(-8))),
    cases=lambda: rates(Fraction(-8), Fraction(-5, 4)),
    mutants=[
        Mutant("shape -b", _B_FOR, on="", by=SYMBOLIC),
        Mutant("rate -b-1", StationaryLaw(rate=lambda b: -b - 1), on="", by=SYMBOLIC),
        Mutant("shape -b, networks", _B_FOR, on=str(B4), by=SAMPLED),
        Mutant("V concentrates at 1", StationaryLaw(point=True), on="", by=SYMBOLIC),
        Mutant("V concentrates at 1, networks", StationaryLaw(point=True), on=str(B4), by=SAMPLED),
    ],
)


@claim.for_all(SYMBOLIC)
def zero_flux(statement: StationaryLaw, _: None, __: Trial) -> Evidence:
    """The flux b v (v-1) p - (v^2 p)' vanishes; moments of the Gamma law obey the generator's identities."""
    v, c = sp.symbols("v c", positive=True)
    b = -1 - c  # b < -1
    shape, rate = statement.shape(b), statement.rate(b)
    log_density = (shape - 1) * sp.log(v) - rate * v
    proof = Derivation()
    if statement.point:  # a point mass at 1 has E L f = 0 only if every f has v^2 f'' = 0 there
        proof.equal("E L log V = 0 for V = 1", b * (1 - 1) - 1, 0, is_statement=True)
        return proof.evidence("point mass")
    flux = b * v * (v - 1) - 2 * v - v**2 * sp.diff(log_density, v)
    proof.equal("zero flux", flux, 0, is_statement=True)
    mean = shape / rate
    proof.equal("E V = 1 + 1/b", mean, 1 + 1 / b, is_statement=True)
    proof.equal("Var V = (-b-1)/b^2", shape / rate**2, (-b - 1) / b**2)
    proof.equal("E 1/V = b/(b+2)", rate / (shape - 1), b / (b + 2))
    proof.equal("E L log V = 0", b * (mean - 1) - 1, 0, is_statement=True)
    return proof.evidence("zero flux for every b < -1", sharpness=Figure("the mean is below 1 by", "-1/b"))


@claim.sampled
def tanh_networks(statement: StationaryLaw, case: Rate, trial: Trial) -> Evidence:
    """Compare V of tanh networks, b = -2/a^2, width 100 and time 2, with the stated law; bias of order 1.5/n is covered."""
    if case.b > -4:
        return cannot_say(Rung.SAMPLED, "time 2 is not stationary yet for b > -4")
    from scipy.special import gammainc

    config = {"scale": float((-2 / case.b) ** 0.5), "width": 100, "networks": 300}
    b = sp.Rational(case.b.numerator, case.b.denominator)
    if statement.point:
        law = at_one
    else:
        shape, rate = float(statement.shape(b)), float(statement.rate(b))
        law = partial(gamma_law, gammainc, shape, rate)
    return judge_law(trial, squared_norms, config, np.asarray, law, shards=2, delta=0.2, what="V at n = 100, T = 2")


def gamma_law(gammainc: Callable[..., np.ndarray], shape: float, rate: float, v: np.ndarray) -> np.ndarray:
    """Return the Gamma distribution function."""
    return gammainc(shape, rate * v)


def at_one(v: np.ndarray) -> np.ndarray:
    """Return the distribution function of the point 1."""
    return (v >= 1).astype(np.float64)


def squared_norms(rng: np.random.Generator, scale: float, width: int, networks: int) -> np.ndarray:
    """Return V after 2 width layers of tanh networks, from V_0 = 3/4."""
    from numerics.covariance_paths import final_covariances, smooth_map

    last = final_covariances(smooth_map("tanh", scale, width), [[0.75]], width, 2 * width, rng, repeats=networks)
    return last[:, 0, 0]
