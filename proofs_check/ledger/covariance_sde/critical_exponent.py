"""D19. With slopes 1 + c_pm n^-p the drift over n layers is n^{1-2p} (c_+ - c_-)^2/2 times g: p = 1/2 is critical.

p > 1/2: the linear network; p = 1/2: the SDE of D4; p < 1/2: rho -> 1 for every T > 0. Proof: n kappa, as in D1.
Certified without noise: n layers of the exact kernel for two widths. Source: [D], shaping exponent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import flint
import numpy as np
import sympy as sp

from numerics.covariance_sde.chain import correlations, final_covariances
from numerics.covariance_sde.shaped_activation import shaped_relu_map
from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import CERTIFIED, SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, differs, equal, implies, limit, rational
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import cannot_say, exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung
from proofs_check.ledger.papers import COVARIANCE_SDE
from theory.covariance_sde.unshaped import regime
from theory.enclosure.ball import ball_of, working_bits

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

WIDTH = 64
RANGES = {"degenerate": (0.0, 0.4), "critical": (0.40, 0.54), "linear": (0.62, 0.9)}
"""Where E(1 - rho_1) of width 64 lies for slopes 1 +- n^-p, rho_0 = 3/10; the limits are 0, .461 and .759."""


@dataclass(frozen=True)
class CriticalExponent:
    """The regime as a function of p."""

    regime: Callable[[Fraction], str] = regime

    def formula(self) -> Formula:
        """Return the limit of n kappa_n, by which the drift of rho goes, for some exponents p of slopes s_+- = 1 + c_+- n^-p."""
        n, p, plus, minus = sp.symbols("n p c_+ c_-")
        up, down = sp.symbols("s_+ s_-")
        ends = {"linear": sp.Integer(0), "critical": (plus - minus) ** 2 / 2, "degenerate": sp.oo}
        drift, kappa = sp.Symbol("kappa_n") * n, (up - down) ** 2 / (up**2 + down**2)
        return (
            *(
                implies(sp.Eq(p, rational(place)), equal(limit(drift, n), ends[self.regime(place)]))
                for place in (Fraction(1, 4), Fraction(1, 2), Fraction(1))
            ),
            equal(sp.Symbol("kappa_n"), kappa),
            equal(up, 1 + plus * n**-p),
            equal(down, 1 + minus * n**-p),
            differs(plus, minus),
        )


@dataclass(frozen=True)
class Exponent:
    """The exponent p of slopes 1 +- n^-p."""

    p: Fraction

    def __str__(self) -> str:
        return f"p={self.p}"


def exponents() -> SearchStrategy[Exponent]:
    """Return a strategy over p away from the critical value, and the critical value."""
    from hypothesis import strategies as st

    values = [
        Fraction(1, 2),
        Fraction(1, 4),
        Fraction(1, 8),
        Fraction(3, 8),
        Fraction(3, 4),
        Fraction(1),
        Fraction(3, 2),
    ]
    return st.sampled_from(values).map(Exponent)


QUARTER, ONE = Exponent(Fraction(1, 4)), Exponent(Fraction(1))


def _shifted(critical: Fraction) -> CriticalExponent:
    return CriticalExponent(lambda p: regime(p - critical + Fraction(1, 2)))


claim = Claim(
    id="D19",
    title="To leading order slopes 1 + c_pm n^-p give the linear network for p > 1/2, the SDE for p = 1/2, and rho -> 1 for p < 1/2",
    paper=COVARIANCE_SDE,
    statement=CriticalExponent(),
    pinned=(QUARTER, Exponent(Fraction(1, 2)), ONE),
    cases=exponents,
    mutants=[
        Mutant("critical exponent 1/4", _shifted(Fraction(1, 4)), on=str(QUARTER), by=SYMBOLIC),
        Mutant("critical exponent 1/4, layers", _shifted(Fraction(1, 4)), on=str(QUARTER), by=CERTIFIED),
        Mutant("critical exponent 1/4, networks", _shifted(Fraction(1, 4)), on=str(QUARTER), by=SAMPLED),
        Mutant("critical exponent 1", _shifted(Fraction(1)), on=str(ONE), by=SYMBOLIC),
        Mutant("critical exponent 1, networks", _shifted(Fraction(1)), on=str(ONE), by=SAMPLED),
    ],
)


@claim.symbolic
def by_the_exponent(statement: CriticalExponent, case: Exponent, _: Trial) -> Evidence:
    """kappa/e^2 -> (c_+ - c_-)^2/2 for e = n^-p, so n kappa goes like n^{1-2p}: to 0, 1 or infinity times that."""
    n = sp.Symbol("n", positive=True)
    c, k, e = sp.symbols("c_+ c_- e")
    kappa = ((c - k) * e) ** 2 / ((1 + c * e) ** 2 + (1 + k * e) ** 2)
    if sp.expand(sp.cancel(kappa / e**2).subs(e, 0) - (c - k) ** 2 / 2) != 0:
        return cannot_say(Rung.SYMBOLIC, "the order of kappa is not shown")
    power = 1 - 2 * case.p
    limit = sp.limit(n ** sp.Rational(power.numerator, power.denominator), n, sp.oo)
    found = {sp.Integer(0): "linear", sp.Integer(1): "critical", sp.oo: "degenerate"}[limit]
    stated = statement.regime(case.p)
    return exact_evidence(
        stated == found,
        f"n^(1-2p) -> {limit}: {found}",
        f"n^(1-2p) -> {limit}, stated {stated}",
        sharpness=Figure("critical exponent", "1/2 exactly"),
    )


@claim.certified
def layers_without_noise(statement: CriticalExponent, case: Exponent, _: Trial) -> Evidence:
    """Iterate rho + kappa g(rho) in balls for n = 256 and 4096 layers, slopes 1 +- n^-p, from 3/10."""
    with working_bits(120):
        gaps = [_gap_after(case.p, width) for width in (256, 4096)]
        ratio, moved = gaps[1] / gaps[0], ball_of(Fraction(7, 10)) - gaps[1]
        tenth = ball_of(Fraction(1, 10))
        slack = {
            "degenerate": ball_of(Fraction(1, 2)) - ratio,
            "critical": (tenth - abs(ratio - 1)).min(moved - tenth),
            "linear": (tenth - abs(moved)).min(tenth - abs(ratio - 1)),
        }[statement.regime(case.p)]
        figure = Figure("1 - rho after 256 and 4096 layers", ", ".join(gap.str(6, radius=False) for gap in gaps))
        return from_slack(slack, "behaviour of 1 - rho", str(case), figure)


def _gap_after(p: Fraction, width: int) -> flint.arb:
    """Return 1 - rho after `width` layers without noise; kappa = 2 e^2/(1 + e^2) for slopes 1 +- e."""
    square = (ball_of(-2 * p) * flint.arb(width).log()).exp()
    kappa, pi = 2 * square / (1 + square), flint.arb.pi()

    def layer(rho: flint.arb) -> flint.arb:
        return rho + kappa * ((1 - rho * rho).sqrt() - rho * rho.acos()) / pi

    # the kernel increases (its slope is 1 - kappa arccos(rho)/pi >= 0), so the ends of the ball are mapped one by one:
    # a ball as a whole would grow by its dependence on rho
    low = high = ball_of(Fraction(3, 10)).mid()
    low, high = low - flint.arb(2) ** -100, high + flint.arb(2) ** -100
    for _ in range(width):
        low, high = flint.arb(layer(low.mid()).lower()), flint.arb(layer(high.mid()).upper())
    rho = low.union(high)
    return 1 - rho


@claim.sampled
def networks(statement: CriticalExponent, case: Exponent, trial: Trial) -> Evidence:
    """Test that E(1 - rho) of networks of width and depth 64 lies in the range of the stated regime."""
    low, high = RANGES[statement.regime(case.p)]
    test = MeanTest(low if low > 0 else -np.inf, high, (0.0, 2.0), None, 0.1)
    config = {"exponent": float(case.p), "width": WIDTH, "networks": 400}
    return judge_mean(trial, test, gaps_of_networks, config, shards=5, what="1 - rho_1")


def gaps_of_networks(rng: np.random.Generator, exponent: float, width: int, networks: int) -> np.ndarray:
    """Return 1 - rho after `width` layers with slopes 1 +- width^-exponent."""
    phi = shaped_relu_map(1.0, -1.0, width, exponent=exponent)
    return 1 - correlations(final_covariances(phi, [[1.0, 0.3], [0.3, 1.0]], width, width, rng, repeats=networks))
