r"""Tests of a whole law with finite-sample error probability: the largest distance of distribution functions.

With ``D = sup_x abs(F_n(x) - F(x))`` between the empirical distribution function of n independent samples and the
claimed F,

    P(D >= e) <= 2 exp(-2 n e**2)                                              (one sample; Massart [1]_, any F, any
    n), P(D >= k/n) <= 2 (n!)**2 / ((n - k)! (n + k)!)                             (two samples of n; from the exact
    law [2]_), P(D >= e) <= 4 exp(-2 n m e**2 / (sqrt(n) + sqrt(m))**2)                   (two samples of n and m;
    Massart twice).

The second is the first term of an alternating series with decreasing terms, hence a bound; it is exact for
``2 k > n``. Laws with atoms make all three only smaller. None is a limit theorem, and none may be looked at
repeatedly: the number of samples is fixed beforehand.

Verdicts: *refuted* when the p-value bound is at most alpha; *supported* when D plus the radius at alpha is at most
delta, that is when the laws lie within delta of each other in Kolmogorov distance, up to an error probability alpha;
else *inconclusive*.

References
----------
.. [1] P. Massart, "The tight constant in the Dvoretzky-Kiefer-Wolfowitz inequality", Ann. Probab. 18 (1990) 1269-1283.
.. [2] B. V. Gnedenko and V. S. Korolyuk, "On the maximum discrepancy between two empirical distributions", Dokl. Akad.
   Nauk SSSR 80 (1951) 525-528.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.statistics.e_value import Verdict
from numerics.statistics.error_budget import check_probability
from numerics.statistics.moments import checked_samples


@dataclass(frozen=True, slots=True)
class LawEvidence:
    """Verdict on the equality of two laws.

    Parameters
    ----------
    verdict : {"refuted", "supported", "inconclusive"}
        The outcome.
    distance : float
        ``D``, between 0 and 1.
    where : float
        A point at which it is attained (as a one-sided limit where a law jumps).
    log_p : float
        Logarithm of the bound on the p-value, at most 0; refuted from ``log(alpha)`` down.
    alpha : float
        Error probability of the test.
    radius : float
        The laws lie within ``distance + radius`` of each other, apart from probability alpha.
    samples : tuple of int
        Number of samples, one entry per empirical law.
    delta : float or None
        What "supported" allows for.
    resolution : float
        A Kolmogorov distance of the laws from which on they are refuted with probability at least ``power``,
        guaranteed; ``inf`` when even disjoint laws need not be.
    power : float
        Probability that ``resolution`` speaks of.
    """

    verdict: Verdict
    distance: float
    where: float
    log_p: float
    alpha: float
    radius: float
    samples: tuple[int, ...]
    delta: float | None
    resolution: float
    power: float


def law_test(
    samples: ArrayLike,
    distribution_function: Callable[[NDArray[np.float64]], ArrayLike],
    alpha: float,
    *,
    delta: float | None = None,
    power: float = 0.9,
) -> LawEvidence:
    """Test whether independent samples have a given law, by ``sup abs(F_n - F)``.

    Parameters
    ----------
    samples : array_like of float, any shape
        Independent samples, their number fixed beforehand.
    distribution_function : callable
        ``F(x) = P(Y <= x)`` for an array of increasing points; may jump at floating-point numbers.
    alpha : float
        Error probability, strictly between 0 and 1.
    delta : float, optional
        Kolmogorov distance within which the law is to be supported.
    power : float, optional
        Power for which the resolution is stated.

    Returns
    -------
    LawEvidence
        The verdict and its figures.

    Raises
    ------
    ValueError
        When a sample is not finite, a probability or delta is out of range, or F is no distribution function at the
        samples.

    Notes
    -----
    **Accuracy**: an error of F moves D by as much; keep it well below ``resolution``.
    **Source**: Massart, as in the module.

    Examples
    --------
    >>> y = np.random.default_rng(0).random(20_000)
    >>> law_test(y, lambda x: x, 1e-8, delta=0.04).verdict, law_test(y, lambda x: x**1.1, 1e-8).verdict
    ('supported', 'refuted')
    """
    y = np.sort(checked_samples("law_test", samples))
    points, counts = np.unique(y, return_counts=True)
    after = np.cumsum(counts) / y.size
    before = np.concatenate([[0.0], after[:-1]])
    # Where F jumps at a sample, F_n - F is extreme at the point and F - F_n just below it.
    here = _probabilities(distribution_function, points)
    below = _probabilities(distribution_function, np.nextafter(points, -np.inf))
    excess = np.maximum(after - here, below - before)
    worst = int(np.argmax(excess))
    distance = max(0.0, float(excess[worst]))
    return _evidence("law_test", distance, float(points[worst]), (y.size,), alpha, delta, power)


def two_sample_law_test(
    first: ArrayLike, second: ArrayLike, alpha: float, *, delta: float | None = None, power: float = 0.9
) -> LawEvidence:
    """Test whether two sets of independent samples have one law, by ``sup abs(F_n - G_m)``.

    Parameters
    ----------
    first, second : array_like of float, any shape
        Independent samples of either law, their numbers fixed beforehand. Equal numbers give the sharper test.
    alpha : float
        Error probability, strictly between 0 and 1.
    delta : float, optional
        Kolmogorov distance within which the laws are to be supported as equal.
    power : float, optional
        Power for which the resolution is stated.

    Returns
    -------
    LawEvidence
        The verdict and its figures.

    Raises
    ------
    ValueError
        When a sample is not finite, or a probability or delta is out of range.

    Notes
    -----
    **Source**: Gnedenko and Korolyuk for equal numbers, else Massart for either sample with the error split so that
    the two exponents agree.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> y, z = rng.random(20_000), rng.random(20_000)
    >>> two_sample_law_test(y, z, 1e-8, delta=0.08).verdict, two_sample_law_test(y, z**1.2, 1e-8).verdict
    ('supported', 'refuted')
    """
    y = np.sort(checked_samples("two_sample_law_test", first))
    z = np.sort(checked_samples("two_sample_law_test", second))
    points = np.concatenate([y, z])
    # In counts over n m, so that the distance of equal samples is a whole multiple of 1/n.
    counts = np.searchsorted(y, points, "right") * z.size - np.searchsorted(z, points, "right") * y.size
    worst = int(np.argmax(np.abs(counts)))
    distance = abs(int(counts[worst])) / (y.size * z.size)
    return _evidence("two_sample_law_test", distance, float(points[worst]), (y.size, z.size), alpha, delta, power)


def log_p_bound(distance: float, samples: tuple[int, ...]) -> float:
    """Return the logarithm of a bound on the probability that equal laws show at least this distance.

    Parameters
    ----------
    distance : float
        Between 0 and 1.
    samples : tuple of int
        ``(n,)`` against an exact law, ``(n, m)`` for two sets of samples.

    Returns
    -------
    float
        At most 0.

    Examples
    --------
    Two samples of one are always at distance 0 or 1, and for a continuous law at 1:

    >>> log_p_bound(1.0, (1, 1))
    0.0
    """
    n = samples[0]
    if len(samples) == 1:
        bound = math.log(2) - 2 * n * distance**2
    elif n == samples[1]:
        k = round(distance * n)
        j = np.arange(1, k + 1)
        bound = math.log(2) + math.fsum(np.log1p(-k / (n + j)))
    else:
        bound = math.log(4) - 2 * (distance / (n**-0.5 + samples[1] ** -0.5)) ** 2
    return min(0.0, bound)


def distance_radius(alpha: float, samples: tuple[int, ...]) -> float:
    """Return the distance that the empirical distance exceeds the true one by with probability at most alpha.

    Parameters
    ----------
    alpha : float
        Strictly between 0 and 1.
    samples : tuple of int
        ``(n,)`` against an exact law, ``(n, m)`` for two sets of samples.

    Returns
    -------
    float
        Massart's radius, by the triangle inequality over both samples in the second case; above 1 it says nothing.

    Examples
    --------
    >>> round(distance_radius(1e-8, (1000,)), 3)
    0.098
    """
    # Two samples: each may fail with alpha/2; the laws differ, so the sharper bounds under equality do not apply.
    each = alpha / len(samples)
    return math.fsum(math.sqrt(math.log(2 / each) / (2 * n)) for n in samples)


def samples_to_refute_law(distance: float, alpha: float, *, two_samples: bool = False, power: float = 0.9) -> int:
    """Return a number of samples that refutes laws at a given Kolmogorov distance.

    Parameters
    ----------
    distance : float
        True distance, in (0, 1].
    alpha : float
        Error probability of the test.
    two_samples : bool, optional
        False: samples against an exact law. True: as many samples of either law.
    power : float, optional
        Probability with which they are to be refuted; it is guaranteed, so fewer samples will often do.

    Returns
    -------
    int
        Number of samples, of each law.

    Raises
    ------
    ValueError
        When a number is out of range.

    Examples
    --------
    >>> n = samples_to_refute_law(0.05, 1e-8)
    >>> n < samples_to_refute_law(0.05, 1e-8, two_samples=True) < 4 * n
    True
    """
    check_probability("samples_to_refute_law", "alpha", alpha)
    check_probability("samples_to_refute_law", "power", power)
    if not 0 < distance <= 1:
        raise ValueError(
            f"samples_to_refute_law needs 0 < distance <= 1 (a difference of probabilities), got {distance!r}."
        )
    low, high = 0, 1
    while _resolution(alpha, power, (high,) * (1 + two_samples)) > distance:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (
            (low, middle) if _resolution(alpha, power, (middle,) * (1 + two_samples)) <= distance else (middle, high)
        )
    return high


def _probabilities(
    distribution_function: Callable[[NDArray[np.float64]], ArrayLike], points: NDArray[np.float64]
) -> NDArray[np.float64]:
    values = np.asarray(distribution_function(points), dtype=np.float64)
    slack = 1e-9  # quadrature may overshoot; a wrong function does by more
    if values.shape != points.shape or not (values >= -slack).all() or not (values <= 1 + slack).all():
        raise ValueError(
            f"law_test needs a distribution function with values in [0, 1], one per point (probabilities), "
            f"got shape {values.shape} for {points.shape}, from {values.min(initial=0)!r} to {values.max(initial=0)!r}."
        )
    if (np.diff(values) < -slack).any():
        raise ValueError(
            f"law_test needs an increasing distribution function, got a step of {float(np.diff(values).min())!r}."
        )
    return values


def _evidence(
    function: str,
    distance: float,
    where: float,
    samples: tuple[int, ...],
    alpha: float,
    delta: float | None,
    power: float,
) -> LawEvidence:
    check_probability(function, "alpha", alpha)
    check_probability(function, "power", power)
    if delta is not None and not 0 < delta < 1:
        raise ValueError(f"{function} needs 0 < delta < 1 (a Kolmogorov distance), got delta={delta!r}.")
    log_p, radius = log_p_bound(distance, samples), distance_radius(alpha, samples)
    verdict: Verdict = "inconclusive"
    if log_p <= math.log(alpha):
        verdict = "refuted"
    elif delta is not None and distance + radius <= delta:
        verdict = "supported"
    resolution = _resolution(alpha, power, samples)
    return LawEvidence(verdict, distance, where, log_p, alpha, radius, samples, delta, resolution, power)


def _resolution(alpha: float, power: float, samples: tuple[int, ...]) -> float:
    """Distance refuted with probability ``power``: what D must reach, and Hoeffding's bound on how far it may fall short."""
    log_alpha, (n, m) = math.log(alpha), (samples * 2)[:2]
    if len(samples) == 2 and n == m:
        low, high = 0, n + 1
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if log_p_bound(middle / n, samples) <= log_alpha else (middle, high)
        needed = high / n
    elif len(samples) == 2:
        needed = (n**-0.5 + m**-0.5) * math.sqrt((math.log(4) - log_alpha) / 2)
    else:
        needed = math.sqrt((math.log(2) - log_alpha) / (2 * n))
    # At the point where the laws differ most, a difference of independent means: range 1/n each.
    variance = math.fsum(1 / size for size in samples)
    resolution = needed + math.sqrt(-math.log(1 - power) * variance / 2)
    return resolution if resolution <= 1 else math.inf
