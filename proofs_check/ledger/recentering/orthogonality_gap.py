"""P1. The linear batch-normalised chain contracts a small orthogonality gap by n/(n+2) per layer; N E V^2 settles near
(n-1)(n+2)^2/(4n(n+1)), N the width, for N much larger than n.

X' = BN(W X), no mean subtracted; K = X^T X/tr, V = ||K - I/n||_F. Proof: rows of BN(W X) are directions u of N(0, K), and
K' is the mean of N independent u u^T; at K = I/n exactly E V'^2 = (n-1)/(nN); to first order E[u u^T] - I/n is n/(n+2)
times K - I/n, from the score u.Eu n/2 and E u_i^2 u_j^2 on the sphere. The stationary value solves
v = (n/(n+2))^2 v + (n-1)/(nN): first order in 1/N. Source: [P] for V and its order; constants: this project.
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
from proofs_check.claim.formula import Formula, equal, function, limit, mean
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import all_of, judge_mean
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import ORTHOGONALIZATION
from proofs_check.ledger.recentering.cases import WideCase


@dataclass(frozen=True)
class OrthogonalityGap:
    """Deviations contract by contraction(n); N E V^2 -> stationary(n)."""

    contraction: Callable[[Any], Any] = lambda n: n / (n + 2)
    stationary: Callable[[Any], Any] = lambda n: (n - 1) * (n + 2) ** 2 / (4 * n * (n + 1))

    def formula(self) -> Formula:
        """Return what a layer leaves of a small deviation Delta of trace 0, and the limit of N E V^2 for wide and deep chains."""
        n, size, width, start, after = sp.symbols("n eps N K_0 K_1")
        deviation, depth = sp.Symbol("Delta"), sp.Symbol("l")
        gap = sp.Symbol("V_l")
        return (
            equal(limit((n * mean(after) - 1) / size, size, 0), self.contraction(n) * deviation),
            equal(start, (1 + size * deviation) / n),
            equal(function("tr")(deviation), 0),
            equal(limit(limit(width * mean(gap**2), depth), width), self.stationary(n)),
            equal(gap, function("norm")(sp.Symbol("K_l") - 1 / n)),
        )


claim = Claim(
    id="P1",
    title="To first order the orthogonality gap of the linear BN chain contracts by n/(n+2) and settles at N E V^2 = (n-1)(n+2)^2/(4n(n+1))",
    paper=ORTHOGONALIZATION,
    statement=OrthogonalityGap(),
    pinned=[WideCase(4, 200), WideCase(6, 300)],
    cases=lambda: _cases(),
    mutants=[
        Mutant(
            "no accumulation over layers",
            OrthogonalityGap(stationary=lambda n: (n - 1) / n),
            on="n=6 d=300",
            by=SAMPLED,
        ),
        Mutant("no accumulation, by algebra", OrthogonalityGap(stationary=lambda n: (n - 1) / n), on="", by=SYMBOLIC),
        Mutant("no contraction", OrthogonalityGap(contraction=lambda n: n / n), on="", by=SYMBOLIC),
        Mutant(
            "contraction (n-1)/(n+1)", OrthogonalityGap(contraction=lambda n: (n - 1) / (n + 1)), on="", by=SYMBOLIC
        ),
        Mutant("no contraction, sampled", OrthogonalityGap(contraction=lambda n: n / n), on="n=4 d=200", by=SAMPLED),
    ],
)


def _cases() -> Any:
    from hypothesis import strategies as st

    return st.integers(3, 6).map(lambda n: WideCase(n, 50 * n))


@claim.for_all(SYMBOLIC)
def by_sphere_moments(statement: OrthogonalityGap, _: None, __: Trial) -> Evidence:
    """Derive the contraction from moments of the sphere, and the stationary value from the linear recursion."""
    n, x, y = sp.symbols("n x y", positive=True)
    proof = Derivation().uses("E u_i^2 u_j^2 = 1/(n(n+2)) and E u_i^4 = 3/(n(n+2)) on the sphere")
    fourth, mixed = 3 / (n * (n + 2)), 1 / (n * (n + 2))
    proof.equal("sum over i, j of E u_i^2 u_j^2 is 1", n * fourth + n * (n - 1) * mixed, 1)
    # K = (I + E)/n with E = diag(x, y, -x-y, 0, ...): the score of the radius-averaged law is (n/2) u.Eu
    trace_square = x * fourth + y * mixed - (x + y) * mixed
    proof.equal("E u_1^2 score / E_11", n * trace_square * n / 2 / x, statement.contraction(n), is_statement=True)
    proof.equal("off the diagonal: E u_1 u_2 score / E_12", (n / 2) * 2 * mixed * n, n / (n + 2))
    innovation = (n - 1) / n
    proof.equal("E ||u u^T - I/n||^2 = 1 - 1/n", 1 - 2 / n + 1 / n, innovation)
    stationary = innovation / (1 - (n / (n + 2)) ** 2)
    proof.equal("stationary value", statement.stationary(n), stationary, is_statement=True)
    return proof.evidence("moments of the sphere and a linear recursion; first order in the deviation and in 1/N")


@claim.sampled
def in_wide_chains(statement: OrthogonalityGap, case: WideCase, trial: Trial) -> Evidence:
    """Test N V^2 of chains 24 layers deep, and one row's projection on a small deviation.

    The variance of N V^2 in the limit is 2 E^2/D, D = (n-1)(n+2)/2 components of one variance; twice that is declared. The
    widths of support stay above the O(n/N) bias of the limit.
    """
    n, width = case.batch_size, case.width
    limit = float(statement.stationary(Fraction(n)))
    scale = (n - 1) * (n + 2) ** 2 / (4 * n * (n + 1))
    gap = MeanTest.equal(limit, variance=8 * scale**2 / ((n - 1) * (n + 2)), delta=0.3 * scale)
    size = 0.05
    # D = diag(1, -1, 0, ...): u.Du has mean contraction * 2 size/n at K = (I + size D)/n, up to O(size^3). With the same
    # normals at size and -size the difference lies in [0, 2 size/(1 - size^2)].
    row = MeanTest.equal(float(statement.contraction(Fraction(n))), support=(-0.125, n / 2 + 0.125), delta=0.02)
    config = {"batch_size": n, "width": width, "depth": 24, "chains": 10}
    parts = [
        judge_mean(trial, gap, scaled_gaps, config, shards=40, what="N V^2 at depth 24", share=0.5),
        judge_mean(
            trial,
            row,
            row_projections,
            {"batch_size": n, "size": size, "rows": 20_000},
            shards=10,
            what="projection of one row",
            share=0.5,
        ),
    ]
    return all_of(parts)


def scaled_gaps(rng: np.random.Generator, batch_size: int, width: int, depth: int, chains: int) -> np.ndarray:
    """Return N V^2 of chains at the last layer; the columns of W X are drawn from K, exactly in law."""
    n = batch_size
    gram = np.broadcast_to(np.eye(n) / n, (chains, n, n))
    for _ in range(depth):
        rows = np.linalg.cholesky(gram) @ rng.standard_normal((chains, n, width))
        rows /= np.sqrt(np.sum(rows * rows, axis=1, keepdims=True))
        gram = rows @ rows.swapaxes(1, 2) / width
    return width * np.sum((gram - np.eye(n) / n) ** 2, axis=(1, 2))


def row_projections(rng: np.random.Generator, batch_size: int, size: float, rows: int) -> np.ndarray:
    """Return n/(4 size) times the difference of u_1^2 - u_2^2 between N(0, I + size D) and N(0, I - size D)."""
    squares = rng.standard_normal((rows, batch_size)) ** 2
    first, second, rest = squares[:, 0], squares[:, 1], squares[:, 2:].sum(axis=1)

    def contrast(s: float) -> np.ndarray:
        left, right = (1 + s) * first, (1 - s) * second
        return (left - right) / (left + right + rest)

    return (contrast(size) - contrast(-size)) * batch_size / (4 * size)
