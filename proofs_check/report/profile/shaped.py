"""Sections of the card: gains for batch normalisation, and the covariance SDE of the shaped activation."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from proofs_check.evidence.plot import Plot, Series
from proofs_check.report.profile.blocks import (
    Block,
    Commands,
    Formula,
    Grid,
    Missing,
    Pictures,
    Prose,
    Quantities,
    Quantity,
    Section,
    attempt,
    plain_reason,
    short,
)
from proofs_check.report.profile.subject import Subject
from theory.activation.shaping import SmoothShape
from theory.batch_norm.shaping import cubic_coefficient, gain_sum, gaussian_growth, is_summable
from theory.batch_norm.time_scale import near_isometry_factor
from theory.covariance_sde.card import sde_card
from theory.covariance_sde.correlation import noise_drift, smooth_drift
from theory.covariance_sde.norm_diffusion import NormDiffusion
from theory.covariance_sde.shaped_relu import limit_drift
from theory.number import Number

EXPONENTS = (Fraction(0), Fraction(-1, 4), Fraction(-3, 10), Fraction(-2, 5), Fraction(-1, 2), Fraction(-1))
_EXACT_SUM_DEPTH = 10_000
TARGET = 1.0
"""Growth of log-gradients that the proposal allows, in nats."""


def batch_norm_section(subject: Subject) -> Section:
    """Return the gains that keep gradients bounded in a batch-normalised network, or why there are none."""
    return Section(
        "batch-norm", "Batch norm: gain schedule", attempt(lambda: _gains(subject)), ("B5", "B7", "B10", "B15")
    )


def _gains(subject: Subject) -> Sequence[Block]:
    factor = near_isometry_factor(subject.width)
    blocks: list[Block] = [
        Prose(
            "Linear layers with Haar weights and batch norm, batch as large as the width, become isometric without exploding "
            "gradients; an activation spoils that unless gains α_ℓ make it nearly linear: s(α_ℓ x)/α_ℓ."
        ),
        Quantities(
            [
                Quantity.of(
                    "d/(d+2)",
                    f"linear network of width {subject.width}: factor of the isometry gap, a layer near isometry",
                    Number.of(factor),
                    subject.digits,
                )
            ]
        ),
    ]
    if subject.activation.is_affine:
        return [*blocks, Missing("No gains needed: the activation is affine.")]
    try:
        t, growth = cubic_coefficient(subject.activation), gaussian_growth(subject.activation)
    except ValueError as reason:
        return [*blocks, Missing(f"No schedule of gains: {plain_reason(reason)}")]
    c = float(Number.of(growth).value(15))
    rows = [_gain_row(subject, e, c) for e in EXPONENTS]
    best = next((e for e, row in zip(EXPONENTS, rows, strict=True) if row[1] <= TARGET), None)
    shown = [
        [_fraction(e), short(total), short(nats), "yes" if is_summable(e) else "no"]
        for e, (total, nats) in zip(EXPONENTS, rows, strict=True)
    ]
    return [
        *blocks,
        Quantities(
            [
                Quantity.of(
                    "t", "s′′′(0)/(6 s′(0)): the deviation from linear is t α² x³", Number.of(t), subject.digits
                ),
                Quantity.of(
                    "6t²",
                    "growth of log-gradients per layer and α⁴ for Gaussian entries (an order of magnitude)",
                    Number.of(growth),
                    subject.digits,
                ),
            ]
        ),
        Grid(
            ("exponent e", f"Σ α⁴ to depth {subject.depth}", "predicted growth, nats", "bounded at every depth"),
            shown,
            "Gains α_ℓ = (ℓ+1)^e. Growth is bounded in depth if and only if e < −1/4 (supported by samples, not proved).",
        ),
        Prose(_proposal(subject, best)),
        Commands(
            [
                "from numerics.batch_norm.gain_schedule import propose_gains",
                f"propose_gains({subject.activation.text!r}, {min(subject.width, 64)}, {subject.depth}, {TARGET}, numpy.random.default_rng(0))",
            ]
        ),
    ]


def _gain_row(subject: Subject, exponent: Fraction, growth: float) -> tuple[float, float]:
    """Return (sum of alpha^4, predicted growth in nats)."""
    if subject.depth <= _EXACT_SUM_DEPTH:
        total = float(gain_sum(exponent, subject.depth).value(15))
    else:
        total = float(np.sum(np.arange(2, subject.depth + 2, dtype=np.float64) ** (4 * float(exponent))))
    return total, growth * total


def _proposal(subject: Subject, best: Fraction | None) -> str:
    if best is None:
        return f"None of these keeps the predicted growth at depth {subject.depth} below {TARGET:g} nat; the lines below measure it on sampled networks."
    if best == 0:
        return f"Proposed: no gains at all. The predicted growth at depth {subject.depth} stays below {TARGET:g} nat; the lines below measure it on sampled networks."
    return (
        f"Proposed: α_ℓ = (ℓ+1)^({_fraction(best)}), the mildest of these with a predicted growth below {TARGET:g} nat at depth "
        f"{subject.depth}. The lines below measure it on sampled networks, and lower the exponent until they keep the target."
    )


def _fraction(value: Fraction) -> str:
    return str(value).replace("-", "−")


def sde_section(subject: Subject) -> Section:
    """Return coefficients and explosion verdict of the covariance SDE, or why there is none."""
    return Section(
        "sde",
        "Covariance SDE: width and depth together",
        attempt(lambda: _sde(subject)),
        ("D4", "D12", "D15", "D16", "D17"),
    )


def _sde(subject: Subject) -> Sequence[Block]:
    card = sde_card(subject.activation, digits=subject.digits)
    if not card["applies"]:
        return [Missing(f"No shaped limit: {plain_reason(ValueError(card['reason']))}")]
    if card["family"] == "shaped relu":
        return _relu(card)
    return [*_smooth(subject), *_long_time(subject)]


def _relu(card: dict[str, Any]) -> Sequence[Block]:
    rho, plus, minus = sp.symbols("rho c_plus c_minus")
    return [
        Prose(
            "Slopes s_± = 1 + c_±/√n at width n and depth nT. The correlation follows dρ = μ(ρ) dT + (1 − ρ²) dB, and log of the "
            "squared norm is normal with mean −T and variance 2T: it never explodes."
        ),
        Formula("μ(ρ)", limit_drift(rho, (plus - minus) ** 2) + noise_drift(rho)),
        Prose(
            f"As it stands, without shaping, the activation has δ = {card['unshaped']['delta']} and κ = {card['unshaped']['kappa']}: "
            "at width n, n Var(V′/V) = 2 + 3 δ²."
        ),
    ]


def _smooth(subject: Subject) -> list[Block]:
    shape = SmoothShape.of(subject.activation)
    rho, v11, v22 = sp.symbols("rho V_11 V_22", positive=True)
    drift = smooth_drift(rho, v11, v22, shape.second, shape.scale)
    words = (
        "only through φ″; odd activations move correlations like a linear network" if shape.second == 0 else "with φ″"
    )
    return [
        Prose(
            "φ_s(x) = s φ(x/s) with s = a√n, φ = s(x)/s′(0), at width n and depth nT; a = 1 here. Squared norm: "
            "dV = b V(V − 1) dT + √2 V dB. Correlation: dρ = μ dT + (1 − ρ²) dB, " + words + "."
        ),
        Quantities(
            [
                Quantity.of("φ″(0)", "s″(0)/s′(0)", Number.of(shape.second), subject.digits),
                Quantity.of("φ′′′(0)", "s′′′(0)/s′(0)", Number.of(shape.third), subject.digits),
                Quantity.of("b", "(3 φ″²/4 + φ′′′)/a²", Number.of(shape.blow_up_rate), subject.digits),
            ]
        ),
        Formula("μ(ρ)", drift),
    ]


def _long_time(subject: Subject) -> list[Block]:
    rate = SmoothShape.of(subject.activation).blow_up_rate
    diffusion = NormDiffusion(rate)
    digits = subject.digits
    if diffusion.explodes:
        chance = diffusion.explosion_probability(1)
        scale = "A larger a makes it rarer: b goes with 1/a²."
        return [
            Prose(
                f"b > 0: the norm reaches infinity at a finite depth with the probability below, from V₀ = 1, and vanishes otherwise. {scale}"
            ),
            Quantities(
                [Quantity.of("P(explosion)", "P(b + 1, b), regularised incomplete gamma function", chance, digits)]
            ),
            *attempt(lambda: [Pictures([_explosion_plot(rate)])]),
        ]
    law = diffusion.stationary
    if law is None:
        words = {
            "vanishes": "−1 < b ≤ 0: the norm vanishes in the long run",
            "null recurrent": "b = −1: null recurrent, no stationary law",
        }
        return [Prose(f"{words.get(diffusion.long_time, diffusion.long_time)}. It never explodes.")]
    return [
        Prose("b < −1: the norm never explodes and has a stationary law, Gamma(−b − 1, −b)."),
        Quantities(
            [
                Quantity.of("shape", "−b − 1", Number.of(law.shape), digits),
                Quantity.of("rate", "−b", Number.of(law.rate), digits),
                Quantity.of("E V", "stationary mean, 1 + 1/b", Number.of(law.mean), digits),
                Quantity.of("E log V", "stationary mean of the logarithm", law.mean_log, digits),
            ]
        ),
    ]


def _explosion_plot(rate: Any) -> Plot:
    scales = [Fraction(k, 4) for k in range(2, 17)]
    chances = [
        float(NormDiffusion(rate / (a.numerator**2) * a.denominator**2).explosion_probability(1).value(8))
        for a in scales
    ]
    return Plot(
        "Explosion against the scale a",
        "a, of s = a √n",
        "probability from V₀ = 1",
        [Series("P(explosion)", [float(a) for a in scales], chances)],
        "Certified at the points joined.",
    )
