"""Section of the card: what to expect at the user's width, depth and batch, predicted and sampled."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import inf, sqrt

import numpy as np
import sympy as sp

from numerics.correlation_band import CorrelationBand, correlation_band
from numerics.network.gram_chain import gram_chain
from numerics.network.network import network_in_order
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
from theory.isometry.gap_bound import isometry_floor, isometry_gap_bound, stationary_correlation
from theory.kernel_map.kernel_map import KernelMap
from theory.signal_propagation.rate import Convergence

STARTS = (Fraction(9, 10), Fraction(1, 2), Fraction(0))
_NORMALS = 4_000_000
"""Random numbers spent on sampled networks of each kind."""
_ROUNDING = 1e-14
_FEWEST, _MOST = 16, 64
_DRAWN_LAYERS, _ITERATED_LAYERS = 400, 2000


def expectation_section(subject: Subject) -> Section:
    """Return predicted correlations with bands, sampled networks beside them, and the isometry of a batch."""
    blocks: list[Block] = [
        Prose(
            f"Width {subject.width}, depth {subject.depth}, batch of {subject.batch}. One layer: Gaussian weights, the activation, "
            "a norm. Bands are two standard deviations of the correlation of one pair over networks, to leading order in 1/width."
        )
    ]
    kinds = [("layer norm", "layer_norm", subject.layer_norm_map, subject.profile.layer_norm.rate)]
    if subject.profile.mean_is_zero:
        blocks.append(Prose("The mean is exactly 0: RMS norm and layer norm differ by order 1/width only."))
    else:
        kinds.append(("RMS norm", "rms_norm", subject.profile.rms_norm.kernel, subject.profile.rms_norm.rate))
    for kind in kinds:
        blocks += attempt(lambda kind=kind: _pairs(subject, *kind))  # type: ignore[misc]
    blocks += attempt(lambda: _isometry(subject))
    return Section("expect", "What to expect at your width and depth", blocks, ("A10", "A11", "A27", "A29", "A30"))


def _pairs(subject: Subject, name: str, word: str, kernel: KernelMap, rate: Convergence | None) -> Sequence[Block]:
    """Return the plots and the table of one normalisation."""
    bands = {start: correlation_band(kernel, float(start), subject.width, subject.depth) for start in STARTS}
    sampled = {start: _sampled(subject, word, start) for start in STARTS}
    plots = [_band_plot(subject, name, bands, sampled)]
    limit = None if rate is None else float(rate.limit.value(17))
    if limit is not None and rate is not None:
        plots.append(_distance_plot(subject, name, kernel, rate, limit))
    rows: list[list[str | Quantity]] = []
    wides = 1 - _gaps(kernel, subject.depth, np.array([0, subject.depth]))[-1]
    for start, wide in zip(STARTS, map(float, wides), strict=True):
        band, drawn = bands[start], sampled[start]
        bound = "–" if rate is None else short(float(rate.bound(subject.depth, start).mid()), 3)
        rows.append(
            [
                str(start),
                short(_rounded(wide)),
                f"{short(_rounded(float(band.mean[-1])), 3)} ± {short(band.standard_deviation[-1], 2)}",
                "–"
                if drawn is None
                else f"{short(float(drawn[-1].mean()), 3)} ± {short(float(drawn[-1].std(ddof=1)), 2)}",
                bound,
            ]
        )
    blocks: list[Block] = [
        Pictures(plots),
        Grid(
            ("ρ₀", "infinite width", f"width {subject.width}, predicted", "sampled", "|ρ − ρ*| at most"),
            rows,
            f"Correlation of a pair after {subject.depth} layers with {name}; mean ± standard deviation over networks. The bound is "
            f"proved for infinite width. {_sample_words(subject, sampled[STARTS[0]])}",
        ),
    ]
    return blocks + _warning(bands, sampled)


def _rounded(value: float) -> float:
    """Return a correlation, 0 where it is nothing but rounding."""
    return value if abs(value) > _ROUNDING else 0.0


def _warning(bands: dict[Fraction, CorrelationBand], sampled: dict[Fraction, np.ndarray | None]) -> list[Block]:
    """Say so where the leading order is not enough: samples off by more than their noise and a tenth of the spread."""
    for start, drawn in sampled.items():
        if drawn is None:
            continue
        band = bands[start]
        error = abs(float(drawn[-1].mean()) - band.mean[-1])
        noise = float(drawn[-1].std(ddof=1)) / sqrt(drawn.shape[1])
        if error > 5 * noise + 0.2 * band.standard_deviation[-1]:
            return [Missing("The prediction misses the samples: at this width corrections beyond 1/width matter (heavy tails, or a band as wide as the gap).")]  # fmt: skip
    return []


def _sample_words(subject: Subject, drawn: np.ndarray | None) -> str:
    if drawn is None:
        return "No networks were sampled: they would be too large for a card."
    return f"Sampled: {drawn.shape[1]} networks, exactly in law, seed {subject.seed}."


def _sampled(subject: Subject, word: str, start: Fraction) -> np.ndarray | None:
    """Return correlations of sampled networks, shape (depth, networks), or None if they would cost too much."""
    networks = min(_MOST, _NORMALS // (2 * subject.width * subject.depth))
    if networks < _FEWEST:
        return None
    network = network_in_order(("linear", "activation", word), subject.width, subject.depth, subject.activation)
    gram = np.array([[1.0, float(start)], [float(start), 1.0]])
    rng = np.random.default_rng([subject.seed, round(100 * float(start))])
    with np.errstate(all="ignore"):
        drawn = [
            g[:, 0, 1] / np.sqrt(g[:, 0, 0] * g[:, 1, 1]) for g in gram_chain(network, gram, rng, repeats=networks)
        ]
    found = np.array(drawn)
    return found if np.isfinite(found).all() else None


def _band_plot(
    subject: Subject, name: str, bands: dict[Fraction, CorrelationBand], sampled: dict[Fraction, np.ndarray | None]
) -> Plot:
    chosen = _chosen_layers(subject.depth)
    series = []
    for start, band in bands.items():
        mean, spread = band.mean[chosen], 2 * band.standard_deviation[chosen]
        ends = (np.clip(mean + sign * spread, -1, 1).tolist() for sign in (-1, 1))
        series.append(Series(f"from {start}", chosen.tolist(), mean.tolist(), *ends))
    drawn = sampled[STARTS[1]]
    if drawn is not None:
        some = chosen[1:][:: max(1, len(chosen) // 16)]
        means = drawn[some - 1].mean(axis=1)
        error = 2 * drawn[some - 1].std(axis=1, ddof=1) / sqrt(drawn.shape[1])
        label = f"{drawn.shape[1]} networks from {STARTS[1]}, mean ± 2 s.e."
        low, high = ((means + sign * error).tolist() for sign in (-1, 1))
        series.append(Series(label, some.tolist(), means.tolist(), low, high, Mark.POINTS))
    caption = f"Lines: predicted mean; bands: two standard deviations over networks of width {subject.width}."
    return Plot(f"A pair through layers with {name}", "layer", "correlation", series, caption)


def _distance_plot(subject: Subject, name: str, kernel: KernelMap, rate: Convergence, limit: float) -> Plot:
    """Return the distance to rho* at infinite width, from 9/10 and 1/2, against the proved bound."""
    chosen = _chosen_layers(subject.depth)
    gaps = _gaps(kernel, subject.depth, chosen)
    series = []
    for column, start in enumerate(STARTS[:2]):
        away = np.abs(1 - gaps[:, column] - limit)
        bound = np.array([float(rate.bound(int(layer), start).mid()) for layer in chosen])
        kept = (away > 1e-13) & (bound > 1e-13)
        if kept.sum() > 1:
            series += [
                Series(f"from {start}", chosen[kept].tolist(), away[kept].tolist()),
                Series(f"proved from {start}", chosen[kept].tolist(), bound[kept].tolist(), is_reference=True),
            ]
    if not series:
        series = [Series("from 1/2", [0, 1], [1e-13, 1e-13])]
    return Plot(
        f"Distance to ρ* with {name}",
        "layer",
        "|ρ − ρ*|",
        series,
        "Infinite width. The dashed lines are the proved bounds.",
        log_y=True,
    )


def _chosen_layers(depth: int) -> np.ndarray:
    """Return every layer, or fifty of a deep network, equally spaced."""
    return np.arange(depth + 1) if depth <= _DRAWN_LAYERS else np.round(np.linspace(0, depth, 51)).astype(int)


def _gaps(kernel: KernelMap, depth: int, layers: np.ndarray) -> np.ndarray:
    """Return 1 - rho at these layers, infinite width, one column for each start."""
    now = np.array([1 - float(start) for start in STARTS])
    if depth > _ITERATED_LAYERS:
        return np.array([kernel.gap_after(now, int(layer)) for layer in layers])
    path = [now]
    for _ in range(depth):
        path.append(kernel.gap(path[-1]))
    return np.array(path)[layers]


def _isometry(subject: Subject) -> Sequence[Block]:
    """Return bounds on the isometry gap of a batch, at infinite width, and its floor at the user's width."""
    rate, n, d = subject.profile.layer_norm.rate, subject.batch, subject.width
    if rate is None:
        return [
            Missing(
                "Isometry of a batch: layer norm leaves every correlation as it is (the activation is affine), so nothing orthogonalises."
            )
        ]
    start = Fraction(1, 2)
    r = float(rate.bound(subject.depth, start).mid())
    gap = _gap_bound(n, r)
    alpha = subject.profile.layer_norm.kernel.slope_at_zero
    floor = float(isometry_floor(n, d, alpha))
    layers = _layers_to_floor(subject, rate, floor)
    rows = [
        Quantity(
            "r",
            f"largest correlation after {subject.depth} layers if all are at most 1/2 (infinite width)",
            short(r),
            "rounded",
            "certified",
        ),
        Quantity("gap", f"isometry gap of {n} samples then at most, B_n(r), nats", short(gap), "rounded", "certified")
        if gap < inf
        else Quantity(
            "gap",
            f"isometry gap of {n} samples",
            "–",
            f"no bound yet: (n − 1) r = {short((n - 1) * r)} is not below 1",
            "open",
        ),
        Quantity.leading("floor", f"gap at which networks of width {d} settle, (n − 1)/(2d(1 − α²)), nats", floor),
        Quantity.leading("rms ρ", "size of the correlations there", float(stationary_correlation(d, alpha))),
    ]
    words = (
        ""
        if layers is None
        else f" From depth {layers} on the bound lies below that floor: more layers no longer help at width {d}."
    )
    large = " The floor is not small: a batch this large needs a wider network." if floor > 0.5 else ""
    return [
        Prose(
            f"Isometry with layer norm. The gap is −log of geometric over arithmetic mean of the eigenvalues of the batch's Gram matrix.{words}{large}"
        ),
        Quantities(rows),
    ]


def _gap_bound(n: int, r: float) -> float:
    """Return B_n(r), infinite for (n-1) r >= 1."""
    return inf if (n - 1) * r >= 1 else float(isometry_gap_bound(n, sp.Float(r)))


def _layers_to_floor(subject: Subject, rate: Convergence, floor: float) -> int | None:
    """Return the depth from which the proved bound from 1/2 lies below the floor, up to 2^20 layers."""

    def below(depth: int) -> bool:
        return _gap_bound(subject.batch, float(rate.bound(depth, Fraction(1, 2)).mid())) <= floor

    high = 1
    while not below(high):
        high *= 2
        if high > 2**20:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if below(middle) else (middle, high)
    return high
