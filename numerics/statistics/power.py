r"""Power of bets: which deviation a number of samples refutes, and how many samples refute a deviation.

After n samples the log fortune at stake ``lam`` is a sum of n independent terms, so with probability ``power`` it
exceeds

    n mu(lam) - z sd(lam) sqrt(n),       z the normal quantile of ``power``,

apart from the error of the normal approximation to that sum. All stakes win and lose together, so the same z holds for
each, and the fortune split over the grid is the mean of the exponentials. Mean ``mu`` and deviation ``sd`` of one term
depend on the law of Y; they are computed for the **two-point law with the same mean, variance and skewness**, which is
exact for Bernoulli variables and bounded by the same end of the support as Y itself. The usual guess from the variance
alone asks for a third too few samples when a Bernoulli(0.01) lies below its claimed mean.

Notes
-----
**Accuracy**: the predicted number of samples for 90 % power agreed within 10 % with simulated runs for Beta(2,5),
Bernoulli(0.5), Bernoulli(0.01) and log-normal samples, deviations of 0.05 standard deviations and error probability
1e-8 (a slow test repeats it).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from numerics.statistics.betting import Bet, log_mean_exp


@dataclass(frozen=True, slots=True)
class Spread:
    """Shape of a law without its mean: standard deviation, skewness, and the interval that holds it.

    Parameters
    ----------
    standard_deviation : float
        Positive.
    skewness : float
        Third central moment over the cube of the standard deviation.
    support : tuple of float
        Least and greatest value, possibly infinite.
    """

    standard_deviation: float
    skewness: float
    support: tuple[float, float]

    def two_point_law(self, mean: float, upward: bool = True) -> tuple[NDArray[np.float64], NDArray[np.float64]]:  # noqa: ARG002
        """Return the two points, and their probabilities, of the law with this mean, variance and skewness.

        Parameters
        ----------
        mean : float
            Its mean.
        upward : bool
            Side of the bet; the law is the same for both.

        Returns
        -------
        points, probabilities : numpy.ndarray, shape (2,)
            Where no law on the support has all three, the points are its ends and the mean alone is kept.

        Examples
        --------
        A Bernoulli(1/5) variable is its own two-point law:

        >>> points, probabilities = Spread(0.4, 1.5, (0.0, 1.0)).two_point_law(0.2)
        >>> bool(np.allclose(points, [0, 1], atol=1e-15)), bool(np.allclose(probabilities, [0.8, 0.2]))
        (True, True)
        """
        # The upper point lies t standard deviations above the mean, the lower 1/t below; then skewness = t - 1/t.
        t = (self.skewness + math.hypot(self.skewness, 2)) / 2
        if self.skewness < 0:  # the same number without cancellation
            t = 2 / (math.hypot(self.skewness, 2) - self.skewness)
        s = self.standard_deviation
        points = np.clip([mean - s / t, mean + s * t], *self.support)
        width = float(points[1] - points[0])
        share = (mean - float(points[0])) / width if width > 0 else 0.0
        share = min(max(share, 0.0), 1.0)  # a mean at the support's end may round beyond it
        return points, np.array([1 - share, share])


@dataclass(frozen=True, slots=True)
class BoundedSpread:
    """What samples show of a law on a support that is bounded where a bet loses: an upper bound of its deviation.

    Of all laws with a mean and at most a deviation, a bet grows least on the one with an atom at the end where it loses (its
    factor's logarithm is concave, and its third derivative has one sign). A law that moved to another mean may have grown
    wider: its share of the largest possible deviation is kept, or, on a half-line, its deviation over its mean.

    Parameters
    ----------
    standard_deviation : float
        Upper bound of the deviation at the mean that was seen; 0 says nothing of laws elsewhere.
    mean : float
        The mean that was seen.
    support : tuple of float
        Least and greatest value; at least one is finite.
    """

    standard_deviation: float
    mean: float
    support: tuple[float, float]

    def two_point_law(self, mean: float, upward: bool = True) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the law with this mean on which a bet grows least: an atom where it loses, and one beyond the mean.

        Examples
        --------
        Of a support of which only one end was ever seen, nothing is known but the ends:

        >>> points, probabilities = BoundedSpread(0.0, 0.0, (0.0, 1.0)).two_point_law(0.25)
        >>> points.round(12).tolist(), probabilities.round(12).tolist()
        ([0.0, 1.0], [0.75, 0.25])
        """
        low, high = self.support
        end = low if upward else high
        distance = abs(mean - end)
        reach = self._deviation(mean) ** 2 / distance if distance > 0 else 0.0
        other = min(max(mean + reach if upward else mean - reach, low), high)
        share = distance / (distance + abs(other - mean)) if distance > 0 else 1.0
        return np.array([end, other]), np.array([1 - share, share])

    def _deviation(self, mean: float) -> float:
        low, high = self.support
        if math.isfinite(high - low):
            at_most, seen = (math.sqrt(max((m - low) * (high - m), 0.0)) for m in (mean, self.mean))
            return at_most * min(self.standard_deviation / seen, 1.0) if seen > 0 else at_most
        seen, now = (abs(m - (low if math.isfinite(low) else high)) for m in (self.mean, mean))
        return self.standard_deviation * (now / seen if seen > 0 else 1.0)


def log_fortune(bet: Bet, samples: float, spread: Spread | BoundedSpread, mean: float, power: float) -> float:
    """Return what the log fortune of a bet exceeds after ``samples`` samples with probability ``power``.

    Parameters
    ----------
    bet : Bet
        The grid of stakes.
    samples : float
        Number of samples.
    spread : Spread or BoundedSpread
        Shape of their law.
    mean : float
        True mean.
    power : float
        Probability, strictly between 0 and 1.

    Returns
    -------
    float
        In nats; normal approximation.

    Examples
    --------
    >>> bet, coin = Bet(0.5, 0.5, upward=True), Spread(0.5, 0.0, (0.0, 1.0))
    >>> log_fortune(bet, 4000, coin, 0.55, 0.5) > log_fortune(bet, 1000, coin, 0.55, 0.5) > 0
    True
    """
    points, probabilities = spread.two_point_law(mean, bet.upward)
    terms = np.array([bet.log_capitals(points[k : k + 1]) for k in (0, 1)])
    means = probabilities @ terms
    deviations = np.sqrt(probabilities @ (terms - means) ** 2)
    z = NormalDist().inv_cdf(power)
    return float(log_mean_exp(samples * means - z * deviations * math.sqrt(samples)))


def samples_to_win(bet: Bet, target: float, spread: Spread | BoundedSpread, mean: float, power: float) -> float:
    """Return the number of samples after which a bet has reached a log fortune with probability ``power``.

    Parameters
    ----------
    bet : Bet
        The grid of stakes.
    target : float
        Log fortune to reach, in nats, positive.
    spread : Spread or BoundedSpread
        Shape of the law of the samples.
    mean : float
        True mean.
    power : float
        Probability, strictly between 0 and 1.

    Returns
    -------
    float
        A whole number of samples, ``inf`` where the bet does not win in 1e18 samples.

    Examples
    --------
    >>> coin = Spread(0.5, 0.0, (0.0, 1.0))
    >>> n = samples_to_win(Bet(0.5, 0.5, upward=True), 18.4, coin, 0.51, 0.9)
    >>> log_fortune(Bet(0.5, 0.5, upward=True), n, coin, 0.51, 0.9) >= 18.4
    True
    """
    n = least(lambda n: log_fortune(bet, n, spread, mean, power) >= target, 1.0, 1e18)
    return math.ceil(n) if math.isfinite(n) else n


def smallest_deviation(bet: Bet, target: float, spread: Spread | BoundedSpread, samples: int, power: float) -> float:
    """Return by how much the mean must miss the centre of a bet so that the bet wins with probability ``power``.

    Parameters
    ----------
    bet : Bet
        The grid of stakes.
    target : float
        Log fortune to reach, in nats, positive.
    spread : Spread or BoundedSpread
        Shape of the law of the samples.
    samples : int
        Number of samples.
    power : float
        Probability, strictly between 0 and 1.

    Returns
    -------
    float
        Positive, in the unit of Y; ``inf`` when no mean inside the support is refuted by so few samples.

    Examples
    --------
    >>> spread = Spread(0.5, 0.0, (0.0, 1.0))
    >>> bet = Bet(0.5, 0.5, upward=True)
    >>> smallest_deviation(bet, 18.4, spread, 40_000, 0.9) < smallest_deviation(bet, 18.4, spread, 10_000, 0.9) < 0.1
    True
    """
    sign = 1 if bet.upward else -1
    room = spread.support[1] - bet.centre if bet.upward else bet.centre - spread.support[0]
    # Beyond 1e3 of both scales a deviation is found by a handful of samples or not at all.
    widest = min(room, 1e3 * (spread.standard_deviation + bet.scale))
    return least(
        lambda deviation: log_fortune(bet, samples, spread, bet.centre + sign * deviation, power) >= target,
        1e-15 * widest,
        widest,
    )


def least(reached: Callable[[float], bool], low: float, high: float) -> float:
    """Return the least number from which on a monotone condition holds, to a relative 1e-9, by bisection of
    logarithms.

    Parameters
    ----------
    reached : callable
        False below some number, true above.
    low, high : float
        Positive ends of the interval to search.

    Returns
    -------
    float
        A number where the condition holds; ``inf`` when it fails at ``high``.

    Examples
    --------
    >>> round(least(lambda x: x * x >= 2, 1.0, 4.0), 6)
    1.414214
    """
    if not reached(high):
        return math.inf
    if reached(low):
        return low
    while high > low * (1 + 1e-9):
        middle = math.sqrt(low * high)
        if reached(middle):
            high = middle
        else:
            low = middle
    return high
