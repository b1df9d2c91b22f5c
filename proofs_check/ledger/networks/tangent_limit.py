"""N5. On the edge of chaos Theta_L/L tends to 1 on the diagonal and, for a relu network, to 1/4 off it.

Proof: 1 - rho_l ~ 9 pi^2/(2 l^2) (claim A18b) and kappa' = 1 - sqrt(2 (1 - rho))/pi + ..., so kappa'(rho_l) = 1 - 3/l + ..., and
t_l = Theta_l/l obeys t_{l+1} = (1 - (4 + o(1))/l) t_l + (1 + o(1))/l: by Chung's lemma t -> 1/4. A smooth activation has 1 - 2/l and 1/3. The certified rung
holds Theta_L/L against 1/4 + log(L)/(2L). Source: Hayou, Doucet, Rousseau, arXiv 1905.13654; constants derived here.
"""

from __future__ import annotations

from dataclasses import dataclass

import flint
import sympy as sp

from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function, limit
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import NETWORKS
from theory.enclosure.ball import ball_of, working_bits
from theory.network.grammar import parse_word
from theory.network.tangent_kernel import network_kernels

QUARTER = sp.Rational(1, 4)


@dataclass(frozen=True)
class TangentLimit:
    """lim Theta_L(x, y)/L for x != y, relu at He variance."""

    share: sp.Rational = QUARTER

    def formula(self) -> Formula:
        """Return the limits on and off the diagonal."""
        depth, x, y = sp.symbols("L x y")
        theta = function("Theta_L")
        return (equal(limit(theta(x, x) / depth, depth), 1), equal(limit(theta(x, y) / depth, depth), self.share))


claim = Claim(
    id="N5",
    title="The tangent kernel of a deep relu network is L on the diagonal and tends to L/4 off it",
    paper=NETWORKS,
    statement=TangentLimit(),
    pinned=(64, 256),
    mutants=[
        Mutant("the share of smooth activations, 1/3", TangentLimit(sp.Rational(1, 3)), on="256", by=CERTIFIED),
        Mutant("1/5", TangentLimit(sp.Rational(1, 5)), on="256", by=CERTIFIED),
        Mutant("the share of smooth activations, balance", TangentLimit(sp.Rational(1, 3)), on="", by=SYMBOLIC),
    ],
)


@claim.for_all(SYMBOLIC)
def balance_of_leading_terms(statement: TangentLimit, _: None, __: Trial) -> Evidence:
    """Bring the recursion of Theta_l/l to Chung's form, kappa'(rho_l) = 1 - 3/l + o(1/l) from the depth law."""
    gap, layer, old = sp.symbols("delta l t", positive=True)
    root = sp.sqrt(2 * gap) / sp.pi
    loss = root.subs(gap, sp.Rational(9, 2) * sp.pi**2 / layer**2) * layer
    proof = (
        Derivation()
        .uses("claim A18b: l^2 (1 - rho_l) -> 9 pi^2/2")
        .uses("Chung's lemma: b_{l+1} = (1 - (c + o(1))/l) b_l + (d + o(1))/l, c > 0, tends to d/c")
    )
    angle = sp.Symbol("theta", positive=True)  # cos(theta) = 1 - delta: kappa' = 1 - theta/pi, theta^2 ~ 2 delta
    proof.equal(
        "theta^2/2 is the gap to leading order", sp.series(1 - sp.cos(angle), angle, 0, 4).removeO(), angle**2 / 2
    )
    proof.equal("l (1 - kappa'(rho_l)) -> 3", loss, 3)
    new = ((1 - 3 / layer) * layer * old + 1) / (layer + 1)  # Theta_{l+1}/(l+1) to leading order
    form = sp.limit(sp.expand((new - old) * layer), layer, sp.oo)
    proof.equal("Chung's form: l (t_{l+1} - t_l) -> 1 - 4 t", form, 1 - 4 * old)
    proof.equal("the limit d/c", statement.share, QUARTER, is_statement=True)
    proof.equal("diagonal: kappa'(1) = 1, so Theta_{l+1} = Theta_l + 1", sp.acos(-1) / sp.pi, 1)
    return proof.evidence("the recursion in Chung's form")


@claim.certified
def at_finite_depth(statement: TangentLimit, depth: int, trial: Trial) -> Evidence:
    """Enclose Theta_L/L for inputs of correlation 1/2: within log(L)/(2L) of the share, and exactly 1 on the diagonal."""
    found = network_kernels(parse_word("gauss(2) | relu"), [[1, 0.5], [0.5, 1]], depth, min(20, trial.profile.digits))
    with working_bits(100):
        size = flint.arb(depth)
        ratio, diagonal = found.tangent[0, 1] / size, found.tangent[0, 0] / size
        slack = (size.log() / (2 * size) - abs(ratio - ball_of(statement.share))).min(
            flint.arb("1e-15") - abs(diagonal - 1)
        )
    return from_slack(
        slack, "Theta_L/L near its limit", f"L = {depth}", Figure("Theta_L/L", ratio.str(10, radius=False))
    )
