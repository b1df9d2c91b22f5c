"""Chains that need no neurons: norms under shaped relu, and correlations in linear networks, exactly in law.

The squared norm of one sample under shaped relu is a product of chi-square mixtures, and the correlation in a linear
network follows from three scalars per layer (`theory.covariance_sde.log_norm`, `theory.covariance_sde.linear_network`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from numerics.covariance_sde.counts import check_count

if TYPE_CHECKING:
    Array = NDArray[np.float64]


def log_norm_chain(delta: float, width: int, depth: int, rng: np.random.Generator, *, repeats: int) -> Array:
    """Return log(V_d/V_0) of one sample under shaped relu, exactly in law, from chi-square variables alone.

    Parameters
    ----------
    delta : float
        (s_+^2 - s_-^2)/(s_+^2 + s_-^2), in [-1, 1].
    width, depth : int
    rng : numpy.random.Generator
    repeats : int

    Returns
    -------
    ndarray, shape (repeats,)
        -inf where all neurons of a layer are dead (only for delta = +-1).

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> bool(np.abs(log_norm_chain(0.0, 10**6, 1, np.random.default_rng(0), repeats=3)).max() < 0.02)
    True
    """
    if not -1 <= delta <= 1:
        raise ValueError(f"log_norm_chain needs delta in [-1, 1] (a share of energies), got delta={delta!r}.")
    for name, count in (("width", width), ("depth", depth), ("repeats", repeats)):
        check_count("log_norm_chain", name, count)
    total = np.zeros(repeats)
    for _ in range(depth):
        active = rng.binomial(width, 0.5, repeats)
        positive = 2 * rng.standard_gamma(active / 2)
        negative = 2 * rng.standard_gamma((width - active) / 2)
        with np.errstate(divide="ignore"):
            total += np.log(((1 + delta) * positive + (1 - delta) * negative) / width)
    return total


def linear_correlation_chain(rho: float, width: int, depth: int, rng: np.random.Generator, *, repeats: int) -> Array:
    """Return rho/sqrt(1-rho^2) after a linear network, exactly in law: sh' = (sh |x| + u)/|w|, chi variables of n, n-1.

    Parameters
    ----------
    rho : float
        In (-1, 1).
    width : int
        At least 2.
    depth, repeats : int
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (repeats,)

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    if not -1 < rho < 1:
        raise ValueError(f"linear_correlation_chain needs rho in (-1, 1) (+-1 stays), got rho={rho!r}.")
    check_count("linear_correlation_chain", "width", width, least=2)
    state = np.full(repeats, rho / np.sqrt(1 - rho**2))
    for _ in range(depth):
        same = np.sqrt(2 * rng.standard_gamma(width / 2, repeats))
        rest = np.sqrt(2 * rng.standard_gamma((width - 1) / 2, repeats))
        state = (state * same + rng.standard_normal(repeats)) / rest
    return state
