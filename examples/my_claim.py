"""Two claims of one's own, one true and one false: from a sentence to a verdict.

The sentences, on a layer of infinite width with layer norm and any activation s, kappa its centred kernel map:

    X1  A layer never raises a positive correlation: kappa(r) <= r on [0, 1].              (true)
    X2  A nonlinear layer at least squares it: kappa(r) <= r^2 on [0, 1].                  (false: s has a linear part)

    haarmite verify examples/my_claim.py        # X1 holds, X2 is refuted
    haarmite hunt examples/my_claim.py::X2      # the simplest activation that refutes X2

Why X1 holds: kappa(r) = p_1 r + p_2 r^2 + ... with p_k >= 0 of sum 1 (Mehler), and r^k <= r on [0, 1].
"""

from dataclasses import dataclass
from fractions import Fraction

import sympy as sp

from haarmite import (
    CERTIFIED,
    SAMPLED,
    SYMBOLIC,
    Activation,
    Claim,
    Derivation,
    Evidence,
    KernelMap,
    MeanTest,
    Mutant,
    Paper,
    Rung,
    Trial,
    ball_of,
    cannot_say,
    catalogue,
    correlated_products,
    fourth_moment,
    from_proof,
    from_slack,
    judge_mean,
    prove_nonnegative,
    strategies,
)

MINE = Paper("X", "A manuscript of one's own, 2026")


@dataclass(frozen=True)
class PowerBound:
    """kappa(r) <= r^power on [0, 1]."""

    power: int


def on_the_interval(statement: PowerBound, activation: Activation, trial: Trial) -> Evidence:
    """Refute r^power - kappa(r) >= 0 by a ball at a point, or prove it on [0, 1] where kappa has a closed form."""
    kernel = KernelMap.centred(activation)
    for point in (Fraction(1, 2), Fraction(1, 4), Fraction(3, 4), Fraction(9, 10)):
        slack = ball_of(point**statement.power) - kernel.ball(point, trial.profile.digits)
        if slack < 0:
            return from_slack(slack, "the bound at a point", f"r = {point}")
    if kernel.expression is None:
        return cannot_say(Rung.CERTIFIED, "no closed form, and points do not certify an interval")
    r = kernel.symbol
    try:
        proof = prove_nonnegative(r**statement.power - kernel.expression, {r: (0, 1)}, sharpness=True)
    except ValueError as reason:  # functions that the prover does not know
        return cannot_say(Rung.CERTIFIED, str(reason))
    return from_proof(proof, "the bound on the whole interval")


# --- X1 -------------------------------------------------------------------------------------------------------------
true_claim = Claim(
    id="X1",
    title="A layer never raises a positive correlation",
    paper=MINE,
    statement=PowerBound(1),
    pinned=catalogue("relu", "tanh", "gelu"),
    cases=strategies.activations,
    mutants=[
        Mutant("r^2 in place of r", PowerBound(2), on="", by=SYMBOLIC),
        Mutant("r^2, relu", PowerBound(2), on="relu", by=CERTIFIED),
        Mutant("r^3, tanh", PowerBound(3), on="tanh", by=SAMPLED),
    ],
)
true_claim.certified(on_the_interval)


@true_claim.for_all(SYMBOLIC)
def linear_term_is_largest(statement: PowerBound, _: None, __: Trial) -> Evidence:
    """Show r <= r^power: r^k <= r for every term, and s(x) = x attains kappa(r) = r, so a failure refutes."""
    r = sp.Symbol("r")
    proof = Derivation().uses("Mehler's formula: kappa = sum p_k r^k, p_k >= 0, sum p_k = 1; r^k <= r on [0, 1]")
    proof.nonnegative("r^power - r", r**statement.power - r, {r: "unit"}, is_statement=True)
    return proof.evidence("term by term, for every activation")


@true_claim.sampled
def by_neurons(statement: PowerBound, activation: Activation, trial: Trial) -> Evidence:
    """Draw neurons at rho = 1/2: the mean of their centred, scaled products is kappa(1/2), and e-values judge it."""
    hermite, fourth = KernelMap.centred(activation).hermite, fourth_moment(activation)
    if fourth is None:
        return cannot_say(Rung.SAMPLED, "no bound on the fourth moment: samples have no known variance")
    mean, variance = float(hermite.mean.ball(20)), float(hermite.variance.ball(20))
    spread = fourth / variance**2
    test = MeanTest.at_most(0.5**statement.power, variance=spread, delta=0.02 * spread**0.5)
    config = {"expression": activation.text, "rho": 0.5, "mean": mean, "variance": variance, "size": 20_000}
    return judge_mean(trial, test, correlated_products, config, shards=20, what="kappa(1/2)")


# --- X2 -------------------------------------------------------------------------------------------------------------
false_claim = Claim(
    id="X2",
    title="A nonlinear layer at least squares a positive correlation",
    paper=MINE,
    statement=PowerBound(2),
    pinned=catalogue("relu", "tanh"),
    cases=strategies.activations,
    mutants=[Mutant("r^3 in place of r^2", PowerBound(3), on="relu", by=CERTIFIED)],
)
false_claim.certified(on_the_interval)
