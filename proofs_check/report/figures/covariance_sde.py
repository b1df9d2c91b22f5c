"""Figures of paper [D]: the density of rho_T, the explosion probability at finite width, the stationary norm, and unshaped relu at depth.

Networks are exact in law at finite width. Every function returns plain data; sizes are arguments, so that the pictures of the
documentation and quick looks come from the same code. Seeds are fixed: the same arguments give the same numbers on one machine
type.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from numerics.campaign.random_streams import stream
from numerics.covariance_sde.chain import correlations, final_covariances, norm_reaches
from numerics.covariance_sde.fokker_planck import transition_law
from numerics.covariance_sde.paths import artanh_drift
from numerics.covariance_sde.shaped_activation import shaped_relu_map, smooth_map
from numerics.covariance_sde.unshaped_chain import gap_chain, surrogate_chain
from proofs_check.evidence.plot import Mark, Plot, Series
from theory.activation.shaping import SmoothShape
from theory.covariance_sde.finite_size import explosion_correction
from theory.covariance_sde.norm_diffusion import NormDiffusion

__all__ = [
    "FIGURES",
    "correlation_density",
    "explosion_against_start",
    "explosion_against_width",
    "stationary_law",
    "unshaped_gap",
]

CUBIC = "x*(1 + x**2/6)"
"""phi of the exploding networks, x + x^3/6, with a square in place of a slow third power."""

SHOWN_ERRORS = 2.0
"""Half-width of every error bar, in standard errors."""


def correlation_density(
    slopes: tuple[float, float] = (1.0, -1.0),
    rho: float = 0.3,
    widths: Sequence[int] = (25, 100),
    networks: int = 10_000,
    bins: int = 24,
    seed: int = 0,
) -> Plot:
    """Return the density of rho_1: shaped relu networks of depth n at several widths n, and the SDE by Fokker-Planck.

    Parameters
    ----------
    slopes : tuple of float
        (c_+, c_-).
    rho : float
        Initial correlation.
    widths : sequence of int
        Width and depth of the networks.
    networks, bins, seed : int
    """
    law = transition_law(artanh_drift((slopes[0] - slopes[1]) ** 2), float(np.arctanh(rho)), 1.0)
    edges = np.linspace(-1, 1, bins + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    series = []
    for width in widths:
        phi = shaped_relu_map(*slopes, width)
        rng = stream(seed, "figure", "density", width)
        last = final_covariances(phi, [[1.0, rho], [rho, 1.0]], width, width, rng, repeats=networks)
        share = np.histogram(correlations(last), edges)[0] / networks
        error = SHOWN_ERRORS * np.sqrt(share * (1 - share) / networks)
        scale = bins / 2
        low, high = np.maximum(share - error, 0) * scale, (share + error) * scale
        series.append(_series(f"networks, n = d = {width}", middles, share * scale, low, high, Mark.POINTS))
    fine = np.linspace(-0.995, 0.995, 200)
    # P(rho <= x) = F(artanh x), so the density of rho is that of artanh rho over 1 - x^2
    step = 1e-3
    y = np.arctanh(fine)
    density = (law.distribution_function(y + step) - law.distribution_function(y - step)) / (2 * step) / (1 - fine**2)
    series.append(_series("covariance SDE (Fokker-Planck)", fine, density, is_reference=True))
    return Plot(
        f"Correlation of two inputs at depth n, (c+, c-) = ({slopes[0]:g}, {slopes[1]:g})",
        "rho_1",
        "density",
        series,
        f"{networks} networks per width from rho_0 = {rho:g}; bars: {SHOWN_ERRORS:g} standard errors of each bin. Dashed: the SDE's density.",
    )


def explosion_against_width(
    rates: Sequence[Fraction] = (Fraction(3), Fraction(1)),
    widths: Sequence[int] = (12, 16, 24, 40, 64, 100),
    networks: int = 4_000,
    seed: int = 0,
) -> Plot:
    """Return the share of networks with phi = x + x^3/6, a^2 = 1/b, that explode from V_0 = 1, against 1/n, and the limit + w/n.

    Parameters
    ----------
    rates : sequence of Fraction
        b > 0.
    widths : sequence of int
    networks, seed : int
    """
    series = []
    x = [1 / width for width in widths]
    for b in rates:
        share = np.array([_exploded(b, Fraction(1), width, networks, seed) for width in widths])
        error = SHOWN_ERRORS * np.sqrt(share * (1 - share) / networks)
        series.append(_series(f"networks, b = {b}", x, share, share - error, share + error, Mark.POINTS))
        limit = float(NormDiffusion(b).explosion_probability(1).value(15))
        slope = float(explosion_correction(_cubic(b), 1).value(15))
        ends = [0.0, max(x)]
        line = [limit + slope * end for end in ends]
        series.append(_series(f"P(b+1, b) {slope:+.2f}/n, b = {b}", ends, line, is_reference=True))
    return Plot(
        "Explosion probability of finite networks",
        "1/width",
        "share that explodes",
        series,
        f"{networks} networks per point with phi = x + x^3/6 at a^2 = 1/b from V_0 = 1; bars: {SHOWN_ERRORS:g} standard errors. Dashed: "
        "the closed form at 1/n = 0 with the derived slope in 1/n.",
    )


def explosion_against_start(
    rates: Sequence[Fraction] = (Fraction(3), Fraction(1), Fraction(1, 2)),
    starts: Sequence[Fraction] = (
        Fraction(1, 4),
        Fraction(1, 2),
        Fraction(1),
        Fraction(3, 2),
        Fraction(2),
        Fraction(3),
    ),
    width: int = 64,
    networks: int = 2_000,
    seed: int = 1,
) -> Plot:
    """Return the share of networks that explode against V_0, and the closed form P(b+1, b V_0).

    Parameters
    ----------
    rates, starts : sequence of Fraction
        b > 0 and V_0 > 0.
    width, networks, seed : int
    """
    series = []
    fine = [Fraction(k, 20) for k in range(1, 20 * int(max(starts)) + 1)]
    for b in rates:
        share = np.array([_exploded(b, start, width, networks, seed) for start in starts])
        error = SHOWN_ERRORS * np.sqrt(share * (1 - share) / networks)
        x = [float(start) for start in starts]
        series.append(_series(f"networks, b = {b}", x, share, share - error, share + error, Mark.POINTS))
        exact = [float(NormDiffusion(b).explosion_probability(start).value(10)) for start in fine]
        series.append(_series(f"P(b+1, b V_0), b = {b}", [float(v) for v in fine], exact, is_reference=True))
    return Plot(
        f"Explosion probability against the first norm, width {width}",
        "V_0",
        "share that explodes",
        series,
        f"{networks} networks per point with phi = x + x^3/6 at a^2 = 1/b; bars: {SHOWN_ERRORS:g} standard errors. Dashed: the limit's "
        "closed form; networks lie below it by the order 1/n.",
    )


def stationary_law(b: int = -4, width: int = 100, networks: int = 4_000, bins: int = 24, seed: int = 0) -> Plot:
    """Return the density of V of deep tanh networks, a^2 = -2/b, at depth 3n, and the Gamma(-b-1, -b) law.

    Parameters
    ----------
    b : int
        At most -4, so that time 3 is stationary.
    width, networks, bins, seed : int
    """
    from scipy.special import gammaln

    phi = smooth_map("tanh", (-2 / b) ** 0.5, width)
    rng = stream(seed, "figure", "stationary", b)
    v = final_covariances(phi, [[1 + 1 / b]], width, 3 * width, rng, repeats=networks)[:, 0, 0]
    top = float(np.quantile(v, 0.999))
    edges = np.linspace(0, top, bins + 1)
    share = np.histogram(v, edges)[0] / networks
    error = SHOWN_ERRORS * np.sqrt(share * (1 - share) / networks)
    scale = bins / top
    middles = (edges[1:] + edges[:-1]) / 2
    drawn = _series(
        f"tanh networks, n = {width}, d = {3 * width}", middles, share * scale, np.maximum(share - error, 0) * scale,
        (share + error) * scale, Mark.POINTS,
    )  # fmt: skip
    fine = np.linspace(top / 200, top, 160)
    shape, rate = -b - 1, -b
    density = np.exp(shape * np.log(rate) + (shape - 1) * np.log(fine) - rate * fine - gammaln(shape))
    law = _series(f"Gamma({shape}, {rate}): mean {1 + 1 / b:g}", fine, density, is_reference=True)
    return Plot(
        f"Stationary squared norm under smooth shaping, b = {b}",
        "V",
        "density",
        (drawn, law),
        f"{networks} networks; bars: {SHOWN_ERRORS:g} standard errors of each bin. The norm does not concentrate at 1.",
    )


def unshaped_gap(width: int = 100, networks: int = 2_000, seed: int = 0) -> Plot:
    """Return the distribution of log(1 - rho) of relu networks without shaping at depth n, and surrogates with extra drift 2q, 0, -2q.

    Parameters
    ----------
    width : int
        Width and depth.
    networks, seed : int
    """
    levels = np.linspace(0.5 / 60, 1 - 0.5 / 60, 60)
    drawn = np.log(gap_chain(0.7, width, width, stream(seed, "figure", "unshaped"), repeats=networks))
    series = [_series("relu networks", np.quantile(drawn, levels), levels, mark=Mark.STEPS)]
    for extra in (2, 0, -2):
        rng = stream(seed, "figure", "surrogate", extra)
        gaps = np.log(surrogate_chain(0.7, width, width, rng, repeats=4 * networks, extra=float(extra)))
        name = f"surrogate, extra drift {extra:+d} q" if extra else "surrogate, no extra drift"
        series.append(_series(name, np.quantile(gaps, levels), levels, is_reference=True))
    return Plot(
        f"Unshaped relu at width and depth {width}",
        "log(1 - rho)",
        "share up to it",
        series,
        f"{networks} networks from rho_0 = 0.3 against Markov chains with the moments of one layer to order 1/n: the term +2q decides.",
    )


def _series(
    label: str, x: Any, y: Any, low: Any = None, high: Any = None, mark: Mark = Mark.LINE, *, is_reference: bool = False
) -> Series:
    """Return the series of arrays, which it stores as tuples of floats."""
    return Series(label, x, y, low, high, mark, is_reference)


def _cubic(b: Fraction) -> Any:
    """Return the shape of phi = x + x^3/6 at a^2 = 1/b."""
    return SmoothShape((0, 1, 0, 0), 1 / sp.sqrt(sp.Rational(b.numerator, b.denominator)))


def _exploded(b: Fraction, start: Fraction, width: int, networks: int, seed: int) -> np.float64:
    """Return the share of networks that pass max(12, 30/b) before 1/200."""
    phi = smooth_map(CUBIC, float(b) ** -0.5, width)
    rng = stream(seed, "figure", "explosion", str(b), str(start), width)
    level = max(12.0, 30 / float(b))
    found = norm_reaches(phi, float(start), width, rng, level=level, floor=0.005, depth=12 * width, repeats=networks)
    return found.mean()


FIGURES: dict[str, Callable[[], Plot]] = {
    "paper_d_density": correlation_density,
    "paper_d_explosion": explosion_against_width,
    "paper_d_start": explosion_against_start,
    "paper_d_stationary": stationary_law,
    "paper_d_unshaped": unshaped_gap,
}
"""The pictures of `docs/paper_d.md` by file name (without suffix)."""
