"""B2. E[phi(X_{l+1}) - phi(X_l) | X_l] = E log Q, a one-dimensional integral of the spectrum, with closed forms in special cases.

phi_next - phi = (1/d) sum log a_i by the determinant of BN(WX), and a row of a Haar matrix is uniform on the sphere. For d = 2,
E log Q = log((1 + e^{-phi})/2). Two certified routes: the integral of the characteristic function, and the series of moments.
Source: this project.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import flint
import sympy as sp

from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import CERTIFIED, SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, implies, mean
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import Derivation, cannot_say
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.ledger.batch_norm import cases
from proofs_check.ledger.batch_norm.cases import Spectrum
from proofs_check.ledger.papers import BATCH_NORM
from theory.batch_norm.one_step import log_moment_series, one_step_change
from theory.number import Number


def half_variance(values: tuple[Fraction, ...]) -> Number:
    """Return -Var(Q)/2, the second-order Taylor value of E log Q."""
    d = len(values)
    return Number.of(-sum((value - 1) ** 2 for value in values) / (d * (d + 2)))


def without_length(values: tuple[Fraction, ...]) -> Number:
    """Return E log of the Gaussian form sum lambda g^2, the length of the Gaussian vector not removed."""
    d = len(values)

    def enclose(digits: int) -> flint.arb:
        with flint.ctx.workdps(digits + 15):
            return (
                one_step_change(values).ball(digits + 5)
                + flint.arb(flint.fmpq(d, 2)).digamma()
                + flint.arb.const_log2()
            )

    return Number.certified(enclose)


def _plane(root: sp.Expr) -> sp.Expr:
    return sp.log((1 + root) / 2)


@dataclass(frozen=True)
class OneStepLaw:
    """E[phi_next - phi] = change(spectrum); plane(e^{-phi}) for d = 2."""

    change: Callable[[tuple[Fraction, ...]], Number] = one_step_change
    plane: Callable[[sp.Expr], sp.Expr] = _plane

    def formula(self) -> Formula:
        """Return the mean change of the gap phi, its closed form for d = 2, and what Q and phi are."""
        k, (d, start, after, form) = sp.Symbol("k", integer=True), sp.symbols("d phi_0 phi_1 Q")
        eigenvalue = sp.IndexedBase("lambda")
        spread = sp.Sum((eigenvalue[k] - 1) ** 2, (k, 1, d))
        stated = {
            one_step_change: mean(sp.log(form)),
            half_variance: -spread / (d * (d + 2)),
            without_length: mean(sp.log(form)) + sp.log(2) + sp.digamma(d / 2),
        }[self.change]
        return (
            equal(mean(after - start), stated),
            implies(sp.Eq(d, 2), sp.Eq(mean(after - start), self.plane(sp.exp(-start)))),
            equal(form, sp.Sum(eigenvalue[k] * sp.IndexedBase("w")[k] ** 2, (k, 1, d))),
            equal(sp.Sum(sp.IndexedBase("w")[k] ** 2, (k, 1, d)), 1),
            equal(start, -sp.Sum(sp.log(eigenvalue[k]), (k, 1, d)) / d),
            equal(sp.Sum(eigenvalue[k], (k, 1, d)), d),
        )


MEAN, PLANE = PARTS = (
    "the mean change is E log Q",
    "its closed form for d = 2",
)
claim = Claim(
    id="B2",
    title="One Haar layer with batch norm changes the isometry gap by E log Q on average",
    paper=BATCH_NORM,
    statement=OneStepLaw(),
    parts=PARTS,
    pinned=(*cases.PINNED[:-1], cases.one_small(10, Fraction(1, 20))),
    cases=cases.spectra,
    mutants=[
        Mutant("-Var/2", OneStepLaw(half_variance), on="1/2 3/4 1 7/4", by=CERTIFIED, part=MEAN),
        Mutant("-Var/2, sampled", OneStepLaw(half_variance), on="1..8", by=SAMPLED, part=MEAN),
        Mutant("the Gaussian length kept", OneStepLaw(without_length), on="3 1/2 1/2 1/2 1/2", by=SAMPLED, part=MEAN),
        Mutant("the Gaussian length kept, by balls", OneStepLaw(without_length), on="1..8", by=CERTIFIED, part=MEAN),
        Mutant(
            "d = 2: log of the geometric mean",
            OneStepLaw(plane=lambda root: sp.log(root) / 2),
            on="plane 1:3",
            by=SYMBOLIC,
            part=PLANE,
        ),
    ],
)


@claim.on_cases(SYMBOLIC, part=PLANE)
def in_the_plane(statement: OneStepLaw, case: Spectrum, _: Trial) -> Evidence:
    """d = 2, Q = 1 + s cos t: d/ds E log Q = (1 - E 1/Q)/s with E 1/Q = (1 - s^2)^{-1/2}; compare derivatives and s = 0."""
    if case.width != 2:
        return cannot_say(Rung.SYMBOLIC, "a closed form is stated for d = 2 only", silent=True)
    r, t, s = sp.symbols("r t s", positive=True)
    proof = Derivation().uses("E 1/(1 + s cos t) = 1/sqrt(1 - s^2) for t uniform on the circle (residue theorem)")
    cosine = (1 - t**2) / (1 + t**2)
    proof.equal(
        "cos t/(1 + s cos t) = (1 - 1/(1 + s cos t))/s", cosine / (1 + s * cosine), (1 - 1 / (1 + s * cosine)) / s
    )
    # In r = sqrt(1 - s^2) = e^{-phi}: s^2 = 1 - r^2 and dr/ds = -s/r, so d/dr = -(r/s) d/ds
    derivative = -(r / (1 - r**2)) * (1 - 1 / r)
    proof.equal("derivative in e^{-phi}", sp.diff(statement.plane(r), r), derivative, is_statement=True)
    proof.equal("no change at isometry", statement.plane(sp.Integer(1)), sp.Integer(0), is_statement=True)
    return proof.evidence("closed form for d = 2, every spectrum")


@claim.on_cases(CERTIFIED, part=MEAN)
def by_two_routes(statement: OneStepLaw, case: Spectrum, trial: Trial) -> Evidence:
    """Compare balls of the stated value with the series of moments, or with the closed form for d = 2."""
    digits = trial.profile.digits
    stated = statement.change(case.values).ball(digits)
    other = log_moment_series(case.values, min(digits, 20), largest_terms=1500)
    if other is None:
        return cannot_say(
            Rung.CERTIFIED, "the series of moments is too long near a singular batch; other spectra decide"
        )
    figures = (Figure("stated", stated.str(12, radius=False)), Figure("series of moments", other.str(12)))
    if not stated.overlaps(other):
        witness = f"{case}: stated {stated.str(10, radius=False)}, series of moments {other.str(10)}"
        return Evidence(Verdict.REFUTED, Rung.CERTIFIED, "two disjoint balls", figures, witness=witness)
    agree = f"{float(abs(stated - other).upper()):.1e}"
    return Evidence(Verdict.CERTIFIED, Rung.CERTIFIED, "two routes agree", figures, Figure("within", agree))


@claim.on_cases(SAMPLED, part=MEAN)
def sampled_layers(statement: OneStepLaw, case: Spectrum, trial: Trial) -> Evidence:
    """Test the mean of (1/d) sum log a_i over whole Haar matrices."""
    expected = float(statement.change(case.values).ball(15))
    exact = float(one_step_change(case.values).ball(15))
    support = (math.log(float(min(case.values))), 0.0)
    if not support[0] < expected < support[1]:
        witness = f"{case}: a mean of {expected:.6g} is outside the range {support} of (1/d) sum log a_i"
        return Evidence(Verdict.REFUTED, Rung.SAMPLED, "out of range", witness=witness)
    test = MeanTest.equal(expected, support=support, delta=0.2 * abs(exact))
    config = {"eigenvalues": cases.as_floats(case.values), "size": cases.draw_size(case.width, 60_000)}
    return judge_mean(trial, test, cases.log_forms, config, shards=30, what="E[phi_next - phi]")
