"""A34. Weights of any law: E s(h) s(h') of s = x^2 is 1 + 2 rho^2 + c_4 sum x_i^2 y_i^2/n^2, c_4 the fourth cumulant of a weight; so the kernel map is universal.

Proof: h = sum w_i x_i/sqrt n and h' = sum w_i y_i/sqrt n have unit variance and covariance rho for |x|^2 = |y|^2 = n; E h^2 h'^2 is 1 + 2 rho^2 plus their
fourth joint cumulant, and cumulants of sums of independent variables add. The correction is at most c_4 max x_i^2/n: it vanishes for spread inputs and
not for x = y = sqrt(n) e_1, so the limit needs more than iid weights. Unit variance is Uniform[-sqrt3, sqrt3]; Uniform[-1, 1] has 1/3. Source: [A'],
Proposition 1 and its remark on the central limit theorem; the correction is this project's.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import sympy as sp

from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function, mean
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import Derivation, exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import FIXED_POINTS

UNIT, KERNEL = PARTS = "unit variance", "kernel at width n"
FIRST, SECOND = (2, 1, 1, 1, 0, 1, 0, 0), (1, 2, 0, 1, 1, 0, 1, 0)
"""Two inputs of eight entries and squared length 8."""
LAYERS = 40_000
UNIT_END = sp.sqrt(3)


@dataclass(frozen=True)
class AtomicLaw:
    """A law of weights with finitely many values: (value, probability), of mean 0 and variance 1."""

    name: str
    atoms: tuple[tuple[sp.Expr, sp.Expr], ...]

    def __str__(self) -> str:
        return self.name

    def moment(self, order: int) -> sp.Expr:
        """Return E w^order."""
        return sum(probability * value**order for value, probability in self.atoms)


def _symmetric(name: str, value: int, probability: sp.Expr) -> AtomicLaw:
    """Return +-value with a probability each, else 0."""
    rest = 1 - 2 * probability
    atoms = [(sp.Integer(value), probability), (sp.Integer(-value), probability), (sp.Integer(0), rest)]
    return AtomicLaw(name, tuple(atom for atom in atoms if atom[1] != 0))


SIGNS = _symmetric("signs", 1, sp.Rational(1, 2))
SPARSE = _symmetric("sparse signs", 2, sp.Rational(1, 8))
SKEW = AtomicLaw("skew", ((sp.Integer(2), sp.Rational(1, 5)), (sp.Rational(-1, 2), sp.Rational(4, 5))))


@dataclass(frozen=True)
class OtherWeights:
    """Uniform[-end, end] has unit variance; E h^2 h'^2 = 1 + 2 rho^2 + weight c_4 sum x_i^2 y_i^2/n^2."""

    end: sp.Expr = UNIT_END
    weight: int = 1

    def formula(self) -> Formula:
        """Return the variance of the uniform law and the fourth joint moment of two pre-activations."""
        w, n, rho, cumulant = sp.symbols("w n rho c_4")
        i = sp.Symbol("i", integer=True)
        x, y = sp.IndexedBase("x"), sp.IndexedBase("y")
        overlap = sp.Sum(x[i] ** 2 * y[i] ** 2, (i, 1, n)) / n**2
        joint = mean(function("h")(sp.Symbol("x")) ** 2 * function("h")(sp.Symbol("y")) ** 2)
        return (
            equal(sp.Integral(w**2 / (2 * self.end), (w, -self.end, self.end)), 1),
            equal(joint, 1 + 2 * rho**2 + self.weight * cumulant * overlap),
        )


claim = Claim(
    id="A34",
    title="For weights of any law the square has the kernel 1 + 2 rho^2 up to the fourth cumulant times sum x_i^2 y_i^2/n^2",
    paper=FIXED_POINTS,
    statement=OtherWeights(),
    parts=PARTS,
    pinned=(SIGNS, SPARSE, SKEW),
    mutants=[
        Mutant(
            "Uniform[-1, 1]",
            OtherWeights(end=sp.Integer(1)),
            on="",
            by=SYMBOLIC,
            erratum="[A'], section on preliminaries: Uniform[-1, 1] is named as a law of unit variance; its variance is 1/3, and "
            "unit variance is Uniform[-sqrt3, sqrt3]",
            part=UNIT,
        ),
        Mutant("no correction", OtherWeights(weight=0), on=str(SIGNS), by=SYMBOLIC, part=KERNEL),
        Mutant("no correction, every law", OtherWeights(weight=0), on="", by=SYMBOLIC, part=KERNEL),
        Mutant("twice the correction, layers", OtherWeights(weight=2), on=str(SPARSE), by=SAMPLED, part=KERNEL),
    ],
)


