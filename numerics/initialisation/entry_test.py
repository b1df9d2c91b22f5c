r"""Is one weight array a draw of independent entries of a law? Eight tests, each exact or with a proved bound.

| test | statistic | law of it |
|---|---|---|
| scale | mean square | chi-square, or Chernoff |
| mean | sum of all entries | normal, or Chernoff |
| row scale, column scale | largest and smallest mean square of a row (column) | the same, times the number of rows |
| row mean, column mean | largest abs(sum) of a row (column): copied rows, low rank | the same |
| extreme | largest abs(entry): a cut, an outlier | exact, P(abs <= t)^n |
| shape | mean of cos(2 y): family of the law | Bernstein's inequality |
| distribution | sup abs(F_n - F) | Massart's constant |

Each of scale, mean, row scale, column scale, row mean, column mean and extreme has an eighth of alpha; shape and distribution share the
last one. Massart's constant and Bernstein's inequality are in [1]_. By the union bound a right array is refuted with probability at most alpha, at any size. Shape and distribution look at
`SAMPLE` entries at most, evenly spaced.

References
----------
.. [1] P. Massart, Ann. Probab. 18 (1990) 1269-1283. S. Bernstein's inequality: S. Boucheron, G. Lugosi, P. Massart,
   "Concentration Inequalities", 2013, theorem 2.10.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from numerics.initialisation.entry_law import Array, EntryLaw, Family, log_tail_squares, log_tail_sum
from numerics.statistics.distribution_test import law_test, log_p_bound
from numerics.statistics.error_budget import check_probability

FALSE_ALARM = 1e-6
"""Probability with which everything asked of one right array raises an alarm, unless told otherwise."""

SAMPLE = 1 << 18
"""Most entries whose whole distribution is looked at."""

_SHARES = 8
_CHUNK = 1 << 22


@dataclass(frozen=True, slots=True)
class EntryFigure:
    """One statistic of an array and how improbable it is under the law.

    Parameters
    ----------
    name : str
        Which test.
    observed, expected : float
        The statistic, standardised, and its mean (for extremes its typical value, else the nearest of the bounds).
    log_p : float
        Logarithm of (a bound on) the probability of a value as far out, times the number of values it is the largest of; at most 0.
    """

    name: str
    observed: float
    expected: float
    log_p: float


@dataclass(frozen=True, slots=True, eq=False)
class EntrySummary:
    """What the tests need of an array, so that many laws can be tried on it.

    Parameters
    ----------
    size : int
        Number of entries n.
    rows, columns : int
        The array as a matrix: its first axis, and all the others.
    total, square : float
        Sums of the entries and of their squares.
    row_total, row_square, column_total, column_square : ndarray
        The same by row and by column.
    largest : float
        max abs(entry).
    sample : ndarray, shape (min(n, SAMPLE),)
        Evenly spaced entries, sorted.
    unit : float
        Unit roundoff of the array's own format.
    """

    size: int
    rows: int
    columns: int
    total: float
    square: float
    row_total: Array
    row_square: Array
    column_total: Array
    column_square: Array
    largest: float
    sample: Array
    unit: float

    @classmethod
    def of(cls, weight: ArrayLike, *, unit: float | None = None) -> EntrySummary:
        """Return the summary of an array.

        Parameters
        ----------
        weight : array_like, any shape, not empty
            First axis: output features (any other axis does as well).
        unit : float, optional
            Unit roundoff if the array was stored in a narrower format; default that of its dtype.

        Raises
        ------
        TypeError
            When the entries are no real numbers.
        ValueError
            When the array is empty, or an entry is not finite.
        """
        array = np.asarray(weight)
        if array.dtype.kind not in "fiu":
            raise TypeError(f"an initialisation test needs real numbers, got dtype={array.dtype}.")
        if array.size == 0:
            raise ValueError(f"an initialisation test needs at least one entry, got shape={array.shape}.")
        unit = unit if unit is not None else float(np.finfo(array.dtype).eps / 2) if array.dtype.kind == "f" else 0.0
        matrix = array.reshape(array.shape[0] if array.ndim > 1 else 1, -1)
        rows, columns = matrix.shape
        row_total, row_square = np.empty(rows), np.empty(rows)
        column_total, column_square, largest = np.zeros(columns), np.zeros(columns), 0.0
        step = max(1, _CHUNK // columns)
        for start in range(0, rows, step):
            part = matrix[start : start + step].astype(np.float64)
            row_total[start : start + step] = part.sum(axis=1)
            column_total += part.sum(axis=0)
            largest = max(largest, float(part.max()), -float(part.min()))
            np.square(part, out=part)
            row_square[start : start + step] = part.sum(axis=1)
            column_square += part.sum(axis=0)
        if not math.isfinite(float(row_square.sum())):
            bad = int(np.count_nonzero(~np.isfinite(array)))
            raise ValueError(f"an initialisation test needs finite entries, got {bad} NaN or infinite of {array.size}.")
        sample = np.sort(matrix.ravel()[:: max(1, -(-array.size // SAMPLE))].astype(np.float64))
        return cls(
            array.size, rows, columns, float(row_total.sum()), float(row_square.sum()),
            row_total, row_square, column_total, column_square, largest, sample, unit,
        )  # fmt: skip

    @property
    def root_mean_square(self) -> float:
        """sqrt(mean square of the entries)."""
        return math.sqrt(self.square / self.size)

    def guess(self, family: Family) -> EntryLaw:
        """Return the law of a family that fits best: a bounded one by its largest entry, the normal one by its mean square."""
        unit = EntryLaw(family, 1.0)
        std = self.root_mean_square if family == "normal" else self.largest / unit.bound
        return EntryLaw(family, max(std, 1e-300))

    @property
    def is_constant(self) -> bool:
        """Whether all entries that were looked at are one number, and their mean square is its square."""
        return bool(self.sample[0] == self.sample[-1]) and math.isclose(
            self.square, self.size * float(self.sample[0]) ** 2, rel_tol=1e-9, abs_tol=0.0
        )


@dataclass(frozen=True, slots=True)
class EntryEvidence:
    """What the tests found.

    Parameters
    ----------
    law : EntryLaw
    alpha : float
        Bound on the probability that a right array is refuted.
    size : int
        Number of entries.
    ratio : float
        Observed over claimed standard deviation (root mean square about the claimed mean).
    figures : tuple of EntryFigure
    """

    law: EntryLaw
    alpha: float
    size: int
    ratio: float
    figures: tuple[EntryFigure, ...]

    @property
    def worst(self) -> EntryFigure:
        """The least probable figure."""
        return min(self.figures, key=lambda figure: figure.log_p)

    @property
    def log_p(self) -> float:
        """Logarithm of a p-value for all tests together."""
        return min(0.0, self.worst.log_p + math.log(_SHARES))

    @property
    def refuted(self) -> bool:
        """Whether the array is no draw of the law, at error probability alpha."""
        return self.log_p <= math.log(self.alpha)

    def resolution(self, power: float = 0.99) -> tuple[float, float]:
        """Return how far the standard deviation may be off before it is found with the asked probability.

        Parameters
        ----------
        power : float, optional

        Returns
        -------
        tuple of float
            ``(low, high)``: entries of the same law with a standard deviation below ``low`` or above ``high`` times the claimed one are
            refuted with probability at least `power` (exact for the normal law, a bound for the others). 0 and inf: at no ratio.

        Raises
        ------
        ValueError
            When `power` is no probability.

        Examples
        --------
        >>> low, high = judge_entries(np.random.default_rng(0).standard_normal(10_000), EntryLaw("normal", 1.0)).resolution()
        >>> round(low, 2), round(high, 2)
        (0.95, 1.05)
        """
        check_probability("resolution", "power", power)
        share = math.log(self.alpha / _SHARES)
        top = _bisect(lambda s: log_tail_squares(self.law, self.size, s, above=True) <= share, 1.0, 1e12)
        bottom = 1 / _bisect(lambda s: log_tail_squares(self.law, self.size, 1 / s, above=False) <= share, 1.0, 1e12)
        miss = math.log(1 - power)
        low = _bisect(lambda f: log_tail_squares(self.law, self.size, bottom * f, above=True) <= miss, 1.0, 1e12)
        high = _bisect(lambda f: log_tail_squares(self.law, self.size, top / f, above=False) <= miss, 1.0, 1e12)
        return (0.0 if low >= 1e12 else low**-0.5), (math.inf if high >= 1e12 else high**0.5)


def _bisect(holds: Callable[[float], bool], low: float, high: float) -> float:
    """Return the least s in (low, high] from which on `holds`, to 1e-6; high if it never does."""
    if not holds(high):
        return high
    low, high = math.log(low), math.log(high)
    while high - low > 1e-6:
        middle = (low + high) / 2
        low, high = (low, middle) if holds(math.exp(middle)) else (middle, high)
    return math.exp(high)


def judge_entries(weight: ArrayLike | EntrySummary, law: EntryLaw, alpha: float = FALSE_ALARM) -> EntryEvidence:
    """Test whether the entries of one array are independent draws of a law.

    Parameters
    ----------
    weight : array_like, any shape, or EntrySummary
        The array; a summary of it when many laws are tried. Its mean must then be 0.
    law : EntryLaw
    alpha : float, optional
        Probability with which a right array may be refuted, all tests together.

    Returns
    -------
    EntryEvidence

    Raises
    ------
    TypeError
        When entries are no real numbers.
    ValueError
        When the array is empty or not finite, a summary is given with a law of another mean than 0, or alpha is no probability.

    Notes
    -----
    **Accuracy**: p-values to double precision. Formats narrower than 32 bits are allowed their rounding in every statistic.

    Examples
    --------
    >>> w = np.random.default_rng(0).standard_normal((64, 64)) / 8
    >>> judge_entries(w, EntryLaw("normal", 1 / 8)).refuted, judge_entries(w, EntryLaw("uniform", 1 / 8)).worst.name
    (False, 'extreme')
    """
    check_probability("judge_entries", "alpha", alpha)
    if isinstance(weight, EntrySummary):
        if law.mean:
            raise ValueError(
                f"judge_entries needs a law of mean 0 with a summary, got mean={law.mean!r}; pass the array."
            )
        found = weight
    else:
        array = np.asarray(weight)
        unit = float(np.finfo(array.dtype).eps / 2) if array.dtype.kind == "f" else None
        found = EntrySummary.of(array.astype(np.float64) - law.mean if law.mean else array, unit=unit)
    figures = (
        _square_figure("scale", law, found.size, np.array([found.square / found.size]), found.unit),
        _sum_figure("mean", law, found.size, np.array([found.total])),
        _square_figure("row scale", law, found.columns, found.row_square / found.columns, found.unit),
        _square_figure("column scale", law, found.rows, found.column_square / found.rows, found.unit),
        _sum_figure("row mean", law, found.columns, found.row_total),
        _sum_figure("column mean", law, found.rows, found.column_total),
        _extreme_figure(law, found),
        *_shape_figures(law, found),
    )
    return EntryEvidence(law, alpha, found.size, found.root_mean_square / law.std, figures)


def _square_figure(name: str, law: EntryLaw, n: int, squares: Array, unit: float) -> EntryFigure:
    """Test the largest and the smallest of several mean squares of n entries."""
    slack = 1 + 4 * unit if unit > 1e-6 else 1.0
    high, low = float(squares.max()) / law.std**2, float(squares.min()) / law.std**2
    above = log_tail_squares(law, n, high / slack, above=True)
    below = log_tail_squares(law, n, low * slack, above=False)
    log_p = min(0.0, min(above, below) + math.log(2 * squares.size))
    return EntryFigure(name, high if above < below else low, 1.0, log_p)


def _sum_figure(name: str, law: EntryLaw, n: int, totals: Array) -> EntryFigure:
    """Test the largest absolute value of several sums of n entries; shown divided by its standard deviation."""
    largest = float(np.abs(totals).max()) / law.std
    log_p = min(0.0, log_tail_sum(law, n, largest) + math.log(2 * totals.size))
    return EntryFigure(name, largest / math.sqrt(n), 0.0, log_p)


def _extreme_figure(law: EntryLaw, found: EntrySummary) -> EntryFigure:
    """Test the largest absolute entry: exact, P(abs <= t)^n, both sides."""
    t = found.largest / law.std
    slack = 4 * found.unit + 1e-6  # frameworks round the ends of an interval, and draw from a grid of 2^24 points
    below = found.size * law.log_inside(t * (1 + slack))
    outside = -math.expm1(found.size * law.log_inside(t * (1 - slack)))
    above = math.log(outside) if outside > 0 else -math.inf
    # A normal draw in single precision cannot reach past 5.4: the lower side is asked only where that is no matter.
    lower = below if found.size < SAMPLE else 0.0
    typical = min(law.bound, math.sqrt(2 * math.log(max(found.size, 2))))
    return EntryFigure("extreme", t, typical, min(0.0, min(above, lower) + math.log(2)))


def _shape_figures(law: EntryLaw, found: EntrySummary) -> tuple[EntryFigure, EntryFigure]:
    """Test the mean of cos(2 y) by Bernstein's inequality, and the distribution function by Massart's."""
    y = found.sample / law.std
    rounding = found.unit if found.unit > 1e-6 else 0.0
    mean, variance = law.cosine()
    off = max(0.0, abs(float(np.cos(2 * y).mean()) - mean) - 4 * rounding)
    bernstein = -y.size * off * off / (2 * (variance + off * (1 + abs(mean)) / 3))
    distance = max(0.0, law_test(y, law.distribution, 0.5).distance - 4 * rounding)
    massart = log_p_bound(distance, (y.size,))
    # these two share one share: each is charged a factor of two
    return (
        EntryFigure("shape", float(np.cos(2 * y).mean()), mean, min(0.0, bernstein + math.log(4))),
        EntryFigure("distribution", distance, 0.0, min(0.0, massart + math.log(2))),
    )
