"""B4b. The sharp constant c_d decreases in the width, towards c_oo = 0.637348...: so c_oo serves every width.

Proof. X_d = y (Z_d - 1), Z_d = d w_1^2, has the density (x+y)^{-1/2} (y(d-1)-x)^{(d-3)/2} up to a factor. Give X_{d+1} the share y' with the same
variance: y'^2/y^2 = (d-1)(d+3)/(d(d+2)) < 1. Both ends of its support lie to the right, so the difference of the densities is negative
first and positive last; between, the quotient of the densities first falls and then rises, its slope having one zero. So the difference has
the signs - + - + (three changes at least, as mass, mean and variance agree). Interpolate log(1+x) by a quadratic at the three zeros: the
rest has those same signs, because the third derivative is positive. Hence E log(1 + X_{d+1}) > E log(1 + X_d), and the ratio R of B4 at
(d+1, y') is below that at (d, y). In the limit of the width R tends to its limit at each share. Source: this project.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint
import sympy as sp

from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, above, at_least, belongs, equal, function, limit, mean
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.batch_norm import cases
from proofs_check.ledger.batch_norm.cases import Width
from proofs_check.ledger.papers import BATCH_NORM
from theory.batch_norm.contraction import limiting_constant, sharp_constant
from theory.batch_norm.one_step import centred_moment
from theory.number import Number

DIGITS = 12
"""Of c_d in a comparison; c_d - c_{d+1} is about 0.6/d^2."""


def equal_variance(d: Any) -> Any:
    """Return y'^2/y^2 for which widths d and d + 1 have one variance."""
    return (d - 1) * (d + 3) / (d * (d + 2))


@dataclass(frozen=True)
class MonotoneConstant:
    """sign (c_d - c_{d+1}) > 0, compared at y'^2 = shares(d) y^2, and c_d > floor()."""

    sign: int = 1
    shares: Callable[[Any], Any] = equal_variance
    floor: Callable[[], Number] = lambda: limiting_constant().constant

    def formula(self) -> Formula:
        """Return the order of neighbouring constants, their floor, and the shares at which X_d and X_(d+1) have one variance."""
        d, y, row, constant = sp.Symbol("d"), sp.Symbol("y"), sp.Symbol("w_1"), function("c")
        form, variance = function("X"), function("Var")
        floor = self.floor().exact
        inside = sp.log(1 + form(d, y))
        return (
            above(self.sign * (constant(d) - constant(d + 1)), 0),
            above(constant(d), limit(constant(d), d) if floor is None else floor),
            equal(variance(form(d + 1, sp.sqrt(self.shares(d)) * y)), variance(form(d, y))),
            equal(form(d, y), y * (d * row**2 - 1)),
            equal(constant(d), function("inf_y")(-(d + 2) * mean(inside) / ((d - 1) * y**2))),
            belongs(y, sp.Interval.open(0, 1)),
            at_least(d, 2),
        )


LEMMA, ORDER = PARTS = (
    "where two densities of one variance change sign",
    "order and floor of the constants",
)
claim = Claim(
    id="B4b",
    title="The sharp constant c_d decreases in the width, to 0.637348: it is above that at every width",
    paper=BATCH_NORM,
    statement=MonotoneConstant(),
    parts=PARTS,
    pinned=tuple(map(Width, (2, 10, 100))),
    cases=lambda: cases.widths(30),
    mutants=[
        Mutant("it increases", MonotoneConstant(sign=-1), on="d=10", by=CERTIFIED, part=ORDER),
        Mutant(
            "above 13/20",
            MonotoneConstant(floor=lambda: Number.of(Fraction(13, 20))),
            on="d=100",
            by=CERTIFIED,
            part=ORDER,
        ),
        Mutant("compared at one share", MonotoneConstant(shares=lambda d: d / d), on="", by=SYMBOLIC, part=LEMMA),
    ],
)


@claim.for_all(SYMBOLIC, part=LEMMA)
def by_three_sign_changes(statement: MonotoneConstant, _: None, __: Trial) -> Evidence:
    """Count the sign changes of the difference of two densities, and interpolate the logarithm there."""
    d, x, y, k = sp.symbols("d x y k", positive=True)
    p, q, left, right = sp.symbols("p q A B", positive=True)
    proof = Derivation().uses("w_1^2 has the law Beta(1/2, (d-1)/2)").uses("rest of quadratic interpolation")
    variance = centred_moment(2).subs("s2", y**2 * d * (d - 1))
    proof.equal("variance of y (Z_d - 1)", variance, 2 * y**2 * (d - 1) / (d + 2))
    wider = (variance / y**2).subs(d, d + 1) * statement.shares(d)
    proof.equal("both variances agree", wider, variance / y**2, is_statement=True)
    proof.equal("y' < y", 1 - equal_variance(d), 3 / (d * (d + 2)))
    ends = equal_variance(d) * d**2 / (d - 1) ** 2
    proof.nonnegative("y' d > y (d-1)", (ends - 1).subs(d, k + 2), {k: "nonnegative"})
    # with y' = p < q = y, A = p d, B = q (d-1): the logarithmic slope of the quotient of densities on (-p, B)
    slope = 1 / (x + q) - 1 / (x + p) - (d - 2) / (left - x) + (d - 3) / (right - x)
    line = (d - 3) * left - (d - 2) * right + x
    cubic = -(q - p) * (left - x) * (right - x) + line * (x + p) * (x + q)
    common = (x + p) * (x + q) * (left - x) * (right - x)
    proof.equal("slope of the quotient: the sign of a cubic", slope * common, cubic)
    rise = (q - p) * (left + right - 2 * x) + (x + p) * (x + q) + line * (2 * x + p + q)
    proof.equal("which increases where the line is not negative, and is negative where it is", sp.diff(cubic, x), rise)
    proof.equal("the third derivative of log(1+x)", sp.diff(sp.log(1 + x), x, 3), 2 / (1 + x) ** 3)
    return proof.evidence("signs - + - + of the difference of densities, at every width and share")


@claim.on_cases(CERTIFIED, part=ORDER)
def by_balls_at_two_widths(statement: MonotoneConstant, case: Width, _: Trial) -> Evidence:
    """Enclose c_d - c_{d+1} and c_d - floor."""
    constants = [sharp_constant(width).constant.ball(DIGITS) for width in (case.width, case.width + 1)]
    with flint.ctx.workdps(DIGITS):
        fall = statement.sign * (constants[0] - constants[1])
        above = constants[0] - statement.floor().ball(DIGITS)
    figure = Figure("c_d - c_{d+1}", (constants[0] - constants[1]).str(6, radius=False))
    return from_slack(fall.min(above), "monotone, and above the limit", str(case), figure, sharpness=figure)
