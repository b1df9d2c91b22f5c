"""D21. Unshaped relu, u = 1-rho, q = l^2 u, t = l/n: dq = [(2q/t)(1 - (sqrt2/3pi) sqrt q) + 2q] dt + 2 sqrt2 q dB.

Proof: K = 1 - u + (2 sqrt2/3pi) u^{3/2} + ..., E rho' = K + (-2u + ...)/n, Var rho' = (8u^2 + ...)/n by the delta method; the
noise-free solution is l^2 u -> 9 pi^2/2. The drift +2q is a 1/n effect. Sampled: one layer at u = 10^-4, n = 100.
Source: the limit is due to [D] (Li, Nica, arXiv 2310.12079); the term +2q as derived here, its printed form not at hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import sympy as sp

from proofs_check.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.evidence import Evidence, Figure
from proofs_check.ledger.papers import COVARIANCE_SDE
from proofs_check.sampled import judge_mean
from proofs_check.symbolic import Derivation
from proofs_check.trial import Trial
from theory.covariance_sde.shaped_relu import mean_correlation
from theory.covariance_sde.unshaped import delta_method_bias, gap_series


@dataclass(frozen=True)
class UnshapedLimit:
    """The extra drift (extra q dt), the squared noise per q^2, and 1/sqrt of the noise-free limit of l^2 u."""

    extra: int = 2
    squared_noise: int = 8
    inverse_root: sp.Expr = sp.sqrt(2) / (3 * sp.pi)


@dataclass(frozen=True)
class Gap:
    """One layer of unshaped relu of width n at 1 - rho = gap."""

    gap: Fraction
    width: int

    def __str__(self) -> str:
        return f"u={self.gap} n={self.width}"


def gaps() -> object:
    """Return a strategy over small gaps and widths."""
    from hypothesis import strategies as st

    return st.builds(Gap, st.sampled_from([Fraction(1, 10**k) for k in (3, 4, 5)]), st.sampled_from([100, 60, 150]))


CASE = Gap(Fraction(1, 10_000), 100)
claim = Claim(
    id="D21",
    title="To leading order of unshaped relu q = l^2 (1-rho) has noise 2 sqrt2 q and the extra drift +2q",
    paper=COVARIANCE_SDE,
    statement=UnshapedLimit(),
    pinned=(CASE, Gap(Fraction(1, 1000), 100)),
    cases=gaps,  # type: ignore[arg-type]
    mutants=[
        Mutant("no extra drift", UnshapedLimit(extra=0), on="", by=SYMBOLIC),
        Mutant("extra drift -2q", UnshapedLimit(extra=-2), on="", by=SYMBOLIC),
        Mutant("noise 2q", UnshapedLimit(squared_noise=4), on="", by=SYMBOLIC),
        Mutant("l^2 u -> 9 pi^2", UnshapedLimit(inverse_root=1 / (3 * sp.pi)), on="", by=SYMBOLIC),
        Mutant("no extra drift, layers", UnshapedLimit(extra=0), on=str(CASE), by=SAMPLED),
        Mutant("extra drift -2q, layers", UnshapedLimit(extra=-2), on=str(CASE), by=SAMPLED),
    ],
)


@claim.for_all(SYMBOLIC)
def by_series(statement: UnshapedLimit, _: None, __: Trial) -> Evidence:
    """Series of kernel, bias and variance in w = sqrt u; then q = l^2 u by Ito at t = l/n."""
    w, gap, bias, variance = gap_series()
    proof = Derivation().uses("delta method at order 1/n").uses("Ito's formula")
    proof.equal("1 - K = u - ...", gap.coeff(w, 2), 1)
    unit = sp.sqrt(2) / (3 * sp.pi)  # squares of multiples of it are rational
    proof.equal(
        "u^{3/2} of K: twice the stated root, squares in units of 2/9pi^2",
        (gap.coeff(w, 3) / unit) ** 2,
        4 * (statement.inverse_root / unit) ** 2,
        is_statement=True,
    )
    proof.equal("u^{5/2} of K", -gap.coeff(w, 5), sp.sqrt(2) / (30 * sp.pi))
    proof.equal("n (E u' - (1-K)) = extra u + ...", -bias.coeff(w, 2), statement.extra, is_statement=True)
    proof.equal("u^{3/2} of the bias", bias.coeff(w, 3), 4 * sp.sqrt(2) / sp.pi)
    proof.equal("n Var u' = noise u^2 + ...", variance.coeff(w, 4), statement.squared_noise, is_statement=True)
    layer, n, q, t = sp.symbols("l n q t", positive=True)
    u = q / layer**2
    step = layer**2 * n * (-2 * statement.inverse_root * u ** sp.Rational(3, 2) + statement.extra * u / n)
    drift = sp.expand(step + 2 * n * q / layer).subs(layer, n * t)  # d(l^2)/dl = 2 l
    root = sp.Symbol("r", positive=True)
    stated = (2 * q / t) * (1 - statement.inverse_root * sp.sqrt(q)) + statement.extra * q
    proof.equal("drift of q", sp.expand(sp.powdenest((drift - stated).subs(q, root**2), force=True)), 0)
    proof.equal("noise-free limit of l^2 u over 9 pi^2/2", (unit / statement.inverse_root) ** 2, 1, is_statement=True)
    return proof.evidence("series near correlation 1", sharpness=Figure("extra drift", "+2q"))


@claim.sampled
def one_layer(statement: UnshapedLimit, case: Gap, trial: Trial) -> Evidence:
    """Test E u'/u = (1-K)/u + bias/(n u) with the stated leading term; remainder of order n^-2 is within 30/n^2."""
    from numerics.e_value import MeanTest

    u = sp.Rational(case.gap.numerator, case.gap.denominator)
    rho, one, n = 1 - u, sp.Integer(1), case.width
    kernel = float(sp.N((1 - mean_correlation(rho, one)) / u, 20))
    bias = float(sp.N(-delta_method_bias(rho, one) / u, 20)) + statement.extra - 2
    mean, slack = kernel + bias / n, 30 / n**2
    test = MeanTest(mean - slack, mean + slack, (-np.inf, np.inf), 13 / n, 0.012)
    config = {"gap": float(case.gap), "width": n}
    return judge_mean(trial, test, relative_gaps, config, shards=16, what="u'/u")


def relative_gaps(rng: np.random.Generator, gap: float, width: int) -> np.ndarray:
    """Return u'/u of 5 000 layers, the gap computed as |a - b|^2/2 of unit vectors (no cancellation)."""
    rho = 1 - gap
    x = rng.standard_normal((5_000, width))
    y = rho * x + np.sqrt(gap * (2 - gap)) * rng.standard_normal((5_000, width))
    a, b = np.maximum(x, 0), np.maximum(y, 0)
    a /= np.linalg.norm(a, axis=1, keepdims=True)
    b /= np.linalg.norm(b, axis=1, keepdims=True)
    return ((a - b) ** 2).sum(axis=1) / (2 * gap)
