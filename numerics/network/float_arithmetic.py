"""The recursion of `theory.network.propagation` in double precision: kernels and tangent kernels of whole batches, fast.

At deviation 1, and for positively homogeneous activations, kernel maps are those of `theory.kernel_map.double_precision`. At other
deviations of an analytic activation, E s(aU) s(bV) = sum_k c_k(a) c_k(b) rho^k with c_k by the trapezoid rule; for
kinks, the same map is taken at a rational deviation (slow the first time). Batch norm is one integral per eigenvalue.

Accuracy: a few 1e-15 relative per layer, measured against balls in the tests, not proved.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from sympy import Expr

from theory.activation.activation import Activation
from theory.kernel_map.hermite import HermiteExpansion
from theory.kernel_map.kernel_map import KernelMap
from theory.kernel_map.value import slope_activation
from theory.network.propagation import Field, NoLawError, Pairs, Parameterisation, propagate, start_field
from theory.network.word import Word
from theory.number import Number
from theory.signal_propagation.mean_field import homogeneous_slope, scaled

__all__ = ["FloatArithmetic", "batch_gram", "network_field"]

_REACH, _STEP, _TERMS = 13.0, 0.04, 256
"""The trapezoid rule is exact to rounding for a strip of analyticity of 0.25 of s(a .): tanh up to a = 6."""
_MOST_DEVIATIONS = 4
_QUADRATURE = 400


class FloatArithmetic:
    """Arrays of doubles."""

    def number(self, value: Expr | Fraction | int) -> float:
        """Return an exact number rounded."""
        return float(value)

    def root(self, values: np.ndarray) -> np.ndarray:
        """Return square roots."""
        return np.sqrt(values)

    def zeros(self, shape: tuple[int, ...]) -> np.ndarray:
        """Return zeros."""
        return np.zeros(shape)

    def activation(
        self, activation: Activation, kernel: np.ndarray, pairs: Pairs
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return E s s and E s' s' on pairs and E s on rows."""
        variances = kernel[pairs.diagonal]
        if not np.all(variances > 0):
            raise ValueError("network needs inputs with a positive norm in front of an activation, got a norm of 0.")
        i, j = pairs.ends
        roots = np.sqrt(variances)
        products = roots[i] * roots[j]
        rho = np.clip(kernel / products, -1.0, 1.0)
        rho[pairs.diagonal] = 1.0
        unit = bool(np.all(variances == 1.0))
        if unit or _homogeneous(activation):
            value, slope = _maps(activation, Fraction(1))
            mean = _mean(activation) * roots
            return value(rho) * (1.0 if unit else products), slope(rho), mean
        if activation.pieces is not None and len(activation.pieces) == 1:
            return _by_series(activation, roots, rho, pairs)
        return _at_one_deviation(activation, roots, rho)

    def batch_norm(self, kernel: np.ndarray, pairs: Pairs) -> np.ndarray:
        """Return n E (P x)(P x)^T/|P x|^2, x ~ N(0, K), P the centring: U diag(n E_k) U^T in the eigenbasis of P K P.

        E_k = E lambda_k z_k^2/sum_j lambda_j z_j^2 = int_0^oo lambda_k/(1 + 2 t lambda_k) prod_j (1 + 2 t lambda_j)^(-1/2) dt.
        """
        matrix = pairs.matrix(kernel)
        centred = matrix - matrix.mean(0) - matrix.mean(1)[:, None] + matrix.mean()
        values, vectors = np.linalg.eigh(centred)
        values = np.clip(values, 0.0, None)
        if not values.max() > 0:
            raise ValueError("network needs a batch of different samples in front of batchnorm, got one point.")
        values = np.where(values > 1e-13 * values.max(), values, 0.0) / values.max()
        nodes, weights = np.polynomial.legendre.leggauss(_QUADRATURE)
        # t = e^y: the integrand decays like t at 0 and t^(-rank/2 - ...) at infinity
        y = 45.0 * nodes
        t = np.exp(y)
        with np.errstate(over="ignore"):
            logs = -0.5 * np.log1p(2 * t[:, None] * values).sum(1)
        shares = (45.0 * weights * t * np.exp(logs)) @ (values / (1 + 2 * t[:, None] * values))
        return pairs.vector((vectors * (len(values) * shares / shares.sum())) @ vectors.T)


def batch_gram(batch: np.ndarray) -> np.ndarray:
    """Return X X^T/fan_in of a batch of shape (n, fan_in), or (n, positions, channels) with rows (sample, position).

    Raises
    ------
    ValueError
        If the batch is not finite, empty or of another shape.
    """
    array = np.asarray(batch, dtype=np.float64)
    if array.ndim not in (2, 3) or 0 in array.shape or not np.isfinite(array).all():
        raise ValueError(
            f"network needs a finite batch of shape (n, fan_in) or (n, positions, channels), got shape {array.shape}."
        )
    rows = array.reshape(-1, array.shape[-1])
    gram = rows @ rows.T / rows.shape[1]
    return (gram + gram.T) / 2


