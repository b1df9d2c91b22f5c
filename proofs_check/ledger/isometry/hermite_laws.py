"""A25. Four laws of Hermite coefficients c_k = E s(Z) he_k(Z), he_k = He_k/sqrt(k!).

(a) s(x) - s(-x) = x implies c_1 = 1/2 and c_k = 0 for odd k >= 3: ReLU, GELU, SiLU, softplus; (b) c_k(s) = c_{k-1}(s')/sqrt(k)
where s does not jump; (c) c_k(x s) = sqrt(k) c_{k-1}(s) + sqrt(k+1) c_{k+1}(s); (d) sigmoid = (1 + tanh(x/2))/2. Proof: the
generating function F = exp(t x - t^2/2) = sum_k He_k t^k/k! has dF/dx = t F and x F = dF/dt + t F, which is He_k' = k He_{k-1}
and x He_k = He_{k+1} + k He_{k-1}; (b) is then Gaussian integration by parts, (a) the parity of he_k. Source: classical.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint
import sympy as sp

from proofs_check import strategies
from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function, implies, mean, rational
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation, cannot_say
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.ledger.papers import ISOMETRY
from theory.activation import Activation, catalogue
from theory.activation.evaluation import to_sympy
from theory.activation.expression import X
from theory.enclosure.ball import ball_of
from theory.kernel_map.hermite import HermiteExpansion
from theory.kernel_map.value import slope_activation

HIGHEST, DIGITS = 9, 25
"""Coefficients c_0 .. c_HIGHEST are compared to DIGITS digits on each activation."""


@dataclass(frozen=True)
class HermiteLaws:
    """c_k(s) = by_parts(k) c_{k-1}(s'), c_k(x s) = p c_{k-1}(s) + q c_{k+1}(s), c_1 = half if s(x) - s(-x) = x.

    `times_x` returns (p, q) for k; `for_every_activation` drops the condition of the last law, and of c_3 = c_5 = ... = 0.
    """

    by_parts: Callable[[Any], Any] = lambda k: 1 / sp.sqrt(k)
    times_x: Callable[[Any], tuple[Any, Any]] = lambda k: (sp.sqrt(k), sp.sqrt(k + 1))
    half: Fraction = Fraction(1, 2)
    for_every_activation: bool = False

    def formula(self) -> Formula:
        """Return the laws in c(k, s) = E s(Z) he_k(Z), the last with its condition unless it is dropped."""
        x, k, s = sp.Symbol("x"), sp.Symbol("k", integer=True, positive=True), function("s")
        coefficient = function("c")
        lower, upper = self.times_x(k)
        normal = sp.Symbol("Z")
        odd = sp.And(
            sp.Eq(coefficient(1, s(x)), rational(self.half)), sp.Eq(coefficient(2 * k + 1, s(x)), 0), evaluate=False
        )
        return (
            equal(coefficient(k, s(x)), self.by_parts(k) * coefficient(k - 1, sp.Derivative(s(x), x))),
            equal(coefficient(k, x * s(x)), lower * coefficient(k - 1, s(x)) + upper * coefficient(k + 1, s(x))),
            odd if self.for_every_activation else implies(sp.Eq(s(x) - s(-x), x), odd),
            equal(coefficient(k, s(x)), mean(s(normal) * function("he_k")(normal))),
        )


_UNNORMALISED = HermiteLaws(times_x=lambda k: (sp.Integer(1), k + 1))

claim = Claim(
    id="A25",
    title="Hermite coefficients obey integration by parts, the recurrence of x s, and c_1 = 1/2 where s(x) - s(-x) = x",
    paper=ISOMETRY,
    statement=HermiteLaws(),
    pinned=catalogue("relu", "gelu", "silu", "softplus", "tanh", "sigmoid", "elu"),
    cases=strategies.activations,
    mutants=[
        Mutant("c_1 = 1", HermiteLaws(half=Fraction(1)), on="silu", by=CERTIFIED),
        Mutant(
            "even up to x/2, assumed of every activation",
            HermiteLaws(for_every_activation=True),
            on="tanh",
            by=CERTIFIED,
        ),
        Mutant("by parts with k", HermiteLaws(by_parts=lambda k: 1 / sp.sympify(k)), on="gelu", by=CERTIFIED),
        Mutant("by parts with k, by algebra", HermiteLaws(by_parts=lambda k: 1 / sp.sympify(k)), on="", by=SYMBOLIC),
        Mutant("recurrence of the unnormalised He_k", _UNNORMALISED, on="tanh", by=CERTIFIED),
        Mutant(
            "recurrence of the unnormalised He_k, by algebra",
            _UNNORMALISED,
            on="",
            by=SYMBOLIC,
            erratum="helper for Hermite coefficients in the authors' code for [A]: it divides by k!, so it returns "
            "c_k/sqrt(k!), and sums of squares of these are not E s^2",
        ),
    ],
)


@claim.for_all(SYMBOLIC)
def by_the_generating_function(statement: HermiteLaws, _: None, __: Trial) -> Evidence:
    """Check the two differential equations of F, the change to he_k, integration by parts, and the sigmoid."""
    x, t, k, e = sp.symbols("x t k e", positive=True)
    proof = Derivation().uses("Gaussian integration by parts: E f'(Z) = E Z f(Z) for absolutely continuous f")
    generating = sp.exp(t * x - t**2 / 2)
    ratio = sp.powsimp(sp.diff(generating, x) / generating)
    proof.equal("dF/dx = t F: He_k' = k He_{k-1}", ratio, t)
    ratio = sp.expand(sp.powsimp(sp.diff(generating, t) / generating)) + t
    proof.equal("x F = dF/dt + t F: x He_k = He_{k+1} + k He_{k-1}", ratio, x)
    # he_k = He_k/sqrt(k!): sqrt((k+1)!/k!) = sqrt(k+1) and k sqrt((k-1)!/k!) = sqrt(k)
    up, down = sp.sqrt(k + 1), k / sp.sqrt(k)
    lower, upper = statement.times_x(k)
    positive = all(sp.sympify(part).is_positive for part in (lower, upper, statement.by_parts(k)))
    proof.holds("the three factors are positive, so their squares decide", positive)
    proof.holds("the law of c_1 is about s(x) - s(-x) = x", not statement.for_every_activation)
    proof.equal("x he_k, the part of he_{k-1}", lower**2, down**2, is_statement=True)
    proof.equal("x he_k, the part of he_{k+1}", upper**2, up**2, is_statement=True)
    # c_{k-1}(s') = E s (Z he_{k-1} - he_{k-1}') = E s (sqrt(k) he_k + sqrt(k-1) he_{k-2} - sqrt(k-1) he_{k-2})
    proof.equal(
        "c_k = by_parts(k) c_{k-1}(s')", statement.by_parts(k) ** 2 * sp.sqrt(k) ** 2, sp.Integer(1), is_statement=True
    )
    proof.equal(
        "c_1(s) - c_1(s(-x)) = 2 c_1(s) is c_1(x) = 1", sp.sympify(2 * statement.half), sp.Integer(1), is_statement=True
    )
    tanh = (e - 1) / (e + 1)  # tanh(x/2) for e = exp(x)
    proof.equal("sigmoid = (1 + tanh(x/2))/2", e / (1 + e), (1 + tanh) / 2)
    return proof.evidence("generating function of the Hermite polynomials, for every k and activation")


@claim.certified
def on_one_activation(statement: HermiteLaws, activation: Activation, _: Trial) -> Evidence:
    """Integrate s, s' and x s separately and compare the coefficients to 25 digits."""
    c = HermiteExpansion(activation).balls(HIGHEST + 2, DIGITS + 3)
    pairs: list[tuple[str, flint.arb, flint.arb]] = []
    with flint.ctx.workdps(DIGITS + 10):
        product = HermiteExpansion(Activation(f"x {activation}", X * activation.expression)).balls(
            HIGHEST + 1, DIGITS + 3
        )
        for k in range(HIGHEST + 1):
            lower, upper = (_value(part) for part in statement.times_x(sp.Integer(k)))
            pairs.append((f"c_{k}(x s)", product[k], (lower * c[k - 1] if k else 0) + upper * c[k + 1]))
        slope = slope_activation(activation)
        if isinstance(slope, Activation):
            derived = HermiteExpansion(slope).balls(HIGHEST, DIGITS + 3)
            for k in range(1, HIGHEST + 1):
                pairs.append((f"c_{k}(s) by parts", c[k], _value(statement.by_parts(sp.Integer(k))) * derived[k - 1]))
        half_line = statement.for_every_activation or is_even_up_to_half_of_x(activation)
        if half_line:
            pairs.append(("c_1", c[1], _value(statement.half)))
            pairs += [(f"c_{k}", c[k], flint.arb(0)) for k in range(3, HIGHEST + 1, 2)]
        tolerance = flint.arb(10) ** -DIGITS
        for name, left, right in pairs:
            if not left.overlaps(right):
                witness = f"{activation}: {name} = {left.str(12)}, stated {right.str(12)}"
                return Evidence(Verdict.REFUTED, Rung.CERTIFIED, "two balls are disjoint", witness=witness)
            if not abs(left - right) <= tolerance * (1 + abs(left)):
                return cannot_say(Rung.CERTIFIED, f"{name} is not known to {DIGITS} digits")
    what = f"{len(pairs)} equations to {DIGITS} digits" + (", law (a) among them" if half_line else "")
    return Evidence(Verdict.CERTIFIED, Rung.CERTIFIED, what, sharpness=Figure("agreeing digits", str(DIGITS)))


def is_even_up_to_half_of_x(activation: Activation) -> bool:
    """Whether SymPy shows that s(x) - s(-x) = x; True is a proof, False is not.

    Examples
    --------
    >>> [is_even_up_to_half_of_x(a) for a in catalogue("relu", "gelu", "silu", "softplus", "tanh", "leaky_relu")]
    [True, True, True, True, False, False]
    """
    pieces = activation.pieces
    if any(not _odd_part_is_half(activation, place) for place in (Fraction(3, 7), Fraction(11, 5))):
        return False  # by balls in microseconds: SymPy may take minutes to find no simplification
    if pieces is None or [-p.upper for p in pieces[:-1]] != [p.lower for p in reversed(pieces[1:])]:
        return False
    x = sp.Symbol("x", real=True)
    for piece, mirror in zip(pieces, reversed(pieces), strict=True):
        rest = to_sympy(piece.expression, x) - to_sympy(mirror.expression, x).subs(x, -x) - x
        place = next((end for end in (piece.lower, piece.upper) if end.is_finite), sp.Integer(0))
        if not (_is_zero(sp.diff(rest, x)) and _is_zero(rest.subs(x, place))):
            return False
    return True


def _odd_part_is_half(activation: Activation, place: Fraction) -> bool:
    """Whether balls leave s(q) - s(-q) = q possible."""
    ahead, behind = (activation.ball(flint.acb(flint.fmpq(q.numerator, q.denominator))) for q in (place, -place))
    return bool((ahead - behind).overlaps(flint.acb(flint.fmpq(place.numerator, place.denominator))))


def _is_zero(expression: sp.Expr) -> bool:
    return bool(sp.simplify(expression.rewrite(sp.exp)) == 0 or sp.simplify(expression) == 0)


def _value(exact: Any) -> flint.arb:
    return ball_of(sp.sympify(exact))
