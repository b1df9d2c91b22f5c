"""What a check saw, as a `Plot`: the slack of an inequality, a running mean against its claim, samples against a law.

A picture never decides anything: verdicts come from enclosures and e-values, and a check whose picture cannot be drawn
(an unbounded domain, a value that is not finite) has none. Numbers are rounded to six significant digits, so that
evidence stays light; the exact ones stand in the figures and certificates.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from numerics.statistics.confidence_sequence import half_width
from numerics.statistics.e_value import MeanEvidence, MeanTest
from proofs_check.evidence.plot import Mark, Plot, Series
from proofs_check.interval.ball import Program, arithmetic, rational_ball
from proofs_check.interval.certificate import Certificate
from proofs_check.interval.statement import parse_statement

POINTS = 48
"""Parts that a domain is cut into along its first variable."""

ACROSS = 8
"""Parts along each further variable, over which the least slack is taken."""

LONGEST_CLAIM = 80
"""Characters of an inequality that a caption repeats; longer ones stand in the certificate."""


def slack_plot(claim: str) -> Plot | None:
    """Plot left minus right (or right minus left) of an inequality along its first variable, least over the others.

    Parameters
    ----------
    claim : str
        ``left >= right for x in [a, b], ...``, as `proofs_check.interval.statement.parse_statement` reads it.

    Returns
    -------
    Plot or None
        None for an unbounded domain, or if the slack has a finite value at fewer than two places.

    Examples
    --------
    Equality holds at both ends, and those two places are marked:

    >>> picture = slack_plot("x**2 <= x for x in [0, 1]")
    >>> [(series.label, len(series.x)) for series in picture.series]
    [('slack', 49), ('equality', 2), ('0: the claim fails below', 2)]
    """
    statement = parse_statement(claim)
    ends = [(low, high) for low, high in statement.box if low is not None and high is not None]
    if len(ends) < len(statement.box):
        return None
    first, *others = [_cut(low, high, ACROSS if k else POINTS) for k, (low, high) in enumerate(ends)]
    with arithmetic(64):
        program = Program(statement.tape())
        across = [[rational_ball(x) for x in point] for point in itertools.product(*others)]
        values = [_least([float(program([rational_ball(x), *rest]).mid()) for rest in across]) for x in first]
    name = statement.variables[0]
    by = f", least over {' and '.join(statement.variables[1:])}" if others else ""
    what = claim if len(claim) <= LONGEST_CLAIM else "the certified inequality"
    return _slack(name, [float(x) for x in first], values, f"{what}{by}")


def kernel_slack_plot(certificate: Certificate) -> Plot | None:
    """Plot (1 - kappa)/(1 - r) - rate kappa/r along r, from the coefficients in a kernel certificate."""
    document = certificate.document
    p = [float(Fraction(middle)) for middle, _ in document["coefficients"]]
    rate = float(Fraction(document["rate"][0]))
    low, high = (float(Fraction(end)) for end in document["box"])
    tails = 1 - np.cumsum([0.0, *p])
    r = np.linspace(low, high, POINTS + 1)
    values = np.polynomial.polynomial.polyval(r, tails) - rate * np.polynomial.polynomial.polyval(r, p)
    what = f"(1 - kappa)/(1 - r) - {rate:.6g} kappa/r, from {len(p)} coefficients"
    return _slack("r", r.tolist(), values.tolist(), what)


def running_mean_plot(
    tallies: Sequence[NDArray[np.float64]], test: MeanTest, found: MeanEvidence, what: str
) -> Plot | None:
    """Plot the mean of all samples so far against the claim, after each shard.

    Parameters
    ----------
    tallies : sequence of array, each ``(count, mean, central sum of squares, ...)``
        All shards drawn; those after the deciding one were not used.
    test : MeanTest
    found : MeanEvidence
    what : str
        The mean in words.
    """
    count, mean = np.array([tally[:2] for tally in tallies], dtype=np.float64).T
    total = np.cumsum(count)
    running = np.cumsum(count * mean) / total
    if not np.isfinite(running).all():
        return None
    keep = _spread_out(len(total), POINTS)
    x, y = total[keep], running[keep]
    least, most = test.support
    band: tuple[list[float], list[float]] | tuple[None, None] = (None, None)
    caption = ""
    if math.isfinite(most - least):
        ends = (sign * half_width(x, most - least, found.alpha, int(total[-1])) + y for sign in (-1, 1))
        low, high = (np.clip(end, least, most) for end in ends)
        band = rounded(low), rounded(high)
        caption = (
            f"Band of the mean: a confidence sequence, wrong anywhere with probability at most {found.alpha:.2g}. "
        )
    estimate = Series("mean so far", rounded(x), rounded(y), *band)
    decided = found.verdict != "inconclusive"
    here = Series(f"{found.verdict} here", [found.samples], rounded([found.estimate]), mark=Mark.POINTS)
    claims = _claimed_levels(test, float(total[-1]))
    caption += f"Band of the claim: {test.delta:.3g}, within which 'supported' places the mean. " if test.delta else ""
    caption += "The verdict comes from an e-value, which looks at every sample, not from the bands."
    return Plot(what, "samples", "mean", (estimate, *claims, *((here,) if decided else ())), caption)


def law_plot(
    samples: NDArray[np.float64],
    distribution_function: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    radius: float,
    what: str,
) -> Plot | None:
    """Plot the empirical distribution function of samples, with its band, against the law that was claimed.

    Parameters
    ----------
    samples : array, any shape
    distribution_function : callable
        The claimed law, of the same variable.
    radius : float
        Half-width of the Dvoretzky-Kiefer-Wolfowitz band.
    what : str
        The variable in words.
    """
    y = np.sort(np.asarray(samples, dtype=np.float64), axis=None)
    at = y[_spread_out(y.size, POINTS)]
    if at[0] == at[-1]:
        return None
    law = np.asarray(distribution_function(at), dtype=np.float64)
    empirical = np.searchsorted(y, at, side="right") / y.size
    low, high = np.maximum(empirical - radius, 0), np.minimum(empirical + radius, 1)
    drawn = Series(f"{y.size} samples", rounded(at), rounded(empirical), rounded(low), rounded(high), Mark.STEPS)
    claimed = Series("claimed law", rounded(at), rounded(law), is_reference=True)
    caption = (
        f"Dvoretzky-Kiefer-Wolfowitz band of half-width {radius:.3g}: it holds the law, up to the error probability."
    )
    return Plot(what, "value", "share of samples up to it", (drawn, claimed), caption)


def decay_plot(paths: Mapping[str, Sequence[tuple[int, float, float]]], what: str, *, most: int = 3) -> Plot | None:
    """Plot distances through the layers against their bounds, on a logarithmic axis.

    Parameters
    ----------
    paths : mapping of str to sequence of (layer, distance, bound)
        By where they start.
    what : str
        The distance in words.
    most : int
        Paths shown, the first ones; values that are not positive (below the accuracy of a ball) are left out.

    Returns
    -------
    Plot or None
        None if no path has two positive distances.

    Examples
    --------
    >>> [series.label for series in decay_plot({"rho_0 = 1/2": [(1, 0.2, 0.25), (2, 0.1, 0.125)]}, "1 - rho").series]
    ['rho_0 = 1/2', 'bound, rho_0 = 1/2']
    """
    series: list[Series] = []
    for start, path in paths.items():
        shown = [point for point in path if 0 < point[1] < math.inf and 0 < point[2] < math.inf]
        if len(shown) < 2 or len(series) >= 2 * most:
            continue
        layers, distances, bounds = zip(*(shown[k] for k in _spread_out(len(shown), POINTS)), strict=True)
        series.append(Series(start, layers, rounded(distances)))
        series.append(Series(f"bound, {start}", layers, rounded(bounds), is_reference=True))
    caption = "Each path with its bound (dashed), which the claim places above it. Middles of balls, for the eye."
    return Plot(what, "layer", "distance", series, caption, log_y=True) if series else None


def rounded(values: Sequence[float] | NDArray[np.float64]) -> list[float]:
    """Return values with six significant digits.

    Examples
    --------
    >>> rounded([1 / 3, 123456789.0])
    [0.333333, 123457000.0]
    """
    return [float(f"{float(value):.6g}") for value in values]


def _slack(name: str, x: list[float], y: list[float], what: str) -> Plot | None:
    """Return the plot of a slack, with its zeros marked; a value that is not finite is left out."""
    finite = [(a, b) for a, b in zip(x, y, strict=True) if math.isfinite(b)]
    if len(finite) < 2:
        return None
    largest = max(abs(b) for _, b in finite)
    # 64 bits of arithmetic and a few cancelling terms: below this a value is not told from 0 in a picture
    zeros = [(a, 0.0) for a, b in finite if abs(b) <= 1e-12 * largest]
    series = [Series("slack", rounded([a for a, _ in finite]), rounded([b for _, b in finite]))]
    if zeros:
        series.append(Series("equality", rounded([a for a, _ in zeros]), [b for _, b in zeros], mark=Mark.POINTS))
    series.append(Series("0: the claim fails below", rounded([x[0], x[-1]]), [0.0, 0.0], is_reference=True))
    caption = f"Slack of {what} at {len(finite)} points, for the eye; the verdict covers the whole domain."
    return Plot("slack along the domain", name, "slack", series, caption)


def _claimed_levels(test: MeanTest, end: float) -> list[Series]:
    """Return the claimed mean, or the ends of its claimed interval, each with the margin that support allows."""
    levels: list[Series] = []
    margin = test.delta or 0.0
    sides = [("claim: at least", test.lower, -margin), ("claim: at most", test.upper, margin)]
    if test.lower == test.upper:
        level = test.lower
        return [_level("claim", level, level - margin, level + margin, end, bool(margin))]
    for word, level, away in sides:
        if math.isfinite(level):
            low, high = sorted((level, level + away))
            levels.append(_level(word, level, low, high, end, bool(margin)))
    return levels


def _level(label: str, level: float, low: float, high: float, end: float, has_band: bool) -> Series:
    ends = [low, high] if has_band else []
    bottom, top = (rounded([edge, edge]) for edge in ends) if ends else (None, None)
    return Series(label, [0.0, end], rounded([level, level]), bottom, top, is_reference=True)


def _least(values: list[float]) -> float:
    return min((value for value in values if math.isfinite(value)), default=math.nan)


def _cut(low: Fraction, high: Fraction, parts: int) -> list[Fraction]:
    return [low + (high - low) * Fraction(k, parts) for k in range(parts + 1)]


def _spread_out(size: int, parts: int) -> NDArray[np.intp]:
    """Return at most parts + 1 places from 0 to size - 1, evenly spread, both ends among them."""
    return np.unique(np.linspace(0, size - 1, min(size, parts + 1)).round().astype(np.intp))
