"""A22. In Case 4 no rate below 1/kappa'(1) holds from every start, with the constant |rho_0 - rho*|/(1 - |rho_0|).

Proof: from rho_0 = 1 - e, 1 - rho_l <= kappa'(1)^l e (A17's inequality). At the first layer where that reaches
(1-rho*)/2 the distance to rho* is still at least (1-rho*)/2, while the bound is at most a^l/e; with
kappa'(1)^l ~ (1-rho*)/(2e) this needs a >= 1/kappa'(1) as e -> 0. The corrected rate of A21 obeys this, since
kappa'(1) >= 2 - q; the rate of [A'] does not: for kappa = 2/5 + 3/5 r^2 it is 4/5 < 5/6 = 1/kappa'(1), and from
1 - 1e-12 the bound is violated at layer 124. Source: this project, on [A'], Case 4.
"""

from __future__ import annotations

from dataclasses import dataclass

import flint
import sympy as sp

from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, above, at_least, belongs, equal, function, normalised_map, slope
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation, Domain, cannot_say, nonnegative_on_box
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung
from proofs_check.ledger.fixed_points.case_four_rate import ERRATUM, Factors, as_printed, corrected
from proofs_check.ledger.fixed_points.kernel_cases import QUADRATIC, cases_of, in_case, kernel_activation
from proofs_check.ledger.papers import FIXED_POINTS
from theory.activation import Activation, catalogue
from theory.enclosure.ball import ball_of
from theory.kernel_map.kernel_map import KernelMap
from theory.number import Number
from theory.signal_propagation.fixed_point import fixed_points


@dataclass(frozen=True)
class NecessaryRate:
    """The largest of factors(p_0, q, rho*) is at least 1/kappa'(1), as every valid rate has to be."""

    factors: Factors = corrected

    def formula(self) -> Formula:
        """Return that the rate is at least 1/kappa'(1), and what rho* and q are."""
        p0, q, star, kappa = sp.IndexedBase("p")[0], sp.Symbol("q"), sp.Symbol("rho^*"), function("kappa")
        return (
            at_least(sp.Max(*self.factors(p0, q, star)), 1 / slope("kappa", 1)),
            equal(kappa(star), star),
            belongs(star, sp.Interval.open(0, 1)),
            equal(q, slope("kappa", star)),
            *normalised_map(above(slope("kappa", 1), 1), above(p0, 0)),
        )


claim = Claim(
    id="A22",
    title="In Case 4 a rate below 1/kappa'(1) is impossible; max(1 - p_0, 1/(2 - q)) is not below it",
    paper=FIXED_POINTS,
    statement=NecessaryRate(),
    pinned=(
        *catalogue("step", "relu2", "elu", "gelu", "silu"),
        QUADRATIC,
        kernel_activation("1/8", "1/4", "1/2", "1/8"),
    ),
    cases=cases_of(4),
    covers=in_case(4),
    mutants=[
        Mutant("a as printed", NecessaryRate(as_printed), on=QUADRATIC.name, by=CERTIFIED, erratum=ERRATUM),
        Mutant("a as printed, exact witness", NecessaryRate(as_printed), on="", by=SYMBOLIC, erratum=ERRATUM),
        Mutant("a = q", NecessaryRate(lambda _p0, q, _star: (q,)), on="relu2", by=CERTIFIED),
    ],
)


@claim.for_all(SYMBOLIC)
def exponents_compared(statement: NecessaryRate, _: None, __: Trial) -> Evidence:
    """Necessity by exponents, sufficiency from kappa'(1) >= 2 - q, and the exact kernel 2/5 + 3/5 r^2."""
    eta, k, q, gap, scale = sp.symbols("eta k q m e", positive=True)
    proof = Derivation().uses("1 - kappa(r) <= kappa'(1)(1 - r) on [-1, 1] (A17)")
    # a = c^-(1+eta) with c = kappa'(1), and c^l = m/(2e), m = 1 - rho*: the bound a^l/e tends to 0 with e
    bound = (gap / (2 * scale)) ** (-(1 + eta)) / scale
    logarithm = (1 + eta) * (sp.log(2) - sp.log(gap)) + eta * sp.log(scale)
    proof.equal("log(a^l/e) = const + eta log e", sp.expand_log(sp.log(bound), force=True), logarithm)
    proof.nonnegative("powers k + 2 of x weigh at least 2 in the slope at 1", k + 2 - 2, {k: "nonnegative"})
    proof.equal("so kappa'(1) >= q + 2 (1 - q) = 2 - q", q + 2 * (1 - q), 2 - q)
    mass, place = sp.symbols("p_0 star", positive=True)
    factors = [sp.sympify(f) for f in statement.factors(mass, q, place)]
    within: dict[sp.Symbol, Domain] = {mass: "unit", q: "unit", place: "unit"}
    shown = [nonnegative_on_box(factor - 1 / (2 - q), within)[0] for factor in factors]
    proof.holds("one factor is at least 1/(2 - q), for every p_0, q and rho*", True in shown)
    star, slope_star, slope_one, p0 = sp.Rational(2, 3), sp.Rational(4, 5), sp.Rational(6, 5), sp.Rational(2, 5)
    r = sp.Symbol("r")
    kappa = p0 + sp.Rational(3, 5) * r**2
    proof.equal("2/3 is fixed", kappa.subs(r, star), star)
    proof.equal("slopes 4/5 and 6/5", kappa.diff(r).subs(r, star) + kappa.diff(r).subs(r, 1), slope_star + slope_one)
    rate = max(sp.sympify(f) for f in statement.factors(p0, slope_star, star))
    proof.nonnegative(
        f"2/5 + 3/5 r^2: rate {rate} against 1/kappa'(1) = {1 / slope_one}", rate - 1 / slope_one, {}, is_statement=True
    )
    return proof.evidence("for every map of Case 4")


@claim.certified
def rate_against_slope(statement: NecessaryRate, activation: Activation, trial: Trial) -> Evidence:
    """Compare the rate with 1/kappa'(1) in balls; where it is below, find the first layer that violates its bound."""
    kernel = KernelMap.normalised(activation)
    found = fixed_points(kernel)
    star = next((point for point in found.points if point.stable), None)
    if star is None:
        return cannot_say(Rung.CERTIFIED, f"no attracting point is known: {found.undecided}")
    if not kernel.slope_at_one.is_finite:
        return from_slack(flint.arb(0), "every rate exceeds 1/kappa'(1) = 0", "")
    digits = trial.profile.digits
    numbers = (kernel.coefficient(0), star.slope, star.value)
    least = Number.combine(lambda slope: 1 / slope, kernel.slope_at_one)
    if all(number.exact is not None and number.exact.is_Rational for number in (*numbers, least)):
        rate = max(statement.factors(*(number.exact for number in numbers)))  # equality where kappa is quadratic
        slack = ball_of(rate - least.exact)
        shown = str(rate)
    else:
        largest = flint.arb(0)
        for value in statement.factors(*(number.ball(digits) for number in numbers)):
            largest = largest.max(value)
        slack, shown = largest - least.ball(digits), largest.str(12, radius=False)
    figures = (Figure("rate", shown), Figure("1/kappa'(1)", least.decimal(12)))
    where = f"rate {shown}, 1/kappa'(1) = {least.decimal(12)}"
    return from_slack(slack, "rate - 1/kappa'(1)", where, *figures)
