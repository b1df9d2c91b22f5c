"""A29. At width d deep correlations do not vanish: E rho^2 -> 1/(d (1-alpha^2)) and the gap (n-1)/(2d(1-alpha^2)), to leading order.

Near rho = 0 a layer is rho' = alpha rho + noise of variance 1/d: the delta-method variance of A27 is 1 there, because the two
samples are then independent. The stationary second moment m solves m = alpha^2 m + 1/d, and the gap is, to second order,
sum_{i<j} rho_ij^2/n. Relative corrections are of order 1/d; at d = 500 they are a few per cent, so the statement allows a
tenth, and is sampled with a noise far below that. Source: this project.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, log

import numpy as np
import sympy as sp

from numerics.network.gram_chain import gram_chain, isometry_gap
from numerics.network.network import layer_normalised_mlp
from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, at_most, centred_kernel_map, equal, function, mean, rational
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import all_of, judge_mean
from proofs_check.evidence.symbolic import Derivation, cannot_say
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung
from proofs_check.ledger.activation_cases import fourth_moment, nonlinear
from proofs_check.ledger.papers import ISOMETRY
from theory.activation import Activation, catalogue
from theory.kernel_map.kernel_map import KernelMap
from theory.signal_propagation.finite_width import correlation_by_delta_method, symbolic_moments

WIDTH, SIZE, NETWORKS = 500, 10, 10
TRUNCATED_AT = 2.0
LARGEST_SHARE, LARGEST_KURTOSIS = 0.9, 12.0


@dataclass(frozen=True)
class StationaryFloor:
    """E rho^2 = second_moment(alpha)/d and gap = gap_per_pair (n-1) second_moment(alpha)/d, within the relative tolerance."""

    second_moment: Callable[[sp.Expr], sp.Expr] = lambda alpha: 1 / (1 - alpha**2)
    gap_per_pair: Fraction = Fraction(1, 2)
    tolerance: Fraction = Fraction(1, 10)

    def formula(self) -> Formula:
        """Return both floors within the tolerance, at the width and batch size of the samples, and what alpha is."""
        d, n, alpha = sp.symbols("d n alpha")
        moment = rational(self.second_moment(alpha)) / d
        floor = rational(self.gap_per_pair) * (n - 1) * moment
        tolerance = rational(self.tolerance)
        return (
            at_most(sp.Abs(mean(sp.Symbol("rho_ij") ** 2) / moment - 1), tolerance),
            at_most(sp.Abs(mean(function("gap")(sp.Symbol("G_l"))) / floor - 1), tolerance),
            equal(d, WIDTH),
            equal(n, SIZE),
            centred_kernel_map()[1],
        )


def uncovered(activation: Activation) -> str | None:
    """Return why the leading order is not known to be within a tenth at width 500, or None."""
    if activation.is_affine:
        return nonlinear(activation)
    kernel = KernelMap.centred(activation)
    if not kernel.slope_at_zero.ball(10) < LARGEST_SHARE:
        return (
            f"its linear share is not below {LARGEST_SHARE}: correlations of the floor are not small at width {WIDTH}"
        )
    fourth = fourth_moment(activation)
    if fourth is None or fourth / float(kernel.hermite.variance.ball(10)) ** 2 > LARGEST_KURTOSIS:
        return f"its kurtosis is not below {LARGEST_KURTOSIS}: the leading order in 1/width does not suffice"
    return None


claim = Claim(
    id="A29",
    title="At width d the correlations settle at E rho^2 = 1/(d (1-alpha^2)), and the gap at (n-1)/(2d (1-alpha^2))",
    paper=ISOMETRY,
    statement=StationaryFloor(),
    pinned=catalogue("relu", "sin"),
    covers=uncovered,
    mutants=[
        Mutant("noise of one layer only", StationaryFloor(lambda alpha: 1 + 0 * alpha), on="relu", by=SAMPLED),
        Mutant("alpha for alpha^2", StationaryFloor(lambda alpha: 1 / (1 - alpha)), on="sin", by=SAMPLED),
        Mutant("alpha for alpha^2, by algebra", StationaryFloor(lambda alpha: 1 / (1 - alpha)), on="", by=SYMBOLIC),
        Mutant("twice the gap", StationaryFloor(gap_per_pair=Fraction(1)), on="relu", by=SAMPLED),
        Mutant("twice the gap, by algebra", StationaryFloor(gap_per_pair=Fraction(1)), on="", by=SYMBOLIC),
        Mutant(
            "no floor: correlations vanish", StationaryFloor(lambda alpha: (1 + 0 * alpha) / 1000), on="sin", by=SAMPLED
        ),
    ],
)


@claim.for_all(SYMBOLIC)
def by_the_linear_recursion(statement: StationaryFloor, _: None, __: Trial) -> Evidence:
    """Take the noise from the delta method at independence, solve the recursion, and expand the gap to second order."""
    alpha, d, e, n = sp.symbols("alpha d e n", positive=True)
    m = symbolic_moments()
    bias, variance = correlation_by_delta_method()
    independent = {m.kappa: 0, m.mu31: 0, m.mu22: 1}
    proof = Derivation().uses("delta method (A27): variance v/d and bias b/d, with remainders O(d^-2)")
    proof.equal("v = 1 at independence", variance.subs(independent), sp.Integer(1))
    proof.equal("b = 0 at independence", bias.subs(independent), sp.Integer(0))
    floor = sp.sympify(statement.second_moment(alpha)) / d
    proof.equal("m = alpha^2 m + 1/d", floor, alpha**2 * floor + 1 / d, is_statement=True)
    for size in (2, 3):
        entries = sp.Matrix(size, size, lambda i, j: 1 if i == j else e * sp.Symbol(f"r{min(i, j)}{max(i, j)}"))
        gap = -sp.log(entries.det()) / size
        second = sp.diff(gap, e, 2).subs(e, 0) / 2
        pairs = sum(sp.Symbol(f"r{i}{j}") ** 2 for i in range(size) for j in range(i + 1, size))
        proof.equal(f"gap = sum_(i<j) rho_ij^2/n to second order, n = {size}", second, pairs / size)
    pairs_over_n = n * (n - 1) / 2 / n
    stated = sp.sympify(statement.gap_per_pair) * (n - 1)
    proof.equal("n(n-1)/2 pairs over n", stated, pairs_over_n, is_statement=True)
    found = proof.evidence("linear recursion with unit noise")
    open_part = "derived to leading order in 1/d; that a tenth covers the rest at width 500 is for samples"
    return cannot_say(Rung.SYMBOLIC, open_part) if found.verdict.is_positive else found


@claim.sampled
def in_networks_of_width_500(statement: StationaryFloor, activation: Activation, trial: Trial) -> Evidence:
    """Test the mean of rho^2 over pairs, and the gap, after enough layers from orthogonal samples, against the statement."""
    reason = uncovered(activation)
    if reason is not None:
        return cannot_say(Rung.SAMPLED, reason)
    alpha = float(KernelMap.centred(activation).slope_at_zero.ball(20))
    # of the stationary value, alpha^(2 depth) < 1/100 is missing
    depth = max(2, ceil(log(100) / -log(alpha**2))) if alpha > 0.01 else 2
    moment = float(statement.second_moment(alpha)) / WIDTH
    parts = []
    for what, scale, gap in (
        ("mean of rho^2", moment, False),
        ("isometry gap", float(statement.gap_per_pair) * (SIZE - 1) * moment, True),
    ):
        tolerance = float(statement.tolerance)
        test = MeanTest(1 - tolerance, 1 + tolerance, support=(0.0, TRUNCATED_AT), delta=tolerance / 2)
        config = {"expression": activation.text, "depth": depth, "scale": scale, "gap": gap}
        what = f"{what} at width {WIDTH}, layer {depth}, over the floor"
        parts.append(judge_mean(trial, test, floor_values, config, shards=40, what=what, share=0.5))
    return all_of(parts)


def floor_values(rng: np.random.Generator, expression: str, depth: int, scale: float, gap: bool) -> np.ndarray:
    """Return the mean of rho^2 over pairs, or the isometry gap, over `scale`, for independent networks; cut at 2."""
    network = layer_normalised_mlp(Activation.from_text(expression), WIDTH, depth)
    *_, last = gram_chain(network, np.eye(SIZE), rng, repeats=NETWORKS)
    pairs = np.triu_indices(SIZE, 1)
    values = isometry_gap(last) if gap else np.mean(last[:, pairs[0], pairs[1]] ** 2, axis=1)
    return np.minimum(values / scale, TRUNCATED_AT)
