"""A10. Through l layers |rho_l| <= |rho_0| b/(1 - |rho_0| + |rho_0| b) with b = beta_0^-l.

Proof: the contraction of one layer (A7), l times, and x -> x/(1-x) inverted. The bound at layer l divides the potential
of layer 0 by beta_0^l; the authors' plotting code divides the potential measured *after* layer 1 by beta_0^l as well,
which is one factor too many. Source: [A]; the closed form is the Case 1 curve of [A'].
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import flint
import numpy as np
import sympy as sp

from numerics.network.gram_chain import gram_chain
from numerics.network.network import layer_normalised_mlp
from numerics.statistics.e_value import MeanTest
from proofs_check import strategies
from proofs_check.claim.claim import CERTIFIED, SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, at_most, below, centred_kernel_map, equal, function, rational
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.sampled import all_of, judge_mean
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.activation_cases import nonlinear, rational_above
from proofs_check.ledger.isometry.layer_contraction import Rate, nonlinearity_strength, two_term_steps
from proofs_check.ledger.papers import ISOMETRY
from theory.activation import Activation, catalogue
from theory.kernel_map.kernel_map import KernelMap

STARTS = (Fraction(3, 10), Fraction(3, 5), Fraction(9, 10), Fraction(999, 1000))
DEPTH = 12


@dataclass(frozen=True)
class DepthBound:
    """|rho_l| <= r b/(1 - r + r b), r = |rho_0|, b = rate(alpha)^-(l + shift)."""

    rate: Rate = nonlinearity_strength
    shift: int = 0

    def bound(self, start: sp.Expr, factor: sp.Expr) -> sp.Expr:
        """Return r b/(1 - r + r b) for b = `factor`."""
        return start * factor / (1 - start + start * factor)

    def formula(self) -> Formula:
        """Return the bound at layer l, its factor b, and what kappa and alpha are."""
        r, b, depth, alpha = sp.symbols("r b l alpha")
        correlation = sp.IndexedBase("rho")
        return (
            at_most(sp.Abs(correlation[depth]), self.bound(r, b)),
            equal(r, sp.Abs(correlation[0])),
            below(r, 1),
            equal(b, rational(self.rate(alpha)) ** -(depth + self.shift)),
            equal(correlation[depth + 1], function("kappa")(correlation[depth])),
            *centred_kernel_map(),
        )


claim = Claim(
    id="A10",
    title="Through l layers a correlation is at most |rho_0| b/(1-|rho_0|+|rho_0| b) in size, b = beta_0^-l",
    paper=ISOMETRY,
    statement=DepthBound(),
    pinned=catalogue("relu", "gelu", "tanh", "sin"),
    cases=strategies.activations,
    covers=nonlinear,
    mutants=[
        Mutant("rate 1/alpha", DepthBound(lambda alpha: 1 / alpha), on="relu", by=CERTIFIED),
        Mutant("rate 1/alpha, two-term map", DepthBound(lambda alpha: 1 / alpha), on="", by=SYMBOLIC),
        Mutant(
            "one factor too many",
            DepthBound(shift=1),
            on="relu",
            by=CERTIFIED,
            erratum="plotting code of [A]: the potential after layer 1 is divided by beta_0^l instead of beta_0^(l-1)",
        ),
        Mutant("rate 2", DepthBound(lambda _: sp.Integer(2)), on="relu", by=SAMPLED),
    ],
)


@claim.for_all(SYMBOLIC)
def by_induction(statement: DepthBound, _: None, __: Trial) -> Evidence:
    """The steps of one layer, then: the bound has exactly potential b r/(1-r), and b is multiplied by 1/rate a layer."""
    r, b, rate = sp.symbols("r b beta", positive=True)
    proof = two_term_steps(statement.rate)
    level = statement.bound(r, b)
    proof.equal("potential of the bound", level / (1 - level), b * r / (1 - r))
    proof.equal("one more layer", statement.bound(level, 1 / rate), statement.bound(r, b / rate))
    proof.equal("no layer, no factor", statement.bound(r, rate ** (-statement.shift)), r, is_statement=True)
    return proof.evidence("one layer, l times, for every activation")


@claim.certified
def by_iterating_balls(statement: DepthBound, activation: Activation, trial: Trial) -> Evidence:
    """Iterate the kernel map in balls from several starts and compare with the bound at every layer."""
    kernel = KernelMap.centred(activation)
    rate = rational_above(statement.rate, kernel)
    least: tuple[flint.arb, str] | None = None
    digits = trial.profile.digits
    with flint.ctx.workdps(digits):
        for start in STARTS:
            rho = flint.arb(flint.fmpq(start.numerator, start.denominator))
            factor = flint.arb(flint.fmpq(int(rate.q), int(rate.p)))
            for layer in range(1, DEPTH + 1):
                rho = kernel.ball(rho, digits=digits)
                bound = statement.bound(
                    flint.arb(flint.fmpq(start.numerator, start.denominator)), factor ** (layer + statement.shift)
                )
                slack = bound / rho - 1
                if least is None or slack.lower() < least[0].lower():
                    least = slack, f"rho_0 = {start}, layer {layer}"
    assert least is not None
    sharpness = Figure(f"least relative slack, at {least[1]}", least[0].str(4, radius=False))
    return from_slack(
        least[0], f"bound/rho_l - 1, {DEPTH} layers from {len(STARTS)} starts", least[1], sharpness=sharpness
    )


@claim.sampled
def through_networks_of_width_1000(statement: DepthBound, activation: Activation, trial: Trial) -> Evidence:
    """Test E|rho_l| <= bound + noise at layers 2, 4, 6 of networks; noise is the floor 1/sqrt(d (1 - alpha^2))."""
    kernel = KernelMap.centred(activation)
    alpha = float(kernel.slope_at_zero.ball(20))
    rate = float(rational_above(statement.rate, kernel))
    width, start = 1000, 0.6
    floor = 1 / np.sqrt(width * (1 - alpha**2))
    parts = []
    for layer in (2, 4, 6):
        bound = float(statement.bound(start, rate ** -(layer + statement.shift))) + floor
        test = MeanTest.at_most(min(bound, 0.99), support=(0.0, 1.0), delta=0.02)
        config = {"expression": activation.text, "start": start, "width": width, "depth": layer, "networks": 50}
        parts.append(
            judge_mean(trial, test, final_correlations, config, shards=30, what=f"E|rho_{layer}|", share=1 / 3)
        )
    return all_of(parts)


def final_correlations(
    rng: np.random.Generator, expression: str, start: float, width: int, depth: int, networks: int
) -> np.ndarray:
    """Return |rho| after `depth` layer-normalised layers for independent networks on two samples of correlation `start`."""
    network = layer_normalised_mlp(Activation.from_text(expression), width, depth)
    gram = np.array([[1.0, start], [start, 1.0]])
    *_, last = gram_chain(network, gram, rng, repeats=networks)
    return np.abs(last[:, 0, 1])
