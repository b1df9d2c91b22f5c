"""B5. Near isometry one layer multiplies the expected gap by d/(d+2), to leading order and for every direction of the deviation.

phi = s_2/(2d) + O(|mu|^3) and the decrease is s_2/(d(d+2)) + O(|mu|^3), mu = lambda - 1. The factor is the share that is left of a
traceless symmetric matrix, rotated by a Haar matrix, when its diagonal is deleted. Source: this project.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import flint
import numpy as np
import sympy as sp

from numerics.batch_norm.network import BatchNormNetwork, gap_path
from numerics.batch_norm.prescribed_spectrum import batch_with_spectrum
from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import CERTIFIED, SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, at_least, equal, limit, mean
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.batch_norm import cases
from proofs_check.ledger.batch_norm.cases import Width
from proofs_check.ledger.papers import BATCH_NORM
from theory.batch_norm.gradient import diagonal_share
from theory.batch_norm.one_step import centred_moment, isometry_gap, one_step_change
from theory.batch_norm.time_scale import near_isometry_factor

STEP = Fraction(1, 10**6)


def near_spectrum(width: int) -> tuple[Fraction, ...]:
    """Return 1 + h (2k - d - 1)/(d - 1), k = 1..d, h = 1e-6."""
    return tuple(1 + STEP * Fraction(2 * k - width - 1, width - 1) for k in range(1, width + 1))


def one_eigenvalue_rate(d: sp.Expr) -> sp.Expr:
    """Return 1 - 1/d^2, the rate that the time scale d^2 of the printed theorem suggests."""
    return 1 - 1 / d**2


@dataclass(frozen=True)
class NearIsometry:
    """E phi_next/phi -> factor(d) as phi -> 0."""

    factor: Callable[[sp.Expr], sp.Expr] = near_isometry_factor

    def formula(self) -> Formula:
        """Return the limit of the mean ratio of gaps."""
        d, start = sp.Symbol("d"), sp.Symbol("phi_0", positive=True)
        return (equal(limit(mean(sp.Symbol("phi_1") / start), start, 0), self.factor(d)), at_least(d, 2))


claim = Claim(
    id="B5",
    title="Near isometry one layer multiplies the expected isometry gap by d/(d+2)",
    paper=BATCH_NORM,
    statement=NearIsometry(),
    pinned=tuple(map(Width, (2, 5, 10, 50))),
    cases=cases.widths,
    mutants=[
        Mutant("1 - 1/d^2", NearIsometry(one_eigenvalue_rate), on="", by=SYMBOLIC),
        Mutant("1 - 1/d^2, by balls", NearIsometry(one_eigenvalue_rate), on="d=10", by=CERTIFIED),
        Mutant("1 - 1/d^2, sampled", NearIsometry(one_eigenvalue_rate), on="d=10", by=SAMPLED),
        Mutant("(d-2)/d", NearIsometry(lambda d: (d - 2) / d), on="d=50", by=CERTIFIED),
    ],
)


@claim.for_all(SYMBOLIC)
def to_leading_order(statement: NearIsometry, _: None, __: Trial) -> Evidence:
    """Compare second-order coefficients of the gap and of its decrease, and the deleted diagonal."""
    d, x, s2 = sp.Symbol("d", positive=True), sp.Symbol("x"), sp.Symbol("s2")
    proof = Derivation().uses("Taylor's theorem: remainders O(|mu|^3), uniformly on a fixed d")
    proof.equal("-log(1+x) + x = x^2/2 + O(x^3)", sp.series(x - sp.log(1 + x), x, 0, 3).removeO(), x**2 / 2)
    gap, decrease = s2 / (2 * d), centred_moment(2) / 2
    proof.equal("1 - decrease/gap", 1 - decrease / gap, statement.factor(d), is_statement=True)
    proof.equal("what is left without the diagonal", 1 - diagonal_share(), statement.factor(d), is_statement=True)
    return proof.evidence("second order in the deviation, symbolic d")


@claim.certified
def by_balls_at_one_width(statement: NearIsometry, case: Width, trial: Trial) -> Evidence:
    """Certify |1 + E log Q/phi - factor| <= 10 h on a spectrum 1 + h mu, max|mu| = 1, h = 1e-6."""
    spectrum, digits = near_spectrum(case.width), trial.profile.digits
    gap, change = isometry_gap(spectrum).ball(digits + 20), one_step_change(spectrum).ball(digits + 20)
    factor = sp.Rational(statement.factor(sp.Integer(case.width)))
    with flint.ctx.workdps(digits + 20):
        ratio = 1 + change / gap
        slack = cases.ball(10 * STEP) - abs(ratio - cases.ball(Fraction(int(factor.p), int(factor.q))))
    figures = (Figure("E phi_next/phi", ratio.str(12, radius=False)), Figure("factor", str(factor)))
    return from_slack(slack, "10 h - |ratio - factor|", str(case), *figures, sharpness=Figure("within", "1e-5"))


@claim.sampled
def one_layer(statement: NearIsometry, case: Width, trial: Trial) -> Evidence:
    """Test E phi_next/phi after one layer; the deviation of order h = 1e-6 is far below the resolution."""
    factor = sp.Rational(statement.factor(sp.Integer(case.width)))
    test = MeanTest.equal(float(factor), support=(0.0, 1.0), delta=0.03)
    config = {"width": case.width, "size": cases.draw_size(case.width, 20_000)}
    return judge_mean(trial, test, gap_ratios, config, shards=30, what="phi_next/phi")


def gap_ratios(rng: np.random.Generator, width: int, size: int) -> np.ndarray:
    """Return phi_next/phi for `size` layers on batches with the spectrum `near_spectrum`, in [0, 1]."""
    batches = batch_with_spectrum(rng, np.array([float(x) for x in near_spectrum(width)]), samples=size)
    gaps = gap_path(BatchNormNetwork(width, 1), batches, rng)
    return np.clip(gaps[:, 1] / gaps[:, 0], 0.0, 1.0)
