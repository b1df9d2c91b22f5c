r"""One layer of recentring and a positively homogeneous activation on any Gram matrix, at infinite width, as proved balls.

    G = H K H,  H = I - 11^T/n;      K'_ij = sqrt(G_ii G_jj) kappa(G_ij/sqrt(G_ii G_jj))

Recentring acts on every neuron's batch by itself, and a neuron's pre-activations are Gaussian with covariance K: so the
centred ones are Gaussian with covariance H K H, at any width. Only the average over neurons is replaced by its mean.
A recentred sample that is zero has no angle; it stays zero, as s(0) = 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import flint

from theory.enclosure.ball import ball_of
from theory.isometry.gram_matrix import GramMatrix
from theory.kernel_map.homogeneous import RELU, HomogeneousKernel


def recentred(gram: flint.arb_mat) -> flint.arb_mat:
    """Return H K H, whose rows and columns add to 0.

    Examples
    --------
    >>> recentred(flint.arb_mat([[2, 0], [0, 2]])) == flint.arb_mat([[1, -1], [-1, 1]])
    True
    """
    n = gram.nrows()
    means = [sum((gram[i, j] for j in range(n)), flint.arb(0)) / n for i in range(n)]
    mean = sum(means, flint.arb(0)) / n
    return flint.arb_mat(n, n, [gram[i, j] - means[i] - means[j] + mean for i in range(n) for j in range(n)])


def mean_field_layer(gram: flint.arb_mat, kernel: HomogeneousKernel = RELU) -> flint.arb_mat:
    """Return the Gram matrix after recentring and the activation, E s^2 = 1, as a matrix of balls.

    Parameters
    ----------
    gram : flint.arb_mat, shape (n, n)
        Symmetric and positive semidefinite.
    kernel : HomogeneousKernel

    Raises
    ------
    ValueError
        If there are fewer than two samples, or all samples are equal: their recentred Gram matrix is zero.

    Examples
    --------
    Two samples are orthogonal after one layer, whatever they were:

    >>> mean_field_layer(flint.arb_mat([[3, 1], [1, 5]]))[0, 1].contains(0)
    True
    """
    n = gram.nrows()
    if n < 2:
        raise ValueError("mean_field_layer needs at least two samples (one sample recentred is zero), got one.")
    centred = recentred(gram)
    if not any(centred[i, i] > 0 for i in range(n)):
        raise ValueError(
            "mean_field_layer needs samples that are not all equal (recentring maps equal samples to zero, which has no "
            "direction), got a recentred Gram matrix without a positive diagonal entry."
        )
    norms = [_root(centred[i, i]) for i in range(n)]
    entries = [[centred[i, i] for _ in range(n)] for i in range(n)]
    for i in range(n):
        for j in range(i):
            entries[i][j] = entries[j][i] = _entry(centred[i, j], norms[i], norms[j], kernel)
    return flint.arb_mat(entries)


def as_balls(gram: GramMatrix | Sequence[Sequence[Fraction | int]]) -> flint.arb_mat:
    """Return a rational Gram matrix as a matrix of balls at Arb's current precision."""
    entries = gram if isinstance(gram, Sequence) else gram.entries
    rows = [[Fraction(x) for x in row] for row in entries]
    return flint.arb_mat([[ball_of(x) for x in row] for row in rows])


def _entry(product: flint.arb, left: flint.arb, right: flint.arb, kernel: HomogeneousKernel) -> flint.arb:
    if not (left > 0 and right > 0):
        return left * right * flint.arb(0, 1)  # |kappa| <= 1, and 0 for a sample that is exactly zero
    cosine = (product / (left * right)).min(flint.arb(1)).max(flint.arb(-1))
    return left * right * kernel.value(flint.arb.atan2(_root(1 - cosine**2), cosine))


def _root(square: flint.arb) -> flint.arb:
    """Return the root of a number known to be nonnegative, whose ball may reach below 0."""
    return square.sqrt() if square > 0 else flint.arb(0).union(square.upper().max(flint.arb(0)).sqrt().upper())
