"""Sections of the card: plain networks without normalisation: variance map, edge of chaos, norms and gradients."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import exp, log, sqrt

from proofs_check.evidence.plot import Mark, Plot, Series
from proofs_check.report.profile.blocks import (
    Block,
    Grid,
    Missing,
    Pictures,
    Prose,
    Quantities,
    Quantity,
    Section,
    attempt,
    short,
)
from proofs_check.report.profile.subject import Subject
from theory.kernel_map.correlation_map import compare
from theory.number import Number
from theory.signal_propagation.mean_field import CriticalPoint, edge_of_chaos, homogeneous_slope, scaled_second_moment
from theory.signal_propagation.norm_fluctuation import NormFluctuation, norm_fluctuation

VARIANCES = (Fraction(1, 4), Fraction(1), Fraction(4))


def mean_field_section(subject: Subject) -> Section:
    """Return the edge of chaos as a table over q, and the variance map on it."""
    return Section("mean-field", "Plain networks: variance and edge of chaos", attempt(lambda: _edge(subject)))


def _edge(subject: Subject) -> Sequence[Block]:
    points = [edge_of_chaos(subject.activation, q) for q in VARIANCES]
    rows: list[list[str | Quantity]] = [
        [
            str(point.variance),
            Quantity.of("σ_w²", "", point.weight_variance, subject.digits),
            Quantity.of("σ_b²", "", point.bias_variance, subject.digits),
        ]
        for point in points
    ]
    blocks: list[Block] = [
        Prose(
            "Weights N(0, σ_w²/width), biases N(0, σ_b²). The edge of chaos is where the variance q is fixed and the "
            "correlation slope χ₁ = σ_w² E s′(√q Z)² is 1: neither do near samples merge nor do they part, and squared "
            "gradients keep their size."
        ),
        Grid(("q", "critical σ_w²", "critical σ_b²"), rows),
    ]
    if any(compare(point.bias_variance, 0) == -1 for point in points):
        blocks.append(Missing("Where the critical bias variance is below 0, no plain network is critical at that q."))
    if homogeneous_slope(subject.activation) is not None:
        return [
            *blocks,
            Prose("s(c x) = c s(x) for c > 0: at the critical weight variance every variance q is fixed, V(q) = q."),
        ]
    return [*blocks, *attempt(lambda: [Pictures([_variance_plot(subject, points[1])])])]


def _variance_plot(subject: Subject, point: CriticalPoint) -> Plot:
    deviations = [Fraction(k, 10) for k in range(1, 21)]
    weight, bias = (float(n.value(12)) for n in (point.weight_variance, point.bias_variance))
    q = [float(d) ** 2 for d in deviations]
    v = [weight * float(scaled_second_moment(subject.activation, d, 8).mid()) + bias for d in deviations]
    return Plot(
        "Variance map at the critical point with q = 1",
        "variance q before the layer",
        "after the layer",
        [
            Series("V(q)", q, v),
            Series("identity", [0, 4], [0, 4], is_reference=True),
            Series("fixed point", [1], [1], mark=Mark.POINTS),
        ],
    )


def norm_section(subject: Subject) -> Section:
    """Return what becomes of the norm of a signal, and of gradients, at the user's width and depth."""
    return Section("norm", "Plain networks: norm of signals and gradients", attempt(lambda: _norm(subject)))


def _norm(subject: Subject) -> Sequence[Block]:
    found = norm_fluctuation(subject.activation)
    digits = subject.digits
    blocks: list[Block] = [
        Prose(
            "Without normalisation, σ_w² = 1/E s² (and no bias) keeps the variance q = 1 in the mean field. At finite width "
            "log q goes through a layer by log q′ = λ log q + noise of variance ν/width."
        ),
        Quantities(
            [
                Quantity.of(
                    "1/E s²",
                    "σ_w² that keeps q = 1",
                    Number.combine(lambda m: 1 / m, subject.profile.hermite.second_moment),
                    digits,
                ),
                Quantity.of("λ", "slope of log V at q = 1: above 1 it repels", found.slope, digits),
                Quantity.of("ν", "E s⁴/(E s²)² − 1", found.strength, digits),
                Quantity.of("χ₁", "factor of squared gradients, a layer", found.gradient_factor, digits),
            ]
        ),
    ]
    return [*blocks, *_norm_at_size(subject, found), *_gradient_at_size(subject, found)]


def _norm_at_size(subject: Subject, found: NormFluctuation) -> list[Block]:
    n, depth = subject.width, subject.depth
    side = compare(found.slope, 1)
    if side is not None and side > 0 and depth > (escape := found.escape_depth(n)):
        return [
            Missing(
                f"At width {n} and depth {depth} the norm leaves q = 1: fluctuations grow by λ = {short(float(found.slope))} a layer and reach "
                f"order 1 after about {max(1, round(escape))} layers. It then vanishes or explodes, by chance."
            )
        ]
    spread = sqrt(float(found.variance(n, depth)))
    rows = [Quantity.leading("sd log q", f"after {depth} layers of width {n}", spread)]
    if side == 0:
        drift = float(found.drift(n, depth).value(15))
        rows.insert(0, Quantity.leading("E log q", "a random walk: the typical norm shrinks", drift))
        words = (
            f"Two networks in three have q between {short(exp(drift - spread), 3)} and {short(exp(drift + spread), 3)}."
        )
    else:
        words = (
            f"Two networks in three have q within a factor {short(exp(spread), 3)} of 1; the spread settles with depth."
        )
    verdict = " That is a wide spread: deeper than wide networks need normalisation." if spread > 1 else ""
    return [Quantities(rows), Prose(words + verdict)]


def _gradient_at_size(subject: Subject, found: NormFluctuation) -> list[Block]:
    if not found.gradient_factor.is_finite:
        return [Missing("Gradients: the activation jumps, so its derivative carries no gradient.")]
    factor = float(found.gradient_factor.value(15))
    if factor <= 0:
        return [Missing("Gradients vanish: the derivative is 0 almost everywhere.")]
    side = compare(found.gradient_factor, 1)
    change = subject.depth * log(factor) / log(10)
    if side == 0:
        return [Prose("Squared gradients keep their mean size: χ₁ is exactly 1.")]
    verb = "grow" if factor > 1 else "shrink"
    return [
        Prose(
            f"Squared gradients {verb} by χ₁^{subject.depth} = {short(10**change if abs(change) < 300 else 0.0, 3) if abs(change) < 300 else f'10^({change:.0f})'} "
            f"through {subject.depth} layers, on average: {_gradient_words(change)}"
        )
    ]


def _gradient_words(change: float) -> str:
    if abs(change) < 1:
        return "less than a factor 10, harmless."
    return "they explode." if change > 0 else "they vanish."
