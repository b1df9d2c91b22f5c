"""A13. Conjecture: W(kappa(G)) <= W(G)/beta_0, W = 1/det - 1, for every Gram matrix of unit diagonal and centred kernel map.

Open for n >= 3. Proved for n = 2, where W = r^2/(1-r^2) is the product of r/(1-r), which shrinks by beta_0 (A7), and of
r/(1+r), which does not grow because |kappa| <= |r|. A12 gives the weaker factor 2^-(1-alpha) = 2^-(beta_0-1) >= 1/beta_0. The
search below draws maps and matrices and climbs from the best of them. Source: this project.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import sympy as sp

from numerics.campaign.random_streams import stream
from proofs_check import strategies
from proofs_check.claim.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, above, at_most, centred_kernel_map, equal, function, rational
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import cannot_say, exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.ledger.gram_cases import MEAN_FIELD_STEPS
from proofs_check.ledger.isometry.determinant_growth import DeterminantGrowth
from proofs_check.ledger.isometry.layer_contraction import two_term_steps
from proofs_check.ledger.papers import ISOMETRY
from theory.isometry.gram_matrix import GramMatrix
from theory.kernel_map.polynomial import MeanFieldStep, PolynomialKernel

SIZES = (2, 3, 4)
DRAWS, CLIMBS, MOVES, DEGREE = 4000, 60, 60, 4


@dataclass(frozen=True)
class InverseDeterminantContraction:
    """W(kappa(G)) <= factor(alpha) W(G)."""

    factor: Callable[[Fraction], Fraction] = lambda alpha: 1 / (2 - alpha)

    def formula(self) -> Formula:
        """Return the conjectured bound, and what W, kappa and alpha are."""
        alpha, gram, i = sp.symbols("alpha G i")
        inverse, kappa = function("W"), function("kappa")
        return (
            at_most(inverse(kappa(gram)), rational(self.factor(alpha)) * inverse(gram)),
            equal(inverse(gram), 1 / function("det")(gram) - 1),
            above(function("det")(gram), 0),
            equal(sp.IndexedBase("G")[i, i], 1),
            *centred_kernel_map(),
        )


claim = Claim(
    id="A13",
    title="A layer-normalised layer divides 1/det - 1 by at least beta_0",
    paper=ISOMETRY,
    statement=InverseDeterminantContraction(),
    pinned=MEAN_FIELD_STEPS,
    cases=strategies.mean_field_steps,
    covers=DeterminantGrowth().silent,
    conjecture=True,
    mutants=[
        Mutant(
            "factor alpha",
            InverseDeterminantContraction(lambda alpha: alpha),
            on="1/2 r + 1/2 r^2 on equicorrelated n=2 rho=99/100",
            by=SYMBOLIC,
        ),
        Mutant(
            "factor 1/2",
            InverseDeterminantContraction(lambda _: Fraction(1, 2)),
            on="9/10 r + 1/10 r^2 on equicorrelated n=4 rho=1/2",
            by=SYMBOLIC,
        ),
        Mutant(
            "factor alpha, found by the search", InverseDeterminantContraction(lambda alpha: alpha), on="", by=SAMPLED
        ),
        Mutant(
            "factor 99/100 of it, found by the search",
            InverseDeterminantContraction(lambda alpha: Fraction(99, 100) / (2 - alpha)),
            on="",
            by=SAMPLED,
        ),
    ],
)


@claim.symbolic
def exactly_in_one_layer(statement: InverseDeterminantContraction, step: MeanFieldStep, _: Trial) -> Evidence:
    """Compare W after and before in rational arithmetic."""
    reason = DeterminantGrowth().silent(step)
    if reason is not None:
        return cannot_say(Rung.SYMBOLIC, f"the statement is silent: {reason}")
    ratio = relative_growth(statement, step)
    shown = f"{float(ratio):.8g}"
    return exact_evidence(
        ratio <= 1,
        "rational arithmetic",
        witness=f"{step}: W' is {shown} times the bound",
        sharpness=Figure("W' over the bound", shown),
    )


def relative_growth(statement: InverseDeterminantContraction, step: MeanFieldStep) -> Fraction:
    """Return W(kappa(G))/(factor W(G)), at most 1 if the conjecture holds; 0 for the identity matrix."""
    if step.before == 1:
        return Fraction(0)
    before, after = (1 / det - 1 for det in (step.before, step.after))
    return after / (before * statement.factor(step.kernel.linear_share))


@claim.symbolic
def for_every_pair_of_samples(statement: InverseDeterminantContraction, step: MeanFieldStep, _: Trial) -> Evidence:
    """For n = 2, prove it for every correlation: two factors, of which A7 contracts one and the other does not grow."""
    if step.gram.size > 2:
        return cannot_say(Rung.SYMBOLIC, "open for n >= 3")
    if step.kernel.constant > 0:
        return cannot_say(Rung.SYMBOLIC, "the map keeps the mean: p_0 > 0")
    r, kappa, share = sp.symbols("r kappa share")
    w = r**2 / (1 - r**2)
    proof = two_term_steps(lambda alpha: 1 / sp.sympify(statement.factor(alpha)))
    proof.equal("W = r/(1-r) r/(1+r)", w, r / (1 - r) * r / (1 + r))
    kappa = share * r  # 0 <= kappa <= r
    proof.nonnegative("kappa/(1+kappa) <= r/(1+r)", r / (1 + r) - kappa / (1 + kappa), {r: "unit", share: "unit"})
    found = proof.evidence("two factors, for n = 2 and every kernel map")
    # the steps bound W by the potential of A7: where they fail, W itself may still obey the statement
    return cannot_say(Rung.SYMBOLIC, found.summary) if found.refutes else found


@claim.for_all(SAMPLED)
def by_search(statement: InverseDeterminantContraction, _: None, trial: Trial) -> Evidence:
    """Draw maps and nearly singular matrices, climb from the worst, and check the worst of all in rational arithmetic."""
    rng = stream(trial.seed, trial.key[0], trial.key[-1])
    worst: dict[int, tuple[Fraction, MeanFieldStep]] = {}
    for size in SIZES:
        found = [climb(statement, rng, size) for _ in range(trial.profile.shards)]
        worst[size] = max(((relative_growth(statement, step), step) for step in found), key=lambda pair: pair[0])
    figures = tuple(
        Figure(f"largest W' over the bound, n = {size}", f"{float(ratio):.8g}") for size, (ratio, _) in worst.items()
    )
    rounds = len(SIZES) * trial.profile.shards
    ratio, step = max(worst.values(), key=lambda pair: pair[0])
    if ratio > 1:
        witness = f"{step}: W' is {float(ratio):.8g} times the bound"
        return Evidence(
            Verdict.REFUTED,
            Rung.SAMPLED,
            "a search found a counterexample",
            figures,
            None,
            witness,
            samples=rounds * DRAWS,
        )
    summary = f"no counterexample in {rounds} rounds of {DRAWS} draws and {CLIMBS} climbs, n = {SIZES}"
    return Evidence(Verdict.SUPPORTED, Rung.SAMPLED, summary, figures, figures[-1], samples=rounds * DRAWS)


def climb(statement: InverseDeterminantContraction, rng: np.random.Generator, size: int) -> MeanFieldStep:
    """Return an exact case next to the worst that random draws, and random steps from the worst of them, find."""
    weights, samples = _draw(rng, DRAWS, size)
    value = _objective(statement, weights, samples)
    best = np.argsort(value)[-CLIMBS:]
    weights, samples, value = weights[best], samples[best], value[best]
    for spread in np.geomspace(0.3, 1e-4, MOVES):
        other = np.abs(weights * (1 + spread * rng.standard_normal(weights.shape)))
        moved = samples + spread * rng.standard_normal(samples.shape)
        moved_value = _objective(statement, other, moved)
        better = moved_value > value
        weights[better], samples[better], value[better] = other[better], moved[better], moved_value[better]
    worst = int(np.argmax(value))
    return _exact(weights[worst], samples[worst])


def _draw(rng: np.random.Generator, count: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return weights of r^1..r^DEGREE, some of them tiny, and factors whose Gram matrix is often nearly singular."""
    weights = rng.random((count, DEGREE)) ** rng.integers(1, 6, (count, 1))
    scales = 10.0 ** -rng.uniform(0, 2, (count, 1, size))
    return weights, rng.standard_normal((count, size, size)) * scales


