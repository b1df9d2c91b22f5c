"""Confidence sequences: intervals for a mean that hold at all sample sizes at once, from a mixture of bets on the running sum.

For samples in [a, b] with mean m given those before, exp(L (S_n - n m) - L^2 n (b - a)^2/8) is a fortune that starts at 1 and does not
grow on average (Hoeffding). Mixed over a normal law of L it is an e-process; the means that it has not yet refuted at level alpha
are the interval [1]_. Wider than the bets of `numerics.statistics.e_value`, which look at every sample, but known from the running mean alone.

References
----------
.. [1] H. Robbins, "Statistical methods related to the law of the iterated logarithm", Ann. Math. Statist. 41 (1970) 1397-1409.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.statistics.error_budget import check_probability

__all__ = ["half_width"]


def half_width(samples: ArrayLike, width: float, alpha: float, sharpest: int) -> NDArray[np.float64]:
    """Return the half-width h_n with |mean of n samples - m| < h_n for all n at once, but with probability at most alpha.

    Parameters
    ----------
    samples : array_like of int, shape (...)
        Sample sizes n >= 1.
    width : float
        b - a, the length of an interval that holds every sample.
    alpha : float
        In (0, 1).
    sharpest : int
        The sample size for which the mixture is chosen; the interval is narrowest about there.

    Returns
    -------
    ndarray, shape (...)
        ``sqrt((V + r) log((V + r)/(r alpha^2)))/n`` with V = n width^2/4.

    Raises
    ------
    ValueError
        If the width is not positive and finite, alpha is no probability, or a sample size is below 1.

    Examples
    --------
    >>> half_width([100, 10000], 1.0, 0.01, 10000).round(3).tolist()
    [0.475, 0.018]
    """
    check_probability("half_width", "alpha", alpha)
    sizes = np.asarray(samples, dtype=np.float64)
    if not 0 < width < math.inf:
        raise ValueError(f"half_width needs samples in a bounded interval (b - a > 0), got width={width!r}.")
    if sharpest < 1 or (sizes < 1).any():
        raise ValueError(
            f"half_width needs sample sizes of at least 1, got samples={samples!r}, sharpest={sharpest!r}."
        )
    variance = sizes * width**2 / 4
    nats = 2 * math.log(1 / alpha)
    prior = sharpest * width**2 / 4 / (nats + math.log(1 + nats))
    total = variance + prior
    return np.sqrt(total * (np.log(total / prior) + nats)) / sizes
