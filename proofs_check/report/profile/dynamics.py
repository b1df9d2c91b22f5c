"""Sections of the card: fixed points, proved rates and depths, what happens at correlation 1."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

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
    plain_reason,
)
from proofs_check.report.profile.subject import Subject
from theory.kernel_map.kernel_map import KernelMap
from theory.number import Number
from theory.signal_propagation.contraction_constant import contraction_constant
from theory.signal_propagation.depth_law import depth_law
from theory.signal_propagation.depth_to_reach import depth_to_reach
from theory.signal_propagation.fixed_point import FixedPoint, FixedPoints
from theory.signal_propagation.rate import Convergence

CASE_WORDS = {
    1: "0 attracts every pair: samples become orthogonal, geometrically in depth",
    2: "1 attracts every pair: samples collapse to one direction, geometrically in depth",
    3: "1 attracts every pair, but only algebraically in depth: the edge of order",
    4: "one correlation between 0 and 1 attracts every pair, geometrically in depth",
}
_FIRST_DIGITS = 8
"""Of the best contraction constant, a branch and bound, unless it has a closed form."""
GAPS = tuple(Fraction(1, 10**k) for k in (1, 2, 3, 6))
_LETTERS = {
    "rho_l": "ρ_ℓ",
    "rho_0": "ρ₀",
    "rho*": "ρ*",
    "p_0": "p₀",
    "p_1": "p₁",
    "<=": "≤",
    "^l": "^ℓ",
    "A l ": "A ℓ ",
    " - ": " − ",
}
"""How a bound's plain text is set on a page."""


def fixed_point_section(subject: Subject) -> Section:
    """Return fixed points with stability, of both maps, and the cobwebs."""
    blocks: list[Block] = [*_points_of(subject, subject.profile.rms_norm.points, "RMS norm (normalised map)")]
    if subject.profile.mean_is_zero:
        blocks.append(Prose("With layer norm the same: the mean is exactly 0, so both maps are one."))
    else:
        blocks += _points_of(subject, subject.profile.layer_norm.points, "Layer norm (centred map)")
    blocks += attempt(lambda: [Pictures(_cobwebs(subject))])
    return Section("fixed-points", "Fixed points", blocks, ("A15", "A16", "A20", "A24"))


def _points_of(subject: Subject, found: FixedPoints, what: str) -> list[Block]:
    if found.is_identity:
        return [Missing(f"{what}: the map is the identity, every correlation is fixed.")]
    words = CASE_WORDS[found.case] if found.case is not None else "the case is undecided"
    rows: list[list[str | Quantity]] = [
        [
            Quantity.of("ρ*", "", point.value, subject.digits),
            Quantity.of("slope", "", point.slope, subject.digits),
            _stability(point),
        ]
        for point in found.points
    ]
    header = ("ρ*", "slope there", "")
    title = f"{what}: case {found.case}, {words}." if found.case is not None else f"{what}: {words}."
    blocks: list[Block] = [Prose(title), Grid(header, rows)]
    return blocks + [Missing(f"Undecided: {question}.") for question in found.undecided]


def _stability(point: FixedPoint) -> str:
    return {True: "attracts", False: "repels", None: "undecided"}[point.stable]


def _cobwebs(subject: Subject) -> list[Plot]:
    maps = [("RMS norm", subject.profile.rms_norm.kernel, subject.profile.rms_norm.points)]
    if not subject.profile.mean_is_zero:
        maps.append(("layer norm", subject.profile.layer_norm.kernel, subject.profile.layer_norm.points))
    return [_cobweb(subject, *one) for one in maps if not one[2].is_identity]


