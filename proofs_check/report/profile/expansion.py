"""Sections of the card: the activation itself, its Hermite expansion, its kernel maps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sympy import Expr

from proofs_check.evidence.plot import Mark, Plot, Series
from proofs_check.report.profile.blocks import (
    Block,
    Formula,
    Grid,
    Missing,
    Pictures,
    Prose,
    Quantities,
    Quantity,
    Section,
    attempt,
    tidied,
)
from proofs_check.report.profile.subject import Subject
from theory.activation.evaluation import to_sympy
from theory.kernel_map.kernel_map import KernelMap

_PLOTTED = 40
"""Coefficients in the plot of their decay."""
KIND_TEXT = {
    "raw": "κ, raw: what a layer does to inner products",
    "normalised": "κ_RMS, normalised by E s²: RMS norm",
    "centred": "κ_LN, mean removed: layer norm",
}


def activation_section(subject: Subject) -> Section:
    """Return formula, plot, symmetry, break points and moments."""
    activation = subject.activation
    facts = [
        Quantity.of("E s(Z)", "mean, c₀", subject.profile.hermite.mean, subject.digits),
        Quantity.of("E s(Z)²", "second moment, Σ c_k²", subject.profile.hermite.second_moment, subject.digits),
        Quantity.of("Var s(Z)", "variance, Σ_{k≥1} c_k²", subject.profile.hermite.variance, subject.digits),
    ]
    blocks: list[Block] = [
        Formula("s(x)", to_sympy(activation.expression)),
        Prose(_description(subject)),
        *attempt(lambda: [Pictures([_graph(subject)])]),
        Quantities(facts),
        Prose("Z is standard normal. Text that the parser reads: " + activation.text),
    ]
    return Section("activation", "The activation", blocks)


def _description(subject: Subject) -> str:
    activation = subject.activation
    symmetry = {"even": "Even.", "odd": "Odd.", None: "Neither even nor odd."}[activation.parity]
    points = activation.break_points
    if points is None:
        pieces = "Its break points are not known exactly, so what depends on kinks is left open."
    elif points:
        names = ", ".join(str(point) for point in points)
        pieces = f"Smooth but at {names}." if len(points) == 1 else f"Smooth between the break points {names}."
    else:
        pieces = "One smooth piece."
    shape = " Affine: every layer is linear." if activation.is_affine else ""
    return f"{symmetry} {pieces}{shape}"


def _graph(subject: Subject) -> Plot:
    x = np.linspace(-4, 4, 801)
    return Plot("The activation", "x", "s(x)", [Series("s", x.tolist(), subject.activation(x).tolist())])


def hermite_section(subject: Subject) -> Section:
    """Return the table of c_k and the plot of their decay."""
    rows: list[list[str | Quantity]] = [
        [f"{k}", Quantity.of(f"c_{k}", "", subject.profile.hermite.coefficient(k), subject.digits)]
        for k in range(subject.terms)
    ]
    blocks: list[Block] = [
        Prose("s = Σ c_k he_k with c_k = E s(Z) he_k(Z); he_k = He_k/√(k!) are orthonormal (probabilists')."),
        Grid(("k", "c_k"), rows),
        *attempt(lambda: _decay(subject)),
    ]
    return Section("hermite", "Hermite coefficients", blocks, ("A25",))


def _decay(subject: Subject) -> Sequence[Block]:
    if subject.activation.break_points is None:
        return [
            Missing(
                "Decay not plotted: the break points are not known exactly, and each coefficient costs an integral."
            )
        ]
    balls = subject.profile.hermite.balls(_PLOTTED, 12)
    points = [(k, abs(float(ball.mid()))) for k, ball in enumerate(balls) if k > 0 and abs(ball).lower() > 1e-11]
    if len(points) < 3:
        return [Missing(f"Nothing decays: {len(points)} of the coefficients from k = 1 on are not 0.")]
    smooth = not subject.activation.break_points
    plot = Plot(
        "Decay of the coefficients",
        "degree k",
        "|c_k|",
        [Series("|c_k|", [k for k, _ in points], [size for _, size in points], mark=Mark.POINTS)],
        "Double logarithmic: kinks and jumps show as straight lines."
        if not smooth
        else "Faster than any power where the activation is entire.",
        log_x=not smooth,
        log_y=True,
    )
    return [Pictures([plot])]


def kernel_section(subject: Subject) -> Section:
    """Return the three maps: formulas, plot, slopes."""
    maps = (subject.profile.raw, subject.profile.rms_norm.kernel, subject.profile.layer_norm.kernel)
    slopes = [row for kernel in maps for row in _slopes(subject, kernel)]
    strength = subject.profile.layer_norm.kernel.nonlinearity_strength
    blocks: list[Block] = [
        Prose("κ(ρ) = E s(U) s(V), U and V standard normal with correlation ρ. Valid on [−1, 1]."),
        *(Formula(_LABELS[kernel.kind], _closed(kernel)) for kernel in maps),
        *attempt(lambda: [Pictures([_curves(subject)])]),
        Quantities([*slopes, Quantity.of("β₀", "nonlinearity strength, 2 − κ_LN′(0)", strength, subject.digits)]),
    ]
    return Section("kernel", "Kernel maps", blocks, ("A14", "A23"))


def _closed(kernel: KernelMap) -> Expr | None:
    expression = kernel.expression
    return None if expression is None else tidied(expression)


_LABELS = {"raw": "κ(ρ)", "normalised": "κ_RMS(ρ)", "centred": "κ_LN(ρ)"}
_NAMES = {"raw": "κ", "normalised": "κ_RMS", "centred": "κ_LN"}


def _slopes(subject: Subject, kernel: KernelMap) -> list[Quantity]:
    name, words = _NAMES[kernel.kind], KIND_TEXT[kernel.kind].split(":")[0]
    return [
        Quantity.of(f"{name}′(0)", f"slope at 0 ({words.split(', ')[1]})", kernel.slope_at_zero, subject.digits),
        Quantity.of(f"{name}′(1)", f"slope at 1 ({words.split(', ')[1]})", kernel.slope_at_one, subject.digits),
    ]


def _curves(subject: Subject) -> Plot:
    rho = np.cos(np.linspace(np.pi, 0, 301))
    normalised = subject.values(subject.profile.rms_norm.kernel)(rho)
    scale = float(subject.profile.hermite.second_moment.value(17))
    series = [Series("normalised (RMS norm)", rho.tolist(), normalised.tolist())]
    if not subject.profile.mean_is_zero:
        series.append(
            Series(
                "centred (layer norm)", rho.tolist(), subject.values(subject.profile.layer_norm.kernel)(rho).tolist()
            )
        )
    if abs(scale - 1) > 1e-9:
        series.append(Series("raw", rho.tolist(), (scale * normalised).tolist()))
    series.append(Series("identity", [-1, 1], [-1, 1], is_reference=True))
    caption = "The mean is 0, so the centred map is the normalised one." if subject.profile.mean_is_zero else ""
    return Plot("Kernel maps", "correlation ρ before the layer", "after the layer", series, caption)
