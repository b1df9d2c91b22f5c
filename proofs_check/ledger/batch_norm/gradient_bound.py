"""B11. Gradients from any invertible input: a bound on every path, and an explicit one on average, at every layer and depth.

eta_l = -sum_i log a_i = d (phi_l - phi_{l+1}) >= 0 adds up to at most d phi_0, and -log min a <= eta + sqrt(2 eta). On every path
log|dL/dX_0| <= log|dL/dX_L| + (d phi_0 + sum_l sqrt(2 eta_l))/2; blocks of ceil(K) layers (B7, Cauchy-Schwarz, Jensen) give
E log|dL/dW_l| <= log sup|dL/dX_L| + (log d)/2 + d phi_0/2 + sqrt(2 ceil(K) d phi_0)/(2(1 - e^{-1/2})).
Proof of the inequality: h(a) = a - 1 - log a decreases on (0, 1) and sums to eta; at a = e^{-s - s^2/2} >= 1 - s, s = sqrt(2 eta), it is at
least eta. Source: this project, sharpening Theorem 2 of [B].
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from numerics.batch_norm.gradient import gradient_path
from numerics.batch_norm.network import BatchNormNetwork
from numerics.batch_norm.prescribed_spectrum import batch_with_spectrum
from numerics.network.isometry_gap import isometry_gap
from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, Increment, at_most, equal, function
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.batch_norm import cases
from proofs_check.ledger.batch_norm.cases import Spectrum
from proofs_check.ledger.papers import BATCH_NORM

SLACK = 1e-7
"""Rounding of log a_i enters sqrt(2 eta) as its root: eta is known to about 1e-15 only."""


@dataclass(frozen=True)
class GradientBound:
    """-log min a <= s^2/2 + linear s, s = sqrt(2 eta)."""

    linear: int = 1

    def row(self, s: Any) -> Any:
        """Return the bound on -log min a."""
        return s**2 / 2 + self.linear * s

    def formula(self) -> Formula:
        """Return the bound of a row, and the two on every path of D layers."""
        d, s, eta, start, i, depth = sp.symbols("d s eta phi_0 i D")
        layer, norm = sp.Symbol("l", integer=True), function("norm")
        excess, loss = sp.IndexedBase("eta"), Increment(sp.Symbol("L"))
        states = [sp.log(norm(loss / Increment(sp.Symbol(name)))) for name in ("X_0", "X_D")]
        roots = sp.Sum(sp.sqrt(2 * excess[layer]), (layer, 0, depth - 1))
        return (
            at_most(-sp.log(function("min_i")(sp.IndexedBase("a")[i])), self.row(s)),
            equal(s, sp.sqrt(2 * eta)),
            equal(eta, -sp.Sum(sp.log(sp.IndexedBase("a")[layer]), (layer, 1, d))),
            at_most(sp.Sum(excess[layer], (layer, 0, depth - 1)), d * start),
            at_most(states[0], states[1] + (d * start + self.linear * roots) / 2),
        )


ROW, PATH = PARTS = (
    "the bound of a row",
    "the bounds along a path",
)
claim = Claim(
    id="B11",
    title="A row has -log min a <= eta + sqrt(2 eta), and along a path the gradient grows by at most (d phi_0 + sum sqrt(2 eta_l))/2 in the log",
    paper=BATCH_NORM,
    statement=GradientBound(),
    parts=PARTS,
    pinned=(*cases.PINNED, cases.one_large(10, Fraction(9, 10))),
    cases=cases.spectra,
    mutants=[
        Mutant("no square root", GradientBound(linear=0), on="1..8", by=SAMPLED, part=PATH),
        Mutant("no square root, by algebra", GradientBound(linear=0), on="", by=SYMBOLIC, part=ROW),
    ],
)


@claim.for_all(SYMBOLIC, part=ROW)
def by_one_function(statement: GradientBound, _: None, __: Trial) -> Evidence:
    """Check the row inequality: h(a) = a - 1 - log a <= eta holds at its ends, and h is monotone between."""
    a, s, x = sp.symbols("a s x", positive=True)
    proof = Derivation()
    h = a - 1 - sp.log(a)
    proof.equal("h = a - 1 - log a has slope -(1-a)/a", sp.diff(h, a), -(1 - a) / a)
    proof.equal("h(e^{-F}) = e^{-F} - 1 + F", sp.expand_log(h.subs(a, sp.exp(-x)), force=True), sp.exp(-x) - 1 + x)
    proof.equal("(1 - s) - 1 + F = s^2/2 = eta", -s + statement.row(s), s**2 / 2, is_statement=True)
    inner = sp.log(1 - s) + s + s**2 / 2
    proof.equal("log(1-s) + s + s^2/2 vanishes at 0", inner.subs(s, 0), 0)
    proof.equal("and decreases: e^{-F} >= 1 - s", sp.diff(inner, s), -(s**2) / (1 - s))
    return proof.evidence("one function of a row's squared lengths")


@claim.on_cases(SAMPLED, part=PATH)
def on_every_path(statement: GradientBound, case: Spectrum, trial: Trial) -> Evidence:
    """Count violations of three inequalities on chains of 30 layers: the row bound, the telescope, the bound on |dL/dX_0|."""
    test = MeanTest.at_most(1e-3, support=(0.0, 1.0), delta=0.02)
    config = {"eigenvalues": cases.as_floats(case.values), "linear": statement.linear, "size": 20}
    return judge_mean(trial, test, violations, config, shards=10, what="share of violated inequalities")


def violations(rng: np.random.Generator, eigenvalues: tuple[float, ...], linear: int, size: int) -> np.ndarray:
    """Return 1 where an inequality is violated by more than rounding, for chains from this spectrum, L = <G, X_L>."""
    depth, d = 30, len(eigenvalues)
    batch = batch_with_spectrum(rng, eigenvalues, samples=size)
    path = gradient_path(BatchNormNetwork(d, depth), batch, lambda x: rng.standard_normal(x.shape), rng)
    eta = np.maximum(path.log_volume, 0.0)
    root = np.sqrt(2 * eta)
    rows = -path.smallest_row > eta + linear * root + SLACK
    start = d * isometry_gap(batch)
    telescope = eta.sum(axis=-1) > start + SLACK
    gradient = path.states[:, 0] - path.states[:, -1]
    whole = gradient > (start + linear * root.sum(axis=-1)) / 2 + SLACK * depth
    return np.concatenate([rows.ravel(), telescope, whole]).astype(np.float64)
