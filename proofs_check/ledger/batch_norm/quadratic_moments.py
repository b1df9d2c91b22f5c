"""B1. Moments of Q = sum lambda_k w_k^2 on the sphere at trace d, and the covariance of two rows of one Haar matrix.

E (Q-1)^2 = 2 s_2/(d(d+2)), E (Q-1)^3 = 8 s_3/(d(d+2)(d+4)), E (Q-1)^4 = 12 (s_2^2 + 4 s_4)/(d(d+2)(d+4)(d+6)), and
Cov(a_i, a_j) = -Var/(d-1), because the a_i add up to d.
Proof: Jack polynomials (claim W6 compares them with sums over pairings) give E Q^p in power sums, for symbolic d; the binomial
theorem the rest. Source: this project; James (1964) for the generating function.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import comb

import numpy as np
import sympy as sp

from numerics.network.haar_matrix import haar_frame
from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function, mean
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import all_of, judge_mean
from proofs_check.evidence.symbolic import Derivation, exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.batch_norm import cases
from proofs_check.ledger.batch_norm.cases import Spectrum
from proofs_check.ledger.papers import BATCH_NORM
from theory.batch_norm.one_step import central_power_sum, centred_moment_by_binomial, row_covariance
from theory.haar.sphere import evaluate_power_sums, quadratic_form_moment, row_moment

D = sp.Symbol("d", positive=True)
S2, S3, S4 = sp.symbols("s2 s3 s4")


def exact_moment(power: int) -> sp.Expr:
    """Return the stated E (Q-1)^power."""
    return {
        2: 2 * S2 / (D * (D + 2)),
        3: 8 * S3 / (D * (D + 2) * (D + 4)),
        4: 12 * (S2**2 + 4 * S4) / (D * (D + 2) * (D + 4) * (D + 6)),
    }[power]


def gaussian_moment(power: int) -> sp.Expr:
    """Return the central moments for independent Gaussian entries of variance 1/d: powers of d below."""
    return {2: 2 * S2 / D**2 + 2 / D, 3: exact_moment(3), 4: exact_moment(4)}[power]


def squared_width_moment(power: int) -> sp.Expr:
    """Return E (Q-1)^2 with denominator d^2 for d(d+2)."""
    return 2 * S2 / D**2 if power == 2 else exact_moment(power)


@dataclass(frozen=True)
class QuadraticMoments:
    """E (Q-1)^p = moment(p), p = 2, 3, 4, and Cov(a_1, a_2) = covariance, in d, s2, s3, s4."""

    moment: Callable[[int], sp.Expr] = exact_moment
    covariance: Callable[[], sp.Expr] = lambda: -2 * S2 / ((D - 1) * D * (D + 2))

    def formula(self) -> Formula:
        """Return the central moments of Q and the covariance of two rows, and what Q, a_i and s_j are."""
        k, j, i, form = sp.Symbol("k", integer=True), sp.Symbol("j"), sp.Symbol("i"), sp.Symbol("Q")
        eigenvalue, row, rows, spread = (sp.IndexedBase(name) for name in ("lambda", "w", "W", "s"))
        names = {S2: spread[2], S3: spread[3], S4: spread[4], D: sp.Symbol("d")}
        first, second = sp.IndexedBase("a")[1], sp.IndexedBase("a")[2]
        return (
            *(equal(mean((form - 1) ** power), self.moment(power).subs(names)) for power in (2, 3, 4)),
            equal(function("Cov")(first, second), self.covariance().subs(names)),
            equal(form, sp.Sum(eigenvalue[k] * row[k] ** 2, (k, 1, names[D]))),
            equal(sp.IndexedBase("a")[i], sp.Sum(eigenvalue[k] * rows[i, k] ** 2, (k, 1, names[D]))),
            equal(spread[j], sp.Sum((eigenvalue[k] - 1) ** j, (k, 1, names[D]))),
            equal(sp.Sum(eigenvalue[k], (k, 1, names[D])), names[D]),
        )


def _uncorrelated() -> sp.Expr:
    return sp.Integer(0)


claim = Claim(
    id="B1",
    title="A quadratic form on the sphere has variance 2 s_2/(d(d+2)); two rows of a Haar matrix share -1/(d-1) of it",
    paper=BATCH_NORM,
    statement=QuadraticMoments(),
    pinned=cases.PINNED,
    cases=cases.spectra,
    mutants=[
        Mutant("d^2 for d(d+2)", QuadraticMoments(squared_width_moment), on="", by=SYMBOLIC),
        Mutant("d^2 for d(d+2), sampled", QuadraticMoments(squared_width_moment), on="1/2 3/4 1 7/4", by=SAMPLED),
        Mutant("Gaussian rows", QuadraticMoments(gaussian_moment), on="1..8", by=SYMBOLIC),
        Mutant("rows treated as independent", QuadraticMoments(covariance=_uncorrelated), on="", by=SYMBOLIC),
        Mutant(
            "rows treated as independent, sampled",
            QuadraticMoments(covariance=_uncorrelated),
            on="3 1/2 1/2 1/2 1/2",
            by=SAMPLED,
        ),
    ],
)


@claim.for_all(SYMBOLIC)
def for_every_width(statement: QuadraticMoments, _: None, __: Trial) -> Evidence:
    """Compare with the moments in power sums, symbolic d, centred by the binomial theorem."""
    proof = Derivation().uses("average of a Jack polynomial over the orthogonal group (James 1964)")
    for power in (2, 3, 4):
        proof.equal(f"E (Q-1)^{power}", statement.moment(power), centred_moment_by_binomial(power), is_statement=True)
    proof.equal("Cov(a_1, a_2)", statement.covariance(), row_covariance(), is_statement=True)
    proof.equal("Var sum a_i = 0", D * exact_moment(2) + D * (D - 1) * row_covariance(), 0)
    return proof.evidence("power sums with symbolic d")


@claim.symbolic
def exactly_on_one_spectrum(statement: QuadraticMoments, case: Spectrum, _: Trial) -> Evidence:
    """Compare with rational moments of this spectrum, by the recurrence of the generating function."""
    known = [sp.Integer(1), *(_rational(quadratic_form_moment("orthogonal", case.values, p)) for p in (1, 2, 3, 4))]
    point = {D: case.width} | {s: _rational(central_power_sum(case.values, j)) for j, s in ((2, S2), (3, S3), (4, S4))}
    pairs = {
        f"E (Q-1)^{p}": (
            sum((-1) ** (p - j) * comb(p, j) * known[j] for j in range(p + 1)),
            statement.moment(p).subs(point),
        )
        for p in (2, 3, 4)
    }
    cross = _rational(evaluate_power_sums(row_moment("orthogonal", [1, 1]), case.values)) - 1
    pairs["Cov(a_1, a_2)"] = (cross, statement.covariance().subs(point))
    wrong = [f"{case}: {name} = {exact}, stated {stated}" for name, (exact, stated) in pairs.items() if exact != stated]
    return exact_evidence(not wrong, "four rational moments", "; ".join(wrong[:1]))


@claim.sampled
def sampled_rows(statement: QuadraticMoments, case: Spectrum, trial: Trial) -> Evidence:
    """Test Var a_1 and Cov(a_1, a_2) on Haar matrices; both products are bounded by the eigenvalues."""
    point = {D: case.width, S2: _rational(case.spread)}
    low, high = float(min(case.values)) - 1, float(max(case.values)) - 1
    parts = []
    for name, expected, support in (
        ("Var a_1", statement.moment(2).subs(point), (0.0, max(low**2, high**2))),
        ("Cov(a_1, a_2)", statement.covariance().subs(point), (low * high, max(low**2, high**2))),
    ):
        size = 120_000 // case.width**2
        test = MeanTest.equal(float(expected), support=support, delta=0.15 * float(exact_moment(2).subs(point)))
        config = {"eigenvalues": cases.as_floats(case.values), "size": size, "same": name.startswith("Var")}
        parts.append(judge_mean(trial, test, row_products, config, shards=16, what=name, share=0.5))
    return all_of(parts)


def row_products(rng: np.random.Generator, eigenvalues: tuple[float, ...], size: int, same: bool) -> np.ndarray:
    """Return (a_1 - 1)(a_2 - 1), or (a_1 - 1)^2, for two orthonormal vectors: the first rows of Haar matrices."""
    values = np.array(eigenvalues)
    frames = haar_frame(rng, values.size, 2, samples=size)
    forms = np.einsum("skj,k->sj", frames**2, values)
    low, high = values.min() - 1, values.max() - 1
    deviations = np.clip(forms - 1, low, high)
    return deviations[:, 0] * deviations[:, 0 if same else 1]


def _rational(value: object) -> sp.Rational:
    return sp.Rational(value.numerator, value.denominator)  # type: ignore[attr-defined]
