"""B9. Back-propagation through batch norm projects: dL/dH = D^{-1/2}(G - diag(G X^T) X), so its rows are orthogonal to the rows of X.

Row by row: x = h/|h|, d(g.x)/dh = (g - (g.x) x)/|h|. Hence row i of dL/dW = dL/dH X_l^T is orthogonal to row i of W, because the
output does not depend on the length of that row. Source: [B], proof of its Theorem 2; elementary.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import sympy as sp

from numerics.batch_norm.network import batch_norm, normalised_backward
from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.batch_norm import cases
from proofs_check.ledger.batch_norm.cases import Width
from proofs_check.ledger.papers import BATCH_NORM


@dataclass(frozen=True)
class Jacobian:
    """d(g.x)/dh = (g - projection (g.x) x)/|h|^power for x = h/|h|."""

    projection: int = 1
    power: int = 1

    def formula(self) -> Formula:
        """Return the gradient of g.x by the row h, component by component, x = h/|h|."""
        i, j, d = sp.symbols("i j d", integer=True)
        g, x, h = (sp.IndexedBase(name) for name in ("g", "x", "h"))
        length = sp.sqrt(sp.Sum(h[i] ** 2, (i, 1, d)))
        along = sp.Sum(g[i] * x[i], (i, 1, d))
        return (
            equal(sp.Derivative(along, h[j]), (g[j] - self.projection * along * x[j]) / length**self.power),
            equal(x[j], h[j] / length),
        )


claim = Claim(
    id="B9",
    title="Back-propagation through batch norm removes from every row of the gradient its part along the normalised row",
    paper=BATCH_NORM,
    statement=Jacobian(),
    pinned=tuple(map(Width, (2, 3, 4))),
    cases=lambda: cases.widths(5),
    mutants=[
        Mutant("no projection", Jacobian(projection=0), on="d=3", by=SYMBOLIC),
        Mutant("no projection, in the network", Jacobian(projection=0), on="d=3", by=SAMPLED),
        Mutant("divided by |h|^2", Jacobian(power=2), on="d=2", by=SYMBOLIC),
    ],
)


@claim.symbolic
def by_differentiation(statement: Jacobian, case: Width, _: Trial) -> Evidence:
    """Differentiate g.h/r, r^2 = h.h (so dr/dh_j = h_j/r), and compare components; rows of n = d symbolic entries."""
    n = case.width
    h, g = sp.symbols(f"h1:{n + 1}"), sp.symbols(f"g1:{n + 1}")
    r = sp.Symbol("r", positive=True)
    along = sum(a * b for a, b in zip(g, h, strict=True)) / r  # g.x
    proof = Derivation()
    for j in range(n):
        exact = sp.diff(along, h[j]) + sp.diff(along, r) * h[j] / r
        stated = (g[j] - statement.projection * along * h[j] / r) / r**statement.power
        proof.equal(f"component {j + 1}", exact, stated, is_statement=True)
    inner = sum((g[j] - statement.projection * along * h[j] / r) * h[j] for j in range(n))
    reduced = sp.expand(inner).subs(h[0] ** 2, r**2 - sum(x**2 for x in h[1:]))
    first = sp.expand(sp.expand(inner * r**2).subs({h[0] ** 3: h[0] * (r**2 - sum(x**2 for x in h[1:]))}))
    first = sp.expand(first.subs(h[0] ** 2, r**2 - sum(x**2 for x in h[1:])))
    proof.equal("orthogonal to the row", first if statement.projection else reduced, 0, is_statement=True)
    return proof.evidence(f"rows of {n} entries, every component")


@claim.sampled
def along_networks(statement: Jacobian, case: Width, trial: Trial) -> Evidence:
    """Test that |row of the stated gradient . row of X| is below 1e-10 of their norms, at every layer of networks."""
    test = MeanTest.at_most(1e-3, support=(0.0, 1.0), delta=0.05)
    config = {"width": case.width, "projection": statement.projection, "size": 100}
    return judge_mean(trial, test, overlaps, config, shards=10, what="share of rows that are not orthogonal")


def overlaps(rng, width: int, projection: int, size: int):  # type: ignore[no-untyped-def]
    """Return for each row 1 if the cosine between gradient and normalised row exceeds 1e-10, else 0."""
    x, squares = batch_norm(rng.standard_normal((size, width, width)))
    gradient = rng.standard_normal(x.shape)
    if projection:
        gradient = normalised_backward(gradient, x, squares)
    cosine = np.abs(np.einsum("sij,sij->si", gradient, x)) / np.sqrt(np.einsum("sij,sij->si", gradient, gradient))
    return (cosine > 1e-10).astype(np.float64).ravel()
