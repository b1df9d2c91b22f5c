"""A23. A residual block sqrt(1-t^2) f(x) + t V x with independent V: same fixed points and case, beta_0 closer to 1.

Independent parts add: kappa_res = (1-t^2) kappa + t^2 rho, so kappa_res - rho = (1-t^2)(kappa - rho), the slope at 1 keeps its
side of 1, and beta_res = 1 + (1-t^2)(beta_0 - 1). With the identity as the skip, E s(Wx) = c_0 meets the entries of x itself: the
inner product of two samples of means m, m' gains t sqrt(1-t^2) c_0 (m + m'). Source: [A'], Proposition 2, where V is independent
and t is called r; the identity skip is this project's remark.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from numerics.network.weight_action import gaussian_columns
from numerics.statistics.e_value import MeanTest
from proofs_check import strategies
from proofs_check.claim.claim import CERTIFIED, SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, belongs, equal, function, implies, mean
from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.sampled import all_of, judge_mean
from proofs_check.evidence.symbolic import Derivation, cannot_say
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung
from proofs_check.ledger.activation_cases import nonlinear
from proofs_check.ledger.fixed_points.kernel_cases import QUADRATIC
from proofs_check.ledger.papers import FIXED_POINTS
from theory.activation import Activation, catalogue
from theory.enclosure.ball import ball_of, working_bits
from theory.enclosure.quadrature import Integrand, expectation
from theory.kernel_map.correlation_map import compare
from theory.kernel_map.kernel_map import KernelMap
from theory.number import Number
from theory.signal_propagation.fixed_point import fixed_points

SKIP = Fraction(3, 5)
MEAN, SAME = 0.4, 0.5
"""Mean entry of both samples of the test batch, and the correlation of their signs about it."""


@dataclass(frozen=True)
class ResidualBlock:
    """Inner product kernel(kappa, rho, t) + cross(t, c_0, m + m') of a block; cross is 0 for an independent skip.

    `strength(beta_0, t)` is the nonlinearity strength of the block after layer norm inside f.
    """

    kernel: Callable[[Any, Any, Any], Any] = lambda kappa, rho, t: (1 - t**2) * kappa + t**2 * rho
    strength: Callable[[Any, Any], Any] = lambda beta, t: 1 + (1 - t**2) * (beta - 1)
    cross: Callable[[Any, Any, Any, Any], Any] = lambda t, root, mean, total: t * root * mean * total

    def formula(self) -> Formula:
        """Return mean inner products of two samples, correlation rho and mean entries m_1, m_2, after a block.

        y_V has an independent Gaussian skip V x, y_I the skip x; rho* is a fixed point of the layer.
        """
        t, rho, c0, d, beta, star = sp.symbols("t rho c_0 d beta_0 rho^*")
        independent, identity = function("y_V"), function("y_I")
        first, second, total = sp.Symbol("x_1"), sp.Symbol("x_2"), sp.Symbol("m_1") + sp.Symbol("m_2")
        kappa, product, layer = function("kappa"), function("inner"), function("f")
        x, weights = sp.Symbol("x"), sp.Symbol("V")
        block = self.kernel(kappa(rho), rho, t)
        root = sp.sqrt(1 - t**2)
        return (
            equal(mean(product(independent(first), independent(second))) / d, block),
            equal(mean(product(identity(first), identity(second))) / d, block + self.cross(t, root, c0, total)),
            equal(independent(x), root * layer(x) + t * weights * x),
            equal(identity(x), root * layer(x) + t * x),
            implies(sp.Eq(kappa(star), star), sp.Eq(self.kernel(kappa(star), star, t), star)),
            equal(sp.Symbol("beta_res"), self.strength(beta, t)),
            belongs(t, sp.Interval(0, 1)),
        )


POINTS, MAPS = PARTS = (
    "an independent skip keeps fixed points and case",
    "the maps and strengths of both skips",
)
claim = Claim(
    id="A23",
    title="An independent skip keeps fixed points and case, and moves beta_0 - 1 by 1 - t^2; an identity skip adds a cross term",
    paper=FIXED_POINTS,
    statement=ResidualBlock(),
    parts=PARTS,
    pinned=(*catalogue("relu", "tanh", "gelu", "cos"), QUADRATIC),
    cases=strategies.activations,
    covers=nonlinear,
    mutants=[
        Mutant(
            "beta_0 - 1 scaled by 1 - t",
            ResidualBlock(strength=lambda b, t: 1 + (1 - t) * (b - 1)),
            on="",
            by=SYMBOLIC,
            part=MAPS,
        ),
        Mutant(
            "identity skip without cross term",
            ResidualBlock(cross=lambda _t, _root, c, _m: 0 * c),
            on="relu",
            by=SAMPLED,
            part=MAPS,
        ),
        Mutant(
            "weights 1 - t and t",
            ResidualBlock(kernel=lambda k, r, t: (1 - t) * k + t * r),
            on="cos",
            by=SAMPLED,
            part=MAPS,
        ),
        Mutant(
            "weights of layer and skip exchanged",
            ResidualBlock(kernel=lambda k, r, t: t**2 * k + (1 - t**2) * r),
            on="cos",
            by=SAMPLED,
            erratum="[A'], remark on the residual ODE and proof of Proposition 2: kappa(0) enters with r^2, and r -> 0 is the "
            "strong skip; by Proposition 2 it enters with 1 - r^2, and r -> 1 is",
            part=MAPS,
        ),
        Mutant(
            "weights without square roots",
            ResidualBlock(kernel=lambda k, r, t: (1 - t**2) ** 2 * k + t**4 * r),
            on="gelu",
            by=CERTIFIED,
            erratum="authors' notebook on tangent kernels and mean field for [A'], residual layer: the layer is weighted by 1 - r^2 and the skip by "
            "r^2, whose squares do not add to 1; Proposition 2 has sqrt(1 - r^2) and r",
            part=POINTS,
        ),
        Mutant(
            "no linear part: other fixed points",
            ResidualBlock(kernel=lambda k, _r, t: (1 - t**2) * k),
            on="gelu",
            by=CERTIFIED,
            part=POINTS,
        ),
    ],
)


@claim.for_all(SYMBOLIC)
def independent_parts_add(statement: ResidualBlock, _: None, __: Trial) -> Evidence:
    """Expand the inner product of two blocks and read off fixed points, slope and strength."""
    t, root, kappa, rho, mean, m1, m2, slope, alpha = sp.symbols("t w K rho c m1 m2 s alpha")
    proof = Derivation()
    # E (w S + t x)(w S' + t x'), w^2 = 1 - t^2, E S S' = kappa, E S = E S' = c, averaged over entries of x, x'
    expanded = (1 - t**2) * kappa + t**2 * rho + root * t * mean * (m1 + m2)
    proof.equal(
        "identity skip",
        statement.kernel(kappa, rho, t) + statement.cross(t, root, mean, m1 + m2),
        expanded,
        is_statement=True,
    )
    block = statement.kernel(kappa, rho, t)
    proof.equal("kappa_res - rho = (1 - t^2)(kappa - rho)", block - rho, (1 - t**2) * (kappa - rho), is_statement=True)
    proof.equal("slope at 1 keeps its side", (1 - t**2) * slope + t**2 - 1, (1 - t**2) * (slope - 1))
    linear = (1 - t**2) * alpha + t**2
    proof.equal("beta_res = 2 - linear part", statement.strength(2 - alpha, t), 2 - linear, is_statement=True)
    return proof.evidence("for every activation and skip strength")


@claim.on_cases(CERTIFIED, part=POINTS)
def same_points_and_case(statement: ResidualBlock, activation: Activation, _: Trial) -> Evidence:
    """Check in balls that every fixed point of the layer is one of the block with slope on the same side of 1."""
    kernel = KernelMap.normalised(activation)
    found = fixed_points(kernel)
    if found.undecided:
        return cannot_say(Rung.CERTIFIED, f"undecided: {', '.join(found.undecided)}")
    worst = None
    for point in found.points:
        with working_bits(200):
            place = point.value.ball(40)
            moved = statement.kernel(kernel.ball(place, 40), place, ball_of(SKIP))
            slack = ball_of(Fraction(1, 10**30)) - abs(moved - place)
        if worst is None or slack.lower() < worst[0].lower():
            worst = slack, f"rho* = {point.value.decimal(8)} moves to {moved.str(8, radius=False)}"
        if point.slope.is_finite:
            block = Number.combine(lambda s, t: (1 - t**2) * s + t**2, point.slope, Number.of(SKIP))
            if compare(block, 1) not in (None, compare(point.slope, 1)):
                return from_slack(ball_of(-1), "slopes", f"slope {point.slope} became {block}")
    assert worst is not None
    points = Figure("fixed points", ", ".join(point.value.decimal(8) for point in found.points))
    return from_slack(worst[0], f"fixed points of the layer under the block, case {found.case}", worst[1], points)


@claim.sampled
def blocks_of_width_1000(statement: ResidualBlock, activation: Activation, trial: Trial) -> Evidence:
    """Test the inner product of two samples after one block, with an independent and with an identity skip.

    Its mean over the weights is exact at every width; f = s/sqrt(E s^2).
    """
    kernel = KernelMap.normalised(activation)
    t, width = float(SKIP), 1000
    scale = float(kernel.scale.ball(20)) ** 0.5
    try:
        fourth = float(expectation(Integrand.of_expression(activation.expression**4), 15).upper()) / scale**4
    except ValueError:
        return cannot_say(Rung.SAMPLED, "no bound on E s^4, so samples have no known variance")
    rho = MEAN**2 + (1 - MEAN**2) * SAME
    kappa = float(kernel.float64(np.array([rho]))[0])
    parallel = statement.kernel(kappa, rho, t)
    cross = statement.cross(t, (1 - t**2) ** 0.5, float(kernel.hermite.mean.ball(20)) / scale, 2 * MEAN)
    # E (y y')^2 <= E y^4 <= 8 (w^4 E f^4 + t^4 E v^4), and v is N(0, 1) or at most |m| + 1 in size
    spread = 8 * ((1 - t**2) ** 2 * fourth + t**4 * max(3.0, (MEAN + 1) ** 4)) / width
    parts = []
    for identity, expected in ((False, parallel), (True, parallel + cross)):
        test = MeanTest.equal(float(expected), variance=spread, delta=0.02 * float(np.sqrt(1000 * spread)))
        config = {"expression": activation.text, "identity": identity, "width": width, "networks": 50}
        what = f"inner product after a block, {'identity' if identity else 'independent'} skip"
        parts.append(judge_mean(trial, test, block_products, config, shards=8, what=what, share=0.5))
    return all_of(parts)


def block_products(rng: np.random.Generator, expression: str, identity: bool, width: int, networks: int) -> np.ndarray:
    """Return y.y'/width for two samples of mean MEAN and norm^2 width after sqrt(1-t^2) s(Wx)/sqrt(E s^2) + t skip(x)."""
    activation = Activation.from_text(expression)
    scale = float(KernelMap.normalised(activation).scale.ball(20)) ** 0.5
    t = float(SKIP)
    signs = np.where(np.arange(width) % 2 == 0, 1.0, -1.0)
    flipped = signs * np.where((np.arange(width) // 2) % 4 == 0, -1.0, 1.0)  # a quarter: correlation 1/2
    batch = MEAN + np.sqrt(1 - MEAN**2) * np.stack([signs, flipped])
    gram = np.broadcast_to(batch @ batch.T / width, (networks, 2, 2))
    layer = activation(gaussian_columns(gram, width, rng)) / scale
    skip = np.broadcast_to(batch, layer.shape) if identity else gaussian_columns(gram, width, rng)
    block = np.sqrt(1 - t**2) * layer + t * skip
    return np.mean(block[:, 0] * block[:, 1], axis=-1)