def _cobweb(subject: Subject, name: str, kernel: KernelMap, found: FixedPoints) -> Plot:
    """Return the map against the diagonal, with the path of one pair through thirty layers."""
    values = subject.values(kernel)
    rho = np.cos(np.linspace(np.pi, 0, 301))
    attractor = found.attractor
    near_one = attractor is not None and float(attractor.value.value(17)) > 0.6
    path_x, path_y = _path(values, 0.05 if near_one else 0.95)
    fixed = [float(point.value.value(17)) for point in found.points]
    return Plot(
        f"Through layers with {name}",
        "correlation ρ before the layer",
        "after the layer",
        [
            Series("kernel map", rho.tolist(), values(rho).tolist()),
            Series("identity", [-1, 1], [-1, 1], is_reference=True),
            Series("thirty layers", path_x, path_y),
            Series("fixed points", fixed, fixed, mark=Mark.POINTS),
        ],
        "The staircase is the path of one pair of samples.",
    )


def _path(values: Callable[[np.ndarray], np.ndarray], start: float) -> tuple[list[float], list[float]]:
    xs, ys, now = [start], [start], start
    for _ in range(30):
        after = float(values(np.array([now]))[0])
        xs += [now, after]
        ys += [after, after]
        now = after
    return xs, ys


def rate_section(subject: Subject) -> Section:
    """Return strength, best contraction constant, proved bounds, and layers to a gap, proved and taken."""
    blocks: list[Block] = [
        Quantities(
            [
                Quantity.of(
                    "β₀",
                    "layer norm divides |ρ|/(1 − |ρ|) by at least this, a layer",
                    subject.profile.layer_norm.kernel.nonlinearity_strength,
                    subject.digits,
                ),
                *_best_constant(subject),
            ]
        )
    ]
    pairs = [
        ("RMS norm", subject.profile.rms_norm.kernel, subject.profile.rms_norm.rate, subject.profile.rms_norm.points)
    ]
    if not subject.profile.mean_is_zero:
        pairs.append(
            (
                "layer norm",
                subject.profile.layer_norm.kernel,
                subject.profile.layer_norm.rate,
                subject.profile.layer_norm.points,
            )
        )
    else:
        blocks.append(Prose("The mean is exactly 0: what is said of RMS norm holds with layer norm."))
    for name, kernel, rate, points in pairs:
        blocks += _bound(subject, name, kernel, rate, points)
    return Section("rates", "Rates and depths", blocks, ("A7", "A8", "A9", "A10", "A16", "A17", "A18", "A21", "A22"))


def _best_constant(subject: Subject) -> list[Quantity]:
    name, meaning = "β*", "the best such constant, inf over ρ in (0, 1)"
    try:
        found = contraction_constant(subject.profile.layer_norm.kernel, _FIRST_DIGITS)
    except ValueError as reason:
        return [Quantity(name, meaning, "–", plain_reason(reason), "open")]
    if found.exact is not None:
        return [Quantity.of(name, f"{meaning}; attained at ρ = {found.at}", found.exact, subject.digits)]
    number = Number.certified(lambda digits: contraction_constant(subject.profile.layer_norm.kernel, digits + 1).ball)
    return [Quantity.of(name, meaning, number, min(subject.digits, _FIRST_DIGITS - 1))]


def _bound(
    subject: Subject, name: str, kernel: KernelMap, rate: Convergence | None, points: FixedPoints
) -> list[Block]:
    if rate is None:
        why = "the map is the identity" if points.is_identity else "the case is undecided"
        return [Missing(f"With {name} no rate: {why}.")]
    constant = "A" if rate.case == 3 else "a"
    found = [
        Quantity.of(constant, "constant of the proved bound", rate.constant, subject.digits),
        Quantity.of(
            "κ′(ρ*)",
            "true factor of one layer near ρ*" + (" (1: algebraic)" if rate.case == 3 else ""),
            rate.asymptotic_factor,
            subject.digits,
        ),
    ]
    rows = [[_power(gap), *_depths(kernel, rate, points, gap)] for gap in GAPS]
    return [
        Prose(f"With {name}, case {rate.case}, for every depth ℓ:  {_set(rate.statement)}."),
        Quantities(found),
        Grid(
            ("distance to ρ*", "layers proved", "layers the map takes"),
            rows,
            f"From ρ₀ = 1/2, {name}. Proved: by the bound. Taken: the map iterated in double precision.",
        ),
    ]


