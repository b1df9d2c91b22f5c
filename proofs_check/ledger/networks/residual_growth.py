"""N4. L residual branches of scale L^(-1/2) multiply the squared norm of a homogeneous network by (1 + g/L)^L, in [1 + g, e^g].

g is the branch's factor of the variance (relu between He layers: 1). Proof: skip and branch are uncorrelated, so one block
multiplies the squared norm by 1 + lambda^2 g, blocks by the product; then Bernoulli and 1 + x <= e^x. Scales above L^(-1/2) explode,
scales below it leave the identity. Source: Hayou et al., Stable ResNet; Marion et al., JMLR 26 (2025).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import flint
import sympy as sp

from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, at_least, at_most, belongs
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import NETWORKS
from theory.enclosure.ball import working_bits
from theory.network.grammar import parse_word
from theory.network.scale import DEPTH, Scale
from theory.network.tangent_kernel import network_kernels


@dataclass(frozen=True)
class ResidualGrowth:
    """1 + g <= q_L/q_0 <= e^g for branches of scale `scale`, written as in a word."""

    scale: str = "1/sqrt(L)"

    @property
    def square(self) -> sp.Expr:
        """lambda^2 in the depth L."""
        return Scale.from_text(self.scale).expression ** 2

    def formula(self) -> Formula:
        """Return the two bounds of the product of 1 + lambda^2 g."""
        g, place = sp.symbols("g l")
        growth = sp.Product(1 + g * self.square, (place, 1, DEPTH))
        return (at_least(growth, 1 + g), at_most(growth, sp.exp(g)), belongs(DEPTH, sp.S.Naturals))


claim = Claim(
    id="N4",
    title="Branches of scale L^(-1/2) keep the growth of a residual network between 1 + g and e^g at every depth",
    paper=NETWORKS,
    statement=ResidualGrowth(),
    pinned=(1, 4, 32),
    mutants=[
        Mutant("scale L^(-1/4)", ResidualGrowth("1/L**(1/4)"), on="32", by=CERTIFIED),
        Mutant("scale 1/L", ResidualGrowth("1/L"), on="32", by=CERTIFIED),
        Mutant("scale (2L)^(-1/2)", ResidualGrowth("1/sqrt(2*L)"), on="1", by=CERTIFIED),
    ],
)


@claim.for_all(SYMBOLIC)
def two_inequalities(statement: ResidualGrowth, _: None, __: Trial) -> Evidence:
    """Prove L lambda^2 = 1, whence Bernoulli gives the lower bound and 1 + x <= e^x the upper one."""
    proof = (
        Derivation().uses("Bernoulli: (1+x)^L >= 1 + L x").uses("1 + x <= e^x").uses("mean-field limit of the network")
    )
    proof.equal("the exponents add up: L lambda^2 = 1", DEPTH * statement.square, 1)
    return proof.evidence("for every depth and every g")


@claim.certified
def by_the_recursion(statement: ResidualGrowth, depth: int, trial: Trial) -> Evidence:
    """Enclose the growth of the word with a relu branch, g = 1, at one depth."""
    digits = trial.profile.digits
    word = parse_word(f"residual({statement.scale}: gauss | relu | gauss(2)) * L")
    growth = network_kernels(word, [[1]], depth, digits).kernel[0, 0]
    with working_bits(4 * digits):
        slack = (growth - 2 + flint.arb(10) ** (4 - digits)).min(flint.arb(1).exp() - growth)
    figure = Figure("growth", growth.str(12, radius=False))
    share = re.sub(r"\bL\b", str(depth), statement.scale)
    closed = f"(1 + ({share})**2)**{depth}"
    number = f"Min({closed} - 2 + 1/10**{digits - 4}, E - {closed})"
    return from_slack(slack, "1 + g <= growth <= e^g", f"L = {depth}", figure, number=number)
