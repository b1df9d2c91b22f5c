"""C5. Rescaling keeps the symmetric direction and multiplies its eigenvalues by (n-1)/(n+1).

Proof: n exchangeable recentred pre-activations are isotropic in m = n - 1 dimensions, h = r u; the activation is
homogeneous, so that a layer averages r^2 f(u) without rescaling and n f(u) with it. A traceless change e A of the
covariance changes the density by the factor 1 + e r^2 u.Au/2: relative changes E r^4/E r^2 = m + 2 against E r^2 = m.
Hence batch normalisation proper (RC, RS, ReLU) is strongly attracted to the symmetric direction. Infinite width.
Source: this project.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp

from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, at_least, equal
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import RECENTERING
from proofs_check.ledger.recentering.cases import RecentredCase, recentred_cases, relu_sizes
from theory.recentering.symmetric_point import symmetric_cosine, symmetric_eigenvalues


@dataclass(frozen=True)
class RescalingFactor:
    """Rescaling multiplies every traceless eigenvalue at the symmetric direction by factor(n)."""

    factor: Callable[[Any], Any] = lambda n: (n - 1) / (n + 1)

    def formula(self) -> Formula:
        """Return the eigenvalues with rescaling, lambda', in those without."""
        n = sp.Symbol("n")
        return (equal(sp.Symbol("lambda_rescaled"), self.factor(n) * sp.Symbol("lambda")), at_least(n, 4))


claim = Claim(
    id="C5",
    title="Rescaling multiplies the eigenvalues of a layer at the symmetric direction by (n-1)/(n+1)",
    paper=RECENTERING,
    statement=RescalingFactor(),
    pinned=relu_sizes(4, 5, 8),
    cases=recentred_cases(4, 8, only_relu=True),
    mutants=[
        Mutant("factor 1", RescalingFactor(lambda n: n / n), on="n=5 relu", by=SAMPLED),
        Mutant("factor 1, by algebra", RescalingFactor(lambda n: n / n), on="", by=SYMBOLIC),
        Mutant("factor n/(n+2): the mean not subtracted", RescalingFactor(lambda n: n / (n + 2)), on="", by=SYMBOLIC),
    ],
)


@claim.for_all(SYMBOLIC)
def by_radial_moments(statement: RescalingFactor, _: None, __: Trial) -> Evidence:
    """Compare E r^2 with E r^4/E r^2 for a standard normal vector in n - 1 dimensions."""
    n, z, t = sp.symbols("n z t", positive=True)
    m = n - 1
    density = sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi)
    square, fourth = (sp.integrate(z**k * density, (z, -sp.oo, sp.oo)) for k in (2, 4))
    proof = Derivation().uses("polar coordinates: radius and direction of a standard normal vector are independent")
    proof.equal("E z^2 = 1", square, 1).equal("E z^4 = 3", fourth, 3)
    second, quartic = m * square, m * fourth + m * (m - 1) * square**2
    proof.equal("E r^4/E r^2 = m + 2", quartic / second, m + 2)
    change = sp.diff(sp.exp(-(z**2) / (2 * (1 + t))) / sp.sqrt(1 + t) / sp.exp(-(z**2) / 2), t).subs(t, 0)
    proof.equal(
        "a variance 1 + t changes the density by the factor 1 + t (z^2 - 1)/2", sp.expand(change), (z**2 - 1) / 2
    )
    proof.equal("the factor", statement.factor(n), second / (quartic / second), is_statement=True)
    return proof.evidence("radial moments, for every n and positively homogeneous activation")


@claim.sampled
def by_scores(statement: RescalingFactor, case: RecentredCase, trial: Trial) -> Evidence:
    """Test E f(u) score(u) along one pair direction, whose mean is factor times the eigenvalue without rescaling."""
    n = case.batch_size
    pairs = symmetric_eigenvalues(n, case.kernel)[1]
    assert pairs is not None  # n >= 4
    expected = float(statement.factor(n)) * float(pairs.value(15))
    growth = (1 - float(symmetric_cosine(n, case.kernel).value(15))) * (n - 1) / n
    # A = (e1-e2)(e3-e4)^T, symmetrised: |u.Au| <= 1/2, |relu(y).A relu(y)| <= n/2, |A|^2 = 2 after the factor 1/2
    bound = 2 * n * 0.5 * 0.5 * (n - 1) / 2 / (n / (n - 1) * growth * 2.0) * 2.0
    k = int(np.ceil(np.log2(bound)))  # a power of two: the ends are then met without rounding
    test = MeanTest.equal(expected, support=(-(2.0**k), 2.0**k), delta=0.08)
    config = {"batch_size": n, "growth": growth, "draws": 20_000}
    return judge_mean(trial, test, score_samples, config, shards=20, what="eigenvalue of the pairs, rescaled")


def score_samples(rng: np.random.Generator, batch_size: int, growth: float, draws: int) -> np.ndarray:
    """Return <A, 2 relu(y) relu(y)^T> (m/2) u.Au/(n/m growth |A|^2), y = sqrt(n) u, u uniform on recentred directions.

    A has entries 1/2 at 13, 24 and -1/2 at 14, 23 (symmetric): row sums 0, zero diagonal, |A|^2 = 2.
    """
    n, m = batch_size, batch_size - 1
    h = rng.standard_normal((draws, n))
    h -= h.mean(axis=1, keepdims=True)
    u = h / np.linalg.norm(h, axis=1, keepdims=True)
    image = np.maximum(np.sqrt(n) * u, 0.0)

    def form(v: np.ndarray) -> np.ndarray:
        return (v[:, 0] - v[:, 1]) * (v[:, 2] - v[:, 3])

    return 2 * form(image) * (m / 2) * form(u) / (n / m * growth * 2.0)
