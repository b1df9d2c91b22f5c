"""W14. The Jacobian of a relu network with Haar weights has the singular values of independent fair masks, at every width.

x_l = s(W_l x_{l-1}), W_l Haar on O(d), no biases, s(x) = max(x, slope x): J J^T at any input has the law it would have if the
active units were independent fair coins, independent of the weights. So its moments are sums over zonal polynomials.
Proof: `theory.haar.jacobian`. Judged on networks: tr (J J^T)^2 / d lies in [0, 1] with gain 1, no further assumption is made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.network.haar_matrix import haar_orthogonal
from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import SAMPLED, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function, mean
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import WEINGARTEN
from theory.haar.jacobian import fixed_spectrum, jacobian_moment, relu_mask

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclass(frozen=True)
class ReluNetwork:
    """A network of width d and depth L whose activation has slope 1 and `slope` (a fraction of 4)."""

    width: int
    depth: int
    quarters: int = 0

    def __str__(self) -> str:
        return f"d={self.width} L={self.depth} slope={Fraction(self.quarters, 4)}"


def second_moment(case: ReluNetwork) -> Fraction:
    """Return E tr (J J^T)^2 / d with independent fair masks."""
    mask = relu_mask(2, slope=Fraction(case.quarters, 4), scale=1)
    return Fraction(jacobian_moment(2, mask, dimension=case.width).at(case.depth)) / case.width


def half_of_the_units(case: ReluNetwork) -> Fraction:
    """Return the moment if exactly half of the units were active."""
    half = case.width // 2
    squares = [Fraction(1)] * half + [Fraction(case.quarters, 4) ** 2] * (case.width - half)
    return Fraction(jacobian_moment(2, fixed_spectrum(squares, 2)).at(case.depth)) / case.width


def gaussian_weights(case: ReluNetwork) -> Fraction:
    """Return the moment with Gaussian weights."""
    mask = relu_mask(2, slope=Fraction(case.quarters, 4), scale=1)
    return Fraction(jacobian_moment(2, mask, gaussian=True, dimension=case.width).at(case.depth)) / case.width


@dataclass(frozen=True)
class ReluJacobian:
    """E tr (J J^T)^2 / d = moment(case)."""

    moment: Callable[[ReluNetwork], Fraction] = second_moment

    def formula(self) -> Formula:
        """Return the stated moments of some networks."""
        jacobian = sp.Symbol("J")
        fourth = mean(function("tr")((jacobian * sp.Symbol("J^T")) ** 2)) / sp.Symbol("d")
        shown = (self.moment(ReluNetwork(4, depth)) for depth in (1, 2, 3))
        return tuple(equal(fourth, sp.Rational(value.numerator, value.denominator)) for value in shown)


def draw_networks() -> SearchStrategy[ReluNetwork]:
    """Return a strategy for small networks."""
    from hypothesis import strategies as st

    return st.builds(ReluNetwork, st.integers(2, 6), st.integers(1, 4), st.integers(0, 3))


claim = Claim(
    id="W14",
    title="A relu network with Haar weights has the Jacobian of independent fair masks",
    paper=WEINGARTEN,
    statement=ReluJacobian(),
    pinned=[ReluNetwork(2, 2), ReluNetwork(4, 3), ReluNetwork(4, 3, 2)],
    cases=draw_networks,
    mutants=[
        Mutant("half of the units active", ReluJacobian(half_of_the_units), on="d=2 L=2 slope=0", by=SAMPLED),
        Mutant("Gaussian weights", ReluJacobian(gaussian_weights), on="d=4 L=3 slope=0", by=SAMPLED),
    ],
)


@claim.sampled
def on_networks(statement: ReluJacobian, case: ReluNetwork, trial: Trial) -> Evidence:
    """Draw networks, take the Jacobian at one input, and test the mean of tr (J J^T)^2 / d."""
    test = MeanTest.equal(float(statement.moment(case)), support=(0.0, 1.0), delta=0.02)
    config = {"width": case.width, "depth": case.depth, "slope": case.quarters / 4, "size": 4_000}
    return judge_mean(trial, test, jacobian_values, config, shards=30, what="E tr (J J^T)^2 / d")


def jacobian_values(rng: np.random.Generator, width: int, depth: int, slope: float, size: int) -> NDArray[np.float64]:
    """Return tr (J J^T)^2 / d of networks with the same input (1, ..., 1)."""
    x = np.ones((size, width, 1))
    jacobian = np.broadcast_to(np.eye(width), (size, width, width))
    for _ in range(depth):
        weights = haar_orthogonal(rng, width, samples=size)
        h = weights @ x
        gain = np.where(h > 0, 1.0, slope)
        x, jacobian = gain * h, gain * (weights @ jacobian)
    gram = jacobian @ jacobian.swapaxes(1, 2)
    return np.clip((gram**2).sum(axis=(1, 2)) / width, 0.0, 1.0)
