"""W11. The matrices that the samplers draw have the exact moments of the Weingarten calculus.

Products of entries lie in the unit disc, so betting on their real parts needs no assumption: the verdict holds at every
sample size. The moments of degree d tell O(d) from SO(d) and U(d) from SU(d): E[O_11 ... O_dd] is 0 on O(d) and 1/d! on
SO(d).
Source: Mezzadri, Notices AMS 54 (2007) 592-604 (the sign-fixed QR); moments by W1, W5.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp

from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import SAMPLED, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function, mean
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import all_of, judge_mean
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import WEINGARTEN
from proofs_check.ledger.weingarten import samplers
from proofs_check.ledger.weingarten.cases import HaarLaw
from proofs_check.ledger.weingarten.notation import sampler_formulas
from theory.haar.dimension import Group
from theory.haar.entry_expression import parse_entry_polynomial
from theory.haar.monomial import haar_moment

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclass(frozen=True)
class SampledMoment:
    """The sampler draws from the Haar measure of its group."""

    sampler: samplers.Sampler = samplers.sign_fixed_qr

    def formula(self) -> Formula:
        """Return that means over the sampled matrices W are the integrals over the group, and how W is drawn."""
        monomial, group = function("f"), sp.Symbol("H")
        return (
            equal(mean(monomial(sp.Symbol("W"))), function("E_Haar")(monomial(group))),
            *sampler_formulas(self.sampler),
        )


def draw_laws(largest: int) -> SearchStrategy[HaarLaw]:
    """Return a strategy for groups of dimension 2 to `largest`."""
    from hypothesis import strategies as st

    def law(group: Group, d: int) -> HaarLaw:
        return HaarLaw(group, d + d % 2 if group == "symplectic" else d)

    return st.builds(law, st.sampled_from(("orthogonal", "symplectic", "unitary")), st.integers(2, largest))


claim = Claim(
    id="W11",
    title="Sampled Haar matrices of O(d), U(d) and Sp(d) have the exact moments",
    paper=WEINGARTEN,
    statement=SampledMoment(),
    pinned=[HaarLaw("orthogonal", 3), HaarLaw("unitary", 2), HaarLaw("unitary", 3), HaarLaw("symplectic", 4)],
    cases=partial(draw_laws, 6),
    mutants=[
        Mutant("QR without sign fix, O", SampledMoment(samplers.unfixed_qr), on="orthogonal d=3", by=SAMPLED),
        Mutant("QR without phase fix, U", SampledMoment(samplers.unfixed_qr), on="unitary d=3", by=SAMPLED),
        Mutant("SO(3) for O(3)", SampledMoment(samplers.special), on="orthogonal d=3", by=SAMPLED),
        Mutant("SU(2) for U(2)", SampledMoment(samplers.special), on="unitary d=2", by=SAMPLED),
        Mutant("U(4) for Sp(4)", SampledMoment(samplers.unitary_for_all), on="symplectic d=4", by=SAMPLED),
        Mutant("independent rows, O", SampledMoment(samplers.independent_rows), on="orthogonal d=3", by=SAMPLED),
        Mutant("independent rows, U", SampledMoment(samplers.independent_rows), on="unitary d=3", by=SAMPLED),
    ],
)


def monomials(case: HaarLaw) -> list[str]:
    """Return the moments that are sampled: a mean, a mixed one, a signed one, and one that sees the determinant."""
    d = case.dimension
    if case.group == "symplectic":
        half = d // 2
        return ["S[1,1]", f"S[1,1]*S[{half + 1},{half + 1}]", "abs(S[1,1]*S[2,2])**2"]
    letter = "O" if case.group == "orthogonal" else "U"
    diagonal = "*".join(f"{letter}[{i},{i}]" for i in range(1, d + 1))
    if letter == "O":
        return ["O[1,1]", "O[1,1]**2*O[2,2]**2", "O[1,1]*O[2,2]*O[1,2]*O[2,1]", diagonal]
    return ["U[1,1]", "abs(U[1,1]*U[2,2])**2", "U[1,1]*U[2,2]*conj(U[1,2]*U[2,1])", diagonal]


@claim.sampled
def moments_of_entries(statement: SampledMoment, case: HaarLaw, trial: Trial) -> Evidence:
    """Test the mean of the real part of each monomial; it lies in [-1, 1]."""
    texts = monomials(case)
    parts = []
    for text in texts:
        moment: Any = haar_moment(text, case.dimension)
        test = MeanTest.equal(float(moment), support=(-1.0, 1.0), delta=0.02)
        config = {"sampler": statement.sampler, "group": case.group, "dimension": case.dimension, "text": text}
        config |= {"size": 4_000}
        parts.append(
            judge_mean(trial, test, monomial_values, config, shards=30, what=f"E {text}", share=1 / len(texts))
        )
    return all_of(parts)


def monomial_values(
    rng: np.random.Generator, sampler: samplers.Sampler, group: Group, dimension: int, text: str, size: int
) -> np.ndarray:
    """Return the real part of a monomial at `size` sampled matrices."""
    matrices = sampler(rng, group, dimension, size)
    ((powers, coefficient),) = parse_entry_polynomial(text, dimension).terms
    values = np.full(size, float(coefficient), dtype=complex)
    half = dimension // 2
    for (i, j), power in powers:
        if group == "symplectic":
            entry = matrices[:, i - 1 if i > 0 else half - i - 1, j - 1 if j > 0 else half - j - 1]
        else:
            entry = matrices[:, abs(i) - 1, abs(j) - 1]
            entry = entry if i > 0 else entry.conj()
        values *= entry**power
    return np.clip(values.real, -1.0, 1.0)
