"""A12. Without condition, det kappa(G) >= prod_k (1-u^k)^(p_k) >= det G (2 - det G)^(1-alpha), u = 1 - det G.

G is any nonsingular Gram matrix of unit diagonal, kappa = sum_{k>=1} p_k r^k the centred kernel map, entry by entry. Proof:
Oppenheim-Schur, det(A.B) + det A det B >= det A + det B for unit diagonals, is 1 - det(A.B) <= (1-det A)(1-det B), so
1 - det G^(.k) <= u^k; log det is concave; and 1-u^k >= 1-u^2 for k >= 2. Equality: n = 2, kappa = r^2. Hence the isometry gap
never grows, and W = 1/det - 1 is multiplied by at most 2^-(1-alpha): (1+u)^-s <= 1 - u (1 - 2^-s) by convexity. By a fixed
factor the gap itself does not shrink, and with the mean kept (p_0 > 0) it may grow. Source: this project.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import flint
import sympy as sp

from proofs_check import strategies
from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, above, at_least, at_most, equal, function, rational
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation, cannot_say, exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung
from proofs_check.ledger.gram_cases import MEAN_FIELD_STEPS
from proofs_check.ledger.papers import ISOMETRY
from theory.isometry.gram_matrix import GramMatrix
from theory.kernel_map.polynomial import MeanFieldStep, PolynomialKernel

DEPTH = 6


@dataclass(frozen=True)
class DeterminantGrowth:
    """det kappa(G) >= prod_k (1-u^power(k))^(p_k) >= det G (2-det G)^(speed (1-alpha)), and W' <= 2^-(speed (1-alpha)) W.

    `keeps_mean` also speaks of maps with p_0 > 0; `gap_factor` also claims gap' <= gap_factor gap.
    """

    power: Callable[[int], int] = lambda k: k
    speed: int = 1
    keeps_mean: bool = False
    gap_factor: Fraction = Fraction(1)

    def silent(self, step: MeanFieldStep) -> str | None:
        """Return why the statement does not speak of a case, or None."""
        if step.before == 0:
            return "the Gram matrix is singular"
        if step.kernel.constant > 0 and not self.keeps_mean:
            return "the map keeps the mean: p_0 > 0"
        return None

    def formula(self) -> Formula:
        """Return the chain of determinants, the laws of W and of the gap, and the maps and matrices they are about."""
        alpha, u, k = sp.Symbol("alpha"), sp.Symbol("u"), sp.Symbol("k", integer=True)
        p, rho, i = sp.IndexedBase("p"), sp.Symbol("rho"), sp.Symbol("i")
        gram, kappa = sp.Symbol("G"), function("kappa")
        det, inverse, gap = function("det"), function("W"), function("gap")
        product = sp.Product((1 - u ** self.power(k)) ** p[k], (k, 0 if self.keeps_mean else 1, sp.oo))
        share = self.speed * (1 - alpha)
        return (
            at_least(det(kappa(gram)), product),
            at_least(product, det(gram) * (2 - det(gram)) ** share),
            at_most(inverse(kappa(gram)), 2**-share * inverse(gram)),
            at_most(gap(kappa(gram)), rational(self.gap_factor) * gap(gram)),
            equal(u, 1 - det(gram)),
            equal(inverse(gram), 1 / det(gram) - 1),
            equal(kappa(rho), sp.Sum(p[k] * rho**k, (k, 0 if self.keeps_mean else 1, sp.oo))),
            equal(kappa(1), 1),
            at_least(p[k], 0),
            equal(alpha, p[1]),
            above(det(gram), 0),
            equal(sp.IndexedBase("G")[i, i], 1),
        )


ONE_LAYER, DEPTH_LAW = PARTS = (
    "one layer: the chain of determinants and the gap",
    "every layer: the inverse determinant",
)
claim = Claim(
    id="A12",
    title="A layer-normalised layer raises every determinant: det kappa(G) >= det G (2 - det G)^(1-alpha), unconditionally",
    paper=ISOMETRY,
    statement=DeterminantGrowth(),
    parts=PARTS,
    pinned=MEAN_FIELD_STEPS,
    cases=strategies.mean_field_steps,
    covers=DeterminantGrowth().silent,
    mutants=[
        Mutant(
            "with the mean kept",
            DeterminantGrowth(keeps_mean=True),
            on="1/2 + 1/2 r on equicorrelated n=2 rho=0",
            by=SYMBOLIC,
            part=ONE_LAYER,
        ),
        Mutant(
            "u^(k+1) for u^k",
            DeterminantGrowth(power=lambda k: k + 1),
            on="r^2 on equicorrelated n=2 rho=999/1000",
            by=SYMBOLIC,
            part=ONE_LAYER,
        ),
        Mutant(
            "twice the speed",
            DeterminantGrowth(speed=2),
            on="r^2 on equicorrelated n=2 rho=999/1000",
            by=SYMBOLIC,
            part=ONE_LAYER,
        ),
        Mutant(
            "twice the speed, in layers",
            DeterminantGrowth(speed=2),
            on="r^2 on equicorrelated n=2 rho=999/1000",
            by=CERTIFIED,
            part=DEPTH_LAW,
        ),
        Mutant("twice the speed, by algebra", DeterminantGrowth(speed=2), on="", by=SYMBOLIC, part=ONE_LAYER),
        Mutant(
            "the gap at least halves",
            DeterminantGrowth(gap_factor=Fraction(1, 2)),
            on="r^2 on equicorrelated n=2 rho=999/1000",
            by=SYMBOLIC,
            part=ONE_LAYER,
        ),
    ],
)


@claim.for_all(SYMBOLIC)
def by_oppenheim_and_schur(statement: DeterminantGrowth, _: None, __: Trial) -> Evidence:
    """Check the algebra between the two cited theorems and the bounds, for every n and kernel map."""
    a, b, u, v = sp.symbols("a b u v")
    s = sp.Symbol("s", positive=True)
    proof = Derivation()
    proof.uses("Oppenheim and Schur: det(A.B) + det A det B >= det A prod b_ii + det B prod a_ii")
    proof.uses("log det is concave on positive definite matrices")
    proof.holds("the mean is removed: p_0 = 0", not statement.keeps_mean)
    order = sp.Symbol("k", integer=True, positive=True)
    proof.equal("u -> u^k under k Schur powers", statement.power(order), order)
    proof.holds("the gap does not grow: the factor is at least 1", statement.gap_factor >= 1)
    proof.equal("unit diagonals: 1 - (a + b - ab) = (1-a)(1-b)", 1 - (a + b - a * b), (1 - a) * (1 - b))
    positive = sp.Symbol("u", positive=True)
    k = sp.Symbol("k", integer=True, nonnegative=True)
    proof.equal(
        "u^2 - u^(k+2) = u^2 (1 - u^k)",
        sp.powsimp(positive**2 * (1 - positive**k) - positive**2 + positive ** (k + 2)),
        0,
    )
    proof.equal("(1-u)^alpha (1-u^2)^(1-alpha) = (1-u)(1+u)^(1-alpha)", 1 - u**2, (1 - u) * (1 + u))
    # n = 2 and kappa = r^2, for which u = r^2 and alpha = 0, is an instance; so is alpha = 1/2 for squares
    proof.nonnegative(
        "n = 2, kappa = r^2: the determinant",
        (1 - u**2) - (1 - u) * (1 + u) ** statement.speed,
        {u: "unit"},
        is_statement=True,
    )
    w = u / (1 - u)
    after = u**2 / (1 - u**2)
    proof.nonnegative(
        "n = 2, kappa = r^2: W", w / sp.Integer(2) ** statement.speed - after, {u: "unit"}, is_statement=True
    )
    convex = (1 + positive) ** (-s)
    proof.nonnegative(
        "(1+u)^-s is convex",
        sp.cancel(sp.diff(convex, positive, 2) / convex).subs(positive, v),
        {v: "nonnegative", s: "nonnegative"},
    )
    chord = 1 - positive * (1 - 2 ** (-s))
    proof.equal("and meets its chord at u = 0", convex.subs(positive, 0), chord.subs(positive, 0))
    proof.equal("and at u = 1", convex.subs(positive, 1), sp.expand(chord.subs(positive, 1)))
    c = sp.Symbol("c")
    proof.equal("1/((1-u)(1+u)^s) - 1 <= c W for (1+u)^-s <= 1 - u (1-c)", (1 - u * (1 - c)) / (1 - u) - 1, c * w)
    return proof.evidence(
        "Oppenheim-Schur and concavity of log det, for every n", sharpness=Figure("attained", "by n = 2, kappa = r^2")
    )


@claim.symbolic
def exactly_in_one_layer(statement: DeterminantGrowth, step: MeanFieldStep, _: Trial) -> Evidence:
    """Compare powers of both sides that are rational: with q a common denominator of the p_k, q-th powers."""
    reason = statement.silent(step)
    if reason is not None:
        return cannot_say(Rung.SYMBOLIC, f"the statement is silent: {reason}")
    before, after, p = step.before, step.after, step.kernel.coefficients
    u, q = 1 - before, lcm(*(x.denominator for x in p))
    product = Fraction(1)
    for k, weight in enumerate(p):
        product *= (1 - u ** statement.power(k)) ** int(q * weight)
    lower = before**q * (2 - before) ** int(statement.speed * q * (1 - step.kernel.linear_share))
    # W' <= 2^-(s) W as q-th powers, W = u/(1-u)
    w_before, w_after = u / before, (1 - after) / after
    shrunk = w_after**q * 2 ** int(statement.speed * q * (1 - step.kernel.linear_share))
    factor = statement.gap_factor
    orders = {
        "det kappa(G) >= prod (1-u^k)^(p_k)": after**q >= product,
        "prod (1-u^k)^(p_k) >= det G (2-det G)^(1-alpha)": product >= lower,
        "det kappa(G) >= det G (2-det G)^(1-alpha)": after**q >= lower,
        "W' <= 2^-(1-alpha) W": shrunk <= w_before**q,
        f"gap' <= {factor} gap": after**factor.denominator >= before**factor.numerator,
    }
    failing = [name for name, holds in orders.items() if not holds]
    attained = after**q == lower and u > 0
    return exact_evidence(
        not failing,
        f"{q}-th powers in rational arithmetic",
        witness=f"{step}: {'; '.join(failing)} fails, det {_shown(before)} becomes {_shown(after)}",
        sharpness=Figure("attained", f"on {step}") if attained else None,
        determinant_before=_shown(before),
        determinant_after=_shown(after),
    )


@claim.on_cases(CERTIFIED, part=DEPTH_LAW)
def through_layers(statement: DeterminantGrowth, step: MeanFieldStep, trial: Trial) -> Evidence:
    """Iterate the map in balls and compare the gap at layer l with log(1 + 2^-((1-alpha) l) W_0)/n."""
    reason = statement.silent(step)
    if reason is not None:
        return cannot_say(Rung.CERTIFIED, f"the statement is silent: {reason}")
    n, p = step.gram.size, step.kernel.coefficients
    share = statement.speed * (1 - p[1])
    least: tuple[flint.arb, int] | None = None
    with flint.ctx.workdps(trial.profile.digits + 20):
        state = _matrix(step.gram)
        w = (1 - _arb(step.before)) / _arb(step.before)
        for layer in range(1, DEPTH + 1):
            state = _apply(step.kernel, state)
            gap = -state.det().log() / n
            bound = (1 + flint.arb(2) ** (-_arb(share) * layer) * w).log() / n
            slack = bound - gap
            if least is None or slack.lower() < least[0].lower():
                least = slack, layer
    assert least is not None
    if step.before == 1:
        return from_slack(flint.arb(0), "an isometric batch stays isometric", str(step))
    sharpness = Figure(f"least slack, at layer {least[1]}", least[0].str(4, radius=False))
    return from_slack(least[0], f"bound - gap over {DEPTH} layers", f"{step}, layer {least[1]}", sharpness=sharpness)


def _matrix(gram: GramMatrix) -> flint.arb_mat:
    return flint.arb_mat(gram.size, gram.size, [_arb(x) for row in gram.entries for x in row])


def _apply(kernel: PolynomialKernel, state: flint.arb_mat) -> flint.arb_mat:
    n = state.nrows()
    values = []
    for i in range(n):
        for j in range(n):
            value = flint.arb(0)
            for p in reversed(kernel.coefficients):
                value = value * state[i, j] + _arb(p)
            values.append(flint.arb(1) if i == j else value)
    return flint.arb_mat(n, n, values)


def _arb(q: Fraction) -> flint.arb:
    return flint.arb(flint.fmpq(q.numerator, q.denominator))


def _shown(q: Fraction) -> str:
    return str(q) if len(str(q)) < 40 else f"about {float(q):.8g}"
