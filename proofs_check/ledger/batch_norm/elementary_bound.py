"""B3. E[phi_next - phi] <= -(s_2/(d(d+2))) / (1 + (8/3) s_3/((d+4) s_2)) <= -(3(d+4)/(11d+4)) s_2/(d(d+2)), for every spectrum.

Proof: log(1+x) <= x - x^2/(2 + 4x/3) on (-1, oo), with x = Q - 1, E x = 0; Cauchy-Schwarz gives E[x^2/(2 + 4x/3)] >= (E x^2)^2/
(2 E x^2 + (4/3) E x^3); insert the moments of B1; s_3 <= (d-1) s_2. Since 3(d+4)/(11d+4) >= 3/11, the one-step lemma of [B],
E[phi_next - phi] <= log(1 - s_2/(2 d^2 (d+2))), is true: with u = s_2/(2d^2(d+2)) <= 1/12, -log(1-u) <= 12u/11 <= (3/11) 2du. Source: this project.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import flint
import sympy as sp

from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, at_least, equal, mean, rational
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.batch_norm import cases
from proofs_check.ledger.batch_norm.cases import Spectrum
from proofs_check.ledger.papers import BATCH_NORM
from theory.batch_norm.one_step import central_power_sum, centred_moment, one_step_change


def uniform_factor(d: sp.Expr) -> sp.Expr:
    """Return 3 (d+4)/(11 d + 4)."""
    return 3 * (d + 4) / (11 * d + 4)


@dataclass(frozen=True)
class ElementaryBound:
    """-E log Q >= v/(1 + skew s_3/((d+4) s_2)) >= uniform(d) v, v = s_2/(d(d+2)); and >= -log(1 - v/(printed d))."""

    skew: Fraction = Fraction(8, 3)
    uniform: Callable[[sp.Expr], sp.Expr] = uniform_factor
    printed: Fraction = Fraction(2)

    def formula(self) -> Formula:
        """Return the three lower bounds of the mean decrease of the gap, and what v and s_j are."""
        d, v, k, j = sp.Symbol("d"), sp.Symbol("v"), sp.Symbol("k", integer=True), sp.Symbol("j")
        spread, eigenvalue = sp.IndexedBase("s"), sp.IndexedBase("lambda")
        decrease = mean(sp.Symbol("phi_0") - sp.Symbol("phi_1"))
        return (
            at_least(decrease, v / (1 + rational(self.skew) * spread[3] / ((d + 4) * spread[2]))),
            at_least(decrease, self.uniform(d) * v),
            at_least(decrease, -sp.log(1 - v / (rational(self.printed) * d))),
            equal(v, spread[2] / (d * (d + 2))),
            equal(spread[j], sp.Sum((eigenvalue[k] - 1) ** j, (k, 1, d))),
            equal(sp.Sum(eigenvalue[k], (k, 1, d)), d),
            at_least(d, 2),
        )


SKEWED = cases.one_large(10, Fraction(1, 20))

claim = Claim(
    id="B3",
    title="The gap decreases by at least 3(d+4)/(11d+4) s_2/(d(d+2)) a layer on average, so the one-step lemma of [B] holds",
    paper=BATCH_NORM,
    statement=ElementaryBound(),
    pinned=(*cases.PINNED, SKEWED),
    cases=cases.spectra,
    mutants=[
        Mutant("half the skewness", ElementaryBound(skew=Fraction(4, 3)), on=str(SKEWED), by=CERTIFIED),
        Mutant(
            "Taylor constant 1", ElementaryBound(uniform=lambda _: sp.Integer(1)), on=str(cases.SPIKE), by=CERTIFIED
        ),
        Mutant(
            "printed lemma 2 d times stronger",
            ElementaryBound(printed=Fraction(1, 10)),
            on=str(cases.SPIKE),
            by=CERTIFIED,
        ),
    ],
)


@claim.for_all(SYMBOLIC)
def by_cauchy_schwarz(statement: ElementaryBound, _: None, __: Trial) -> Evidence:
    """Check every step of the proof for symbolic d, s_2, s_3."""
    x = sp.Symbol("x", positive=True)
    d, s2, s3 = sp.Symbol("d", positive=True), sp.Symbol("s2"), sp.Symbol("s3")
    proof = Derivation().uses("Cauchy-Schwarz inequality")
    bound = x - x**2 / (2 + 4 * x / 3) - sp.log(1 + x)
    derivative = 4 * x**3 / ((6 + 4 * x) ** 2 * (1 + x))
    proof.equal("x - x^2/(2 + 4x/3) - log(1+x) vanishes at 0", bound.subs(x, 0), 0)
    proof.equal("its derivative has the sign of x", sp.diff(bound, x), derivative)
    variance, third = centred_moment(2), centred_moment(3)
    inserted = variance**2 / (2 * variance + sp.Rational(4, 3) * third)
    v, skew = s2 / (d * (d + 2)), sp.Rational(statement.skew.numerator, statement.skew.denominator)
    proof.equal("moments inserted", inserted, v / (1 + skew * s3 / ((d + 4) * s2)))
    m = sp.Symbol("m")
    at_worst = 1 / (1 + skew * (d - 1) / (d + 4)) - statement.uniform(d)
    proof.nonnegative("s_3 <= (d-1) s_2", at_worst.subs(d, m + 2), {m: "nonnegative"})
    proof.nonnegative("the factor is at least 3/11", uniform_factor(m + 2) - sp.Rational(3, 11), {m: "nonnegative"})
    u = sp.Symbol("u", positive=True)
    largest = d * (d - 1) / (2 * d**2 * (d + 2))  # s_2 <= d (d-1): one eigenvalue alone
    proof.nonnegative("u <= 1/12", (sp.Rational(1, 12) - largest).subs(d, m + 2), {m: "nonnegative"})
    slope = sp.diff(12 * u / 11 + sp.log(1 - u), u)
    proof.equal("12u/11 + log(1-u) increases up to u = 1/12", slope, (1 - 12 * u) / (11 * (1 - u)))
    printed = sp.Rational(statement.printed.numerator, statement.printed.denominator)
    printed_factor = sp.Rational(12, 11) / (printed * d)
    proof.nonnegative(
        "12/(11 printed d) <= 3/11", (sp.Rational(3, 11) - printed_factor).subs(d, m + 2), {m: "nonnegative"}
    )
    return proof.evidence("log bound, Cauchy-Schwarz, moments, for every spectrum")


@claim.certified
def by_balls_on_one_spectrum(statement: ElementaryBound, case: Spectrum, trial: Trial) -> Evidence:
    """Enclose the slack of the three bounds."""
    digits, d = trial.profile.digits, case.width
    decrease = -one_step_change(case.values).ball(digits)
    v, third = case.second_order, central_power_sum(case.values, 3)
    with flint.ctx.workdps(digits):
        first = cases.ball(v / (1 + statement.skew * third / ((d + 4) * case.spread)))
        factor = sp.Rational(statement.uniform(sp.Integer(d)))
        second = cases.ball(v * Fraction(int(factor.p), int(factor.q)))
        printed = -(1 - cases.ball(v / (statement.printed * d))).log()
        slacks = [("first bound", first), ("uniform factor", second), ("printed lemma", printed)]
        name, tightest = max(slacks, key=lambda pair: float(pair[1].mid()))
        relative = (decrease - tightest) / decrease
    figures = (
        Figure("-E log Q", decrease.str(10, radius=False)),
        *(Figure(n, b.str(6, radius=False)) for n, b in slacks),
    )
    sharpness = Figure("relative slack", relative.str(4, radius=False))
    return from_slack(decrease - tightest, f"{name} (the tightest)", str(case), *figures, sharpness=sharpness)
