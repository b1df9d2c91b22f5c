"""W15. At large width the moments of a Jacobian are those of free multiplicative convolution, layer by layer.

(1/d) E tr (J J*)^k, exact at every d (W13), tends to the k-th moment of the free product of the laws of D^2, and for Gaussian layers of
Marchenko-Pastur laws as well: S-transforms multiply.
Source: Voiculescu, J. Operator Theory 18 (1987) 223-235; Pennington, Schoenholz, Ganguli, AISTATS 2018, for networks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import sympy as sp

from proofs_check.claim.claim import SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function, mean
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.symbolic import exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import WEINGARTEN
from theory.haar.dimension import Group
from theory.haar.jacobian import free_jacobian_moment, jacobian_moment, relu_mask

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclass(frozen=True)
class DeepMoment:
    """(1/d) E tr (J J*)^k at depth L, relu with a slope in quarters for the negative half, Haar or Gaussian layers."""

    group: Group
    power: int
    depth: int
    quarters: int = 0
    gaussian: bool = False

    def __str__(self) -> str:
        law = "Gaussian" if self.gaussian else "Haar"
        return f"{self.group} {law} k={self.power} L={self.depth} slope={Fraction(self.quarters, 4)}"


def free_product(case: DeepMoment) -> Fraction:
    """Return the moment of the free multiplicative convolution."""
    mask = relu_mask(case.power, slope=Fraction(case.quarters, 4))
    return free_jacobian_moment(case.power, mask, case.depth, gaussian=case.gaussian)


def commuting_layers(case: DeepMoment) -> Fraction:
    """Return the moment if the layers were independent commuting variables: m_k^L."""
    mask = relu_mask(case.power, slope=Fraction(case.quarters, 4))
    return mask.moments[case.power - 1] ** case.depth


def other_weights(case: DeepMoment) -> Fraction:
    """Return the limit with Haar for Gaussian layers and conversely."""
    return free_product(DeepMoment(case.group, case.power, case.depth, case.quarters, not case.gaussian))


@dataclass(frozen=True)
class FreeLimit:
    """lim (1/d) E tr (J J*)^k = limit(case)."""

    limit: Callable[[DeepMoment], Fraction] = free_product

    def formula(self) -> Formula:
        """Return the stated limits of some networks."""
        trace, d = function("tr"), sp.Symbol("d")
        found = []
        for case in (DeepMoment("orthogonal", 2, 3), DeepMoment("orthogonal", 2, 3, gaussian=True)):
            value = self.limit(case)
            product = sp.Symbol("J_G J_G^T" if case.gaussian else "J_O J_O^T")  # of Gaussian or Haar layers
            moment = mean(trace(product**case.power)) / d
            found.append(equal(function("lim")(moment), sp.Rational(value.numerator, value.denominator)))
        return tuple(found)


def draw_moments() -> SearchStrategy[DeepMoment]:
    """Return a strategy for orders up to 4 and depths up to 6."""
    from hypothesis import strategies as st

    groups = st.sampled_from(("orthogonal", "unitary"))
    return st.builds(DeepMoment, groups, st.integers(1, 4), st.integers(1, 6), st.integers(0, 3), st.booleans())


claim = Claim(
    id="W15",
    title="At large width Jacobians have the moments of free multiplicative convolution",
    paper=WEINGARTEN,
    statement=FreeLimit(),
    pinned=[
        DeepMoment("orthogonal", 2, 3),
        DeepMoment("orthogonal", 3, 2),
        DeepMoment("orthogonal", 4, 5, 1),
        DeepMoment("orthogonal", 3, 4, 0, True),
        DeepMoment("unitary", 3, 2),
        DeepMoment("unitary", 4, 3, 2, True),
    ],
    cases=draw_moments,
    mutants=[
        Mutant("commuting layers", FreeLimit(commuting_layers), on="orthogonal Haar k=2 L=3 slope=0", by=SYMBOLIC),
        Mutant("Gaussian for Haar layers", FreeLimit(other_weights), on="orthogonal Haar k=2 L=3 slope=0", by=SYMBOLIC),
    ],
)


@claim.symbolic
def leading_coefficient(statement: FreeLimit, case: DeepMoment, _: Trial) -> Evidence:
    """Expand the exact moment, a rational function of d, in 1/d; its leading coefficient is the limit."""
    mask = relu_mask(case.power, slope=Fraction(case.quarters, 4))
    exact = jacobian_moment(case.power, mask, group=case.group, gaussian=case.gaussian).at(case.depth)
    order, coefficients = exact.expansion(2)
    stated = statement.limit(case)
    holds = order == -1 and coefficients[0] == stated
    return exact_evidence(
        holds,
        "the 1/d series",
        f"{case}: {coefficients[0]} d^{-order}, stated {stated} d",
        limit=str(coefficients[0]),
        correction=str(coefficients[1]),
    )
