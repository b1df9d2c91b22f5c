"""A24. Layer norm after the activation is always Case 1; RMS norm, or a norm before it, leaves the four cases (odd ones in 1).

After the activation, layer norm removes c_0: the map is the centred one, p_0 = 0. RMS norm after it, and RMS or layer norm
before it (pre-activations have mean 0 over features in the limit, so centring them changes nothing), give correlations
kappa/kappa(1): the normalised map, in whichever case the activation puts it. Source: [A'], Proposition 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import sympy as sp

from numerics.network.gram_chain import gram_chain
from numerics.network.layer import Elementwise, GaussianLinear
from numerics.network.network import Network
from numerics.network.normalisation import LayerNorm
from numerics.statistics.e_value import MeanTest
from proofs_check import strategies
from proofs_check.claim.claim import CERTIFIED, SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function, series_of_kernel
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.sampled import all_of, judge_mean
from proofs_check.evidence.symbolic import Derivation, cannot_say
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.ledger.activation_cases import nonlinear
from proofs_check.ledger.fixed_points.kernel_cases import case_of
from proofs_check.ledger.papers import FIXED_POINTS
from theory.activation import Activation, catalogue
from theory.kernel_map.kernel_map import KernelMap
from theory.signal_propagation.fixed_point import fixed_points

Placement = Literal["RMS before", "layer norm before", "RMS after", "layer norm after"]
Kind = Literal["normalised", "centred"]
TRUE_KINDS: dict[Placement, Kind] = {
    "RMS before": "normalised",
    "layer norm before": "normalised",
    "RMS after": "normalised",
    "layer norm after": "centred",
}


@dataclass(frozen=True)
class NormPlacement:
    """The map that moves correlations for each place of the norm; `centred` is claimed to be Case 1 always."""

    kinds: Mapping[Placement, Kind] = field(default_factory=lambda: TRUE_KINDS)

    def formula(self) -> Formula:
        """Return the map of correlations for each place of the norm, and that the one of layer norm after is Case 1."""
        rho = sp.Symbol("rho")
        maps = {
            placement: function(f"kappa^{'LN' if 'layer' in placement else 'RMS'}_{placement.split()[-1]}")
            for placement in self.kinds
        }
        return (
            *(
                equal(maps[placement](rho), series_of_kernel(rho, centred=kind == "centred"))
                for placement, kind in self.kinds.items()
            ),
            equal(maps["layer norm after"](0), 0),
        )


MAPS, CASE_ONE = PARTS = (
    "the map of each placement",
    "layer norm after is Case 1",
)
claim = Claim(
    id="A24",
    title="Behind layer norm after the activation correlations follow the centred map, in Case 1; elsewhere a norm leaves the normalised map",
    paper=FIXED_POINTS,
    statement=NormPlacement(),
    parts=PARTS,
    pinned=catalogue("relu", "gelu", "cos", "tanh", "sigmoid"),
    cases=strategies.activations,
    covers=nonlinear,
    mutants=[
        Mutant(
            "layer norm before is like after",
            NormPlacement(TRUE_KINDS | {"layer norm before": "centred"}),
            on="relu",
            by=SAMPLED,
            part=MAPS,
        ),
        Mutant(
            "layer norm after is like RMS",
            NormPlacement(TRUE_KINDS | {"layer norm after": "normalised"}),
            on="relu",
            by=SAMPLED,
            part=MAPS,
        ),
        Mutant(
            "layer norm after is like RMS, by case",
            NormPlacement(TRUE_KINDS | {"layer norm after": "normalised"}),
            on="cos",
            by=CERTIFIED,
            part=CASE_ONE,
        ),
        Mutant(
            "the mean stays",
            NormPlacement(TRUE_KINDS | {"layer norm after": "normalised"}),
            on="",
            by=SYMBOLIC,
            part=MAPS,
        ),
    ],
)


@claim.for_all(SYMBOLIC)
def constant_term_and_slope(statement: NormPlacement, _: None, __: Trial) -> Evidence:
    """Correlations of states for each placement, from inner products kappa = c_0^2 + K and their values at 1."""
    c0, varying, at_one = sp.symbols("c0 K K1")
    forms: dict[Kind, sp.Expr] = {"normalised": (c0**2 + varying) / (c0**2 + at_one), "centred": varying / at_one}
    correlations: dict[Placement, sp.Expr] = {
        "RMS before": (c0**2 + varying) / (c0**2 + at_one),  # the cosine of s(h), s(h'), h of unit variance
        "layer norm before": (c0**2 + varying) / (c0**2 + at_one),  # E h = 0 already
        "RMS after": (c0**2 + varying) / (c0**2 + at_one),  # states divided by their root mean square
        "layer norm after": (c0**2 + varying - c0**2) / (c0**2 + at_one - c0**2),  # covariance over variance
    }
    proof = Derivation().uses("law of large numbers over features")
    for placement, kind in statement.kinds.items():
        proof.equal(placement, correlations[placement], forms[kind], is_statement=True)
    proof.equal("the centred map is 0 at 0: K(0) = 0", forms["centred"].subs(varying, 0), 0)
    p = sp.Symbol("p")
    proof.nonnegative("its slope at 1 is at least 2 - p_1 >= 1", (p + 2 * (1 - p)) - 1, {p: "unit"})
    return proof.evidence("Case 1 after layer norm, for every activation")


@claim.on_cases(CERTIFIED, part=CASE_ONE)
def case_of_each_placement(statement: NormPlacement, activation: Activation, _: Trial) -> Evidence:
    """Find all fixed points of the map claimed for layer norm after the activation: Case 1, attracted to 0."""
    kind = statement.kinds["layer norm after"]
    kernel = KernelMap.centred(activation) if kind == "centred" else KernelMap.normalised(activation)
    found = fixed_points(kernel)
    if found.case is None:
        return cannot_say(Rung.CERTIFIED, f"undecided: {', '.join(found.undecided)}")
    before = Figure("case with a norm before the activation", str(case_of(activation)))
    text = f"layer norm after: case {found.case}; norm before: case {case_of(activation)}"
    if found.case == 1:
        return Evidence(Verdict.CERTIFIED, Rung.CERTIFIED, text, (before,))
    witness = f"{activation}: the claimed map is in case {found.case}, so samples do not become orthogonal"
    return Evidence(Verdict.REFUTED, Rung.CERTIFIED, text, (before,), witness=witness)


@claim.sampled
def three_layers_of_width_500(statement: NormPlacement, activation: Activation, trial: Trial) -> Evidence:
    """Test the mean cosine of two states after three layers against the map's third iterate, within 0.03."""
    parts = []
    for placement, kind in statement.kinds.items():
        kernel = KernelMap.centred(activation) if kind == "centred" else KernelMap.normalised(activation)
        rho = np.array([0.6])
        for _ in range(3):
            rho = kernel.float64(rho)
        test = MeanTest(lower=float(rho[0]) - 0.03, upper=float(rho[0]) + 0.03, support=(-1.0, 1.0), delta=0.1)
        config = {"expression": activation.text, "placement": placement, "networks": 50}
        parts.append(judge_mean(trial, test, state_cosines, config, shards=16, what=f"cosine, {placement}", share=0.25))
    return all_of(parts)


def state_cosines(rng: np.random.Generator, expression: str, placement: Placement, networks: int) -> np.ndarray:
    """Return cosines of two states after three layers of width 500 with the norm at this place, from correlation 0.6."""
    norm, activation = LayerNorm("layer" in placement), Elementwise(Activation.from_text(expression))
    inner = (norm, activation) if "before" in placement else (activation, norm)
    network = Network((GaussianLinear(), *inner), width=500, depth=3)
    *_, gram = gram_chain(network, np.array([[1.0, 0.6], [0.6, 1.0]]), rng, repeats=networks)
    return gram[:, 0, 1] / np.sqrt(gram[:, 0, 0] * gram[:, 1, 1])
