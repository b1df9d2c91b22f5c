"""A30. The mean-field bounds gamma_0 beta_0^-l and n gamma_0 beta_0^-l do not hold layer by layer in networks of finite width.

A network of width 500 on ten samples of correlation 1/2 breaks gamma_l <= gamma_0 beta_0^-l within ten layers more often than
not: gamma is a maximum over 45 pairs, and the noise of one layer exceeds the slack of the bound (A27). The gap stays
below n gamma_0 beta_0^-l until the bound meets the floor of A29, at layer l* = log(n gamma_0/floor)/log beta_0, give or take two.
So a valid test takes one layer at a time, conditionally (A27), and never asserts decay at the floor. Source: this project.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, log
from typing import Any

import numpy as np
import sympy as sp

from numerics.network.gram_chain import correlation_potential, gram_chain, isometry_gap
from numerics.network.network import layer_normalised_mlp
from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, at_least, at_most, belongs, equal, function, mean, probability
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import Derivation, cannot_say
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung
from proofs_check.ledger.isometry.layer_contraction import nonlinearity_strength
from proofs_check.ledger.isometry.stationary_floor import StationaryFloor
from proofs_check.ledger.papers import ISOMETRY
from theory.activation import Activation, catalogue
from theory.kernel_map.kernel_map import KernelMap
from theory.signal_propagation.finite_width import mixed_moments

WIDTH, SIZE, NETWORKS, EARLY, SPAN = 500, 10, 10, 10, 6
START = Fraction(1, 2)
PINNED = catalogue("relu", "sin", "exp")


@dataclass(frozen=True)
class FiniteWidthDepthBound:
    """P(gamma_l > gamma_0 beta_0^-l for an l <= 10) is in [least, most]; the gap overtakes n gamma_0 beta_0^-l at `crossing` +- 2.

    `crossing` takes n gamma_0, the width, n, alpha and the functions log of the arithmetic at hand.
    """

    least: float = 0.5
    most: float = float("inf")
    rate: Callable[[Any], Any] = lambda alpha: 2 - alpha
    floor: Callable[[Any, Any, Any], Any] = lambda n, d, alpha: (n - 1) / (2 * d * (1 - alpha**2))

    def crossing(self, potential: Any, n: Any, d: Any, alpha: Any, logarithm: Callable[[Any], Any]) -> Any:
        """Return log(n gamma_0/floor)/log rate, for n gamma_0 = `potential`."""
        return logarithm(potential / self.floor(n, d, alpha)) / logarithm(self.rate(alpha))

    def formula(self) -> Formula:
        """Return the range of the probability, the mean of the layer tau where the gap overtakes its bound, and the setting.

        Of tau - l*, at most six layers count to either side.
        """
        n, d, alpha, beta, depth, first = sp.symbols("n d alpha beta_0 l tau")
        start, crossing = sp.Symbol("gamma_0"), sp.Symbol("l^*")
        pair = sp.Abs(sp.Symbol("rho_ij"))
        early = sp.Symbol("k")
        broken = probability(sp.Gt(function("max_k")(sp.Symbol("gamma_k") * beta**early / start), 1))
        bounds = (at_least(broken, self.least), at_most(broken, self.most))
        return (
            *(bound for bound in bounds if not bound.rhs.is_infinite),
            belongs(early, sp.Range(1, EARLY + 1)),
            at_most(sp.Abs(mean(first) - crossing), 2),
            equal(crossing, self.crossing(n * start, n, d, alpha, sp.log)),
            equal(first, function("first_l")(sp.Gt(function("gap")(sp.Symbol("G_l")), n * start / beta**depth))),
            equal(beta, 2 - alpha),
            equal(sp.Symbol("gamma_k"), function("max_ij")(pair / (1 - pair))),
            equal(start, START / (1 - START)),
            equal(n, SIZE),
            equal(d, WIDTH),
        )


def uncovered(activation: Activation) -> str | None:
    """Return why the statement, which is about three activations at one width, does not speak of another."""
    return None if activation in PINNED else "it is about relu, sin and exp in networks of width 500"


claim = Claim(
    id="A30",
    title="Networks of width 500 break gamma_l <= gamma_0 beta_0^-l within ten layers, and its gap bound where it meets the floor",
    paper=ISOMETRY,
    statement=FiniteWidthDepthBound(),
    pinned=PINNED,
    covers=uncovered,
    mutants=[
        Mutant(
            "a bound for single networks",
            FiniteWidthDepthBound(least=-float("inf"), most=0.01),
            on="relu",
            by=SAMPLED,
            erratum="plotting code of [A]: gamma_0 beta_0^-l is drawn as a bound for single networks of finite width; it holds "
            "in the limit of infinite width (A10)",
        ),
        Mutant("crossing at rate 1/alpha", FiniteWidthDepthBound(rate=lambda alpha: 1 / alpha), on="relu", by=SAMPLED),
        Mutant(
            "crossing at rate beta_0^2",
            FiniteWidthDepthBound(rate=lambda alpha: (2 - alpha) ** 2),
            on="sin",
            by=SAMPLED,
        ),
        Mutant(
            "crossing at the noise of one layer",
            FiniteWidthDepthBound(floor=lambda n, d, alpha: (n - 1) / (2 * d) + 0 * alpha),
            on="relu",
            by=SAMPLED,
        ),
        Mutant(
            "crossing at rate 1/alpha, by algebra",
            FiniteWidthDepthBound(rate=lambda alpha: 1 / alpha),
            on="",
            by=SYMBOLIC,
        ),
    ],
)


@claim.for_all(SYMBOLIC)
def where_the_bound_meets_the_floor(statement: FiniteWidthDepthBound, _: None, __: Trial) -> Evidence:
    """Solve n gamma_0 beta_0^-l = floor for l, beta_0 from A7 and the floor from A29; the +-2 is for samples alone."""
    n, d, potential, alpha = sp.symbols("n d potential alpha", positive=True)
    floor = sp.sympify(StationaryFloor().gap_per_pair) * (n - 1) * StationaryFloor().second_moment(alpha) / d
    rate, stated_floor = statement.rate(alpha), statement.floor(n, d, alpha)
    proof = Derivation().equal("the rate is beta_0", rate, nonlinearity_strength(alpha), is_statement=True)
    proof.equal("the floor is that of the gap", stated_floor, floor, is_statement=True)
    crossing = statement.crossing(potential, n, d, alpha, sp.log)
    proof.equal("l* log(rate) = log(n gamma_0/floor)", crossing * sp.log(rate), sp.log(potential / stated_floor))
    found = proof.evidence("the crossing of bound and floor")
    open_part = "l* is derived; that networks cross there is for samples"
    return cannot_say(Rung.SYMBOLIC, open_part) if found.verdict.is_positive else found


@claim.sampled
def potential_in_ten_layers(statement: FiniteWidthDepthBound, activation: Activation, trial: Trial) -> Evidence:
    """Count the networks whose gamma exceeds the bound at one of the first ten layers."""
    kernel = KernelMap.centred(activation)
    beta = float(kernel.nonlinearity_strength.ball(20))
    test = MeanTest(statement.least, statement.most, support=(0.0, 1.0), delta=0.05)
    config = {"expression": activation.text, "rate": beta}
    evidence = judge_mean(trial, test, broken_bounds, config, shards=20, what="P(gamma breaks its bound in ten layers)")
    return replace(evidence, figures=(*evidence.figures, _slack_of_the_first_layer(kernel, beta)))


def _slack_of_the_first_layer(kernel: KernelMap, beta: float) -> Figure:
    """Return how many standard deviations of one layer's noise the bound leaves a pair at layer 1."""
    moments = mixed_moments(kernel.activation, START)
    kappa, mu31, mu22, mu40 = (float(x) for x in (moments.kappa, moments.mu31, moments.mu22, moments.mu40))
    variance = mu22 + kappa**2 * (mu40 + mu22) / 2 - 2 * kappa * mu31
    potential = float(START / (1 - START)) / beta
    slack = (potential / (1 + potential) - kappa) / (variance / WIDTH) ** 0.5
    return Figure("slack of the bound at layer 1, in standard deviations of a correlation", f"{slack:.3g}")


