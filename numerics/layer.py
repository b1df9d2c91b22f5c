"""Layers of a network at initialisation, acting on a batch whose rows are samples.

Convention: a state is an array of shape (repeats, n, width): independent draws of the same network applied to one batch
of n samples. A linear layer has iid Gaussian weights of variance 1/fan_in, so that the columns of its output are, given
its input X, iid N(0, X X^T / fan_in) *exactly*: an n x n factor and n normals per output unit replace the weight matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from theory.activation import Activation


class Layer(Protocol):
    """What a state passes through."""

    def apply(self, state: np.ndarray, width: int, rng: np.random.Generator) -> np.ndarray:
        """Return the state after the layer; `width` is the width of linear layers."""
        ...


@dataclass(frozen=True, slots=True)
class GaussianLinear:
    """Multiply by iid N(0, 1/fan_in) weights, drawn anew for every repeat; exact in law without the matrix.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> GaussianLinear().apply(np.eye(2)[None], 5, rng).shape
    (1, 2, 5)
    """

    def apply(self, state: np.ndarray, width: int, rng: np.random.Generator) -> np.ndarray:
        """Return samples of shape (repeats, n, width)."""
        gram = state @ state.swapaxes(-1, -2) / state.shape[-1]
        return gaussian_columns(gram, width, rng)


@dataclass(frozen=True, slots=True)
class Elementwise:
    """Apply an activation to every entry."""

    activation: Activation

    def apply(self, state: np.ndarray, width: int, rng: np.random.Generator) -> np.ndarray:  # noqa: ARG002
        """Return the activation of the state."""
        return self.activation(state)


@dataclass(frozen=True, slots=True)
class LayerNorm:
    """Scale every sample to squared norm `width`, after removing its mean if `centred` (else RMS norm).

    The variance is the population variance (divided by the width), as in layer normalisation without parameters and
    without epsilon. A sample that is constant across features has no direction and becomes nan, never a number.
    """

    centred: bool = True

    def apply(self, state: np.ndarray, width: int, rng: np.random.Generator) -> np.ndarray:  # noqa: ARG002
        """Return the state with unit mean square in every row."""
        if self.centred:
            state = state - state.mean(axis=-1, keepdims=True)
        scale = np.sqrt(np.mean(state * state, axis=-1, keepdims=True))
        return state / scale


def gaussian_columns(gram: np.ndarray, columns: int, rng: np.random.Generator) -> np.ndarray:
    """Return arrays whose columns are iid N(0, gram).

    Parameters
    ----------
    gram : ndarray, shape (..., n, n)
        Positive semidefinite; singular matrices are allowed.
    columns : int
        Number of columns drawn.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (..., n, columns)

    Raises
    ------
    ValueError
        If a matrix has an eigenvalue below -1e-8 times its trace.
    """
    try:
        factor = np.linalg.cholesky(gram)
    except np.linalg.LinAlgError:
        # Singular to rounding: the symmetric root, with eigenvalues of rounding size set to 0.
        values, vectors = np.linalg.eigh(gram)
        trace = np.trace(gram, axis1=-2, axis2=-1)
        if np.any(values < -1e-8 * trace[..., None]):
            lowest = float((values / trace[..., None]).min())
            raise ValueError(
                f"gaussian_columns needs positive semidefinite matrices (they are covariances), "
                f"got an eigenvalue of {lowest:.3g} times the trace."
            ) from None
        factor = vectors * np.sqrt(np.maximum(values, 0.0))[..., None, :]
    return factor @ rng.standard_normal((*gram.shape[:-1], columns))