def _objective(statement: InverseDeterminantContraction, weights: np.ndarray, samples: np.ndarray) -> np.ndarray:
    """Return W'/(factor W) in floats, -inf where the matrix is too near singular for them."""
    p = weights / weights.sum(axis=1, keepdims=True)
    unit = samples / np.linalg.norm(samples, axis=2, keepdims=True)
    gram = unit @ unit.swapaxes(1, 2)
    after = sum(p[:, k, None, None] * gram ** (k + 1) for k in range(p.shape[1]))
    before_det, after_det = np.linalg.det(gram), np.linalg.det(after)
    good = (before_det > 1e-9) & (before_det < 1 - 1e-6) & (p[:, 0] > 1e-9) & (p[:, 0] < 1)
    factor = np.array([float(statement.factor(Fraction(share))) for share in p[:, 0]])
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (1 / after_det - 1) / (factor * (1 / before_det - 1))
    return np.where(good & (factor > 0), ratio, -np.inf)


def _exact(weights: np.ndarray, samples: np.ndarray) -> MeanFieldStep:
    """Return a rational case next to a float one: weights in 10^-9, and unit samples by stereographic projection."""
    kernel = PolynomialKernel.of_weights([0, *(int(w * 10**9 / weights.max()) for w in weights)])
    rows = [_rational_unit(row) for row in samples / np.linalg.norm(samples, axis=1, keepdims=True)]
    return MeanFieldStep(kernel, GramMatrix.of_batch(f"unit samples {[[str(x) for x in row] for row in rows]}", rows))


def _rational_unit(direction: np.ndarray) -> list[Fraction]:
    """Return a rational unit vector near a direction: the projection of a rational point from the last axis."""
    sign = -1 if direction[-1] > 0 else 1  # away from the pole
    plane = [Fraction(round(x / (1 - sign * direction[-1]) * 10**9), 10**9) for x in direction[:-1]]
    square = sum((x * x for x in plane), Fraction(0))
    return [*(2 * x / (1 + square) for x in plane), sign * (square - 1) / (square + 1)]
