"""N7. Uniform attention with a residual: K_l = K_0 + ((1 + s^2)^l - 1) m, m the mean of K_0: ranks collapse unless s^2 l stays bounded.

The word is residual(s: attention(uniform) | gauss). Proof: a block adds s^2 times the mean of K to every entry, and multiplies
that mean by 1 + s^2; induction. At s = L^(-1/2) the factor tends to e: shaping by depth keeps the positions apart. Source: derived
here; rank collapse: Noci et al., NeurIPS 2022, arXiv 2206.03126.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import flint
import sympy as sp

from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function, rational
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.papers import NETWORKS
from theory.enclosure.ball import ball_of, working_bits
from theory.network.grammar import parse_word
from theory.network.tangent_kernel import network_kernels

GRAM = [[Fraction(int(i == j)) + Fraction(int(abs(i - j) == 1), 4) for j in range(3)] for i in range(3)]
MEAN = sum(map(sum, GRAM), Fraction(0)) / 9


@dataclass(frozen=True)
class Collapse:
    """K_l - K_0 = growth((1 + s^2)^l) m with m the mean entry of K_0."""

    growth: Callable[[sp.Expr], sp.Expr] = lambda power: power - 1

    def formula(self) -> Formula:
        """Return the kernel after l blocks."""
        i, j, layer, s, m = sp.symbols("i j l s m")
        kernel = function("K")
        return (equal(kernel(layer, i, j), kernel(0, i, j) + rational(self.growth((1 + s**2) ** layer)) * m),)


claim = Claim(
    id="N7",
    title="Under uniform attention with a residual the mean of the kernel grows like (1 + s^2)^l and nothing else does",
    paper=NETWORKS,
    statement=Collapse(),
    pinned=(1, 6),
    mutants=[
        Mutant("growth (1 + s^2)^l", Collapse(lambda power: power), on="6", by=CERTIFIED),
        Mutant("twice the growth", Collapse(lambda power: 2 * (power - 1)), on="", by=SYMBOLIC),
    ],
)


@claim.for_all(SYMBOLIC)
def induction(statement: Collapse, _: None, __: Trial) -> Evidence:
    """Prove the step: with y = (1+s^2)^l, the mean is m y and the block adds s^2 m y."""
    y, s = sp.symbols("y s", positive=True)
    proof = Derivation().uses("induction on l").uses("mean-field limit of the network")
    step = statement.growth(y * (1 + s**2)) - statement.growth(y)
    proof.equal("growth at l = 0", statement.growth(sp.Integer(1)), 0, is_statement=True)
    proof.equal("one block adds s^2 times the mean", step, s**2 * y, is_statement=True)
    return proof.evidence("for every depth, scale and batch")


@claim.certified
def by_the_recursion(statement: Collapse, depth: int, trial: Trial) -> Evidence:
    """Enclose the kernel of the word at s = 1/2 on three positions."""
    digits = trial.profile.digits
    word = parse_word("residual(1/2: attention(uniform) | gauss)")
    found = network_kernels(word, GRAM, depth, digits, positions=3).kernel
    with working_bits(4 * digits):
        added = ball_of(Fraction(statement.growth(sp.Rational(5, 4) ** depth))) * ball_of(MEAN)
        off = flint.arb(0)
        for i in range(3):
            for j in range(3):
                off = off.max(abs(found[i, j] - ball_of(GRAM[i][j]) - added))
        slack = flint.arb(10) ** (4 - digits) - off
    return from_slack(slack, "kernel of every pair", f"l = {depth}")
