"""Kernel and tangent kernel of a word on a batch with proved digits.

The recursion of `theory.network.propagation` in balls, again with more digits until every entry has as many as asked. Inputs are
given by their Gram matrix X X^T/fan_in, whose entries are taken as the exact numbers they are (a double is a rational).

Accuracy: every entry within 10^-digits max(1, |entry|), proved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import flint
import numpy as np

from theory.enclosure.ball import check_digits, enclose_to
from theory.network.ball_arithmetic import BallArithmetic, balls
from theory.network.propagation import Field, Parameterisation, propagate, start_field
from theory.network.word import Word

_GUARDS = (14, 40, 120, 400)


@dataclass(frozen=True)
class NetworkKernels:
    """Kernel, tangent kernel and Jacobian product of a word on a batch, matrices of balls.

    Parameters
    ----------
    kernel, tangent, jacobian : ndarray of flint.arb, shape (rows, rows)
        jacobian[a, a] is E |dx_a/dx_a(0)|^2 per feature, where rows do not mix.
    digits : int
        Proved for every entry.
    """

    kernel: np.ndarray
    tangent: np.ndarray
    jacobian: np.ndarray
    digits: int

    def float64(self, name: str = "tangent") -> np.ndarray:
        """Return one of the matrices rounded to doubles."""
        return np.vectorize(lambda ball: float(ball.mid()), otypes=[np.float64])(getattr(self, name))


def network_kernels(
    word: Word,
    gram: Sequence[Sequence[Any]] | np.ndarray,
    depth: int,
    digits: int = 30,
    *,
    positions: int = 1,
    means: Sequence[Any] | None = None,
    parameterisation: Parameterisation = "ntk",
) -> NetworkKernels:
    """Return the kernels of the network of a word, K_L and Theta_L, enclosed.

    Parameters
    ----------
    word : Word
    gram : matrix of exact numbers or floats, shape (rows, rows)
        X X^T/fan_in of the inputs; rows are samples, or samples times positions.
    depth : int
    digits : int
    positions : int
        Of a convolutional word or one with attention.
    means : sequence of exact numbers or floats, shape (rows,), optional
        Mean entries of the inputs, 0 by default; only layer norms and skips that see the inputs themselves use them.
    parameterisation : {"ntk", "standard"}

    Returns
    -------
    NetworkKernels
        The tangent kernel of one feature of the last block; per unit of width for "standard".

    Raises
    ------
    NoLawError
        As `theory.network.propagation.propagate`, and where a variance that is no exact number meets an activation with
        unbounded derivatives.
    ValueError
        If depth or digits is out of range, the matrix is not square, or the enclosure does not converge.

    Examples
    --------
    One hidden relu layer at He variance on one input of unit norm: K = 1, Theta = 1 + 1.

    >>> from theory.network.grammar import parse_word
    >>> found = network_kernels(parse_word("gauss | relu | gauss(2)"), [[1]], depth=1, digits=20)
    >>> found.kernel[0, 0].contains(1), found.tangent[0, 0].contains(2)
    (True, True)
    """
    check_digits(digits, "network_kernels")
    if any(len(row) != len(gram) for row in gram):
        raise ValueError(f"network_kernels needs a square Gram matrix, got {len(gram)} rows of other lengths.")

    def compute(wanted: int) -> Field:
        arithmetic = BallArithmetic(wanted)
        start = start_field(balls(gram), arithmetic, positions, None if means is None else balls([means])[0])
        return propagate(word, start, depth, arithmetic, parameterisation)

    field = enclose_to(
        digits,
        compute,
        caller=f"network_kernels (the recursion to depth={depth})",
        guards=_GUARDS,
        balls=lambda field: (*field.kernel, *field.tangent),
    )
    pairs = field.pairs
    return NetworkKernels(pairs.matrix(field.kernel), pairs.matrix(field.tangent), pairs.matrix(field.jacobian), digits)


def smallest_eigenvalue_bound(matrix: np.ndarray) -> flint.arb:
    """Return a proved lower bound of the smallest eigenvalue, by Gershgorin's discs after an approximate diagonalisation.

    With Q any invertible matrix near eigenvectors, Q^-1 M Q has the eigenvalues of M, and they lie in its discs.
    """
    size = len(matrix)
    balls = flint.arb_mat(size, size, [matrix[i, j] for i in range(size) for j in range(size)])
    approximate = np.vectorize(lambda ball: float(ball.mid()), otypes=[np.float64])(matrix)
    vectors = np.linalg.eigh(approximate)[1]
    basis = flint.arb_mat(size, size, [flint.arb(float(x)) for x in vectors.ravel()])
    turned = basis.inv() * balls * basis
    bounds = []
    for i in range(size):
        radius = sum((abs(turned[i, j]) for j in range(size) if j != i), flint.arb(0))
        bounds.append((turned[i, i] - radius).lower())
    lowest = bounds[0]
    for bound in bounds[1:]:
        lowest = lowest.min(bound)
    return lowest
