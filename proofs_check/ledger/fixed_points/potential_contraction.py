"""A20. Case 4, between rho* and 1: one layer divides (rho - rho*)/(1 - rho) by at least 2 - q, q = kappa'(rho*).

Proof: all derivatives of kappa at rho* >= 0 are nonnegative, so in x = (rho - rho*)/(1 - rho*) the layer is
x -> sum_{k>=1} q_k x^k with q_k >= 0, sum 1 and q_1 = q: the contraction of A7 with alpha = q. Below rho*: on [0, rho*] the
distance shrinks by q (convexity), and where rho < 0 and kappa(rho) <= rho* by 1 - p_0, since rho^k >= rho there and
rho*^k <= rho*. Source: this project; [A'] has other constants, see A21 and A22.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import flint
import sympy as sp

from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, above, at_most, belongs, equal, function, normalised_map, slope
from proofs_check.evidence.certified import from_monotone, from_proof
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.symbolic import cannot_say
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung
from proofs_check.interval.contraction import prove_by_monotonicity
from proofs_check.interval.prover import prove_nonnegative
from proofs_check.ledger.fixed_points.kernel_cases import QUADRATIC, cases_of, in_case, kernel_activation
from proofs_check.ledger.isometry.layer_contraction import two_term_steps
from proofs_check.ledger.papers import FIXED_POINTS
from theory.activation import Activation, catalogue
from theory.enclosure.ball import ball_of, working_bits
from theory.kernel_map.kernel_map import KernelMap
from theory.number import Number
from theory.signal_propagation.fixed_point import FixedPoint, fixed_points


@dataclass(frozen=True)
class PotentialContraction:
    """(kappa - rho*)/(1 - kappa) <= (rho - rho*)/(1 - rho) / rate(q) on [rho*, 1)."""

    rate: Callable[[sp.Expr], sp.Expr] = lambda q: 2 - q

    def formula(self) -> Formula:
        """Return the contraction above rho*, its domain, and what rho* and q are."""
        rho, star, q = sp.Symbol("rho"), sp.Symbol("rho^*"), sp.Symbol("q")
        kappa = function("kappa")
        return (
            at_most((kappa(rho) - star) / (1 - kappa(rho)), (rho - star) / (1 - rho) / self.rate(q)),
            belongs(rho, sp.Interval.Ropen(star, 1)),
            equal(kappa(star), star),
            belongs(star, sp.Interval.open(0, 1)),
            equal(q, slope("kappa", star)),
            *normalised_map(above(slope("kappa", 1), 1), above(sp.IndexedBase("p")[0], 0)),
        )


CUBIC = kernel_activation("1/3", "1/6", 0, "1/2")

claim = Claim(
    id="A20",
    title="Case 4: above rho* one layer divides (rho - rho*)/(1 - rho) by at least 2 - kappa'(rho*)",
    paper=FIXED_POINTS,
    statement=PotentialContraction(),
    pinned=(*catalogue("step", "relu2", "gelu", "silu"), CUBIC, QUADRATIC),
    cases=cases_of(4),
    covers=in_case(4),
    mutants=[
        Mutant("rate 1/q", PotentialContraction(lambda q: 1 / q), on="", by=SYMBOLIC),
        Mutant(
            "rate 1/q, kernel 2/5 + 3/5 r^2", PotentialContraction(lambda q: 1 / q), on=QUADRATIC.name, by=CERTIFIED
        ),
        Mutant("rate 3 - q", PotentialContraction(lambda q: 3 - q), on="gelu", by=CERTIFIED),
    ],
)


@claim.for_all(SYMBOLIC)
def as_the_contraction_at_zero(statement: PotentialContraction, _: None, __: Trial) -> Evidence:
    """The change of variable, the steps of A7 with alpha = q, and the two inequalities below rho*."""
    rho, star, kappa, p0, y = sp.symbols("rho s K p0 y")
    proof = two_term_steps(statement.rate).uses(
        "Taylor: a power series with p_k >= 0 has one with q_k >= 0 at rho* >= 0"
    )
    x = (rho - star) / (1 - star)
    proof.equal("x/(1-x) = (rho - rho*)/(1 - rho)", x / (1 - x), (rho - star) / (1 - rho))
    image = (kappa - star) / (1 - star)
    proof.equal("and of the image", image / (1 - image), (kappa - star) / (1 - kappa))
    # for rho = -y: kappa >= p_0 - (1 - p_0) y, and rho* = kappa(rho*) <= p_0 + (1 - p_0) rho*
    left = p0 + (1 - p0) * star - (p0 - (1 - p0) * y)
    proof.equal("rho* - kappa(rho) <= (1 - p_0)(rho* - rho) for rho = -y < 0", left, (1 - p0) * (star + y))
    return proof.evidence("the contraction of A7 at rho* instead of 0, for every map of Case 4")


@claim.certified
def on_the_whole_interval(statement: PotentialContraction, activation: Activation, trial: Trial) -> Evidence:
    """Certify b - rate(q) a >= 0, a = (kappa-rho*)/(rho-rho*) and b = (1-kappa)/(1-rho), by monotonicity on cells."""
    kernel = KernelMap.normalised(activation)
    found = fixed_points(kernel)
    star = next((point for point in found.points if point.stable), None)
    if star is None:
        return cannot_say(Rung.CERTIFIED, f"no attracting point is known: {found.undecided}")
    if kernel.expression is not None and star.value.exact is not None and star.value.exact.is_Rational:
        r, kappa, end = kernel.symbol, kernel.expression, star.value.exact
        factor = statement.rate(star.slope.exact)
        proof = prove_nonnegative((1 - kappa) * (r - end) - factor * (kappa - end) * (1 - r), {r: (end, 1)})
        return from_proof(proof, f"closed form, rate {factor}")
    rate = Number.combine(statement.rate, star.slope).ball(30)
    chords = _Chords(kernel, star, trial.profile.digits)
    try:
        cells = prove_by_monotonicity(chords.to_one, chords.to_star, rate, max_cells=1500)
    except ValueError as error:
        return cannot_say(Rung.CERTIFIED, str(error))
    return from_monotone(cells, f"rate {rate.str(8, radius=False)} on [rho*, 1)")


@dataclass(frozen=True)
class _Chords:
    """Chord slopes of the map from rho* and to 1, at rho = rho* + (1 - rho*) x; both increase with x."""

    kernel: KernelMap
    star: FixedPoint
    digits: int

    def to_star(self, x: Fraction) -> flint.arb:
        """Return (kappa - rho*)/(rho - rho*); the slope q at x = 0 and 1 at x = 1."""
        if x == 0:
            return self.star.slope.ball(self.digits)
        if x == 1:
            return flint.arb(1)
        rho, kappa, star = self._values(x)
        return (kappa - star) / (rho - star)

    def to_one(self, x: Fraction) -> flint.arb:
        """Return (1 - kappa)/(1 - rho), 1 at x = 0; never asked for at x = 1."""
        if x == 0:
            return flint.arb(1)
        rho, kappa, _ = self._values(x)
        return (1 - kappa) / (1 - rho)

    def _values(self, x: Fraction) -> tuple[flint.arb, flint.arb, flint.arb]:
        with working_bits(8 * self.digits):
            star = self.star.value.ball(self.digits + 20)
            rho = star + (1 - star) * ball_of(x)
            return rho, self.kernel.ball(rho, self.digits), star