@claim.for_all(SYMBOLIC, part=UNIT)
def by_integration(statement: OtherWeights, _: None, __: Trial) -> Evidence:
    """Integrate the density."""
    w = sp.Symbol("w", real=True)
    variance = sp.integrate(w**2 / (2 * statement.end), (w, -statement.end, statement.end))
    text = f"Uniform[-{statement.end}, {statement.end}] has variance {variance}"
    return exact_evidence(variance == 1, text, f"{text}; claimed 1")


@claim.for_all(SYMBOLIC, part=KERNEL)
def by_cumulants(statement: OtherWeights, _: None, __: Trial) -> Evidence:
    """Moments in terms of cumulants, which add over the units."""
    rho, cumulant, overlap = sp.symbols("rho c_4 S")
    s, t = sp.symbols("s t")
    # the part of degree (2, 2) of the cumulant generating function of (h, h'), h of unit variance
    generating = sp.exp(s**2 / 2 + t**2 / 2 + rho * s * t + cumulant * overlap * s**2 * t**2 / 4)
    moment = sp.diff(generating, s, 2, t, 2).subs({s: 0, t: 0})
    proof = Derivation().uses("cumulants of sums of independent variables add")
    claimed = 1 + 2 * rho**2 + statement.weight * cumulant * overlap
    proof.equal("E h^2 h'^2", moment, claimed, is_statement=True)
    return proof.evidence("for every width, every law with a fourth moment and all inputs of length sqrt n")


@claim.on_cases(SYMBOLIC, part=KERNEL)
def by_enumeration(statement: OtherWeights, law: AtomicLaw, _: Trial) -> Evidence:
    """Enumerate every layer of three weights, with two integer inputs, and compare exactly."""
    x, y = (2, 2, 1), (1, 2, 2)  # both of squared length 9: scaled by 1/3 to sqrt n
    found = sp.Integer(0)
    for atoms in product(law.atoms, repeat=3):
        chance = sp.prod([probability for _, probability in atoms])
        h, g = (sum(value * entry for (value, _), entry in zip(atoms, v, strict=True)) for v in (x, y))
        found += chance * h**2 * g**2
    found /= 81
    inner = sp.Rational(sum(a * b for a, b in zip(x, y, strict=True)), 9)
    overlap = sp.Rational(sum(a**2 * b**2 for a, b in zip(x, y, strict=True)), 81)
    claimed = 1 + 2 * inner**2 + statement.weight * (law.moment(4) - 3) * overlap
    text = f"three weights: E h^2 h'^2 = {found}"
    return exact_evidence(sp.simplify(found - claimed) == 0, text, f"{text}; claimed {claimed}")


@claim.on_cases(SAMPLED, part=KERNEL)
def layers(statement: OtherWeights, law: AtomicLaw, trial: Trial) -> Evidence:
    """Test the mean on layers of eight weights; values are bounded, since the law is."""
    overlap = sum(a**2 * b**2 for a, b in zip(FIRST, SECOND, strict=True)) / 64
    inner = sum(a * b for a, b in zip(FIRST, SECOND, strict=True)) / 8
    claimed = 1 + 2 * inner**2 + statement.weight * float(law.moment(4) - 3) * overlap
    largest = float(max(abs(value) for value, _ in law.atoms)) ** 4 * (sum(FIRST) * sum(SECOND)) ** 2 / 64
    test = MeanTest.equal(claimed, support=(0.0, largest), delta=0.05)
    config = {
        "values": [float(value) for value, _ in law.atoms],
        "chances": [float(chance) for _, chance in law.atoms],
    }
    return judge_mean(trial, test, squares, config, shards=20, what="h^2 h'^2")


def squares(rng: np.random.Generator, values: list[float], chances: list[float]) -> np.ndarray:
    """Return h^2 h'^2 of 40 000 units."""
    weights = rng.choice(values, p=chances, size=(LAYERS, len(FIRST)))
    products = (weights @ np.array(FIRST)) * (weights @ np.array(SECOND)) / len(FIRST)
    return np.asarray(products**2)