def _set(statement: str) -> str:
    for plain, letter in _LETTERS.items():
        statement = statement.replace(plain, letter)
    return statement


def _depths(kernel: KernelMap, rate: Convergence, points: FixedPoints, gap: Fraction) -> tuple[str, str]:
    half = Fraction(1, 2)
    try:
        taken = depth_to_reach(kernel, gap, half, points)
    except ValueError:
        return _count(rate.depth_to_reach(gap, half)), "open (kinks not known exactly)"
    return _count(rate.depth_to_reach(gap, half)), "more than 10⁷" if taken is None else _count(taken)


def _count(layers: int) -> str:
    return f"{layers:,}".replace(",", " ")


def _power(gap: Fraction) -> str:
    return "10⁻" + str(len(str(gap.denominator)) - 1).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def gap_section(subject: Subject) -> Section:
    """Return the behaviour of the normalised map at 1 and, at slope 1, the depth law."""
    return Section("gap", "At correlation 1", attempt(lambda: _gap_blocks(subject)), ("A18b", "A19"))


def _gap_blocks(subject: Subject) -> Sequence[Block]:
    behaviour = subject.profile.rms_norm.kernel.behaviour_at_one
    exponent = behaviour.exponent
    words = {
        "smooth": "1 − κ(1 − δ) = κ′(1) δ − C δ² + …;",
        "kink": "1 − κ(1 − δ) = κ′(1) δ − C δ^(3/2) + …;",
        "jump": "1 − κ(1 − δ) = −C δ^(1/2) + …, near samples are torn apart;",
    }[behaviour.regularity]
    blocks: list[Block] = [
        Prose(f"{words} here {behaviour.reason} (normalised map, δ = 1 − ρ)."),
        Quantities(
            [
                Quantity.of(
                    "κ_RMS′(1)",
                    "slope at 1, χ₁: above 1 near samples move apart, below 1 together",
                    behaviour.slope,
                    subject.digits,
                ),
                Quantity.of("κ_RMS″(1)", "curvature at 1", behaviour.curvature, subject.digits),
                Quantity.of("C", f"coefficient of δ^({exponent})", behaviour.constant, subject.digits),
            ]
        ),
        *attempt(lambda: [Pictures([_gap_plot(subject, behaviour.slope)])]),
    ]
    law = depth_law(subject.profile.rms_norm.kernel)
    if law is None:
        return [
            *blocks,
            Missing("No depth law: it holds where the slope at 1 is exactly 1 (Case 3), and here it is not."),
        ]
    power = "ℓ" if law.power == 1 else f"ℓ{'²' if law.power == 2 else law.power}"
    number = Quantity.of(f"lim {power}(1 − ρ_ℓ)", "the depth law, for every start", law.constant, subject.digits)
    return [*blocks, Prose(f"Slope exactly 1: {power} (1 − ρ_ℓ) tends to a constant."), Quantities([number])]


def _gap_plot(subject: Subject, slope: Number) -> Plot:
    delta = np.geomspace(1e-8, 1, 161)
    ratio = subject.profile.rms_norm.kernel.gap(delta) / delta
    limit = (
        [Series("slope at 1", [1e-8, 1], [float(slope.value(15))] * 2, is_reference=True)] if slope.is_finite else []
    )
    return Plot(
        "The gap 1 − ρ: by how much one layer multiplies it",
        "δ = 1 − ρ before the layer",
        "(1 − κ)/δ",
        [Series("normalised map", delta.tolist(), np.maximum(ratio, 1e-300).tolist()), *limit],
        "Above 1 the pair moves apart, below 1 together. Computed without cancellation.",
        log_x=True,
        log_y=not slope.is_finite,
    )
