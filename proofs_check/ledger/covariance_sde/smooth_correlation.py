"""D14. Under smooth shaping the drift of rho is -rho(1-rho^2)/2 + (f2^2/8a^2)[sqrt(V11 V22)(4rho^2+2) - 3rho(V11+V22)]: f3 cancels.

Corollary: for phi''(0) = 0 (tanh, erf, sin) rho_T has the law of the linear network. Proof: Ito's formula with D12's drift.
Sampled: tanh networks against the linear law, by Fokker-Planck. Source: [D]; the corollary is this project's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import sympy as sp

from numerics.covariance_sde.chain import correlations, final_covariances
from numerics.covariance_sde.finite_size import correlation_size
from numerics.covariance_sde.shaped_activation import smooth_map
from proofs_check.claim.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, Increment, equal, implies, slope
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import judge_law
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.covariance_sde.correlation_sde import limit_law
from proofs_check.ledger.papers import COVARIANCE_SDE
from theory.covariance_sde.correlation import (
    coordinates,
    correlation,
    generator,
    in_terms_of_correlation,
    noise_drift,
    smooth_drift,
)
from theory.covariance_sde.shaped_relu import limit_drift
from theory.covariance_sde.smooth import drift_series, symbols

Drift = Callable[[sp.Expr, sp.Expr, sp.Expr, sp.Expr, sp.Expr, sp.Expr], sp.Expr]


def _stated(rho: sp.Expr, v11: sp.Expr, v22: sp.Expr, f2: sp.Expr, _: sp.Expr, a: sp.Expr) -> sp.Expr:
    return smooth_drift(rho, v11, v22, f2, a)


def _with_third(rho: sp.Expr, v11: sp.Expr, v22: sp.Expr, f2: sp.Expr, f3: sp.Expr, a: sp.Expr) -> sp.Expr:
    """Return the drift with the phi''' part of V12 alone, not cancelled by the norms."""
    return smooth_drift(rho, v11, v22, f2, a) + f3 / (2 * a**2) * rho * (v11 + v22 - 2)


def _norms_ignored(rho: sp.Expr, _: sp.Expr, __: sp.Expr, f2: sp.Expr, ___: sp.Expr, a: sp.Expr) -> sp.Expr:
    return smooth_drift(rho, sp.Integer(1), sp.Integer(1), f2, a)


@dataclass(frozen=True)
class SmoothCorrelation:
    """The drift of rho, and the strength of the shaped relu whose law tanh networks are said to have (0: linear)."""

    drift: Drift = _stated
    strength: int = 0

    def formula(self) -> Formula:
        """Return the equation of rho under smooth shaping, and the drift it is said to have for phi''(0) = 0.

        f_2 = phi''(0) and f_3 = phi'''(0); the second equation is that of shaped relu of the stated strength.
        """
        rho, f2, f3, a, v11, v22 = sp.symbols("rho f_2 f_3 a V^11 V^22")
        time, brownian = Increment(sp.Symbol("t")), Increment(sp.Symbol("B"))
        noise = (1 - rho**2) * brownian
        odd = limit_drift(rho, sp.Integer(self.strength)) + noise_drift(rho)
        return (
            equal(Increment(rho), self.drift(rho, v11, v22, f2, f3, a) * time + noise),
            implies(sp.Eq(f2, 0), sp.Eq(Increment(rho), odd * time + noise)),
            equal(f2, slope("phi", 0, 2)),
            equal(f3, slope("phi", 0, 3)),
        )


@dataclass(frozen=True)
class OddShape:
    """An odd activation (phi'' = 0) at scale a, from correlation rho."""

    text: str
    scale: Fraction
    rho: Fraction = Fraction(3, 10)

    def __str__(self) -> str:
        return f"{self.text} a={self.scale} rho={self.rho}"


def odd_shapes() -> object:
    """Return a strategy over odd activations, scales and correlations."""
    from hypothesis import strategies as st

    return st.builds(
        OddShape,
        st.sampled_from(["tanh", "erf", "sin"]),
        st.sampled_from([Fraction(1), Fraction(3, 4), Fraction(2)]),
        st.integers(-8, 8).map(lambda k: Fraction(k, 10)),
    )


TANH = OddShape("tanh", Fraction(3, 4))
WIDTH = 64
claim = Claim(
    id="D14",
    title="phi''' cancels in the correlation under smooth shaping: odd activations have the linear network's law of rho",
    paper=COVARIANCE_SDE,
    statement=SmoothCorrelation(),
    pinned=(TANH, OddShape("sin", Fraction(1))),
    cases=odd_shapes,  # type: ignore[arg-type]
    mutants=[
        Mutant("phi''' does not cancel", SmoothCorrelation(_with_third), on="", by=SYMBOLIC),
        Mutant("norms ignored", SmoothCorrelation(_norms_ignored), on="", by=SYMBOLIC),
        Mutant("tanh contracts like shaped relu", SmoothCorrelation(strength=4), on=str(TANH), by=SAMPLED),
    ],
)


@claim.for_all(SYMBOLIC)
def by_ito(statement: SmoothCorrelation, _: None, __: Trial) -> Evidence:
    """Ito's formula for rho with the drift derived by Isserlis."""
    big_a, big_b, big_c, a, f2, f3, *_rest = symbols()
    v11, v22, v12 = coordinates()
    drift = drift_series(0)[0]
    names = {big_a: v11, big_b: v22, big_c: v12}
    b = (
        drift.subs({big_b: big_a, big_c: big_a}).subs(names),
        drift.subs({big_a: big_b, big_c: big_b}).subs(names),
        drift.subs(names),
    )
    rho = sp.Symbol("rho", real=True)
    p, q, v = sp.symbols("p q v", positive=True)
    found = in_terms_of_correlation(generator(correlation(), b), rho)
    stated = sp.powdenest(statement.drift(rho, p**2, q**2, f2, f3, a), force=True)
    proof = Derivation().uses("Ito's formula")
    proof.equal("drift of rho", found, stated, is_statement=True)
    equal_norms = found.subs({p: sp.sqrt(v), q: sp.sqrt(v)}) + rho * (1 - rho**2) / 2
    proof.equal(
        "at equal norms: (f2^2 v/4a^2)(1-rho)(1-2rho)", equal_norms, f2**2 * v / (4 * a**2) * (1 - rho) * (1 - 2 * rho)
    )
    odd = limit_drift(rho, sp.Integer(statement.strength)) + noise_drift(rho)
    proof.equal("phi'' = 0: the linear network", found.subs(f2, 0), odd)
    return proof.evidence("Ito's formula with symbolic derivatives")


@claim.sampled
def odd_networks_against_the_linear_law(statement: SmoothCorrelation, case: OddShape, trial: Trial) -> Evidence:
    """Compare artanh rho_1 of networks of width and depth 64 with the linear law, up to noise and bias."""
    config = {
        "text": case.text,
        "scale": float(case.scale),
        "rho": float(case.rho),
        "width": WIDTH,
        "networks": 500,
    }
    law = limit_law(float(statement.strength), float(case.rho), 1, 1)
    return judge_law(
        trial,
        distances,
        config,
        np.asarray,
        law,
        shards=2,
        delta=0.16,
        what=f"artanh rho_1 at n = {WIDTH}",
        bias=1.5 * correlation_size(0.0, float(case.rho)).bias(WIDTH),  # measured for shaped relu, hence 1.5
    )


def distances(rng: np.random.Generator, text: str, scale: float, rho: float, width: int, networks: int) -> np.ndarray:
    """Return artanh rho after `width` layers of smoothly shaped networks."""
    phi = smooth_map(text, scale, width)
    last = final_covariances(phi, [[1.0, rho], [rho, 1.0]], width, width, rng, repeats=networks)
    return np.arctanh(np.clip(correlations(last), -1 + 1e-15, 1 - 1e-15))
