r"""Tests of a mean whose error probability is stated, finite-sample, and valid whenever one stops: e-values by
betting.

A claim says that E[Y] lies in ``[lower, upper]``; the two are equal for an equation, one is infinite for an
inequality. A shard of samples is reduced to a **tally**, a vector of 4 moments and of 12 log fortunes for each of at
most four bets (:mod:`numerics.statistics.betting`): against ``E[Y] <= upper`` and ``E[Y] >= lower``, which refute; against
``E[Y] <= lower - delta`` and ``E[Y] >= upper + delta``, which support. Fortunes multiply over shards in the order of
their index, and the verdict is the one at the first shard boundary that decides:

- *refuted*: the mean fortune of the refuting bets reached ``1/alpha``. Probability at most alpha when the claim is
  true.
- *supported*: each supporting bet reached ``1/alpha``, so E[Y] is in ``[lower - delta, upper + delta]``. Probability at
  most alpha when it is not. Never a proof, and never that delta is 0.
- *inconclusive*: neither, within the samples given.

Both bounds hold for any rule of stopping [1]_, and without any limit theorem. Assumed is only that each sample has,
given those before it, the same conditional mean, and lies in the declared support or has at most the declared
conditional variance. Where neither a bound nor a variance is known from theory no finite-sample test of a mean exists
[2]_; test a bounded function of Y instead.

References
----------
.. [1] J. Ville, "Etude critique de la notion de collectif", 1939; G. Shafer, "Testing by betting", JRSS A 184 (2021)
   407-431.
.. [2] R. R. Bahadur and L. J. Savage, "The nonexistence of certain statistical procedures in nonparametric problems",
   Ann. Math. Statist. 27 (1956) 1115-1122.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.statistics.betting import GRID, Bet, log_mean_exp, stake_scale
from numerics.statistics.error_budget import check_probability
from numerics.statistics.moments import Moments, checked_samples
from numerics.statistics.power import BoundedSpread, Spread, samples_to_win, smallest_deviation

Verdict = Literal["refuted", "supported", "inconclusive"]
"""What samples can say."""

_CHUNK = 8192  # Samples whose 12 factors fill the second-level cache; part of the definition of the last bits.


@dataclass(frozen=True, slots=True)
class MeanEvidence:
    """Verdict on the mean of Y, with everything needed to judge it.

    Parameters
    ----------
    verdict : {"refuted", "supported", "inconclusive"}
        Outcome at the first shard boundary that decides, or at the last.
    log_e : float
        Logarithm of the e-value against the claim at that boundary, nats; refuted from ``log_threshold`` on.
    log_e_support : float or None
        The smaller of the log e-values of the supporting bets; None when no delta was asked for.
    log_threshold : float
        ``log(1/alpha)``.
    alpha : float
        Probability bound for a false refutation, and for a false support.
    samples, shards : int
        How many had been used at that boundary.
    estimate, standard_error : float
        Mean of those samples and its standard error (for information; the verdict does not use them).
    delta : float or None
        What "supported" allows for.
    resolution : float
        A deviation from the claim that ``budget`` samples refute with probability at least ``power``, in the unit of Y: from a
        confidence bound of the deviation of Y, never from that of the samples, which may be 0 by chance.
    budget : int
        Number of samples that ``resolution`` speaks of.
    power : float
        Probability that ``resolution`` speaks of.
    """

    verdict: Verdict
    log_e: float
    log_e_support: float | None
    log_threshold: float
    alpha: float
    samples: int
    shards: int
    estimate: float
    standard_error: float
    delta: float | None
    resolution: float
    budget: int
    power: float


@dataclass(frozen=True, slots=True)
class MeanTest:
    """The claim ``lower <= E[Y] <= upper``, what is known of Y, and how closely support is to hold.

    Parameters
    ----------
    lower, upper : float
        Claimed interval of the mean; ``-inf`` or ``inf`` for a one-sided claim. ``equal``, ``at_most`` and
        ``at_least`` build the usual ones.
    support : tuple of float, optional
        Least and greatest value that Y can take, by theory. A bet against ``E[Y] <= upper`` needs the least one.
    variance : float, optional
        Bound on the variance of Y, by theory; replaces the support.
    delta : float, optional
        Support means "within ``[lower - delta, upper + delta]``". Without it a test refutes or stays inconclusive.

    Raises
    ------
    TypeError, ValueError
        When a number is no number or out of range, the claim holds for or excludes every law on the support, or no bet
        exists.

    Examples
    --------
    A coin of bias 1/10 is found out, and a fair one is supported within 1/20:

    >>> fair = MeanTest.equal(0.5, support=(0.0, 1.0), delta=0.05)
    >>> rng = np.random.default_rng(1)
    >>> fair.judge([fair.tally(rng.random(2000) < 0.6)], alpha=1e-6).verdict
    'refuted'
    >>> fair.judge([fair.tally(rng.random(20000) < 0.5)], alpha=1e-6).verdict
    'supported'
    """

    lower: float = -math.inf
    upper: float = math.inf
    support: tuple[float, float] = (-math.inf, math.inf)
    variance: float | None = None
    delta: float | None = None

    @classmethod
    def equal(
        cls,
        value: float,
        *,
        support: tuple[float, float] = (-math.inf, math.inf),
        variance: float | None = None,
        delta: float | None = None,
    ) -> MeanTest:
        """Return the test of ``E[Y] = value``; parameters as for the class."""
        return cls(value, value, support, variance, delta)

    @classmethod
    def at_most(
        cls,
        value: float,
        *,
        support: tuple[float, float] = (-math.inf, math.inf),
        variance: float | None = None,
        delta: float | None = None,
    ) -> MeanTest:
        """Return the test of ``E[Y] <= value``; for Y >= 0 give ``support=(0, inf)``. Parameters as for the class."""
        return cls(-math.inf, value, support, variance, delta)

    @classmethod
    def at_least(
        cls,
        value: float,
        *,
        support: tuple[float, float] = (-math.inf, math.inf),
        variance: float | None = None,
        delta: float | None = None,
    ) -> MeanTest:
        """Return the test of ``E[Y] >= value``; parameters as for the class."""
        return cls(value, math.inf, support, variance, delta)

    def __post_init__(self) -> None:
        low, high = self.support
        numbers = [self.lower, self.upper, low, high, *(x for x in (self.variance, self.delta) if x is not None)]
        if any(isinstance(x, bool) or not isinstance(x, (int, float, np.number)) for x in numbers):
            raise TypeError(f"MeanTest needs real numbers (they are means and bounds), got {self!r}.")
        if any(math.isnan(x) for x in numbers) or not self.lower <= self.upper or not low < high:
            raise ValueError(f"MeanTest needs lower <= upper and support[0] < support[1], got {self!r}.")
        for name, value in (("variance", self.variance), ("delta", self.delta)):
            if value is not None and not 0 < value < math.inf:
                raise ValueError(f"MeanTest needs 0 < {name} < inf (it is a margin), got {name}={value!r}.")
        if not self.refuting():
            raise ValueError(
                f"MeanTest needs a claim that some law on the support breaks, got lower={self.lower!r}, "
                f"upper={self.upper!r}, support={self.support!r}."
            )
        if self.delta is not None and not self.supporting():
            raise ValueError(f"MeanTest needs a delta smaller than the support, got delta={self.delta!r}.")

    def tally(self, samples: ArrayLike | Iterator[ArrayLike]) -> NDArray[np.float64]:
        """Reduce samples to the vector of moments and log fortunes that ``judge`` takes, one per shard.

        Parameters
        ----------
        samples : array_like of any shape, or iterator of such
            The samples in their order; an iterator is consumed chunk by chunk, and no more than a chunk is held at
            once.

        Returns
        -------
        numpy.ndarray, shape (4 + 12 b,)
            Count, mean, central sums of powers 2 and 3; then the 12 log fortunes of each of the b bets.

        Raises
        ------
        ValueError
            When there is no sample, or one is not finite or lies outside the support.

        Notes
        -----
        **Accuracy**: see :mod:`numerics.statistics.betting`. The same samples in the same chunks give the same bits.
        """
        parts: list[Moments] = []
        capitals = np.zeros(GRID * len(self._bets()))
        for chunk in samples if isinstance(samples, Iterator) else (samples,):
            y = self._inside(checked_samples("MeanTest.tally", chunk))
            for start in range(0, y.size, _CHUNK):
                piece = y[start : start + _CHUNK]
                parts.append(Moments.of(piece))
                capitals += np.concatenate([bet.log_capitals(piece) for bet in self._bets()])
        if not parts:
            raise ValueError("MeanTest.tally needs at least one sample (no evidence without), got an empty iterator.")
        total = Moments.merge(parts)
        return np.concatenate([[total.samples, total.mean, total.squares, total.cubes], capitals])

    def judge(
        self, tallies: Sequence[ArrayLike], alpha: float, *, budget: int | None = None, power: float = 0.9
    ) -> MeanEvidence:
        """Judge the claim by the tallies of shards, in the order of their index.

        Parameters
        ----------
        tallies : sequence of array_like, each of shape (4 + 12 b,)
            At least one result of ``tally``. Shards after the deciding one are ignored, so it does not matter how
            many were computed in advance.
        alpha : float
            Error probability of this test, strictly between 0 and 1; from an
            :class:`numerics.statistics.error_budget.ErrorBudget`.
        budget : int, optional
            Number of samples for which ``resolution`` is stated; by default all those in ``tallies``.
        power : float, optional
            Power for which it is stated.

        Returns
        -------
        MeanEvidence
            The verdict and its figures.

        Raises
        ------
        ValueError
            When there is no tally, one has the wrong length, or alpha, budget or power is out of range.
        """
        check_probability("MeanTest.judge", "alpha", alpha)
        check_probability("MeanTest.judge", "power", power)
        table = self._table(tallies)
        refuting, supporting = self._log_e(np.cumsum(table[:, 4:], axis=0))
        threshold = -math.log(alpha)
        decided = np.flatnonzero((refuting >= threshold) | (supporting >= threshold))
        last = int(decided[0]) if decided.size else len(table) - 1
        verdict: Verdict = "inconclusive"
        if decided.size:
            verdict = "refuted" if refuting[last] >= threshold else "supported"
        seen = Moments.merge(Moments(int(row[0]), *map(float, row[1:4])) for row in table[: last + 1])
        budget = int(table[:, 0].sum()) if budget is None else budget
        return MeanEvidence(
            verdict=verdict,
            log_e=float(refuting[last]),
            log_e_support=float(supporting[last]) if self.delta is not None else None,
            log_threshold=threshold,
            alpha=alpha,
            samples=seen.samples,
            shards=last + 1,
            estimate=seen.mean,
            standard_error=seen.standard_error,
            delta=self.delta,
            resolution=self._resolution_after(seen, budget, alpha, power),
            budget=budget,
            power=power,
        )

    def _resolution_after(self, seen: Moments, budget: int, alpha: float, power: float) -> float:
        """Return the resolution from what samples show: with a declared variance that, else a bound of the deviation.

        Half of the probability to fail is for the bound, half for the bets. On a bounded support the bound is that of Maurer
        and Pontil (2009, theorem 10); on a half-line no bound exists, and three standard errors are added.
        """
        if budget < 1:
            raise ValueError(
                f"MeanTest.judge needs budget of samples >= 1 (nothing is refuted by none), got samples={budget!r}."
            )
        low, high = self.support
        rest = (1 - power) / 2
        deviation, n = math.sqrt(seen.squares / seen.samples), max(seen.samples, 2)
        spread: Spread | BoundedSpread
        if self.variance is not None:
            spread = Spread(math.sqrt(self.variance), seen.skewness, self.support)
        elif math.isfinite(high - low):
            bound = deviation + (high - low) * math.sqrt(2 * math.log(1 / rest) / (n - 1))
            spread = BoundedSpread(bound, seen.mean, self.support)
        else:
            bound = deviation * (1 + 1.5 * max(abs(seen.skewness), 1.0) / math.sqrt(n))
            spread = BoundedSpread(bound, seen.mean, self.support)
        target = math.log(len(self.refuting())) - math.log(alpha)
        return max(smallest_deviation(bet, target, spread, budget, 1 - rest) for bet in self.refuting())

    def resolution(
        self, samples: int, standard_deviation: float, alpha: float, *, skewness: float = 0.0, power: float = 0.9
    ) -> float:
        """Return the smallest deviation of E[Y] from the claim that some number of samples refutes.

        Parameters
        ----------
        samples : int
            Their number.
        standard_deviation, skewness : float
            Shape of the law of Y, from theory or a first shard.
        alpha : float
            Error probability of the test.
        power : float, optional
            Probability with which the deviation is to be refuted.

        Returns
        -------
        float
            In the unit of Y, for the harder side of a two-sided claim; ``inf`` where nothing would be refuted.

        Raises
        ------
        ValueError
            When a number is out of range.

        Notes
        -----
        **Accuracy**: see :mod:`numerics.statistics.power`.
        """
        spread, target = self._plan("MeanTest.resolution", standard_deviation, skewness, alpha, power)
        if samples < 1:
            raise ValueError(
                f"MeanTest.resolution needs samples >= 1 (nothing is refuted by none), got samples={samples!r}."
            )
        return max(smallest_deviation(bet, target, spread, samples, power) for bet in self.refuting())

    def samples_to_refute(
        self,
        deviation: float,
        standard_deviation: float,
        alpha: float,
        *,
        skewness: float = 0.0,
        power: float = 0.9,
    ) -> float:
        """Return how many samples refute the claim when E[Y] misses it by ``deviation``.

        Parameters
        ----------
        deviation : float
            Positive, in the unit of Y.
        standard_deviation, alpha, skewness, power : float
            As for ``resolution``.

        Returns
        -------
        float
            A whole number for the harder side of a two-sided claim, or ``inf``.

        Raises
        ------
        ValueError
            When a number is out of range.

        Examples
        --------
        Twice as sharp costs four times as much:

        >>> test = MeanTest.equal(0.0, variance=1.0)
        >>> ratio = test.samples_to_refute(0.01, 1.0, 1e-8) / test.samples_to_refute(0.02, 1.0, 1e-8)
        >>> 3.9 < ratio < 4.1
        True
        """
        spread, target = self._plan("MeanTest.samples_to_refute", standard_deviation, skewness, alpha, power)
        if not deviation > 0:
            raise ValueError(
                f"MeanTest.samples_to_refute needs deviation > 0 (else the claim holds), got {deviation!r}."
            )
        return max(
            samples_to_win(bet, target, spread, bet.centre + (deviation if bet.upward else -deviation), power)
            for bet in self.refuting()
        )

    def samples_to_support(
        self, standard_deviation: float, alpha: float, *, skewness: float = 0.0, power: float = 0.9
    ) -> float:
        """Return how many samples support the claim within delta when E[Y] is ``upper`` (``lower`` for the lower
        side).

        Parameters
        ----------
        standard_deviation, alpha, skewness, power : float
            As for ``resolution``.

        Returns
        -------
        float
            A whole number, or ``inf`` when no delta was asked for.

        Raises
        ------
        ValueError
            When a number is out of range.

        Examples
        --------
        >>> test = MeanTest.equal(0.5, support=(0.0, 1.0), delta=0.01)
        >>> 60_000 < test.samples_to_support(0.5, 1e-6) < 200_000
        True
        """
        spread, _ = self._plan("MeanTest.samples_to_support", standard_deviation, skewness, alpha, power)
        bets = self.supporting()
        # Each of b bets fails with at most (1 - power)/b, so that all win with probability power.
        each = 1 - (1 - power) / max(len(bets), 1)
        needed = [
            samples_to_win(b, -math.log(alpha), spread, self.lower if b.upward else self.upper, each) for b in bets
        ]
        return max(needed, default=math.inf)

    def refuting(self) -> list[Bet]:
        """Return the bets that win when the claim is false.

        Returns
        -------
        list of Bet
            Upward, against ``E[Y] <= upper``, then downward; a side that every law on the support satisfies has none.
        """
        low, high = self.support
        bets = []
        if self.upper < high:
            bets.append(self._bet(self.upper, upward=True))
        if self.lower > low:
            bets.append(self._bet(self.lower, upward=False))
        return bets

    def supporting(self) -> list[Bet]:
        """Return the bets that all win when the claim holds within delta.

        Returns
        -------
        list of Bet
            Against ``E[Y] <= lower - delta``, then ``E[Y] >= upper + delta``; a side that every law on the support
            satisfies has none, and without a delta there are none.
        """
        if self.delta is None:
            return []
        low, high = self.support
        bets = []
        if low < self.lower - self.delta:
            bets.append(self._bet(self.lower - self.delta, upward=True))
        if self.upper + self.delta < high:
            bets.append(self._bet(self.upper + self.delta, upward=False))
        return bets

    def _bets(self) -> list[Bet]:
        return self.refuting() + self.supporting()

    def _bet(self, centre: float, *, upward: bool) -> Bet:
        scale = stake_scale(centre, upward, self.support, self.variance)
        if math.isinf(scale):
            side, end = ("above", 0) if upward else ("below", 1)
            raise ValueError(
                f"MeanTest needs a variance or a finite support[{end}] to tell that E[Y] lies {side} {centre!r} (no "
                f"finite-sample test exists without), got support={self.support!r}; bound Y, or claim one side, without delta."
            )
        if scale <= 0:
            raise ValueError(
                f"MeanTest needs claimed values inside the support (no law can have the mean otherwise), "
                f"got {centre!r} for support={self.support!r}."
            )
        return Bet(centre, scale, upward, self.variance)

    def _inside(self, y: NDArray[np.float64]) -> NDArray[np.float64]:
        low, high = self.support
        if y.min() < low or y.max() > high:
            worst = float(y.min() if y.min() < low else y.max())
            raise ValueError(
                f"MeanTest.tally needs samples inside the support {self.support!r} (the bets rely on it), got {worst!r}; "
                f"clip rounding errors, or widen the support."
            )
        return y

    def _table(self, tallies: Sequence[ArrayLike]) -> NDArray[np.float64]:
        length = 4 + GRID * len(self._bets())
        rows = [np.asarray(tally, dtype=np.float64) for tally in tallies]
        if not rows or any(row.shape != (length,) for row in rows):
            shapes = sorted({row.shape for row in rows})
            raise ValueError(
                f"MeanTest.judge needs tallies of shape ({length},) (from this very test), got shapes {shapes}."
            )
        return np.array(rows)

    def _log_e(self, capitals: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the log e-values of refutation and of support at each shard boundary."""
        split = GRID * len(self.refuting())
        refuting = log_mean_exp(capitals[:, :split])
        if self.delta is None:
            return refuting, np.full(len(capitals), -math.inf)
        sides = [log_mean_exp(capitals[:, start : start + GRID]) for start in range(split, capitals.shape[1], GRID)]
        return refuting, np.minimum.reduce(sides)

    def _plan(
        self, function: str, deviation: float, skewness: float, alpha: float, power: float
    ) -> tuple[Spread, float]:
        check_probability(function, "alpha", alpha)
        check_probability(function, "power", power)
        if not (0 <= deviation < math.inf and math.isfinite(skewness)):
            raise ValueError(
                f"{function} needs a finite standard deviation >= 0 and a finite skewness, got {deviation!r}, {skewness!r}."
            )
        # The money is split over the sides; only one side can win.
        return Spread(deviation, skewness, self.support), math.log(len(self.refuting())) - math.log(alpha)