def network_field(
    word: Word,
    gram: np.ndarray,
    depth: int,
    *,
    positions: int = 1,
    means: np.ndarray | None = None,
    parameterisation: Parameterisation = "ntk",
) -> Field:
    """Return kernel, tangent kernel and Jacobian norms of a word on a batch, in double precision.

    Parameters
    ----------
    word : Word
    gram : ndarray, shape (rows, rows)
        X X^T/fan_in, from `batch_gram`.
    depth, positions, means, parameterisation
        As for `theory.network.tangent_kernel.network_kernels`, which has proved digits.

    Raises
    ------
    NoLawError, ValueError
        As `theory.network.propagation.propagate`.

    Examples
    --------
    >>> from theory.network.grammar import parse_word
    >>> field = network_field(parse_word("gauss(2) | relu"), np.eye(2), depth=3)
    >>> field.pairs.matrix(field.tangent).round(6)[0, 0]  # one half a layer from each side of the relu, times 2
    np.float64(3.0)
    """
    arithmetic = FloatArithmetic()
    start = start_field(np.asarray(gram, dtype=np.float64), arithmetic, positions, means)
    return propagate(word, start, depth, arithmetic, parameterisation)


@cache
def _homogeneous(activation: Activation) -> bool:
    return homogeneous_slope(activation) is not None


@cache
def _mean(activation: Activation) -> float:
    return float(HermiteExpansion(activation).mean)


@cache
def _maps(activation: Activation, deviation: Fraction) -> tuple[Any, Any]:
    """Return the raw maps of s(a .) and of (s')(a .)."""
    at = scaled(activation, deviation)
    slope = slope_activation(at)
    if slope is None:
        raise NoLawError(f"network needs an activation without jumps for its tangent kernel, got {activation.name!r}.")
    area = float(deviation) ** 2
    if isinstance(slope, Number):
        constant = float(slope) / area
        return KernelMap.raw(at).float64, lambda rho: np.full(np.shape(rho), constant)
    steep = KernelMap.raw(slope)
    return KernelMap.raw(at).float64, lambda rho: steep.float64(rho) / area


@cache
def _nodes() -> tuple[np.ndarray, np.ndarray]:
    """Return nodes x_j and h phi(x_j) he_k(x_j), k < terms, of the trapezoid rule for the standard normal law."""
    half = round(_REACH / _STEP)
    x = _STEP * np.arange(-half, half + 1)
    table = np.empty((_TERMS, len(x)))
    table[0], table[1] = 1.0, x
    for k in range(1, _TERMS - 1):
        table[k + 1] = (x * table[k] - np.sqrt(k) * table[k - 1]) / np.sqrt(k + 1)
    return x, table * (_STEP * np.exp(-x * x / 2) / np.sqrt(2 * np.pi))


def _by_series(
    activation: Activation, roots: np.ndarray, rho: np.ndarray, pairs: Pairs
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the moments by Mehler's series; on the diagonal by quadrature, where the series is longest."""
    x, table = _nodes()
    distinct, place = np.unique(roots, return_inverse=True)
    slope_of = slope_activation(activation)
    assert not isinstance(slope_of, type(None))
    places = distinct[:, None] * x
    values = activation(places)
    slopes = np.full(places.shape, 1.0) if isinstance(slope_of, Number) else slope_of(places)
    if isinstance(slope_of, Number):
        slopes *= float(slope_of) ** 0.5
    i, j = pairs.ends
    found = []
    for samples in (values, slopes):
        c = (samples @ table.T)[place]
        total = np.zeros(len(rho))
        for k in range(_TERMS - 1, -1, -1):
            total = total * rho + c[i, k] * c[j, k]
        at = pairs.diagonal
        total[at] = ((samples**2) @ table[0])[place]
        found.append((total, c[:, 0]))
    return found[0][0], found[1][0], found[0][1]


def _at_one_deviation(
    activation: Activation, roots: np.ndarray, rho: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if np.ptp(roots) > 1e-12 * roots.max():
        raise NoLawError(
            f"network needs samples of one norm in front of {activation.name} (its kink is not at 0), got several norms; "
            "put rmsnorm in front of its linear layer."
        )
    deviation = Fraction(float(roots[0])).limit_denominator(10**9)
    value, slope = _maps(activation, deviation)
    mean = _mean(scaled(activation, deviation))
    return value(rho), slope(rho), np.full(len(roots), mean)
