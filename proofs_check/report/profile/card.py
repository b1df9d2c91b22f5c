"""The card of one activation: its summary and all its sections, as data."""

from __future__ import annotations

import importlib.metadata
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from proofs_check.evidence.verdict import Rung
from proofs_check.ledger import find
from proofs_check.report.profile.blocks import Block, Commands, Grid, Highlight, Prose, Section, attempt
from proofs_check.report.profile.dynamics import CASE_WORDS, fixed_point_section, gap_section, rate_section
from proofs_check.report.profile.expansion import activation_section, hermite_section, kernel_section
from proofs_check.report.profile.expectation import expectation_section
from proofs_check.report.profile.plain_network import mean_field_section, norm_section
from proofs_check.report.profile.shaped import batch_norm_section, sde_section
from proofs_check.report.profile.subject import Subject
from theory.activation.shaping import SmoothShape
from theory.covariance_sde.card import kink_slopes
from theory.covariance_sde.norm_diffusion import NormDiffusion
from theory.kernel_map.correlation_map import compare
from theory.number import Number
from theory.signal_propagation.mean_field import edge_of_chaos

_SHOWN = 6
"""Digits of the summary."""


@dataclass(frozen=True, slots=True)
class ActivationCard:
    """Everything known about one activation.

    Parameters
    ----------
    subject : Subject
    highlights : tuple of Highlight
    sections : tuple of Section
    """

    subject: Subject
    highlights: tuple[Highlight, ...]
    sections: tuple[Section, ...]


def card_of(subject: Subject) -> ActivationCard:
    """Return the card: what cannot be had says why in its place.

    Parameters
    ----------
    subject : Subject

    Returns
    -------
    ActivationCard

    Examples
    --------
    >>> from theory.activation import catalogue
    >>> card = card_of(Subject(catalogue("square")[0], digits=8, width=64, depth=4))
    >>> [highlight.value for highlight in card.highlights][:2]
    ['2', 'ρ* = 0.5']
    """
    builders = (
        activation_section,
        hermite_section,
        kernel_section,
        fixed_point_section,
        rate_section,
        gap_section,
        expectation_section,
        mean_field_section,
        norm_section,
        batch_norm_section,
        sde_section,
    )
    sections = tuple(build(subject) for build in builders)
    return ActivationCard(subject, tuple(_highlights(subject)), (*sections, _provenance(subject, sections)))


def _highlights(subject: Subject) -> list[Highlight]:
    return [
        Highlight(
            "nonlinearity strength β₀",
            _value(subject.profile.layer_norm.kernel.nonlinearity_strength),
            "layer norm divides |ρ|/(1 − |ρ|) by at least this, a layer",
        ),
        _pairs_highlight(subject),
        _slope_highlight(subject),
        _edge_highlight(subject),
        _norm_highlight(subject),
    ]


def _value(number: Number) -> str:
    try:
        return number.decimal(_SHOWN).replace("oo", "∞").replace("-", "−")
    except ValueError:
        return "open"


def _pairs_highlight(subject: Subject) -> Highlight:
    points = subject.profile.rms_norm.points
    if points.is_identity:
        return Highlight("pairs, RMS norm", "unchanged", "the map is the identity: every correlation stays")
    if points.attractor is None or points.case is None:
        return Highlight("pairs, RMS norm", "undecided", points.undecided[0] if points.undecided else "")
    return Highlight("pairs, RMS norm", f"ρ* = {_value(points.attractor.value)}", CASE_WORDS[points.case])


def _slope_highlight(subject: Subject) -> Highlight:
    slope = subject.profile.rms_norm.kernel.slope_at_one
    side = compare(slope, 1)
    words = {
        -1: "below 1: near samples merge, gradients shrink",
        0: "exactly 1: critical",
        1: "above 1: near samples part, gradients grow",
        None: "undecided against 1",
    }[side]
    return Highlight("slope at one χ₁", _value(slope), words)


def _edge_highlight(subject: Subject) -> Highlight:
    try:
        point = edge_of_chaos(subject.activation, Fraction(1))
    except ValueError:
        return Highlight("edge of chaos, q = 1", "none", "the activation jumps: the slope at 1 is infinite")
    if compare(point.bias_variance, 0) == -1:
        return Highlight("edge of chaos, q = 1", "none", "it would need a negative bias variance")
    return Highlight(
        "edge of chaos, q = 1", f"σ_w² = {_value(point.weight_variance)}", f"with σ_b² = {_value(point.bias_variance)}"
    )


def _norm_highlight(subject: Subject) -> Highlight:
    """Return what becomes of the squared norm in the covariance SDE."""
    label = "covariance SDE"
    if kink_slopes(subject.activation) is not None:
        return Highlight(label, "never explodes", "shaped by its slopes: log-norm N(−T, 2T)")
    try:
        diffusion = NormDiffusion(SmoothShape.of(subject.activation).blow_up_rate)
    except ValueError:
        return Highlight(label, "none", "no shaped limit; its section says why")
    if diffusion.explodes:
        return Highlight(
            label, f"explodes: {_value(diffusion.explosion_probability(1))}", "probability from V₀ = 1 at a = 1"
        )
    words = {
        "positive recurrent": "the norm has a stationary law",
        "null recurrent": "no stationary law",
        "vanishes": "the norm vanishes",
    }
    return Highlight(label, "never explodes", words.get(diffusion.long_time, diffusion.long_time))


def _provenance(subject: Subject, sections: Sequence[Section]) -> Section:
    """Return which claims of the ledger vouch for which section, and how to run them on this activation."""
    return Section(
        "provenance", "How this is known, and how to reproduce it", attempt(lambda: _vouching(subject, sections))
    )


def _vouching(subject: Subject, sections: Sequence[Section]) -> list[Block]:
    rows = []
    for section in sections:
        for name in section.claims:
            claim = find(name)
            assert claim is not None  # sections name claims of the ledger
            rungs = ", ".join(str(rung) for rung in Rung if any(check.rung is rung for check in claim.checks))
            own = "yes" if claim.why_not(subject.activation) is None else "–"
            rows.append(
                [section.title, claim.id, claim.title, rungs + (" (conjecture)" if claim.conjecture else ""), own]
            )
    text = subject.activation.name if subject.activation.name != "" else subject.activation.text
    quoted = shlex.quote(text)
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}"
        for name in ("haarmite", "sympy", "mpmath", "python-flint", "numpy")
    )
    return [
        Prose(
            "exact: a closed form, compared with a certified value before it is shown. certified: every digit is proved by ball "
            "arithmetic (Arb). numerical: double precision, no proof. leading order: the first term in 1/width. sampled: networks."
        ),
        Grid(
            ("section", "claim", "statement", "rungs", "speaks of this activation"),
            rows,
            "Claims of the ledger behind each section.",
        ),
        Commands(
            [
                f"haarmite derive {quoted} --digits {subject.digits} --report card.html --width {subject.width} --depth {subject.depth} --batch {subject.batch}",
                f"haarmite derive {quoted} --digits {subject.digits} --json",
                f"haarmite verify --activation {quoted}",
            ]
        ),
        Prose(f"Computed with {versions}. The same command gives the same page on the same type of machine."),
    ]
