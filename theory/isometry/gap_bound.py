"""Bounds of the isometry gap of a batch after a layer."""

from __future__ import annotations

import sympy as sp
from sympy import Expr


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
