"""Samplers of Haar matrices with one signature, and wrong ones: functions at module level, so that campaigns can name them.

Each is ``sampler(rng, group, dimension, size)`` and returns an array of shape (size, d, d).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from numerics.network.haar_matrix import haar_orthogonal, haar_symplectic, haar_unitary
from theory.haar.dimension import Group

Sampler = Callable[[np.random.Generator, Group, int, int], NDArray[np.inexact]]

_RIGHT = {"orthogonal": haar_orthogonal, "symplectic": haar_symplectic, "unitary": haar_unitary}


def sign_fixed_qr(rng: np.random.Generator, group: Group, dimension: int, size: int) -> NDArray[np.inexact]:
    """Return Haar matrices: the QR factor with the phases of the diagonal of R moved into Q."""
    return _RIGHT[group](rng, dimension, samples=size)


def unfixed_qr(rng: np.random.Generator, group: Group, dimension: int, size: int) -> NDArray[np.inexact]:
    """Return the QR factor as LAPACK leaves it: the diagonal of R real, its signs those of the algorithm."""
    return np.linalg.qr(_gaussian(rng, group, dimension, size))[0]


def special(rng: np.random.Generator, group: Group, dimension: int, size: int) -> NDArray[np.inexact]:
    """Return Haar matrices of determinant 1: the first column divided by the determinant."""
    matrices = sign_fixed_qr(rng, group, dimension, size)
    matrices[:, :, 0] /= np.linalg.det(matrices)[:, None]
    return matrices


def unitary_for_all(rng: np.random.Generator, _: Group, dimension: int, size: int) -> NDArray[np.inexact]:
    """Return matrices of U(d), whatever the group."""
    return haar_unitary(rng, dimension, samples=size)


def independent_rows(rng: np.random.Generator, group: Group, dimension: int, size: int) -> NDArray[np.inexact]:
    """Return matrices of independent rows, each uniform on the sphere."""
    matrices = _gaussian(rng, group, dimension, size)
    return matrices / np.linalg.norm(matrices, axis=2, keepdims=True)


def independent_columns(rng: np.random.Generator, group: Group, dimension: int, size: int) -> NDArray[np.inexact]:
    """Return matrices of independent columns, each uniform on the sphere."""
    return independent_rows(rng, group, dimension, size).swapaxes(1, 2)


def _gaussian(rng: np.random.Generator, group: Group, dimension: int, size: int) -> NDArray[np.inexact]:
    shape = (size, dimension, dimension)
    real = rng.standard_normal(shape)
    return real if group == "orthogonal" else real + 1j * rng.standard_normal(shape)
