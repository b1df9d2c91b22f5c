"""B14. Gaussian weights: gradients grow by the factor (m-1)/(m-2) in the square per layer at large width, m = n without and n - 1 with mean
subtraction; and a square Gaussian layer drives the batch away from isometry.

A row of W X is N(0, X^T X/d): at its fixed point E n/|h|^2 = n/(n-2), and the projection of the backward pass keeps (n-1)/n. For d = n a layer
adds log(d/2) - mean psi(i/2), i = 1..d, to the gap, minus what normalisation takes off: the gap diverges. Mean field, so a conjecture here;
Yang et al. (2019) have the same rate with mean subtraction. Source: this project.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

import numpy as np
import sympy as sp

from numerics.batch_norm.gradient import gradient_path
from numerics.batch_norm.network import BatchNormNetwork, gap_path
from proofs_check.claim.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, Increment, at_most, equal, function, probability, rational
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import all_of
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.batch_norm.measured import judge_range, unit_gradient
from proofs_check.ledger.papers import BATCH_NORM

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

WIDTH = 200


@dataclass(frozen=True)
class GaussianBatch:
    """n samples in a wide Gaussian network."""

    samples: int
    centred: bool = False

    def __str__(self) -> str:
        return f"n={self.samples}" + (" mean subtracted" if self.centred else "")

    @property
    def dimension(self) -> int:
        """m: the dimension that a normalised row lives in."""
        return self.samples - self.centred


def row_growth(m: sp.Expr) -> sp.Expr:
    """Return (m-1)/(m-2)."""
    return (m - 1) / (m - 2)


@dataclass(frozen=True)
class GaussianGrowth:
    """|dL/dW|^2 grows by squared(m) a layer; the gap of a square batch drifts by drift per layer."""

    squared: Callable[[sp.Expr], sp.Expr] = row_growth
    drift: tuple[float, float] = (0.3, 1.2)

    def formula(self) -> Formula:
        """Return the shares of networks whose rate r, and of square chains whose drift of the gap, are outside the stated ranges.

        m is n, or n - 1 with mean subtraction.
        """
        m, rate, drift = sp.symbols("m r v")
        stated = sp.log(self.squared(m)) / 2
        low, high = map(rational, self.drift)
        gradients = [
            sp.log(function("norm")(Increment(sp.Symbol("L")) / Increment(sp.Symbol(f"W_{layer}"))))
            for layer in (8, 29)
        ]
        outside = sp.Or(sp.Lt(drift, low), sp.Gt(drift, high), evaluate=False)
        return (
            at_most(probability(sp.Gt(sp.Abs(rate / stated - 1), sp.Rational(15, 100))), sp.Rational(1, 5)),
            equal(rate, (gradients[0] - gradients[1]) / 21),
            at_most(probability(outside), sp.Rational(1, 5)),
            equal(drift, (sp.Symbol("phi_10") - sp.Symbol("phi_0")) / 10),
        )


def _wide_batches() -> SearchStrategy[GaussianBatch]:
    from hypothesis import strategies as st

    return st.builds(lambda m, centred: GaussianBatch(m + centred, centred), st.integers(5, 7), st.booleans())


GROWTH, DRIFT = PARTS = (
    "growth of squared gradients",
    "drift of a square batch",
)
claim = Claim(
    id="B14",
    title="With Gaussian weights squared gradients grow by (m-1)/(m-2) a layer, and a square batch moves away from isometry",
    paper=BATCH_NORM,
    statement=GaussianGrowth(),
    parts=PARTS,
    pinned=[GaussianBatch(6), GaussianBatch(8, centred=True)],
    cases=_wide_batches,
    conjecture=True,
    mutants=[
        Mutant("m/(m-2): no projection", GaussianGrowth(lambda m: m / (m - 2)), on="n=6", by=SAMPLED, part=GROWTH),
        Mutant("m/(m-2), by algebra", GaussianGrowth(lambda m: m / (m - 2)), on="", by=SYMBOLIC, part=GROWTH),
        Mutant("Gaussian weights orthogonalise", GaussianGrowth(drift=(-10.0, 0.0)), on="n=6", by=SAMPLED, part=DRIFT),
    ],
)


@claim.for_all(SYMBOLIC, part=GROWTH)
def in_mean_field(statement: GaussianGrowth, _: None, __: Trial) -> Evidence:
    """E 1/chi^2_m = 1/(m-2) by the density, times the share that the projection keeps."""
    m = sp.Symbol("m", positive=True)
    proof = Derivation().uses("mean field: at large width the Gram matrix of the batch is a multiple of the identity")
    proof.equal(
        "Gamma(m/2 - 1)/(2 Gamma(m/2)) = 1/(m-2)",
        sp.gammasimp(sp.gamma(m / 2 - 1) / (2 * sp.gamma(m / 2))),
        1 / (m - 2),
    )
    proof.equal("growth", statement.squared(m), m / (m - 2) * (m - 1) / m, is_statement=True)
    return proof.evidence("inverse chi-square and projection")


@claim.sampled
def sampled_networks(statement: GaussianGrowth, case: GaussianBatch, trial: Trial) -> Evidence:
    """Count groups of three networks of width 200 whose rate is off by more than 15 %, and square chains whose gap does not drift so."""
    rate = log(float(statement.squared(sp.Integer(case.dimension)))) / 2
    config = {"samples": case.samples, "centred": case.centred, "groups": 5}
    growth = judge_range(trial, rates, config, (0.85 * rate, 1.15 * rate), shards=16, what="rates", share=0.5)
    drift = judge_range(
        trial,
        drifts,
        {"width": case.samples, "size": 40},
        statement.drift,
        shards=3,
        what="drifts of the gap",
        share=0.5,
    )
    return all_of([growth, drift])


def rates(rng: np.random.Generator, samples: int, centred: bool, groups: int) -> np.ndarray:
    """Return mean rates of log|dL/dW_l| per layer, each over three Gaussian networks of depth 32."""
    batch = rng.standard_normal((3 * groups, WIDTH, samples))
    network = BatchNormNetwork(WIDTH, 32, weights="gaussian", centred=centred)
    path = gradient_path(network, batch, unit_gradient(rng), rng)
    return ((path.weights[:, 8] - path.weights[:, 29]) / 21).reshape(groups, 3).mean(axis=1)


def drifts(rng: np.random.Generator, width: int, size: int) -> np.ndarray:
    """Return (phi_10 - phi_0)/10 of square Gaussian chains from isometry."""
    batch = np.broadcast_to(np.eye(width), (size, width, width))
    gaps = gap_path(BatchNormNetwork(width, 10, weights="gaussian"), batch, rng)
    return (gaps[:, -1] - gaps[:, 0]) / 10
