"""N6. A relu network of width n at He variance has E K_l^2/(E K_l)^2 = (1 + 5/n)^l exactly: the four-point vertex is 5 l.

Proof: given the layers before, |relu(h)|^2/n is K times a mean of n iid terms 2 relu(z)^2 of mean 1 and second moment
4 E relu^4 = 6, independent of K. Source: Hanin, Nica; Yaida's vertex V_l = 5 l to leading order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import sympy as sp

from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function, mean, rational
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import NETWORKS
from theory.activation import Activation
from theory.kernel_map.hermite import HermiteExpansion

DEPTH = 2


@dataclass(frozen=True)
class SquaredNorm:
    """E K_l^2/(E K_l)^2 = (1 + strength/n)^l."""

    strength: int = 5

    def formula(self) -> Formula:
        """Return the second moment at width n and depth l."""
        n, layer = sp.symbols("n l")
        norm = function("K")(layer)
        return (equal(mean(norm**2) / mean(norm) ** 2, (1 + rational(self.strength) / n) ** layer),)


claim = Claim(
    id="N6",
    title="A relu network of width n has E K_l^2/(E K_l)^2 = (1 + 5/n)^l at every width and depth",
    paper=NETWORKS,
    statement=SquaredNorm(),
    pinned=(8, 32),
    mutants=[
        Mutant("2/n, as for linear layers", SquaredNorm(2), on="", by=SYMBOLIC),
        Mutant("2/n, samples", SquaredNorm(2), on="8", by=SAMPLED),
    ],
)


@claim.for_all(SYMBOLIC)
def one_layer(statement: SquaredNorm, _: None, __: Trial) -> Evidence:
    """Prove that one layer multiplies the second moment by 1 + strength/n."""
    n = sp.Symbol("n", positive=True)
    moments = [HermiteExpansion(Activation.from_text(text)).second_moment.exact for text in ("relu", "relu(x)**2")]
    assert moments[0] is not None  # both have closed forms
    assert moments[1] is not None
    term = moments[1] / moments[0] ** 2  # second moment of one of n iid terms of mean 1
    proof = Derivation().uses("moments of a mean of n iid terms").uses("layers are independent given the norm")
    proof.equal("E R^2", 1 + (term - 1) / n, 1 + statement.strength / n, is_statement=True)
    return proof.evidence("one layer, and by independence every depth")


@claim.sampled
def two_layers(statement: SquaredNorm, width: int, trial: Trial) -> Evidence:
    """Test E K_2^2 = (1 + strength/n)^2 on chains of norms; E R^4 from the cumulants of 2 relu^2 bounds the variance."""
    stated = (1 + statement.strength / width) ** DEPTH
    fourth = _fourth_moment(width) ** DEPTH
    test = MeanTest.equal(stated, variance=fourth, delta=0.1 * stated)
    return judge_mean(trial, test, squared_norms, {"width": width}, shards=20, what="K_2^2")


def _fourth_moment(width: int) -> float:
    """Return E R^4 of a mean of n iid terms Y = 2 relu(z)^2: E Y^k = 2^k (2k-1)!!/2."""
    m = [1.0, 1.0, 6.0, 60.0, 840.0]
    n = width
    pairs = m[4] * n + 4 * n * (n - 1) * m[3] + 3 * n * (n - 1) * m[2] ** 2
    return (pairs + 6 * n * (n - 1) * (n - 2) * m[2] + n * (n - 1) * (n - 2) * (n - 3)) / n**4


def squared_norms(rng: np.random.Generator, width: int) -> np.ndarray:
    """Return K_2^2 of 20 000 networks, exactly in law: a norm is a product of independent means."""
    terms = np.maximum(rng.standard_normal((20_000, DEPTH, width)), 0) ** 2
    return np.prod(2 * terms.mean(-1), axis=1) ** 2
