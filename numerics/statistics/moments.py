"""Sample moments that add over shards: number, mean, and the central sums of powers 2 and 3.

Convention: the sums are taken about the mean of their own samples and not divided by anything. Merging shards shifts
them to the common mean [1]_; every sum over shards is correctly rounded (``math.fsum``), hence independent of their
order.

References
----------
.. [1] P. Pebay, "Formulas for robust, one-pass parallel computation of covariances and arbitrary-order statistical
   moments", Sandia report SAND2008-6212, 2008.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True)
class Moments:
    """Number, mean and central sums of powers 2 and 3 of some samples; what shards keep instead of the samples.

    Parameters
    ----------
    samples : int
        Number of samples n.
    mean : float
        Their mean.
    squares, cubes : float
        Sums of ``(y - mean)**2`` and of ``(y - mean)**3``, not divided by n.
    """

    samples: int
    mean: float
    squares: float
    cubes: float

    @classmethod
    def of(cls, samples: ArrayLike) -> Moments:
        """Return the moments of samples, taken about their own mean.

        Parameters
        ----------
        samples : array_like of float, any shape
            At least one finite sample.

        Returns
        -------
        Moments
            Two passes over the data, so no digits cancel.

        Raises
        ------
        ValueError
            When there is no sample or one is not finite.

        Examples
        --------
        >>> Moments.of([1.0, 2.0, 3.0]).variance
        1.0
        """
        y = checked_samples("Moments.of", samples)
        mean = float(y.mean())
        centred = y - mean
        # The mean itself is rounded; shifting by the mean of what is left repairs it.
        mean += float(centred.mean())
        centred = y - mean
        squared = centred * centred
        return cls(y.size, mean, float(squared.sum()), float((squared * centred).sum()))

    @classmethod
    def merge(cls, parts: Iterable[Moments]) -> Moments:
        """Return the moments of all samples of several parts together.

        Parameters
        ----------
        parts : iterable of Moments
            At least one; their order does not matter, not even for the last bit.

        Returns
        -------
        Moments
            Those of the union.

        Raises
        ------
        ValueError
            When there is no part.

        Examples
        --------
        >>> Moments.merge([Moments.of([1.0, 2.0]), Moments.of([6.0])]) == Moments.of([1.0, 2.0, 6.0])
        True
        """
        parts = list(parts)
        if not parts:
            raise ValueError("Moments.merge needs at least one part (the mean of nothing is undefined), got parts=[].")
        count = sum(part.samples for part in parts)
        mean = math.fsum(part.samples * part.mean for part in parts) / count
        shifts = [part.mean - mean for part in parts]
        squares = math.fsum(p.squares + p.samples * d**2 for p, d in zip(parts, shifts, strict=True))
        cubes = math.fsum(p.cubes + 3 * d * p.squares + p.samples * d**3 for p, d in zip(parts, shifts, strict=True))
        return cls(count, mean, squares, cubes)

    @property
    def variance(self) -> float:
        """Unbiased variance ``squares / (n - 1)``; ``inf`` for one sample."""
        return self.squares / (self.samples - 1) if self.samples > 1 else math.inf

    @property
    def skewness(self) -> float:
        """Third central moment over the 3/2 power of the second (divisor n in both); 0 for constant samples."""
        spread = self.squares / self.samples
        return self.cubes / self.samples / spread**1.5 if spread > 0 else 0.0

    @property
    def standard_error(self) -> float:
        """Standard error of the mean, ``sqrt(variance / n)``."""
        return math.sqrt(self.variance / self.samples)


def checked_samples(function: str, samples: ArrayLike) -> NDArray[np.float64]:
    """Return samples as one flat float64 array, or raise in the name of ``function``.

    Parameters
    ----------
    function : str
        Name that the message gives to the caller.
    samples : array_like of float, any shape
        At least one finite sample.

    Returns
    -------
    numpy.ndarray, shape (n,)
        The samples.

    Raises
    ------
    ValueError
        When there is no sample or one is not finite.
    """
    y = np.asarray(samples, dtype=np.float64).ravel()
    if y.size == 0:
        raise ValueError(f"{function} needs at least one sample (the mean of nothing is undefined), got 0 samples.")
    finite = np.isfinite(y)
    if not finite.all():
        position = int(np.argmin(finite))
        raise ValueError(f"{function} needs finite samples, got samples[{position}]={float(y[position])!r}.")
    return y
