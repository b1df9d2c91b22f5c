"""W6. Moments of the quadratic forms a_i = (W Lambda W*)_ii in the power sums of Lambda, for one row and for several.

E a_1^p = p! [x^p] prod_k (1 - lambda_k x)^{-1/alpha} alpha^p / (d (d + alpha) ...). Two routes check it each time. All
pairings: E prod a_i^{k_i} = sum_{p fits the rows, q} Wg(p, q) p_{type(q, c)}(Lambda), c the pairing of each row with
itself; symbolic d, every spectrum. One row: the multinomial expansion of (sum lambda_k w_k^2)^p with the moments of the
sphere (a Dirichlet sum), eigenvalues as symbols. Several rows: the diagonal of W Lambda W* adds up to tr Lambda inside
every mean.
Source: claim B1 of the follow-up to [B]; James, Ann. Math. Statist. 35 (1964) 475-501, equation (23).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial
from math import factorial, prod
from typing import Any

import numpy as np
import sympy as sp

from numerics.network.haar_matrix import haar_orthogonal, haar_unitary
from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import Derivation, exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import WEINGARTEN
from proofs_check.ledger.weingarten.cases import RowExponents, draw_exponents
from proofs_check.ledger.weingarten.notation import LETTERS
from proofs_check.ledger.weingarten.pairing_sum import Element, elements, kind
from theory.haar.dimension import Group
from theory.haar.partition import Partition
from theory.haar.rational_function import RationalFunction
from theory.haar.sphere import evaluate_power_sums, gaussian_row_moment, row_moment
from theory.haar.weingarten import jack_parameter, weingarten_table

PowerSums = Mapping[Partition, Any]
SPECTRUM = (Fraction(3), Fraction(1, 2), Fraction(1, 2), Fraction(1, 2), Fraction(1, 2))
"""Trace 5 = d; far enough from the identity for samples to tell wrong formulas."""


def independent_rows(group: Group, powers: Partition) -> PowerSums:
    """Return the product of the moments of the rows."""
    total: dict[Partition, Any] = {(): RationalFunction.constant(1)}
    for power in powers:
        following: dict[Partition, Any] = {}
        for mu, c in row_moment(group, [power]).items():
            for nu, e in total.items():
                key = tuple(sorted(mu + nu, reverse=True))
                following[key] = c * e + following.get(key, Fraction(0))
        total = following
    return total


def other_sphere(group: Group, powers: Partition) -> PowerSums:
    """Return the moments of the other group."""
    return row_moment("orthogonal" if group == "unitary" else "unitary", powers)


@dataclass(frozen=True)
class QuadraticForm:
    """E prod_i a_i^{k_i} = sum_mu moment(group, k)[mu] p_mu(Lambda)."""

    moment: Callable[[Group, Partition], PowerSums] = row_moment

    def formula(self) -> Formula:
        """Return some stated moments, in the power sums p_r = sum_k lambda_k^r, and what the forms a_i are."""
        d, k, i, r = sp.symbols("d k i r", integer=True)
        form, eigenvalue, sums = sp.IndexedBase("a"), sp.IndexedBase("lambda"), sp.IndexedBase("p")
        found = []
        shown: tuple[tuple[Group, Partition], ...] = (
            ("orthogonal", (2,)),
            ("orthogonal", (1, 1)),
            ("orthogonal", (3,)),
            ("unitary", (2,)),
            ("unitary", (2, 1)),
        )
        for group, powers in shown:
            left = sp.prod(form[row] ** power for row, power in enumerate(powers, start=1))
            right = sum(
                c.as_sympy(d) * sp.prod(sums[part] for part in mu) for mu, c in self.moment(group, powers).items()
            )
            found.append(equal(function(f"E_{LETTERS[group]}(d)")(left), right))
        return (
            *found,
            equal(form[i], sp.Sum(eigenvalue[k] * sp.Abs(sp.IndexedBase("W")[i, k]) ** 2, (k, 1, d))),
            equal(sums[r], sp.Sum(eigenvalue[k] ** r, (k, 1, d))),
        )


GROUPS: tuple[Group, ...] = ("orthogonal", "unitary")
POWERS: tuple[Partition, ...] = ((1,), (2,), (3,), (4,), (1, 1), (2, 1), (2, 2), (1, 1, 1))

claim = Claim(
    id="W6",
    title="Quadratic forms in the rows of a Haar matrix have power-sum moments with denominators d(d+2)... and (d-1)",
    paper=WEINGARTEN,
    statement=QuadraticForm(),
    pinned=[RowExponents(group, powers) for group in GROUPS for powers in POWERS],
    cases=partial(draw_exponents, GROUPS, 3, 3),
    mutants=[
        Mutant("d^2 for d(d+2)", QuadraticForm(gaussian_row_moment), on="orthogonal 2", by=SYMBOLIC),
        Mutant("d^2 for d(d+2), sampled", QuadraticForm(gaussian_row_moment), on="orthogonal 2", by=SAMPLED),
        Mutant("rows treated as independent", QuadraticForm(independent_rows), on="orthogonal 1,1", by=SYMBOLIC),
        Mutant(
            "rows treated as independent, sampled", QuadraticForm(independent_rows), on="orthogonal 1,1", by=SAMPLED
        ),
        Mutant("complex sphere for the real one", QuadraticForm(other_sphere), on="orthogonal 3", by=SYMBOLIC),
        Mutant("real sphere for the complex one", QuadraticForm(other_sphere), on="unitary 2,1", by=SYMBOLIC),
    ],
)


@claim.symbolic
def by_pairings(statement: QuadraticForm, case: RowExponents, _: Trial) -> Evidence:
    """Compare the coefficient of every power sum with the sum over pairs of pairings, as rational functions of d."""
    table = weingarten_table(case.group, sum(case.exponents))
    expected = {
        nu: sum((table[mu] * count for mu, count in counts.items()), RationalFunction(()))
        for nu, counts in pairing_counts(case.group, case.exponents).items()
    }
    stated = statement.moment(case.group, case.exponents)
    zero = RationalFunction(())
    wrong = [nu for nu in {*expected, *stated} if expected.get(nu, zero) != stated.get(nu, zero)]
    witness = "".join(
        f"{case}: coefficient of p_{nu} is {expected.get(nu, zero)}, stated {stated.get(nu, zero)}"
        for nu in sorted(wrong)[:1]
    )
    return exact_evidence(not wrong, f"coefficients of {len(expected)} power sums", witness)


@claim.symbolic
def by_the_sphere_or_the_trace(statement: QuadraticForm, case: RowExponents, _: Trial) -> Evidence:
    """One row: the Dirichlet sum. Several: sum_j a_j = tr Lambda inside the mean, over rows that occur and d - r that do not."""
    return _dirichlet_sum(statement, case) if len(case.exponents) == 1 else _trace_relation(statement, case)


def _dirichlet_sum(statement: QuadraticForm, case: RowExponents) -> Evidence:
    """Expand (sum lambda_k |w_k|^2)^p for d = 2, 3 symbolic eigenvalues with the moments of the sphere."""
    (p,), alpha = case.exponents, jack_parameter(case.group)
    proof = Derivation()
    for d in (2, 3):
        spectrum = sp.symbols(f"lambda1:{d + 1}")
        dirichlet = sp.Integer(0)
        for powers in _compositions(p, d):
            entries = prod(alpha * b + 1 for a in powers for b in range(a))
            count = factorial(p) // prod(map(factorial, powers))
            dirichlet += count * entries * sp.prod(x**a for x, a in zip(spectrum, powers, strict=True))
        dirichlet /= prod(d + alpha * s for s in range(p))
        stated = sp.Integer(0)
        for mu, coefficient in statement.moment(case.group, case.exponents).items():
            value = coefficient(d)
            stated += sp.Rational(value.numerator, value.denominator) * sp.prod(sum(x**r for x in spectrum) for r in mu)
        proof.equal(f"E Q^{p} for d = {d}", sp.expand(stated), sp.expand(dirichlet), is_statement=True)
    return proof.evidence("Dirichlet sums with symbolic eigenvalues")


def _trace_relation(statement: QuadraticForm, case: RowExponents) -> Evidence:
    """Compare sum_j E[a_j prod a_i^{k_i}] with p_1 E prod a_i^{k_i}, coefficient by coefficient."""
    powers, one = case.exponents, RationalFunction.constant(1)
    unused = RationalFunction.dimension_power(1) - len(powers)
    raised = [(one, (*powers[:i], power + 1, *powers[i + 1 :])) for i, power in enumerate(powers)]
    total: defaultdict[Partition, RationalFunction] = defaultdict(lambda: RationalFunction(()))
    for weight, exponents in [*raised, (unused, (*powers, 1))]:
        for mu, coefficient in statement.moment(case.group, exponents).items():
            total[mu] += coefficient * weight
    for mu, coefficient in statement.moment(case.group, powers).items():
        total[*mu, 1] += -coefficient
    wrong = sorted(mu for mu, coefficient in total.items() if coefficient)
    witness = "".join(f"{case}: E (tr - p_1) prod a^k has {total[mu]} at p_{mu}" for mu in wrong[:1])
    return exact_evidence(not wrong, f"the rows add up to the trace, {len(total)} power sums", witness)


@claim.sampled
def sampled_forms(statement: QuadraticForm, case: RowExponents, trial: Trial) -> Evidence:
    """Test E prod a_i^{k_i} on Haar matrices at the spectrum (3, 1/2, 1/2, 1/2, 1/2): every a_i lies in [1/2, 3]."""
    order = sum(case.exponents)
    expected = float(evaluate_power_sums(statement.moment(case.group, case.exponents), SPECTRUM))
    support = (0.5**order, 3.0**order)
    test = MeanTest.equal(expected, support=support, delta=0.03 * order * expected)
    config = {"group": case.group, "powers": case.exponents, "size": 2_000}
    return judge_mean(trial, test, form_products, config, shards=25, what=f"product of powers {case.exponents}")


def form_products(rng: np.random.Generator, group: Group, powers: Partition, size: int) -> np.ndarray:
    """Return prod_i a_i^{k_i} for `size` Haar matrices at the spectrum SPECTRUM."""
    draw = haar_orthogonal if group == "orthogonal" else haar_unitary
    matrices = draw(rng, len(SPECTRUM), samples=size)[:, : len(powers)]
    forms = np.abs(matrices) ** 2 @ np.array([float(x) for x in SPECTRUM])
    return np.clip(np.prod(forms ** np.array(powers), axis=1), 0.5 ** sum(powers), 3.0 ** sum(powers))


@lru_cache(maxsize=64)
def pairing_counts(group: Group, powers: Partition) -> Mapping[Partition, Counter[Partition]]:
    """Return {nu: {mu: count}}: pairs (p, q) with p fitting the rows, (p, q) of class mu, (q, c) of class nu."""
    order, every = sum(powers), elements(group, sum(powers))
    rows = [row for row, power in enumerate(powers) for _ in range(power)]
    canonical: Element = every[0]
    if group == "unitary":
        fitting = [p for p in every if all(rows[i] == rows[image] for i, image in enumerate(p))]
    else:
        fitting = [p for p in every if all(rows[a // 2] == rows[b // 2] for a, b in p)]
        canonical = tuple((2 * i, 2 * i + 1) for i in range(order))
    result: defaultdict[Partition, Counter[Partition]] = defaultdict(Counter)
    for q in every:
        counts = result[kind(group, canonical, q)[0]]
        for p in fitting:
            counts[kind(group, p, q)[0]] += 1
    return result


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in _compositions(total - first, parts - 1):
            yield (first, *rest)
