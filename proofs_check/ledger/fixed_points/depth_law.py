"""A18b. At slope exactly 1: l (1-rho_l) -> 2/kappa''(1), or l^2 (1-rho_l) -> 4/C^2 with a kink (relu: 9 pi^2/2).

C is the coefficient of (1-rho)^(3/2). Proof: if one layer is d -> d - C d^e + o(d^e), then u = d^(1-e) grows by
(e-1) C + o(1) a layer, so u_l/l -> (e-1) C (Stolz-Cesaro) and d_l = u_l^(-1/(e-1)). So the bound of Case 3, whose power is
1, is no equality for relu. Source: [A'] for the case; Hayou, Doucet, Rousseau 2019 for both laws.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp

from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, above, belongs, equal, function, limit, normalised_map, slope
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation, cannot_say
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung
from proofs_check.ledger.fixed_points.kernel_cases import MINIMAL_CRITICAL, cases_of, in_case
from proofs_check.ledger.papers import FIXED_POINTS
from theory.activation import Activation, catalogue
from theory.enclosure.ball import ball_of, working_bits
from theory.kernel_map.kernel_map import KernelMap
from theory.number import Number

GAP = Fraction(1, 10**12)


def power_of(exponent: sp.Expr) -> sp.Expr:
    """Return 1/(e - 1)."""
    return 1 / (exponent - 1)


@dataclass(frozen=True)
class DepthLaw:
    """l^power(e) (1 - rho_l) -> (growth(e) C)^-power(e); finite form: u grows by growth(e) C within sqrt(d^(e-1)).

    u = d^(1-e); the finite form is claimed at the gap d = 1e-12 and holds for small d whatever the next term is.
    """

    power: Callable[[sp.Expr], sp.Expr] = power_of
    growth: Callable[[sp.Expr], sp.Expr] = lambda exponent: exponent - 1

    def formula(self) -> Formula:
        """Return the law of 1 - rho_l, what C and the exponent e are, and which e occur."""
        depth, e, c, gap, rho = (
            sp.Symbol("l"),
            sp.Symbol("e"),
            sp.Symbol("C"),
            sp.Symbol("delta"),
            sp.IndexedBase("rho"),
        )
        power = self.power(e)
        return (
            equal(limit(depth**power * (1 - rho[depth]), depth), (self.growth(e) * c) ** -power),
            equal(limit((gap - (1 - function("kappa")(1 - gap))) / gap**e, gap, 0), c),
            belongs(e, sp.FiniteSet(2, sp.Rational(3, 2))),
            above(c, 0),
            belongs(rho[0], sp.Interval.open(-1, 1)),
            equal(rho[depth + 1], function("kappa")(rho[depth])),
            *normalised_map(equal(slope("kappa", 1), 1)),
        )


claim = Claim(
    id="A18b",
    title="At slope 1 the gap 1 - rho decays like 1/l with finite curvature, like 1/l^2 with a kink",
    paper=FIXED_POINTS,
    statement=DepthLaw(),
    pinned=(*catalogue("relu", "leaky_relu", "abs", "exp"), MINIMAL_CRITICAL),
    cases=cases_of(3),
    covers=in_case(3),
    mutants=[
        Mutant("1/l for every activation", DepthLaw(power=lambda _: sp.Integer(1)), on="", by=SYMBOLIC),
        Mutant("1/l for relu", DepthLaw(power=lambda _: sp.Integer(1)), on="relu", by=CERTIFIED),
        Mutant("l (1 - rho_l) -> 1/kappa''(1)", DepthLaw(growth=lambda e: 2 * (e - 1)), on="exp", by=CERTIFIED),
    ],
)


@claim.for_all(SYMBOLIC)
def reciprocal_power_grows_linearly(statement: DepthLaw, _: None, __: Trial) -> Evidence:
    """Expand u after one layer, for both exponents that occur at slope 1."""
    z, c = sp.symbols("z C", positive=True)
    proof = Derivation().uses("Stolz-Cesaro: if u_{l+1} - u_l tends to a limit, u_l/l tends to it")
    for exponent in (sp.Integer(2), sp.Rational(3, 2)):
        # z = d^(e-1) and u = 1/z; d (1 - C z) to the power 1 - e
        following = (1 - c * z) ** (1 - exponent) / z
        growth = sp.series(following - 1 / z, z, 0, 1).removeO()
        power = statement.power(exponent)
        proof.equal(f"u grows by {growth}, e = {exponent}", statement.growth(exponent) * c, growth, is_statement=True)
        proof.equal(f"d = u^(-1/(e-1)), e = {exponent}", power * (exponent - 1), sp.Integer(1), is_statement=True)
    return proof.evidence("for every map with slope 1 and a power e = 2 or 3/2 at 1")


@claim.certified
def growth_near_one(statement: DepthLaw, activation: Activation, _: Trial) -> Evidence:
    """Compare the growth of u = d^(1-e) over one layer at d = 1e-12 with the constant of the map's behaviour at 1."""
    kernel = KernelMap.normalised(activation)
    if kernel.expression is None:
        return cannot_say(Rung.CERTIFIED, "no closed form, so no ball this close to 1")
    behaviour = kernel.behaviour_at_one
    exponent = sp.Rational(behaviour.exponent.numerator, behaviour.exponent.denominator)
    constant = Number.combine(lambda c, g: c * g, behaviour.constant, Number.of(statement.growth(exponent)))
    with working_bits(300):
        after = 1 - kernel.ball(1 - GAP, 60)
        # the claimed law d ~ (growth C l)^-power makes d^(-1/power) linear in the depth
        inverse = ball_of(1 / statement.power(exponent))
        growth = after**-inverse - ball_of(GAP) ** -inverse
        allowed = ball_of(GAP) ** (ball_of(exponent - 1) / 2)
        slack = allowed - abs(growth / constant.ball(40) - 1)
    limit = constant.ball(40) ** -ball_of(statement.power(exponent))
    figures = (Figure(f"limit of l^{statement.power(exponent)} (1 - rho_l)", limit.str(15, radius=False)),)
    where = f"1 - rho = {GAP}: growth {growth.str(8, radius=False)}, claimed {constant.decimal(8)}"
    return from_slack(slack, "growth of d^(1-e) near 1", where, *figures)
