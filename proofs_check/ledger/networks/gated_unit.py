"""N2. A gated unit s(Wx) (Vx) with independent V has the kernel map rho kappa(rho): 0 attracts, and the slope at 1 is 1 + kappa'(1).

kappa is the normalised map of s. Proof: the two factors are independent, and E v_a v_b = rho. So |rho| falls at least by the
factor kappa(|rho|) a layer whatever the activation is, but gradients grow by 1 + kappa'(1). Source: derived here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import flint
import numpy as np
import sympy as sp

from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import CERTIFIED, SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function, slope
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.activation_cases import draw_pairs
from proofs_check.ledger.papers import NETWORKS
from theory.activation import Activation, catalogue
from theory.enclosure.ball import working_bits
from theory.enclosure.quadrature import Integrand, expectation
from theory.kernel_map.kernel_map import KernelMap
from theory.network.block import Glu
from theory.network.grammar import parse_word
from theory.network.tangent_kernel import network_kernels

RHO = Fraction(1, 2)


@dataclass(frozen=True)
class GatedUnit:
    """The map of a gated unit from (rho, kappa(rho)), and its slope at 1 from kappa'(1)."""

    map: Callable[[sp.Expr, sp.Expr], sp.Expr] = lambda rho, kappa: rho * kappa
    slope: Callable[[sp.Expr], sp.Expr] = lambda steep: 1 + steep

    def formula(self) -> Formula:
        """Return the map and its slope."""
        rho = sp.Symbol("rho")
        kappa, gated = function("kappa"), function("kappa_glu")
        return (
            equal(gated(rho), self.map(rho, kappa(rho))),
            equal(slope("kappa_glu", 1), self.slope(slope("kappa", 1))),
        )


claim = Claim(
    id="N2",
    title="A gated unit multiplies the kernel map of its activation by the correlation",
    paper=NETWORKS,
    statement=GatedUnit(),
    pinned=catalogue("silu", "gelu", "relu"),
    mutants=[
        Mutant("a gate changes no kernel map", GatedUnit(map=lambda _, kappa: kappa), on="silu", by=CERTIFIED),
        Mutant("a gate changes no kernel map, samples", GatedUnit(map=lambda _, kappa: kappa), on="relu", by=SAMPLED),
        Mutant("a gate changes no slope", GatedUnit(slope=lambda steep: steep), on="", by=SYMBOLIC),
    ],
)


@claim.for_all(SYMBOLIC)
def product_rule(statement: GatedUnit, _: None, __: Trial) -> Evidence:
    """Differentiate the stated map at 1, where kappa is 1."""
    rho, value, steep = sp.symbols("rho kappa k", positive=True)
    stated = statement.map(rho, value)
    tilt = sp.diff(stated, rho) + sp.diff(stated, value) * steep
    proof = Derivation().uses("independent factors: E s s v v = E s s E v v")
    proof.equal("E s s v v/E s^2 = E s s/E s^2 E v v", stated, value * rho, is_statement=True)
    proof.equal("slope at 1", tilt.subs({rho: 1, value: 1}), statement.slope(steep), is_statement=True)
    return proof.evidence("product rule at 1")


@claim.certified
def by_the_recursion(statement: GatedUnit, activation: Activation, trial: Trial) -> Evidence:
    """Enclose the kernel of the word and compare at rho = 1/2."""
    digits = trial.profile.digits
    word = parse_word(f"rmsnorm | {Glu(activation)} | rmsnorm")
    found = network_kernels(word, [[1, RHO], [RHO, 1]], 1, digits).kernel[0, 1]
    kappa = KernelMap.normalised(activation).ball(RHO, digits)
    with working_bits(4 * digits):
        rho = flint.arb(flint.fmpq(RHO.numerator, RHO.denominator))
        stated = statement.map(rho, kappa)
        slack = flint.arb(10) ** (4 - digits) - abs(found - stated)
    return from_slack(slack, "the map at 1/2", "rho = 1/2", Figure("kappa_glu(1/2)", found.str(20, radius=False)))


@claim.sampled
def units(statement: GatedUnit, activation: Activation, trial: Trial) -> Evidence:
    """Test E s(U_a) s(U_b) V_a V_b/E s^2: its variance is at most 3 E s^4/(E s^2)^2."""
    moment, fourth = (float(expectation(Integrand.of_expression(activation.expression**k), 15).mid()) for k in (2, 4))
    kappa = float(KernelMap.normalised(activation)(float(RHO)))
    spread = 3 * fourth / moment**2
    stated = float(statement.map(sp.Float(float(RHO)), sp.Float(kappa)))
    test = MeanTest.equal(stated, variance=spread, delta=0.1)
    config = {"expression": activation.text, "rho": float(RHO), "size": 40_000, "moment": moment}
    return judge_mean(trial, test, gated_products, config, shards=10, what="kappa_glu(1/2)")


def gated_products(rng: np.random.Generator, expression: str, rho: float, size: int, moment: float) -> np.ndarray:
    """Return s(U_a) s(U_b) V_a V_b/moment for iid pairs (U_a, U_b) and (V_a, V_b) of correlation rho."""
    s, t = draw_pairs(rng, expression, rho, (size,))
    u, v = draw_pairs(rng, "x", rho, (size,))
    return s * t * u * v / moment
