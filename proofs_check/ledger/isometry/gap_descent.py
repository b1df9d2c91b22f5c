"""A11. Once x = gamma_0 beta_0^-l <= 1/(2n), the gap at layer l is at most (n-1) x^2 <= x/2; in the end it shrinks by alpha^2 a layer.

Proof: gamma at layer l is at most x (A7), so (n-1) r <= (n-1) x <= 1/2, and A5 gives gap <= (n-1) r^2. For equicorrelated
samples gap(r)/r^2 -> (n-1)/2 and kappa(r)/r -> alpha as r -> 0, so gap_l/gap_(l+1) -> 1/alpha^2: the decay is quadratic in
that of the correlations, and the printed 2 n gamma_0 beta_0^-l, true in this regime, has neither the right power nor
the right rate. Source: this project, sharpening [A].
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import flint
import sympy as sp

from proofs_check import strategies
from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, above, centred_kernel_map, equal, function, implies, limit
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import cannot_say
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.ledger.activation_cases import nonlinear
from proofs_check.ledger.isometry.layer_contraction import Rate, nonlinearity_strength, two_term_steps
from proofs_check.ledger.isometry.quadratic_gap_bound import QuadraticGapBound, eigenvalue_steps
from proofs_check.ledger.papers import ISOMETRY
from theory.activation import Activation, catalogue
from theory.kernel_map.kernel_map import KernelMap

SIZE, START, DEEPEST = 10, Fraction(1, 2), 300


@dataclass(frozen=True)
class GapDescent:
    """gap <= coefficient(n) x^power <= x/2 for x = gamma_0 rate(alpha)^-l <= 1/(2n), and gap_l/gap_(l+1) -> decay(alpha)."""

    rate: Rate = nonlinearity_strength
    coefficient: Callable[[sp.Expr], sp.Expr] = lambda n: n - 1
    power: int = 2
    decay: Rate = lambda alpha: 1 / alpha**2

    def formula(self) -> Formula:
        """Return the two bounds in the regime, the decay for equicorrelated samples near 0, and what kappa and alpha are."""
        n, x, gamma, depth, alpha, rho = sp.symbols("n x gamma_0 l alpha rho")
        r, i, j = sp.symbols("r i j")
        gap, spread = function("gap"), function("g")
        regime = sp.Le(x, 1 / (2 * n))
        bound = self.coefficient(n) * x**self.power
        decay = spread(rho) / spread(function("kappa")(rho))
        return (
            implies(regime, sp.Le(gap(sp.Symbol("G_l")), bound)),
            implies(regime, sp.Le(bound, x / 2)),
            equal(x, gamma / self.rate(alpha) ** depth),
            equal(gamma, r / (1 - r)),
            implies(sp.Ne(i, j), sp.Le(sp.Abs(sp.IndexedBase("G_0")[i, j]), r)),
            equal(limit(decay, rho, 0), self.decay(alpha)),
            equal(spread(rho), -((n - 1) * sp.log(1 - rho) + sp.log(1 + (n - 1) * rho)) / n),
            above(alpha, 0),
            *centred_kernel_map(),
        )


def uncovered(activation: Activation) -> str | None:
    """Return why the statement does not speak of an activation, or None."""
    if KernelMap.centred(activation).slope_at_zero.ball(20) > 0:
        return nonlinear(activation)
    return "its linear share is not shown to be positive: with alpha = 0 the gap decays doubly exponentially"


claim = Claim(
    id="A11",
    title="From gamma_0 beta_0^-l <= 1/(2n) on, the gap is at most (n-1)(gamma_0 beta_0^-l)^2, and decays like alpha^(2l) if equicorrelated",
    paper=ISOMETRY,
    statement=GapDescent(),
    pinned=catalogue("relu", "gelu", "sin", "exp"),
    cases=strategies.activations,
    covers=uncovered,
    mutants=[
        Mutant("rate 1/alpha, two-term map", GapDescent(lambda alpha: 1 / alpha), on="", by=SYMBOLIC),
        Mutant(
            "decays by alpha, as fast as correlations", GapDescent(decay=lambda alpha: 1 / alpha), on="", by=SYMBOLIC
        ),
        Mutant(
            "decays by beta_0 a layer",
            GapDescent(decay=lambda alpha: 2 - alpha),
            on="relu",
            by=CERTIFIED,
            erratum="plotting code of [A]: 2 n gamma_0 beta_0^-l is drawn as the law of the gap; it is an upper bound, and "
            "the gap decays by 1/alpha^2 > beta_0 a layer",
        ),
        Mutant("decays by beta_0^2 a layer", GapDescent(decay=lambda alpha: (2 - alpha) ** 2), on="sin", by=CERTIFIED),
        Mutant("a third power", GapDescent(power=3), on="relu", by=CERTIFIED),
    ],
)


@claim.for_all(SYMBOLIC)
def by_one_layer_and_the_quadratic_bound(statement: GapDescent, _: None, __: Trial) -> Evidence:
    """Join the steps of A7 and A5 at x <= 1/(2n); then the limits of gap/r^2 and kappa/r at r = 0."""
    n, r, h, alpha, m = sp.symbols("n r h alpha m", positive=True)
    proof = two_term_steps(statement.rate)
    lemmas = eigenvalue_steps(QuadraticGapBound().curvature)
    proof.steps += lemmas.steps
    proof.cited += lemmas.cited
    x = h / (2 * n)  # h in [0, 1): the regime
    proof.nonnegative("r <= gamma", r / (1 - r) - r, {r: "unit"})
    regime = sp.Rational(1, 2) - (n - 1) * x
    proof.nonnegative("(n-1) x <= 1/2", regime.subs(n, m + 2), {h: "unit", m: "nonnegative"})
    stated = statement.coefficient(n) * x**statement.power
    within = {h: "unit", m: "nonnegative"}
    proof.nonnegative("gap <= (n-1) x^2 (A5) <= the bound", (stated - (n - 1) * x**2).subs(n, m + 2), within)  # type: ignore[arg-type]
    proof.nonnegative("the bound is at most x/2", (x / 2 - stated).subs(n, m + 2), within)  # type: ignore[arg-type]
    gap = -((n - 1) * sp.log(1 - r) + sp.log(1 + (n - 1) * r)) / n
    proof.equal("equicorrelated: gap = 0 at r = 0", gap.subs(r, 0), sp.Integer(0))
    proof.equal("and so is its slope", sp.diff(gap, r).subs(r, 0), sp.Integer(0))
    curvature = sp.diff(gap, r, 2).subs(r, 0)
    proof.equal("gap/r^2 tends to (n-1)/2", curvature / 2, (n - 1) / 2)
    proof.equal(
        "gap_l/gap_(l+1) = (gap_l/r^2)(r/kappa)^2 (kappa^2/gap_(l+1))",
        statement.decay(alpha),
        alpha**-2,
        is_statement=True,
    )
    return proof.evidence("A7 into A5, and the curvature of the gap at 0, for every n and activation")


@claim.certified
def through_layers(statement: GapDescent, activation: Activation, _: Trial) -> Evidence:
    """Iterate n = 10 equicorrelated samples in balls: the bound at every layer of the regime, and the limiting decay.

    With d = (n-1) r, |gap - (n-1) r^2/2| <= d^3/(3(1-d)), and alpha <= kappa/r <= alpha + (1-alpha) r; so one deep layer encloses the
    decay of all layers after it, and their limit.
    """
    kernel = KernelMap.centred(activation)
    alpha = kernel.slope_at_zero.ball(30)
    rate = statement.rate(alpha)
    least: tuple[flint.arb, int] | None = None
    with flint.ctx.workdps(60):
        rho, x = _arb(START), _arb(START / (1 - START))
        for layer in range(1, DEEPEST + 1):
            rho, x = kernel.ball(rho, digits=50), x / rate
            if x * 2 * SIZE <= 1:
                bound = statement.coefficient(sp.Integer(SIZE)).p * x**statement.power
                slack = (bound / _gap(rho) - 1).min((x / 2) / bound - 1)
                if least is None or slack.lower() < least[0].lower():
                    least = slack, layer
            if rho * 10**8 < 1 and least is not None:
                break
        else:
            return cannot_say(Rung.CERTIFIED, f"after {DEEPEST} layers the correlation is still {rho.str(3)}")
        decay = _decay_beyond(rho, alpha)
        difference = decay - statement.decay(alpha)
    if least[0] < 0:
        return from_slack(least[0], "bound/gap - 1", f"{activation}, layer {least[1]}")
    figures = (
        Figure("gap_l/gap_(l+1) tends to", decay.mid().str(9, radius=False), decay.rad().str(2, radius=False)),
        Figure("beta_0", (2 - alpha).str(8, radius=False)),
    )
    if not difference.contains(0):
        witness = f"{activation}: the decay tends to {decay.str(9)}, stated {statement.decay(alpha).str(9)}"
        return Evidence(Verdict.REFUTED, Rung.CERTIFIED, "the limiting decay is another", figures, witness=witness)
    sharpness = Figure(f"least bound/gap, at layer {least[1]}", (least[0] + 1).str(4, radius=False))
    return from_slack(
        least[0], f"bound/gap - 1 over the regime up to layer {layer}", str(activation), *figures, sharpness=sharpness
    )


def _gap(rho: flint.arb) -> flint.arb:
    """Return the gap of equicorrelated samples, -((n-1) log(1-r) + log(1+(n-1) r))/n."""
    n = SIZE
    return -((n - 1) * (-rho).log1p() + ((n - 1) * rho).log1p()) / n


def _decay_beyond(rho: flint.arb, alpha: flint.arb) -> flint.arb:
    """Enclose gap_l/gap_(l+1) for every layer after the correlation has reached rho."""
    unit = flint.arb(flint.fmpq(1, 2), flint.fmpq(1, 2))
    d = (SIZE - 1) * rho
    relative = d * (SIZE - 1) * 2 / (3 * (1 - d))  # of d^3/(3(1-d)) to (n-1) r^2/2, an upper bound
    about_one = 1 + flint.arb(0, relative.upper())
    slope = alpha + (1 - alpha) * rho * unit
    return about_one / about_one / slope**2


def _arb(q: Fraction) -> flint.arb:
    return flint.arb(flint.fmpq(q.numerator, q.denominator))
