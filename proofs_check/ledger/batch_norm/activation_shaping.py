"""B15. Measured: with gains alpha_l in s(alpha x)/alpha the log-gradient grows by about c alpha_l^4 a layer, so (l+1)^e keeps it bounded if and
only if e < -1/4.

The deviation from a linear layer is of order alpha^2 and acts to second order. The square would put the threshold at -1/2, and call the
exponent -2/5 of [B]'s code unbounded. For tanh and d = 20, c = 0.3 within a factor of two. Source: this project (measured).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import sympy as sp

from numerics.batch_norm.gradient import gradient_path
from numerics.batch_norm.network import BatchNormNetwork
from proofs_check.claim.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, Increment, at_most, equal, exactly_if, function, probability, rational
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.batch_norm.measured import judge_range, unit_gradient
from proofs_check.ledger.papers import BATCH_NORM
from theory.batch_norm.shaping import CRITICAL_EXPONENT, gain_sum, is_summable

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

FIRST, LAST = 60, 200
"""The layers whose growth is measured."""
MARGIN = 0.2


@dataclass(frozen=True)
class Schedule:
    """Gains (l+1)^exponent of tanh."""

    exponent: Fraction

    def __str__(self) -> str:
        return f"e={self.exponent}"


@dataclass(frozen=True)
class ShapingLaw:
    """log|dL/dW| grows by c sum alpha_l^power, c in constants."""

    power: int = 4
    constants: tuple[float, float] = (0.15, 0.6)

    def formula(self) -> Formula:
        """Return the share of tanh networks whose growth Delta over the measured layers is outside its range, and when the sum is finite."""
        exponent, growth, width = sp.symbols("e Delta d")
        gradient = Increment(sp.Symbol("L")) / Increment(sp.Symbol(f"W_{FIRST}"))
        layer = sp.Symbol("l", integer=True)
        gain = (layer + 1) ** (self.power * exponent)
        total = sp.Sum(gain, (layer, FIRST + 1, LAST))
        low, high = (rational(c) * total for c in self.constants)
        outside = sp.Or(sp.Lt(growth, low - rational(MARGIN)), sp.Gt(growth, high + rational(MARGIN)), evaluate=False)
        return (
            at_most(probability(outside), sp.Rational(1, 5)),
            equal(growth, sp.log(function("norm")(gradient)) - sp.log((width - 1) / (2 * width)) / 2),
            equal(width, 20),
            exactly_if(sp.Lt(sp.Sum(gain, (layer, 1, sp.oo)), sp.oo), sp.Lt(exponent, -sp.Rational(1, self.power))),
        )


def _schedules() -> SearchStrategy[Schedule]:
    from hypothesis import strategies as st

    return st.integers(-12, -3).map(lambda k: Schedule(Fraction(k, 20)))


POWER, GROWTH = PARTS = (
    "the power of the gain",
    "the growth in networks",
)
claim = Claim(
    id="B15",
    title="Gains (l+1)^e bound the gradients of shaped networks if and only if e < -1/4: growth goes with the fourth power",
    paper=BATCH_NORM,
    statement=ShapingLaw(),
    parts=PARTS,
    pinned=[Schedule(Fraction(-1, 5)), Schedule(Fraction(-2, 5))],
    cases=_schedules,
    conjecture=True,
    mutants=[
        Mutant("square: threshold -1/2", ShapingLaw(power=2), on="e=-2/5", by=SAMPLED, part=GROWTH),
        Mutant("square: threshold -1/2, by the sum", ShapingLaw(power=2), on="", by=SYMBOLIC, part=POWER),
        Mutant("sixth power", ShapingLaw(power=6), on="e=-1/5", by=SAMPLED, part=GROWTH),
    ],
)


@claim.for_all(SYMBOLIC, part=POWER)
def order_of_the_deviation(statement: ShapingLaw, _: None, __: Trial) -> Evidence:
    """For independent Gaussian entries the growth (E s'^2/E s^2 - 1)/2 begins at alpha^power."""
    alpha, t, u = sp.symbols("alpha t u")
    moments = {0: 1, 2: 1, 4: 3, 6: 15, 8: 105, 10: 945}
    x = sp.Symbol("x")
    shaped = x + alpha**2 * t * x**3 + alpha**4 * u * x**5

    def mean(expression: sp.Expr) -> sp.Expr:
        return sum(c * moments[k] for (k,), c in sp.Poly(sp.expand(expression), x).terms())

    growth = sp.series((mean(sp.diff(shaped, x) ** 2) / mean(shaped**2) - 1) / 2, alpha, 0, 6).removeO()
    proof = Derivation().uses("independent entries, in place of those of a network: an order of magnitude, not a rate")
    proof.equal("leading power", growth, 6 * t**2 * alpha**statement.power, is_statement=True)
    proof.equal(
        "critical exponent", -sp.Rational(1, statement.power), sp.Rational(CRITICAL_EXPONENT), is_statement=True
    )
    proof.holds(
        "sum of fourth powers: finite at -2/5, infinite at -1/5",
        is_summable(Fraction(-2, 5)) and not is_summable(Fraction(-1, 5)),
    )
    return proof.evidence("expansion in the gain")


@claim.on_cases(SAMPLED, part=GROWTH)
def sampled_networks(statement: ShapingLaw, case: Schedule, trial: Trial) -> Evidence:
    """Count groups of networks whose growth over the layers 60..200 is outside c sum alpha^power, with a margin for noise."""
    total = [gain_sum(case.exponent, depth, statement.power).ball(15) for depth in (FIRST, LAST)]
    between = float(total[1] - total[0])
    low, high = (c * between for c in statement.constants)
    config = {"exponent": float(case.exponent), "groups": 3}
    found = judge_range(trial, growths, config, (low - MARGIN, high + MARGIN), shards=14, what="growths")
    return _with_sum(found, between)


def _with_sum(found: Evidence, total: float) -> Evidence:
    return replace(found, figures=(Figure("sum of the powers of the gains", f"{total:.4g}"), *found.figures))


def growths(rng: np.random.Generator, exponent: float, groups: int) -> np.ndarray:
    """Return log|dL/dW| of the first layer minus the linear plateau, means over two tanh networks of width 20 each."""
    width = 20
    gains = tuple(float((layer + 1) ** exponent) for layer in range(FIRST, LAST))
    network = BatchNormNetwork(width, LAST - FIRST, activation="tanh", gains=gains)
    inputs = np.broadcast_to(np.eye(width), (2 * groups, width, width))
    path = gradient_path(network, inputs, unit_gradient(rng), rng)
    return (path.weights[:, 1].reshape(groups, 2).mean(axis=1)) - 0.5 * np.log((width - 1) / (2 * width))
