r"""The predecessor's orthogonality gap V of the linear batch-normalised chain: its contraction and its stationary size.

The chain X' = BN(W X), W Gaussian of N rows, BN(X) = diag(X X^T)^(-1/2) X (no mean is subtracted), acts on n samples. With
K = X^T X/tr a row of W X is N(0, K), and BN turns it into a direction u: K' = mean of N independent u u^T. Then

    V = ||K - I/n||_F:      E[V'^2 | K] = (1 - 1/n)/N + (1 - 1/N) ||E u u^T - I/n||_F^2          exactly,

because ||u|| = 1. A small traceless deviation of K moves the mean of u u^T by its multiple n/(n+2) (the angular Gaussian
law to first order: moments E u_i^2 u_j^2 of the sphere), hence to leading order in 1/N

    stationary E V^2 = (n-1)/(nN)/(1 - (n/(n+2))^2) = (n-1)(n+2)^2/(4 n (n+1) N),   about n/(4N) for large n.

Regime: N much larger than n. Source: Daneshmand, Joudaki, Bach, "Batch normalization orthogonalizes representations in
deep random networks", NeurIPS 2021, arXiv 2106.03970 (the gap, and that it is O(1/sqrt(N))); the constants: this project.
"""

from __future__ import annotations

from fractions import Fraction

from theory.recentering.cluster_odd_family import check_batch_size


def gap_contraction(batch_size: int) -> Fraction:
    """Return n/(n+2), the factor of a small mean deviation of K from I/n per layer.

    Examples
    --------
    >>> gap_contraction(10)
    Fraction(5, 6)
    """
    n = check_batch_size("gap_contraction", batch_size, 2)
    return Fraction(n, n + 2)


def gap_innovation(batch_size: int, width: int) -> Fraction:
    """Return (n-1)/(nN), the value of E V^2 one layer after an exactly orthogonal batch; exact at every width N."""
    n = check_batch_size("gap_innovation", batch_size, 2)
    if isinstance(width, bool) or not isinstance(width, int) or width < 1:
        raise ValueError(f"gap_innovation needs an integer width >= 1 (rows), got width={width!r}.")
    return Fraction(n - 1, n * width)


def stationary_gap(batch_size: int) -> Fraction:
    """Return (n-1)(n+2)^2/(4n(n+1)), the limit of N E V^2 in the stationary chain as N grows.

    Examples
    --------
    The fixed point of V^2 -> (n/(n+2))^2 V^2 + (n-1)/(nN):

    >>> n = 6
    >>> stationary_gap(n) * (1 - gap_contraction(n) ** 2) == gap_innovation(n, 1)
    True
    """
    n = check_batch_size("stationary_gap", batch_size, 2)
    return Fraction((n - 1) * (n + 2) ** 2, 4 * n * (n + 1))