@claim.sampled
def gap_until_the_floor(statement: FiniteWidthDepthBound, activation: Activation, trial: Trial) -> Evidence:
    """Compare the layer at which the gap overtakes n gamma_0 beta_0^-l with l*, within two layers on average."""
    kernel = KernelMap.centred(activation)
    alpha, beta = float(kernel.slope_at_zero.ball(20)), float(kernel.nonlinearity_strength.ball(20))
    potential = SIZE * float(START / (1 - START))
    true = FiniteWidthDepthBound().crossing(potential, SIZE, WIDTH, alpha, log)
    stated = statement.crossing(potential, SIZE, WIDTH, alpha, log)
    # layers are counted from l*, and cut at +-SPAN: what is stated beyond the cut is tested at the cut
    lower, upper = min(stated - true - 2, SPAN - 1.0), max(stated - true + 2, 1.0 - SPAN)
    lower, upper = -np.inf if lower <= -SPAN else lower, np.inf if upper >= SPAN else upper
    test = MeanTest(lower, upper, support=(-float(SPAN), float(SPAN)), delta=0.9)
    config = {"expression": activation.text, "rate": beta, "centre": true}
    what = f"layer where the gap overtakes its bound, from l* = {true:.1f}"
    evidence = judge_mean(trial, test, crossing_layers, config, shards=60, what=what)
    return replace(evidence, figures=(*evidence.figures, Figure("stated layer", f"{stated:.2f}")))


def broken_bounds(rng: np.random.Generator, expression: str, rate: float) -> np.ndarray:
    """Return 1 for networks with gamma_l > gamma_0 rate^-l at some l <= 10, else 0."""
    initial = float(START / (1 - START))
    broken = np.zeros(NETWORKS, dtype=bool)
    for layer, gram in enumerate(_grams(rng, expression, EARLY), 1):
        broken |= correlation_potential(gram) > initial * rate**-layer
    return broken.astype(float)


def crossing_layers(rng: np.random.Generator, expression: str, rate: float, centre: float) -> np.ndarray:
    """Return first layers with gap > n gamma_0 rate^-l, less `centre`, cut at +-SPAN."""
    potential = SIZE * float(START / (1 - START))
    depth = ceil(centre) + SPAN
    first = np.full(NETWORKS, np.inf)
    for layer, gram in enumerate(_grams(rng, expression, depth), 1):
        crossed = (isometry_gap(gram) > potential * rate**-layer) & np.isinf(first)
        first[crossed] = layer
        if np.isfinite(first).all():
            break
    return np.clip(first - centre, -SPAN, SPAN)


def _grams(rng: np.random.Generator, expression: str, depth: int) -> Any:
    """Yield the Gram matrices of networks on ten samples of correlation 1/2, layer by layer."""
    network = layer_normalised_mlp(Activation.from_text(expression), WIDTH, depth)
    rho = float(START)
    return gram_chain(network, rho + (1 - rho) * np.eye(SIZE), rng, repeats=NETWORKS)
