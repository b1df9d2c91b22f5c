r"""Bets against a mean: the logarithm of what a gambler owns who stakes fixed fractions on "E[Y] is not c".

Whoever believes ``E[Y] <= c`` offers a fair or losing game that pays ``1 + lam (Y - c)`` for ``lam > 0`` as long as
this cannot become negative. A gambler who plays it with every sample owns ``prod(1 + lam (Y_i - c))``, of expectation
at most 1 under the belief, so that by Ville's inequality the fortune ever reaches ``1/alpha`` with probability at most
``alpha`` [1]_. Negative ``lam`` plays against ``E[Y] >= c``. Where Y has no bound on the side of the loss, but a
variance of at most v, Catoni's

    exp(phi(lam (Y - c)) - lam**2 v / 2),     phi(x) = sign(x) log(1 + abs(x) + x**2 / 2),

takes the place of the factor [2]_: ``exp(phi(x)) <= 1 + x + x**2/2``, and phi increases, so a mean below c does no
harm either.

The right ``lam`` depends on the unknown deviation, hence a grid of 12, each half of the one before, and the mean of
the 12 fortunes. It costs at most ``log 12`` nats, and fortunes of separate shards simply multiply: no state passes
between shards.

Notes
-----
**Accuracy**: a factor is rounded once or twice, so the logarithm of a fortune after n samples is off by less than
``4e-16 n`` in the worst case, 4e-9 at 1e7 samples. Thresholds are 18 nats.

References
----------
.. [1] I. Waudby-Smith and A. Ramdas, "Estimating means of bounded random variables by betting", JRSS B 86 (2024) 1-27.
.. [2] H. Wang and A. Ramdas, "Catoni-style confidence sequences for heavy-tailed mean estimation", Stoch. Proc. Appl.
   163 (2023) 168-202.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

GRID = 12
"""Number of stakes; the smallest is 2**-11 of the largest, which covers deviations from one down to 1/2000."""

_LARGEST_STAKE = 0.75  # A gambler who risks everything is ruined by one sample at the end of the support.
_BLOCK = 16  # Factors multiplied before one logarithm is taken; a logarithm costs as much as ten products.


@dataclass(frozen=True, slots=True)
class Bet:
    """Twelve stakes on one side of one value.

    Parameters
    ----------
    centre : float
        The value c.
    scale : float
        Largest possible loss ``abs(Y - c)``, or the standard deviation bound for Catoni's bets.
    upward : bool
        True when the bet wins if the mean lies above c.
    variance : float or None
        Bound on the variance: Catoni's bets. None: products.
    """

    centre: float
    scale: float
    upward: bool
    variance: float | None = None

    @property
    def stakes(self) -> NDArray[np.float64]:
        """The grid of ``lam > 0``, largest first, shape (12,); for a downward bet they count as negative."""
        return np.ldexp(_LARGEST_STAKE / self.scale, -np.arange(GRID))

    def log_capitals(self, samples: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the log fortunes after some samples, one per stake.

        Parameters
        ----------
        samples : numpy.ndarray of float, shape (n,)
            Finite, and where there is no variance bound inside the support for which ``scale`` was chosen.

        Returns
        -------
        numpy.ndarray, shape (12,)
            Natural logarithms; 0 for no samples. Those of separate samples add.

        Examples
        --------
        >>> y = np.array([0.0, 1.0, 1.0])
        >>> bet = Bet(centre=0.5, scale=0.5, upward=True)
        >>> bool(np.allclose(bet.log_capitals(y), np.log1p(np.outer(bet.stakes, y - 0.5)).sum(axis=1), rtol=1e-14))
        True
        """
        stakes = self.stakes
        gains = samples - self.centre if self.upward else self.centre - samples
        if self.variance is None:
            return _log_products(np.multiply.outer(stakes, gains))
        # 1e140 standard deviations win or lose 640 nats, enough for ruin, and their squares do not overflow.
        gains = np.clip(gains, -1e140 * self.scale, 1e140 * self.scale)
        # phi is odd: wins and losses are two products, and no element needs a case distinction.
        won = _log_products(_catoni_excess(np.multiply.outer(stakes, gains[gains > 0])))
        lost = _log_products(_catoni_excess(np.multiply.outer(stakes, -gains[gains < 0])))
        return won - lost - samples.size * stakes**2 * (self.variance / 2)


def log_mean_exp(logs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``log(mean(exp(logs)))`` along the last axis, without overflow.

    Parameters
    ----------
    logs : numpy.ndarray of float, shape (..., k)
        Logarithms, finite.

    Returns
    -------
    numpy.ndarray, shape (...)
        For fortunes: the log fortune of a gambler who splits the money evenly over the k bets.

    Examples
    --------
    >>> bool(np.isclose(log_mean_exp(np.array([1000.0, 1000.0 + np.log(3.0)])), 1000.0 + np.log(2.0), rtol=1e-15))
    True
    """
    top = logs.max(axis=-1, keepdims=True)
    mean: NDArray[np.float64] = np.log(np.exp(logs - top).mean(axis=-1)) + top[..., 0]
    return mean


def _catoni_excess(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``x + x**2/2``."""
    return x * (1 + 0.5 * x)


def _log_products(excess: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``sum(log(1 + excess), axis=1)``, at one logarithm per block of samples where the products allow it."""
    rows, n = excess.shape
    whole = n - n % _BLOCK
    with np.errstate(over="ignore"):
        products = (1 + excess[:, :whole]).reshape(rows, _BLOCK, whole // _BLOCK).prod(axis=1)
    if not np.isfinite(products).all():
        return np.log1p(excess).sum(axis=1)
    logs: NDArray[np.float64] = np.log(products).sum(axis=1) + np.log1p(excess[:, whole:]).sum(axis=1)
    return logs


def stake_scale(centre: float, upward: bool, support: tuple[float, float], variance: float | None) -> float:
    """Return the largest loss of a bet, or the standard deviation where only the variance is bounded.

    Parameters
    ----------
    centre : float
        The value that is bet against.
    upward : bool
        Side of the bet.
    support : tuple of float
        Least and greatest value of Y, possibly infinite.
    variance : float or None
        Bound on the variance of Y.

    Returns
    -------
    float
        Positive, or ``inf`` when no bet is possible; at most 0 when the centre lies at or beyond the end of the
        support.

    Examples
    --------
    >>> stake_scale(0.25, True, (0.0, math.inf), None), stake_scale(0.25, False, (0.0, math.inf), None)
    (0.25, inf)
    """
    if variance is not None:
        return math.sqrt(variance)
    return centre - support[0] if upward else support[1] - centre
