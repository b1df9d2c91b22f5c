"""D11. From rho_0 = 0 in a linear network, artanh rho_T has the law of the distance of hyperbolic Brownian motion to a geodesic.

Proof: dY = tanh(Y)/2 dt + dB is the coordinate y of half the Laplacian of dy^2 + cosh^2(y) dx^2 (curvature -1); McKean's
heat kernel integrated over x gives the density (`theory.covariance_sde.linear_network.hyperbolic_density`).
Source: this project; McKean, J. Differential Geom. 4 (1970), for the kernel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np
import sympy as sp

from proofs_check.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.evidence import Evidence
from proofs_check.ledger.covariance_sde.cases import Linear
from proofs_check.ledger.covariance_sde.fairness import CORRELATION_BIAS, fair_law_samples
from proofs_check.ledger.papers import COVARIANCE_SDE
from proofs_check.sampled import judge_law
from proofs_check.symbolic import Derivation, cannot_say
from proofs_check.trial import Trial
from proofs_check.verdict import Rung, Verdict


@dataclass(frozen=True)
class HyperbolicLaw:
    """artanh rho_T is distributed by the density at time clock T; drift is that of y."""

    clock: Fraction = Fraction(1)
    drift: Callable[[sp.Expr], sp.Expr] = lambda y: sp.tanh(y) / 2


CASE = Linear(400, 400, Fraction(0))
claim = Claim(
    id="D11",
    title="artanh rho_T of a linear network from rho_0 = 0 is the hyperbolic distance of Brownian motion to a geodesic",
    paper=COVARIANCE_SDE,
    statement=HyperbolicLaw(),
    pinned=(CASE,),
    mutants=[
        Mutant("no curvature drift", HyperbolicLaw(drift=lambda y: 0 * y), on="", by=SYMBOLIC),
        Mutant("drift tanh y", HyperbolicLaw(drift=sp.tanh), on="", by=SYMBOLIC),
        Mutant("the full Laplacian", HyperbolicLaw(clock=Fraction(2)), on=str(CASE), by=SAMPLED),
        Mutant("half the time", HyperbolicLaw(clock=Fraction(1, 2)), on=str(CASE), by=SAMPLED),
    ],
)


@claim.for_all(SYMBOLIC)
def by_fermi_coordinates(statement: HyperbolicLaw, _: None, __: Trial) -> Evidence:
    """Half the Laplace-Beltrami operator on functions of y, the curvature, and the distance to a point of the geodesic."""
    y, x, e = sp.symbols("y x e", positive=True)
    f = sp.Function("f")(y)
    area = sp.cosh(y)
    half_laplacian = sp.diff(area * sp.diff(f, y), y) / (2 * area)
    stated = statement.drift(y) * sp.diff(f, y) + sp.diff(f, y, 2) / 2

    def rational(expression: sp.Expr) -> sp.Expr:
        return expression.rewrite(sp.exp).subs({sp.exp(y): e, sp.exp(-y): 1 / e})

    difference = sp.expand(half_laplacian - stated).coeff(sp.diff(f, y))
    proof = Derivation().uses("McKean's heat kernel of the hyperbolic plane")
    proof.equal("half the Laplacian of functions of y", rational(difference), 0, is_statement=True)
    proof.equal("curvature -f''/f = -1", rational(sp.diff(area, y, 2) / area), 1)
    # hyperboloid: (cosh y cosh x, cosh y sinh x, sinh y); its product with (1, 0, 0) is cosh of the distance
    point = sp.Matrix([sp.cosh(y) * sp.cosh(x), sp.cosh(y) * sp.sinh(x), sp.sinh(y)])
    metric = sp.diag(-1, 1, 1)
    dy, dx = point.diff(y), point.diff(x)
    h = sp.Symbol("h", positive=True)

    def both(expression: sp.Expr) -> sp.Expr:
        exponentials = {sp.exp(y): e, sp.exp(-y): 1 / e, sp.exp(x): h, sp.exp(-x): 1 / h}
        return sp.expand(expression).rewrite(sp.exp).subs(exponentials)

    proof.equal("metric: dy^2", both((dy.T * metric * dy)[0]), 1)
    proof.equal("metric: cosh^2 y dx^2", both((dx.T * metric * dx)[0] - area**2), 0)
    proof.equal("metric: no cross term", both((dx.T * metric * dy)[0]), 0)
    found = proof.evidence("Fermi coordinates of the hyperbolic plane")
    if found.verdict is not Verdict.PROVED:
        return found
    # The steps identify the diffusion; that McKean's kernel integrates to the density is cited, not carried out.
    return cannot_say(Rung.SYMBOLIC, "the diffusion is identified by checked steps; samples judge the cited density")


@claim.sampled
def networks(statement: HyperbolicLaw, case: Linear, trial: Trial) -> Evidence:
    """Compare artanh rho of linear networks, exactly in law, with the density's distribution function."""
    samples = min(2_000, fair_law_samples(CORRELATION_BIAS / case.width, trial.alpha))
    config = {"width": case.width, "depth": case.depth, "networks": samples // 2}
    law = distribution_function(float(statement.clock) * case.depth / case.width)
    return judge_law(
        trial, distances, config, np.asarray, law, shards=2, delta=0.12, what="artanh rho_1 from rho_0 = 0"
    )


@cache
def distribution_function(time: float) -> Callable[[np.ndarray], np.ndarray]:
    """Return P(Y_T <= y) from the density on a grid of step 1/5 sqrt(T); a spline of an analytic bump, error below 1e-5."""
    import mpmath
    from scipy.interpolate import CubicSpline

    from theory.covariance_sde.linear_network import hyperbolic_density

    half = np.linspace(0, 7 * np.sqrt(time) + time / 2, 36)
    with mpmath.workdps(10):
        density = np.array([float(hyperbolic_density(y, time)) for y in half])
    grid = np.concatenate([-half[:0:-1], half])
    spline = CubicSpline(grid, np.concatenate([density[:0:-1], density])).antiderivative()
    low, high = grid[0], grid[-1]

    def law(y: np.ndarray) -> np.ndarray:
        return np.clip(spline(np.clip(y, low, high)) - spline(low), 0.0, 1.0)

    return law


def distances(rng: np.random.Generator, width: int, depth: int, networks: int) -> np.ndarray:
    """Return artanh rho = arsinh sh of linear networks from rho = 0."""
    from numerics.covariance_paths import linear_correlation_chain

    return np.arcsinh(linear_correlation_chain(0.0, width, depth, rng, repeats=networks))
