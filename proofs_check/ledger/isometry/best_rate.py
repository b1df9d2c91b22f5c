"""A8. The best rate beta* of an activation lies between beta_0 and min(1/alpha, kappa'(1)), and often strictly between.

beta* is the largest beta with kappa/(1-kappa) <= r/(1-r)/beta on (0, 1), that is inf (1-kappa)/(1-r) / (kappa/r). Proof: A7
gives the lower bound; the ratio tends to 1/alpha at 0 and to kappa'(1) at 1. Of all maps with linear share alpha only
alpha r + (1-alpha) r^2 has beta* = beta_0. For ReLU the infimum is inside, 1.34508 at r = 0.489; for odd activations it
is 1/alpha (A9), for GELU, SiLU, softplus and Mish kappa'(1). Source: this project.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import flint
import sympy as sp

from proofs_check import strategies
from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, at_most, belongs, centred_kernel_map, equal, function, slope
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import cannot_say, nonnegative_on_box
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.ledger.activation_cases import nonlinear
from proofs_check.ledger.isometry.layer_contraction import LayerContraction, two_term_steps
from proofs_check.ledger.isometry.layer_contraction import on_the_whole_interval as certify_contraction
from proofs_check.ledger.papers import ISOMETRY
from theory.activation import Activation, catalogue
from theory.exact.ball_evaluation import ball_evaluate
from theory.kernel_map.kernel_map import KernelMap
from theory.signal_propagation.contraction_constant import ContractionConstant, contraction_constant

ALPHA, SLOPE = sp.symbols("alpha slope", positive=True)
"""The linear share p_1 and the slope kappa'(1) of the centred kernel map."""

DIGITS = 10


@dataclass(frozen=True)
class BestRate:
    """lower <= beta* <= each of upper, in `ALPHA` and `SLOPE`."""

    lower: sp.Expr = 2 - ALPHA
    upper: tuple[sp.Expr, ...] = (1 / ALPHA, SLOPE)

    def formula(self) -> Formula:
        """Return the bounds on beta*, what beta* is, and what kappa and alpha are."""
        rho, best = sp.Symbol("rho"), sp.Symbol("beta^*")
        kappa = function("kappa")(rho)
        names = {ALPHA: sp.Symbol("alpha"), SLOPE: slope("kappa", 1)}
        return (
            at_most(self.lower.subs(names), best),
            *(at_most(best, bound.subs(names)) for bound in self.upper),
            equal(best, function("inf_rho")((1 - kappa) / (1 - rho) / (kappa / rho))),
            belongs(rho, sp.Interval.open(0, 1)),
            *centred_kernel_map(),
        )


claim = Claim(
    id="A8",
    title="The best contraction rate lies between beta_0 and min(1/alpha, kappa'(1))",
    paper=ISOMETRY,
    statement=BestRate(),
    pinned=catalogue("relu", "gelu", "tanh", "sin", "sigmoid", "silu", "softplus", "mish"),
    cases=strategies.activations,
    covers=nonlinear,
    mutants=[
        Mutant("beta* = beta_0", BestRate(upper=(2 - ALPHA,)), on="relu", by=CERTIFIED),
        Mutant("beta* >= 1/alpha", BestRate(lower=1 / ALPHA), on="gelu", by=CERTIFIED),
        Mutant("beta* >= kappa'(1)", BestRate(lower=SLOPE), on="tanh", by=CERTIFIED),
        Mutant("beta* is the value at an end", BestRate(lower=sp.Min(1 / ALPHA, SLOPE)), on="relu", by=CERTIFIED),
        Mutant("beta* = beta_0, by algebra", BestRate(upper=(2 - ALPHA,)), on="", by=SYMBOLIC),
    ],
)


@claim.for_all(SYMBOLIC)
def between_the_ends(statement: BestRate, _: None, __: Trial) -> Evidence:
    """Prove the lower bound as A7, and the upper ones from the values of (1-kappa)/(1-r)/(kappa/r) at 0 and 1."""
    r, p2, e2, h = sp.symbols("r p2 e2 h")
    at_zero = ALPHA * r + p2 * r**2  # any map, to the order that matters at either end
    at_one = 1 - SLOPE * (1 - r) + e2 * (1 - r) ** 2

    def ratio(kappa: sp.Expr) -> sp.Expr:
        return sp.cancel((1 - kappa) / (1 - r) / (kappa / r))

    proof = two_term_steps(lambda alpha: statement.lower.subs(ALPHA, alpha))
    proof.equal("the ratio at 0", ratio(at_zero).subs(r, 0), 1 / ALPHA)
    proof.equal("the ratio at 1", ratio(at_one).subs(r, 1), SLOPE)
    for bound in statement.upper:
        # every map has kappa'(1) >= 2 - alpha, so a bound that is at least one of the two ends is one
        apart = [bound - 1 / ALPHA, bound - SLOPE]
        shown = [
            nonnegative_on_box(gap.subs(SLOPE, 2 - ALPHA + e2), {ALPHA: "unit", e2: "nonnegative"})[0] for gap in apart
        ]
        proof.holds(f"{bound} is at least 1/alpha or at least kappa'(1), for every map", True in shown)
    share = (1 + h) / 2  # alpha r + (1-alpha) r^3 with alpha >= 1/2 has beta* = 1/alpha (A9): an instance
    for bound in statement.upper:
        stated = bound.subs({ALPHA: share, SLOPE: share + 3 * (1 - share)}, simultaneous=True)
        proof.nonnegative(
            f"beta* <= {bound} for alpha r + (1-alpha) r^3", stated - 1 / share, {h: "unit"}, is_statement=True
        )
    return proof.evidence("values at the ends, for every activation")


