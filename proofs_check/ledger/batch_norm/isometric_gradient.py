"""B10. From orthogonal inputs E |dL/dW_l|^2 = E|A|^2 + (d/(d+2))^{L-1-l} E|S|^2, A and S the antisymmetric and the hollow symmetric part
of M_L = (dL/dX_L) X_L^T: gradients neither explode nor vanish, at any depth.

M_l = W_l^T offdiag(M_{l+1}) W_l, |dL/dW_l| = |offdiag M_{l+1}|. Rotation keeps A antisymmetric, so without diagonal; of a rotated
traceless symmetric matrix the diagonal has the share 2/(d+2) of the square. Source: this project, sharpening Theorem 2 of [B].
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp

from numerics.batch_norm.gradient import gradient_path
from numerics.batch_norm.network import BatchNormNetwork
from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, Increment, equal, function, mean
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import BATCH_NORM
from theory.batch_norm.gradient import diagonal_share

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclass(frozen=True)
class LayerBelow:
    """The gradient of the weight `above` layers below the last one, in a network of width d."""

    width: int
    above: int

    def __str__(self) -> str:
        return f"d={self.width} above={self.above}"


def kept_share(d: Any) -> Any:
    """Return d/(d+2)."""
    return d / (d + 2)


@dataclass(frozen=True)
class IsometricGradient:
    """E |dL/dW_l|^2 = protected E|A|^2 + kept(d)^{layers above} E|S|^2 (protected: whether A is never touched)."""

    kept: Callable[[Any], Any] = kept_share
    protected: bool = True

    def norm(self, d: Any, above: Any, antisymmetric: Any, symmetric: Any) -> Any:
        """Return the stated E |dL/dW_l|^2."""
        share = self.kept(d) ** above
        return antisymmetric * (1 if self.protected else share) + share * symmetric

    def formula(self) -> Formula:
        """Return the mean squared gradient of layer l of D, with k layers above, from orthogonal inputs, and what A, S and M are."""
        d, i, j = sp.symbols("d i j", integer=True, positive=True)
        layers, norm, last = sp.Symbol("k"), function("norm"), sp.Symbol("D")
        antisymmetric, symmetric, product = (sp.IndexedBase(name) for name in ("A", "S", "M"))
        gradient = Increment(sp.Symbol("L")) / Increment(sp.Symbol("W_l"))
        squares = (mean(norm(sp.Symbol(name)) ** 2) for name in ("A", "S"))
        upper, state = sp.MatrixSymbol("G", d, d), sp.MatrixSymbol("X_D", d, d)
        return (
            equal(mean(norm(gradient) ** 2), self.norm(d, layers, *squares)),
            equal(layers, last - 1 - sp.Symbol("l")),
            equal(antisymmetric[i, j], (product[i, j] - product[j, i]) / 2),
            equal(symmetric[i, j], (1 - sp.KroneckerDelta(i, j)) * (product[i, j] + product[j, i]) / 2),
            equal(sp.MatrixSymbol("M", d, d), upper * state.T),
            equal(sp.Symbol("G"), Increment(sp.Symbol("L")) / Increment(sp.Symbol("X_D"))),
        )


def _draw() -> SearchStrategy[LayerBelow]:
    from hypothesis import strategies as st

    return st.builds(LayerBelow, st.integers(2, 12), st.integers(0, 20))


claim = Claim(
    id="B10",
    title="From orthogonal inputs the antisymmetric half of the gradient survives every depth, the rest decays like (d/(d+2))^l",
    paper=BATCH_NORM,
    statement=IsometricGradient(),
    pinned=[LayerBelow(2, 3), LayerBelow(3, 1), LayerBelow(10, 5), LayerBelow(10, 30), LayerBelow(32, 20)],
    cases=_draw,
    mutants=[
        Mutant("everything decays", IsometricGradient(protected=False), on="", by=SYMBOLIC),
        Mutant("everything decays, sampled", IsometricGradient(protected=False), on="d=10 above=30", by=SAMPLED),
        Mutant("nothing decays", IsometricGradient(kept=lambda d: d / d), on="d=10 above=5", by=SAMPLED),
        Mutant("share (d-2)/d", IsometricGradient(kept=lambda d: (d - 2) / d), on="", by=SYMBOLIC),
    ],
)


@claim.for_all(SYMBOLIC)
def by_parts(statement: IsometricGradient, _: None, __: Trial) -> Evidence:
    """One layer on a generic 3 x 3 matrix M = A + S, and the moments of a row for every d."""
    d = sp.Symbol("d", positive=True)
    a2, s2 = sp.symbols("a2 s2")
    proof = Derivation()
    entries, w = sp.Matrix(3, 3, sp.symbols("m1:10")), sp.Matrix(sp.symbols("w1:4"))
    antisymmetric = (entries - entries.T) / 2
    proof.equal("w^T A w = 0", sp.expand((w.T * antisymmetric * w)[0]), 0)
    symmetric = (entries + entries.T) / 2
    off = entries - sp.diag(*entries.diagonal())
    squares = [sum(x**2 for x in m) for m in (off, antisymmetric, symmetric - sp.diag(*entries.diagonal()))]
    proof.equal("|offdiag M|^2 = |A|^2 + |S|^2", squares[0], sp.expand(squares[1] + squares[2]))
    trace = sum(antisymmetric[i, j] * symmetric[j, i] for i in range(3) for j in range(3))
    proof.equal("A and S are orthogonal", sp.expand(trace), 0)
    proof.equal("share of the diagonal after a rotation", 1 - diagonal_share(), kept_share(d))
    proof.equal("no layer above", statement.norm(d, 0, a2, s2), a2 + s2, is_statement=True)
    for above in (1, 2):
        exact = a2 + (1 - diagonal_share()) ** above * s2
        proof.equal(f"{above} layers above", statement.norm(d, above, a2, s2), exact, is_statement=True)
    k = sp.Symbol("k", integer=True, positive=True)
    step = statement.norm(d, k + 1, a2, s2) - statement.norm(d, k, a2, (1 - diagonal_share()) * s2)
    proof.equal("one layer more, whatever their number", sp.powsimp(sp.expand(step / statement.kept(d) ** k)), 0)
    proof.uses("w.Aw = 0 for antisymmetric A, and A and S are orthogonal, in every dimension (shown for 3 x 3)")
    return proof.evidence("rotation by independent Haar matrices, induction over layers")


@claim.sampled
def sampled_networks(statement: IsometricGradient, case: LayerBelow, trial: Trial) -> Evidence:
    """Test |dL/dW_l|^2 for L = <G, X_L>, G uniform of norm 1 (E|A|^2 = E|S|^2 = (d-1)/(2d)): it lies in [0, 1]."""
    part = Fraction(case.width - 1, 2 * case.width)
    expected = float(statement.norm(Fraction(case.width), case.above, part, part))
    test = MeanTest.equal(expected, support=(0.0, 1.0), delta=0.03)
    size = max(2, 20_000 // (case.width**2 * (case.above + 1)))
    config = {"width": case.width, "depth": case.above + 1, "size": size}
    return judge_mean(trial, test, squared_gradients, config, shards=40, what="|dL/dW_l|^2")


def squared_gradients(rng: np.random.Generator, width: int, depth: int, size: int) -> np.ndarray:
    """Return |dL/dW_0|^2 for `size` networks of this depth on the identity, L = <G, X_L>, G uniform of norm 1."""

    def direction(state: np.ndarray) -> np.ndarray:
        gradient = rng.standard_normal(state.shape)
        return gradient / np.sqrt(np.sum(gradient**2, axis=(-1, -2), keepdims=True))

    inputs = np.broadcast_to(np.eye(width), (size, width, width))
    path = gradient_path(BatchNormNetwork(width, depth), inputs, direction, rng)
    return np.clip(np.exp(2 * path.weights[:, 0]), 0.0, 1.0)
