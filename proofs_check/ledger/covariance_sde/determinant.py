"""D7. For n iid neurons and any activation, E det V' = (1 - 1/n)(E V'^11 E V'^22 - (E V'^12)^2) for two samples.

Proof: in both products of means over neurons the n equal pairs contribute the same E C11 C22 = E C12^2 and cancel; the
n(n-1) distinct pairs factorise. Source: Cauchy-Binet; derived here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import sympy as sp

from numerics.covariance_sde.chain import final_covariances
from numerics.covariance_sde.shaped_activation import shaped_relu_map
from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, mean
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.covariance_sde.cases import Slopes, slopes
from proofs_check.ledger.papers import COVARIANCE_SDE
from theory.covariance_sde.log_norm import term_cumulant
from theory.covariance_sde.shaped_relu import expected_determinant_factor, mean_correlation


@dataclass(frozen=True)
class DeterminantLaw:
    """E det V' = factor(n) (E V'^11 E V'^22 - (E V'^12)^2)."""

    factor: Callable[[sp.Expr], sp.Expr] = expected_determinant_factor

    def formula(self) -> Formula:
        """Return the mean determinant of the covariance V_1 of two samples after a layer."""
        n = sp.Symbol("n")
        v11, v22, v12 = sp.symbols("V_1^11 V_1^22 V_1^12")
        return (equal(mean(v11 * v22 - v12**2), self.factor(n) * (mean(v11) * mean(v22) - mean(v12) ** 2)),)


NARROW = Slopes(Fraction(0), Fraction(-3), width=9)
"""Unshaped relu at n = 9, where the factor is 8/9."""

claim = Claim(
    id="D7",
    title="The mean determinant of two samples after a layer has the factor 1 - 1/n, for every activation",
    paper=COVARIANCE_SDE,
    statement=DeterminantLaw(),
    pinned=(NARROW, Slopes(Fraction(1), Fraction(-1), width=4)),
    cases=slopes,
    mutants=[
        Mutant("factor 1", DeterminantLaw(lambda _: sp.Integer(1)), on="", by=SYMBOLIC),
        Mutant("factor 1, layers", DeterminantLaw(lambda _: sp.Integer(1)), on=str(NARROW), by=SAMPLED),
        Mutant("factor 1 - 2/n", DeterminantLaw(lambda n: 1 - 2 / n), on="", by=SYMBOLIC),
    ],
)


@claim.for_all(SYMBOLIC)
def by_pairs_of_neurons(statement: DeterminantLaw, _: None, __: Trial) -> Evidence:
    """Count equal and distinct pairs of neurons in V'^11 V'^22 and (V'^12)^2."""
    n, same, a, b, c = sp.symbols("n m22 a b c", positive=True)
    product = (n * same + n * (n - 1) * a * b) / n**2  # E phi^2 phi'^2 is E C11 C22 of one neuron
    square = (n * same + n * (n - 1) * c**2) / n**2  # ... and E C12^2
    proof = Derivation().uses("neurons are independent and identically distributed")
    proof.equal("E det V'", product - square, statement.factor(n) * (a * b - c**2), is_statement=True)
    return proof.evidence(
        "pairs of neurons, every activation and width", sharpness=Figure("holds at finite n", "exactly")
    )


@claim.sampled
def determinants_of_layers(statement: DeterminantLaw, case: Slopes, trial: Trial) -> Evidence:
    """Test E det V' for V^11 = V^22 = 1; E det^2 <= E (V'^11)^4 bounds the variance."""
    shape, n = case.shape, case.width
    kernel = float(mean_correlation(sp.Rational(case.rho.numerator, case.rho.denominator), shape.kappa))
    k2, k3, k4 = (float(term_cumulant(k, shape.delta)) for k in (2, 3, 4))
    fourth = 1 + 6 * k2 / n + 4 * k3 / n**2 + 3 * k2**2 / n**2 + k4 / n**3
    mean = float(statement.factor(sp.Integer(n))) * (1 - kernel**2)
    test = MeanTest.equal(mean, variance=fourth, delta=0.05)
    config = {"c_plus": float(case.c_plus), "c_minus": float(case.c_minus), "rho": float(case.rho), "width": n}
    return judge_mean(trial, test, determinants, config, shards=20, what="det V'")


def determinants(rng: np.random.Generator, c_plus: float, c_minus: float, rho: float, width: int) -> np.ndarray:
    """Return det V' of 2 000 000/width layers at most 10 000."""
    phi = shaped_relu_map(c_plus, c_minus, width)
    repeats = min(10_000, 400_000 // width)
    v = final_covariances(phi, [[1.0, rho], [rho, 1.0]], width, 1, rng, repeats=repeats)
    return v[:, 0, 0] * v[:, 1, 1] - v[:, 0, 1] ** 2
