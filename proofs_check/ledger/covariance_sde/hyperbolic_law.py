"""D11. From rho_0 = 0 in a linear network, artanh rho_T has an explicit law: a hyperbolic Brownian motion's distance to a geodesic.

Proof: the density of `theory.covariance_sde.hyperbolic_law` solves the forward equation of dY = tanh(Y)/2 dt + dB, has mass 1
and E sinh^2 Y = (e^{3t} - 1)/3 -> 0, so it starts from the point 0; every identity is checked. Cited: for a bounded Lipschitz
drift the forward equation has one such solution. Source: this project; the geometry suggested the density.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import sympy as sp

from numerics.covariance_sde.finite_size import correlation_size
from numerics.covariance_sde.scalar_chain import linear_correlation_chain
from proofs_check.claim.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, Increment, equal, function, law, rational
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import judge_law
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.covariance_sde.cases import Linear
from proofs_check.ledger.papers import COVARIANCE_SDE
from theory.covariance_sde.hyperbolic_law import density_steps, forward_coefficients

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclass(frozen=True)
class HyperbolicLaw:
    """artanh rho_T is distributed by the density at time clock T; drift is that of y."""

    clock: Fraction = Fraction(1)
    drift: Callable[[sp.Expr], sp.Expr] = lambda y: sp.tanh(y) / 2

    def formula(self) -> Formula:
        """Return the law of artanh rho_T from rho_0 = 0 as that of Y at the stated time, and the equation of Y."""
        time, y = sp.symbols("T Y")
        step, brownian = Increment(sp.Symbol("t")), Increment(sp.Symbol("B"))
        return (
            equal(law(sp.atanh(sp.Symbol("rho_T"))), law(function("Y")(rational(self.clock) * time))),
            equal(Increment(y), self.drift(y) * step + brownian),
            equal(function("Y")(0), 0),
            equal(sp.Symbol("rho_0"), 0),
        )


def deep_linear_networks() -> SearchStrategy[Linear]:
    """Return a strategy over widths and depths with T = d/n from 1/4 to 2."""
    from hypothesis import strategies as st

    times = st.sampled_from([Fraction(1, 4), Fraction(1, 2), Fraction(1), Fraction(3, 2), Fraction(2)])
    return st.builds(lambda n, t: Linear(n, int(n * t), Fraction(0)), st.sampled_from([100, 200, 400]), times)


CASE = Linear(400, 400, Fraction(0))
claim = Claim(
    id="D11",
    title="artanh rho_T of a linear network from rho_0 = 0 is dY = tanh(Y)/2 dt + dB at time T, with an explicit density",
    paper=COVARIANCE_SDE,
    statement=HyperbolicLaw(),
    pinned=(CASE,),
    cases=deep_linear_networks,
    covers=lambda case: None if case.rho == 0 else "the law is explicit from rho_0 = 0 only",
    mutants=[
        Mutant("no curvature drift", HyperbolicLaw(drift=lambda y: 0 * y), on="", by=SYMBOLIC),
        Mutant("drift tanh y", HyperbolicLaw(drift=sp.tanh), on="", by=SYMBOLIC),
        Mutant("the full Laplacian", HyperbolicLaw(clock=Fraction(2)), on="", by=SYMBOLIC),
        Mutant("the full Laplacian, networks", HyperbolicLaw(clock=Fraction(2)), on=str(CASE), by=SAMPLED),
        Mutant("half the time", HyperbolicLaw(clock=Fraction(1, 2)), on=str(CASE), by=SAMPLED),
    ],
)


@claim.for_all(SYMBOLIC)
def solves_the_forward_equation(statement: HyperbolicLaw, _: None, __: Trial) -> Evidence:
    """The stated density obeys the forward equation of the stated drift at the stated clock, and starts from the point 0."""
    y, e, r, t = sp.symbols("y e r t", positive=True)
    clock = sp.Rational(statement.clock.numerator, statement.clock.denominator)

    def rational(expression: sp.Expr) -> sp.Expr:
        return sp.expand(expression).rewrite(sp.exp).subs({sp.exp(y): e, sp.exp(-y): 1 / e})

    proof = (
        Derivation()
        .uses(
            "the forward equation of a diffusion with bounded Lipschitz drift and unit noise has one solution of mass 1 from a point"
        )
        .uses("d/dm of the complete elliptic integrals")
        .uses("E e^{lambda X} = e^{lambda^2 t/2} for X ~ N(0, t)")
    )
    linear = sp.tanh(y) / 2  # the drift of artanh rho under a linear network (D4)
    proof.equal("drift of artanh rho", rational(statement.drift(y)), rational(linear), is_statement=True)
    first, zeroth = forward_coefficients(linear, y)
    proof.equal("p = cosh(y) q: q_t = q_yy/2 + tanh(y) q_y/2", rational(first), rational(linear))
    proof.equal("and no further term", rational(zeroth), 0)
    # p at time clock T: a clock other than 1 multiplies the left side of every heat equation
    log_g = sp.log(r) - sp.Rational(3, 2) * sp.log(clock * t) - r**2 / (2 * clock * t)
    slope = sp.diff(log_g, r)
    proof.equal("G_t = G_rr/2 at the clock", sp.diff(log_g, t), (slope**2 + sp.diff(slope, r)) / 2, is_statement=True)
    for text, left, right in density_steps():
        proof.equal(text, left, right)
    return proof.evidence("the density solves the forward equation, has mass 1 and starts from 0")


@claim.sampled
def networks(statement: HyperbolicLaw, case: Linear, trial: Trial) -> Evidence:
    """Compare artanh rho of linear networks, exactly in law, with the density's distribution function."""
    config = {"width": case.width, "depth": case.depth, "networks": 1_000}
    law = distribution_function(float(statement.clock) * case.depth / case.width)
    return judge_law(
        trial,
        distances,
        config,
        np.asarray,
        law,
        shards=4,
        delta=0.12,
        what="artanh rho_1 from rho_0 = 0",
        bias=correlation_size(0.0, 0.0).bias(case.width),
    )