@claim.certified
def by_convexity(statement: BestRate, activation: Activation, _: Trial) -> Evidence:
    """Enclose beta* by chords of two convex functions, and compare with the bounds."""
    return _compare(statement, activation, contraction_constant(KernelMap.centred(activation), DIGITS))


@claim.certified
def by_branch_and_bound(statement: BestRate, activation: Activation, trial: Trial) -> Evidence:
    """Enclose beta* by a second algorithm, that of A7: the contraction certified 10^-5 below and refuted 10^-5 above."""
    guess = contraction_constant(KernelMap.centred(activation), DIGITS)
    centre, scale = round(float(guess.ball.mid()) * 10**8), 10**8

    def judge(numerator: int) -> Evidence:  # a constant rate, in the arithmetic of alpha
        return certify_contraction(LayerContraction(lambda alpha: (0 * alpha + numerator) / scale), activation, trial)

    below, above = judge(centre - 1000), judge(centre + 1000)
    if below.refutes or above.verdict.is_positive:
        raise ArithmeticError(f"A8 needs its two algorithms to agree, got beta* = {guess.ball.str(DIGITS)} from one.")
    if not (below.verdict.is_positive and above.refutes):
        return cannot_say(Rung.CERTIFIED, f"below: {below.summary}; above: {above.summary}")
    ball = flint.arb(flint.fmpq(centre, scale), flint.arb(flint.fmpq(1, 10**5)))
    found = ContractionConstant(ball, guess.at, None, below.cells)
    evidence = _compare(statement, activation, found)
    return replace(evidence, certificates=() if evidence.refutes else below.certificates, cells=below.cells)


def _compare(statement: BestRate, activation: Activation, found: ContractionConstant) -> Evidence:
    """Return what an enclosure of beta* says of the statement's bounds."""
    kernel = KernelMap.centred(activation)
    figures = (Figure("beta*", *_shown(found.ball)), Figure("attained at r =", f"{float(found.at):.6g}"))
    sharpness = Figure("beta* - beta_0", *_shown(found.ball - kernel.nonlinearity_strength.ball(20)))
    where = f"{activation}: beta* = {found.ball.str(DIGITS)}"
    judged = [
        from_slack(slack, name, where, *figures, sharpness=sharpness)
        for name, slack in _slacks(statement, kernel, found)
    ]
    order = (Verdict.REFUTED, Verdict.INCONCLUSIVE, Verdict.CERTIFIED)
    return min(judged, key=lambda evidence: order.index(evidence.verdict))


def _slacks(statement: BestRate, kernel: KernelMap, found: ContractionConstant) -> list[tuple[str, flint.arb]]:
    """Return the slack of each bound; exactly 0 for one that is the end value at which the infimum was proved to be."""
    places = {ALPHA: kernel.slope_at_zero.ball(25)}
    if kernel.slope_at_one.is_finite:
        places[SLOPE] = kernel.slope_at_one.ball(25)
    end = {Fraction(0): 1 / ALPHA, Fraction(1): SLOPE}.get(found.at) if found.exact is not None else None
    slacks = []
    for sign, bound in ((1, statement.lower), *((-1, upper) for upper in statement.upper)):
        if not bound.free_symbols <= set(places) or (bound.has(1 / ALPHA) and not places[ALPHA] > 0):
            continue  # an infinite upper bound
        difference = flint.arb(0) if bound == end else sign * (found.ball - _at(bound, places))
        slacks.append((f"beta* - ({bound})" if sign > 0 else f"({bound}) - beta*", difference))
    return slacks


def _at(stated: sp.Expr, places: dict[sp.Symbol, flint.arb]) -> flint.arb:
    """Return a bound's ball; the least of several by the order of balls."""
    if isinstance(stated, sp.Min):
        least, *others = (_at(part, places) for part in stated.args)
        for other in others:
            least = least.min(other)
        return least
    return ball_evaluate(stated, places)


def _shown(ball: flint.arb) -> tuple[str, str]:
    return ball.mid().str(DIGITS, radius=False), ball.rad().str(2, radius=False)
