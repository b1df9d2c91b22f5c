"""C1. n - 1 equal samples and one odd one: orthogonal after one ReLU layer for every weight, norms in ratio n - 1, for ever.

Proof: with u = w.(x - y)/n a neuron gives u to the cluster and -(n-1)u to the odd sample; relu(u) relu(-(n-1)u) = 0, and
E relu(u)^2 = E u^2/2 on either side. Rescaled by |u| sqrt(n-1), the images are 1{u > 0}/sqrt(n-1) and sqrt(n-1) 1{u < 0}.
The configuration is lost only if all u have one sign, probability 2^(1-d). Source: [C], invariant representations; the
Gram matrices: this project.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function, mean
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import all_of, judge_mean
from proofs_check.evidence.symbolic import Derivation, exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import RECENTERING
from proofs_check.ledger.recentering.cases import WideCase, wide_cases
from theory.recentering.invariant_configuration import InvariantConfiguration


@dataclass(frozen=True)
class InvariantState:
    """|odd|^2/|cluster|^2 = ratio(n) on average; overlap/(|cluster| |odd|) has mean square overlap(d)."""

    ratio: Callable[[Any], Any] = lambda n: (n - 1) ** 2
    overlap: Callable[[Any], Any] = lambda _: Fraction(0)

    def formula(self) -> Formula:
        """Return the ratio of mean squared norms of odd sample y and cluster sample x, and their mean squared cosine at width 50."""
        n, norm = sp.Symbol("n"), function("norm")
        x, y = sp.symbols("x_1 y_1")
        cosine = function("inner")(x, y) / (norm(x) * norm(y))
        return (
            equal(mean(norm(y) ** 2) / mean(norm(x) ** 2), self.ratio(n)),
            equal(mean(cosine**2), self.overlap(50)),
            equal(sp.Symbol("d"), 50),
        )


claim = Claim(
    id="C1",
    title="A cluster of n-1 equal samples and one odd sample stay so, exactly orthogonal, the odd one n-1 times as long",
    paper=RECENTERING,
    statement=InvariantState(),
    pinned=[WideCase(2, 50), WideCase(3, 50), WideCase(10, 50)],
    cases=wide_cases(12, 20, 60),
    mutants=[
        Mutant("norm ratio n", InvariantState(ratio=lambda n: n**2), on="n=3 d=50", by=SAMPLED),
        Mutant("norm ratio n, by algebra", InvariantState(ratio=lambda n: n**2), on="", by=SYMBOLIC),
        Mutant("norm ratio n, on one case", InvariantState(ratio=lambda n: n**2), on="n=10 d=50", by=SYMBOLIC),
        Mutant(
            "orthogonal only in expectation",
            InvariantState(overlap=lambda d: Fraction(1) / d),
            on="n=3 d=50",
            by=SAMPLED,
        ),
        Mutant(
            "orthogonal only in expectation, by algebra",
            InvariantState(overlap=lambda d: Fraction(1) / d),
            on="n=3 d=50",
            by=SYMBOLIC,
        ),
    ],
)


@claim.for_all(SYMBOLIC)
def by_one_neuron(statement: InvariantState, _: None, __: Trial) -> Evidence:
    """Follow one neuron; relu(t) = (t + |t|)/2, and |u| = a with a^2 = u^2."""
    n, x, y, u, size = sp.symbols("n x y u a")
    mean = ((n - 1) * x + y) / n
    proof = Derivation()
    proof.equal("the cluster sample becomes u = (x - y)/n", x - mean, (x - y) / n)
    proof.equal("the odd sample becomes -(n-1) u", y - mean, -(n - 1) * (x - y) / n)
    cluster, odd = (u + size) / 2, (n - 1) * (size - u) / 2
    product = sp.expand(cluster * odd).subs(size**2, u**2)
    proof.equal("their images have disjoint supports", product, 0, is_statement=True)
    overlap = sp.sympify(statement.overlap(sp.Symbol("d", positive=True)))
    proof.equal("so every cosine is 0", overlap, 0, is_statement=True)
    second = sp.Rational(1, 2)  # E relu(u)^2/E u^2 for a symmetric law, also of -u
    proof.equal("mean squares", (n - 1) ** 2 * second / second, statement.ratio(n), is_statement=True)
    scale = sp.sqrt(n - 1)  # rescaled: |u| sqrt(n-1) is the standard deviation of the batch
    proof.equal("biased variance of the batch over u^2", ((n - 1) + (n - 1) ** 2) / n, scale**2)
    proof.equal(
        "rescaled mean squares", (scale**2 * second) / (second / scale**2), statement.ratio(n), is_statement=True
    )
    shrinking = (1 + (n - 1) ** 2) / n**2
    proof.equal("squared distance shrinks by 1 - 2(n-1)/n^2", shrinking, 1 - 2 * (n - 1) / n**2)
    return proof.evidence("one neuron, for every n, width and symmetric law of the weights")


@claim.symbolic
def on_integer_weights(statement: InvariantState, case: WideCase, _: Trial) -> Evidence:
    """Send two integer samples through integer weights in exact arithmetic, and the expected Gram matrix along."""
    n, rows = case.batch_size, 3 * case.width
    inner = overlap = 0
    for k in range(rows):
        u = (7919 * k * k + 104729 * k) % 211 - 105
        cluster, odd = max(u, 0), max(-(n - 1) * u, 0)
        inner, overlap = inner + cluster * odd, max(overlap, cluster * odd)
    plain, rescaled = (InvariantConfiguration(n, rescaled) for rescaled in (False, True))
    ratios = {plain.squared_norm_ratio, rescaled.squared_norm_ratio}
    stated = statement.overlap(case.width)
    holds = ratios == {Fraction(statement.ratio(n))} and (inner == 0) == (stated == 0)
    return exact_evidence(
        holds,
        "integer weights and expected Gram matrices",
        witness=f"{case}: squared ratio {ratios}, overlap {inner} at every draw; stated {statement.ratio(n)} and {stated}",
        squared_ratio=str(plain.squared_norm_ratio),
        largest_overlap=str(overlap),
    )


@claim.sampled
def in_networks(statement: InvariantState, case: WideCase, trial: Trial) -> Evidence:
    """Test per neuron of rescaled and plain layers: share of the squared norms that is the cluster's, and the overlap."""
    n, d = case.batch_size, case.width
    share = 1.0 / (1.0 + float(statement.ratio(n)))
    # +1 or -1 at the true ratio; a ratio of n^2 would stretch the one to at most 5/2
    contrast = MeanTest.equal(0.0, support=(-1.125, 2.5), delta=0.1)
    overlap = MeanTest.equal(float(statement.overlap(d)), support=(-1.0, 1.0), delta=0.02)
    config = {"batch_size": n, "width": d, "draws": 40, "share": share}
    return all_of(
        [
            judge_mean(trial, contrast, norm_contrast, config, shards=20, what="ratio of squared norms", share=0.5),
            judge_mean(trial, overlap, squared_overlaps, config, shards=60, what="squared cosine", share=0.5),
        ]
    )


