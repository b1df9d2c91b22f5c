"""W12. The law of the sampled matrices does not change under multiplication from the left or from the right.

For a fixed A of the group, the real part of an entry of W, A W and W A is one coordinate of a uniform point of the
sphere in m real dimensions (m = d for O(d), 2d for U(d) and Sp(d)): (1 + x)/2 has the law Beta((m-1)/2, (m-1)/2). On a
compact group a law that is invariant on one side is Haar and so invariant on both; a wrong sampler fails on each side,
here or there.
Source: Mezzadri, Notices AMS 54 (2007) 592-604, section 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import sympy as sp

from proofs_check.claim.claim import SAMPLED, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function, law
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import judge_law
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import WEINGARTEN
from proofs_check.ledger.weingarten import samplers
from proofs_check.ledger.weingarten.cases import HaarLaw
from proofs_check.ledger.weingarten.notation import sampler_formulas
from proofs_check.ledger.weingarten.sampled_moment import draw_laws
from theory.haar.dimension import Group

_FIXED_SEED = 20060601


@dataclass(frozen=True)
class Invariance:
    """Entries of W, A W and W A are coordinates of a uniform point of the sphere in `real_dimension(group, d)` dimensions."""

    sampler: samplers.Sampler = samplers.sign_fixed_qr
    real_parts: int = 2

    def real_dimension(self, case: HaarLaw) -> int:
        """Return m: how many real numbers a row has."""
        return case.dimension if case.group == "orthogonal" else self.real_parts * case.dimension

    def formula(self) -> Formula:
        """Return the law of entries of W, A W and W A, A fixed in the group H; m(H) real numbers are a row; and how W is drawn."""
        d, group = sp.Symbol("d", integer=True, positive=True), sp.Symbol("H")
        drawn, fixed = sp.MatrixSymbol("W", d, d), sp.MatrixSymbol("A", d, d)
        dimension, entry = function("m"), function("entry_11")
        shape = (dimension(group) - 1) / 2
        beta = function("Beta")(shape, shape)
        return (
            *(equal(law((1 + sp.re(entry(matrix))) / 2), beta) for matrix in (drawn, fixed * drawn, drawn * fixed)),
            equal(dimension(sp.Symbol("O(d)")), d),
            *(equal(dimension(sp.Symbol(f"{letter}(d)")), self.real_parts * d) for letter in ("U", "Sp")),
            *sampler_formulas(self.sampler),
        )


claim = Claim(
    id="W12",
    title="The law of sampled Haar matrices is invariant on the left and on the right",
    paper=WEINGARTEN,
    statement=Invariance(),
    pinned=[HaarLaw("orthogonal", 2), HaarLaw("orthogonal", 3), HaarLaw("unitary", 3), HaarLaw("symplectic", 4)],
    cases=partial(draw_laws, 6),
    mutants=[
        Mutant("QR without sign fix, O", Invariance(samplers.unfixed_qr), on="orthogonal d=3", by=SAMPLED),
        Mutant("QR without phase fix, U", Invariance(samplers.unfixed_qr), on="unitary d=3", by=SAMPLED),
        Mutant(
            "independent rows: wrong on the left",
            Invariance(samplers.independent_rows),
            on="orthogonal d=2",
            by=SAMPLED,
        ),
        Mutant(
            "independent columns: wrong on the right",
            Invariance(samplers.independent_columns),
            on="orthogonal d=2",
            by=SAMPLED,
        ),
        Mutant("rows of U(d) as real vectors", Invariance(real_parts=1), on="unitary d=3", by=SAMPLED),
    ],
)


def _judge(statement: Invariance, case: HaarLaw, trial: Trial, side: str) -> Evidence:
    from scipy.special import betainc

    config = {"sampler": statement.sampler, "group": case.group, "dimension": case.dimension, "side": side}
    shape = (statement.real_dimension(case) - 1) / 2

    def law(x: np.ndarray) -> np.ndarray:
        return betainc(shape, shape, np.clip((1 + x) / 2, 0.0, 1.0))

    what = {"": "entry of W", "left": "entry of A W", "right": "entry of W A"}[side]
    return judge_law(trial, entries, config | {"size": 3_000}, lambda x: x, law, shards=5, delta=0.06, what=what)


@claim.sampled
def as_drawn(statement: Invariance, case: HaarLaw, trial: Trial) -> Evidence:
    """Compare the law of a diagonal entry with the sphere's."""
    return _judge(statement, case, trial, "")


@claim.sampled
def from_the_left(statement: Invariance, case: HaarLaw, trial: Trial) -> Evidence:
    """Compare the law of a diagonal entry of A W."""
    return _judge(statement, case, trial, "left")


@claim.sampled
def from_the_right(statement: Invariance, case: HaarLaw, trial: Trial) -> Evidence:
    """Compare the law of a diagonal entry of W A."""
    return _judge(statement, case, trial, "right")


def entries(
    rng: np.random.Generator, sampler: samplers.Sampler, group: Group, dimension: int, side: str, size: int
) -> np.ndarray:
    """Return the real part of the entry (1, 1) of W, A W or W A; A is one matrix of the group, the same in every shard."""
    matrices = sampler(rng, group, dimension, size)
    if side:
        fixed = samplers.sign_fixed_qr(np.random.default_rng(_FIXED_SEED), group, dimension, 1)[0]
        matrices = fixed @ matrices if side == "left" else matrices @ fixed
    return np.ascontiguousarray(matrices[:, 0, 0].real)
