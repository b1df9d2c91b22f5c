"""W13. The singular values of a product of Haar layers, D W_L ... D W_1: E Z(J J*) = Z(D^2)^L / Z(1)^(L - 1).

Z is the zonal polynomial of any shape for O(d), the Schur function for U(d); power sums of J J* are combinations of them, so every moment of
the singular values is known at every width and depth.
Source: one layer is James, Ann. Math. Statist. 35 (1964), equation (23); layers by conditioning on all but the last.
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
from theory.haar.jacobian import fixed_spectrum, jacobian_moment
from theory.haar.partition import Partition
from theory.haar.trace import trace_moment

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclass(frozen=True)
class Layers:
    """E p_mu(J J*) for one diagonal D in every layer, given by the roots of the eigenvalues of D^2."""

    group: Group
    partition: Partition
    diagonal: tuple[int, ...]
    depth: int

    def __str__(self) -> str:
        return (
            f"{self.group} mu={','.join(map(str, self.partition))} D={','.join(map(str, self.diagonal))} L={self.depth}"
        )


def by_shapes(case: Layers) -> Fraction:
    """Return the moment as the sum over shapes."""
    mask = fixed_spectrum([x * x for x in case.diagonal], sum(case.partition))
    return Fraction(jacobian_moment(case.partition, mask, group=case.group).at(case.depth))


def gaussian_layers(case: Layers) -> Fraction:
    """Return the moment for Gaussian layers of the same variance."""
    mask = fixed_spectrum([x * x for x in case.diagonal], sum(case.partition))
    return Fraction(jacobian_moment(case.partition, mask, group=case.group, gaussian=True).at(case.depth))


def other_group(case: Layers) -> Fraction:
    """Return the moment with Schur functions for O(d), zonal polynomials for U(d)."""
    group: Group = "unitary" if case.group == "orthogonal" else "orthogonal"
    return by_shapes(Layers(group, case.partition, case.diagonal, case.depth))


def one_layer_less(case: Layers) -> Fraction:
    """Return the moment at depth L - 1."""
    return by_shapes(Layers(case.group, case.partition, case.diagonal, case.depth - 1))


@dataclass(frozen=True)
class JacobianMoment:
    """E p_mu(J J*) = moment(case)."""

    moment: Callable[[Layers], Fraction] = by_shapes

    def formula(self) -> Formula:
        """Return the zonal identity and some stated moments."""
        depth, trace = sp.Symbol("L"), function("tr")
        zonal, jacobian, diagonal = function("Z_lambda"), sp.Symbol("J"), sp.Symbol("D")
        shown = (Layers("orthogonal", (2,), (1, 2), 2), Layers("unitary", (2,), (1, 2), 2))
        return (
            equal(mean(zonal(jacobian * sp.Symbol("J^T"))), zonal(diagonal**2) ** depth / zonal(1) ** (depth - 1)),
            *(
                equal(mean(trace(sp.Symbol(name) ** 2)), sp.Rational(*_ratio(self.moment(case))))
                for name, case in zip(("J_O J_O^T", "J_U J_U^*"), shown, strict=True)
            ),
        )


def _ratio(value: Fraction) -> tuple[int, int]:
    return value.numerator, value.denominator


def draw_layers() -> SearchStrategy[Layers]:
    """Return a strategy for two or three singular values, order at most 2 and depth at most 3."""
    from hypothesis import strategies as st

    diagonals = st.lists(st.integers(0, 3), min_size=2, max_size=3).map(tuple)
    return st.builds(
        Layers,
        st.sampled_from(("orthogonal", "unitary")),
        st.sampled_from(((1,), (2,), (1, 1))),
        diagonals.filter(any),
        st.integers(1, 3),
    )


claim = Claim(
    id="W13",
    title="The moments of the singular values of a product of Haar layers, at every width and depth",
    paper=WEINGARTEN,
    statement=JacobianMoment(),
    pinned=[
        Layers("orthogonal", (2,), (1, 2), 2),
        Layers("orthogonal", (2,), (1, 2, 3), 3),
        Layers("orthogonal", (1, 1), (0, 1, 2), 2),
        Layers("orthogonal", (3,), (1, 2), 2),
        Layers("unitary", (2,), (1, 2), 2),
        Layers("unitary", (1, 1), (1, 2, 3), 3),
        Layers("unitary", (3,), (0, 1, 2), 2),
    ],
    cases=draw_layers,
    mutants=[
        Mutant("Gaussian layers", JacobianMoment(gaussian_layers), on="orthogonal mu=2 D=1,2 L=2", by=SYMBOLIC),
        Mutant("Schur functions for O(d)", JacobianMoment(other_group), on="orthogonal mu=2 D=1,2 L=2", by=SYMBOLIC),
        Mutant("depth L - 1", JacobianMoment(one_layer_less), on="unitary mu=2 D=1,2 L=2", by=SYMBOLIC),
    ],
)


@claim.symbolic
def layer_by_layer(statement: JacobianMoment, case: Layers, _: Trial) -> Evidence:
    """Average one layer after the other by pairs of pairings: D and its adjoint go by different names, so no block is recognised."""
    letter, adjoint = ("O", "T") if case.group == "orthogonal" else ("U", "H")
    layers = range(1, case.depth + 1)
    left = "*".join(f"D{i}*{letter}{i}" for i in reversed(layers))
    right = "*".join(f"{letter}{i}.{adjoint}*E{i}" for i in layers)
    text = "*".join(f"tr(({left}*{right})**{part})" for part in case.partition)
    diagonal = sp.diag(*case.diagonal)
    names = {f"{name}{i}": diagonal for name in "DE" for i in layers}
    value = trace_moment(text, len(case.diagonal)).evaluate(names)
    average, stated = Fraction(int(value.p), int(value.q)), statement.moment(case)
    return exact_evidence(
        average == stated,
        "pairs of pairings, layer by layer",
        f"{case}: {average}, stated {stated}",
        moment=str(average),
    )