def layer_images(rng: np.random.Generator, batch_size: int, width: int, draws: int) -> tuple[np.ndarray, np.ndarray]:
    """Return images of the cluster sample and the odd one after two rescaled layers, shape (draws, width).

    The cluster is one row, counted n - 1 times: copies computed apart would differ by rounding.
    """
    x, y = rng.standard_normal((2, draws, width))
    for _ in range(2):
        weights = rng.standard_normal((draws, width, width))
        x, y = np.einsum("rij,rj->ri", weights, x), np.einsum("rij,rj->ri", weights, y)
        difference = (x - y) / batch_size
        deviation = np.abs(difference) * np.sqrt(batch_size - 1)
        x, y = np.maximum(difference / deviation, 0), np.maximum(-(batch_size - 1) * difference / deviation, 0)
    return x, y


def norm_contrast(rng: np.random.Generator, batch_size: int, width: int, draws: int, share: float) -> np.ndarray:
    """Return x^2/share - y^2/(1-share) over n-1 + 1/(n-1) per neuron: mean 0 at the claimed ratio of norms."""
    x, y = layer_images(rng, batch_size, width, draws)
    scale = (batch_size - 1) + 1.0 / (batch_size - 1)
    return ((x * x / share - y * y / (1 - share)) / scale).ravel()


def squared_overlaps(rng: np.random.Generator, batch_size: int, width: int, draws: int, share: float) -> np.ndarray:  # noqa: ARG001
    """Return squared cosines between cluster and odd image."""
    x, y = layer_images(rng, batch_size, width, draws)
    return np.sum(x * y, axis=1) ** 2 / (np.sum(x * x, axis=1) * np.sum(y * y, axis=1) + 1e-300)