@cache
def distribution_function(time: float) -> Callable[[np.ndarray], np.ndarray]:
    """Return P(Y_T <= y) from the density on a grid of step sqrt(T)/16; a spline of an analytic bump, error below 1e-7."""
    from scipy.interpolate import CubicSpline

    half = np.linspace(0, 7 * np.sqrt(time) + time / 2, 129)
    density = density_values(half, time)
    grid = np.concatenate([-half[:0:-1], half])
    spline = CubicSpline(grid, np.concatenate([density[:0:-1], density])).antiderivative()
    low, high = grid[0], grid[-1]

    def law(y: np.ndarray) -> np.ndarray:
        return np.clip(spline(np.clip(y, low, high)) - spline(low), 0.0, 1.0)

    return law


def density_values(y: np.ndarray, time: float) -> np.ndarray:
    """Return the density at y >= 0 in float64, by 120 Gauss-Legendre nodes on [y, y + 11 sqrt(T)] (integrand analytic there)."""
    from scipy.special import ellipkm1

    nodes, weights = np.polynomial.legendre.leggauss(120)
    reach = 11 * np.sqrt(time)
    r = y[:, None] + reach * (nodes + 1) / 2
    base, total = np.cosh(y)[:, None], np.cosh(r) + np.cosh(y)[:, None]
    integrand = r * np.exp(-(r**2) / (2 * time)) * 4 / np.sqrt(total) * ellipkm1(2 * base / total)  # 1 - m = 2b/(a+b)
    front = np.sqrt(2) * np.exp(-time / 8) * (2 * np.pi * time) ** -1.5
    return np.cosh(y) * front * (integrand @ weights) * reach / 2


def distances(rng: np.random.Generator, width: int, depth: int, networks: int) -> np.ndarray:
    """Return artanh rho = arsinh sh of linear networks from rho = 0."""
    return np.arcsinh(linear_correlation_chain(0.0, width, depth, rng, repeats=networks))
