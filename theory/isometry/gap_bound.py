"""Bounds of the isometry gap of a batch of given correlations, and where finite width keeps it from falling further."""

from __future__ import annotations

import sympy as sp
from sympy import Expr

from theory.number import Number


def isometry_gap_bound(size: Expr | int, correlation: Expr) -> Expr:
    """Return B_n(r) = -((n-1) log(1+r) + log(1-(n-1)r))/n, the largest gap when all correlations are at most r.

    Parameters
    ----------
    size : int or Expr
        n >= 2.
    correlation : Expr
        r >= 0 with (n-1) r < 1; attained by the equicorrelated matrix with correlation -r.

    Returns
    -------
    Expr
        In nats.

    Notes
    -----
    **Source**: this project. With E = G - I, -tr log(I+E) = sum_k (-1)^k tr E^k/k <= sum_k tr |E|^k/k, and closed walks
    are monotone in the entries of |E| <= r (J - I), whose eigenvalues are (n-1) r once and -r, n-1 times.
    """
    n = sp.Integer(0) + size
    return -((n - 1) * sp.log(1 + correlation) + sp.log(1 - (n - 1) * correlation)) / n


def stationary_correlation(width: int, slope: Number) -> Number:
    """Return 1/sqrt(d (1 - alpha^2)), the size of correlations at which layer-normed networks of width d settle.

    Notes
    -----
    To leading order in 1/d: one layer is rho -> alpha rho + noise of variance 1/d (claim A29), alpha the slope at 0.

    Examples
    --------
    >>> str(stationary_correlation(100, Number.of(0)))
    '1/10'
    """
    return (width * (1 - slope**2)) ** sp.Rational(-1, 2)


def isometry_floor(size: int, width: int, slope: Number) -> Number:
    """Return (n-1)/(2 d (1 - alpha^2)), the isometry gap (nats) at which a batch of n settles, to leading order in 1/d.

    Notes
    -----
    The gap is about the sum of rho_ij^2 over pairs, divided by n: n (n-1)/2 pairs of size `stationary_correlation`.
    """
    return stationary_correlation(width, slope) ** 2 * (size - 1) / 2
