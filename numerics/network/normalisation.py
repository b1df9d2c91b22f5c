"""Norms of a state: over the features of a sample, over the batch of a feature, and their two steps.

**Convention.** As in `numerics.network.layer`, whose vocabulary these belong to: states have shape (repeats, n, width), rows are
samples. Variances are population variances (divided by the number of entries), without parameters and without epsilon.

**What is constant** has no direction: what remains of it after its rounded mean is subtracted is rounding and counts as 0.
A constant sample becomes nan, a constant feature stays 0 (the limit of epsilon -> 0).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

from numerics.array_backend import Array, NormalSource, array_namespace
from numerics.network.layer import Pullback

__all__ = ["BatchNorm", "LayerNorm", "RMSNorm", "Recentre", "Rescale"]


@dataclass(frozen=True, slots=True)
class LayerNorm:
    """Scale every sample to squared norm `width`, after removing its mean if `centred` (else RMS norm).

    The variance is the population variance (divided by the width), as in layer normalisation without parameters and
    without epsilon. A sample that is constant across features has no direction and becomes nan, never a number.
    """

    centred: bool = True

    def apply(self, state: Array, width: int, rng: NormalSource) -> Array:  # noqa: ARG002
        """Return the state with unit mean square in every row."""
        return _normalised(state, -1, self.centred)[0]

    def record(self, state: Array, width: int, rng: NormalSource) -> tuple[Array, Pullback]:  # noqa: ARG002
        """Return the state with unit mean square in every row, and the pullback."""
        result, inverse = _normalised(state, -1, self.centred)
        return result, _norm_pullback(result, inverse, -1, self.centred)


def RMSNorm() -> LayerNorm:
    """Return the norm that scales every sample to squared norm `width` and removes no mean.

    Examples
    --------
    >>> RMSNorm()
    LayerNorm(centred=False)
    """
    return LayerNorm(centred=False)


@dataclass(frozen=True, slots=True)
class BatchNorm:
    """Scale every feature to unit mean square over the batch, after removing its batch mean if `centred`.

    The biased variance (divided by n), no parameters, no epsilon: `Recentre` then `Rescale`. Papers that scale features
    to unit norm instead follow it with ``Gain(n**-0.5)``. A feature without variance stays 0, the limit of
    x / sqrt(variance + epsilon); with fewer than two samples and centring nothing would be left, and the samplers refuse.
    """

    centred: bool = True

    def apply(self, state: Array, width: int, rng: NormalSource) -> Array:  # noqa: ARG002
        """Return the state with unit mean square in every column that is not constant."""
        return _normalised(state, -2, self.centred)[0]

    def record(self, state: Array, width: int, rng: NormalSource) -> tuple[Array, Pullback]:  # noqa: ARG002
        """Return the normalised state, and the pullback."""
        result, inverse = _normalised(state, -2, self.centred)
        return result, _norm_pullback(result, inverse, -2, self.centred)


def Rescale() -> BatchNorm:
    """Return batch normalisation without its recentring step: every feature to unit mean square over the batch.

    Examples
    --------
    >>> Rescale()
    BatchNorm(centred=False)
    """
    return BatchNorm(centred=False)


@dataclass(frozen=True, slots=True)
class Recentre:
    """Subtract the batch mean from every feature: batch normalisation without its rescaling step."""

    def apply(self, state: Array, width: int, rng: NormalSource) -> Array:  # noqa: ARG002
        """Return the state with mean 0 in every column."""
        return state - _mean(state, -2)

    def record(self, state: Array, width: int, rng: NormalSource) -> tuple[Array, Pullback]:  # noqa: ARG002
        """Return the state with mean 0 in every column; a projection is its own pullback."""
        return state - _mean(state, -2), lambda gradient, _: gradient - _mean(gradient, -2)


def _mean(state: Array, axis: int) -> Array:
    # Pairwise sums, as the test for what is constant needs; a product with ones would lose d/8 roundings.
    return array_namespace(state).sum(state, axis=axis, keepdims=True) / state.shape[axis]


def _normalised(state: Array, axis: int, centred: bool) -> tuple[Array, Array]:
    """Return the state over its root mean square along an axis, and the inverse of that, both without what is constant.

    What remains of a constant after its rounded mean is subtracted is rounding, and counts as 0.
    """
    xp = array_namespace(state)
    if not centred:
        inverse = _inverse_root(xp, _mean_square(xp, state, axis), 0.0, axis)
        return state * inverse, inverse
    mean = _mean(state, axis)
    result = state - mean
    rounding = (4 * float(xp.finfo(state.dtype).eps) * mean) ** 2
    inverse = _inverse_root(xp, _mean_square(xp, result, axis), rounding, axis)
    result *= inverse  # its own array: half of the time of a layer is memory traffic
    return result, inverse


def _mean_square(xp: ModuleType, state: Array, axis: int) -> Array:
    """Return the mean of squares along an axis, which is kept."""
    if axis == -1:  # one inner product per row, without an array of squares; einsum takes over twice as long
        return (state[..., None, :] @ state[..., None])[..., 0] / state.shape[-1]
    return xp.einsum("...ij,...ij->...j", state, state)[..., None, :] / state.shape[-2]


def _inverse_root(xp: ModuleType, square: Array, rounding: Array | float, axis: int) -> Array:
    """Return square^(-1/2); where the square is rounding, nan for a sample (axis -1) and 0 for a feature."""
    clear = square > rounding
    if bool(clear.all()):
        return 1 / xp.sqrt(square)
    nothing = (float("nan") if axis == -1 else 0.0) * xp.ones_like(square)
    return xp.where(clear, 1 / xp.sqrt(xp.where(clear, square, xp.ones_like(square))), nothing)


def _norm_pullback(result: Array, inverse: Array, axis: int, centred: bool) -> Pullback:
    """Return the pullback of y = P x / rms(P x): G -> P (G - y mean(G y)) / rms, P the centring (y is centred already)."""

    def pullback(gradient: Array, _: list[Array]) -> Array:
        along = gradient - result * _mean(gradient * result, axis)
        return (along - _mean(along, axis) if centred else along) * inverse

    return pullback
